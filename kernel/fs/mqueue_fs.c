/*
 * The filesystem of POSIX message queues: one flat, sticky directory, mounted by the kernel from the start and once more by
 * whoever wants to see it. A queue is a file in it, lives while it has its name or is open, and reads as a line about itself.
 * mq_open() and mq_unlink() are open() and unlink() in that directory. A queue's bytes are charged to the user who made it
 * (RLIMIT_MSGQUEUE), at their largest.
 */
#include <arch/uaccess.h>
#include <core/init.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/notify.h>
#include <fs/pagecache.h>
#include <fs/poll.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <sched/pid.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include "mqueue.h"

#define MQUEUE_MAGIC	0x19800202
#define FILE_SIZE	80		/* what stat() says of a queue, as on Linux */
#define HARD_MSGS	65536
#define HARD_SIZE	(16 * 1024 * 1024)

static struct mount *mnt;
static int nr_queues;			/* with names; the directory's rwsem */
static int queues_max = 256, msg_max = 10, msgsize_max = 8192, msg_default = 10, msgsize_default = 8192;

/* ---- making ---- */

static int check_attr(const struct abi_mq_attr *a)
{
	bool privileged = capable(CAP_SYS_RESOURCE);

	if (a->mq_maxmsg <= 0 || a->mq_msgsize <= 0)
		return -EINVAL;
	if (a->mq_maxmsg > (privileged ? HARD_MSGS : msg_max) || a->mq_msgsize > (privileged ? HARD_SIZE : msgsize_max))
		return -EINVAL;
	if ((u64)(u32)a->mq_maxmsg * ((u32)a->mq_msgsize + sizeof(struct mq_message)) > 0x7fffffff)
		return -EOVERFLOW;
	return 0;
}

/* A queue charged to its user, without a file. */
static struct mqueue *make(const struct abi_mq_attr *attr)
{
	struct abi_mq_attr a = { .mq_maxmsg = min(msg_max, msg_default), .mq_msgsize = min(msgsize_max, msgsize_default) };
	struct user *user = current_cred()->user;
	struct mqueue *q;
	int error;
	u32 bytes;

	if (attr)
		a = *attr;
	error = check_attr(&a);
	if (error)
		return ERR_PTR(error);
	bytes = (u32)a.mq_maxmsg * ((u32)a.mq_msgsize + (u32)sizeof(struct mq_message));
	if ((u64)(u32)atomic_read(&user->mq_bytes) + bytes > rlimit(RLIMIT_MSGQUEUE))
		return ERR_PTR(-EMFILE);
	q = kzalloc(sizeof(*q), GFP_KERNEL);
	if (!q)
		return ERR_PTR(-ENOMEM);
	q->max_messages = a.mq_maxmsg;
	q->max_size = a.mq_msgsize;
	q->charged = bytes;
	q->user = user_get(user);
	atomic_add((int)bytes, &user->mq_bytes);
	spin_lock_init(&q->lock, RANK_INODE_STATE);
	list_init(&q->messages);
	wait_queue_init(&q->readable);
	wait_queue_init(&q->writable);
	return q;
}

static void destroy(struct mqueue *q)
{
	while (!list_empty(&q->messages)) {
		struct mq_message *m = list_first_entry(&q->messages, struct mq_message, link);

		list_del(&m->link);
		kvfree(m);
	}
	if (q->notify_pid)
		pid_put(q->notify_pid);
	atomic_sub((int)q->charged, &q->user->mq_bytes);
	user_put(q->user);
	kfree(q);
}

static const struct inode_ops queue_inode_ops = { .setattr = simple_setattr };

/* The directory's rwsem held; its permissions are the caller's to look at. attr NULL: the defaults. */
static int create(struct inode *dir, struct dentry *d, umode_t mode, const struct abi_mq_attr *attr)
{
	static ino_t next_ino = 2;
	struct mqueue *q;
	struct inode *i;

	if (nr_queues >= queues_max && !capable(CAP_SYS_RESOURCE))
		return -ENOSPC;
	q = make(attr);
	if (IS_ERR(q))
		return PTR_ERR(q);
	i = new_inode(dir->sb);
	if (!i) {
		destroy(q);
		return -ENOMEM;
	}
	inode_init_owner(i, dir, S_IFREG | mode);
	i->ino = next_ino++;
	i->op = &queue_inode_ops;
	i->fop = &mq_ops;
	i->private = q;
	i->size = FILE_SIZE;
	inode_now(i, ATTR_ATIME | ATTR_MTIME | ATTR_CTIME);
	d_add(d, i);
	dget(d);			/* the tree is all there is */
	nr_queues++;
	inode_now(dir, ATTR_MTIME | ATTR_CTIME);
	return 0;
}

