import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

export const sharedCases = defineCases([
	guestTest('3.5/sysv-shm', 'System V shared memory: keys, attachments, rights, removal while attached'),
	guestTest('3.5/sysv-sem', 'System V semaphores: all or nothing, sleepers, SEM_UNDO, removal'),
	guestTest('3.5/sysv-msg', 'System V message queues: order and types, full queues, sleepers'),
	{
		id: '3.5/ipcs',
		title: 'Debian’s ipcmk, ipcs and ipcrm see and remove System V objects',
		tier: 'quick',
		image: 'debian-memory',
		needs: ['debian'],
		run: async (vm, t) => {
			t.plan(5);
			const made = await vm.sh('ipcmk -M 12345 && ipcmk -S 7 && ipcmk -Q');
			t.match(made.stdout, /^Shared memory id: \d+\nSemaphore id: \d+\nMessage queue id: \d+\n$/, 'ipcmk');
			const shown = await vm.sh('ipcs -a; ipcs -u; ipcs -l');
			t.match(shown.stdout, /root +644 +12345 +0/, 'the segment is listed');
			t.match(shown.stdout, /root +644 +7\b/, 'the semaphores are listed');
			t.match(shown.stdout, /max size of message \(bytes\) = 8192/, 'limits are told');
			const gone = await vm.sh('ipcrm -a && ipcs -a | grep -c root');
			t.equal(gone.stdout, '0\n', 'all are gone');
		},
	},
]);
