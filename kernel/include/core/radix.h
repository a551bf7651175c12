/*
 * Radix tree: unsigned long index -> pointer, 64 slots a node, with two tags a slot (dirty, writeback) that
 * propagate upwards. The caller locks. Allocation: radix_preload() before taking a spin lock.
 */
#ifndef CORE_RADIX_H
#define CORE_RADIX_H

#include <core/types.h>

enum radix_tag { RADIX_DIRTY, RADIX_WRITEBACK, RADIX_TAGS };

struct radix_node;
struct radix_root {
	struct radix_node *node;
	unsigned height;
};
#define RADIX_INIT { NULL, 0 }

int radix_insert(struct radix_root *r, unsigned long index, void *item);	/* 0, -EEXIST, -ENOMEM (no sleep) */
int radix_preload(void);	/* may sleep; makes the next radix_insert() of this task succeed; preemption stays off until */
void radix_preload_end(void);
void *radix_lookup(const struct radix_root *r, unsigned long index);
void **radix_lookup_slot(const struct radix_root *r, unsigned long index);
void *radix_delete(struct radix_root *r, unsigned long index);
/* Up to max items from index `first` on, ascending; number found. The indexes come back in idx when not NULL. */
unsigned radix_gang(const struct radix_root *r, void **items, unsigned long *idx, unsigned long first, unsigned max);
unsigned radix_gang_tag(const struct radix_root *r, void **items, unsigned long *idx, unsigned long first, unsigned max, enum radix_tag tag);
void radix_tag_set(struct radix_root *r, unsigned long index, enum radix_tag tag);
void radix_tag_clear(struct radix_root *r, unsigned long index, enum radix_tag tag);
bool radix_tagged(const struct radix_root *r, enum radix_tag tag);

#endif
