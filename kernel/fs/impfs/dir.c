/*
 * Directories: a B+ tree in the directory's blocks, keyed by the hash of the name. The shape is in abi/impfs.h.
 *
 * The directory's rwsem (taken by the VFS) guards the tree: read for find and iterate, write for the rest. A name's
 * bucket may begin in one leaf and go on in the next.
 */
#include "impfs.h"
#include "dirblock.h"

#define BUCKET (1u << IMPFS_KEY_SHIFT)
#define KEY_END 0x7fffffffu

/* The way from the root to a leaf. */
struct place {
	struct buffer *block[IMPFS_DIR_LEVELS];	/* [0] is the root, [depth] the leaf; referenced */
	u32 logical[IMPFS_DIR_LEVELS];
	u32 child[IMPFS_DIR_LEVELS];		/* entry taken in each index block */
	u32 depth;
	u32 upper;				/* first key of the next leaf; KEY_END in the last one */
};

static int read_block(struct inode *dir, u32 logical, int level, struct buffer **out)
{
	struct impfs *fs = impfs_of(dir->sb);
	const char *problem;
	struct buffer *b;
	bool verified;
	u32 block;
	int err;

	if ((u64)logical << IMPFS_BLOCK_SHIFT >= (u64)dir->size)
		return impfs_damaged(fs, impfs_ino(dir), logical, "directory: index leads outside");
	err = impfs_map(dir, logical, &block);
	if (err)
		return err;
	if (!block)
		return impfs_damaged(fs, impfs_ino(dir), logical, "directory: hole");
	b = buffer_get(fs->bdev, block);
	if (!b)
		return buffer_missing(fs->bdev, block);
	verified = test_bit(B_VERIFIED, &b->flags) && test_bit(B_UPTODATE, &b->flags);
	if (unlikely(!verified)) {
		buffer_put(b);
		err = impfs_read_owned(dir, block, &b);
		if (err)
			return err;
		problem = dirblock_problem(b->data, impfs_ino(dir));
		if (problem) {
			clear_bit(B_VERIFIED, &b->flags);
			buffer_put(b);
			return impfs_damaged(fs, impfs_ino(dir), block, problem);
		}
	}
	if (level >= 0 && dirblock_header(b->data)->level != level) {
		buffer_put(b);
		return impfs_damaged(fs, impfs_ino(dir), block, "directory: wrong level");
	}
	*out = b;
	return 0;
}

static void leave(struct place *p)
{
	u32 i;

	for (i = 0; i <= p->depth; i++)
		buffer_put(p->block[i]);
}

/* The way to the leaf that a key belongs to; leave() it. */
static int descend(struct inode *dir, u32 key, struct place *p)
{
	struct buffer *b;
	u32 logical = 0;
	int err;

	p->depth = 0;
	p->upper = KEY_END;
	err = read_block(dir, 0, -1, &b);
	if (err)
		return err;
	for (;;) {
		struct impfs_dir_header *head = b->data;
		const struct impfs_dir_index *index = dirblock_index(b->data);
		u32 child;

		p->block[p->depth] = b;
		p->logical[p->depth] = logical;
		if (head->level == 0)
			return 0;
		child = dirblock_child(b->data, key);
		p->child[p->depth] = child;
		if (child + 1u < head->count)
			p->upper = index[child + 1].key;
		logical = index[child].block;
		err = read_block(dir, logical, head->level - 1, &b);
		if (err) {
			leave(p);
			return err;
		}
		p->depth++;
	}
}

/* The way to a name and its slot; leave() it on success. -ENOENT also gives a free key of the bucket, if wanted. */
static int find(struct inode *dir, const struct qstr *name, struct place *p, u32 *slot, u32 *free_key)
{
	u32 bucket = impfs_bucket(impfs_of(dir->sb), name->name, name->len), key = bucket, free = bucket;
	int err;

	while (key < bucket + BUCKET) {
		struct impfs_dir_slot *s;
		void *data;
		u32 i, count;

		err = descend(dir, key, p);
		if (err)
			return err;
		data = p->block[p->depth]->data;
		count = dirblock_header(data)->count;
		for (i = dirblock_search(data, key), s = dirblock_slots(data) + i;
		     i < count && s->key < bucket + BUCKET; i++, s++) {
			if (s->key == free)
				free++;
			if (s->name_len == name->len &&
			    __builtin_memcmp(dirblock_name(data, s), name->name, name->len) == 0) {
				*slot = i;
				return 0;
			}
		}
		key = p->upper;
		leave(p);
	}
	if (free_key)
		*free_key = free;
	return -ENOENT;
}

