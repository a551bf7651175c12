/* madvise, msync and mincore: what programs say about their mappings, and ask. */
#include <abi/errno.h>
#include <abi/mman.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <fs/pagecache.h>
#include <mm/advice.h>
#include <sched/signal.h>
#include "internal.h"

#define FALLOC_KEEP_SIZE	1
#define FALLOC_PUNCH_HOLE	2

/* mmap_lock write-held. The part [start, end) of a gets these flags. */
static int set_flags(struct mm *mm, struct vm_area *a, unsigned long start, unsigned long end, unsigned flags)
{
	int error;

	if (flags == a->flags)
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
	a->flags = flags;
	area_merge(mm, a);
	return 0;
}

static int advise_flags(struct mm *mm, struct vm_area *a, unsigned long start, unsigned long end, int advice)
{
	unsigned f = a->flags;

	switch (advice) {
	case MADV_NORMAL:
		return set_flags(mm, a, start, end, f & ~(VM_SEQ_READ | VM_RAND_READ));
	case MADV_SEQUENTIAL:
		return set_flags(mm, a, start, end, (f & ~VM_RAND_READ) | VM_SEQ_READ);
	case MADV_RANDOM:
		return set_flags(mm, a, start, end, (f & ~VM_SEQ_READ) | VM_RAND_READ);
	case MADV_DONTFORK:
		return set_flags(mm, a, start, end, f | VM_DONTCOPY);
	case MADV_DOFORK:
		return f & VM_IO ? -EINVAL : set_flags(mm, a, start, end, f & ~VM_DONTCOPY);
	case MADV_WIPEONFORK:
		return a->file || (f & VM_SHARED) || a->ops ? -EINVAL : set_flags(mm, a, start, end, f | VM_WIPEONFORK);
	case MADV_KEEPONFORK:
		return set_flags(mm, a, start, end, f & ~VM_WIPEONFORK);
	case MADV_DONTDUMP:
		return set_flags(mm, a, start, end, f | VM_DONTDUMP);
	case MADV_DODUMP:
		return f & (VM_IO | VM_SPECIAL) ? -EINVAL : set_flags(mm, a, start, end, f & ~VM_DONTDUMP);
	}
	return 0;
}

static int advise_area(struct mm *mm, struct vm_area *a, unsigned long start, unsigned long end, int advice)
{
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
		if (a->flags & (advice == MADV_DONTNEED ? VM_LOCKED | VM_IO : VM_IO))
			return -EINVAL;
		zap_range(mm, start, end, false);
		return 0;
	case MADV_FREE:
		if (a->file || a->ops || (a->flags & (VM_SHARED | VM_LOCKED | VM_IO)))
			return -EINVAL;
		return advise_free(mm, start, end);
	case MADV_WILLNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
		return advise_reclaim(mm, a, start, end, advice);
	}
	return advise_flags(mm, a, start, end, advice);
}

/* Punches a hole into the file behind a shared mapping. */
static int advise_remove(struct mm *mm, unsigned long start, unsigned long end)
{
	struct vm_area *a;
	struct file *f = NULL;
	loff_t off = 0, len = 0;
	int error = -EINVAL;

	down_read(&mm->mmap_lock);
	a = vma_find(mm, start);
	if (a && a->start <= start && a->end >= end && a->file && (a->flags & VM_SHARED) && !(a->flags & VM_LOCKED)) {
		off = ((loff_t)a->pgoff << PAGE_SHIFT) + (loff_t)(start - a->start);
		len = (loff_t)(end - start);
		error = a->flags & VM_MAYWRITE ? 0 : -EACCES;
		f = file_get(a->file);
	} else if (!a || a->start > start) {
		error = -ENOMEM;
	}
	up_read(&mm->mmap_lock);
	if (!error)
		error = f->op->fallocate ? (int)f->op->fallocate(f, FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE, off, len) : -EOPNOTSUPP;
	if (f)
		file_put(f);
	return error;
}

static bool advice_known(int advice)
{
	/* Pages are neither merged nor huge: as in a Linux without either. */
	if (advice >= MADV_MERGEABLE && advice <= MADV_NOHUGEPAGE)
		return false;
	return (advice >= MADV_NORMAL && advice <= MADV_DONTNEED) || (advice >= MADV_FREE && advice <= MADV_DONTNEED_LOCKED);
}

/* These only give pages back or note nothing: other threads may fault meanwhile. */
static bool read_lock_is_enough(int advice)
{
	return advice == MADV_DONTNEED || advice == MADV_DONTNEED_LOCKED || advice == MADV_FREE || advice == MADV_WILLNEED ||
	       advice == MADV_COLD || advice == MADV_PAGEOUT;
}

