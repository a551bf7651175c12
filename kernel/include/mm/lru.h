/* The lists of pages that can be reclaimed. See mm/lru.c. */
#ifndef MM_LRU_H
#define MM_LRU_H

#include <mm/page.h>

enum lru_list { LRU_ANON, LRU_ANON_ACTIVE, LRU_FILE, LRU_FILE_ACTIVE, LRU_LISTS };
extern unsigned long lru_size[LRU_LISTS];	/* only to read */
extern unsigned long lru_given_up;		/* the same: pages of MADV_FREE, among those of files */

void lru_add(struct page *p);			/* PG_SWAPBACKED and PG_ACTIVE say where */
void lru_del(struct page *p);			/* not on a list: nothing */
void lru_activate(struct page *p, bool active);	/* to the head of that list */
void lru_swap_backed(struct page *p, bool backed);	/* sets or clears PG_SWAPBACKED; to the head of the inactive list */
void lru_rotate(struct page *p);		/* to the tail: reclaim looks at it next */
/* Up to max pages from the tail, each referenced and locked, and at the head now. *seen: how many it looked at. */
unsigned lru_take(enum lru_list l, struct page **pages, unsigned max, unsigned *seen);

/* A file's page was read or written: the second time makes it active. */
static inline void page_mark_accessed(struct page *p)
{
	if (!page_test(p, PG_REFERENCED))
		page_set(p, PG_REFERENCED);
	else if (!page_test(p, PG_ACTIVE))
		lru_activate(p, true);
}

#endif
