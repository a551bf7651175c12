import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

export const lifeCycleCases = defineCases([
	guestTest('2.7/waiting', 'wait, waitid and their kin; orphans; the death of a parent'),
	guestTest('2.7/executing', 'exec: arguments, scripts, what is refused and why, broken files'),
	guestTest('2.7/pidfds', 'process descriptors: signals, waits, polls, and what they refuse'),
	guestTest('2.7/tracing', 'ptrace: stops, registers, memory, signals, families; seizing, attaching, letting go'),
	guestTest('2.7/tracers', 'a tracee, and a child, is one thread’s: requests, waits, the end of the thread, exec'),
	guestTest('2.7/tracing-seccomp', 'a privileged tracer suspends seccomp, and nobody else'),
	guestTest('2.7/spawning', 'posix_spawn with its actions and attributes, system, popen, the exec family'),
	guestTest('2.7/exits-watched', 'processes end with many files while others look at those in /proc'),
	guestTest('2.7/many', 'many processes at once, and what one costs', { args: ['400'] }),
	guestTest('2.7/many-thousands', 'four thousand processes at once', {
		program: 'many',
		args: ['4000'],
		tier: 'full',
		start: 'boot',
		machine: { memory: 512 },
		timeout: 300,
	}),
]);
