import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromRoot } from '../../../tools/build/paths.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { compileSequences, sequenceProgram } from '../../../tools/suite/sequences.js';

const sequences = 200;
const length = 25;
/** Bytes by which the kernel's caches may have filled. */
const slack = 4 << 20;

export const randomCases = defineCases([
	{
		id: '4.1/random-sequences',
		title: 'random sequences of calls that use each other’s results, by an ordinary user: no harm, no memory lost',
		tier: 'quick',
		timeout: 3600,
		run: async (vm, t) => {
			t.plan(3);
			const folder = mkdtempSync(path.join(tmpdir(), 'imposos-sequences-'));
			const program = path.join(folder, 'sequences');
			try {
				const source = sequenceProgram(t.seed, sequences, length);
				await compileSequences(source, program, fromRoot('build'), t.signal);
				await vm.putFile('/tmp/sequences', readFileSync(program), 0o755);
			} finally {
				rmSync(folder, { recursive: true });
			}
			// A child makes twenty sequences.
			const rounds = Math.ceil(t.size(2_000_000, 20_000) / (20 * length));
			const free = "awk '/^MemFree|^Cached|^Buffers|^SReclaimable/ {n += $2} END {print n * 1024}' /proc/meminfo";
			const clean =
				'cd /; rm -rf /tmp/random /dev/shm/*; for q in $(ls /dev/mqueue 2>/dev/null); do rm /dev/mqueue/$q; done; sync';
			const once = (n: number) =>
				`mkdir -m 777 /tmp/random; cd /tmp/random; mkdir -m 777 d; /tmp/sequences ${n}; ${clean}`;
			await vm.sh(once(4), { timeout: 100_000 });
			const before = Number((await vm.sh(free)).stdout);
			const { status, stdout, stderr } = await vm.sh(once(rounds), { timeout: 3_500_000 });
			const after = Number((await vm.sh(free)).stdout);
			t.ok(status === 0, 'the program ends', `status ${status}: ${stdout}${stderr}`);
			t.ok(Number(stdout) > rounds * length, 'calls were made', `it said ${stdout}`);
			t.ok(after + slack > before, 'the memory is back', `${before} bytes before, ${after} after`);
			t.figure('random calls', Number(stdout), '');
		},
	},
	{
		id: '4.1/trinity',
		title: 'Debian’s trinity as an ordinary user: the kernel lives, nobody is left behind',
		tier: 'quick',
		image: 'debian-programs',
		needs: ['debian'],
		timeout: 7200,
		run: async (vm, t) => {
			t.plan(3);
			const calls = t.size(2_000_000, 2000);
			const setup = 'rm -rf /tmp/tri; mkdir -m 777 /tmp/tri; cd /tmp/tri';
			// Not sockets of its own: 1.9 reads past its table of families while it sets options on them, and faults.
			const run = `setpriv --reuid 65534 --regid 65534 --clear-groups trinity --disable-fds=sockets -q -l off -C 2 -N ${calls} -s ${t.seed % 100000}`;
			const { stdout, stderr } = await vm.sh(`${setup}; ${run} 2>&1 | tail -5`, { timeout: 7_000_000 });
			const made = /Ran (\d+) syscalls/.exec(stdout);
			t.ok(Number(made?.[1]) >= calls * 0.9, 'the calls are made', `${stdout}${stderr}`);
			t.equal((await vm.sh('echo alive')).stdout, 'alive\n', 'the machine answers');
			const left = await vm.sh('sleep 1; pkill -9 -u 65534; sleep 1; ps -o pid= -u 65534 | wc -l; rm -rf /tmp/tri');
			t.equal(left.stdout, '0\n', 'every process can be killed');
		},
	},
]);
