/*
 * Mapping and unmapping: mmap, munmap, brk, and the areas that exec sets up.
 *
 * unmap_locked() checks and splits first, so that it either fails with nothing changed or succeeds. A new mapping over
 * old ones (MAP_FIXED) unmaps them before it is built, as Linux does: if building fails the range is left empty.
 */
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/mman.h>
#include <abi/personality.h>
#include <core/printk.h>
#include <core/random.h>
#include <fs/vfs.h>
#include <mm/commit.h>
#include <mm/shmem.h>
#include <sched/signal.h>
#include "internal.h"

#define MMAP_GAP_MIN	(128ul << 20)
#define MMAP_RANDOM	0xfful		/* pages */

static unsigned prot_flags(unsigned prot)
{
	return (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) | (prot & PROT_EXEC ? VM_EXEC : 0);
}

/* Takes [first .. end) off the tree and gives its pages back. Areas at the edges were split before. */
void unlink_range(struct mm *mm, struct vm_area *first, unsigned long end)
{
	struct vm_area *a = first, *next, *dead = NULL, **tail = &dead;
	unsigned long start = first->start, floor = first->prev ? first->prev->end : 0, last = start, ceiling;

	for (; a && a->start < end; a = next) {
		next = a->next;
		area_unlink(mm, a);
		*tail = a;
		a->next = NULL;
		tail = &a->next;
		last = a->end;
	}
	ceiling = a ? a->start : TASK_SIZE;
	for (a = dead; a; a = a->next)
		zap_range(mm, a->start, a->end, false);
	free_tables(mm, start, last, floor, ceiling);
	for (a = dead; a; a = next) {
		next = a->next;
		area_free(a);
	}
}

int unmap_locked(struct mm *mm, unsigned long start, unsigned long len)
{
	unsigned long end;
	struct vm_area *a;
	int error;

	if ((start & ~PAGE_MASK) || start > TASK_SIZE || len > TASK_SIZE - start)
		return -EINVAL;
	len = ALIGN_UP(len, PAGE_SIZE);
	if (!len)
		return -EINVAL;
	end = start + len;
	a = vma_find(mm, start);
	if (!a || a->start >= end)
		return 0;
	if (a->start < start) {
		error = area_split(mm, a, start);
		if (error)
			return error;
		a = a->next;
	}
	if (a->start < end) {
		struct vm_area *last = a->end >= end ? a : vma_find(mm, end - 1);

		if (last && last->start < end && last->end > end) {
			error = area_split(mm, last, end);
			if (error)
				return error;
		}
	}
	unlink_range(mm, a, end);
	return 0;
}

int vm_munmap(struct mm *mm, unsigned long addr, unsigned long len)
{
	int error;

	if (down_write_killable(&mm->mmap_lock))
		return -EINTR;
	error = unmap_locked(mm, addr, len);
	up_write(&mm->mmap_lock);
	return error;
}

long vm_unmapped_area(struct mm *mm, unsigned long len)
{
	long addr;

	down_read(&mm->mmap_lock);
	addr = area_place(mm, 0, ALIGN_UP(len, PAGE_SIZE), MMAP_MIN_ADDR, USER_END);
	up_read(&mm->mmap_lock);
	return addr;
}

/* May this file be mapped so? Adjusts what mprotect() may grant later. */
static int check_file(struct file *f, unsigned prot, unsigned type, unsigned *flags)
{
	if (!f->op || !f->op->mmap)
		return -ENODEV;
	if (f->path.mnt && (f->path.mnt->flags & MNT_NOEXEC)) {
		if (prot & PROT_EXEC)
			return -EPERM;
		*flags &= ~VM_MAYEXEC;
	}
	if (!(f->mode & FMODE_READ))
		return -EACCES;
	if (type == MAP_PRIVATE)
		return 0;
	if ((prot & PROT_WRITE) && !(f->mode & FMODE_WRITE))
		return -EACCES;
	if (!(f->mode & FMODE_WRITE))
		*flags &= ~VM_MAYWRITE;
	*flags |= VM_SHARED;
	return 0;
}

