import { defineSuite } from '../../tools/suite/declaration.js';
import { badArgumentCases } from './cases/bad-arguments.js';
import { callCases } from './cases/calls.js';
import { everyCallCases } from './cases/every-call.js';
import { programCases } from './cases/programs.js';
import { randomCases } from './cases/random.js';
import { socketCases } from './cases/sockets.js';
import { traceCases } from './cases/trace.js';

export const suite = defineSuite({
	phase: 4,
	title: 'System calls',
	steps: [
		{ number: '4.1', title: 'Files, credentials, users', state: 'closed' },
		{ number: '4.2', title: 'Readiness', state: 'closed' },
		{ number: '4.3', title: 'ioctl', state: 'closed' },
		{ number: '4.4', title: 'Moving bytes', state: 'closed' },
		{ number: '4.5', title: 'Futexes', state: 'closed' },
	],
	image: 'debian-programs',
	note: [
		'Phase 4, system calls: what programs nobody here wrote ask of a kernel. The root is Debian’s programs.',
		'Try: vim, htop, tmux, python3, git, gcc-12, sqlite3, redis-server, strace -f ls, trace -f sh -c "ls | wc"',
		'     login as user; useradd, passwd, su; cat /proc/missing_syscalls',
	].join('\n'),
	cases: [
		...callCases,
		...everyCallCases,
		...badArgumentCases,
		...socketCases,
		...programCases,
		...traceCases,
		...randomCases,
	],
});
