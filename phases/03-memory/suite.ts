import { defineSuite } from '../../tools/suite/declaration.js';
import { leakCases } from './cases/leaks.js';
import { pressureCases } from './cases/pressure.js';
import { programCases } from './cases/programs.js';
import { protectionCases } from './cases/protection.js';
import { ruleCases } from './cases/rules.js';
import { sharedCases } from './cases/shared.js';
import { spaceCases } from './cases/spaces.js';
import { stressCases } from './cases/stress.js';
import { swapCases } from './cases/swap.js';

export const suite = defineSuite({
	phase: 3,
	title: 'Memory',
	steps: [
		{ number: '3.1', title: 'Address spaces', state: 'closed' },
		{ number: '3.2', title: 'Demand paging', state: 'closed' },
		{ number: '3.3', title: 'mmap', state: 'closed' },
		{ number: '3.4', title: 'Swap', state: 'closed' },
		{ number: '3.5', title: 'Shared memory', state: 'closed' },
	],
	image: 'base',
	note: [
		'Phase 3, memory: address spaces, demand paging, swap, shared memory.',
		'Try: free    cat /proc/meminfo    cat /proc/self/smaps    cat /proc/sysvipc/shm',
	].join('\n'),
	cases: [
		...spaceCases,
		...sharedCases,
		...swapCases,
		...stressCases,
		...programCases,
		...pressureCases,
		...leakCases,
		...protectionCases,
		...ruleCases,
	],
});
