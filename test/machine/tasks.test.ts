import t from 'tap';
import { formatTasks } from '../../tools/machine/tasks.js';

t.test('tasks are listed with the call that each is in', async (t) => {
	const listing = [
		'/proc/1|sigtimedwait| switch_to+0xd0 schedule_timeout+0x1 wait_sig+0x20 sys_x+0x3|177 0x1 0x2 0x3 0x8 0x0 0x0 0x9 0xa|1 (init) S 0 1 1 0',
		'/proc/9|kthread||0 0x0|9 (worker) S 2 0 0 0',
		'/proc/20|futex_wait||240 0x5 0x80 0x0 0x0 0x0 0x0 0x9 0xa|21 (a) (b| c) S 1 20 20 0',
		'/proc/22|||running|22 (busy) R 20 20 20 0',
		'/proc/23||||',
		'',
	].join('\n');
	t.same(formatTasks(listing).split('\n'), [
		'22 (of 20) R busy: running in -',
		'20/21 (of 1) S a) (b| c: futex(0x5, 0x80, 0x0, 0x0, 0x0, 0x0) in futex_wait',
		'1 (of 0) S init: rt_sigtimedwait(0x1, 0x2, 0x3, 0x8, 0x0, 0x0) in wait_sig < sys_x',
	]);
	const many = Array.from({ length: 70 }, (_, at) => `/proc/${at + 3}|x||-1 0x0 0x0|${at + 3} (a) S 1 0`).join('\n');
	t.match(formatTasks(many), /… and 10 more$/);
});
