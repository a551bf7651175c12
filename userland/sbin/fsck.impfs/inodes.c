/* The pass over the inode tables: every inode's own fields, its map and its attributes; who holds which block. */
#include "fsck.h"

#include <stdlib.h>
#include <string.h>

#define PASS "inodes"

int inline_target(const struct impfs_inode *inode)
{
	return (inode->mode & S_FMT) == S_LNK && inode->size <= IMPFS_INLINE_MAX;
}

static int known_kind(uint32_t kind)
{
	return kind == S_REG || kind == S_DIR || kind == S_LNK || kind == 0020000 || kind == 0060000 || kind == 0010000 || kind == 0140000;
}

static int size_ok(const struct volume *v, const struct impfs_inode *inode)
{
	switch (inode->mode & S_FMT) {
	case S_REG:
		return inode->size <= v->super.file_blocks_max * BLOCK;
	case S_DIR:
		return inode->size > 0 && inode->size % BLOCK == 0 && inode->size <= v->super.blocks * BLOCK;
	case S_LNK:
		return inode->size > 0 && inode->size <= v->super.symlink_max;
	default:
		return inode->size == 0;
	}
}

static const char *xattr_problem(const uint8_t *block, uint32_t ino)
{
	const struct impfs_xattr_header *head = (const void *)block;
	uint32_t at = IMPFS_XATTR_HEADER;

	if (head->magic != IMPFS_XATTR_MAGIC || head->ino != ino || head->used < IMPFS_XATTR_HEADER || head->used > IMPFS_CSUM_OFFSET)
		return "has a wrong structure";
	for (uint32_t i = 0; i < head->count; i++) {
		const struct impfs_xattr_entry *e = (const void *)(block + at);

		if (at + sizeof(*e) > head->used || at + sizeof(*e) + e->name_len + e->value_len > head->used || e->name_len == 0 ||
		    e->space < IMPFS_XATTR_USER || e->space > IMPFS_XATTR_SYSTEM)
			return "has a wrong structure";
		at = (at + sizeof(*e) + e->name_len + e->value_len + 3) & ~3u;
	}
	return at == head->used ? NULL : "has a wrong structure";
}

static int xattrs_ok(struct volume *v, const struct known *k)
{
	static uint8_t data[BLOCK];
	uint32_t block = k->inode.xattr_block;
	const char *problem = NULL;

	if (block >= v->blocks) {
		problem = "lies beyond the volume";
	} else {
		block_read(v, block, data);
		if (!tail_ok(data, owner_seed(v->seed, k->ino, k->inode.generation, block)))
			problem = "has a wrong checksum";
		else
			problem = xattr_problem(data, k->ino);
	}
	if (!problem && !hold(v, block))
		problem = "is held twice";
	if (problem)
		found(v, PASS, "inode %u: xattr block %u %s", k->ino, block, problem);
	else
		check_acls(v, k, data);
	return !problem;
}

static int is_table(const struct volume *v, uint32_t block)
{
	uint32_t group = block / IMPFS_GROUP_BLOCKS, tables = v->super.group_inodes / IMPFS_INODES_PER_BLOCK;
	uint32_t head = (group ? group * IMPFS_GROUP_BLOCKS : v->super.desc_start + v->super.desc_blocks) + 2 + tables +
			(group ? 0 : v->super.journal_blocks);

	return block < head || (block >= v->super.backup_start && block <= v->super.backup_start + v->super.desc_blocks);
}

struct visit {
	struct volume *v;
	struct known *k;
	int trusted;
	uint64_t blocks;
};

static int wrong(struct visit *w, uint32_t block, const char *message)
{
	found(w->v, PASS, "inode %u: block %u %s", w->k->ino, block, message);
	return 0;
}

