/*
 * Inode numbers. A group's table is used from its start on; inodes_ready says how far it was ever written, and the
 * rest is neither read nor trusted. alloc_lock guards bitmaps, counts and hints.
 */
#include "impfs.h"

void impfs_seal_inode(const struct impfs *fs, u32 ino, struct impfs_inode *disk)
{
	if (impfs_fault(FAULT_NO_INODE_SUM))
		return;
	disk->checksum = crc32c(impfs_crc_words(fs->seed, &ino, 1), disk, offsetof(struct impfs_inode, checksum));
}

/* Makes the next table block usable. */
static int ready_inodes(struct handle *h, u32 group)
{
	struct impfs *fs = h->fs;
	struct impfs_group_info *g = &fs->group[group];
	u32 block = g->desc->inode_table + g->desc->inodes_ready / IMPFS_INODES_PER_BLOCK;
	u32 ino = group * fs->group_inodes + g->desc->inodes_ready + 1;
	struct impfs_inode *disk;
	struct buffer *b;
	u32 i;
	int err = journal_access(h, g->desc_buf);

	if (err)
		return err;
	err = impfs_fresh(h, block, 0, &b);
	if (err)
		return err;
	disk = b->data;
	for (i = 0; i < IMPFS_INODES_PER_BLOCK; i++)
		impfs_seal_inode(fs, ino + i, &disk[i]);
	buffer_put(b);
	g->desc->inodes_ready += IMPFS_INODES_PER_BLOCK;
	return 0;
}

static int take_inode(struct handle *h, u32 group, bool directory, u32 *ino)
{
	struct impfs *fs = h->fs;
	struct impfs_group_info *g = &fs->group[group];
	struct buffer *b;
	u32 bit;
	u8 *map;
	int err = impfs_load_bitmap(fs, group, true, &b);

	if (err)
		return err;
	map = b->data;
	bit = g->inode_hint;
	if (group == 0 && bit < fs->first_ino - 1)
		bit = fs->first_ino - 1;
	while (bit < fs->group_inodes && (map[bit >> 3] >> (bit & 7) & 1))
		bit = (bit & 7) == 0 && map[bit >> 3] == 0xff ? bit + 8 : bit + 1;
	if (bit >= fs->group_inodes)
		return impfs_damaged(fs, 0, g->desc->inode_bitmap, "inode bitmap and free count differ");
	while (bit >= g->desc->inodes_ready) {
		err = ready_inodes(h, group);
		if (err)
			return err;
	}
	err = journal_access(h, b);
	if (!err)
		err = journal_access(h, g->desc_buf);
	if (err)
		return err;
	map[bit >> 3] |= 1 << (bit & 7);
	g->inode_hint = bit + 1;
	g->desc->free_inodes--;
	if (directory)
		g->desc->directories++;
	g->dirty = true;
	fs->free_inodes--;
	*ino = group * fs->group_inodes + bit + 1;
	return 0;
}

int impfs_alloc_inode(struct handle *h, u32 near, bool directory, u32 *ino)
{
	struct impfs *fs = h->fs;
	u32 first = (near - 1) / fs->group_inodes, n;
	int err = -ENOSPC;

	mutex_lock_nested(&fs->alloc_lock);
	for (n = 0; n < fs->groups; n++) {
		u32 group = first + n < fs->groups ? first + n : first + n - fs->groups;

		if (fs->group[group].desc->free_inodes == 0)
			continue;
		err = take_inode(h, group, directory, ino);
		break;
	}
	mutex_unlock(&fs->alloc_lock);
	return err;
}

int impfs_free_inode(struct handle *h, u32 ino, bool directory)
{
	struct impfs *fs = h->fs;
	u32 group = (ino - 1) / fs->group_inodes, bit = (ino - 1) % fs->group_inodes;
	struct impfs_group_info *g = &fs->group[group];
	struct buffer *b;
	u8 *map;
	int err;

	mutex_lock_nested(&fs->alloc_lock);
	err = impfs_load_bitmap(fs, group, true, &b);
	if (!err)
		err = journal_access(h, b);
	if (!err)
		err = journal_access(h, g->desc_buf);
	if (err)
		goto out;
	map = b->data;
	if (!(map[bit >> 3] >> (bit & 7) & 1)) {
		err = impfs_damaged(fs, ino, g->desc->inode_bitmap, "inode freed twice");
		goto out;
	}
	map[bit >> 3] &= ~(1 << (bit & 7));
	g->desc->free_inodes++;
	if (directory && g->desc->directories)
		g->desc->directories--;
	g->dirty = true;
	fs->free_inodes++;
	if (bit < g->inode_hint)
		g->inode_hint = bit;
out:
	mutex_unlock(&fs->alloc_lock);
	return err;
}

int impfs_inode_buffer(struct impfs *fs, u32 ino, struct buffer **out, u32 *offset)
{
	u32 group, index;
	struct buffer *b;

	if (ino == 0 || ino > fs->groups * fs->group_inodes)
		return impfs_damaged(fs, ino, 0, "inode number outside the volume");
	group = (ino - 1) / fs->group_inodes;
	index = (ino - 1) % fs->group_inodes;
	if (index >= fs->group[group].desc->inodes_ready)
		return impfs_damaged(fs, ino, 0, "inode that was never used");
	b = impfs_read_block(fs, fs->group[group].desc->inode_table + index / IMPFS_INODES_PER_BLOCK);
	if (IS_ERR(b))
		return PTR_ERR(b);
	*out = b;
	*offset = index % IMPFS_INODES_PER_BLOCK * IMPFS_INODE_SIZE;
	return 0;
}
