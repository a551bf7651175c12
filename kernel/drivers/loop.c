/*
 * Loop devices: /dev/loop0..7 are disks whose sectors are a file's bytes; /dev/loop-control finds a free one.
 *
 * Invariant: a bound device has a file, a thread that serves its requests one at a time through the file's own read and
 * write, and the file's size in sectors; an unbound one has no sectors, so no request reaches it. `setup` (a mutex)
 * covers binding and status; the request hand-over is between the queue's lock and the thread.
 */
#include <abi/capability.h>
#include <abi/loop.h>
#include <arch/uaccess.h>
#include <block/bio.h>
#include <core/init.h>
#include <core/workqueue.h>
#include <fs/chrdev.h>
#include <fs/fdtable.h>
#include <fs/pagecache.h>
#include <fs/sysfs.h>
#include <mm/kmalloc.h>
#include <sched/task.h>

#define LOOPS 8
#define LOOP_PLACE "devices/virtual/block"

/* Locks: s setup, h handed over with rq */
struct loop {
	struct disk disk;
	struct file *file;		/* s NULL: free */
	struct task *thread;		/* s */
	struct abi_loop_info64 info;	/* s */
	struct request *rq;		/* h the queue sets it, the thread clears it */
	struct wait_queue wait;		/* the thread: a request, or its end */
	struct work clear;		/* after the last close, with LO_FLAGS_AUTOCLEAR */
};

static DEFINE_MUTEX(setup, RANK_LOOP);
static struct loop *loops[LOOPS];

/* ---- requests ---- */

static int loop_start(struct disk *d, struct request *rq)
{
	struct loop *l = d->private;

	if (!READ_ONCE(l->file))
		return -EIO;
	WRITE_ONCE(l->rq, rq);
	wake_up(&l->wait);
	return 0;
}

static int transfer(struct loop *l, struct request *rq)
{
	loff_t pos = (loff_t)(l->info.lo_offset + (rq->sector << 9));
	struct bio *b;
	unsigned i;

	request_for_each_segment(b, i, rq) {
		struct bio_vec *v = &b->vec[i];
		u8 *data = (u8 *)page_address(v->page) + v->offset;
		ssize_t n;

		if (rq->op == BIO_WRITE) {
			n = kernel_write(l->file, data, v->len, &pos);
		} else {
			n = kernel_read(l->file, data, v->len, &pos);
			/* The file has shrunk: what is gone reads as zeros. */
			if (n >= 0 && (u32)n < v->len) {
				memset(data + n, 0, v->len - (u32)n);
				n = (ssize_t)v->len;
			}
		}
		if (n != (ssize_t)v->len)
			return -EIO;
	}
	return 0;
}

static void loop_thread(void *arg)
{
	struct loop *l = arg;

	for (;;) {
		struct request *rq;

		wait_event(&l->wait, READ_ONCE(l->rq) || kthread_should_stop());
		rq = l->rq;
		if (!rq)
			return;
		WRITE_ONCE(l->rq, NULL);
		request_done(&l->disk, rq, rq->op == BIO_FLUSH ? (vfs_fsync(l->file, true) ? -EIO : 0) : transfer(l, rq));
	}
}

/* ---- binding; setup held ---- */

/* The folder `loop` of a bound device's own in /sys: which file it is, and which part of it. */
static void hide_binding(const struct loop *l)
{
	char path[SYSFS_PATH];

	scnprintf(path, sizeof(path), LOOP_PLACE "/%s/loop", l->disk.name);
	sysfs_remove(path);
}

static int show_binding_texts(const struct loop *l, char *buf)
{
	char path[SYSFS_PATH], number[24];
	const char *name = d_path(&l->file->path, buf + 1, PAGE_SIZE - 2);
	const struct { const char *name; u64 value; } numbers[] = {
		{ "offset", l->info.lo_offset }, { "sizelimit", l->info.lo_sizelimit },
		{ "autoclear", !!(l->info.lo_flags & LO_FLAGS_AUTOCLEAR) }, { "partscan", 0 }, { "dio", 0 },
	};
	int ret = 0;

	if (IS_ERR(name))
		return (int)PTR_ERR(name);
	memmove(buf, name, strlen(name) + 1);
	memcpy(buf + strlen(buf), "\n", 2);
	scnprintf(path, sizeof(path), LOOP_PLACE "/%s/loop/backing_file", l->disk.name);
	ret = sysfs_text(path, buf);
	for (unsigned i = 0; i < ARRAY_SIZE(numbers) && !ret; i++) {
		scnprintf(path, sizeof(path), LOOP_PLACE "/%s/loop/%s", l->disk.name, numbers[i].name);
		scnprintf(number, sizeof(number), "%llu\n", numbers[i].value);
		ret = sysfs_text(path, number);
	}
	return ret;
}

