import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

export const threadCases = defineCases([
	guestTest('2.2/clone', 'clone and clone3 share what they are asked to, and refuse what cannot be'),
	guestTest('2.2/threads', 'thread groups: contention, every way to end, many at once', {
		args: (t) => [String(t.size(2000, 200))],
		timeout: 120,
	}),
	guestTest('2.3/futexes', 'futexes: wake, requeue, bit sets, keys over fork, robust lists'),
]);
