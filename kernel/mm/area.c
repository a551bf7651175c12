/*
 * The areas of an address space: a tree by address and a list in the same order, with the last one found remembered.
 *
 * Invariant: areas do not overlap, start and end are page aligned, and each file area is on its mapping's i_mmap list
 * from area_link() to area_free(). Callers hold mmap_lock, for writing wherever anything changes.
 */
#include <core/spinlock.h>
#include <core/string.h>
#include <fs/vfs.h>
#include <mm/commit.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include "internal.h"

static struct kmem_cache *area_cache;

void __init area_init_cache(void)
{
	area_cache = kmem_cache_create("vm_area", sizeof(struct vm_area), 0);
}

void area_set_prot(struct vm_area *a)
{
	u64 prot = PTE_ACCESSED | PTE_USER;

	prot |= a->flags & VM_ACCESS ? PTE_PRESENT : PTE_PROTNONE;
	if (!(a->flags & VM_EXEC))
		prot |= pte_nx();
	a->pte_prot = prot;
}

struct vm_area *area_alloc(struct mm *mm, unsigned long start, unsigned long end, unsigned flags)
{
	struct vm_area *a = kmem_cache_alloc(area_cache, GFP_KERNEL | GFP_ZERO);

	if (!a)
		return NULL;
	a->mm = mm;
	a->start = start;
	a->end = end;
	a->flags = flags;
	a->pgoff = start >> PAGE_SHIFT;
	area_set_prot(a);
	return a;
}

struct vm_area *area_clone(const struct vm_area *a)
{
	struct vm_area *n = kmem_cache_alloc(area_cache, GFP_KERNEL);

	if (!n)
		return NULL;
	*n = *a;
	n->anon_vma = NULL;
	n->next = n->prev = NULL;
	n->i_mmap.next = NULL;
	if (n->file)
		file_get(n->file);
	return n;
}

static void rmap_add(struct vm_area *a)
{
	struct address_space *m;

	if (!a->file || !a->file->mapping)
		return;
	m = a->file->mapping;
	spin_lock(&m->lock);
	list_add_tail(&a->i_mmap, &m->i_mmap);
	if ((a->flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE))
		atomic_inc(&m->writable_maps);
	spin_unlock(&m->lock);
}

static void rmap_remove(struct vm_area *a)
{
	struct address_space *m;

	if (!a->i_mmap.next)
		return;
	m = a->file->mapping;
	spin_lock(&m->lock);
	list_del(&a->i_mmap);
	if ((a->flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE))
		atomic_dec(&m->writable_maps);
	spin_unlock(&m->lock);
}

void area_free(struct vm_area *a)
{
	if (a->ops && a->ops->close)
		a->ops->close(a);
	rmap_remove(a);
	anon_unlink(a);
	if (a->file)
		file_put(a->file);
	kmem_cache_free(area_cache, a);
}

