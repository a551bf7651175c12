import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	truncateSync,
	watch,
	writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { fromRoot } from '../../tools/build/paths.js';
import { commands } from '../../tools/cli/commands.js';
import { loadSuites } from '../../tools/suite/phases.js';
import { keptPage, plan, planPage } from '../../tools/suite/plan.js';
import { writeTinyDisk } from '../machine/tiny-disk.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'imposos-cli-test-'));
t.teardown(() => rmSync(scratch, { recursive: true, force: true }));

interface Outcome {
	status: number | null;
	stdout: string;
	stderr: string;
}

/** Runs the command line in a process of its own, as people do. */
function imposos(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [fromRoot('build/js/tools/cli/main.js'), ...args], {
			env: { ...process.env, CI: '1', ...env },
			stdio: ['ignore', 'pipe', 'pipe'],
			timeout: 300_000,
		});
		let stdout = '';
		let stderr = '';
		child.stdout.on('data', (chunk) => {
			stdout += String(chunk);
		});
		child.stderr.on('data', (chunk) => {
			stderr += String(chunk);
		});
		child.on('error', reject);
		child.on('close', (status) => resolve({ status, stdout, stderr }));
	});
}

t.test('misuse gets one line of reason, a hint and status 2', async (t) => {
	const lines: [string[], RegExp][] = [
		[[], /^imposos: no command given\nhint: .*--help/],
		[['no-such-command'], /^imposos: unknown command: no-such-command\nhint: /],
		[['biuld'], /^imposos: unknown command: biuld\nhint: did you mean build\?/],
		[['build', '--no-such'], /^imposos: unknown option: --no-such\nhint: imposos build --help/],
		[['build', '--variant', 'fast'], /^imposos: invalid values: .*"fast".*"debug"/],
		[['new', 'wheel', 'x'], /^imposos: invalid values: .*"wheel"/],
		[['new', 'case'], /^imposos: too few arguments: 1 of 2 given\nhint: imposos new --help/],
		[['clean', 'this'], /^imposos: unknown argument: this\n/],
		[['test', '0.7', '--repeat', '0.5'], /^imposos: --repeat 0.5: not a number of rounds\n/],
		[['test', '0.7', '--repeat', '2', '--full'], /^imposos: --repeat: a full run/],
		[['image'], /^imposos: no image command given\n/],
		[['image', 'build', 'no-such'], /^imposos: no image is named no-such\nhint: there are base,/],
	];
	await Promise.all(
		lines.map(async ([args, expected]) => {
			const { status, stdout, stderr } = await imposos(args);
			const name = args.join(' ');
			t.equal(status, 2, name);
			t.match(stderr, expected, name);
			t.equal(stderr.trim().split('\n').length, 2, `${name}: two lines`);
			t.equal(stdout, '', `${name}: nothing on standard output`);
		}),
	);
});

