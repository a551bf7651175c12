/*
 * /dev/random and /dev/urandom. The first waits until the generator is ready, the second never waits; after that they
 * are the same. Writing stirs the pool without credit. The nodes are devfs's.
 */
#include <core/random.h>
#include <abi/capability.h>
#include <abi/ioctl.h>
#include <arch/uaccess.h>
#include <drivers/crypto.h>
#include <fs/poll.h>
#include <fs/vfs.h>
#include <sched/signal.h>
#include <sched/task.h>

#define CHUNK 256

static ssize_t urandom_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	u8 buf[CHUNK];
	size_t total = 0;

	(void)f, (void)pos;
	while (it->count) {
		size_t want = min_t(size_t, it->count, sizeof(buf)), n;

		random_bytes(buf, want);
		n = copy_to_iter(buf, want, it);
		total += n;
		if (n < want)
			break;
		if ((total & 4095) == 0 && signal_pending(current))
			break;
	}
	wipe(buf, sizeof(buf));
	return total || !it->count ? (ssize_t)total : -EFAULT;
}

static ssize_t random_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	if (!random_ready()) {
		int ret;

		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		ret = random_wait_ready();
		if (ret)
			return ret;
	}
	return urandom_read(f, it, pos);
}

static ssize_t random_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	u8 buf[CHUNK];
	size_t total = 0;

	(void)f, (void)pos;
	while (it->count) {
		size_t want = min_t(size_t, it->count, sizeof(buf)), n = copy_from_iter(buf, want, it);

		random_add(buf, n, 0);
		total += n;
		if (n < want)
			return total ? (ssize_t)total : -EFAULT;
	}
	return (ssize_t)total;
}

static unsigned random_poll(struct file *f, struct poll_table *pt)
{
	(void)f, (void)pt;
	/* Nothing to wait for: seeding needs no more than the time that a reader spends in random_wait_ready(). */
	return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
}

static long add_entropy(const struct abi_rand_pool_info __user *u)
{
	struct abi_rand_pool_info head;
	const u8 __user *data = (const u8 __user *)(u + 1);
	u8 buf[CHUNK];
	u32 left;

	if (copy_from_user(&head, u, sizeof(head)))
		return -EFAULT;
	if (head.entropy_count < 0 || head.buf_size < 0)
		return -EINVAL;
	for (left = (u32)head.buf_size; left;) {
		u32 n = min_t(u32, left, sizeof(buf));

		if (copy_from_user(buf, data, n))
			return -EFAULT;
		random_add(buf, n, 0);
		data += n;
		left -= n;
	}
	/* No more than eight bits a byte, whatever was claimed. */
	random_add(NULL, 0, min_t(u32, (u32)head.entropy_count, (u32)head.buf_size > 32 ? 256 : (u32)head.buf_size * 8));
	if (random_ready())
		random_reseed();
	return 0;
}

static long random_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	s32 bits;

	(void)f;
	if (cmd == RNDGETENTCNT)
		return put_user((s32)random_entropy(), (s32 __user *)arg);
	switch (cmd) {
	case RNDADDTOENTCNT: case RNDADDENTROPY: case RNDZAPENTCNT: case RNDCLEARPOOL: case RNDRESEEDCRNG:
		break;
	default:
		return -ENOTTY;
	}
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	switch (cmd) {
	case RNDADDENTROPY:
		return add_entropy((const struct abi_rand_pool_info __user *)arg);
	case RNDADDTOENTCNT:
		if (get_user(bits, (s32 __user *)arg))
			return -EFAULT;
		if (bits < 0)
			return -EINVAL;
		random_add(NULL, 0, (unsigned)bits);
		return 0;
	case RNDRESEEDCRNG:
		if (!random_ready())
			return -ENODATA;
		random_reseed();
		return 0;
	}
	return 0;	/* credit is never taken back: emptying the pool has no effect */
}

const struct file_ops random_file_ops = {
	.read = random_read,
	.write = random_write,
	.poll = random_poll,
	.ioctl = random_ioctl,
	.llseek = no_llseek,
};

const struct file_ops urandom_file_ops = {
	.read = urandom_read,
	.write = random_write,
	.poll = random_poll,
	.ioctl = random_ioctl,
	.llseek = no_llseek,
};