static int mq_create(struct inode *dir, struct dentry *d, umode_t mode)
{
	return create(dir, d, mode & 07777, NULL);
}

static int mq_unlink(struct inode *dir, struct dentry *d)
{
	inode_now(dir, ATTR_MTIME | ATTR_CTIME);
	inode_now(d->inode, ATTR_CTIME);
	inode_drop_nlink(d->inode);
	nr_queues--;
	dput(d);
	return 0;
}

/* ---- the file ---- */

static int mq_open(struct inode *inode, struct file *f)
{
	f->private = inode->private;
	return 0;
}

static int mq_flush(struct file *f)
{
	struct mqueue *q = f->private;
	struct pid *mine = NULL;

	/* Closing takes back the process's registration. */
	spin_lock(&q->lock);
	if (q->notify_pid && q->notify_pid == current_tgid()) {
		mine = q->notify_pid;
		q->notify_pid = NULL;
	}
	spin_unlock(&q->lock);
	if (mine)
		pid_put(mine);
	return 0;
}

static unsigned mq_poll(struct file *f, struct poll_table *pt)
{
	struct mqueue *q = f->private;
	unsigned mask = 0;

	poll_wait(f, &q->readable, pt);
	poll_wait(f, &q->writable, pt);
	if (READ_ONCE(q->count))
		mask |= POLLIN | POLLRDNORM;
	if (READ_ONCE(q->count) < q->max_messages)
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

/* One line about the queue, as the file in a mounted mqueue filesystem has it. */
static ssize_t mq_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct mqueue *q = f->private;
	char text[96];
	size_t n;

	spin_lock(&q->lock);
	n = (size_t)scnprintf(text, sizeof(text), "QSIZE:%-10u NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n", q->bytes, 0,
			      q->notify_pid ? q->notify_signal : 0, pid_nr(q->notify_pid));
	spin_unlock(&q->lock);
	return text_read(text, n, it, pos);
}

const struct file_ops mq_ops = {
	.open = mq_open, .read = mq_read, .poll = mq_poll, .flush = mq_flush, .llseek = generic_llseek,
};

struct file *mq_file(int fd, unsigned mode, int *error)
{
	struct file *f = fd_get((unsigned)fd);

	*error = -EBADF;
	if (f && (f->op != &mq_ops || !(f->mode & mode))) {
		file_put(f);
		return NULL;
	}
	return f;
}

/* ---- opening by name ---- */

static int get_name(char *to, const char __user *name)
{
	ssize_t n = strncpy_from_user(to, name, NAME_MAX + 1);

	if (n < 0)
		return (int)n;
	if (n == 0)
		return -ENOENT;
	if (n > NAME_MAX)
		return -ENAMETOOLONG;
	return strchr(to, '/') || !strcmp(to, ".") || !strcmp(to, "..") ? -EACCES : 0;
}

static struct file *open_named(const char *name, unsigned flags, umode_t mode, const struct abi_mq_attr *attr)
{
	struct inode *dir = mnt->root->inode;
	struct path path = { mnt, NULL };
	bool made = false;
	struct file *f;
	int error = 0;

	down_write(&dir->rwsem);
	path.dentry = lookup_child(mnt->root, name, (u32)strlen(name), 0);
	if (IS_ERR(path.dentry)) {
		error = PTR_ERR(path.dentry);
		path.dentry = NULL;
	} else if (path.dentry->inode) {
		error = (flags & O_CREAT) && (flags & O_EXCL) ? -EEXIST : 0;
	} else {
		error = flags & O_CREAT ? inode_permission(dir, MAY_WRITE | MAY_EXEC) : -ENOENT;
		if (!error)
			error = create(dir, path.dentry, mode, attr);
		made = error == 0;
	}
	if (made)
		notify_name(dir, IN_CREATE, path.dentry, false);
	up_write(&dir->rwsem);
	flags &= O_ACCMODE | O_NONBLOCK;
	f = error ? ERR_PTR(error) : made ? dentry_open(&path, flags) : path_open(&path, flags);
	dput(path.dentry);
	return f;
}

