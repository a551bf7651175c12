import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest, guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';
import { countedTime } from '../../02-processes/cases/counted-time.js';

/** Calls by area, each with its documented errors. */
export const callCases = defineCases([
	guestTest('4.1/identity', 'ids of every kind, groups, access by the real user, modes and umask'),
	guestTest(
		'4.1/clocks-by-vdso',
		'clocks read without a call agree with those read by call, also when the clock is set',
	),
	guestTest('4.2/readiness', 'poll, select and epoll: level, edge, one-shot, exclusive, nested, many that are idle', {
		args: (t) => [String(t.size(10_000, 1000))],
	}),
	guestTest(
		'4.1/processor-time',
		'clocks of processor time of threads and processes: timers on them, sleeping on them, whose they are',
		{ start: 'boot', machine: countedTime },
	),
	guestTest('4.2/fastest-timers', 'timers of a nanosecond, unread, ignored and blocked, do not stop the machine'),
	guestTest('4.2/inotify', 'events of files and directories, renames, ends of watches, overflow, limits'),
	guestTest('4.2/told-of-changes', 'signals of changes: F_NOTIFY of directories, O_ASYNC of inotify'),
	guestTest('4.2/leases', 'leases of files: who gets one, what breaks it, who is told, what time takes away'),
	guestTest('4.2/timers-cancelled', 'timers that the setting of the clock cancels, and those that it does not'),
	guestTest('4.4/named-by-threads', 'what any thread sends, connects and asks for is in the name of its process'),
	guestTest('4.4/queues', 'POSIX message queues, tee and vmsplice, kcmp, flags of vectors'),
	guestTest('4.4/queues-mounted', 'queues as files of a mounted filesystem, made, read, opened and removed either way'),
	guestTest(
		'4.1/seccomp',
		'filters of calls: what they let pass, refuse, trap and end; who inherits them; threads; a tracer',
	),
	guestTest(
		'4.1/seccomp-asked',
		'filters that ask another process: what it is told, answers and gives; signals and ends in between',
	),
	guestTest('4.1/empty-attributes', 'extended attributes without a value, on disk and in memory'),
	guestTest('4.1/handles', 'files by handles: moved ones, folders that nothing is cached of, those that are gone'),
	guestTest('4.1/pivot-root', 'another mount becomes the root of the tree, and back'),
	guestTest('4.3/interfaces', 'requests that every file answers; the loopback interface; who refuses'),
	{
		id: '4.5/futexes',
		title: 'wait, wake, requeue, bit sets, shared and private keys, robust lists',
		tier: 'quick',
		run: (vm, t) => runGuestTest(vm, t, guestTestPath(2, 'futexes')),
	},
]);
