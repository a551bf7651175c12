/*
 * Emptying a swap area: each address space's entries of it are faulted in, tmpfs takes back its own, and what is left in
 * the cache goes. Processes fork and end meanwhile, so it goes round until nothing is left.
 */
#include <abi/errno.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/time.h>
#include <mm/swap.h>
#include <sched/task.h>
#include "internal.h"

static int unuse_area(struct mm *mm, struct vm_area *a, unsigned type)
{
	for (unsigned long addr = a->start; addr < a->end; addr += PAGE_SIZE) {
		u64 *pte = user_pte(mm, addr), e;
		int error;

		if (!pte) {
			addr |= (LARGE_PAGE_SIZE - 1) & PAGE_MASK;
			continue;
		}
		e = *pte;
		if (!pte_swapped(e) || swp_type(pte_swp(e)) != type)
			continue;
		error = swap_fault(mm, a, addr, pte, e, false);
		if (error)
			return error;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static int unuse_mm(struct mm *mm, unsigned type)
{
	struct vm_area *a;
	int error = 0;

	if (!atomic_read(&mm->swap_pages))
		return 0;
	down_read(&mm->mmap_lock);
	for (a = mm->first; a && !error; a = a->next)
		if (a->anon_vma)
			error = unuse_area(mm, a, type);
	up_read(&mm->mmap_lock);
	return error;
}

/* The task's address space as one more user; NULL. */
static struct mm *get_mm(struct task *t)
{
	struct mm *mm;

	preempt_disable();
	mm = t->mm;
	if (mm && !atomic_inc_not_zero(&mm->users))
		mm = NULL;
	preempt_enable();
	return mm;
}

static int unuse_all(unsigned type)
{
	struct task *t;
	pid_t from = 1;
	int error = 0;

	while (!error && (t = task_next_get(from, true)) != NULL) {
		struct mm *mm = get_mm(t);

		from = t->pid + 1;
		task_put(t);
		if (mm) {
			error = unuse_mm(mm, type);
			mm_put(mm);
		}
	}
	return error;
}

int swap_unuse(unsigned type)
{
	struct swap_area *a = swap_area_of[type];
	int error = 0;

	while (a->used && !error) {
		error = unuse_all(type);
		if (!error)
			error = shmem_unuse(type);
		if (!error)
			swap_drop_cache(type);
		if (!error && a->used) {
			if (fatal_signal_pending(current))
				error = -EINTR;
			sleep_ns(NSEC_PER_MSEC);	/* whoever forks, ends or has a page locked goes on */
		}
	}
	return error;
}