long sys_mq_open(const char __user *uname, int flags, umode_t mode, const struct abi_mq_attr __user *uattr)
{
	char name[NAME_MAX + 1];
	struct abi_mq_attr attr;
	struct file *f;
	int fd, error;

	if (uattr && copy_from_user(&attr, uattr, sizeof(attr)))
		return -EFAULT;
	if ((flags & O_ACCMODE) == O_ACCMODE)
		return -EINVAL;
	error = get_name(name, uname);
	if (error)
		return error;
	fd = fd_alloc(0, O_CLOEXEC);
	if (fd < 0)
		return fd;
	f = open_named(name, (unsigned)flags, mode & 0777 & ~current->fs->umask, uattr ? &attr : NULL);
	if (IS_ERR(f)) {
		fd_release((unsigned)fd);
		return PTR_ERR(f);
	}
	fd_install((unsigned)fd, f);
	return fd;
}

long sys_mq_unlink(const char __user *uname)
{
	struct path root = { mnt, mnt->root };
	struct inode *dir = mnt->root->inode;
	char name[NAME_MAX + 1];
	struct dentry *d;
	int error = get_name(name, uname);

	if (error)
		return error;
	down_write(&dir->rwsem);
	d = lookup_child(mnt->root, name, (u32)strlen(name), 0);
	if (IS_ERR(d)) {
		error = PTR_ERR(d);
	} else {
		error = d->inode ? vfs_unlink(&root, d) : -ENOENT;
		dput(d);
	}
	up_write(&dir->rwsem);
	return error;
}

/* ---- mounting ---- */

static const struct inode_ops dir_inode_ops = {
	.lookup = simple_lookup, .create = mq_create, .unlink = mq_unlink, .setattr = simple_setattr,
};

static void evict(struct inode *i)
{
	truncate_inode_pages(&i->data, 0);
	if (S_ISREG(i->mode))
		destroy(i->private);
}

static int fill(struct super_block *sb, const char *data)
{
	static const struct super_ops ops = { .statfs = simple_statfs, .evict_inode = evict };
	struct inode *root;

	(void)data;
	sb->blocksize = PAGE_SIZE;
	sb->blocksize_bits = PAGE_SHIFT;
	sb->magic = MQUEUE_MAGIC;
	sb->op = &ops;
	root = new_inode(sb);
	if (!root)
		return -ENOMEM;
	root->ino = 1;
	root->mode = S_IFDIR | S_ISVTX | 0777;
	root->nlink = 2;
	root->op = &dir_inode_ops;
	root->fop = &simple_dir_ops;
	inode_now(root, ATTR_ATIME | ATTR_MTIME | ATTR_CTIME);
	sb->root = d_make_root(root);
	return sb->root ? 0 : -ENOMEM;
}

static struct super_block *mq_mount(const struct filesystem *fs, unsigned long flags, const char *source, const char *data)
{
	(void)source;
	return mount_single(fs, flags, data, fill);
}

static struct filesystem mqueue_fs = { .name = "mqueue", .mount = mq_mount, .kill_sb = kill_anon_super };

static int __init mqueue_sysctls(void)
{
	static const struct {
		const char *name;
		int *value, min, max;
	} values[] = {
		{ "fs/mqueue/queues_max", &queues_max, 0, 0x7fffffff },
		{ "fs/mqueue/msg_max", &msg_max, 1, HARD_MSGS },
		{ "fs/mqueue/msgsize_max", &msgsize_max, 128, HARD_SIZE },
		{ "fs/mqueue/msg_default", &msg_default, 1, HARD_MSGS },
		{ "fs/mqueue/msgsize_default", &msgsize_default, 128, HARD_SIZE },
	};
	int error = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(values) && !error; i++)
		error = sysctl_int(values[i].name, 0644, values[i].value, values[i].min, values[i].max);
	return error;
}
late_initcall(mqueue_sysctls);

static int __init mqueue_init(void)
{
	int error = filesystem_register(&mqueue_fs);

	if (error)
		return error;
	mnt = kern_mount(&mqueue_fs);
	return IS_ERR(mnt) ? (int)PTR_ERR(mnt) : 0;
}
fs_initcall(mqueue_init);
