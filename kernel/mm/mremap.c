/*
 * mremap: growing and shrinking a mapping in place, or moving its page-table entries to another range.
 *
 * A move builds the new area first and moves entries afterwards; if memory for page tables runs out half-way, the
 * entries go back and the new area goes away, so the caller sees -ENOMEM and its mapping as it was.
 */
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/mman.h>
#include <core/printk.h>
#include <fs/vfs.h>
#include <sched/signal.h>
#include "internal.h"

/* The area that may be remapped as [addr, addr + old_len); ERR_PTR. */
static struct vm_area *area_to_move(struct mm *mm, unsigned long addr, unsigned long old_len, unsigned long new_len)
{
	struct vm_area *a = vma_find(mm, addr);
	unsigned long grow = new_len > old_len ? (new_len - old_len) >> PAGE_SHIFT : 0;

	if (!a || a->start > addr)
		return ERR_PTR(-EFAULT);
	/* Length 0 duplicates a shared mapping; private pages cannot be in two places. */
	if (!old_len && !(a->flags & VM_SHARED))
		return ERR_PTR(-EINVAL);
	if (old_len > a->end - addr)
		return ERR_PTR(-EFAULT);
	if (!grow)
		return a;
	if (a->flags & (VM_DONTEXPAND | VM_IO))
		return ERR_PTR(-EFAULT);
	if (a->pgoff + ((addr - a->start) >> PAGE_SHIFT) + (new_len >> PAGE_SHIFT) < a->pgoff)
		return ERR_PTR(-EINVAL);
	if ((a->flags & VM_LOCKED) && !capable(CAP_IPC_LOCK) &&
	    mm->locked_pages + grow > rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT)
		return ERR_PTR(-EAGAIN);
	if (!area_may_expand(mm, a->flags, grow))
		return ERR_PTR(-ENOMEM);
	return a;
}

static long move_area(struct mm *mm, struct vm_area *a, unsigned long addr, unsigned long old_len, unsigned long new_len,
		      unsigned long to, bool keep_old)
{
	struct vm_area *n;
	int error;

	if (mm->area_count + 3 > MAX_AREAS)
		return -ENOMEM;
	n = area_clone(a);
	if (!n)
		return -ENOMEM;
	n->start = to;
	n->end = to + new_len;
	n->pgoff = a->pgoff + ((addr - a->start) >> PAGE_SHIFT);
	if (a->anon_vma)
		anon_link(n, a->anon_vma);
	if (n->ops && n->ops->open)
		n->ops->open(n);
	area_link(mm, n);
	error = move_range(mm, addr, to, old_len);
	if (error) {
		/* The tables it came from are still there: this cannot fail. */
		if (move_range(mm, to, addr, old_len))
			panic("mremap cannot go back");
		unlink_range(mm, n, n->end);
		return error;
	}
	if (a->flags & VM_SPECIAL && mm->vdso == addr)
		mm->vdso = to;
	if (keep_old)
		return (long)to;
	if (old_len) {
		error = unmap_locked(mm, addr, old_len);
		/* Splitting failed: the old range stays as an empty mapping, the move itself is done. */
		if (error)
			pr_debug("mremap: old range kept, error %d\n", -error);
	}
	area_merge(mm, n);
	return (long)to;
}

static long remap_fixed(struct mm *mm, unsigned long addr, unsigned long old_len, unsigned long new_len, unsigned flags,
			unsigned long to)
{
	struct vm_area *a;
	int error;

	if (flags & MREMAP_FIXED) {
		if ((to & ~PAGE_MASK) || to > USER_END || new_len > USER_END - to)
			return -EINVAL;
		if (addr < to + new_len && to < addr + old_len)
			return -EINVAL;
		if (to < MMAP_MIN_ADDR)
			return -EPERM;
		error = unmap_locked(mm, to, new_len);
		if (error)
			return error;
	}
	if (old_len > new_len) {
		error = unmap_locked(mm, addr + new_len, old_len - new_len);
		if (error)
			return error;
		old_len = new_len;
	}
	a = area_to_move(mm, addr, old_len, new_len);
	if (IS_ERR(a))
		return PTR_ERR(a);
	if ((flags & MREMAP_DONTUNMAP) && (a->flags & (VM_DONTEXPAND | VM_IO | VM_SPECIAL)))
		return -EINVAL;
	if (!(flags & MREMAP_FIXED)) {
		long free = area_place(mm, to, new_len, MMAP_MIN_ADDR, USER_END);

		if (free < 0)
			return free;
		to = (unsigned long)free;
	}
	return move_area(mm, a, addr, old_len, new_len, to, flags & MREMAP_DONTUNMAP);
}

static long remap_locked(struct mm *mm, unsigned long addr, unsigned long old_len, unsigned long new_len, unsigned flags,
			 unsigned long to)
{
	struct vm_area *a;
	long at;
	int error;

	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return remap_fixed(mm, addr, old_len, new_len, flags, to);
	if (old_len >= new_len) {
		if (!vma_find(mm, addr) || vma_find(mm, addr)->start > addr)
			return -EFAULT;
		error = old_len > new_len ? unmap_locked(mm, addr + new_len, old_len - new_len) : 0;
		return error ? error : (long)addr;
	}
	a = area_to_move(mm, addr, old_len, new_len);
	if (IS_ERR(a))
		return PTR_ERR(a);
	if (old_len && a->end == addr + old_len && new_len <= USER_END - addr &&
	    (!a->next || a->next->start >= addr + new_len + (a->next->flags & VM_GROWSDOWN ? STACK_GUARD_GAP : 0))) {
		area_adjust(a, a->start, addr + new_len, a->pgoff);
		area_merge(mm, a);
		return (long)addr;
	}
	if (!(flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	at = area_place(mm, 0, new_len, MMAP_MIN_ADDR, USER_END);
	return at < 0 ? at : move_area(mm, a, addr, old_len, new_len, (unsigned long)at, false);
}

long vm_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len, unsigned flags, unsigned long new_addr)
{
	struct mm *mm = current->mm;
	struct vm_area *a;
	bool locked;
	long at;

	if ((addr & ~PAGE_MASK) || (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)))
		return -EINVAL;
	if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if (addr > TASK_SIZE || old_len > TASK_SIZE || new_len > TASK_SIZE || !new_len)
		return -EINVAL;
	old_len = ALIGN_UP(old_len, PAGE_SIZE);
	new_len = ALIGN_UP(new_len, PAGE_SIZE);
	if ((flags & MREMAP_DONTUNMAP) && old_len != new_len)
		return -EINVAL;
	if (down_write_killable(&mm->mmap_lock))
		return -EINTR;
	at = remap_locked(mm, addr, old_len, new_len, flags, new_addr);
	a = at >= 0 ? vma_find(mm, (unsigned long)at) : NULL;
	locked = a && (a->flags & VM_LOCKED);
	up_write(&mm->mmap_lock);
	if (locked && new_len > old_len)
		(void)vm_populate(mm, (unsigned long)at + old_len, (unsigned long)at + new_len);	/* as for mmap() */
	return at;
}