static long choose_address(struct mm *mm, unsigned long addr, unsigned long len, unsigned flags)
{
	if (!(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
		return area_place(mm, addr < MMAP_MIN_ADDR ? 0 : addr & PAGE_MASK, len, MMAP_MIN_ADDR, USER_END);
	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (addr > USER_END || len > USER_END - addr)
		return -ENOMEM;
	if (addr < MMAP_MIN_ADDR && !capable(CAP_SYS_RAWIO))
		return -EPERM;
	if (flags & MAP_FIXED_NOREPLACE) {
		struct vm_area *a = vma_find(mm, addr);

		if (a && a->start < addr + len)
			return -EEXIST;
	}
	return (long)addr;
}

/* The new area's own part; the range is free. */
static int build_area(struct mm *mm, struct file *file, unsigned long addr, unsigned long len, unsigned flags,
		      unsigned long pgoff)
{
	struct vm_area *a;
	int error;

	if (!file && !(flags & VM_SHARED) && area_extend(mm, addr, addr + len, flags))
		return 0;
	if (mm->area_count >= MAX_AREAS)
		return -ENOMEM;
	a = area_alloc(mm, addr, addr + len, flags);
	if (!a)
		return -ENOMEM;
	if (file) {
		a->file = file_get(file);
		a->pgoff = pgoff;
		error = file->op->mmap(file, a);
		if (error) {
			file_put(file);
			a->file = NULL;
			a->ops = NULL;
			area_free(a);
			return error;
		}
		area_set_prot(a);
	}
	area_link(mm, a);
	area_merge(mm, a);
	return 0;
}

static long map_locked(struct mm *mm, struct file *file, unsigned long addr, unsigned long len, unsigned flags,
		       unsigned vm_flags, unsigned long pgoff)
{
	long at;
	int error;

	at = choose_address(mm, addr, len, flags);
	if (at < 0)
		return at;
	if (flags & MAP_FIXED) {
		error = unmap_locked(mm, (unsigned long)at, len);
		if (error)
			return error;
	}
	if (!area_may_expand(mm, vm_flags, len >> PAGE_SHIFT))
		return -ENOMEM;
	if ((vm_flags & VM_LOCKED) && !capable(CAP_IPC_LOCK) &&
	    mm->locked_pages + (len >> PAGE_SHIFT) > rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT)
		return -EAGAIN;
	error = build_area(mm, file, (unsigned long)at, len, vm_flags, pgoff);
	return error ? error : at;
}

/* What MAP_SHARED_VALIDATE lets pass. The others pass over flags that they do not know. */
#define VALIDATED	(MAP_TYPE | MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_GROWSDOWN | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED | \
			 MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK)

long vm_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned prot, unsigned flags, unsigned long pgoff)
{
	unsigned type = flags & MAP_TYPE, vm_flags = prot_flags(prot) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
	struct mm *mm = current->mm;
	struct file *shared = NULL;
	long at;
	int error;

	if (!len)
		return -EINVAL;
	if (len > TASK_SIZE)
		return -ENOMEM;
	len = ALIGN_UP(len, PAGE_SIZE);
	if (pgoff + (len >> PAGE_SHIFT) < pgoff)
		return -EOVERFLOW;
	if (type != MAP_PRIVATE && type != MAP_SHARED && !(type == MAP_SHARED_VALIDATE && file))
		return -EINVAL;
	if (type == MAP_SHARED_VALIDATE && (flags & ~VALIDATED))
		return -EOPNOTSUPP;
	if (flags & MAP_HUGETLB)
		return -EINVAL;
	if ((flags & MAP_NORESERVE) && overcommit_mode != OVERCOMMIT_NEVER)
		vm_flags |= VM_NORESERVE;
	else if (type == MAP_PRIVATE && (prot & PROT_WRITE))
		vm_flags |= VM_ACCOUNT;
	vm_flags |= (flags & MAP_LOCKED ? VM_LOCKED : 0) | mm->def_flags;
	if (file) {
		error = check_file(file, prot, type, &vm_flags);
		if (error)
			return error;
		if (flags & MAP_GROWSDOWN)
			return -EINVAL;
	} else if (type == MAP_PRIVATE) {
		vm_flags |= flags & MAP_GROWSDOWN ? VM_GROWSDOWN : 0;
	} else {
		if (flags & MAP_GROWSDOWN)
			return -EINVAL;
		shared = shmem_file_create("dev/zero", (loff_t)len, 0);
		if (IS_ERR(shared))
			return PTR_ERR(shared);
		file = shared;
		pgoff = 0;
		vm_flags |= VM_SHARED;
	}
	if (down_write_killable(&mm->mmap_lock)) {
		at = -EINTR;
	} else {
		at = map_locked(mm, file, addr, len, flags, vm_flags, pgoff);
		up_write(&mm->mmap_lock);
	}
	if (shared)
		file_put(shared);
	/* As with Linux, a page that cannot be brought in now does not fail the mapping. */
	if (at >= 0 && ((vm_flags & VM_LOCKED) || ((flags & MAP_POPULATE) && !(flags & MAP_NONBLOCK))) && (vm_flags & VM_ACCESS))
		(void)vm_populate(mm, (unsigned long)at, (unsigned long)at + len);
	return at;
}