t.test('bad input gets a reason and a hint, and leaves nothing', async (t) => {
	const good = path.join(scratch, 'good.img');
	const [short, cut, bare, damaged] = ['short', 'cut', 'bare', 'damaged'].map((name) => path.join(scratch, name));
	writeTinyDisk(good);
	writeFileSync(`${short}.img`, 'x');
	writeFileSync(`${bare}.img`, Buffer.alloc(1 << 20));
	writeTinyDisk(`${cut}.img`);
	truncateSync(`${cut}.img`, 9 << 20);
	writeTinyDisk(`${damaged}.img`);
	const bytes = readFileSync(`${damaged}.img`);
	bytes.fill(0xff, 2 << 20, (2 << 20) + 8192);
	writeFileSync(`${damaged}.img`, bytes);
	const busy = createServer().listen(0, '127.0.0.1');
	await once(busy, 'listening');
	t.teardown(() => busy.close());
	const address = busy.address();
	const port = typeof address === 'object' ? address?.port : 0;
	const bin = path.join(scratch, 'bin');
	for (const program of ['qemu-img', 'setpriv']) linkProgram(bin, program);
	const fromDisk = (file: string, ...more: string[]) => ['run', '--disk', '--accel', 'tcg', '--image', file, ...more];
	const lines: [string[], number, RegExp, Record<string, string>?][] = [
		[['run', '--phase', '99'], 2, /there is no phase 99 yet/],
		[['run', '--phase', 'nine'], 2, /--phase wants a number/],
		[['exec', '--vm', '--', 'true'], 2, /--vm wants a value/],
		[['exec', '--vm'], 2, /--vm wants a value/],
		[['test', '--phase', '99'], 2, /there is no phase 99 yet/],
		[['test', '--step', '0.99'], 2, /there is no step 0.99 yet/],
		[['test', 'no-such-case'], 2, /nothing is called no-such-case/],
		[['test', '--jobs', '0', '0.1'], 2, /--jobs 0: not a number of jobs/],
		[['run', '--image', 'no-such'], 2, /no image is named no-such/],
		[['run', '--image', './no-such.img'], 1, /no disk image .*no-such.img/],
		[['exec', '--image', './no-such.img', '--', 'true'], 125, /no disk image .*no-such.img/],
		[['exec'], 125, /no command given/],
		[['exec', '--vm', '999999', '--', 'true'], 125, /there is no machine 999999|no machine 999999/],
		[['attach', '999999'], 2, /no machine 999999/],
		[fromDisk(`${short}.img`), 1, /too short for a disk image/],
		[fromDisk(`${bare}.img`), 1, /it has no boot sector/],
		[fromDisk(`${cut}.img`), 1, /is cut short/],
		[fromDisk(`${damaged}.img`), 1, /is damaged: its filesystem /],
		[fromDisk(good, '--append', 'x'), 2, /has its own command line/],
		[fromDisk(good, '--memory', '0'), 2, /--memory 0/],
		[['run', '--append', 'x'.repeat(100_000)], 2, /--append has 100000 bytes/],
		[fromDisk(good, '--', '-gdb', `tcp:127.0.0.1:${port}`), 1, /Address already in use/],
		[fromDisk(good, '--', '-no-such-option'), 1, /QEMU did not start: .*no-such-option/],
		[fromDisk(good), 1, /qemu-system-i386 is not installed/, { PATH: bin }],
		[['fsck', `${short}.img`], 1, /too short for a filesystem/],
		[['image', 'ls', `${damaged}.img:/`], 1, /superblock/],
		[['screenshot', path.join(scratch, 'x.png'), '--vm', '999999'], 2, /no machine 999999/],
	];
	const temporary = path.join(scratch, 'tmp');
	mkdirSync(temporary);
	await Promise.all(
		lines.map(async ([args, expected, reason, env]) => {
			const { status, stdout, stderr } = await imposos(args, { TMPDIR: temporary, ...env });
			const name = args.join(' ').slice(0, 80);
			t.equal(status, expected, name);
			const said = stderr.trim().split('\n');
			t.match(said[0], new RegExp(`^imposos: .*(${reason.source})`), name);
			t.match(said.at(-1), /^hint: \S/, `${name}: a hint`);
			t.equal(said.filter((line) => !line.startsWith('log: ')).length, 2, `${name}: two lines`);
			t.equal(stdout, '', `${name}: nothing on standard output`);
		}),
	);
	t.same(readdirSync(temporary), [], 'no temporary folder stays');
	t.same(processesOf(scratch), [], 'nor a process');
});

/** Puts one program of the host's path into a folder that stands for a path. */
function linkProgram(folder: string, program: string): void {
	mkdirSync(folder, { recursive: true });
	const found = (process.env['PATH'] ?? '').split(':').find((place) => existsSync(path.join(place, program)));
	if (found !== undefined) symlinkSync(path.join(found, program), path.join(folder, program));
}

/** Processes with a path below a folder on their command line. */
function processesOf(folder: string): string[] {
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => {
			try {
				return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
			} catch {
				return [];
			}
		})
		.filter((line) => line.includes(folder));
}

