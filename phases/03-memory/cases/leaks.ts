import { type CaseDeclaration, defineCases, type Tier } from '../../../tools/suite/declaration.js';
import { guestTestPath } from '../../../tools/suite/guest-test.js';

/** Programs of all sorts, of several phases: what any of them leaves behind is found at power off. */
const programs: readonly (readonly [number, string, ...string[]])[] = [
	[2, 'clone'],
	[2, 'groups'],
	[2, 'spawning'],
	[2, 'thread-library'],
	[3, 'file-mapping', '/var/tmp'],
	[3, 'memfd-seals'],
	[3, 'oom-wait', 'lock'],
	[3, 'shared-zero'],
	[3, 'stack-guard'],
	[3, 'swapping'],
	[3, 'sysv-sem'],
	[3, 'sysv-shm'],
	[4, 'told-by-signal'],
];

function reportCase(tier: Tier): CaseDeclaration {
	const full = tier === 'full';
	return {
		id: `3.1/no-leak-at-power-off${full ? '-long' : ''}`,
		title: 'what ended programs had is given back: nothing is missed at power off',
		tier,
		start: 'boot',
		machine: { memory: 48 },
		needs: ['qemu'],
		expects: /out of memory/i,
		run: async (vm, t) => {
			const chosen = full ? programs : programs.filter(([phase]) => phase === 3).slice(0, 3);
			t.plan(chosen.length + 1);
			// What each finds is its own case's to say; here it has to come to its end.
			for (const [phase, name, ...args] of chosen) {
				const { stdout, signal } = await vm.exec([guestTestPath(phase, name), ...args], { timeout: 120_000 });
				t.ok(signal === 0 && /^1\.\.\d+$/m.test(stdout), `${name} ended`, stdout);
			}
			const from = vm.console.position;
			await vm.control.power('off');
			const { match } = await vm.console.waitFor(/leaks?: [^\n]*\n/, { from, timeout: 60_000, signal: t.signal });
			t.match(match[0], /leaks: none/, 'the report');
			await vm.machine.ended();
		},
	};
}

export const leakCases = defineCases([
	reportCase('quick'),
	reportCase('full'),
	{
		id: '3.1/leak-is-reported',
		title: 'an address space that nobody gives back is named at power off, with who took it',
		tier: 'quick',
		start: 'boot',
		needs: ['qemu'],
		expects: /BUG: leak/,
		run: async (vm, t) => {
			t.plan(2);
			await vm.sh('echo leak >/proc/violate');
			const from = vm.console.position;
			await vm.control.power('off');
			const { match } = await vm.console.waitFor(/leak: 2 [^\n]*\n[^\n]*taken by[^\n]*\n/, {
				from,
				timeout: 60_000,
				signal: t.signal,
			});
			t.match(match[0], /leak: 2 of mm where 1 are accounted for/, 'the cache');
			t.match(match[0], /2 objects of mm taken by mm_alloc/, 'the call');
			await vm.machine.ended();
		},
	},
]);
