/*
 * Red-black trees: a red node has black children; every path down has the same number of black nodes. Insertion
 * and removal restore both by recolouring and at most three rotations.
 */
#include <core/rbtree.h>

#define RED 0ul
#define BLACK 1ul

static bool is_red(const struct rb_node *n) { return n && !(n->parent_color & BLACK); }
static bool is_black(const struct rb_node *n) { return !n || (n->parent_color & BLACK); }
static void set_black(struct rb_node *n) { n->parent_color |= BLACK; }
static void set_red(struct rb_node *n) { n->parent_color &= ~BLACK; }
static void set_parent(struct rb_node *n, struct rb_node *p)
{
	n->parent_color = (n->parent_color & 3) | (unsigned long)p;
}
static void set_color_of(struct rb_node *n, const struct rb_node *from)
{
	n->parent_color = (n->parent_color & ~BLACK) | (from->parent_color & BLACK);
}

static void replace_child(struct rb_node *parent, struct rb_node *old, struct rb_node *new, struct rb_root *root)
{
	if (!parent)
		root->node = new;
	else if (parent->left == old)
		parent->left = new;
	else
		parent->right = new;
}

static void rotate_left(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *r = n->right, *parent = rb_parent(n);

	n->right = r->left;
	if (n->right)
		set_parent(n->right, n);
	r->left = n;
	set_parent(r, parent);
	replace_child(parent, n, r, root);
	set_parent(n, r);
}

static void rotate_right(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *l = n->left, *parent = rb_parent(n);

	n->left = l->right;
	if (n->left)
		set_parent(n->left, n);
	l->right = n;
	set_parent(l, parent);
	replace_child(parent, n, l, root);
	set_parent(n, l);
}

void rb_insert_fixup(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *parent, *grand, *uncle;

	while ((parent = rb_parent(n)) && is_red(parent)) {
		grand = rb_parent(parent);
		if (parent == grand->left) {
			uncle = grand->right;
			if (is_red(uncle)) {
				set_black(uncle);
				set_black(parent);
				set_red(grand);
				n = grand;
				continue;
			}
			if (parent->right == n) {
				rotate_left(parent, root);
				swap(parent, n);
			}
			set_black(parent);
			set_red(grand);
			rotate_right(grand, root);
		} else {
			uncle = grand->left;
			if (is_red(uncle)) {
				set_black(uncle);
				set_black(parent);
				set_red(grand);
				n = grand;
				continue;
			}
			if (parent->left == n) {
				rotate_right(parent, root);
				swap(parent, n);
			}
			set_black(parent);
			set_red(grand);
			rotate_left(grand, root);
		}
	}
	set_black(root->node);
}

/* n (may be NULL) below parent lacks one black on its paths. */
static void erase_fixup(struct rb_node *n, struct rb_node *parent, struct rb_root *root)
{
	struct rb_node *s;

	while (is_black(n) && n != root->node) {
		if (parent->left == n) {
			s = parent->right;
			if (is_red(s)) {
				set_black(s);
				set_red(parent);
				rotate_left(parent, root);
				s = parent->right;
			}
			if (is_black(s->left) && is_black(s->right)) {
				set_red(s);
				n = parent;
				parent = rb_parent(n);
				continue;
			}
			if (is_black(s->right)) {
				set_black(s->left);
				set_red(s);
				rotate_right(s, root);
				s = parent->right;
			}
			set_color_of(s, parent);
			set_black(parent);
			set_black(s->right);
			rotate_left(parent, root);
		} else {
			s = parent->left;
			if (is_red(s)) {
				set_black(s);
				set_red(parent);
				rotate_right(parent, root);
				s = parent->left;
			}
			if (is_black(s->left) && is_black(s->right)) {
				set_red(s);
				n = parent;
				parent = rb_parent(n);
				continue;
			}
			if (is_black(s->left)) {
				set_black(s->right);
				set_red(s);
				rotate_left(s, root);
				s = parent->left;
			}
			set_color_of(s, parent);
			set_black(parent);
			set_black(s->left);
			rotate_right(parent, root);
		}
		n = root->node;
		break;
	}
	if (n)
		set_black(n);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *child, *parent, *next;
	bool black;

	if (node->left && node->right) {
		/* The successor takes node's place. */
		for (next = node->right; next->left; next = next->left)
			;
		child = next->right;
		parent = rb_parent(next);
		black = is_black(next);
		if (parent == node) {
			parent = next;
		} else {
			parent->left = child;
			if (child)
				set_parent(child, parent);
			next->right = node->right;
			set_parent(node->right, next);
		}
		next->parent_color = node->parent_color;
		next->left = node->left;
		set_parent(node->left, next);
		replace_child(rb_parent(node), node, next, root);
	} else {
		child = node->left ? node->left : node->right;
		parent = rb_parent(node);
		black = is_black(node);
		if (child)
			set_parent(child, parent);
		replace_child(parent, node, child, root);
	}
	if (black)
		erase_fixup(child, parent, root);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *n = root->node;

	while (n && n->left)
		n = n->left;
	return n;
}

struct rb_node *rb_last(const struct rb_root *root)
{
	struct rb_node *n = root->node;

	while (n && n->right)
		n = n->right;
	return n;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *p;

	if (node->right) {
		for (p = node->right; p->left; p = p->left)
			;
		return p;
	}
	while ((p = rb_parent(node)) && node == p->right)
		node = p;
	return p;
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	struct rb_node *p;

	if (node->left) {
		for (p = node->left; p->right; p = p->right)
			;
		return p;
	}
	while ((p = rb_parent(node)) && node == p->left)
		node = p;
	return p;
}
