/* The memory devices (major 1): null, zero, full, random, urandom; kmsg is in kmsg.c. */
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/random.h>
#include <fs/chrdev.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <mm/shmem.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <abi/capability.h>
#include <abi/ioctl.h>

enum { NULL_MINOR = 3, ZERO_MINOR = 5, FULL_MINOR = 7, RANDOM_MINOR = 8, URANDOM_MINOR = 9, KMSG_MINOR = 11 };

static ssize_t null_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	(void)f;
	(void)it;
	(void)pos;
	return 0;
}

static ssize_t null_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	ssize_t n = it->count;

	(void)f;
	(void)pos;
	it->count = 0;
	return n;
}

static loff_t null_llseek(struct file *f, loff_t off, int whence)
{
	(void)off;
	(void)whence;
	return f->pos = 0;
}

static ssize_t zero_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	size_t done = 0;

	(void)f;
	(void)pos;
	while (it->count) {
		size_t n = min(it->count, (size_t)65536), got = zero_to_iter(n, it);

		done += got;
		if (got < n)
			return done ? (ssize_t)done : -EFAULT;
		if (it->count && signal_pending(current))
			break;
	}
	return done;
}

static ssize_t full_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	(void)f;
	(void)pos;
	return it->count ? -ENOSPC : 0;
}

/* A private mapping of /dev/zero is anonymous memory. */
/* Private: anonymous memory. Shared: memory without a name, of this mapping's own; its file takes the device's place. */
static int zero_mmap(struct file *f, struct vm_area *vma)
{
	struct file *memory;
	int error;

	if (!(vma->flags & VM_SHARED)) {
		vma->ops = NULL;
		return 0;
	}
	memory = shmem_file_create("dev/zero", (loff_t)(vma->end - vma->start), 0);
	if (IS_ERR(memory))
		return (int)PTR_ERR(memory);
	error = memory->op->mmap(memory, vma);
	if (error) {
		file_put(memory);
		return error;
	}
	vma->file = memory;
	vma->pgoff = 0;
	file_put(f);
	return 0;
}

static ssize_t random_bytes_to(struct iov_iter *it)
{
	u8 buf[256];
	size_t done = 0;

	while (it->count) {
		size_t n = min(it->count, sizeof(buf)), got;

		random_bytes(buf, n);
		got = copy_to_iter(buf, n, it);
		done += got;
		if (got < n)
			return done ? (ssize_t)done : -EFAULT;
		if (it->count && signal_pending(current))
			break;
	}
	memset(buf, 0, sizeof(buf));
	return done;
}

static ssize_t random_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	(void)pos;
	if (!random_ready()) {
		int error;

		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		error = random_wait_ready();
		if (error)
			return error;
	}
	return random_bytes_to(it);
}

static ssize_t urandom_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	(void)f;
	(void)pos;
	return random_bytes_to(it);
}

/* Anybody may stir the pool; it is not credited. */
static ssize_t random_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	u8 buf[64];
	size_t done = 0;

	(void)f;
	(void)pos;
	while (it->count) {
		size_t n = min(it->count, sizeof(buf)), got = copy_from_iter(buf, n, it);

		random_add(buf, got, 0);
		done += got;
		if (got < n)
			return done ? (ssize_t)done : -EFAULT;
		if (it->count && signal_pending(current))
			break;
	}
	return done;
}

static long add_entropy(const u32 __user *u)
{
	u32 head[2];
	u8 buf[64];

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (copy_from_user(head, u, sizeof(head)))
		return -EFAULT;
	if ((s32)head[0] < 0 || (s32)head[1] < 0)
		return -EINVAL;
	u += 2;
	for (u32 left = head[1], credit = head[0]; left;) {
		u32 n = min(left, (u32)sizeof(buf)), bits = min(credit, n * 8);

		if (copy_from_user(buf, u, n))
			return -EFAULT;
		random_add(buf, n, bits);
		credit -= bits;
		left -= n;
		u = (const u32 __user *)((const char __user *)u + n);
	}
	return 0;
}

static long random_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	u32 bits = random_ready() ? 256 : 0;

	(void)f;
	switch (cmd) {
	case RNDGETENTCNT:
		return put_user(bits, (u32 __user *)arg);
	case RNDADDENTROPY:
		return add_entropy((const u32 __user *)arg);
	case RNDADDTOENTCNT:
	case RNDZAPENTCNT:
	case RNDCLEARPOOL:
		/* The pool's credit only grows by bytes that come with it. */
		return capable(CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
	case RNDRESEEDCRNG:
		return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
	}
	return -ENOTTY;
}

static unsigned random_poll(struct file *f, struct poll_table *pt)
{
	(void)f;
	(void)pt;
	return POLLOUT | POLLWRNORM | (random_ready() ? POLLIN | POLLRDNORM : 0);
}

static const struct file_ops null_ops = { .read = null_read, .write = null_write, .llseek = null_llseek };
static const struct file_ops zero_ops = { .read = zero_read, .write = null_write, .llseek = null_llseek, .mmap = zero_mmap };
static const struct file_ops full_ops = { .read = zero_read, .write = full_write, .llseek = null_llseek };
static const struct file_ops random_ops = {
	.read = random_read, .write = random_write, .ioctl = random_ioctl, .poll = random_poll, .llseek = null_llseek,
};
static const struct file_ops urandom_ops = {
	.read = urandom_read, .write = random_write, .ioctl = random_ioctl, .llseek = null_llseek,
};
static const struct {
	unsigned minor;
	const char *name;
	umode_t mode;
	const struct file_ops *op;
} devices[] = {
	{ NULL_MINOR, "null", 0666, &null_ops }, { ZERO_MINOR, "zero", 0666, &zero_ops },
	{ FULL_MINOR, "full", 0666, &full_ops }, { RANDOM_MINOR, "random", 0666, &random_ops },
	{ URANDOM_MINOR, "urandom", 0666, &urandom_ops }, { KMSG_MINOR, "kmsg", 0644, &kmsg_ops },
};

static int mem_open(struct inode *inode, struct file *f)
{
	for (unsigned i = 0; i < ARRAY_SIZE(devices); i++)
		if (devices[i].minor == MINOR(inode->rdev)) {
			f->op = devices[i].op;
			return f->op->open ? f->op->open(inode, f) : 0;
		}
	return -ENXIO;
}

static const struct file_ops mem_ops = { .open = mem_open };
static struct chrdev mem = { .first = MKDEV(1, 0), .count = 256, .name = "mem", .op = &mem_ops };

static int __init devices_init(void)
{
	int error = chrdev_register(&mem);

	for (unsigned i = 0; i < ARRAY_SIZE(devices) && !error; i++)
		error = chrdev_show_device("mem", NULL, devices[i].name, devices[i].mode, MKDEV(1, devices[i].minor));
	return error;
}
fs_initcall(devices_init);
