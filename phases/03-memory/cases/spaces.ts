import { type CaseDeclaration, defineCases } from '../../../tools/suite/declaration.js';
import { guestTest, guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';
import { swapFile } from './swap.js';

function longModel(seed: number): CaseDeclaration {
	return {
		id: `3.1/model-long-${seed}`,
		title: `A million random operations on an address space agree with a model of it (seed ${seed})`,
		tier: 'full',
		start: 'boot',
		timeout: 3600,
		run: async (vm, t) => {
			// Half of them with pages that go to swap.
			if (seed % 2 === 0) t.equal((await vm.sh(swapFile(16))).status, 0, 'a swap file');
			await runGuestTest(vm, t, guestTestPath(3, 'model'), ['1000000', String(seed)], { timeout: 3_500_000 });
		},
	};
}

export const spaceCases = defineCases([
	guestTest('3.1/many-areas', 'maps and smaps of a process with thousands of areas: whole, in order, while it changes'),
	{
		id: '3.1/model',
		title: 'Random operations on an address space agree with a model of it',
		tier: 'quick',
		timeout: 110,
		run: async (vm, t) => {
			for (const seed of [1, 2])
				await runGuestTest(vm, t, guestTestPath(3, 'model'), ['10000', String(seed)], { timeout: 50_000 });
		},
	},
	...[1, 2, 3, 4, 5, 6, 7, 8].map(longModel),
]);
