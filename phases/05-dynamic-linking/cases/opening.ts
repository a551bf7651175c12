import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

export const openingCases = defineCases([
	guestTest('5.4/opening', 'dlopen and its kin: counts, scopes, versions, late thread variables, sixteen threads', {
		args: (t) => [String(t.size(500, 20))],
		timeout: 120,
	}),
]);
