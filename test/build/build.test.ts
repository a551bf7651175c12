import { spawnSync } from 'node:child_process';
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { clean } from '../../tools/build/clean.js';
import { compileCommands, shellWords } from '../../tools/build/compile-commands.js';
import {
	ailments,
	compareVersions,
	examine,
	hostProbe,
	installArguments,
	type Probe,
	remedies,
} from '../../tools/build/doctor.js';
import { make, makeArguments } from '../../tools/build/make.js';
import { fileTime, newestTime } from '../../tools/build/newest.js';
import { displayPath, fromRoot, imagePath } from '../../tools/build/paths.js';
import { scaffold } from '../../tools/build/scaffold.js';
import { untouched } from '../../tools/build/up-to-date.js';
import { BuildError, ToolError, UsageError } from '../../tools/errors.js';
import { collectedLog } from '../collected-log.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'imposos-build-test-'));
t.teardown(() => rmSync(scratch, { recursive: true, force: true }));

t.test('what make prints becomes a compilation database', async (t) => {
	t.strictSame(shellWords(`cc -DX='a b' "q\\"$" \\; && b; c|d`), [['cc', '-DX=a b', 'q"$', ';'], ['b'], ['c'], ['d']]);
	const output = [
		'mkdir -p out',
		'i686-linux-gnu-gcc -Iinclude \\',
		'	-c core/a.c -o out/a.o',
		'echo done; /usr/bin/i686-linux-gnu-gcc -MT x.c -c b.S -o out/b.o',
		'i686-linux-gnu-gcc -o kernel.elf out/a.o out/b.o',
	].join('\n');
	t.match(compileCommands(output, '/src'), [
		{
			directory: '/src',
			file: '/src/core/a.c',
			output: 'out/a.o',
			arguments: ['i686-linux-gnu-gcc', '-Iinclude', '-c'],
		},
		{ file: '/src/b.S', output: 'out/b.o' },
	]);
});

t.test('times of trees', async (t) => {
	const folder = path.join(scratch, 'times', 'deep');
	mkdirSync(folder, { recursive: true });
	const file = path.join(folder, 'file');
	writeFileSync(file, '');
	utimesSync(file, 4e9, 4e9);
	t.equal(newestTime(path.join(scratch, 'times')), 4e12);
	t.equal(newestTime(path.join(scratch, 'none')), 0);
	t.equal(fileTime(path.join(scratch, 'none')), 0);
	t.equal(displayPath(fromRoot('build')), path.relative(process.cwd(), fromRoot('build')) || '.');
	t.match(imagePath('debug', 'x'), /build\/debug\/images\/x\.img$/);
});

t.test('make is spared only while nothing that it read or wrote has changed', async (t) => {
	const source = path.join(scratch, 'sources', 'deep');
	const objects = path.join(scratch, 'objects', 'deep');
	const program = path.join(scratch, 'program');
	const [a, b, object] = [path.join(source, 'a.c'), path.join(source, 'b.c'), path.join(objects, 'a.o')] as const;
	const files = { inputs: [path.dirname(source)], outputs: [path.dirname(objects), program] };
	const age = () => {
		for (const file of [a, path.dirname(source), source, object, path.dirname(objects), objects, program])
			utimesSync(file, 1000, 1000);
	};
	const start = () => {
		for (const folder of [source, objects]) mkdirSync(folder, { recursive: true });
		for (const file of [a, object, program]) writeFileSync(file, '');
		rmSync(b, { force: true });
		age();
	};
	const holds = () => untouched(files, { started: 2_000_000, finished: 3_000_000 });
	start();
	t.ok(holds());
	const changes: [string, () => void][] = [
		['a source was saved', () => writeFileSync(a, 'x')],
		['while make ran', () => utimesSync(a, 2500, 2500)],
		['a source came', () => writeFileSync(b, '')],
		['a source went', () => rmSync(a)],
		['an object went', () => rmSync(object)],
		['the program went', () => rmSync(program)],
	];
	for (const [what, change] of changes) {
		start();
		change();
		t.notOk(holds(), what);
	}
	start();
	utimesSync(objects, 2500, 2500);
	t.ok(holds(), 'what make itself wrote does not count');
});

