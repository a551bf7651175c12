/*
 * Radix tree: 64 slots a node, six bits of the index a level, counted from the root. A slot of a lowest node holds an
 * item, of another a node. A tag is set in a slot when it is set anywhere below.
 *
 * Callers lock the tree. radix_insert() takes nodes from the processor's reserve, which radix_preload() fills; without
 * a preload it asks the allocator without sleeping.
 */
#include <core/radix.h>
#include <core/init.h>
#include <core/percpu.h>
#include <core/printk.h>
#include <core/string.h>
#include <mm/kmalloc.h>
#include <abi/errno.h>

#define SHIFT	6
#define SLOTS	(1u << SHIFT)
#define LEVELS	6	/* 6 * 6 bits hold any 32-bit index */

struct radix_node {
	struct radix_node *parent;
	u8 offset;		/* slot in the parent */
	u8 count;		/* slots in use */
	unsigned long tags[RADIX_TAGS][SLOTS / 32];
	void *slots[SLOTS];
};

static struct {
	unsigned n;
	struct radix_node *node[LEVELS];
} reserve;		/* per processor: used with preemption off */

static struct radix_node *node_new(unsigned gfp)
{
	return kzalloc(sizeof(struct radix_node), gfp);
}

int radix_preload(void)
{
	preempt_disable();
	while (reserve.n < LEVELS) {
		struct radix_node *n;

		preempt_enable();
		n = node_new(GFP_NOFS);
		if (!n)
			return -ENOMEM;
		preempt_disable();
		if (reserve.n < LEVELS)
			reserve.node[reserve.n++] = n;
		else
			kfree(n);
	}
	return 0;
}

void radix_preload_end(void)
{
	preempt_enable();
}

static struct radix_node *node_take(void)
{
	struct radix_node *n = NULL;

	preempt_disable();
	if (reserve.n)
		n = reserve.node[--reserve.n];
	preempt_enable_no_resched();
	return n ? n : node_new(GFP_ATOMIC | GFP_NOWARN);
}

static inline bool fits(const struct radix_root *r, unsigned long index)
{
	unsigned bits = r->height * SHIFT;

	return bits >= 32 || (index >> bits) == 0;
}

static bool node_tagged(const struct radix_node *n, enum radix_tag tag)
{
	return n->tags[tag][0] || n->tags[tag][1];
}

/* One more level above the root. */
static int grow(struct radix_root *r)
{
	struct radix_node *n = node_take();

	if (!n)
		return -ENOMEM;
	if (r->node) {
		n->slots[0] = r->node;
		n->count = 1;
		r->node->parent = n;
		r->node->offset = 0;
		for (enum radix_tag t = 0; t < RADIX_TAGS; t++)
			if (node_tagged(r->node, t))
				set_bit(0, &n->tags[t][0]);
	}
	r->node = n;
	r->height++;
	return 0;
}

/* Give back empty nodes from n upwards. */
static void prune(struct radix_root *r, struct radix_node *n)
{
	while (n && n->count == 0) {
		struct radix_node *up = n->parent;

		if (up) {
			up->slots[n->offset] = NULL;
			up->count--;
		} else {
			r->node = NULL;
			r->height = 0;
		}
		kfree(n);
		n = up;
	}
	/* A root whose only child is the first one is a level too many. */
	while (r->height > 1 && r->node->count == 1 && r->node->slots[0]) {
		n = r->node;
		r->node = n->slots[0];
		r->node->parent = NULL;
		r->height--;
		kfree(n);
	}
}

int radix_insert(struct radix_root *r, unsigned long index, void *item)
{
	struct radix_node *n;
	unsigned shift;

	while (!r->node || !fits(r, index)) {
		int error = grow(r);

		if (error) {
			prune(r, r->node);
			return error;
		}
	}
	n = r->node;
	for (shift = (r->height - 1) * SHIFT; shift; shift -= SHIFT) {
		unsigned i = (index >> shift) & (SLOTS - 1);

		if (!n->slots[i]) {
			struct radix_node *down = node_take();

			if (!down) {
				prune(r, n);
				return -ENOMEM;
			}
			down->parent = n;
			down->offset = i;
			n->slots[i] = down;
			n->count++;
		}
		n = n->slots[i];
	}
	if (n->slots[index & (SLOTS - 1)])
		return -EEXIST;
	n->slots[index & (SLOTS - 1)] = item;
	n->count++;
	return 0;
}

