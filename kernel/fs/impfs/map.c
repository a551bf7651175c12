/*
 * From a file's logical blocks to blocks of the volume: 12 direct pointers and trees of one to three levels, an
 * indirect block being 1023 pointers and a checksum.
 *
 * A pointer to data may be marked unwritten: the file holds the block, and it reads as zeros until it is written to.
 *
 * map_lock guards the map and the indirect blocks. Freeing works from the end of the file towards its beginning, one
 * indirect block of the lowest level at a time, so that each transaction stays small and a crash in between leaves a
 * shorter file.
 */
#include "impfs.h"

/* Frees of so many lowest indirect blocks (or lone data runs) share a transaction. */
#define FREE_BUDGET 16

/* The slot in the inode's map and the index at each level below; the number of levels, or -EFBIG. */
static int map_path(u32 logical, u32 path[4])
{
	u32 rest = logical;

	if (rest < IMPFS_DIRECT) {
		path[0] = rest;
		return 0;
	}
	rest -= IMPFS_DIRECT;
	if (rest < IMPFS_PTRS) {
		path[0] = IMPFS_DIRECT;
		path[1] = rest;
		return 1;
	}
	rest -= IMPFS_PTRS;
	if (rest < IMPFS_PTRS * IMPFS_PTRS) {
		path[0] = IMPFS_DIRECT + 1;
		path[1] = rest / IMPFS_PTRS;
		path[2] = rest % IMPFS_PTRS;
		return 2;
	}
	rest -= IMPFS_PTRS * IMPFS_PTRS;
	if (rest < IMPFS_PTRS * IMPFS_PTRS * IMPFS_PTRS) {
		path[0] = IMPFS_DIRECT + 2;
		path[1] = rest / (IMPFS_PTRS * IMPFS_PTRS);
		path[2] = rest / IMPFS_PTRS % IMPFS_PTRS;
		path[3] = rest % IMPFS_PTRS;
		return 3;
	}
	return -EFBIG;
}

static int check_pointer(struct inode *inode, u32 block)
{
	struct impfs *fs = impfs_of(inode->sb);

	if (likely(block < fs->blocks))
		return 0;
	return impfs_damaged(fs, impfs_ino(inode), block, "pointer beyond the volume");
}

/* True for a pointer to data that is held and not yet written to. Elsewhere the mark is a pointer beyond the volume. */
static inline bool unwritten(const struct inode *inode, u32 pointer)
{
	return pointer & IMPFS_PTR_UNWRITTEN && S_ISREG(inode->mode) && impfs_of(inode->sb)->may_reserve;
}

/*
 * The lowest indirect block on the way to a logical block that lies under one. *out NULL: there is none, and neither is
 * one for the next blocks, *room with this one. map_lock held.
 */
static int leaf_of(struct inode *inode, const u32 *path, int levels, struct buffer **out, u32 *room)
{
	u32 block = impfs_i(inode)->map[path[0]];
	struct buffer *b;
	int i, err;

	*out = NULL;
	for (i = 1; block; i++) {
		err = impfs_read_owned(inode, block, &b);
		if (err)
			return err;
		if (i == levels) {
			*out = b;
			return 0;
		}
		block = ((const u32 *)b->data)[path[i]];
		buffer_put(b);
		err = check_pointer(inode, block);
		if (err)
			return err;
	}
	/* The tree that would hang under the empty pointer, less what lies before the block. */
	for (*room = 1; i <= levels; i++)
		*room = *room * IMPFS_PTRS - path[i];
	return 0;
}

/* How many of the n pointers are of the first one's kind: neighbours on disk, or all without contents. */
static u32 run_length(const struct inode *inode, const u32 *pointers, u32 n, bool told_apart)
{
	u32 first = pointers[0], i = 1;
	bool hole = !told_apart && unwritten(inode, first);

	if (first == 0 || hole)
		while (i < n && (pointers[i] == 0 || (!told_apart && unwritten(inode, pointers[i]))))
			i++;
	else
		while (i < n && pointers[i] == first + i)
			i++;
	return i;
}