t.test('make: what it prints reaches the user, and failures say what to do', async (t) => {
	// make() takes a folder below the repository; this one leaves it again.
	const project = path.join(scratch, 'project');
	mkdirSync(project);
	const folder = path.relative(fromRoot(), project);
	const write = (recipe: string) => writeFileSync(path.join(project, 'Makefile'), `all:\n\t${recipe}\n`);
	const options = { folder, variant: 'debug' as const, jobs: 1, logFile: path.join(scratch, 'make.log') };
	write('@echo variant $(VARIANT)');
	const loud = collectedLog(1);
	await make({ ...options, log: loud.log });
	t.match(loud.text(), /^flock .*make.*\nvariant debug\n/s);
	const quiet = collectedLog();
	await make({ ...options, log: quiet.log });
	t.equal(quiet.text(), '');
	write('@echo "x.c:1: error: no" >&2; exit 1');
	await t.rejects(make({ ...options, log: quiet.log }), BuildError);
	t.match(quiet.text(), /^x\.c:1: error: no\n/m);
	write('@sh -c "i686-linux-gnu-nothing"');
	await t.rejects(make(options), ToolError);
	write('@sleep 60');
	const aborted = AbortSignal.timeout(300);
	const before = Date.now();
	await t.rejects(make({ ...options, signal: aborted }));
	t.ok(Date.now() - before < 20_000, 'an interrupt ends it');
	t.equal(makeArguments(options)[0], 'flock');
});

const healthy: Probe = {
	which: (program) => `/usr/bin/${program}`,
	exists: (file) => !file.includes('multilib'),
	output: async (program, args) => {
		if (args.includes('-dumpmachine')) return 'i686-linux-gnu\n';
		return program === 'gdb' ? 'GNU gdb (Debian 13.1-3) 13.1' : '99.1';
	},
	nodeVersion: '20.20.2',
};

t.test('the doctor', async (t) => {
	t.strictSame(ailments(await examine(healthy)), []);
	const bare: Probe = {
		which: () => undefined,
		exists: () => false,
		output: async () => undefined,
		nodeVersion: '18.1.0',
	};
	const findings = await examine(bare);
	const packages = remedies(findings);
	for (const name of ['gcc-i686-linux-gnu', 'qemu-system-x86', 'grub-pc-bin', 'gdb'])
		t.ok(packages.includes(name), name);
	t.notOk(packages.includes('gcc-multilib'), 'which would remove the cross compiler');
	t.match(
		findings.find(({ name }) => name === 'Node'),
		{ verdict: 'unsuitable', advice: 'make setup' },
	);
	t.ok(installArguments(packages).includes('--no-remove'));
	const old: Probe = {
		...healthy,
		exists: () => true,
		output: async (_program, args) => (args.includes('-dumpmachine') ? 'x86_64-linux-gnu' : '1.0'),
	};
	const verdicts = new Map((await examine(old)).map(({ name, verdict }) => [name, verdict]));
	t.equal(verdicts.get('cross compiler'), 'unsuitable');
	t.equal(verdicts.get('QEMU'), 'unsuitable');
	t.equal(verdicts.get('gcc-multilib'), 'note');
	t.equal(verdicts.get('gdb'), 'missing');
	const aged: Probe = {
		...healthy,
		output: async (_p, args) => (args.includes('-dumpmachine') ? 'i686-linux-gnu' : '4.8.1'),
	};
	t.match(
		(await examine(aged)).find(({ name }) => name === 'cross compiler'),
		{ verdict: 'unsuitable', detail: /12 is needed/ },
	);
	t.ok(compareVersions('20.9', '20.19') < 0);
	t.equal(compareVersions('1.0', '1'), 0);
	t.match(await examine(hostProbe(process.env['PATH'] ?? '')), [{ name: 'Node', verdict: 'ok' }]);
});

t.test('clean keeps what came over the network', async (t) => {
	const root = path.join(scratch, 'repository');
	const make = () => {
		for (const name of ['cache', 'debug', 'js', 'node', 'persist'])
			mkdirSync(path.join(root, 'build', name), { recursive: true });
		writeFileSync(path.join(root, 'compile_commands.json'), '[]');
	};
	const left = () =>
		['cache', 'debug', 'js', 'node', 'persist'].filter((name) => existsSync(path.join(root, 'build', name)));
	make();
	t.equal(clean(false, root).length, 2);
	t.strictSame(left(), ['cache', 'js', 'node', 'persist'], 'and disks that somebody keeps');
	t.notOk(existsSync(path.join(root, 'compile_commands.json')));
	make();
	clean(true, root);
	t.strictSame(left(), ['node']);
	t.strictSame(clean(true, path.join(scratch, 'none')), []);
});