/* Notes what lies under a pointer; 0 when the pointer cannot be right. */
static int visit(struct visit *w, uint32_t pointer, int level)
{
	struct volume *v = w->v;
	uint32_t kind = w->k->inode.mode & S_FMT, block = pointer, *pointers;

	if (level == 0 && kind == S_REG && v->super.incompat & IMPFS_INCOMPAT_UNWRITTEN)
		block &= ~IMPFS_PTR_UNWRITTEN;
	if (block == 0)
		return wrong(w, block, "is marked as unwritten");
	if (block >= v->blocks)
		return wrong(w, block, "lies beyond the volume");
	if (level == 0) {
		if (!hold(v, block)) {
			if (!w->trusted || kind == S_DIR || is_table(v, block))
				return wrong(w, block, "is held twice");
			wrong(w, block, "is held by another file too");
		}
		w->blocks++;
		return 1;
	}
	pointers = must_have(malloc(BLOCK));
	block_read(v, block, pointers);
	if (!tail_ok(pointers, owner_seed(v->seed, w->k->ino, w->k->inode.generation, block))) {
		free(pointers);
		return wrong(w, block, "is an indirect block with a wrong checksum");
	}
	if (!hold(v, block)) {
		free(pointers);
		return wrong(w, block, "is an indirect block held twice");
	}
	w->blocks++;
	for (uint32_t i = 0; i < IMPFS_PTRS; i++)
		if (pointers[i])
			visit(w, pointers[i], level - 1);
	free(pointers);
	return 1;
}

static uint64_t hold_map(struct volume *v, struct known *k, int trusted)
{
	struct visit w = { v, k, trusted, 0 };
	uint32_t kind = k->inode.mode & S_FMT;

	if (inline_target(&k->inode))
		return 0;
	for (uint32_t slot = 0; slot < IMPFS_MAP_SLOTS; slot++) {
		uint32_t pointer = k->inode.map[slot];
		int kept;

		if (!pointer)
			continue;
		if (kind == S_REG || kind == S_DIR || kind == S_LNK)
			kept = visit(&w, pointer, slot < IMPFS_DIRECT ? 0 : (int)(slot - IMPFS_DIRECT + 1));
		else
			kept = wrong(&w, pointer, "is held by what has no contents");
		if (!kept)
			k->inode.map[slot] = 0;
	}
	return w.blocks;
}

static void remember(struct volume *v, const struct known *k)
{
	if (v->nr_inodes == v->room) {
		v->room = v->room ? v->room * 2 : 1024;
		v->inodes = must_have(realloc(v->inodes, v->room * sizeof(*v->inodes)));
	}
	v->inodes[v->nr_inodes++] = *k;
	v->place[k->ino - 1] = v->nr_inodes;
}

static void check_inode(struct volume *v, uint32_t ino, const struct impfs_inode *from, int trusted)
{
	struct known k = { .ino = ino, .inode = *from };
	struct impfs_inode *inode = &k.inode;
	uint32_t kind = inode->mode & S_FMT;
	uint64_t blocks;

	if (inode->mode == 0 && inode->links == 0)
		return;
	if (ino < v->super.first_ino && ino != IMPFS_ROOT_INO) {
		found(v, PASS, "inode %u is reserved and in use", ino);
		return;
	}
	if (!known_kind(kind)) {
		found(v, PASS, "inode %u has the impossible mode %o", ino, inode->mode);
		return;
	}
	if (inode->links == 0 && inode->next_orphan == 0 && !trusted)
		return;
	if (inode->atime_ns > 999999999)
		found(v, PASS, "inode %u has an impossible atime_ns", ino);
	if (inode->mtime_ns > 999999999)
		found(v, PASS, "inode %u has an impossible mtime_ns", ino);
	if (inode->ctime_ns > 999999999)
		found(v, PASS, "inode %u has an impossible ctime_ns", ino);
	if (inode->btime_ns > 999999999)
		found(v, PASS, "inode %u has an impossible btime_ns", ino);
	if (inode->flags & ~IMPFS_FL_KNOWN)
		found(v, PASS, "inode %u has unknown flags", ino);
	if (!size_ok(v, inode)) {
		found(v, PASS, "inode %u has the impossible size %llu", ino, (unsigned long long)inode->size);
		if (kind == S_LNK)
			return;
		if (kind == S_DIR)
			inode->size = BLOCK;
		else if (kind != S_REG)
			inode->size = 0;
	}
	blocks = hold_map(v, &k, trusted);
	if (inode->xattr_block && xattrs_ok(v, &k))
		blocks++;
	if (inode->blocks != blocks)
		found(v, PASS, "inode %u counts %llu blocks and holds %llu", ino, (unsigned long long)inode->blocks, (unsigned long long)blocks);
	remember(v, &k);
}