/* As impfs_map_run(), and a block that is unwritten is told with its mark if `told_apart`, and as a hole if not. */
static int find_run(struct inode *inode, u32 logical, u32 max, bool told_apart, u32 *block, u32 *count)
{
	struct impfs_node *node = impfs_i(inode);
	struct buffer *b = NULL;
	const u32 *pointers;
	u32 path[4], room, first = 0;
	int levels = map_path(logical, path), err = 0;

	if (levels < 0) {
		*block = 0;
		*count = max;
		return 0;
	}
	mutex_lock(&node->map_lock);
	if (levels == 0) {
		pointers = node->map + path[0];
		room = IMPFS_DIRECT - path[0];
	} else {
		room = IMPFS_PTRS - path[levels];
		err = leaf_of(inode, path, levels, &b, &room);
		if (err)
			goto out;
		pointers = b ? (const u32 *)b->data + path[levels] : NULL;
	}
	max = min(max, room);
	if (pointers) {
		bool marked = unwritten(inode, pointers[0]);

		err = check_pointer(inode, marked ? pointers[0] & ~IMPFS_PTR_UNWRITTEN : pointers[0]);
		if (err)
			goto out_put;
		first = marked && !told_apart ? 0 : pointers[0];
		max = run_length(inode, pointers, max, told_apart);
	}
	*block = first;
	*count = max;
out_put:
	if (b)
		buffer_put(b);
out:
	mutex_unlock(&node->map_lock);
	return err;
}

int impfs_map_run(struct inode *inode, u32 logical, u32 max, u32 *block, u32 *count)
{
	return find_run(inode, logical, max, false, block, count);
}

int impfs_map_extent(struct inode *inode, u32 logical, u32 max, u32 *block, u32 *count, bool *reserved)
{
	int err = find_run(inode, logical, max, true, block, count);

	*reserved = !err && *block & IMPFS_PTR_UNWRITTEN;
	*block &= ~IMPFS_PTR_UNWRITTEN;
	return err;
}

int impfs_map(struct inode *inode, u32 logical, u32 *block)
{
	u32 count;

	/* The common case: a direct pointer is one word and needs no lock to be read. */
	if (logical < IMPFS_DIRECT) {
		*block = READ_ONCE(impfs_i(inode)->map[logical]);
		if (unlikely(unwritten(inode, *block)))
			*block = 0;
		return check_pointer(inode, *block);
	}
	return impfs_map_run(inode, logical, 1, block, &count);
}

static u32 alloc_goal(const struct handle *h, const struct inode *inode)
{
	u32 goal = impfs_i(inode)->goal;

	return goal ? goal : (impfs_ino(inode) - 1) / h->fs->group_inodes * IMPFS_GROUP_BLOCKS;
}

static int alloc_near(struct handle *h, struct inode *inode, u32 *block)
{
	struct impfs_node *node = impfs_i(inode);
	u32 count = 1;
	int err = impfs_alloc_blocks(h, alloc_goal(h, inode), block, &count);

	if (err)
		return err;
	node->goal = *block + 1;
	inode->blocks += IMPFS_BLOCK_SIZE / 512;
	return 0;
}

static void unalloc(struct handle *h, struct inode *inode, u32 block)
{
	inode->blocks -= IMPFS_BLOCK_SIZE / 512;
	(void)impfs_free_blocks(h, block, 1);	/* already failing; damage is reported there */
}

static int new_indirect(struct handle *h, struct inode *inode, u32 *block, struct buffer **out)
{
	int err = alloc_near(h, inode, block);

	if (err)
		return err;
	err = impfs_fresh(h, *block, impfs_owner_seed(inode, *block), out);
	if (err)
		unalloc(h, inode, *block);
	return err;
}

/*
 * The place of a logical block's pointer, the indirect blocks on the way made if they are not there. *holder: the
 * indirect block that it is in, referenced, or NULL for the inode's own map. map_lock held.
 */
static int pointer_place(struct handle *h, struct inode *inode, const u32 *path, int levels, struct buffer **holder,
			 u32 **place)
{
	struct buffer *parent = NULL, *b = NULL;
	u32 *slot = &impfs_i(inode)->map[path[0]], next;
	int i, err = 0;

	/* At each step *slot is a pointer in `parent`, or in the inode, to an indirect block. */
	for (i = 0; i < levels; i++) {
		next = *slot;
		if (next) {
			err = check_pointer(inode, next);
			if (!err)
				err = impfs_read_owned(inode, next, &b);
		} else {
			err = parent ? journal_access_tail(h, parent, impfs_owner_seed(inode, (u32)parent->block)) : 0;
			if (!err)
				err = new_indirect(h, inode, &next, &b);
			if (!err)
				*slot = next;
		}
		if (parent)
			buffer_put(parent);
		if (err)
			return err;
		parent = b;
		slot = (u32 *)b->data + path[i + 1];
	}
	*holder = parent;
	*place = slot;
	return 0;
}

static int change_holder(struct handle *h, const struct inode *inode, struct buffer *holder)
{
	return holder ? journal_access_tail(h, holder, impfs_owner_seed(inode, (u32)holder->block)) : 0;
}