/* The shared mapping of one file that start lies in, if it reaches to `end` in areas that differ by their offset alone. */
static struct vm_area *one_shared_mapping(struct mm *mm, unsigned long start, unsigned long end)
{
	struct vm_area *first = vma_find(mm, start), *a;

	if (!first || first->start > start || !(first->flags & VM_SHARED) || !first->file)
		return NULL;
	for (a = first; a->end < end; a = a->next)
		if (!a->next || a->next->start != a->end || a->next->file != first->file || a->next->flags != first->flags)
			return NULL;
	return first;
}

int vm_remap_file_pages(unsigned long start, unsigned long len, unsigned long pgoff, unsigned flags)
{
	struct mm *mm = current->mm;
	struct vm_area *a;
	struct file *file;
	unsigned vm_flags;
	long at;

	start &= PAGE_MASK;
	len &= PAGE_MASK;
	if (start + len <= start || pgoff + (len >> PAGE_SHIFT) < pgoff)
		return -EINVAL;
	if (down_write_killable(&mm->mmap_lock))
		return -EINTR;
	a = one_shared_mapping(mm, start, start + len);
	if (!a) {
		up_write(&mm->mmap_lock);
		return -EINVAL;
	}
	file = file_get(a->file);
	vm_flags = a->flags;
	at = map_locked(mm, file, start, len, MAP_SHARED | MAP_FIXED, vm_flags, pgoff);
	up_write(&mm->mmap_lock);
	file_put(file);
	if (at < 0)
		return (int)at;
	if (((vm_flags & VM_LOCKED) || !(flags & MAP_NONBLOCK)) && (vm_flags & VM_ACCESS))
		(void)vm_populate(mm, start, start + len);	/* as with mmap() */
	return 0;
}

unsigned long vm_brk(unsigned long brk)
{
	struct mm *mm = current->mm;
	unsigned long old_end, new_end, result;
	struct vm_area *next;
	unsigned flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT | mm->def_flags;
	bool populate = false;

	if (down_write_killable(&mm->mmap_lock))
		return mm->brk;
	result = mm->brk;
	if (brk < mm->start_brk || brk > USER_END)
		goto out;
	if (brk - mm->start_brk + (mm->end_data - mm->start_data) > rlimit(RLIMIT_DATA))
		goto out;
	if (current->personality & READ_IMPLIES_EXEC)
		flags |= VM_EXEC;
	old_end = ALIGN_UP(mm->brk, PAGE_SIZE);
	new_end = ALIGN_UP(brk, PAGE_SIZE);
	if (new_end < old_end) {
		if (unmap_locked(mm, new_end, old_end - new_end))
			goto out;
	} else if (new_end > old_end) {
		next = vma_find(mm, old_end);
		if (next && next->start < new_end + (next->flags & VM_GROWSDOWN ? STACK_GUARD_GAP : PAGE_SIZE))
			goto out;
		if (!area_may_expand(mm, flags, (new_end - old_end) >> PAGE_SHIFT))
			goto out;
		if ((flags & VM_LOCKED) && !capable(CAP_IPC_LOCK) &&
		    mm->locked_pages + ((new_end - old_end) >> PAGE_SHIFT) > rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT)
			goto out;
		if (build_area(mm, NULL, old_end, new_end - old_end, flags, 0))
			goto out;
		populate = flags & VM_LOCKED;
	}
	result = mm->brk = brk;
	up_write(&mm->mmap_lock);
	if (populate)
		(void)vm_populate(mm, old_end, new_end);	/* as above: not an error of brk() */
	return result;
out:
	up_write(&mm->mmap_lock);
	return result;
}