static void show_binding(const struct loop *l)
{
	char *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	int ret = buf ? show_binding_texts(l, buf) : -ENOMEM;

	kfree(buf);
	if (ret)
		pr_err("%s: its file is not in /sys: %d\n", l->disk.name, ret);
}

static void set_capacity(struct loop *l)
{
	loff_t size = inode_size(l->file->mapping->host);
	u64 bytes = size > (loff_t)l->info.lo_offset ? (u64)size - l->info.lo_offset : 0;

	if (l->info.lo_sizelimit)
		bytes = min_t(u64, bytes, l->info.lo_sizelimit);
	disk_resize(&l->disk, bytes >> 9);
}

static int bind(struct loop *l, unsigned fd, const struct abi_loop_info64 *info)
{
	struct file *f;
	umode_t type;

	if (l->file)
		return -EBUSY;
	f = fd_get(fd);
	if (!f)
		return -EBADF;
	type = f->inode->mode & S_IFMT;
	/* A loop over itself would wait for itself. */
	if ((type != S_IFREG && type != S_IFBLK) || f->mapping == l->disk.whole->inode->mapping || !f->op->read) {
		file_put(f);
		return -EINVAL;
	}
	l->info = *info;
	l->info.lo_number = MINOR(l->disk.dev);
	if (!(f->mode & FMODE_WRITE) || !f->op->write)
		l->info.lo_flags |= LO_FLAGS_READ_ONLY;
	l->disk.readonly = l->info.lo_flags & LO_FLAGS_READ_ONLY;
	l->file = f;
	l->thread = kthread_run(loop_thread, l, "%s", l->disk.name);
	if (IS_ERR(l->thread)) {
		int ret = (int)PTR_ERR(l->thread);

		l->file = NULL;
		file_put(f);
		return ret;
	}
	set_capacity(l);
	show_binding(l);
	return 0;
}

/* openers: how many there may be: the caller of the ioctl itself. */
static int unbind(struct loop *l, int openers)
{
	int ret;

	if (!l->file)
		return -ENXIO;
	if (atomic_read(&l->disk.whole->openers) > openers)
		return -EBUSY;
	ret = filemap_write_and_wait(l->disk.whole->inode->mapping, 0, 0x7fffffffffffffffll);
	hide_binding(l);
	disk_resize(&l->disk, 0);
	truncate_inode_pages(l->disk.whole->inode->mapping, 0);
	kthread_stop(l->thread);
	file_put(l->file);
	l->file = NULL;
	l->thread = NULL;
	memset(&l->info, 0, sizeof(l->info));
	return ret;
}

static int get_status(struct loop *l, struct abi_loop_info64 __user *u)
{
	struct abi_loop_info64 info;

	if (!l->file)
		return -ENXIO;
	info = l->info;
	info.lo_device = l->file->inode->sb->dev;
	info.lo_inode = l->file->inode->ino;
	info.lo_rdevice = l->file->inode->rdev;
	return copy_to_user(u, &info, sizeof(info)) ? -EFAULT : 0;
}

static int set_status(struct loop *l, const struct abi_loop_info64 __user *u)
{
	struct abi_loop_info64 info;

	if (!l->file)
		return -ENXIO;
	if (copy_from_user(&info, u, sizeof(info)))
		return -EFAULT;
	if (info.lo_encrypt_type || info.lo_encrypt_key_size || info.lo_offset > 0x7fffffffffffffffull)
		return -EINVAL;
	info.lo_flags = (l->info.lo_flags & ~(u32)LO_FLAGS_AUTOCLEAR) | (info.lo_flags & LO_FLAGS_AUTOCLEAR);
	info.lo_number = l->info.lo_number;
	l->info = info;
	set_capacity(l);
	hide_binding(l);
	show_binding(l);
	return 0;
}

