/* The pass over directories: each tree's shape and entries. */
#include "fsck.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASS "directories"

struct tree {
	struct volume *v;
	struct known *k;
	uint8_t **blocks;
	uint8_t *usable, *seen;
	uint32_t nr_blocks, nr_seen;
	int sound, missing;
	struct entry *entries;
	uint32_t nr_entries, room;
};

static const struct impfs_dir_header *head_of(const uint8_t *block) { return (const void *)block; }
static const struct impfs_dir_slot *slots_of(const uint8_t *block) { return (const void *)(block + IMPFS_DIR_HEADER); }
static const struct impfs_dir_index *index_of(const uint8_t *block) { return (const void *)(block + IMPFS_DIR_HEADER); }

/* What is wrong with the block's shape, in buf, or NULL. */
static const char *block_problem(const uint8_t *block, uint32_t ino, char buf[64])
{
	const struct impfs_dir_header *h = head_of(block);
	uint32_t used = 0, i;
	int64_t before = -1;

	if (h->magic != IMPFS_DIR_MAGIC)
		return "has no directory magic number";
	if (h->ino != ino)
		return snprintf(buf, 64, "belongs to inode %u", h->ino), buf;
	if (h->level >= IMPFS_DIR_LEVELS)
		return snprintf(buf, 64, "has level %u", h->level), buf;
	if (h->level > 0) {
		if (h->count == 0 || h->count > IMPFS_DIR_FANOUT)
			return snprintf(buf, 64, "has %u index entries", h->count), buf;
		for (i = 1; i < h->count; i++) {
			if ((int64_t)index_of(block)[i].key <= before)
				return "has index entries out of order";
			before = index_of(block)[i].key;
		}
		return NULL;
	}
	if (h->heap < IMPFS_DIR_HEADER + h->count * sizeof(struct impfs_dir_slot) || h->heap > IMPFS_CSUM_OFFSET)
		return "has slots and records that overlap";
	for (i = 0; i < h->count; i++) {
		const struct impfs_dir_slot *s = &slots_of(block)[i];
		uint32_t size = (sizeof(struct impfs_dir_record) + s->name_len + 3u) & ~3u;

		if ((int64_t)s->key <= before)
			return "has slots out of order";
		if (s->key < IMPFS_KEY_MIN || s->key > IMPFS_KEY_MAX)
			return "has a key out of range";
		if (s->offset < h->heap || s->offset % 4 || s->offset + size > IMPFS_CSUM_OFFSET)
			return "has a record out of range";
		if (s->name_len == 0)
			return "has an empty name";
		used += size;
		before = s->key;
	}
	return used + h->garbage == IMPFS_CSUM_OFFSET - h->heap ? NULL : "has a wrong count of garbage";
}

static int take_block(void *context, uint64_t logical, uint32_t block)
{
	struct tree *t = context;
	const char *problem;
	uint8_t *data;
	char buf[64];

	if (logical != t->nr_blocks) {
		found(t->v, PASS, "directory inode %u: block %u is missing", t->k->ino, t->nr_blocks);
		t->missing = 1;
		return 1;
	}
	if (block >= t->v->blocks)
		return 1;
	data = must_have(malloc(BLOCK));
	block_read(t->v, block, data);
	t->blocks = must_have(realloc(t->blocks, (t->nr_blocks + 1) * sizeof(*t->blocks)));
	t->usable = must_have(realloc(t->usable, t->nr_blocks + 1));
	problem = block_problem(data, t->k->ino, buf);
	t->usable[t->nr_blocks] = !problem;
	if (!tail_ok(data, owner_seed(t->v->seed, t->k->ino, t->k->inode.generation, block)))
		problem = "has a wrong checksum";
	if (problem) {
		found(t->v, PASS, "directory inode %u: block %llu %s", t->k->ino, (unsigned long long)logical, problem);
		t->sound = 0;
	}
	t->blocks[t->nr_blocks++] = data;
	return 0;
}

static void add_entry(struct tree *t, const uint8_t *block, uint32_t i)
{
	const struct impfs_dir_slot *s = &slots_of(block)[i];
	struct entry *e;

	if (t->nr_entries == t->room) {
		t->room = t->room ? t->room * 2 : 64;
		t->entries = must_have(realloc(t->entries, t->room * sizeof(*t->entries)));
	}
	e = &t->entries[t->nr_entries++];
	*e = (struct entry){ .key = s->key, .type = s->type, .length = s->name_len, .name = must_have(malloc(s->name_len)) };
	memcpy(&e->ino, block + s->offset, 4);
	memcpy(e->name, block + s->offset + 4, s->name_len);
}

/* level -1: as the block says. */
static void walk(struct tree *t, uint32_t logical, int level, uint64_t low, uint64_t high)
{
	const uint8_t *block;
	uint32_t count, i;

	if (logical >= t->nr_blocks || t->seen[logical] || (level >= 0 && head_of(t->blocks[logical])->level != level)) {
		found(t->v, PASS, "directory inode %u: the index leads to the wrong block %u", t->k->ino, logical);
		t->sound = 0;
		return;
	}
	block = t->blocks[logical];
	count = head_of(block)->count;
	level = head_of(block)->level;
	t->seen[logical] = 1;
	t->nr_seen++;
	for (i = 0; i < count; i++) {
		uint64_t key = level ? (i ? index_of(block)[i].key : low) : slots_of(block)[i].key;

		if (key < low || key >= high) {
			found(t->v, PASS, "directory inode %u: block %u has a key that belongs elsewhere", t->k->ino, logical);
			t->sound = 0;
			return;
		}
		if (level)
			walk(t, index_of(block)[i].block, level - 1, key, i + 1 < count ? index_of(block)[i + 1].key : high);
		else
			add_entry(t, block, i);
	}
}

