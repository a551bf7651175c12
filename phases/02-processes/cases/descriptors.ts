import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

export const descriptorCases = defineCases([
	guestTest('2.1/descriptors', 'the table grows, its limits hold, copies and sharing are as declared', {
		args: (t) => [String(t.size(60_000, 2000))],
	}),
]);
