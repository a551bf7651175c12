import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromRoot } from '../../../tools/build/paths.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';
import { compileSequences, sequenceProgram } from '../../../tools/suite/sequences.js';

/** What stress-ng does with what exists. */
const stressors = 'sysbadaddr sysinval enosys timerfd eventfd epoll inotify sockpair'.split(' ');

const sequences = 200;
const length = 25;
/** Calls of one child, which makes twenty sequences. */
const childCalls = 20 * length;

/** Programs of consecutive seeds into the guest, as /tmp/sequences/SEED. */
async function putPrograms(vm: CaseMachine, seeds: readonly number[], signal: AbortSignal): Promise<void> {
	const folder = mkdtempSync(path.join(tmpdir(), 'imposos-sequences-'));
	try {
		await vm.sh('mkdir -p /tmp/sequences');
		for (const seed of seeds) {
			const program = path.join(folder, String(seed));
			await compileSequences(sequenceProgram(seed, sequences, length), program, fromRoot('build'), signal);
			await vm.putFile(`/tmp/sequences/${seed}`, readFileSync(program), 0o755);
		}
	} finally {
		rmSync(folder, { recursive: true });
	}
}

const runCalls = 20_000;

/**
 * A script that runs trinity from a seed on until it has made so many calls, and writes into a file how many, and in how
 * many runs. A run may end early: its children kill it, or it reads a folder that it was refused. One that does not end
 * is a failure.
 */
function trinityRuns(calls: number, seed: number, made: string): string {
	const first = seed % 100_000;
	const most = first + 20 + Math.ceil((5 * calls) / runCalls);
	// Not sockets of its own: 1.9 reads past its table of families while it sets options on them, and faults.
	const trinity = 'setpriv --reuid 65534 --regid 65534 --clear-groups trinity --disable-fds=sockets -q -l off -C 8';
	const count = String.raw`sed -n 's/.*Ran \([0-9]*\) syscalls.*/\1/p; s/.*\] \([0-9]*\) iterations.*/\1/p' /tmp/tri.log | tail -1`;
	return [
		`n=0; s=${first}`,
		`while [ $n -lt ${calls} ]; do rm -rf /tmp/tri; mkdir -m 777 /tmp/tri; cd /tmp/tri`,
		`timeout -k 10 600 ${trinity} -N ${Math.min(calls, runCalls)} -s $s > /tmp/tri.log 2>&1`,
		'[ $? != 124 ] || { echo "seed $s does not end"; exit 1; }',
		`pkill -9 -u 65534; cd /; rm -rf /tmp/tri /dev/shm/*; ipcrm --all 2> /dev/null; m=$(${count}); n=$((n + \${m:-0})); s=$((s + 1))`,
		`[ $s -lt ${most} ] || { echo "ends too early: $n calls"; tail -5 /tmp/tri.log; exit 1; }`,
		`done; echo $n $((s - ${first})) > ${made}`,
	].join('\n');
}

export const randomCases = defineCases([
	{
		id: '4.1/random-sequences',
		title: 'random sequences of calls that use each other’s results, by an ordinary user: no harm, nothing left behind',
		tier: 'quick',
		timeout: 3600,
		run: async (vm, t) => {
			const calls = t.size(2_000_000, 20_000);
			const seeds = Array.from({ length: t.size(40, 2) }, (_, at) => t.seed + at);
			await putPrograms(vm, seeds, t.signal);
			const rounds = Math.ceil(calls / seeds.length / childCalls);
			const each = (n: number) =>
				`for p in ${seeds.join(' ')}; do rm -rf /tmp/random; mkdir -m 777 /tmp/random; cd /tmp/random; mkdir -m 777 d; ` +
				`/tmp/sequences/$p ${n} >> /tmp/made || { echo "seed $p"; exit 1; }; cd /; rm -rf /tmp/random; done`;
			const residue = guestTestPath(4, 'residue-of');
			await runGuestTest(vm, t, residue, [each(1), `rm -f /tmp/made; ${each(rounds)}`], { timeout: 3_500_000 });
			const made = (await vm.sh("awk '{n += $1} END {print n}' /tmp/made")).stdout;
			t.ok(Number(made) > calls * 0.9, 'the calls were made', `it said ${made}`);
			t.figure('random calls', Number(made), '');
			t.figure('seeds of random sequences', seeds.length, '');
		},
	},
	{
		id: '4.1/trinity',
		title: 'Debian’s trinity as an ordinary user: the kernel lives, nothing is left behind',
		tier: 'quick',
		image: 'debian-programs',
		needs: ['debian'],
		timeout: 7200,
		run: async (vm, t) => {
			const calls = t.size(2_000_000, 2000);
			const made = '/tmp/trinity-calls';
			const runs = [trinityRuns(500, t.seed, made), trinityRuns(calls, t.seed, made)];
			await runGuestTest(vm, t, guestTestPath(4, 'residue-of'), runs, { timeout: 7_000_000 });
			const [count, times] = (await vm.sh(`cat ${made}`)).stdout.split(' ').map(Number);
			t.ok(Number(count) >= calls, 'the calls were made', `${count} in ${times} runs`);
			t.figure('calls of trinity', Number(count), '');
			t.figure('runs of trinity', Number(times), '');
			t.equal((await vm.sh('ps -o pid= -u 65534 | wc -l')).stdout, '0\n', 'every process can be killed');
		},
	},
	{
		id: '4.1/stress',
		title:
			'Debian’s stress-ng: calls with bad addresses and values and of no number, descriptors of events, sockets; nothing left',
		tier: 'quick',
		image: 'debian-processes',
		needs: ['debian'],
		timeout: 3600,
		run: async (vm, t) => {
			const seconds = t.size(60, 2);
			const all = (time: number) =>
				`mkdir -p -m 777 /tmp/stress; cd /tmp/stress; for s in ${stressors.join(' ')}; do ` +
				`setpriv --reuid 65534 --regid 65534 --clear-groups stress-ng --pathological --temp-path /tmp/stress --$s 1 --timeout ${time}s --metrics-brief >> /tmp/stress.log 2>&1 ` +
				'|| { echo "$s ends with $?"; tail -20 /tmp/stress.log; exit 1; }; done; cd /; rm -rf /tmp/stress';
			const residue = guestTestPath(4, 'residue-of');
			await runGuestTest(vm, t, residue, [all(1), `rm -f /tmp/stress.log; ${all(seconds)}`], { timeout: 3_500_000 });
			const { stdout } = await vm.sh("grep -c 'successful run completed' /tmp/stress.log");
			t.equal(stdout, `${stressors.length}\n`, 'every stressor passes');
			t.note('not run: udp and sockmany, which need AF_INET');
		},
	},
]);
