/* Intrusive red-black trees. The caller walks to find its place, links, and asks for the fix-up. No locking. */
#ifndef CORE_RBTREE_H
#define CORE_RBTREE_H

#include <core/types.h>

struct rb_node {
	unsigned long parent_color;	/* parent | 1 if black */
	struct rb_node *right, *left;
} __aligned(4);

struct rb_root { struct rb_node *node; };
#define RB_ROOT { NULL }
#define rb_entry(p, t, m) container_of(p, t, m)
#define rb_entry_safe(p, t, m) ({ struct rb_node *_p = (p); _p ? rb_entry(_p, t, m) : NULL; })

static inline struct rb_node *rb_parent(const struct rb_node *n) { return (struct rb_node *)(n->parent_color & ~3ul); }

/* Put node where *link is, below parent; rb_insert_fixup() must follow. */
static inline void rb_link(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->parent_color = (unsigned long)parent;
	node->left = node->right = NULL;
	*link = node;
}
void rb_insert_fixup(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

#endif
