import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { type CaseDeclaration, defineCases } from '../../../tools/suite/declaration.js';
import { countedTime } from './counted-time.js';

const image = 'debian-processes';
const needs = ['debian'] as const;

/** Stressors of Debian's stress-ng, by step. */
const stressors: Record<string, readonly string[]> = {
	'2.2': ['clone', 'pthread'],
	'2.3': ['futex', 'mutex', 'sem'],
	'2.4': ['timer', 'yield', 'switch', 'schedpolicy'],
	'2.5': ['sigq', 'sigsegv', 'sigchld', 'kill'],
	'2.6': ['session', 'pty'],
	'2.7': ['fork', 'vfork', 'zombie', 'wait'],
};

async function stress(vm: CaseMachine, t: CaseTools, name: string, seconds: number): Promise<void> {
	const { status, stdout, stderr } = await vm.exec(
		['stress-ng', `--${name}`, '2', '--verify', '--timeout', `${seconds}s`, '--temp-path', '/tmp'],
		{ timeout: (seconds + 90) * 1000, signal: t.signal },
	);
	const said = `${stdout}\n${stderr}`;
	t.ok(status === 0, `stress-ng --${name}: status 0`, said);
	t.ok(!/fail:|error:|warn:|unsuccessful/.test(said), 'no complaint', said);
	t.match(said, /successful run completed/, 'the run is complete');
}

function stressCase(step: string, name: string): CaseDeclaration {
	return {
		id: `${step}/stress-${name}`,
		title: `stress-ng --${name} --verify finds no error`,
		tier: 'quick',
		image,
		needs,
		timeout: 150,
		run: async (vm, t) => {
			t.plan(3);
			// Its real-time threads leave the second instance a twentieth of each second to begin in.
			await stress(vm, t, name, t.size(20, name === 'mutex' ? 3 : 1));
		},
	};
}

/** What a program must give back when it ends, in KiB and pieces. */
async function held(
	vm: CaseMachine,
): Promise<{ memory: number; tasks: number; files: number; anonymous: number; stacks: number }> {
	const { stdout } = await vm.sh(
		'cat /proc/meminfo; echo TASKS $(cat /proc/loadavg); echo FILES $(cat /proc/sys/fs/file-nr)',
	);
	const value = (name: string) => Number(new RegExp(`^${name}:? +(\\d+)`, 'm').exec(stdout)?.[1]);
	// Caches keep what they may give back; all else is in use.
	const memory = value('MemTotal') - value('MemFree') - value('Buffers') - value('Cached') - value('Slab');
	return {
		memory,
		tasks: Number(/^TASKS .*\/(\d+)/m.exec(stdout)?.[1]),
		files: value('FILES'),
		anonymous: value('AnonPages'),
		stacks: value('KernelStack'),
	};
}

