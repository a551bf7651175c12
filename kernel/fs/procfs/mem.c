/*
 * /proc/PID/mem: another process's memory at its addresses, and /proc/PID/pagemap, where its pages are; for whoever may trace
 * it. Both are about the memory of the time of open().
 */
#include "proc.h"
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <mm/usage.h>
#include <abi/capability.h>

int proc_mm_open(const struct inode *inode, struct mm **mm)
{
	struct task *t = proc_task(inode);

	if (!t)
		return -ESRCH;
	if (!proc_may_read(t)) {
		task_put(t);
		return -EACCES;
	}
	*mm = proc_mm(t);
	task_put(t);
	if (*mm) {
		/* The file keeps the structure, not the memory: an ended process's goes. */
		atomic_inc(&(*mm)->count);
		mm_put(*mm);
	}
	return 0;
}

bool proc_mm_living(struct mm *mm)
{
	return mm && atomic_inc_not_zero(&mm->users);
}

static int mem_open(struct inode *inode, struct file *f)
{
	return proc_mm_open(inode, (struct mm **)&f->private);
}

static struct mm *living(struct file *f)
{
	return proc_mm_living(f->private) ? f->private : NULL;
}

static ssize_t mem_move(struct file *f, struct iov_iter *it, loff_t *pos, bool write)
{
	struct mm *mm;
	ssize_t done = 0;
	char *page;

	if (*pos < 0 || *pos >= (loff_t)TASK_SIZE)
		return it->count ? -EIO : 0;
	mm = living(f);
	if (!mm)
		return 0;
	page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!page)
		done = -ENOMEM;
	while (page && it->count) {
		size_t chunk = min(it->count, (size_t)PAGE_SIZE - (size_t)(*pos & ~PAGE_MASK)), got;

		if (write && copy_from_iter(page, chunk, it) != chunk) {
			done = done ? done : -EFAULT;
			break;
		}
		got = vm_access(mm, (unsigned long)*pos, page, chunk, write);
		if (!got) {
			done = done ? done : -EIO;
			break;
		}
		if (!write && copy_to_iter(page, got, it) != got) {
			done = done ? done : -EFAULT;
			break;
		}
		*pos += (loff_t)got;
		done += (ssize_t)got;
		if (got < chunk)
			break;
	}
	kfree(page);
	mm_put(mm);
	return done;
}

static ssize_t mem_read(struct file *f, struct iov_iter *it, loff_t *pos) { return mem_move(f, it, pos, false); }
static ssize_t mem_write(struct file *f, struct iov_iter *it, loff_t *pos) { return mem_move(f, it, pos, true); }

static loff_t mem_llseek(struct file *f, loff_t off, int whence)
{
	if (whence == SEEK_CUR)
		off += f->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (off < 0)
		return -EINVAL;
	f->pos = off;
	return off;
}

static void mem_release(struct inode *inode, struct file *f)
{
	(void)inode;
	if (f->private)
		mm_drop(f->private);
}

const struct file_ops proc_mem_fops = {
	.open = mem_open, .read = mem_read, .write = mem_write, .llseek = mem_llseek, .release = mem_release,
};

/* ---- pagemap: a word of 64 bits for each page ---- */

static ssize_t pagemap_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	bool frames = cred_capable(f->cred, CAP_SYS_ADMIN);
	u64 words[64];
	struct mm *mm;
	ssize_t done = 0;

	if ((*pos & 7) || (it->count & 7))
		return -EINVAL;
	mm = living(f);
	if (!mm)
		return 0;
	while (it->count && *pos / 8 < (loff_t)(TASK_SIZE >> PAGE_SHIFT)) {
		unsigned long page = (unsigned long)(*pos / 8), n = min(it->count / 8, ARRAY_SIZE(words)), i;

		n = min(n, (TASK_SIZE >> PAGE_SHIFT) - page);
		down_read(&mm->mmap_lock);
		for (i = 0; i < n; i++)
			words[i] = vm_pagemap_entry(mm, (page + i) << PAGE_SHIFT, frames);
		up_read(&mm->mmap_lock);
		if (copy_to_iter(words, n * 8, it) != n * 8) {
			done = done ? done : -EFAULT;
			break;
		}
		*pos += (loff_t)(n * 8);
		done += (ssize_t)(n * 8);
	}
	mm_put(mm);
	return done;
}

const struct file_ops proc_pagemap_fops = {
	.open = mem_open, .read = pagemap_read, .llseek = mem_llseek, .release = mem_release,
};
