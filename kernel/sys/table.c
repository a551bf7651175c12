/*
 * The dispatch table, indexed by system call number, made from kernel/abi/syscalls.tbl. Entry code has checked the
 * number against NR_SYSCALLS and jumps through sys_call_table; numbers beyond it, and slots without a handler, end
 * in sys_unknown(), which counts them so that /proc/missing_syscalls shows by name what programs miss.
 */
#include <core/init.h>
#include <core/printk.h>
#include <fs/seq_file.h>
#include <gen/syscall_numbers.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <sys/table.h>
#include <abi/errno.h>

static u32 missing_count[NR_SYSCALLS];
static u32 out_of_range_count;

#define SYSCALL(n, name, handler) [n] = (const void *)handler,
#define SYSCALL_NONE(n, name) [n] = (const void *)sys_unknown,
#define SYSCALL_GAP(n) [n] = (const void *)sys_unknown,
const void *const sys_call_table[NR_SYSCALLS] = {
#include <gen/syscall_table.inc>
};
#undef SYSCALL
#undef SYSCALL_NONE
#undef SYSCALL_GAP

#define SYSCALL(n, name, handler) [n] = #name,
#define SYSCALL_NONE(n, name) [n] = #name,
#define SYSCALL_GAP(n) [n] = NULL,
static const char *const names[NR_SYSCALLS] = {
#include <gen/syscall_table.inc>
};
#undef SYSCALL
#undef SYSCALL_NONE
#undef SYSCALL_GAP

const unsigned nr_syscalls = NR_SYSCALLS;

const char *syscall_name(unsigned nr)
{
	return nr < NR_SYSCALLS ? names[nr] : NULL;
}

u32 syscall_missing_count(unsigned nr)
{
	return nr < NR_SYSCALLS ? missing_count[nr] : out_of_range_count;
}

long sys_unknown(void)
{
	unsigned nr = (unsigned)current_regs()->orig_ax;

	if (nr >= NR_SYSCALLS) {
		out_of_range_count++;
	} else if (missing_count[nr]++ == 0) {
		const char *name = names[nr];
		pr_debug("%s[%d]: system call %s (%u) is not there\n", current->comm, current->pid, name ? name : "?", nr);
	}
	return -ENOSYS;
}

/* One line each: number, name, how often. */
static int show_missing(struct seq_file *m, void *v)
{
	(void)v;
	for (unsigned nr = 0; nr < NR_SYSCALLS; nr++) {
		if (missing_count[nr])
			seq_printf(m, "%u %s %u\n", nr, names[nr] ? names[nr] : "?", missing_count[nr]);
	}
	if (out_of_range_count)
		seq_printf(m, "- beyond-the-last %u\n", out_of_range_count);
	return 0;
}

static int __init table_init(void)
{
	return proc_create_single("missing_syscalls", 0444, show_missing, NULL);
}
late_initcall(table_init);