/* All tables; inodes with a wrong checksum come last, so that they lose quarrels about blocks. */
void check_inodes(struct volume *v)
{
	static struct impfs_inode table[IMPFS_INODES_PER_BLOCK];
	uint32_t *suspects = NULL, nr = 0;

	for (int suspect = 0; suspect < 2; suspect++) {
		uint32_t at = 0;

		for (uint32_t g = 0; g < v->super.groups; g++)
			for (uint32_t i = 0; i < v->groups[g].inodes_ready; i++) {
				uint32_t ino = g * v->super.group_inodes + i + 1;
				const struct impfs_inode *inode = &table[i % IMPFS_INODES_PER_BLOCK];

				if (suspect && (at == nr || suspects[at] != ino))
					continue;
				if (suspect || i % IMPFS_INODES_PER_BLOCK == 0)
					block_read(v, v->groups[g].inode_table + i / IMPFS_INODES_PER_BLOCK, table);
				if (suspect) {
					at++;
					found(v, PASS, "inode %u has a wrong checksum", ino);
					check_inode(v, ino, inode, 0);
				} else if (crc32c(crc_word(v->seed, ino), inode, offsetof(struct impfs_inode, checksum)) == inode->checksum) {
					check_inode(v, ino, inode, 1);
				} else {
					suspects = must_have(realloc(suspects, (nr + 1) * sizeof(*suspects)));
					suspects[nr++] = ino;
				}
			}
	}
	free(suspects);
}

struct walk {
	struct volume *v;
	int (*each)(void *context, uint64_t logical, uint32_t block);
	void *context;
	int stop;
};

static void walk_under(struct walk *w, uint32_t block, int level, uint64_t base)
{
	static const uint64_t spans[] = { 1, 1, IMPFS_PTRS, (uint64_t)IMPFS_PTRS * IMPFS_PTRS };
	uint32_t *pointers;

	if (level == 0) {
		w->stop = w->each(w->context, base, block);
		return;
	}
	if (block >= w->v->blocks)
		return;
	pointers = must_have(malloc(BLOCK));
	block_read(w->v, block, pointers);
	for (uint32_t i = 0; i < IMPFS_PTRS && !w->stop; i++)
		if (pointers[i])
			walk_under(w, pointers[i], level - 1, base + i * spans[level]);
	free(pointers);
}

void map_each(struct volume *v, const struct known *k, int (*each)(void *context, uint64_t logical, uint32_t block), void *context)
{
	static const uint64_t spans[] = { 1, IMPFS_PTRS, (uint64_t)IMPFS_PTRS * IMPFS_PTRS, (uint64_t)IMPFS_PTRS * IMPFS_PTRS * IMPFS_PTRS };
	struct walk w = { v, each, context, 0 };
	uint64_t base = 0;

	for (uint32_t slot = 0; slot < IMPFS_MAP_SLOTS && !w.stop; slot++) {
		int level = slot < IMPFS_DIRECT ? 0 : (int)(slot - IMPFS_DIRECT + 1);

		if (k->inode.map[slot])
			walk_under(&w, k->inode.map[slot], level, base);
		base += spans[level];
	}
}
