/*
 * The dispatch table, indexed by system call number, made from kernel/abi/syscalls.tbl. Entry code has checked the
 * number against NR_SYSCALLS and jumps through sys_call_table; numbers beyond it, and slots without a handler, end
 * in sys_unknown(), which counts them so that what programs miss can be seen by name.
 *
 * A handler that the list calls done but nobody defines resolves to sys_unknown() as well and is named at start-up.
 */
#include <core/init.h>
#include <core/printk.h>
#include <gen/syscall_numbers.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <sys/table.h>
#include <abi/errno.h>

static u32 missing_count[NR_SYSCALLS];
static u32 out_of_range_count;

#define SYSCALL(n, name, handler) __asm__(".weak " #handler "\n\t.set " #handler ", sys_unknown");
#define SYSCALL_NONE(n, name)
#define SYSCALL_GAP(n)
#include <gen/syscall_table.inc>
#undef SYSCALL
#undef SYSCALL_NONE
#undef SYSCALL_GAP

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

__used long sys_unknown(void)
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

#define SYSCALL(n, name, handler) n,
#define SYSCALL_NONE(n, name)
#define SYSCALL_GAP(n)
static const u16 declared[] = {
#include <gen/syscall_table.inc>
};

static int __init report_undefined(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(declared); i++) {
		if (sys_call_table[declared[i]] == (const void *)sys_unknown)
			pr_warn("system call %s is declared done and has no handler\n", names[declared[i]]);
	}
	return 0;
}
late_initcall(report_undefined);