export const debianCases = defineCases([
	...Object.entries(stressors).flatMap(([step, names]) => names.map((name) => stressCase(step, name))),
	{
		id: '2.4/hackbench',
		title: 'Debian’s hackbench: groups of tasks that talk through pipes, as processes and as threads',
		tier: 'quick',
		image,
		needs,
		timeout: 400,
		run: async (vm, t) => {
			t.plan(4);
			for (const kind of [[], ['-T']]) {
				const args = ['hackbench', '-p', ...kind, '-l', String(t.size(100, 20))];
				const { status, stdout, stderr } = await vm.exec(args, { timeout: 190_000, signal: t.signal });
				t.equal(status, 0, args.join(' '));
				t.match(stdout + stderr, /\(== 400 tasks\)[\s\S]*Time: [\d.]+/, 'all of them');
			}
		},
	},
	{
		id: '2.4/cyclictest',
		title: 'Debian’s cyclictest: a real-time thread under load is late by half a millisecond at most',
		tier: 'quick',
		image,
		needs,
		start: 'boot',
		machine: countedTime,
		timeout: 900,
		run: async (vm, t) => {
			t.plan(3);
			const load = 'for i in 1 2 3 4; do (while :; do :; done) & done; find / -xdev > /dev/null 2>&1 &';
			const loops = t.size(100_000, 500);
			const { stdout, stderr } = await vm.sh(
				`${load} cyclictest -q -m -p 80 -i 1000 -l ${loops} -h 2000; kill $(jobs -p) 2> /dev/null`,
				{ timeout: 800_000, signal: t.signal },
			);
			const counts = [...stdout.matchAll(/^(\d{6}) (\d+)/gm)].map(([, us, n]) => [Number(us), Number(n)] as const);
			const total = counts.reduce((sum, [, n]) => sum + n, 0);
			const late = loops - counts.filter(([us]) => us <= 500).reduce((sum, [, n]) => sum + n, 0);
			const max = Number(/Max Latencies: (\d+)/.exec(stdout)?.[1]);
			t.ok(total > 0 && counts.length > 0, 'it has measured', `${stdout}\n${stderr}`);
			t.ok(late <= loops / 1000, `${late} of ${loops} wake-ups more than 0.5 ms late`, stdout.slice(-600));
			t.ok(max > 0 && max < 5000, `the latest by ${max} us`);
			t.figures.push({ name: 'cyclictest: latest wake-up under load', value: max, unit: 'us' });
		},
	},
	{
		id: '2.7/strace',
		title: 'Debian’s strace follows calls, families, signals and processes that run already',
		tier: 'quick',
		image,
		needs,
		timeout: 180,
		run: async (vm, t) => {
			t.plan(16);
			const one = await vm.exec(['strace', '-o', '/tmp/one', 'echo', 'hello']);
			t.equal(one.stdout, 'hello\n', 'the program does what it does');
			const calls = (await vm.getFile('/tmp/one')).toString();
			t.match(calls, /^execve\("\/\S+\/echo", \["echo", "hello"\], 0x\w+ \/\* \d+ vars \*\/\) = 0\n/, 'from its exec');
			t.match(calls, /^write\(1, "hello\\n", 6\) += 6$/m, 'its calls');
			t.match(calls, /^exit_group\(0\) += \?\n\+\+\+ exited with 0 \+\+\+\n$/m, 'to its end');
			const script = 'echo a | cat; (kill -USR1 $$); exit 3';
			const family = await vm.exec(['strace', '-f', '-o', '/tmp/many', 'sh', '-c', `trap "echo usr1" USR1; ${script}`]);
			t.equal(family.status, 3, 'the status is the program’s');
			t.equal(family.stdout, 'a\nusr1\n', 'families: what they say');
			const many = (await vm.getFile('/tmp/many')).toString();
			const pids = new Set([...many.matchAll(/^(\d+) /gm)].map(([, pid]) => pid));
			t.ok(pids.size >= 4, `${pids.size} processes`, many);
			t.match(many, /--- SIGUSR1 \{si_signo=SIGUSR1, si_code=SI_USER, si_pid=\d+, si_uid=0\} ---/, 'signals');
			t.match(many, /SIGCHLD \{si_signo=SIGCHLD, si_code=CLD_EXITED, .*si_status=/, 'of children');
			t.match(many, /exited with 3/, 'the end of each');
			const attached = await vm.sh(
				'sleep 100 & pid=$!; strace -o /tmp/running -p $pid 2> /tmp/said & s=$!; ' +
					'until grep -q attached /tmp/said; do sleep 0.1; done; sleep 0.2; kill -INT $s; wait $s; cat /tmp/said; ' +
					'grep State /proc/$pid/status; kill -TERM $pid; wait $pid; echo $?',
			);
			t.match(attached.stdout, /attached[\s\S]*detached/, 'a process that runs: attached and let go');
			t.match(attached.stdout, /State:\s+S/, 'which sleeps on');
			t.match(attached.stdout, /143\n$/, 'and dies as usual');
			const summary = await vm.exec(['strace', '-c', '-f', 'sh', '-c', 'ls / > /dev/null; ls /']);
			t.match(summary.stderr, /calls +errors syscall[\s\S]*total/, 'a summary');
			const threads = await vm.exec([
				'strace',
				'-f',
				'-e',
				'trace=futex',
				'-o',
				'/tmp/threads',
				'hackbench',
				'-T',
				'-p',
				'-g',
				'1',
				'-f',
				'2',
				'-l',
				'5',
			]);
			t.equal(threads.status, 0, 'a program of threads');
			const stopped = await vm.exec([
				'strace',
				'-o',
				'/tmp/stopped',
				'sh',
				'-c',
				'(while kill -CONT $$; do sleep 0.2; done) 2>/dev/null & kill -STOP $$; echo went on',
			]);
			t.match(stopped.stdout, /went on/, 'one that stops and goes on');
		},
	},
	{
		id: '2.7/leaks',
		title: 'after everything there are as many tasks, files and frames as before',
		tier: 'quick',
		image,
		needs,
		start: 'boot',
		timeout: 900,
		run: async (vm, t) => {
			t.plan(5);
			const names = t.full ? Object.values(stressors).flat() : ['pthread', 'futex', 'sigq', 'pty', 'fork'];
			const round = async () => {
				const args = names.flatMap((name) => [`--${name}`, '1']);
				const command = ['stress-ng', '--seq', '0', ...args, '--timeout', `${t.size(5, 1)}s`, '--temp-path', '/tmp'];
				await vm.exec(command, { timeout: 400_000, signal: t.signal });
				await vm.sh('hackbench -p -l 20; hackbench -p -T -l 20; strace -f -o /dev/null sh -c "ls | cat"');
				await vm.sh('sync; sleep 1');
			};
			// The first round fills caches.
			await round();
			const before = await held(vm);
			await round();
			const after = await held(vm);
			const detail = JSON.stringify({ before, after });
			t.equal(after.tasks, before.tasks, 'tasks');
			t.equal(after.files, before.files, 'open files');
			t.equal(after.stacks, before.stacks, 'kernel stacks');
			t.ok(Math.abs(after.anonymous - before.anonymous) <= 16, 'anonymous memory', detail);
			t.ok(after.memory - before.memory <= 256, 'frames', detail);
		},
	},
]);