int impfs_dir_find(struct inode *dir, const struct qstr *name, struct impfs_entry *out)
{
	struct place p;
	void *data;
	u32 slot;
	int err = find(dir, name, &p, &slot, NULL);

	if (err)
		return err;
	data = p.block[p.depth]->data;
	out->ino = dirblock_ino(data, &dirblock_slots(data)[slot]);
	out->type = dirblock_slots(data)[slot].type;
	leave(&p);
	return 0;
}

static int access_block(struct handle *h, struct inode *dir, struct buffer *b)
{
	return journal_access_tail(h, b, impfs_owner_seed(dir, (u32)b->block));
}

/* Adds a block to the directory, formatted, referenced. */
static int grow(struct handle *h, struct inode *dir, u8 level, u32 *logical, struct buffer **out)
{
	u32 at = (u32)((u64)dir->size >> IMPFS_BLOCK_SHIFT), block;
	bool fresh;
	int err;

	if (at >= 1u << 20)
		return -ENOSPC;		/* 4 GiB of directory */
	err = impfs_map_alloc(h, dir, at, &block, &fresh);
	if (err)
		return err;
	err = impfs_fresh(h, block, impfs_owner_seed(dir, block), out);
	if (err)
		return err;
	dirblock_format((*out)->data, impfs_ino(dir), level);
	dir->size += IMPFS_BLOCK_SIZE;
	*logical = at;
	return impfs_put_inode(h, dir);
}

int impfs_dir_format(struct handle *h, struct inode *dir)
{
	struct buffer *b;
	u32 logical;
	int err = grow(h, dir, 0, &logical, &b);

	if (!err)
		buffer_put(b);
	return err;
}

/* Moves the root's contents into a new block, so that the root becomes an index with one entry. */
static int raise_root(struct handle *h, struct inode *dir, struct buffer *root)
{
	u8 level = dirblock_header(root->data)->level;
	struct buffer *b;
	u32 logical;
	int err;

	if (level + 1u >= IMPFS_DIR_LEVELS)
		return -ENOSPC;
	err = access_block(h, dir, root);
	if (err)
		return err;
	err = grow(h, dir, level, &logical, &b);
	if (err)
		return err;
	memcpy(b->data, root->data, IMPFS_CSUM_OFFSET);
	dirblock_format(root->data, impfs_ino(dir), level + 1);
	dirblock_insert_index(root->data, 0, 0, logical);
	buffer_put(b);
	return 0;
}

/* Makes room on the way to a full leaf: one split, as high up as it must begin. The caller descends again. */
static int split(struct handle *h, struct inode *dir, struct place *p)
{
	struct buffer *b, *parent, *target;
	u32 depth = p->depth, logical, key;
	void *scratch;
	int err;

	while (depth > 0 && dirblock_header(p->block[depth - 1]->data)->count >= IMPFS_DIR_FANOUT)
		depth--;
	if (depth == 0)
		return raise_root(h, dir, p->block[0]);
	target = p->block[depth];
	parent = p->block[depth - 1];
	scratch = pages_alloc(GFP_NOFS, 0);
	if (!scratch)
		return -ENOMEM;
	err = access_block(h, dir, target);
	if (!err)
		err = access_block(h, dir, parent);
	if (!err)
		err = grow(h, dir, dirblock_header(target->data)->level, &logical, &b);
	if (!err) {
		if (dirblock_header(target->data)->level == 0)
			key = dirblock_split_leaf(target->data, b->data, scratch);
		else
			key = dirblock_split_index(target->data, b->data);
		dirblock_insert_index(parent->data, p->child[depth - 1] + 1, key, logical);
		buffer_put(b);
	}
	pages_free(scratch, 0);
	return err;
}

