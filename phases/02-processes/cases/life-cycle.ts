import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

export const lifeCycleCases = defineCases([
	guestTest('2.7/many', 'many processes at once, and what one costs', {
		args: (t) => [String(t.size(4000, 400))],
		machine: { memory: 512 },
		timeout: 300,
	}),
]);
