import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

export const schedulerCases = defineCases([
	guestTest('2.4/scheduler', 'policies, shares by nice values, real-time before all, CPU time', {
		args: (t) => [String(t.size(10, 2))],
	}),
	guestTest('2.4/sleeping', 'sleeps and timers keep their times and say what is left'),
]);