static const char *entry_problem(struct tree *t, const struct entry *e, char buf[64])
{
	struct known *target = find(t->v, e->ino);

	if (memchr(e->name, 0, e->length) || memchr(e->name, '/', e->length) || (e->length == 1 && e->name[0] == '.') ||
	    (e->length == 2 && memcmp(e->name, "..", 2) == 0))
		return "has an impossible name";
	if (e->key >> IMPFS_KEY_SHIFT != bucket_key(t->v->super.hash_seed, e->name, e->length) >> IMPFS_KEY_SHIFT)
		return "has a key that is not its hash";
	if (!target)
		return snprintf(buf, 64, "names the unused inode %u", e->ino), buf;
	if (e->ino == t->k->ino || e->ino == IMPFS_ROOT_INO)
		return snprintf(buf, 64, "names the directory inode %u", e->ino), buf;
	if (target->inode.mode >> 12 != e->type)
		return snprintf(buf, 64, "has a type that is not that of inode %u", e->ino), buf;
	return NULL;
}

/* Entries of all leaves that can be made out, of a directory whose tree cannot be trusted. */
static void salvage(struct tree *t)
{
	uint32_t i, j, kept = 0;
	char buf[64];

	for (i = 0; i < t->nr_entries; i++)
		free(t->entries[i].name);
	t->nr_entries = 0;
	for (i = 0; i < t->nr_blocks; i++)
		if (t->usable[i] && head_of(t->blocks[i])->level == 0)
			for (j = 0; j < head_of(t->blocks[i])->count; j++)
				add_entry(t, t->blocks[i], j);
	for (i = 0; i < t->nr_entries; i++) {
		if (entry_problem(t, &t->entries[i], buf))
			free(t->entries[i].name);
		else
			t->entries[kept++] = t->entries[i];
	}
	t->nr_entries = kept;
}

static void read_tree(struct tree *t)
{
	t->sound = 1;
	map_each(t->v, t->k, take_block, t);
	if (t->missing) {
		t->sound = 0;
	} else if ((uint64_t)t->nr_blocks * BLOCK != t->k->inode.size) {
		found(t->v, PASS, "directory inode %u: has %u blocks and the size %llu", t->k->ino, t->nr_blocks,
		      (unsigned long long)t->k->inode.size);
		t->sound = 0;
	}
	if (t->sound) {
		t->seen = must_have(calloc(t->nr_blocks + 1, 1));
		walk(t, 0, -1, 0, ~0ull);
		if (t->sound && t->nr_seen != t->nr_blocks) {
			found(t->v, PASS, "directory inode %u: %u blocks are not in the index", t->k->ino, t->nr_blocks - t->nr_seen);
			t->sound = 0;
		}
	}
	if (!t->sound)
		salvage(t);
}

/* Whether a name was accepted before. Names of one bucket are looked through; next[] chains them. */
static int twice(const struct tree *t, uint32_t at, uint32_t *heads, uint32_t *next, uint32_t size)
{
	const struct entry *e = &t->entries[at];
	uint32_t *head = &heads[(e->key >> IMPFS_KEY_SHIFT) % size];

	for (uint32_t i = *head; i; i = next[i - 1])
		if (t->entries[i - 1].length == e->length && memcmp(t->entries[i - 1].name, e->name, e->length) == 0)
			return 1;
	next[at] = *head;
	*head = at + 1;
	return 0;
}

static void check_directory(struct volume *v, struct known *k)
{
	struct tree t = { .v = v, .k = k };
	uint32_t i, size, *heads, *next;

	read_tree(&t);
	size = t.nr_entries + 1;
	heads = must_have(calloc(size, sizeof(*heads)));
	next = must_have(calloc(size, sizeof(*next)));
	k->entries = must_have(calloc(size, sizeof(*k->entries)));
	for (i = 0; i < t.nr_entries; i++) {
		const struct entry *e = &t.entries[i];
		char buf[64];
		const char *problem = entry_problem(&t, e, buf);
		int keep = !problem || strncmp(problem, "has a type", 10) == 0;

		if (!problem && twice(&t, i, heads, next, size)) {
			problem = "is there twice";
			keep = 0;
		}
		if (problem)
			found(v, PASS, "directory inode %u: entry \"%.*s\" %s", k->ino, (int)e->length, (const char *)e->name, problem);
		if (keep)
			k->entries[k->nr_entries++] = e->ino;
	}
	for (i = 0; i < t.nr_entries; i++)
		free(t.entries[i].name);
	for (i = 0; i < t.nr_blocks; i++)
		free(t.blocks[i]);
	free(t.entries);
	free(t.blocks);
	free(t.usable);
	free(t.seen);
	free(heads);
	free(next);
}

void check_directories(struct volume *v)
{
	for (uint32_t i = 0; i < v->nr_inodes; i++)
		if (is_directory(&v->inodes[i]))
			check_directory(v, &v->inodes[i]);
}
