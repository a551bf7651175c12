import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

export const memoryCases = defineCases([
	guestTest('0.2/memory', 'address spaces: rights, copy-on-write, mappings of memory and files, limits', {
		args: (t) => [String(t.size(30_000, 3000))],
	}),
]);