static struct radix_node *leaf_of(const struct radix_root *r, unsigned long index)
{
	struct radix_node *n = r->node;

	if (!n || !fits(r, index))
		return NULL;
	for (unsigned shift = (r->height - 1) * SHIFT; shift && n; shift -= SHIFT)
		n = n->slots[(index >> shift) & (SLOTS - 1)];
	return n;
}

void **radix_lookup_slot(const struct radix_root *r, unsigned long index)
{
	struct radix_node *n = leaf_of(r, index);

	return n && n->slots[index & (SLOTS - 1)] ? &n->slots[index & (SLOTS - 1)] : NULL;
}

void *radix_lookup(const struct radix_root *r, unsigned long index)
{
	struct radix_node *n = leaf_of(r, index);

	return n ? n->slots[index & (SLOTS - 1)] : NULL;
}

static void tag_clear_up(struct radix_node *n, unsigned i, enum radix_tag tag)
{
	while (n) {
		clear_bit(i & 31, &n->tags[tag][i / 32]);
		if (node_tagged(n, tag))
			return;
		i = n->offset;
		n = n->parent;
	}
}

void *radix_delete(struct radix_root *r, unsigned long index)
{
	struct radix_node *n = leaf_of(r, index);
	unsigned i = index & (SLOTS - 1);
	void *item;

	if (!n || !n->slots[i])
		return NULL;
	for (enum radix_tag t = 0; t < RADIX_TAGS; t++)
		if (test_bit(i & 31, &n->tags[t][i / 32]))
			tag_clear_up(n, i, t);
	item = n->slots[i];
	n->slots[i] = NULL;
	n->count--;
	prune(r, n);
	return item;
}

void radix_tag_set(struct radix_root *r, unsigned long index, enum radix_tag tag)
{
	struct radix_node *n = leaf_of(r, index);
	unsigned i = index & (SLOTS - 1);

	if (!n || !n->slots[i])
		return;
	while (n && !test_bit(i & 31, &n->tags[tag][i / 32])) {
		set_bit(i & 31, &n->tags[tag][i / 32]);
		i = n->offset;
		n = n->parent;
	}
}

void radix_tag_clear(struct radix_root *r, unsigned long index, enum radix_tag tag)
{
	struct radix_node *n = leaf_of(r, index);
	unsigned i = index & (SLOTS - 1);

	if (n && test_bit(i & 31, &n->tags[tag][i / 32]))
		tag_clear_up(n, i, tag);
}

bool radix_tagged(const struct radix_root *r, enum radix_tag tag)
{
	return r->node && node_tagged(r->node, tag);
}

/*
 * The gang walk: from `first` on; tag < 0 takes every item. Whole subtrees are skipped, so the cost is by what is
 * found, not by the span.
 */
static unsigned gang(const struct radix_root *r, void **items, unsigned long *idx, unsigned long first, unsigned max,
		     int tag)
{
	unsigned found = 0;
	unsigned long index = first;

	while (found < max && r->node && fits(r, index)) {
		struct radix_node *n = r->node;
		unsigned shift = (r->height - 1) * SHIFT;
		unsigned i;

		for (;;) {
			i = (index >> shift) & (SLOTS - 1);
			if (!n->slots[i] || (tag >= 0 && !test_bit(i & 31, &n->tags[tag][i / 32])))
				break;
			if (!shift) {
				if (idx)
					idx[found] = index;
				items[found++] = n->slots[i];
				break;
			}
			n = n->slots[i];
			shift -= SHIFT;
		}
		/* On to the first index of the next slot at this level; the end of the index space ends the walk. */
		index = ((index >> shift) + 1) << shift;
		if (!index || (shift && (index >> shift) == 0))
			break;
	}
	return found;
}

unsigned radix_gang(const struct radix_root *r, void **items, unsigned long *idx, unsigned long first, unsigned max)
{
	return gang(r, items, idx, first, max, -1);
}

unsigned radix_gang_tag(const struct radix_root *r, void **items, unsigned long *idx, unsigned long first, unsigned max,
			enum radix_tag tag)
{
	return gang(r, items, idx, first, max, (int)tag);
}
