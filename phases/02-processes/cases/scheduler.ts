import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';
import { countedTime } from './counted-time.js';

export const schedulerCases = defineCases([
	guestTest('2.4/scheduler', 'policies, shares by nice values, real-time before all, CPU time', {
		args: (t) => [String(t.size(10, 2))],
		start: 'boot',
		machine: countedTime,
	}),
	guestTest('2.4/sleeping', 'sleeps and timers keep their times and say what is left', {
		start: 'boot',
		machine: countedTime,
	}),
	guestTest('2.4/interactive', 'what is typed is answered soon under load; a real-time hog leaves the rest a share', {
		args: (t) => [String(t.size(200, 15))],
		start: 'boot',
		machine: countedTime,
		timeout: 600,
	}),
	guestTest('2.4/inheritance', 'locks lend their owners the priority of who waits: futexes, and the kernel’s own', {
		start: 'boot',
		machine: countedTime,
		timeout: 120,
	}),
	guestTest('2.4/latency', 'sleepers wake in time, real-time ones under load too', {
		args: (t) => [String(t.size(100_000, 300))],
		start: 'boot',
		machine: countedTime,
		timeout: 1200,
	}),
]);