int vm_brk_range(unsigned long addr, unsigned long len, unsigned prot)
{
	struct mm *mm = current->mm;
	unsigned flags = prot_flags(prot) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT | mm->def_flags;
	int error;

	len = ALIGN_UP(len, PAGE_SIZE);
	if (!len)
		return 0;
	if ((addr & ~PAGE_MASK) || addr < MMAP_MIN_ADDR || addr > USER_END || len > USER_END - addr)
		return -EINVAL;
	down_write(&mm->mmap_lock);
	error = unmap_locked(mm, addr, len);
	if (!error && !area_may_expand(mm, flags, len >> PAGE_SHIFT))
		error = -ENOMEM;
	if (!error)
		error = build_area(mm, NULL, addr, len, flags, 0);
	up_write(&mm->mmap_lock);
	return error;
}

int vm_install_special(struct mm *mm, unsigned long addr, unsigned long len, unsigned flags, const struct vm_ops *ops,
		       void *private)
{
	struct vm_area *a, *next;
	int error = -ENOMEM;

	if ((addr & ~PAGE_MASK) || !len || (len & ~PAGE_MASK) || addr > USER_END || len > USER_END - addr)
		return -EINVAL;
	a = area_alloc(mm, addr, addr + len, flags | VM_SPECIAL | VM_DONTEXPAND);
	if (!a)
		return -ENOMEM;
	a->pgoff = 0;
	a->ops = ops;
	a->private = private;
	down_write(&mm->mmap_lock);
	next = vma_find(mm, addr);
	if ((!next || next->start >= addr + len) && mm->area_count < MAX_AREAS) {
		area_link(mm, a);
		error = 0;
	}
	up_write(&mm->mmap_lock);
	if (error) {
		a->ops = NULL;
		area_free(a);
	}
	return error;
}

/* Where mappings start to grow down from: below what the stack may become, at a random page. */
static unsigned long mmap_top(unsigned long stack_top)
{
	u64 gap = rlimit(RLIMIT_STACK);
	unsigned long base;

	if (gap < MMAP_GAP_MIN)
		gap = MMAP_GAP_MIN;
	if (gap > TASK_SIZE / 6 * 5)
		gap = TASK_SIZE / 6 * 5;
	base = ALIGN_DOWN(stack_top - (unsigned long)gap - STACK_GUARD_GAP, PAGE_SIZE);
	if (!(current->personality & ADDR_NO_RANDOMIZE))
		base -= (random_u32() & MMAP_RANDOM) << PAGE_SHIFT;
	return base;
}

int vm_setup_stack(struct mm *mm, unsigned long top, unsigned long size, bool executable)
{
	unsigned flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_GROWSDOWN | VM_STACK | VM_ACCOUNT;
	struct vm_area *a;

	top = ALIGN_DOWN(top, PAGE_SIZE);
	size = ALIGN_UP(size, PAGE_SIZE);
	if (top > USER_END || size > top - MMAP_MIN_ADDR || !size)
		return -EINVAL;
	a = area_alloc(mm, top - size, top, flags | (executable ? VM_EXEC : 0));
	if (!a)
		return -ENOMEM;
	down_write(&mm->mmap_lock);
	area_link(mm, a);
	mm->mmap_base = mmap_top(top);
	up_write(&mm->mmap_lock);
	return 0;
}
