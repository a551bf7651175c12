/*
 * tsearch(): a binary tree that is kept balanced: the heights of two siblings differ by one at most (AVL). What
 * callers hold are nodes, of which they see the key only.
 */
#include <search.h>
#include <stdlib.h>

struct node {
	const void *key;
	struct node *child[2];
	int height;
};

#define DEEPEST 48			/* 1.44 log2 of all nodes that memory could hold */

static int height(const struct node *node)
{
	return node ? node->height : 0;
}

static void measure(struct node *node)
{
	int left = height(node->child[0]), right = height(node->child[1]);

	node->height = 1 + (left > right ? left : right);
}

/* Lifts the child on one side to the top. */
static struct node *rotate(struct node *top, int side)
{
	struct node *child = top->child[side];

	top->child[side] = child->child[!side];
	child->child[!side] = top;
	measure(top);
	measure(child);
	return child;
}

static struct node *balance(struct node *node)
{
	int difference = height(node->child[1]) - height(node->child[0]), side = difference > 0;
	struct node *heavy = node->child[side];

	if (difference >= -1 && difference <= 1) {
		measure(node);
		return node;
	}
	if (height(heavy->child[!side]) > height(heavy->child[side]))
		node->child[side] = rotate(heavy, !side);
	return rotate(node, side);
}

/* The way from the root to a key: links[0] is the root's, links[n] the key's own, or the empty one for it. */
static int way(const void *key, struct node **root, int (*compare)(const void *, const void *), struct node **links[])
{
	int depth = 0, order;

	links[0] = root;
	while (*links[depth] && (order = compare(key, (*links[depth])->key)) != 0) {
		links[depth + 1] = &(*links[depth])->child[order > 0];
		depth++;
	}
	return depth;
}

void *tfind(const void *key, void *const *root, int (*compare)(const void *, const void *))
{
	struct node *node = root ? *root : NULL;
	int order;

	while (node && (order = compare(key, node->key)) != 0)
		node = node->child[order > 0];
	return node;
}

void *tsearch(const void *key, void **root, int (*compare)(const void *, const void *))
{
	struct node **links[DEEPEST], *node;
	int depth;

	if (!root)
		return NULL;
	depth = way(key, (struct node **)root, compare, links);
	if (*links[depth])
		return *links[depth];
	node = calloc(1, sizeof(*node));
	if (!node)
		return NULL;
	node->key = key;
	node->height = 1;
	*links[depth] = node;
	while (depth-- > 0)
		*links[depth] = balance(*links[depth]);
	return node;
}

/* The next larger node takes the place of one with two children. */
void *tdelete(const void *__restrict key, void **__restrict root, int (*compare)(const void *, const void *))
{
	struct node **links[DEEPEST], *node, *parent;
	int depth, at;

	if (!root)
		return NULL;
	at = depth = way(key, (struct node **)root, compare, links);
	node = *links[at];
	if (!node)
		return NULL;
	parent = at ? *links[at - 1] : NULL;
	if (node->child[0] && node->child[1]) {
		struct node *next;

		for (links[++depth] = &node->child[1]; (*links[depth])->child[0]; depth++)
			links[depth + 1] = &(*links[depth])->child[0];
		next = *links[depth];
		*links[depth] = next->child[1];
		next->child[0] = node->child[0];
		next->child[1] = node->child[1];
		*links[at] = next;
		links[at + 1] = &next->child[1];
	} else {
		*links[at] = node->child[node->child[0] == NULL];
	}
	free(node);
	while (depth-- > 0)
		*links[depth] = balance(*links[depth]);
	/* There is nothing useful to say of a root's parent; it must only be no NULL. */
	return parent ? (void *)parent : (void *)root;
}

static void walk(const struct node *node, void (*action)(const void *, VISIT, int), int depth)
{
	if (!node)
		return;
	if (!node->child[0] && !node->child[1]) {
		action(node, leaf, depth);
		return;
	}
	action(node, preorder, depth);
	walk(node->child[0], action, depth + 1);
	action(node, postorder, depth);
	walk(node->child[1], action, depth + 1);
	action(node, endorder, depth);
}

void twalk(const void *root, void (*action)(const void *, VISIT, int))
{
	walk(root, action, 0);
}

void twalk_r(const void *root, void (*action)(const void *, VISIT, void *), void *closure)
{
	const struct node *node = root;

	if (!node)
		return;
	if (!node->child[0] && !node->child[1]) {
		action(node, leaf, closure);
		return;
	}
	action(node, preorder, closure);
	twalk_r(node->child[0], action, closure);
	action(node, postorder, closure);
	twalk_r(node->child[1], action, closure);
	action(node, endorder, closure);
}

void tdestroy(void *root, void (*destroy)(void *))
{
	struct node *node = root;

	if (!node)
		return;
	tdestroy(node->child[0], destroy);
	tdestroy(node->child[1], destroy);
	destroy((void *)node->key);
	free(node);
}
