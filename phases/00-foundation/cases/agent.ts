import { createHash, randomBytes } from 'node:crypto';
import { defineCases } from '../../../tools/suite/declaration.js';

/** The control channel, against the kernel that it is meant for. */
export const agentCases = defineCases([
	{
		id: '0.7/exec',
		title: 'programs run with their arguments, input, output and status',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(5);
			const { status, stdout, stderr } = await vm.sh('echo "$1|$2"; echo err >&2; exit 7');
			t.same(
				{ status, stdout, stderr },
				{ status: 7, stdout: '|\n', stderr: 'err\n' },
				'streams apart, and the status',
			);
			const words = await vm.exec(['/bin/sh', '-c', 'for a; do echo "[$a]"; done', 'x', 'a b', '', 'c']);
			t.equal(words.stdout, '[a b]\n[]\n[c]\n', 'arguments arrive as they are');
			const input = await vm.exec(['cat'], { stdin: 'line\n' });
			t.equal(input.stdout, 'line\n', 'input arrives and ends');
			const killed = await vm.sh('kill -9 $$');
			t.equal(killed.status, 137, 'death by a signal');
			const none = await vm.exec(['no-such-program']).then(
				() => 'ran',
				(error: Error) => error.message,
			);
			t.match(none, /ENOENT/, 'a program that does not exist');
		},
	},
	{
		id: '0.7/files',
		title: 'files go in and out unharmed',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(3);
			const bytes = randomBytes(t.size(300_000, 30_001));
			await vm.putFile('/tmp/blob', bytes, 0o640);
			const sum = createHash('sha256').update(bytes).digest('hex');
			const { stdout } = await vm.exec(['busybox', 'sha256sum', '/tmp/blob']);
			t.equal(stdout.slice(0, 64), sum, 'the guest reads what was sent');
			t.ok((await vm.getFile('/tmp/blob')).equals(bytes), 'and gives it back');
			const { stdout: mode } = await vm.exec(['busybox', 'stat', '-c', '%a', '/tmp/blob']);
			t.equal(mode.trim(), '640', 'with its mode');
		},
	},
	{
		id: '0.7/siblings-differ',
		title: 'machines from one snapshot have the right time and random numbers of their own',
		tier: 'quick',
		needs: ['qemu'],
		run: async (vm, t) => {
			t.plan(2);
			const [before, { stdout: now }, after] = [
				Date.now() / 1000,
				await vm.exec(['busybox', 'date', '+%s']),
				Date.now() / 1000,
			];
			const right = Number(now) > before - 5 && Number(now) < after + 5;
			t.ok(right, 'the clock is right', `${now.trim()} between ${before} and ${after}`);
			const { stdout } = await vm.sh('head -c 16 /dev/urandom | busybox hexdump -e \'16/1 "%02x"\'');
			t.match(stdout, /^[0-9a-f]{32}$/, 'random numbers come');
			t.note(stdout);
		},
	},
]);
