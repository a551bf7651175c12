import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

export const groupCases = defineCases([
	guestTest('2.6/groups', 'groups, sessions, controlling terminals, hang-ups, orphaned groups'),
	guestTest('2.6/job-control-sh', 'job control of our shell, typed at on a pseudo-terminal', {
		program: 'job-control',
		args: ['sh', '-i'],
	}),
	guestTest('2.6/job-control-bash', 'job control of Debian’s bash', {
		program: 'job-control',
		args: ['bash-static', '--norc', '-i'],
		needs: ['debian'],
	}),
]);
