/* What the names add up to: the tree from the root, what hangs loose, counts of links. */
#include "fsck.h"

#include <stdlib.h>
#include <string.h>

#define PASS "links"

/* Counts the names below a directory whose place is known. */
static void walk_from(struct volume *v, struct known *start)
{
	uint32_t *queue = must_have(malloc((v->nr_inodes + 1) * sizeof(*queue))), first = 0, last = 0;

	queue[last++] = start->ino;
	while (first < last) {
		struct known *k = find(v, queue[first++]);

		for (uint32_t i = 0; i < k->nr_entries; i++) {
			struct known *child = k->entries[i] ? find(v, k->entries[i]) : NULL;

			if (!child)
				continue;
			if (is_directory(child)) {
				if (child->parent) {
					found(v, PASS, "directory inode %u has a second name in %u", child->ino, k->ino);
					k->entries[i] = 0;
					continue;
				}
				child->parent = k->ino;
				k->subdirectories++;
				queue[last++] = child->ino;
			}
			child->names++;
		}
	}
	free(queue);
}

/* The place that what has no name would get one in: lost+found, if there is one. */
static void attach(struct volume *v, struct known *k, struct known *lost)
{
	struct known *above = lost ? lost : find(v, IMPFS_ROOT_INO);

	k->parent = above->ino;
	k->names++;
	if (is_directory(k))
		above->subdirectories++;
}

static void check_counts(struct volume *v, struct known *k)
{
	uint32_t links = is_directory(k) ? 2 + k->subdirectories : k->names;

	if (k->orphan)
		return;
	if (links && k->inode.links != links)
		found(v, PASS, "inode %u counts %u links and has %u", k->ino, k->inode.links, links);
	if (is_directory(k) && k->inode.parent != k->parent)
		found(v, PASS, "directory inode %u has the parent %u and lies in %u", k->ino, k->inode.parent, k->parent);
}

/* lost+found by its name: entries are kept without theirs, so the root's blocks are looked at again. */
static int match_lost(void *context, uint64_t logical, uint32_t block)
{
	struct { struct volume *v; uint32_t ino; } *c = context;
	static uint8_t data[BLOCK];
	const struct impfs_dir_header *h = (const void *)data;
	const struct impfs_dir_slot *s = (const void *)(data + IMPFS_DIR_HEADER);

	(void)logical;
	if (block >= c->v->blocks)
		return 1;
	block_read(c->v, block, data);
	if (h->magic != IMPFS_DIR_MAGIC || h->level)
		return 0;
	for (uint32_t i = 0; i < h->count && (const uint8_t *)(s + i + 1) <= data + BLOCK; i++)
		if (s[i].name_len == 10 && s[i].offset <= IMPFS_CSUM_OFFSET - 14 && memcmp(data + s[i].offset + 4, "lost+found", 10) == 0)
			memcpy(&c->ino, data + s[i].offset, 4);
	return c->ino != 0;
}

void check_links(struct volume *v)
{
	struct known *root = find(v, IMPFS_ROOT_INO), *lost;
	uint8_t *named = must_have(calloc(v->super.groups * (size_t)v->super.group_inodes + 1, 1));
	struct { struct volume *v; uint32_t ino; } wanted = { v, 0 };

	root->parent = IMPFS_ROOT_INO;
	walk_from(v, root);
	map_each(v, root, match_lost, &wanted);
	lost = wanted.ino ? find(v, wanted.ino) : NULL;
	if (!is_directory(lost))
		lost = NULL;
	for (uint32_t i = 0; i < v->nr_inodes; i++)
		for (uint32_t j = 0; j < v->inodes[i].nr_entries; j++)
			named[v->inodes[i].entries[j]] = 1;
	/* First those that nothing names, with all below them; what is left then are rings, cut at their first member. */
	for (int all = 0; all < 2; all++)
		for (uint32_t i = 0; i < v->nr_inodes; i++) {
			struct known *k = &v->inodes[i];

			if (!is_directory(k) || k->parent || k->orphan || (!all && named[k->ino]))
				continue;
			found(v, PASS, "directory inode %u is not connected to the root", k->ino);
			attach(v, k, lost);
			walk_from(v, k);
		}
	for (uint32_t i = 0; i < v->nr_inodes; i++) {
		struct known *k = &v->inodes[i];

		if (is_directory(k) || k->names || k->orphan)
			continue;
		if (k->inode.links == 0) {
			found(v, PASS, "inode %u has neither name nor links and is not free", k->ino);
			continue;
		}
		found(v, PASS, "inode %u has no name", k->ino);
		attach(v, k, lost);
	}
	for (uint32_t i = 0; i < v->nr_inodes; i++)
		check_counts(v, &v->inodes[i]);
	free(named);
}
