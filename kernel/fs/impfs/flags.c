/* chattr: FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, and the generation of an inode. */
#include "impfs.h"

#include <abi/capability.h>
#include <abi/ioctl.h>
#include <arch/uaccess.h>
#include <fs/internal.h>

/* What may be set; the rest of what is stored belongs to others. */
#define SETTABLE (IMPFS_FL_SYNC | IMPFS_FL_IMMUTABLE | IMPFS_FL_APPEND | IMPFS_FL_NODUMP | IMPFS_FL_NOATIME | IMPFS_FL_JOURNAL_DATA)

/* Data of the file's other kind is on its way: what is dirty is written as it was to be. */
static int leave_ordered(struct inode *inode)
{
	return filemap_write_and_wait(&inode->data, 0, (loff_t)((u64)-1 >> 1));
}

/* Blocks that the log has go on through the journal until they are home: brings them there. */
static int leave_journal(struct inode *inode)
{
	struct impfs *fs = impfs_of(inode->sb);
	int err = leave_ordered(inode);

	if (!err)
		err = journal_commit_all(fs);
	return err ? err : journal_checkpoint(fs);
}

static int set_flags(struct inode *inode, u32 flags)
{
	struct impfs_node *node = impfs_i(inode);
	struct impfs *fs = impfs_of(inode->sb);
	u32 changed = flags ^ node->flags;
	struct handle h;
	int err;

	if (!inode_owner_or_capable(inode))
		return -EPERM;
	if (changed & ~SETTABLE)
		return -EOPNOTSUPP;
	if (changed & (IMPFS_FL_IMMUTABLE | IMPFS_FL_APPEND) && !capable(CAP_LINUX_IMMUTABLE))
		return -EPERM;
	if (changed & IMPFS_FL_JOURNAL_DATA) {
		if (!capable(CAP_SYS_RESOURCE))
			return -EPERM;
		if (!impfs_can_log_data(fs))
			return -EOPNOTSUPP;
		err = leave_ordered(inode);
		if (err)
			return err;
	}
	journal_room(fs);
	err = journal_begin(&h, fs);
	if (err)
		return err;
	node->flags = flags;
	impfs_flags_to_vfs(inode);
	inode_now(inode, ATTR_CTIME);
	err = impfs_put_inode(&h, inode);
	journal_end(&h);
	if (!err && changed & ~flags & IMPFS_FL_JOURNAL_DATA)
		err = leave_journal(inode);
	return err;
}

long impfs_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct inode *inode = f->inode;
	u32 flags;
	long err;

	switch (cmd) {
	case FS_IOC_GETFLAGS:
		return put_user(impfs_i(inode)->flags & IMPFS_FL_KNOWN, (u32 __user *)arg);
	case FS_IOC_GETVERSION:
		return put_user(inode->generation, (u32 __user *)arg);
	case FS_IOC_SETFLAGS:
		if (get_user(flags, (u32 __user *)arg))
			return -EFAULT;
		err = mnt_want_write(f->path.mnt);
		if (err)
			return err;
		down_write(&inode->rwsem);
		err = set_flags(inode, flags);
		up_write(&inode->rwsem);
		mnt_drop_write(f->path.mnt);
		return err;
	default:
		return -ENOTTY;
	}
}