void area_account(struct mm *mm, unsigned flags, const struct file *file, long pages)
{
	mm->total_pages += pages;
	if (flags & VM_ACCOUNT)
		commit_add(pages);
	if (flags & VM_LOCKED)
		mm->locked_pages += pages;
	if (flags & VM_STACK)
		mm->stack_pages += pages;
	else if (flags & VM_EXEC && !(flags & VM_WRITE) && file)
		mm->exec_pages += pages;
	else if ((flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
		mm->data_pages += pages;
	if (mm->total_pages > mm->hiwater_vm)
		mm->hiwater_vm = mm->total_pages;
}

bool area_may_expand(struct mm *mm, unsigned flags, unsigned long pages)
{
	if (mm->total_pages + pages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	if ((flags & (VM_WRITE | VM_SHARED | VM_STACK)) == VM_WRITE &&
	    mm->data_pages + pages > rlimit(RLIMIT_DATA) >> PAGE_SHIFT)
		return false;
	return !(flags & VM_ACCOUNT) || commit_allows(pages);
}

struct vm_area *vma_find(struct mm *mm, unsigned long addr)
{
	struct vm_area *a = mm->cache, *best = NULL;
	struct rb_node *n;

	if (likely(a && a->start <= addr && addr < a->end))
		return a;
	for (n = mm->areas.node; n;) {
		a = rb_entry(n, struct vm_area, rb);
		if (addr < a->end) {
			best = a;
			if (a->start <= addr)
				break;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	if (best)
		mm->cache = best;
	return best;
}

void area_link(struct mm *mm, struct vm_area *a)
{
	struct rb_node **link = &mm->areas.node, *parent = NULL;
	struct vm_area *prev = NULL, *at;

	while (*link) {
		parent = *link;
		at = rb_entry(parent, struct vm_area, rb);
		if (a->start < at->start) {
			link = &parent->left;
		} else {
			prev = at;
			link = &parent->right;
		}
	}
	ASSERT(!prev || prev->end <= a->start);
	a->prev = prev;
	a->next = prev ? prev->next : mm->first;
	ASSERT(!a->next || a->end <= a->next->start);
	if (prev)
		prev->next = a;
	else
		mm->first = a;
	if (a->next)
		a->next->prev = a;
	rb_link(&a->rb, parent, link);
	rb_insert_fixup(&a->rb, &mm->areas);
	mm->area_count++;
	area_account(mm, a->flags, a->file, (long)area_pages(a));
	rmap_add(a);
}

void area_unlink(struct mm *mm, struct vm_area *a)
{
	if (a->prev)
		a->prev->next = a->next;
	else
		mm->first = a->next;
	if (a->next)
		a->next->prev = a->prev;
	rb_erase(&a->rb, &mm->areas);
	if (mm->cache == a)
		mm->cache = NULL;
	mm->area_count--;
	area_account(mm, a->flags, a->file, -(long)area_pages(a));
}

void area_adjust(struct vm_area *a, unsigned long start, unsigned long end, unsigned long pgoff)
{
	struct address_space *m = a->i_mmap.next ? a->file->mapping : NULL;
	struct anon_vma *av = a->anon_vma;
	long pages = (long)((end - start) >> PAGE_SHIFT) - (long)area_pages(a);

	if (m)
		spin_lock(&m->lock);
	if (av)
		spin_lock(&av->lock);
	a->start = start;
	a->end = end;
	a->pgoff = pgoff;
	if (av)
		spin_unlock(&av->lock);
	if (m)
		spin_unlock(&m->lock);
	area_account(a->mm, a->flags, a->file, pages);
}

int area_split(struct mm *mm, struct vm_area *a, unsigned long addr)
{
	struct vm_area *n;

	if (mm->area_count >= MAX_AREAS)
		return -ENOMEM;
	n = area_clone(a);
	if (!n)
		return -ENOMEM;
	n->start = addr;
	n->pgoff += (addr - a->start) >> PAGE_SHIFT;
	if (a->anon_vma)
		anon_link(n, a->anon_vma);
	if (n->ops && n->ops->open)
		n->ops->open(n);
	area_adjust(a, a->start, addr, a->pgoff);
	area_link(mm, n);
	return 0;
}

/* May b, which follows a, become part of it? */
static bool mergeable(const struct vm_area *a, const struct vm_area *b)
{
	return a->end == b->start && a->flags == b->flags && a->file == b->file && a->ops == b->ops &&
	       a->private == b->private && !(a->flags & (VM_IO | VM_SPECIAL)) && !(a->ops && a->ops->close) &&
	       a->pgoff + area_pages(a) == b->pgoff && (!a->anon_vma || !b->anon_vma || a->anon_vma == b->anon_vma);
}

/* a swallows b, its successor. */
static void absorb(struct mm *mm, struct vm_area *a, struct vm_area *b)
{
	unsigned long end = b->end;

	if (!a->anon_vma && b->anon_vma)
		anon_link(a, b->anon_vma);
	area_unlink(mm, b);
	area_adjust(a, a->start, end, a->pgoff);
	area_free(b);
}

struct vm_area *area_merge(struct mm *mm, struct vm_area *a)
{
	if (a->next && mergeable(a, a->next))
		absorb(mm, a, a->next);
	if (a->prev && mergeable(a->prev, a)) {
		a = a->prev;
		absorb(mm, a, a->next);
	}
	return a;
}

struct vm_area *area_extend(struct mm *mm, unsigned long start, unsigned long end, unsigned flags)
{
	struct vm_area *a = vma_find(mm, start - 1);

	if (!a || a->end != start || a->file || a->ops || a->private || a->flags != flags || (flags & VM_GROWSDOWN) ||
	    a->pgoff + area_pages(a) != start >> PAGE_SHIFT)
		return NULL;
	area_adjust(a, a->start, end, a->pgoff);
	if (a->next && mergeable(a, a->next))
		absorb(mm, a, a->next);
	return a;
}

/* Where mappings below a must end: growing stacks keep their gap. */
static unsigned long area_floor(const struct vm_area *a)
{
	if (!(a->flags & VM_GROWSDOWN))
		return a->start;
	return a->start > STACK_GUARD_GAP ? a->start - STACK_GUARD_GAP : 0;
}

static long place_down(struct mm *mm, unsigned long len, unsigned long low, unsigned long high)
{
	struct vm_area *next = vma_find(mm, high), *prev;
	unsigned long top = high;

	if (next)
		prev = next->start < high ? next : next->prev;
	else
		prev = mm->areas.node ? rb_entry(rb_last(&mm->areas), struct vm_area, rb) : NULL;
	if (next && area_floor(next) < top)
		top = area_floor(next);
	for (;; prev = prev->prev) {
		unsigned long bottom = prev ? max(prev->end, low) : low;

		if (top >= bottom && top - bottom >= len)
			return (long)(top - len);
		if (!prev || prev->start <= low)
			return -ENOMEM;
		if (area_floor(prev) < top)
			top = area_floor(prev);
	}
}

long area_place(struct mm *mm, unsigned long hint, unsigned long len, unsigned long low, unsigned long high)
{
	struct vm_area *next;
	long addr;

	if (len > high - low)
		return -ENOMEM;
	if (hint) {
		hint = ALIGN_UP(hint, PAGE_SIZE);
		if (hint >= low && hint <= USER_END - len) {
			next = vma_find(mm, hint);
			if (!next || area_floor(next) >= hint + len)
				return (long)hint;
		}
	}
	addr = place_down(mm, len, low, min(high, mm->mmap_base));
	if (addr < 0 && mm->mmap_base < high)
		addr = place_down(mm, len, low, high);
	return addr;
}
