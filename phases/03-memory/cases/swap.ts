import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import { type CaseDeclaration, defineCases } from '../../../tools/suite/declaration.js';
import { guestTest, guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

/** A swap file of that many MiB at /swap, in use. */
export function swapFile(mib: number): string {
	return `dd if=/dev/zero of=/swap bs=1M count=${mib} 2>&1 && chmod 600 /swap && mkswap /swap && swapon /swap`;
}

/** Has a shell asked for something every other second until stopped; resolves to what the guest's clock says of it. */
function askShell(vm: CaseMachine, signal: AbortSignal): { stop(): Promise<{ asked: number; slowest: number }> } {
	const end = '/tmp/asked-enough';
	const asking = vm.exec([guestTestPath(3, 'answers'), end], { timeout: 2_900_000, signal });
	asking.catch(() => undefined);
	return {
		stop: async () => {
			await vm.sh(`: >${end}`);
			const [, asked, slowest] = /^asked (\d+) times, slowest (\d+) ms$/m.exec((await asking).stdout) ?? [];
			return { asked: Number(asked), slowest: Number(slowest) };
		},
	};
}

/** Live data of so many times a machine's memory, while a shell answers. */
function longData(times: number): CaseDeclaration {
	const memory = 128;
	return {
		id: `3.4/swap-data-${times}-long`,
		title: `${times} times memory’s size of live data on a machine of ${memory} MiB keeps every word, and a shell answers`,
		tier: 'full',
		start: 'boot',
		image: 'debian-memory',
		machine: { memory },
		timeout: 3000,
		run: async (vm, t) => {
			// Parent and child together have half as much again.
			const swap = await vm.sh(swapFile(memory * times * 1.5), { timeout: 300_000 });
			t.ok(swap.status === 0, 'a swap file', swap.stderr);
			const asked = askShell(vm, t.signal);
			await runGuestTest(vm, t, guestTestPath(3, 'swap-data'), [String(memory * times)], { timeout: 2_600_000 });
			const { asked: count, slowest } = await asked.stop();
			t.ok(count > 0 && slowest <= 5000, `a shell answered ${count} times, each within ${slowest} ms`);
			t.figures.push({
				name: `swap: a shell's slowest answer, data of ${times} times memory`,
				value: slowest,
				unit: 'ms',
			});
		},
	};
}

export const swapCases = defineCases([
	guestTest('3.4/swapping', 'swap areas: refusals, priorities, and all that may happen to a page that is in one', {
		start: 'boot',
	}),
	{
		id: '3.4/swap-data',
		title: 'More live data than memory keeps every word, in order, at random and over fork',
		tier: 'quick',
		start: 'boot',
		machine: { memory: 24 },
		timeout: 110,
		run: async (vm, t) => {
			const made = await vm.sh(swapFile(48));
			t.equal(made.status, 0, 'a swap file');
			const asked = askShell(vm, t.signal);
			await runGuestTest(vm, t, guestTestPath(3, 'swap-data'), ['30'], { timeout: 100_000 });
			const { asked: count, slowest } = await asked.stop();
			t.ok(count > 0, 'a shell answers meanwhile');
			t.note(`the slowest of ${count} answers took ${slowest} ms`);
		},
	},
	...[3, 4].map(longData),
	...[false, true].map(
		(swap): CaseDeclaration => ({
			id: `3.4/madv-free${swap ? '-swap' : ''}`,
			title: `what MADV_FREE gives up goes when memory is short, and not before${swap ? '; with swap' : ''}`,
			tier: 'quick',
			start: 'boot',
			machine: { memory: 32 },
			run: async (vm, t) => {
				if (swap) t.equal((await vm.sh(swapFile(16))).status, 0, 'a swap file');
				await runGuestTest(vm, t, guestTestPath(3, 'madv-free'), swap ? ['swap'] : [], { timeout: 50_000 });
			},
		}),
	),
	{
		id: '3.4/swapon-debian',
		title: 'Debian’s mkswap, swapon and swapoff; free and vmstat show what goes on',
		tier: 'quick',
		image: 'debian-memory',
		needs: ['debian'],
		run: async (vm, t) => {
			t.plan(5);
			const on = await vm.sh(swapFile(16));
			t.ok(on.status === 0, 'mkswap and swapon', on.stderr);
			const shown = await vm.sh('swapon --show --noheadings --bytes; free -k | tail -1');
			t.match(shown.stdout, /^\/swap +file +16773120 +0 +-2$/m, 'swapon --show');
			t.match(shown.stdout, /^Swap: +16380 +0 +16380$/m, 'free');
			const stat = await vm.sh('vmstat 1 2');
			t.match(stat.stdout, /^ *\d+ +\d+ +0 +\d+/m, 'vmstat');
			t.equal((await vm.sh('swapoff /swap && cat /proc/swaps | wc -l')).stdout.trim(), '1', 'swapoff');
		},
	},
]);
