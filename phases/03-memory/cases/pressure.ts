import { type CaseDeclaration, defineCases, type Tier } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';
import { swapFile } from './swap.js';

const tiers: readonly Tier[] = ['quick', 'full'];

/** Memory bombs beside bystanders; with swap, which fills too. */
function bombCase(tier: Tier, swap: boolean): CaseDeclaration {
	const full = tier === 'full';
	return {
		id: `3.2/memory-bomb${swap ? '-swap' : ''}${full ? '-long' : ''}`,
		title: `memory bombs and fork bombs die alone${swap ? ', with swap full too' : ''}`,
		tier,
		start: 'boot',
		machine: { memory: 32 },
		timeout: full ? 1800 : 110,
		expects: /out of memory/i,
		run: async (vm, t) => {
			if (swap) t.equal((await vm.sh(swapFile(16))).status, 0, 'a swap file');
			await runGuestTest(vm, t, guestTestPath(3, 'memory-bomb'), [full ? '100' : '5'], { timeout: 1_700_000 });
		},
	};
}

/** Processes by the hundred, and what they leave behind. */
function leakCase(tier: Tier, kind: string, sizes: { full: number; quick: number }): CaseDeclaration {
	const full = tier === 'full';
	return {
		id: `3.4/no-leak-${kind}${full ? '-long' : ''}`,
		title: `no frame, swap slot or object stays behind: ${kind}`,
		tier,
		start: 'boot',
		machine: { memory: 48 },
		timeout: full ? 1800 : 110,
		run: async (vm, t) => {
			t.equal((await vm.sh(swapFile(16))).status, 0, 'a swap file');
			await runGuestTest(vm, t, guestTestPath(3, 'no-leak'), [kind, String(sizes[tier])], { timeout: 1_700_000 });
		},
	};
}

/** What calls need memory of the kernel's for, while somebody holds all there is. */
const waits = {
	pipes: 'writes to pipes',
	processes: 'new processes',
	copies: 'page tables of copies',
	lock: 'a call whose lock the victim waits for',
};

const waitCases = Object.entries(waits).map(
	([way, title]): CaseDeclaration => ({
		id: `3.2/oom-wait-${way}`,
		title: `memory that somebody else holds is waited for, and he is killed for it: ${title}`,
		tier: 'quick',
		start: 'boot',
		machine: { memory: 32 },
		expects: /out of memory/i,
		run: (vm, t) => runGuestTest(vm, t, guestTestPath(3, 'oom-wait'), [way], { timeout: 50_000 }),
	}),
);

export const pressureCases = defineCases([
	...waitCases,
	...tiers.flatMap((tier) => [
		bombCase(tier, false),
		bombCase(tier, true),
		leakCase(tier, 'exec', { full: 10_000, quick: 300 }),
		leakCase(tier, 'pressure', { full: 1000, quick: 40 }),
		leakCase(tier, 'threads', { full: 10_000, quick: 300 }),
		leakCase(tier, 'files', { full: 10_000, quick: 200 }),
	]),
]);