static int configure(struct loop *l, const struct abi_loop_config __user *u)
{
	struct abi_loop_config *c = kmalloc(sizeof(*c), GFP_KERNEL);
	int ret = -EFAULT;

	if (!c)
		return -ENOMEM;
	if (!copy_from_user(c, u, sizeof(*c)))
		ret = (c->block_size && c->block_size != 512) || c->info.lo_encrypt_type ? -EINVAL : bind(l, c->fd, &c->info);
	kfree(c);
	return ret;
}

static int loop_ioctl(struct disk *d, unsigned cmd, unsigned long arg)
{
	static const struct abi_loop_info64 plain;
	struct loop *l = d->private;
	int ret = -ENOTTY;

	mutex_lock(&setup);
	switch (cmd) {
	case LOOP_SET_FD: ret = bind(l, (unsigned)arg, &plain); break;
	case LOOP_CLR_FD: ret = unbind(l, 1); break;
	case LOOP_GET_STATUS64: ret = get_status(l, (struct abi_loop_info64 __user *)arg); break;
	case LOOP_SET_STATUS64: ret = set_status(l, (const struct abi_loop_info64 __user *)arg); break;
	case LOOP_CONFIGURE: ret = configure(l, (const struct abi_loop_config __user *)arg); break;
	case LOOP_SET_CAPACITY:
		ret = l->file ? 0 : -ENXIO;
		if (!ret)
			set_capacity(l);
		break;
	}
	mutex_unlock(&setup);
	return ret;
}

static void clear_work(struct work *w)
{
	struct loop *l = container_of(w, struct loop, clear);

	mutex_lock(&setup);
	/* Opened again meanwhile: the next close comes back here. A write error was the last closer's to see. */
	if (l->info.lo_flags & LO_FLAGS_AUTOCLEAR)
		(void)unbind(l, 0);
	mutex_unlock(&setup);
}

/* Under the block layer's lock, which stands after ours. */
static void loop_close(struct disk *d)
{
	struct loop *l = d->private;

	if (READ_ONCE(l->info.lo_flags) & LO_FLAGS_AUTOCLEAR)
		work_queue(&l->clear);
}

static const struct disk_ops loop_ops = { .start = loop_start, .ioctl = loop_ioctl, .close = loop_close };

/* ---- /dev/loop-control ---- */

static long control_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	long ret = -ENOSPC;

	(void)f, (void)arg;
	if (cmd != LOOP_CTL_GET_FREE)
		return -ENOTTY;
	mutex_lock(&setup);
	for (int i = 0; i < LOOPS && ret < 0; i++) {
		if (loops[i] && !loops[i]->file)
			ret = i;
	}
	mutex_unlock(&setup);
	return ret;
}

static const struct file_ops control_ops = { .ioctl = control_ioctl, .llseek = no_llseek };
static struct chrdev control = { .first = MKDEV(10, 237), .count = 1, .name = "misc", .op = &control_ops };

static int __init loop_init(void)
{
	int ret = chrdev_register(&control);

	if (!ret)
		ret = chrdev_show_device("misc", NULL, "loop-control", 0660, control.first);
	for (unsigned i = 0; i < LOOPS && !ret; i++) {
		struct loop *l = kzalloc(sizeof(*l), GFP_KERNEL);

		if (!l)
			return -ENOMEM;
		wait_queue_init(&l->wait);
		work_init(&l->clear, clear_work);
		snprintf(l->disk.name, sizeof(l->disk.name), "loop%u", i);
		l->disk.driver = "loop";
		l->disk.dev = MKDEV(7, i);
		l->disk.minors = 1;
		l->disk.max_sectors = 1024;
		l->disk.max_segments = 128;
		l->disk.write_cache = true;	/* the file's pages: a flush is an fsync */
		l->disk.ops = &loop_ops;
		l->disk.private = l;
		ret = disk_add(&l->disk);
		if (ret)
			kfree(l);
		else
			loops[i] = l;
	}
	return ret;
}
device_initcall(loop_init);
