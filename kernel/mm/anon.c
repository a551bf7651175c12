/*
 * Reverse map of anonymous pages: who may map a page that belongs to no file. See struct anon_vma in mm/mm.h.
 *
 * An area gets its anon_vma with its first private page; pages carry a pointer to it (page->mapping with
 * PAGE_MAPPING_ANON) for as long as they are mapped, and a mapped page's area is linked, so the pointer is good.
 */
#include <abi/errno.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <mm/kmalloc.h>
#include "internal.h"

/* A neighbour with which this area could merge one day: sharing its anon_vma keeps that possible. */
static struct anon_vma *neighbour_anon(const struct vm_area *a)
{
	const struct vm_area *n = a->prev;

	if (n && n->end == a->start && n->file == a->file && n->ops == a->ops && n->anon_vma &&
	    n->pgoff + area_pages(n) == a->pgoff)
		return n->anon_vma;
	n = a->next;
	if (n && n->start == a->end && n->file == a->file && n->ops == a->ops && n->anon_vma &&
	    a->pgoff + area_pages(a) == n->pgoff)
		return n->anon_vma;
	return NULL;
}

void anon_link(struct vm_area *a, struct anon_vma *av)
{
	spin_lock(&av->lock);
	av->count++;
	list_add_tail(&a->anon_link, &av->areas);
	a->anon_vma = av;
	spin_unlock(&av->lock);
}

void anon_unlink(struct vm_area *a)
{
	struct anon_vma *av = a->anon_vma;
	bool last;

	if (!av)
		return;
	spin_lock(&av->lock);
	list_del(&a->anon_link);
	a->anon_vma = NULL;
	last = --av->count == 0;
	spin_unlock(&av->lock);
	if (last)
		kfree(av);
}

int anon_prepare(struct vm_area *a)
{
	struct anon_vma *av = neighbour_anon(a), *fresh = NULL;

	if (!av) {
		fresh = kmalloc(sizeof(*fresh), GFP_KERNEL);
		if (!fresh)
			return -ENOMEM;
		spin_lock_init(&fresh->lock, RANK_ANON_VMA);
		list_init(&fresh->areas);
		fresh->count = 0;
	}
	/* Another thread may have been faster while this one slept. */
	preempt_disable();
	if (!a->anon_vma) {
		anon_link(a, av ? av : fresh);
		fresh = NULL;
	}
	preempt_enable();
	if (fresh)
		kfree(fresh);
	return 0;
}
