/*
 * Others' address spaces: process_vm_readv(2) and process_vm_writev(2), through a page of the kernel's, and
 * process_madvise(2).
 */
#include <arch/uaccess.h>
#include <fs/internal.h>
#include <fs/iov.h>
#include <fs/splice.h>
#include <mm/advice.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <sched/pidfd.h>
#include <sched/ptrace.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/mman.h>

/* One stretch of the other process. Bytes moved; fewer than n: either side ended. */
static size_t move_one(struct mm *mm, unsigned long addr, size_t n, struct iov_iter *local, bool write, void *page)
{
	size_t done = 0;

	while (done < n && local->count) {
		size_t chunk = min(min(n - done, (size_t)PAGE_SIZE), local->count), got;

		if (write) {
			got = copy_from_iter(page, chunk, local);
			got = vm_access(mm, addr + done, page, got, true);
		} else {
			got = vm_access(mm, addr + done, page, chunk, false);
			got = copy_to_iter(page, got, local);
		}
		done += got;
		if (got < chunk)
			break;
	}
	return done;
}

static ssize_t move(struct mm *mm, const struct abi_iovec *remote, unsigned long n, struct iov_iter *local, bool write)
{
	void *page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	ssize_t total = 0;

	if (!page)
		return -ENOMEM;
	for (unsigned long i = 0; i < n && local->count; i++) {
		size_t want = min((size_t)remote[i].iov_len, local->count), got;

		got = move_one(mm, remote[i].iov_base, want, local, write, page);
		total += (ssize_t)got;
		if (got < want) {
			if (!total)
				total = -EFAULT;
			break;
		}
	}
	kfree(page);
	return total;
}

/* Consumes a reference to t; NULL: *error. */
static struct mm *mm_of_task(struct task *t, int *error)
{
	struct mm *mm = NULL;

	*error = -ESRCH;
	if (!ptrace_may_access(t)) {
		*error = -EPERM;
	} else {
		preempt_disable();
		mm = t->mm;
		if (mm)
			mm_get(mm);
		preempt_enable();
	}
	task_put(t);
	return mm;
}

static struct mm *mm_of(pid_t pid, int *error)
{
	struct task *t = task_find_get(pid);

	*error = -ESRCH;
	return t ? mm_of_task(t, error) : NULL;
}

static long process_vm(pid_t pid, const struct abi_iovec __user *ulocal, unsigned long nl, const struct abi_iovec __user *uremote,
		       unsigned long nr, unsigned long flags, bool write)
{
	struct abi_iovec *local, *remote;
	struct iov_iter it;
	struct mm *mm;
	ssize_t size, result;
	int error;

	if (flags)
		return -EINVAL;
	size = import_iovec(ulocal, nl, NULL, 0, &local);
	if (size < 0)
		return size;
	result = import_iovec(uremote, nr, NULL, 0, &remote);
	if (result < 0)
		goto out_local;
	mm = mm_of(pid, &error);
	result = error;
	if (!mm)
		goto out_remote;
	iov_init_vector(&it, write, local, (unsigned)nl, (size_t)size);
	result = size ? move(mm, remote, nr, &it, write) : 0;
	mm_put(mm);
out_remote:
	kfree(remote);
out_local:
	kfree(local);
	return result;
}

long sys_process_vm_readv(pid_t pid, const struct abi_iovec __user *local, unsigned long nl, const struct abi_iovec __user *remote,
			  unsigned long nr, unsigned long flags)
{
	return process_vm(pid, local, nl, remote, nr, flags, false);
}

long sys_process_vm_writev(pid_t pid, const struct abi_iovec __user *local, unsigned long nl, const struct abi_iovec __user *remote,
			   unsigned long nr, unsigned long flags)
{
	return process_vm(pid, local, nl, remote, nr, flags, true);
}

/* ---- process_madvise ---- */

static struct task *task_of_pidfd(int fd, int *error)
{
	struct pid *pid = pidfd_pid((unsigned)fd, NULL);
	unsigned long flags;
	struct task *t;

	*error = -ESRCH;
	if (IS_ERR(pid)) {
		*error = (int)PTR_ERR(pid);
		return NULL;
	}
	spin_lock_irqsave(&tasklist_lock, flags);
	t = pid_task(pid, PIDTYPE_TGID);
	if (t)
		task_get(t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	pid_put(pid);
	return t;
}

/* Only what changes nothing that the other could see. Bytes advised, or the error of the first stretch. */
long sys_process_madvise(int pidfd, const struct abi_iovec __user *vec, size_t n, int advice, unsigned flags)
{
	struct abi_iovec *v;
	struct task *t;
	struct mm *mm;
	ssize_t size, done = 0;
	int error = 0;

	if (flags)
		return -EINVAL;
	size = import_iovec(vec, n, NULL, 0, &v);
	if (size < 0)
		return size;
	t = task_of_pidfd(pidfd, &error);
	if (!t)
		goto out;
	if (advice != MADV_COLD && advice != MADV_PAGEOUT && advice != MADV_WILLNEED) {
		error = -EINVAL;
		task_put(t);
		goto out;
	}
	mm = mm_of_task(t, &error);
	if (!mm) {
		if (error == -EPERM)
			error = -EACCES;
		goto out;
	}
	error = capable(CAP_SYS_NICE) ? 0 : -EPERM;
	for (size_t i = 0; i < n && !error; i++) {
		error = vm_madvise(mm, v[i].iov_base, v[i].iov_len, advice);
		if (!error)
			done += (ssize_t)v[i].iov_len;
	}
	mm_put(mm);
out:
	kfree(v);
	return done ? done : error;
}