int impfs_map_alloc(struct handle *h, struct inode *inode, u32 logical, u32 *block, bool *fresh)
{
	struct impfs_node *node = impfs_i(inode);
	struct buffer *holder;
	u32 path[4], *place, found;
	int levels = map_path(logical, path), err;

	if (levels < 0)
		return levels;
	*fresh = false;
	mutex_lock(&node->map_lock);
	err = pointer_place(h, inode, path, levels, &holder, &place);
	if (err)
		goto out;
	found = *place;
	if (found == 0 || unwritten(inode, found)) {
		err = change_holder(h, inode, holder);
		if (!err && found == 0)
			err = alloc_near(h, inode, &found);
		if (!err) {
			*place = found &= ~IMPFS_PTR_UNWRITTEN;
			*fresh = true;
		}
	}
	if (!err)
		err = check_pointer(inode, found);
	if (!err)
		*block = found;
	if (holder)
		buffer_put(holder);
out:
	mutex_unlock(&node->map_lock);
	return err;
}

/* Fills the hole of n pointers that begins at `at`, with as many neighbouring blocks as there are; *n says how many. */
static int reserve_hole(struct handle *h, struct inode *inode, u32 *at, u32 *n)
{
	struct impfs_node *node = impfs_i(inode);
	u32 start, i;
	int err = impfs_alloc_blocks(h, alloc_goal(h, inode), &start, n);

	if (err)
		return err;
	for (i = 0; i < *n; i++)
		at[i] = (start + i) | IMPFS_PTR_UNWRITTEN;
	node->goal = start + *n;
	inode->blocks += (u64)*n * (IMPFS_BLOCK_SIZE / 512);
	return 0;
}

int impfs_map_reserve(struct handle *h, struct inode *inode, u32 logical, u32 max, bool empty, u32 *count)
{
	struct impfs_node *node = impfs_i(inode);
	struct buffer *holder;
	u32 path[4], *place, n, at;
	int levels = map_path(logical, path), err;

	if (levels < 0)
		return levels;
	*count = 0;
	mutex_lock(&node->map_lock);
	err = pointer_place(h, inode, path, levels, &holder, &place);
	if (err)
		goto out;
	max = min(max, levels ? IMPFS_PTRS - path[levels] : IMPFS_DIRECT - path[0]);
	err = change_holder(h, inode, holder);
	for (at = 0; !err && at < max; at += err ? 0 : n) {
		n = 1;
		if (place[at] == 0) {
			while (at + n < max && place[at + n] == 0)
				n++;
			err = reserve_hole(h, inode, place + at, &n);
		} else if (!unwritten(inode, place[at])) {
			err = check_pointer(inode, place[at]);
			if (!err && empty)
				place[at] |= IMPFS_PTR_UNWRITTEN;
		}
	}
	*count = at;
	if (holder)
		buffer_put(holder);
out:
	mutex_unlock(&node->map_lock);
	return err;
}

/* Data blocks are freed in runs: neighbours are collected and given back together. */
struct run {
	u32 start, count;
};

/* Freed data that is in the log must not come back over what the blocks hold next. */
static int forget_data(struct handle *h, const struct run *run)
{
	struct buffer *b;
	int err = 0;
	u32 i;

	for (i = 0; i < run->count && !err; i++) {
		b = journal_find_data(h->fs, run->start + i);
		if (b)
			err = journal_forget(h, b);
	}
	return err;
}

static int run_flush(struct handle *h, struct inode *inode, struct run *run)
{
	int err = 0;

	if (run->count) {
		err = impfs_fault(FAULT_LEAK) ? 0 : impfs_free_blocks(h, run->start, run->count);
		if (!err && journal_has_data(&h->fs->journal))
			err = forget_data(h, run);
		if (impfs_fault(FAULT_REUSE_FREED))
			impfs_unbusy(h->fs, run->start, run->count);
		inode->blocks -= (u64)run->count * (IMPFS_BLOCK_SIZE / 512);
	}
	run->count = 0;
	return err;
}

static int run_add(struct handle *h, struct inode *inode, struct run *run, u32 block)
{
	int err = 0;

	if (run->count && block + 1 == run->start) {
		run->start = block;
		run->count++;
		return 0;
	}
	err = run_flush(h, inode, run);
	run->start = block;
	run->count = 1;
	return err;
}

/* Frees a data or metadata block that the file holds. */
static int free_one(struct handle *h, struct inode *inode, u32 block, bool metadata, struct run *run)
{
	int err;

	if (unwritten(inode, block))
		block &= ~IMPFS_PTR_UNWRITTEN;
	err = check_pointer(inode, block);
	if (err)
		return err;
	if (!metadata)
		return run_add(h, inode, run, block);
	inode->blocks -= IMPFS_BLOCK_SIZE / 512;
	return impfs_free_metadata(h, block);
}

/*
 * Frees [from, to) under an indirect block of `level` (1: its pointers are data); positions count from its first. 1: the
 * block itself is freed; 0: it stays, or the budget ran out; else an error. Nests three deep at most.
 */
