import { defineSuite } from '../../tools/suite/declaration.js';
import { coreFileCases } from './cases/core-files.js';
import { corePipeCases } from './cases/core-pipes.js';
import { debianCases } from './cases/debian.js';
import { debuggingCases } from './cases/debugging.js';
import { descriptorCases } from './cases/descriptors.js';
import { groupCases } from './cases/groups.js';
import { lifeCycleCases } from './cases/life-cycle.js';
import { schedulerCases } from './cases/scheduler.js';
import { signalCases } from './cases/signals.js';
import { threadCases } from './cases/threads.js';

export const suite = defineSuite({
	phase: 2,
	title: 'Processes',
	steps: [
		{ number: '2.1', title: 'Descriptors', state: 'closed' },
		{ number: '2.2', title: 'Kernel threads and clone', state: 'closed' },
		{ number: '2.3', title: 'pthreads in our libc', state: 'closed' },
		{ number: '2.4', title: 'Scheduler', state: 'closed' },
		{ number: '2.5', title: 'Signals', state: 'closed' },
		{ number: '2.6', title: 'Groups, sessions, terminals', state: 'closed' },
		{ number: '2.7', title: 'Life cycle', state: 'closed' },
	],
	image: 'base',
	note: [
		'Phase 2, processes: threads, priorities, signals, job control.',
		'Try: ps    sleep 100 then Ctrl-Z, jobs, bg, fg, Ctrl-C    bash-static',
		'     busybox top    busybox nice -n 5 busybox yes > /dev/null &',
		'     cd /usr/libexec/imposos-tests/02; ./threads 500; ./crash spin & cat /proc/$!/task/*/stat; ulimit -c unlimited; ./crash',
	].join('\n'),
	cases: [
		...descriptorCases,
		...threadCases,
		...schedulerCases,
		...signalCases,
		...groupCases,
		...lifeCycleCases,
		...coreFileCases,
		...corePipeCases,
		...debuggingCases,
		...debianCases,
	],
});
