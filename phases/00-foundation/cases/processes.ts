import { readFileSync } from 'node:fs';
import { fromRoot } from '../../../tools/build/paths.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest, guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

/** Number and name of every call that the kernel's table has as missing. */
function missingCalls(table: string): [number: string, name: string][] {
	return table.split('\n').flatMap((line): [string, string][] => {
		const call = /^(\d+) (\w+) .*\bnone$/.exec(line);
		return call?.[1] && call[2] ? [[call[1], call[2]]] : [];
	});
}

export const processCases = defineCases([
	guestTest('0.3/signals', 'signals are delivered as Linux delivers them'),
	guestTest('0.3/fork-storm', 'fork, exec and exit leak nothing', {
		args: (t) => [String(t.size(10_000, 300))],
		timeout: 1200,
	}),
	guestTest('0.3/vectors', 'AVX registers are a task’s own'),
	guestTest('0.3/odd-calls', 'what random calls and real programs have broken stays mended'),
	guestTest('0.3/exhaustion', 'who uses up processes, descriptors, memory or the disk is refused or killed alone', {
		args: ['/filler'],
		timeout: 300,
		expects: /out of memory/i,
	}),
	{
		id: '0.3/exhaustion-in-32',
		title: 'so it is with 32 MB of memory',
		tier: 'quick',
		start: 'none',
		timeout: 300,
		expects: /out of memory/i,
		run: async (_vm, t) => {
			t.plan(7);
			await runGuestTest(await t.boot({ memory: 32 }), t, guestTestPath(0, 'exhaustion'));
		},
	},
	guestTest('0.3/corrupt-programs', 'program files with broken headers are refused or die alone', {
		args: (t) => [String(t.seed), String(t.size(20_000, 300))],
		timeout: 1200,
	}),
	guestTest('0.3/fuzz-calls', 'random system calls hurt nobody else and leave nothing behind', {
		args: (t) => [String(t.seed), String(t.size(1000, 12)), '4000'],
		timeout: 3000,
	}),
	{
		id: '0.3/long-command-line',
		title: 'arguments of 100 KB arrive; what is too long is refused',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(4);
			const words = Array.from({ length: 1000 }, (_, index) => `${index}`.padEnd(100, 'x'));
			const { stdout } = await vm.exec(['/bin/sh', '-c', 'echo $# "$1000"', 'x', ...words].slice(0, 1004));
			t.match(stdout, /^1000 /, 'a thousand arguments');
			const refused = await vm.exec(['busybox', 'true', 'x'.repeat(1 << 18)]).then(
				() => 'ran',
				(error: Error) => error.message,
			);
			t.match(refused, /E2BIG/, 'one argument of 256 KB is refused');
			// Made in the guest: the control line would take its time for it.
			const long = 'exec busybox true "$(busybox head -c 1048576 /dev/zero | busybox tr "\\0" x)"';
			const { status, stderr } = await vm.exec(['/bin/sh', '-c', long]);
			t.equal(status, 126, 'so is one of 1 MB');
			t.match(stderr, /Argument list too long/, 'and the shell says why');
		},
	},
	{
		id: '0.3/truncated-elf',
		title: 'a program file cut short is refused, or dies alone',
		tier: 'quick',
		run: async (vm, t) => {
			const whole = await vm.getFile('/usr/libexec/imposos/agent');
			const lengths = [0, 1, 4, 51, 52, 100, 4096, Math.floor(whole.length / 2)];
			t.plan(lengths.length);
			for (const length of lengths) {
				await vm.putFile('/tmp/cut', whole.subarray(0, length), 0o755);
				const outcome = await vm.exec(['/tmp/cut', '/no/line'], { timeout: 10_000 }).then(
					({ status }) => `status ${status}`,
					(error: Error) => error.message,
				);
				t.ok(!/status 0$/.test(outcome), `${length} bytes: ${outcome}`);
			}
		},
	},
	guestTest('0.3/unknown-calls', 'the system calls that do not exist say so, and are counted by name', {
		args: () =>
			missingCalls(readFileSync(fromRoot('kernel/abi/syscalls.tbl'), 'utf8'))
				.slice(0, 60)
				.flat(),
	}),
]);
