/* Intrusive doubly linked lists (circular, with a head) and hash chains (head of one pointer). No locking. */
#ifndef CORE_LIST_H
#define CORE_LIST_H

#include <core/types.h>

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

static inline void list_init(struct list_head *h) { h->next = h->prev = h; }
static inline bool list_empty(const struct list_head *h) { return h->next == h; }

static inline void list_insert(struct list_head *n, struct list_head *prev, struct list_head *next)
{
	next->prev = n;
	n->next = next;
	n->prev = prev;
	prev->next = n;
}

static inline void list_add(struct list_head *n, struct list_head *h) { list_insert(n, h, h->next); }
static inline void list_add_tail(struct list_head *n, struct list_head *h) { list_insert(n, h->prev, h); }

/* Unlink and poison: a second list_del() faults. */
static inline void list_del(struct list_head *n)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	n->next = (struct list_head *)0x100;
	n->prev = (struct list_head *)0x122;
}

static inline void list_del_init(struct list_head *n)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	list_init(n);
}

static inline void list_move(struct list_head *n, struct list_head *h)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	list_add(n, h);
}

static inline void list_move_tail(struct list_head *n, struct list_head *h)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	list_add_tail(n, h);
}

/* Move all of `from` to the front of `to`; `from` is empty afterwards. */
static inline void list_splice_init(struct list_head *from, struct list_head *to)
{
	if (list_empty(from))
		return;
	from->next->prev = to;
	from->prev->next = to->next;
	to->next->prev = from->prev;
	to->next = from->next;
	list_init(from);
}

#define list_entry(p, t, m)		container_of(p, t, m)
#define list_first_entry(h, t, m)	list_entry((h)->next, t, m)
#define list_last_entry(h, t, m)	list_entry((h)->prev, t, m)
#define list_for_each_entry(p, h, m) \
	for (p = list_first_entry(h, __typeof__(*p), m); &p->m != (h); p = list_entry(p->m.next, __typeof__(*p), m))
#define list_for_each_entry_reverse(p, h, m) \
	for (p = list_last_entry(h, __typeof__(*p), m); &p->m != (h); p = list_entry(p->m.prev, __typeof__(*p), m))
#define list_for_each_entry_safe(p, n, h, m) \
	for (p = list_first_entry(h, __typeof__(*p), m), n = list_entry(p->m.next, __typeof__(*p), m); \
	     &p->m != (h); p = n, n = list_entry(n->m.next, __typeof__(*n), m))

struct hlist_head { struct hlist_node *first; };
struct hlist_node { struct hlist_node *next, **pprev; };

static inline bool hlist_unhashed(const struct hlist_node *n) { return !n->pprev; }
static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
	n->next = h->first;
	if (n->next)
		n->next->pprev = &n->next;
	h->first = n;
	n->pprev = &h->first;
}
static inline void hlist_del_init(struct hlist_node *n)
{
	if (!n->pprev)
		return;
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
	n->next = NULL;
	n->pprev = NULL;
}
#define hlist_entry(p, t, m)	container_of(p, t, m)
#define hlist_entry_safe(p, t, m) ({ __typeof__(p) _p = (p); _p ? hlist_entry(_p, t, m) : NULL; })
#define hlist_for_each_entry(p, h, m) \
	for (p = hlist_entry_safe((h)->first, __typeof__(*p), m); p; p = hlist_entry_safe(p->m.next, __typeof__(*p), m))
#define hlist_for_each_entry_safe(p, n, h, m) \
	for (p = hlist_entry_safe((h)->first, __typeof__(*p), m); p && ({ n = p->m.next; 1; }); \
	     p = hlist_entry_safe(n, __typeof__(*p), m))

#endif
