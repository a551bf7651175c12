/*
 * Access control lists on disk: attributes of their own, as they come in by setxattr(). What is changed of one and of the
 * mode is changed in one handle, so that a crash shows both or neither.
 */
#include "impfs.h"

#include <fs/acl.h>

/* -ENODATA: there is none */
static int read_acl(struct inode *inode, int type, void *value, struct acl **out)
{
	ssize_t n = impfs_getxattr(inode, acl_name(type), value, IMPFS_BLOCK_SIZE);
	int err = n < 0 ? (int)n : acl_decode(value, (size_t)n, out);

	return !err && !*out ? -EINVAL : err;
}

/* What cannot be read is not taken for a file without: the mode alone might let in whom the list keeps out. */
static int load_acl(struct inode *inode, int type, void *value, struct acl **out)
{
	int err = read_acl(inode, type, value, out);

	if (!err || err == -ENODATA || err == -ENOMEM)
		return err == -ENODATA ? 0 : err;
	pr_err("impfs: %s: inode %u: no use of its %s (error %d): all but its owner are kept out; setfattr -x removes it\n",
	       inode->sb->id, impfs_ino(inode), acl_name(type), -err);
	*out = &acl_broken;
	return 0;
}

int impfs_load_acls(struct inode *inode)
{
	void *value;
	int err;

	if (likely(!impfs_i(inode)->xattr_block))
		return 0;
	value = kmalloc(IMPFS_BLOCK_SIZE, GFP_NOFS);
	if (!value)
		return -ENOMEM;
	err = load_acl(inode, ACL_TYPE_ACCESS, value, &inode->acl);
	if (!err)
		err = load_acl(inode, ACL_TYPE_DEFAULT, value, &inode->default_acl);
	kfree(value);
	return err;
}

static int put_acl(struct handle *h, struct inode *inode, int type, const struct acl *acl)
{
	void *value;
	int err;

	if (!acl) {
		err = impfs_put_xattr(h, inode, acl_name(type), NULL, 0, 0);
		return err == -ENODATA ? 0 : err;
	}
	value = kmalloc(acl_size(acl), GFP_NOFS);
	if (!value)
		return -ENOMEM;
	acl_encode(acl, value);
	err = impfs_put_xattr(h, inode, acl_name(type), value, (u32)acl_size(acl), 0);
	kfree(value);
	return err;
}

int impfs_put_new_acls(struct handle *h, struct inode *inode)
{
	int err = 0;

	if (inode->acl)
		err = put_acl(h, inode, ACL_TYPE_ACCESS, inode->acl);
	if (!err && inode->default_acl)
		err = put_acl(h, inode, ACL_TYPE_DEFAULT, inode->default_acl);
	return err;
}

int impfs_put_acl_mode(struct handle *h, struct inode *inode, umode_t mode)
{
	struct acl *copy;
	int err;

	if (inode->acl == &acl_broken)
		return inode->sb->no_acl ? 0 : -EIO;	/* it lets nobody in, whatever the mode */
	copy = acl_dup(inode->acl);
	if (!copy)
		return -ENOMEM;
	acl_set_mode(copy, mode);
	err = put_acl(h, inode, ACL_TYPE_ACCESS, copy);
	acl_free(copy);
	return err;
}

int impfs_set_acl(struct inode *inode, umode_t mode, int type, struct acl *acl)
{
	struct impfs *fs = impfs_of(inode->sb);
	struct handle h;
	int err, err2;

	journal_room(fs);
	err = journal_begin(&h, fs);
	if (err) {
		acl_free(acl);
		return err;
	}
	err = put_acl(&h, inode, type, acl);
	if (!err && impfs_fault(FAULT_SPLIT_ACL)) {
		(void)impfs_put_inode(&h, inode);	/* the block of a first list; the second half tells of a failure */
		err = impfs_fault_split(&h);
	}
	if (err)
		acl_free(acl);
	else
		acl_replace(inode, mode, type, acl);
	err2 = impfs_put_inode(&h, inode);
	journal_end(&h);
	return err ? err : err2;
}
