/*
 * Symbolic links: up to 60 bytes of target live in the inode's map, longer ones in the link's block, which is
 * journaled as metadata is and never changes.
 */
#include "impfs.h"

/* The link's block, which is metadata without a checksum of its own: the length and the journal vouch for it. */
static int link_block(struct inode *inode, struct buffer **out)
{
	struct impfs *fs = impfs_of(inode->sb);
	struct buffer *b = NULL;
	u32 block;
	int err = impfs_map(inode, 0, &block);

	if (err)
		return err;
	if (!block)
		return impfs_damaged(fs, impfs_ino(inode), 0, "symbolic link without a target");
	b = impfs_read_block(fs, block);
	if (IS_ERR(b))
		return PTR_ERR(b);
	*out = b;
	return 0;
}

/* A copy of the target: the one in the inode or block is not terminated. */
static const char *get_link(struct dentry *d, struct inode *inode, void **cookie)
{
	u32 len = (u32)inode->size;
	struct buffer *b = NULL;
	char *target;
	int err;

	(void)d;
	target = kmalloc(len + 1, GFP_KERNEL);
	if (!target)
		return ERR_PTR(-ENOMEM);
	if (impfs_inline_link(inode)) {
		__builtin_memcpy(target, impfs_i(inode)->map, len);
	} else {
		err = link_block(inode, &b);
		if (err) {
			kfree(target);
			return ERR_PTR(err);
		}
		__builtin_memcpy(target, b->data, len);
		buffer_put(b);
	}
	target[len] = '\0';
	*cookie = target;
	return target;
}

static void put_link(void *cookie)
{
	kfree(cookie);
}

int impfs_symlink_fill(struct handle *h, struct inode *inode, const char *target, u32 len)
{
	struct buffer *b = NULL;
	u32 block;
	bool fresh;
	int err;

	inode->size = len;
	if (len <= IMPFS_INLINE_MAX) {
		__builtin_memcpy(impfs_i(inode)->map, target, len);
		return 0;
	}
	err = impfs_map_alloc(h, inode, 0, &block, &fresh);
	if (!err)
		err = impfs_fresh(h, block, 0, &b);
	if (err)
		return err;
	__builtin_memcpy(b->data, target, len);
	buffer_put(b);
	return 0;
}

const struct inode_ops impfs_symlink_ops = {
	.get_link = get_link,
	.put_link = put_link,
	.setattr = impfs_setattr,
	.getattr = impfs_getattr,
	.getxattr = impfs_getxattr,
	.setxattr = impfs_setxattr,
	.listxattr = impfs_listxattr,
	.removexattr = impfs_removexattr,
};