t.test('run --dry-run shows the machine that would be', async (t) => {
	const [plain, phase, gdb, disk] = await Promise.all([
		imposos(['run', '--dry-run', '--accel', 'tcg', '--', '-d', 'int']),
		imposos(['run', '--dry-run', '--phase', '0', '-m', '64', '--append', 'loglevel=7']),
		imposos(['run', '--dry-run', '--gdb', '--display', 'vnc']),
		imposos(['run', '--dry-run', '--disk']),
	]);
	for (const { status, stderr } of [plain, phase, gdb, disk]) t.same({ status, stderr }, { status: 0, stderr: '' });
	t.match(plain?.stdout, /^qemu-system-i386 .*-kernel \S+\/debug\/kernel.elf .*-d int\n$/);
	t.match(plain?.stdout, /rtl8139.*pcnet.*AC97/);
	t.match(phase?.stdout, / -m 64M .*imposos.agent loglevel=7/);
	t.match(gdb?.stdout, /-display vnc=\S+ .*-gdb tcp:localhost:\d+ -S/);
	t.notMatch(disk?.stdout, /-kernel/);
	t.match(disk?.stdout, /-boot order=c/);
});

t.test('every command has help with a description and options', async (t) => {
	const names = commands.map(({ command }) => String(command).split(' ')[0] ?? '');
	t.equal(new Set(names).size, names.length, 'no name twice');
	await Promise.all(
		names.map(async (name) => {
			const { status, stdout } = await imposos([name, '--help']);
			t.equal(status, 0, name);
			t.match(stdout, /^imposos .+\n\n\S.+/, name);
		}),
	);
});

t.test('version, completion, doctor', async (t) => {
	const version = await imposos(['--version']);
	t.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
	const completion = await imposos(['completion'], { SHELL: '/bin/bash' });
	t.match(completion.stdout, /complete .* imposos/);
	const words = await imposos(['--get-yargs-completions', 'imposos', 'bu']);
	t.match(words.stdout, /^build/m);
	const doctor = await imposos(['doctor', '--json']);
	t.match(JSON.parse(doctor.stdout), [{ name: 'Node', verdict: 'ok' }]);
	const poor = await imposos(['doctor'], { PATH: scratch });
	t.equal(poor.status, 1);
	t.match(poor.stdout, /^QEMU +MISSING/m);
	t.match(poor.stderr, /^hint: sudo apt-get install /m);
});

t.test('phases', async (t) => {
	const table = await imposos(['phases']);
	t.match(table.stdout, /^ 0 {2}Foundation\n {4}0\.1 +/);
	t.match(JSON.parse((await imposos(['phases', '--json'])).stdout), [{ phase: 0, started: true }]);
	// A page that is behind is for the test of the plan to name; a test run changes no file.
	if (keptPage() === planPage(plan(await loadSuites()))) {
		const again = await imposos(['phases', '--write']);
		t.match(again, { status: 0, stderr: /docs\/plan\.md is up to date/, stdout: '' });
	}
});

t.test('an interrupt ends what was started, with the status of the signal', async (t) => {
	// Stands where make would be, and would run for ever.
	const pidFile = path.join(scratch, 'pid');
	writeFileSync(path.join(scratch, 'flock'), `#!/bin/sh\necho $$ >${pidFile}\nexec sleep 1000\n`, { mode: 0o755 });
	for (const [signal, expected] of [
		['SIGINT', 130],
		['SIGTERM', 143],
	] as const) {
		const child = spawn(process.execPath, [fromRoot('build/js/tools/cli/main.js'), 'build'], {
			env: { ...process.env, PATH: `${scratch}:${process.env['PATH']}` },
			stdio: 'ignore',
		});
		const closed = new Promise((resolve) => child.on('close', resolve));
		const watcher = watch(scratch);
		while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await once(watcher, 'change');
		watcher.close();
		const pid = Number(readFileSync(pidFile, 'utf8'));
		rmSync(pidFile);
		child.kill(signal);
		t.equal(await closed, expected, signal);
		t.notOk(existsSync(`/proc/${pid}`), 'nothing is left running');
	}
});

t.test('a reader that goes away is no failure', async (t) => {
	const child = spawn(process.execPath, [fromRoot('build/js/tools/cli/main.js'), '--help'], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	child.stdout.destroy();
	const status = await new Promise((resolve) => child.on('close', resolve));
	t.equal(status, 0);
});

t.test('a damaged declaration is named with the place of the damage', async (t) => {
	const declaration = path.join(scratch, 'bad.json');
	writeFileSync(declaration, JSON.stringify({ describe: 'x', size: '16M', layers: [{ nonsense: 1 }] }));
	const { status, stderr } = await imposos(['image', 'build', declaration]);
	t.equal(status, 2);
	t.match(stderr, /bad\.json at layers\.0: /);
});
