/* /proc/PID/coredump_filter: which kinds of memory a core file of the process would have. */
#include "proc.h"
#include <mm/mm.h>
#include <abi/errno.h>

/* Without an address space there is nothing to read, and nothing to set. */
static ssize_t filter_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct task *t = proc_task(f->inode);
	struct mm *mm;
	char text[16];
	size_t n = 0;

	if (!t)
		return -ESRCH;
	mm = proc_mm(t);
	task_put(t);
	if (mm) {
		n = (size_t)scnprintf(text, sizeof(text), "%08x\n", READ_ONCE(mm->dump_filter));
		mm_put(mm);
	}
	return text_read(text, n, it, pos);
}

static ssize_t filter_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	char text[36];
	size_t n = it->count, take = min(n, sizeof(text) - 1);
	unsigned long v;
	struct task *t;
	struct mm *mm;
	int error;

	(void)pos;
	if (copy_from_iter(text, take, it) != take)
		return -EFAULT;
	text[take] = 0;
	error = kstrtoul(text, 0, &v);
	if (error)
		return error;
	t = proc_task(f->inode);
	if (!t)
		return -ESRCH;
	mm = proc_mm(t);
	task_put(t);
	if (!mm)
		return -ESRCH;
	WRITE_ONCE(mm->dump_filter, v & DUMP_KNOWN);
	mm_put(mm);
	return (ssize_t)n;
}

const struct file_ops proc_coredump_filter_fops = { .read = filter_read, .write = filter_write, .llseek = generic_llseek };
