import { createServer } from 'node:net';
import { findProgram } from '../../../tools/machine/debug.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath } from '../../../tools/suite/guest-test.js';
import { gdb } from './host-gdb.js';

const crash = guestTestPath(2, 'crash');

/** Gives gdb a port behind which a program of the guest is, on its standard input and output. */
async function bridged<T>(vm: CaseMachine, argv: readonly string[], use: (port: number) => Promise<T>): Promise<T> {
	const program = await vm.spawn(argv);
	const server = createServer((socket) => {
		socket.pipe(program.stdin, { end: false });
		program.stdout.pipe(socket);
		socket.on('error', () => socket.destroy());
	});
	program.stderr.resume();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	try {
		const address = server.address();
		return await use(typeof address === 'object' && address !== null ? address.port : 0);
	} finally {
		server.close();
		program.kill('SIGKILL');
	}
}

export const debuggingCases = defineCases([
	{
		id: '2.7/gdbserver',
		title: 'the host’s gdb debugs a program through Debian’s gdbserver',
		tier: 'quick',
		image: 'debian-processes',
		needs: ['debian'],
		timeout: 120,
		run: async (vm, t) => {
			t.plan(9);
			const program = findProgram(crash, 'debug');
			const seen = await bridged(vm, ['gdbserver', '--once', '-', crash, 'stop'], (port) =>
				gdb(
					t,
					['-iex', 'set sysroot /nonexistent', '-iex', 'set architecture i386', program],
					[
						`target remote 127.0.0.1:${port}`,
						'break inner if depth == 1',
						'continue',
						'bt',
						'print found',
						'set var found.number = 12',
						'delete',
						'watch rounds',
						'continue',
						'delete',
						'info registers eip',
						'stepi',
						'stepi',
						'finish',
						'print found.number',
						'call twice(2111)',
						'set var found.number = 4711',
						'continue',
					],
				),
			);
			t.match(seen, /Breakpoint 1, inner \(how=.*"stop", .*=1\)/, 'a conditional breakpoint');
			t.match(seen, /#2 .*inner .*=3\).*\n#3 .*main/, 'the call chain');
			t.match(seen, /number = 4711, name = "the thing/, 'memory is read');
			t.match(seen, /atchpoint 2: rounds\n\nOld value = 2\nNew value = 3/, 'a watchpoint, by the processor');
			t.match(seen, /eip +0x/, 'registers');
			t.match(seen, /=2\) at .*\n.*not a tail call/, 'to the caller');
			t.match(seen, /= 12\n/, 'memory is written');
			t.match(seen, /= 4222\n/, 'a function of the program is called');
			t.match(seen, /exited normally/, 'and it ends as it should');
			if (t.checks.some((check) => !check.ok)) t.note(seen);
		},
	},
	{
		id: '2.7/gdbserver-threads',
		title: 'gdbserver attaches to a process with threads, stops them all and lets go',
		tier: 'quick',
		image: 'debian-processes',
		needs: ['debian'],
		timeout: 120,
		run: async (vm, t) => {
			t.plan(5);
			const { stdout } = await vm.sh(`${guestTestPath(2, 'crash')} spin > /dev/null 2>&1 & echo $!`);
			const pid = stdout.trim();
			const seen = await bridged(vm, ['gdbserver', '--once', '--attach', '-', pid], (port) =>
				gdb(
					t,
					['-iex', 'set sysroot /nonexistent', '-iex', 'set architecture i386', findProgram(crash, 'debug')],
					[`target remote 127.0.0.1:${port}`, 'info threads', 'thread apply all bt', 'print rounds', 'detach'],
				),
			);
			t.equal((seen.match(/^ *\*? *[123] +Thread/gm) ?? []).length, 3, 'three threads');
			t.match(seen, /spins /, 'one runs');
			t.match(seen, /pause|kernel_vsyscall|\?\? \(\)/, 'one sleeps in a call');
			t.match(seen, /Detaching|detached/, 'let go');
			const after = await vm.sh(`grep State /proc/${pid}/status; kill -9 ${pid}`);
			t.match(after.stdout, /State:\s+[RS]/, 'and runs on');
			if (t.checks.some((check) => !check.ok)) t.note(seen);
		},
	},
]);
