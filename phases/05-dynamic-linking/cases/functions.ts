import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { buildRoot, fromRoot } from '../../../tools/build/paths.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest, guestTestPath } from '../../../tools/suite/guest-test.js';

const folder = fromRoot('phases', '05-dynamic-linking');
const user = path.join(buildRoot, 'debug', 'user');
const cross = 'i686-linux-gnu-gcc';
const raw = { encoding: 'latin1', stripFinalNewline: false, maxBuffer: 1 << 28 } as const;

/** Names by header, and those that are absent. */
function posixFunctions(): { headers: Map<string, string[]>; absent: string[] } {
	const headers = new Map<string, string[]>();
	const absent: string[] = [];
	for (const line of readFileSync(path.join(folder, 'posix.txt'), 'utf8').split('\n')) {
		const [, header, names = ''] = /^([a-z_/0-9]+\.h): (.*)$/.exec(line) ?? [];
		if (header !== undefined) headers.set(header, [...(headers.get(header) ?? []), ...names.split(' ')]);
		absent.push(...(/^absent ([^:]+): .+/.exec(line)?.[1]?.split(' ') ?? []));
	}
	return { headers, absent };
}

/** The worst distance of each function of `functions`, in units in the last place; by judge.c's line. */
interface Verdict {
	worst: number;
	judged: number;
	wrong: number;
	line: string;
}

async function judged(judge: string, name: string, records: Buffer): Promise<Verdict> {
	const { stdout } = await execa(judge, [name], { input: records });
	const [, worst, count, wrong] = stdout.split(' ').map(Number);
	return { worst: worst ?? Number.NaN, judged: count ?? 0, wrong: wrong ?? -1, line: stdout };
}

/** glibc's documented bounds on i386 for what is no elementary function (manual, "Errors in Math Functions"). */
const bounds: Record<string, number> = {
	erf: 1,
	erfc: 3,
	lgamma: 4,
	tgamma: 5,
	j0: 2,
	j1: 2,
	y0: 2,
	y1: 2,
	jn: 3,
	yn: 3,
	fmod: 0,
};

