/*
 * Address spaces: made by exec and fork, shared by threads (users), kept as a structure by whoever looks at them
 * (count), and which one the processor has loaded.
 *
 * A kernel thread runs with whatever is loaded; an address space whose last user goes is unloaded before its tables
 * are taken apart, so no separate reference for borrowers is needed.
 */
#include <arch/thread.h>
#include <abi/errno.h>
#include <core/printk.h>
#include <core/string.h>
#include <fs/vfs.h>
#include <mm/commit.h>
#include <mm/init.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include "internal.h"

static struct kmem_cache *mm_cache, *pgd_cache;
struct page *zero_page;
unsigned long dump_filter_default = DUMP_DEFAULT;
static atomic_t leaving;	/* tasks between having an address space and having freed it */

void __init mm_init_late(void)
{
	mm_cache = kmem_cache_create("mm", sizeof(struct mm), 0);
	pgd_cache = kmem_cache_create("pgd", 4 * sizeof(u64), 32);
	area_init_cache();
	zero_page = page_alloc(GFP_KERNEL | GFP_ZERO, 0);
	if (!mm_cache || !pgd_cache || !zero_page)
		panic("no memory for the first address space");
	page_set(zero_page, PG_RESERVED);
	shrinker_register(&tables_shrinker);
	mm_sleep_checks = true;
}

struct mm *mm_alloc(void)
{
	struct mm *mm = kmem_cache_alloc(mm_cache, GFP_KERNEL | GFP_ZERO);

	if (!mm)
		return NULL;
	mm->pgd = kmem_cache_alloc(pgd_cache, GFP_KERNEL);
	if (!mm->pgd)
		goto out_free;
	mm->pgd_phys = virt_to_phys(mm->pgd);
	if (tables_init(mm))
		goto out_pgd;
	atomic_set(&mm->users, 1);
	atomic_set(&mm->count, 1);
	rwsem_init(&mm->mmap_lock, RANK_MMAP);
	spin_lock_init(&mm->page_table_lock, RANK_PAGE_TABLE);
	mm->mmap_base = USER_END;
	mm->dumpable = true;
	mm->dump_filter = current->mm ? READ_ONCE(current->mm->dump_filter) : (unsigned)dump_filter_default;
	return mm;
out_pgd:
	kmem_cache_free(pgd_cache, mm->pgd);
out_free:
	kmem_cache_free(mm_cache, mm);
	return NULL;
}

void mm_switch(struct mm *prev, struct mm *next)
{
	(void)prev;
	if (!next || next == loaded_mm)
		return;
	loaded_mm = next;
	arch_load_mm(next->pgd_phys);
}

static void unload(struct mm *mm)
{
	preempt_disable();
	if (loaded_mm == mm) {
		loaded_mm = NULL;
		arch_load_mm(virt_to_phys(kernel_pdpt));
	}
	preempt_enable();
}

/* Nobody runs in it: no locks, no TLB. Does not sleep. */
static void drop_pages(struct mm *mm)
{
	for (struct vm_area *a = mm->first; a; a = a->next)
		zap_range(mm, a->start, a->end, false);
}

static void drop_areas(struct mm *mm)
{
	struct vm_area *a, *next;

	for (a = mm->first; a; a = next) {
		next = a->next;
		if (a->flags & VM_ACCOUNT)
			commit_add(-(long)area_pages(a));
		free_tables(mm, a->start, a->end, 0, TASK_SIZE);
		area_free(a);
	}
	mm->first = mm->cache = NULL;
	mm->areas.node = NULL;
	mm->area_count = 0;
}

void mm_drop(struct mm *mm)
{
	if (!atomic_dec_and_test(&mm->count))
		return;
	kmem_cache_free(pgd_cache, mm->pgd);
	kmem_cache_free(mm_cache, mm);
}

/* The rest, once the pages are gone. */
static void destroy(struct mm *mm)
{
	drop_areas(mm);
	if (mm->page_table_pages) {
		pr_err("BUG: %lu page tables left in a dead address space\n", mm->page_table_pages);
		BUG();
	}
	tables_destroy(mm);
	if (mm->exe_file) {
		allow_write_access(mm->exe_file);
		file_put(mm->exe_file);
	}
	mm->exe_file = NULL;
	mm_drop(mm);
}

void mm_put(struct mm *mm)
{
	might_sleep();
	if (!atomic_dec_and_test(&mm->users))
		return;
	unload(mm);
	drop_pages(mm);
	destroy(mm);
}

void mm_leave(struct task *t)
{
	struct mm *mm = t->mm;
	bool last;

	/* From here on t is not seen to have memory, which is not free yet. */
	atomic_inc(&leaving);
	t->mm = NULL;
	last = atomic_dec_and_test(&mm->users);
	if (last) {
		unload(mm);
		drop_pages(mm);
	}
	atomic_dec(&leaving);
	if (last)
		destroy(mm);
}

bool mm_leaving(void)
{
	return atomic_read(&leaving) > 0;
}

/* One area's copy in the child. 0 or -ENOMEM. */
static int fork_area(struct mm *child, struct mm *parent, struct vm_area *a)
{
	struct vm_area *n = area_clone(a);

	if (!n)
		return -ENOMEM;
	n->mm = child;
	n->flags &= ~VM_LOCKED;
	if (a->anon_vma && !(a->flags & VM_WIPEONFORK))
		anon_link(n, a->anon_vma);
	if (n->ops && n->ops->open)
		n->ops->open(n);
	area_link(child, n);
	if (a->flags & VM_WIPEONFORK)
		return 0;
	return copy_area(child, parent, a);
}

static void copy_layout(struct mm *child, const struct mm *parent)
{
	child->start_code = parent->start_code;
	child->end_code = parent->end_code;
	child->start_data = parent->start_data;
	child->end_data = parent->end_data;
	child->start_brk = parent->start_brk;
	child->brk = parent->brk;
	child->start_stack = parent->start_stack;
	child->arg_start = parent->arg_start;
	child->arg_end = parent->arg_end;
	child->env_start = parent->env_start;
	child->env_end = parent->env_end;
	child->mmap_base = parent->mmap_base;
	child->vdso = parent->vdso;
	child->dumpable = parent->dumpable;
	memcpy(child->auxv, parent->auxv, sizeof(child->auxv));
}

/* What a copy promises anew. */
static unsigned long promised(const struct mm *mm)
{
	unsigned long pages = 0;

	for (const struct vm_area *a = mm->first; a; a = a->next)
		if ((a->flags & (VM_ACCOUNT | VM_DONTCOPY)) == VM_ACCOUNT)
			pages += area_pages(a);
	return overcommit_mode == OVERCOMMIT_NEVER ? pages : 0;
}

int mm_fork(struct mm *child, struct mm *parent)
{
	struct vm_area *a;
	int error = 0;

	down_write(&parent->mmap_lock);
	copy_layout(child, parent);
	if (!commit_allows(promised(parent)))
		error = -ENOMEM;
	for (a = parent->first; a && !error; a = a->next)
		if (!(a->flags & VM_DONTCOPY))
			error = fork_area(child, parent, a);
	/* A program that runs is not written to: exec began it, so this cannot be refused. */
	if (parent->exe_file && !deny_write_access(parent->exe_file))
		child->exe_file = file_get(parent->exe_file);
	up_write(&parent->mmap_lock);
	return error;
}
