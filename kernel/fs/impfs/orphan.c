/*
 * The orphan list: inodes that a crash must not leave half done, those without names that are still open, and those
 * whose blocks are being cut. On disk it is a chain from the superblock; in memory fs->orphans has the same order.
 * orphan_lock guards both.
 */
#include "impfs.h"

/* Changes the link of one inode on disk, without its other fields. */
static int set_next(struct handle *h, u32 ino, u32 next)
{
	struct impfs_inode *d;
	struct buffer *b;
	u32 offset;
	int err = impfs_inode_buffer(h->fs, ino, &b, &offset);

	if (err)
		return err;
	err = journal_access(h, b);
	if (!err) {
		d = (struct impfs_inode *)((u8 *)b->data + offset);
		d->next_orphan = next;
		impfs_seal_inode(h->fs, ino, d);
	}
	buffer_put(b);
	return err;
}

int impfs_orphan_add(struct handle *h, struct inode *inode)
{
	struct impfs *fs = h->fs;
	struct impfs_node *node = impfs_i(inode);
	int err = 0;

	mutex_lock_nested(&fs->orphan_lock);
	if (!list_empty(&node->orphan) || impfs_fault(FAULT_NO_ORPHAN))
		goto out;
	err = journal_access(h, fs->super_buf);
	if (!err)
		err = set_next(h, impfs_ino(inode), fs->super->orphan_head);
	if (err)
		goto out;
	node->next_orphan = fs->super->orphan_head;
	fs->super->orphan_head = impfs_ino(inode);
	list_add(&node->orphan, &fs->orphans);
out:
	mutex_unlock(&fs->orphan_lock);
	return err;
}

int impfs_orphan_del(struct handle *h, struct inode *inode)
{
	struct impfs *fs = h->fs;
	struct impfs_node *node = impfs_i(inode), *before;
	int err = 0;

	mutex_lock_nested(&fs->orphan_lock);
	if (list_empty(&node->orphan))
		goto out;
	if (impfs_fault(FAULT_KEEP_ORPHAN)) {
		list_del_init(&node->orphan);
		goto out;
	}
	if (node->orphan.prev == &fs->orphans) {
		err = journal_access(h, fs->super_buf);
		if (!err)
			fs->super->orphan_head = node->next_orphan;
	} else {
		before = list_entry(node->orphan.prev, struct impfs_node, orphan);
		err = set_next(h, impfs_ino(&before->vfs), node->next_orphan);
		if (!err)
			before->next_orphan = node->next_orphan;
	}
	if (!err)
		err = set_next(h, impfs_ino(inode), 0);
	if (err)
		goto out;
	node->next_orphan = 0;
	list_del_init(&node->orphan);
out:
	mutex_unlock(&fs->orphan_lock);
	return err;
}

int impfs_orphans_clean(struct impfs *fs)
{
	u32 ino = fs->super->orphan_head, freed = 0, cut = 0;
	struct inode *inode;
	struct handle h;
	int err = 0;

	/* Each round takes one off the list, so that damage that makes a ring cannot hold us for ever. */
	while (ino && freed + cut < fs->groups * fs->group_inodes) {
		inode = impfs_iget(fs->sb, ino);
		if (IS_ERR(inode))
			return PTR_ERR(inode);
		if (!list_empty(&impfs_i(inode)->orphan)) {
			iput(inode);
			return impfs_damaged(fs, ino, 0, "orphan list with a loop");
		}
		list_add(&impfs_i(inode)->orphan, &fs->orphans);
		ino = impfs_i(inode)->next_orphan;
		if (inode->nlink == 0) {
			freed++;
			iput(inode);	/* evict frees it and takes it off the list */
			continue;
		}
		cut++;
		err = impfs_free_range(inode, (u32)((u64)(inode->size + IMPFS_BLOCK_SIZE - 1) >> IMPFS_BLOCK_SHIFT), ~0ull);
		if (!err)
			err = journal_begin(&h, fs);
		if (!err) {
			err = impfs_orphan_del(&h, inode);
			journal_end(&h);
		}
		iput(inode);
		if (err)
			return err;
		journal_room(fs);
	}
	if (freed || cut)
		pr_info("impfs: %s: %u orphans freed, %u cut to size\n", fs->sb->id, freed, cut);
	return 0;
}