/* Why the page of `at` cannot be brought in, where vm_get_page() says no more than -EFAULT. */
static int no_page(struct mm *mm, unsigned long at, bool write, int error)
{
	struct vm_area *a;

	down_read(&mm->mmap_lock);
	a = vma_find(mm, at);
	if (!a || a->start > at)
		error = -ENOMEM;
	else if (!(a->flags & (write ? VM_WRITE : VM_READ)))
		error = -EINVAL;
	up_read(&mm->mmap_lock);
	return error;
}

static int advise_populate(struct mm *mm, unsigned long start, unsigned long end, bool write)
{
	unsigned long at;

	for (at = start; at < end; at += PAGE_SIZE) {
		struct page *p;
		int error = vm_get_page(mm, at, write, &p);

		if (error)
			return no_page(mm, at, write, error);
		page_put(p);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

int vm_madvise(struct mm *mm, unsigned long addr, unsigned long len, int advice)
{
	unsigned long end = addr + ALIGN_UP(len, PAGE_SIZE), at = addr;
	bool read = read_lock_is_enough(advice);
	int error = 0, hole = 0;

	if ((addr & ~PAGE_MASK) || !advice_known(advice) || end < addr || (len && end == addr))
		return -EINVAL;
	if (end == addr)
		return 0;
	if (end > TASK_SIZE)
		return -ENOMEM;
	if (advice == MADV_REMOVE)
		return advise_remove(mm, addr, end);
	if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
		return advise_populate(mm, addr, end, advice == MADV_POPULATE_WRITE);
	if (read)
		down_read(&mm->mmap_lock);
	else if (down_write_killable(&mm->mmap_lock))
		return -EINTR;
	while (at < end && !error) {
		struct vm_area *a = vma_find(mm, at);
		unsigned long stop;

		/* Holes are reported at the end; what lies between is done. */
		if (!a || a->start >= end) {
			hole = -ENOMEM;
			break;
		}
		if (a->start > at) {
			hole = -ENOMEM;
			at = a->start;
		}
		stop = min(end, a->end);
		error = advise_area(mm, a, at, stop, advice);
		at = stop;
	}
	if (read)
		up_read(&mm->mmap_lock);
	else
		up_write(&mm->mmap_lock);
	return error ? error : hole;
}

int vm_msync(unsigned long addr, unsigned long len, int flags)
{
	unsigned long end = addr + ALIGN_UP(len, PAGE_SIZE), at = addr;
	struct mm *mm = current->mm;
	int error = 0, hole = 0;

	if ((addr & ~PAGE_MASK) || (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) ||
	    (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	if (end < addr)
		return -ENOMEM;
	while (at < end && !error) {
		struct file *f = NULL;
		struct vm_area *a;
		loff_t from = 0, to = 0;

		down_read(&mm->mmap_lock);
		a = vma_find(mm, at);
		if (!a || a->start >= end) {
			up_read(&mm->mmap_lock);
			return -ENOMEM;
		}
		if (a->start > at) {
			hole = -ENOMEM;
			at = a->start;
		}
		if ((flags & MS_INVALIDATE) && (a->flags & VM_LOCKED))
			error = -EBUSY;
		if (!error && (flags & MS_SYNC) && a->file && (a->flags & VM_SHARED)) {
			f = file_get(a->file);
			from = ((loff_t)a->pgoff << PAGE_SHIFT) + (loff_t)(at - a->start);
			to = from + (loff_t)(min(end, a->end) - at) - 1;
		}
		at = a->end;
		up_read(&mm->mmap_lock);
		if (f) {
			error = f->op->fsync ? f->op->fsync(f, from, to, true) : 0;
			file_put(f);
		}
	}
	return error ? error : hole;
}

static bool in_memory(struct mm *mm, struct vm_area *a, unsigned long addr)
{
	u64 *pte = user_pte(mm, addr);
	struct page *p;
	bool here;

	if (pte && pte_mapped(*pte))
		return true;
	if (pte && pte_swapped(*pte)) {
		p = swap_cache_get(pte_swp(*pte));
		if (!p)
			return false;
		here = page_test(p, PG_UPTODATE);
		page_put(p);
		return here;
	}
	if (!a->file || !a->ops || !a->ops->page_cache)
		return false;
	p = find_get_page(a->file->mapping, a->pgoff + ((addr - a->start) >> PAGE_SHIFT));
	if (!p)
		return false;
	here = page_test(p, PG_UPTODATE);
	page_put(p);
	return here;
}

int vm_mincore(unsigned long addr, unsigned long n, unsigned char *vec)
{
	struct mm *mm = current->mm;
	struct vm_area *a = NULL;
	int error = 0;

	down_read(&mm->mmap_lock);
	for (; n--; addr += PAGE_SIZE) {
		if (!a || addr >= a->end)
			a = vma_find(mm, addr);
		if (!a || a->start > addr) {
			error = -ENOMEM;
			break;
		}
		*vec++ = in_memory(mm, a, addr);
	}
	up_read(&mm->mmap_lock);
	return error;
}
