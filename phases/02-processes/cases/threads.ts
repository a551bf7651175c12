import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

export const threadCases = defineCases([
	guestTest('2.2/clone', 'clone and clone3 share what they are asked to, and refuse what cannot be'),
	guestTest('2.2/threads', 'thread groups: contention, every way to end, many at once', {
		args: (t) => [String(t.size(2000, 200))],
		timeout: 120,
	}),
	guestTest('2.3/futexes', 'futexes: wake, requeue, bit sets, keys over fork, robust lists'),
	guestTest('2.3/pthread-life', 'threads: created, joined, detached, 2,000 at once; attributes, keys, TLS, fork', {
		args: (t) => [String(t.size(2000, 200))],
		timeout: 120,
	}),
	guestTest('2.3/pthread-mutex', 'mutexes: kinds, errors, time limits, dead owners, processes, priority', {
		args: (t) => [String(t.size(20000, 1000))],
		timeout: 120,
	}),
	guestTest('2.3/pthread-sync', 'conditions, read-write locks, barriers, spin locks, semaphores: errors and races', {
		args: (t) => [String(t.size(5000, 200))],
		timeout: 120,
	}),
	guestTest('2.3/pthread-cancel', 'cancellation of every blocked call; nothing is lost with it', {
		args: (t) => [String(t.size(2000, 60))],
		timeout: 120,
	}),
	guestTest('2.3/thread-library', 'streams, malloc, fork, credentials, exit among threads; threads of ISO C', {
		args: (t) => [String(t.size(3000, 150))],
		timeout: 120,
	}),
]);