t.test('the bootstrap explains itself', async (t) => {
	const script = fromRoot('tools', 'bootstrap.sh');
	t.match(spawnSync('sh', [script, '--nonsense'], { encoding: 'utf8' }), { status: 2, stderr: /^usage/ });
	t.equal(spawnSync('sh', ['-n', script]).status, 0);

	const nothing: Probe = {
		which: () => undefined,
		exists: () => false,
		output: () => Promise.resolve(undefined),
		nodeVersion: process.versions.node,
	};
	const asked = /^tools='(.*)'$/m.exec(readFileSync(script, 'utf8'))?.[1]?.split(' ');
	const there = ['apt', 'make', 'util-linux'];
	t.strictSame(
		asked,
		remedies(await examine(nothing)).filter((name) => !there.includes(name)),
		'a bare machine is asked once, for all that doctor wants',
	);

	// A machine without Node: what it says to whoever is not root, and to root without a network.
	const bare = path.join(scratch, 'bare');
	const programs = path.join(bare, 'programs');
	mkdirSync(path.join(bare, 'tools'), { recursive: true });
	mkdirSync(programs);
	copyFileSync(script, path.join(bare, 'tools', 'bootstrap.sh'));
	for (const name of ['dirname', 'sort', 'head', 'uname', 'mkdir', 'sh'])
		symlinkSync(
			spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim(),
			path.join(programs, name),
		);
	const program = (name: string, text: string) =>
		writeFileSync(path.join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
	program('apt-get', 'echo noise; echo "E: no" >&2; exit 100');
	const bootstrap = (user: number) => {
		program('id', `echo ${user}`);
		return spawnSync(path.join(programs, 'sh'), [path.join(bare, 'tools', 'bootstrap.sh')], {
			encoding: 'utf8',
			env: { PATH: programs },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
	};
	const user = bootstrap(1000);
	t.equal(user.status, 1);
	t.match(user.stderr.split('\n'), [
		/^imposos: missing, .* root: npm .*qemu/,
		/^hint: as root: .*apt-get install .* npm .*qemu/,
		'',
	]);
	const root = bootstrap(0);
	t.equal(root.status, 1);
	t.match(root.stderr.split('\n'), [
		/^imposos: these .* as root: npm/,
		/^imposos: .* network\?/,
		/^hint: as root, with a network: apt-get/,
		'',
	]);
});

t.test('new pieces of work', async (t) => {
	const root = path.join(scratch, 'new');
	const write = (file: string, text: string) => {
		mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
		writeFileSync(path.join(root, file), text);
	};
	const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
	write(
		'phases/03-memory/suite.ts',
		"import { a } from './a.js';\n\nexport const suite = defineSuite({\n\tsteps: [{ number: '3.2' }],\n\tcases: [...aCases],\n});\n",
	);
	write('kernel/abi/syscalls.tbl', '1 exit sys_exit(int status) done\n2 splice sys_splice(int in, char *p) none\n');
	const made = scaffold('case', '3.2/cow-after-fork', root);
	t.strictSame(made.made, ['phases/03-memory/cases/cow-after-fork.ts', 'phases/03-memory/guest/cow-after-fork.c']);
	t.match(
		read('phases/03-memory/suite.ts'),
		/import \{ cowAfterForkCases \} from '.\/cases\/cow-after-fork.js';\n\nexport/,
	);
	t.match(read('phases/03-memory/suite.ts'), /cases: \[\.\.\.aCases, \.\.\.cowAfterForkCases\],/);
	t.throws(() => scaffold('case', '3.2/cow-after-fork', root), /is there already/);
	t.throws(() => scaffold('case', '3.9/x', root), /no step 3.9/);
	t.throws(() => scaffold('case', '5.1/x', root), /has not been started/);
	t.throws(() => scaffold('case', 'x', root), UsageError);
	scaffold('syscall', 'splice', root);
	t.match(read('kernel/sys/splice.c'), /long sys_splice\(int in, char __user \*p\)\n\{\n\t\(void\)in;/);
	t.match(read('kernel/abi/syscalls.tbl'), /^2 splice .* done$/m);
	t.throws(() => scaffold('syscall', 'splice', root), /marked as done/);
	t.throws(() => scaffold('syscall', 'spl', root), { message: 'Linux/i386 has no system call spl' });
	scaffold('driver', 'e1000', root);
	t.match(read('kernel/drivers/e1000/e1000.c'), /device_initcall\(e1000_init\);/);
	t.throws(() => scaffold('driver', 'E 1', root), UsageError);
	scaffold('port', 'hello', root);
	t.match(JSON.parse(read('images/ports/hello.json')), {
		source: 'hello',
		build: [/configure/, 'make', 'make install'],
	});
	t.throws(() => scaffold('port', '/', root), UsageError);
});
