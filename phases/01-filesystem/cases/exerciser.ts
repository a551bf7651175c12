import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

export const exerciserCases = defineCases([
	{
		id: '1.6/exerciser',
		title: 'random operations on a file leave what a model in memory has',
		tier: 'quick',
		timeout: 120,
		run: async (vm, t) => {
			const program = guestTestPath(1, 'exerciser');
			await runGuestTest(vm, t, program, ['/var/tmp/exerciser', String(t.seed), '20000'], { timeout: 110_000 });
		},
	},
	...SEEDS.map((seed) => ({
		id: `1.6/exerciser-seed-${seed}`,
		title: `a million random operations from seed ${seed} leave what the model has`,
		tier: 'full' as const,
		timeout: 10_000,
		run: async (vm: Parameters<typeof runGuestTest>[0], t: Parameters<typeof runGuestTest>[1]) => {
			const args = ['/var/tmp/exerciser', String(seed), '1000000'];
			await runGuestTest(vm, t, guestTestPath(1, 'exerciser'), args, { timeout: 9_900_000 });
		},
	})),
]);
