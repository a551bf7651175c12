/*
 * kcmp(2): do two processes share a file, a descriptor table, an address space? The order that it gives to unequal ones
 * is that of their addresses, mixed with a number of this boot's, so that it tells nothing about where they are.
 */
#include <core/random.h>
#include <fs/fdtable.h>
#include <sched/ptrace.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>

enum { KCMP_FILE, KCMP_VM, KCMP_FILES, KCMP_FS, KCMP_SIGHAND, KCMP_IO, KCMP_SYSVSEM, KCMP_EPOLL_TFD };

/* 0 equal, 1 less, 2 greater. */
static long compare(const void *a, const void *b, unsigned type)
{
	static u32 mix[KCMP_EPOLL_TFD + 1];
	u32 x, y;

	if (!mix[type])
		mix[type] = random_u32() | 1;	/* odd: different addresses stay different */
	x = (u32)a * mix[type];
	y = (u32)b * mix[type];
	return x == y ? 0 : x < y ? 1 : 2;
}

static long compare_files(struct task *a, struct task *b, unsigned long fd_a, unsigned long fd_b)
{
	struct file *x = task_fd_get(a, fd_a), *y = task_fd_get(b, fd_b);
	long ret = x && y ? compare(x, y, KCMP_FILE) : -EBADF;

	if (x)
		file_put(x);
	if (y)
		file_put(y);
	return ret;
}

static long compare_tasks(struct task *a, struct task *b, int type, unsigned long fd_a, unsigned long fd_b)
{
	switch (type) {
	case KCMP_FILE:
		return compare_files(a, b, fd_a, fd_b);
	case KCMP_VM:
		return compare(a->mm, b->mm, KCMP_VM);
	case KCMP_FILES:
		return compare(a->files, b->files, KCMP_FILES);
	case KCMP_FS:
		return compare(a->fs, b->fs, KCMP_FS);
	case KCMP_SIGHAND:
		return compare(a->sighand, b->sighand, KCMP_SIGHAND);
	case KCMP_IO:
	case KCMP_SYSVSEM:
	case KCMP_EPOLL_TFD:
		return -EOPNOTSUPP;
	}
	return -EINVAL;
}

long sys_kcmp(pid_t pid1, pid_t pid2, int type, unsigned long idx1, unsigned long idx2)
{
	struct task *a = task_find_get(pid1), *b = task_find_get(pid2);
	long ret = -ESRCH;

	if (a && b)
		ret = ptrace_may_access(a) && ptrace_may_access(b) ? compare_tasks(a, b, type, idx1, idx2) : -EPERM;
	if (a)
		task_put(a);
	if (b)
		task_put(b);
	return ret;
}
