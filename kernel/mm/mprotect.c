/*
 * Changing rights (mprotect) and locking into memory (mlock): both change flags of part of an area, which splits it
 * at the edges and merges it again with neighbours that have become alike.
 */
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/mman.h>
#include <core/printk.h>
#include <fs/vfs.h>
#include <mm/advice.h>
#include <mm/commit.h>
#include <sched/signal.h>
#include "internal.h"

/* mmap_lock write-held. Gives [start, end) of area a these flags; *area is what holds the range afterwards. */
static int change_flags(struct mm *mm, struct vm_area **area, unsigned long start, unsigned long end, unsigned flags)
{
	struct vm_area *a = *area;
	bool access = (a->flags ^ flags) & VM_ACCESS;
	int error;

	if (a->flags == flags)
		return 0;
	if (a->start < start) {
		error = area_split(mm, a, start);
		if (error)
			return error;
		a = a->next;
	}
	if (a->end > end) {
		error = area_split(mm, a, end);
		if (error)
			return error;
	}
	area_account(mm, a->flags, a->file, -(long)area_pages(a));
	a->flags = flags;
	area_set_prot(a);
	area_account(mm, a->flags, a->file, (long)area_pages(a));
	if (access)
		protect_range(mm, a, start, end);
	*area = area_merge(mm, a);
	return 0;
}

static int protect_area(struct mm *mm, struct vm_area **area, unsigned long start, unsigned long end, unsigned access)
{
	struct vm_area *a = *area;
	unsigned flags = (a->flags & ~VM_ACCESS) | access;

	/* VM_MAYx stands four bits above VM_x. */
	if (access & ~(a->flags >> 4) & VM_ACCESS)
		return -EACCES;
	/* Private memory that becomes writable counts as data from here on. */
	if ((flags & (VM_WRITE | VM_SHARED)) == VM_WRITE && !(a->flags & VM_WRITE) && !(a->flags & VM_STACK) &&
	    mm->data_pages + ((end - start) >> PAGE_SHIFT) > rlimit(RLIMIT_DATA) >> PAGE_SHIFT)
		return -ENOMEM;
	if ((flags & (VM_WRITE | VM_SHARED | VM_ACCOUNT | VM_NORESERVE)) == VM_WRITE) {
		if (!commit_allows((end - start) >> PAGE_SHIFT))
			return -ENOMEM;
		flags |= VM_ACCOUNT;
	}
	return change_flags(mm, area, start, end, flags);
}

int vm_mprotect(unsigned long addr, unsigned long len, unsigned prot)
{
	unsigned access = (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) | (prot & PROT_EXEC ? VM_EXEC : 0);
	unsigned grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	unsigned long end = addr + ALIGN_UP(len, PAGE_SIZE), at;
	struct mm *mm = current->mm;
	struct vm_area *a;
	int error = 0;

	if ((addr & ~PAGE_MASK) || (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP)) ||
	    grows == (PROT_GROWSDOWN | PROT_GROWSUP))
		return -EINVAL;
	if (!len)
		return 0;
	if (end <= addr || end > TASK_SIZE)
		return -ENOMEM;
	if (down_write_killable(&mm->mmap_lock))
		return -EINTR;
	a = vma_find(mm, addr);
	if (!a) {
		error = -ENOMEM;
		goto out;
	}
	if (grows == PROT_GROWSUP || (grows && !(a->flags & VM_GROWSDOWN))) {
		error = -EINVAL;
		goto out;
	}
	if (grows) {
		if (a->start >= end)
			error = -ENOMEM;
		addr = a->start;
	} else if (a->start > addr) {
		error = -ENOMEM;
	}
	for (at = addr; !error && at < end;) {
		unsigned long stop = min(end, a->end);

		error = protect_area(mm, &a, at, stop, access);
		at = stop;
		if (error || at >= end)
			break;
		a = vma_find(mm, at);
		if (!a || a->start > at)
			error = -ENOMEM;
	}
out:
	up_write(&mm->mmap_lock);
	return error;
}

/* Sets or clears VM_LOCKED over a range without holes. */
static int lock_range(struct mm *mm, unsigned long start, unsigned long end, bool lock)
{
	unsigned long at = start;
	int error = 0;

	while (!error && at < end) {
		struct vm_area *a = vma_find(mm, at);
		unsigned long stop;

		if (!a || a->start > at)
			return -ENOMEM;
		stop = min(end, a->end);
		if (!(a->flags & (VM_IO | VM_SPECIAL)))
			error = change_flags(mm, &a, at, stop, lock ? a->flags | VM_LOCKED : a->flags & ~VM_LOCKED);
		at = stop;
	}
	return error;
}

int vm_mlock(unsigned long addr, unsigned long len, bool lock, bool populate)
{
	unsigned long start = addr & PAGE_MASK, end = ALIGN_UP(addr + len, PAGE_SIZE);
	struct mm *mm = current->mm;
	int error;

	if (addr + len < addr || (len && !end))
		return -EINVAL;
	if (end > TASK_SIZE)
		return -ENOMEM;
	if (lock && !capable(CAP_IPC_LOCK) && !rlimit(RLIMIT_MEMLOCK))
		return -EPERM;
	if (start == end)
		return 0;
	if (down_write_killable(&mm->mmap_lock))
		return -EINTR;
	if (lock && !capable(CAP_IPC_LOCK) &&
	    mm->locked_pages + ((end - start) >> PAGE_SHIFT) > rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT)
		error = -ENOMEM;
	else
		error = lock_range(mm, start, end, lock);
	up_write(&mm->mmap_lock);
	if (!error && lock && populate) {
		error = vm_populate(mm, start, end);
		if (error == -EFAULT)
			error = -ENOMEM;
		else if (error == -ENOMEM)
			error = -EAGAIN;
	}
	return error;
}

int vm_mlockall(unsigned flags)
{
	struct mm *mm = current->mm;
	struct vm_area *a;
	unsigned long at = 0;
	int error = 0;

	if (flags && !capable(CAP_IPC_LOCK) && !rlimit(RLIMIT_MEMLOCK))
		return -EPERM;
	if (down_write_killable(&mm->mmap_lock))
		return -EINTR;
	if ((flags & MCL_CURRENT) && !capable(CAP_IPC_LOCK) && mm->total_pages > rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT) {
		up_write(&mm->mmap_lock);
		return -ENOMEM;
	}
	mm->def_flags = flags & MCL_FUTURE ? VM_LOCKED : 0;
	if (!flags || (flags & MCL_CURRENT)) {
		for (a = mm->first; a && !error; a = a->next)
			if (!(a->flags & (VM_IO | VM_SPECIAL)))
				error = change_flags(mm, &a, a->start, a->end, flags ? a->flags | VM_LOCKED : a->flags & ~VM_LOCKED);
	}
	up_write(&mm->mmap_lock);
	if (error || !(flags & MCL_CURRENT) || (flags & MCL_ONFAULT))
		return error;
	for (;;) {
		unsigned long start = 0, end = 0;

		down_read(&mm->mmap_lock);
		for (a = vma_find(mm, at); a && !((a->flags & VM_LOCKED) && (a->flags & VM_ACCESS)); a = a->next)
			;
		if (a) {
			start = max(a->start, at);
			end = at = a->end;
		}
		up_read(&mm->mmap_lock);
		if (!end)
			return 0;
		(void)vm_populate(mm, start, end);	/* pages that cannot come in do not fail mlockall() */
		if (fatal_signal_pending(current))
			return -EINTR;
	}
}