static int free_branch(struct handle *h, struct inode *inode, u32 block, int level, u64 from, u64 to, int *budget,
		       bool data_is_metadata)
{
	u32 span = level == 1 ? 1 : level == 2 ? IMPFS_PTRS : IMPFS_PTRS * IMPFS_PTRS;
	u64 whole = (u64)span * IMPFS_PTRS;
	bool all = from == 0 && to >= whole, touched = false;
	struct run run = { 0, 0 };
	struct buffer *b;
	u32 *pointers;
	int i, lowest, err, r;

	if (to > whole)
		to = whole;
	err = impfs_read_owned(inode, block, &b);
	if (err)
		return err;
	pointers = b->data;
	lowest = (int)div_u64(from, span);
	for (i = (int)div_u64(to - 1, span); i >= lowest; i--) {
		u64 base = (u64)i * span;

		if (!pointers[i])
			continue;
		if (*budget <= 0)
			goto out_stays;
		if (level > 1) {
			r = free_branch(h, inode, pointers[i], level - 1, from > base ? from - base : 0, to - base, budget,
					data_is_metadata);
			if (r < 0) {
				err = r;
				goto out_stays;
			}
			if (r == 0)
				continue;
		}
		/* Pointers of a block that goes as a whole in this transaction need not be cleared. */
		if (!(all && level == 1)) {
			err = touched ? 0 : journal_access_tail(h, b, impfs_owner_seed(inode, block));
			if (err)
				goto out_stays;
			touched = true;
		}
		if (level == 1) {
			err = free_one(h, inode, pointers[i], data_is_metadata, &run);
			if (err)
				goto out_stays;
		}
		if (!(all && level == 1))
			pointers[i] = 0;
	}
	err = run_flush(h, inode, &run);
	if (level == 1)
		(*budget)--;
	if (err || !all)
		goto out_stays;
	if (level > 1) {
		/* The budget may have stopped a branch below. */
		for (i = 0; i < (int)IMPFS_PTRS; i++)
			if (pointers[i])
				goto out_stays;
	}
	buffer_put(b);
	err = free_one(h, inode, block, true, &run);
	return err ? err : 1;

out_stays:
	r = run_flush(h, inode, &run);
	buffer_put(b);
	return err ? err : r < 0 ? r : 0;
}

/* One transaction's part: true in *done when nothing of the range is left. */
static int free_some(struct handle *h, struct inode *inode, u64 from, u64 to, bool *done)
{
	struct impfs_node *node = impfs_i(inode);
	/* What goes through the journal, and not through the page cache. */
	bool metadata = (inode->mode & S_IFMT) == S_IFDIR || (inode->mode & S_IFMT) == S_IFLNK;
	struct run run = { 0, 0 };
	int budget = FREE_BUDGET, level, i, r;
	u64 base, span;

	*done = false;
	for (level = 3; level >= 1; level--) {
		span = level == 1 ? IMPFS_PTRS : level == 2 ? (u64)IMPFS_PTRS * IMPFS_PTRS : (u64)IMPFS_PTRS * IMPFS_PTRS * IMPFS_PTRS;
		base = IMPFS_DIRECT + (level > 1 ? IMPFS_PTRS : 0) + (level > 2 ? (u64)IMPFS_PTRS * IMPFS_PTRS : 0);
		i = (int)IMPFS_DIRECT + level - 1;
		if (!node->map[i] || from >= base + span || to <= base)
			continue;
		r = free_branch(h, inode, node->map[i], level, from > base ? from - base : 0, to - base, &budget, metadata);
		if (r < 0)
			return r;
		if (r == 1)
			node->map[i] = 0;
		if (budget <= 0)
			return 0;
	}
	for (i = (int)min_t(u64, to, IMPFS_DIRECT) - 1; i >= 0 && (u64)i >= from; i--) {
		if (!node->map[i])
			continue;
		r = free_one(h, inode, node->map[i], metadata, &run);
		if (r < 0)
			return r;
		node->map[i] = 0;
	}
	*done = true;
	return run_flush(h, inode, &run);
}

int impfs_free_range(struct inode *inode, u32 from, u64 to)
{
	struct impfs *fs = impfs_of(inode->sb);
	struct impfs_node *node = impfs_i(inode);
	bool done = inode->blocks == 0;
	struct handle h;
	int err = 0, err2;

	while (!done && !err) {
		journal_room(fs);
		err = journal_begin(&h, fs);
		if (err)
			break;
		mutex_lock(&node->map_lock);
		err = free_some(&h, inode, from, to, &done);
		node->goal = 0;
		mutex_unlock(&node->map_lock);
		err2 = impfs_put_inode(&h, inode);
		node->datasync_tid = h.tid;
		journal_end(&h);
		if (!err)
			err = err2;
	}
	return err;
}
