import { setTimeout } from 'node:timers/promises';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import { type CaseDeclaration, defineCases } from '../../../tools/suite/declaration.js';
import { guestTest, guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

/** A swap file of that many MiB at /swap, in use. */
export function swapFile(mib: number): string {
	return `dd if=/dev/zero of=/swap bs=1M count=${mib} 2>&1 && chmod 600 /swap && mkswap /swap && swapon /swap`;
}

/** Asks a shell for something every other second, until stopped; resolves to the slowest answer's milliseconds. */
function askShell(vm: CaseMachine, signal: AbortSignal): { stop(): Promise<number> } {
	const done = new AbortController();
	const asking = (async () => {
		let slowest = 0;
		while (!done.signal.aborted && !signal.aborted) {
			const start = performance.now();
			await vm.sh('ls / | wc -l', { timeout: 60_000, signal });
			slowest = Math.max(slowest, performance.now() - start);
			await setTimeout(2000, undefined, { signal: done.signal }).catch(() => undefined);
		}
		return Math.round(slowest);
	})();
	asking.catch(() => undefined);
	return {
		stop: () => {
			done.abort();
			return asking;
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
			const slowest = await asked.stop();
			t.ok(slowest <= 5000, `a shell answered within ${slowest} ms`);
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
			await runGuestTest(vm, t, guestTestPath(3, 'swap-data'), ['30'], { timeout: 100_000 });
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
