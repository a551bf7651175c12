import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

export const signalCases = defineCases([
	guestTest('2.5/signal-queue', 'pending signals: queues, order, information, none lost', {
		args: (t) => [String(t.size(1_000_000, 5000))],
		timeout: 600,
	}),
	guestTest('2.5/signal-frame', 'frames, faults, alternate stacks, the FPU in handlers'),
	guestTest('2.5/signal-restart', 'interrupted calls go on or fail as Linux has them'),
]);