int impfs_dir_insert(struct handle *h, struct inode *dir, const struct qstr *name, u32 ino, u8 type)
{
	struct place p;
	struct buffer *leaf;
	u32 key, slot;
	bool done;
	int err = find(dir, name, &p, &slot, &key);

	if (!err) {
		leave(&p);
		return -EEXIST;
	}
	if (err != -ENOENT)
		return err;
	if ((key & ~(BUCKET - 1)) != impfs_bucket(impfs_of(dir->sb), name->name, name->len))
		return -ENOSPC;		/* 128 names share the bucket */
	for (;;) {
		err = descend(dir, key, &p);
		if (err)
			return err;
		leaf = p.block[p.depth];
		err = access_block(h, dir, leaf);
		done = err || dirblock_insert(leaf->data, key, name->name, name->len, ino, type);
		if (!done)
			err = split(h, dir, &p);
		leave(&p);
		if (done || err)
			return err;
	}
}

int impfs_dir_remove(struct handle *h, struct inode *dir, const struct qstr *name)
{
	struct place p;
	u32 slot;
	int err = find(dir, name, &p, &slot, NULL);

	if (err)
		return err;
	err = access_block(h, dir, p.block[p.depth]);
	if (!err)
		dirblock_remove(p.block[p.depth]->data, slot);
	leave(&p);
	return err;
}

int impfs_dir_retarget(struct handle *h, struct inode *dir, const struct qstr *name, u32 ino, u8 type)
{
	struct impfs_dir_slot *s;
	struct place p;
	u32 slot;
	u8 *data;
	int err = find(dir, name, &p, &slot, NULL);

	if (err)
		return err;
	err = access_block(h, dir, p.block[p.depth]);
	if (!err) {
		data = p.block[p.depth]->data;
		s = dirblock_slots(data) + slot;
		s->type = type;
		((struct impfs_dir_record *)(data + s->offset))->ino = ino;
	}
	leave(&p);
	return err;
}

int impfs_dir_empty(struct inode *dir)
{
	struct place p;
	u32 key = 0;
	int err;

	while (key < KEY_END) {
		err = descend(dir, key, &p);
		if (err)
			return err;
		key = p.upper;
		err = dirblock_header(p.block[p.depth]->data)->count != 0;
		leave(&p);
		if (err)
			return 0;
	}
	return 1;
}

/* Entries in the order of their keys; the key is the cookie, so that it stays valid whatever comes and goes. */
static int iterate(struct file *f, struct dir_context *ctx)
{
	struct inode *dir = f->inode;
	struct place p;
	int err;

	if (!dir_emit_dots(f, ctx))
		return 0;
	while (ctx->pos < (loff_t)KEY_END) {
		u32 key = ctx->pos < 0 ? 0 : (u32)ctx->pos, i;
		struct impfs_dir_slot *s;
		void *data;

		err = descend(dir, key, &p);
		if (err)
			return err;
		data = p.block[p.depth]->data;
		i = dirblock_search(data, key);
		for (s = dirblock_slots(data) + i; i < dirblock_header(data)->count; i++, s++) {
			if (!ctx->emit(ctx, dirblock_name(data, s), s->name_len, s->key + 1, dirblock_ino(data, s), s->type)) {
				ctx->pos = s->key;
				leave(&p);
				return 0;
			}
			ctx->pos = s->key + 1;
		}
		ctx->pos = p.upper;
		leave(&p);
	}
	return 0;
}

/* Positions are keys: any may be sought to, and there is no end to count from. */
static loff_t dir_llseek(struct file *f, loff_t off, int whence)
{
	return fixed_size_llseek(f, off, whence, KEY_END);
}

const struct file_ops impfs_dir_ops = {
	.llseek = dir_llseek,
	.iterate = iterate,
	.fsync = impfs_fsync,
	.ioctl = impfs_ioctl,
};
