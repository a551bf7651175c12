import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { fromRoot } from '../../../tools/build/paths.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath } from '../../../tools/suite/guest-test.js';
import { userTerminalCases } from './userspace-terminal.js';

const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC0', HOME: '/' };

/** The test scripts of user space of one kind, by name. */
function scripts(kind: 'sh' | 'gnu' | 'bin'): [name: string, text: string][] {
	const folder = fromRoot('userland', 'tests', kind);
	const names = readdirSync(folder).filter((name) => name.endsWith('.sh'));
	return names.sort().map((name) => [name.slice(0, -3), readFileSync(path.join(folder, name), 'utf8')]);
}

/** Runs a script with our shell in an empty folder of the guest's. */
async function runScript(vm: CaseMachine, name: string, text: string, signal: AbortSignal) {
	const folder = `/tmp/scripts/${name}`;
	await vm.exec(['mkdir', '-p', folder]);
	await vm.putFile(`${folder}.sh`, text);
	const argv = ['/bin/sh', `${folder}.sh`, 'one', 'two words', 'three'];
	return vm.exec(argv, { cwd: folder, env: environment, noStdin: true, signal });
}

/** What a test of the C library prints with the host's. */
async function printsWithGlibc(source: string, program: string, signal: AbortSignal): Promise<string> {
	const limits = { cancelSignal: signal, timeout: 60_000 };
	await execa('i686-linux-gnu-gcc', ['-w', '-O1', '-static', source, '-o', program, '-lm'], limits);
	const output = { encoding: 'latin1', stripFinalNewline: false } as const;
	const { stdout } = await execa(program, { ...limits, ...output, env: environment, extendEnv: false });
	return stdout;
}

async function linesOf(vm: CaseMachine, file: string): Promise<string[]> {
	return (await vm.getFile(file)).toString('latin1').split('\n');
}

export const userspaceCases = defineCases([
	{
		id: '0.5/shell-scripts',
		title: 'scripts print with our shell and utilities what they print with dash and GNU’s on Linux',
		tier: 'quick',
		timeout: 120,
		run: async (vm, t) => {
			const all = [...scripts('sh'), ...scripts('gnu')];
			t.plan(2 * all.length);
			for (const [name, text] of all) {
				const cwd = path.join(t.scratch, name);
				mkdirSync(cwd);
				writeFileSync(`${cwd}.sh`, text);
				const [linux, ours] = await Promise.all([
					execa('dash', [`${cwd}.sh`, 'one', 'two words', 'three'], {
						cwd,
						env: environment,
						extendEnv: false,
						stdin: 'ignore',
						reject: false,
						stripFinalNewline: false,
						cancelSignal: t.signal,
						timeout: 60_000,
					}),
					runScript(vm, name, text, t.signal),
				]);
				t.equal(ours.stdout, linux.stdout, `${name}: what it prints`);
				t.equal(ours.status, linux.exitCode ?? -1, `${name}: how it ends`);
			}
		},
	},
	{
		id: '0.5/utility-scripts',
		title: 'the utilities do on our kernel what their own tests ask',
		tier: 'quick',
		timeout: 120,
		run: async (vm, t) => {
			const all = scripts('bin');
			t.plan(all.length);
			for (const [name, text] of all) {
				const { status, stdout, stderr } = await runScript(vm, name, text, t.signal);
				t.ok(status === 0, name, `status ${status}\n${stdout}${stderr}`.slice(-2000));
			}
		},
	},
	{
		id: '0.5/libc',
		title: 'the C library’s tests print on our kernel what they print with glibc on Linux',
		tier: 'quick',
		timeout: 120,
		run: async (vm, t) => {
			const names = readdirSync(fromRoot('userland', 'tests', 'libc')).filter((name) => name.endsWith('.c'));
			t.plan(2 * names.length);
			for (const name of names.sort()) {
				const program = guestTestPath(0, `libc-${name.slice(0, -2)}`);
				const host = path.join(t.scratch, name.slice(0, -2));
				const source = fromRoot('userland', 'tests', 'libc', name);
				const [linux, ours] = await Promise.all([
					printsWithGlibc(source, host, t.signal),
					vm.sh(`${program} >/tmp/${name}.out && busybox sha256sum </tmp/${name}.out`, { env: environment }),
				]);
				t.equal(ours.status, 0, `${name}: it ends well`);
				const sum = createHash('sha256').update(linux, 'latin1').digest('hex');
				// There is a lot of it: it comes to the host only if it differs.
				const found = ours.stdout.slice(0, 64) === sum ? [] : await linesOf(vm, `/tmp/${name}.out`);
				const expected = found.length ? linux.split('\n') : [];
				const at = expected.findIndex((line, index) => line !== found[index]);
				t.ok(found.length === 0, `${name}: what it prints`, `line ${at + 1}: ${expected[at]}\nfound ${found[at]}`);
			}
		},
	},
	{
		id: '0.5/orphans',
		title: 'a process whose parent has ended belongs to init, which reaps it',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(2);
			const { stdout } = await vm.sh(
				'p=$(sh -c "sleep 1000 >/dev/null 2>&1 & echo \\$!"); cut -d " " -f 4 /proc/$p/stat; kill $p; i=0; ' +
					'while [ -d /proc/$p ] && [ $i -lt 40 ]; do sleep 0.1; i=$((i + 1)); done; [ -d /proc/$p ] || echo reaped',
			);
			const [parent, after] = stdout.split('\n');
			t.equal(parent, '1', 'its parent is init');
			t.equal(after, 'reaped', 'it is no zombie for long');
		},
	},
	...userTerminalCases,
]);