export const functionCases = defineCases([
	guestTest('5.3/strings', 'memory and string functions do at every alignment what a model does byte by byte', {
		tier: 'quick',
		timeout: 600,
		args: (t) => [String(t.size(1, 8))],
	}),
	guestTest(
		'5.3/facilities',
		'queues, timers, asynchronous I/O, terminals, log, IPC, floating environment, complex numbers',
		{
			tier: 'quick',
			timeout: 120,
		},
	),
	{
		id: '5.3/posix-functions',
		title: 'every function of POSIX.1-2008 is declared by its header and exported by libc.so, or absent for a reason',
		tier: 'quick',
		run: async (_vm, t) => {
			t.plan(4);
			const { headers, absent } = posixFunctions();
			const all = [...headers.values()].flat();
			t.ok(all.length > 1000, `${all.length} names`);
			const library = path.join(user, 'root', 'usr', 'lib', 'ld-imposos.so.1');
			const { stdout } = await execa('i686-linux-gnu-nm', ['-D', '--defined-only', library], { maxBuffer: 1 << 24 });
			const exported = new Set(stdout.split('\n').map((line) => line.split(' ')[2] ?? ''));
			const missing = all.filter((name) => !exported.has(name));
			t.equal(missing.join(' '), '', 'all are exported');
			t.equal(absent.filter((name) => exported.has(name)).join(' '), '', 'what is said to be absent is');
			const source = path.join(t.scratch, 'posix.c');
			const uses = [...headers].map(
				([header, names], at) =>
					`#include <${header}>\nconst void *volatile header${at}[] = {\n${names.map((name) => `\t(const void *)&${name},`).join('\n')}\n};\n`,
			);
			writeFileSync(source, uses.join(''));
			const include = (await execa(cross, ['-print-file-name=include'])).stdout;
			const flags = ['-std=gnu17', '-fsyntax-only', '-Werror', '-Wno-unused', '-nostdinc'];
			const sysroot = ['-isystem', path.join(user, 'sysroot', 'include'), '-isystem', include];
			const { stderr } = await execa(cross, [...flags, ...sysroot, source], { reject: false });
			t.equal(stderr, '', 'all are declared');
		},
	},
	{
		id: '5.3/charsets',
		title: 'iconv converts every byte and character of 25 character sets as glibc does, wrong input included',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(2);
			const host = path.join(t.scratch, 'charsets');
			await execa('gcc', ['-w', '-O1', path.join(folder, 'guest', 'charsets.c'), '-o', host]);
			const { stdout: expected } = await execa(host, raw);
			const { stdout } = await vm.exec([guestTestPath(5, 'charsets')], { signal: t.signal });
			const [ours, theirs] = [stdout.split('\n'), expected.split('\n')];
			t.ok(theirs.length > 12_000, `${theirs.length} conversions`);
			const at = theirs.findIndex((line, index) => line !== ours[index]);
			t.ok(at < 0 && ours.length === theirs.length, 'all are the same', `${at}: ${theirs[at]}\nfound ${ours[at]}`);
		},
	},
	{
		id: '5.3/gnu-functions',
		title: 'walks by fts, vectors of strings and stacks of objects are what they are with glibc',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(3);
			const host = path.join(t.scratch, 'gnu');
			await execa('gcc', ['-w', '-O1', path.join(folder, 'guest', 'gnu.c'), '-o', host]);
			const { stdout: expected } = await execa(host, [mkdtempSync(path.join(t.scratch, 'tree-'))], raw);
			await vm.sh('mkdir /tmp/gnu');
			const { stdout, stderr } = await vm.exec([guestTestPath(5, 'gnu'), '/tmp/gnu'], { signal: t.signal });
			await vm.sh('rm -rf /tmp/gnu');
			t.equal(stderr, '', 'nothing else is said');
			const [ours, theirs] = [stdout.split('\n'), expected.split('\n')];
			t.ok(theirs.length > 200, `${theirs.length} lines`);
			const at = theirs.findIndex((line, index) => line !== ours[index]);
			t.ok(at < 0 && ours.length === theirs.length, 'all are the same', `${theirs[at]}\nfound ${ours[at]}`);
		},
	},
	{
		id: '5.3/conversions',
		title: 'printf, strtod, strtol and scanf give what glibc gives on random input, to the last bit',
		tier: 'quick',
		timeout: 3600,
		run: async (vm, t) => {
			t.plan(6);
			const host = path.join(t.scratch, 'conversions');
			await execa(cross, ['-w', '-O1', '-static', path.join(folder, 'guest', 'conversions.c'), '-o', host]);
			const program = guestTestPath(5, 'conversions');
			// In the machine some thousands each; the same library does the rest on the host, which runs i386 programs too.
			const [here, there] = [t.size(20_000, 3000), t.size(1_000_000, 20_000)];
			const onHost = [path.join(user, 'root', 'usr', 'lib', 'ld-imposos.so.1'), path.join(user, 'root', program)];
			for (const kind of ['printf', 'strtod', 'integers']) {
				const seed = createHash('sha256').update(kind).digest().readUInt16LE();
				const args = (count: number, from: number) => [kind, String(count), String(from)];
				const compare = async (count: number, from: number, where: string, ours: string) => {
					const { stdout: expected } = await execa(host, args(count, from), raw);
					const [our, their] = [ours.split('\n'), expected.split('\n')];
					const at = their.findIndex((line, index) => line !== our[index]);
					t.ok(
						at < 0 && our.length === their.length,
						`${kind}: ${count} inputs ${where}`,
						`differs in block ${at}: conversions ${args(count, from).join(' ')} ${at}`,
					);
				};
				const guest = await vm.exec([program, ...args(here, seed)], { signal: t.signal, timeout: 600_000 });
				await compare(here, seed, 'in the machine', guest.stdout);
				const [loader = '', ...rest] = onHost;
				const local = await execa(loader, [...rest, ...args(there, seed + 1)], raw);
				await compare(there, seed + 1, 'on the host', local.stdout);
			}
		},
	},
	{
		id: '5.3/math',
		title:
			'elementary functions are within one unit in the last place of the true value, the others within glibc’s bounds',
		tier: 'quick',
		timeout: 3600,
		run: async (vm, t) => {
			const judge = path.join(t.scratch, 'judge');
			await execa('gcc', ['-O1', '-fno-builtin', path.join(folder, 'judge.c'), '-o', judge, '-lquadmath', '-lm']);
			const program = guestTestPath(5, 'values');
			const { stdout } = await vm.exec([program], { signal: t.signal });
			const names = stdout.trim().split('\n');
			// In the machine some hundreds each; the same library does the rest on the host, which runs i386 programs too.
			const [here, there] = [t.size(5000, 300), t.size(1_000_000, 2000)];
			const loader = path.join(user, 'root', 'usr', 'lib', 'ld-imposos.so.1');
			const onHost = path.join(user, 'root', program);
			t.plan(2 * names.length + 1);
			t.ok(names.length > 30, `${names.length} functions`);
			for (const name of names) {
				await vm.sh(`${program} ${name} ${here} 1 >/tmp/values`, { signal: t.signal });
				const guest = await judged(judge, name, await vm.getFile('/tmp/values'));
				const records = await execa(loader, [onHost, name, String(there), '2'], {
					encoding: 'buffer',
					maxBuffer: 1 << 28,
				});
				const host = await judged(judge, name, Buffer.from(records.stdout));
				const most = bounds[name] ?? 1;
				for (const verdict of [guest, host])
					t.ok(verdict.worst <= most && verdict.wrong === 0 && verdict.judged >= here, `${name}: ${verdict.line}`);
				t.figure(`${name}, worst`, Math.max(guest.worst, host.worst), 'ulp');
			}
		},
	},
]);
