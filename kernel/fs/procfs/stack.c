/* /proc/PID/stack: where a task stands in the kernel, a sleeper as well as one that was interrupted there (proc(5)). */
#include "proc.h"
#include <arch/thread.h>
#include <core/percpu.h>
#include <core/printk.h>
#include <fs/seq_file.h>
#include <sched/cred.h>
#include <sched/task.h>
#include <abi/capability.h>
#include <abi/errno.h>

int proc_show_stack(struct seq_file *m, struct task *t)
{
	unsigned long ips[32], offset;
	unsigned n = 0;

	if (!proc_may_read(t) || !capable(CAP_SYS_ADMIN))
		return -EACCES;
	preempt_disable();		/* so that it stays where it is */
	if (!t->exit_state)
		n = thread_backtrace(t, ips, ARRAY_SIZE(ips));
	preempt_enable();
	for (unsigned i = 0; i < n; i++) {
		const char *name = symbol_lookup(ips[i], &offset);

		if (name)
			seq_printf(m, "[<0>] %s+0x%lx\n", name, offset);
		else
			seq_printf(m, "[<0>] 0x%lx\n", ips[i]);
	}
	return 0;
}
