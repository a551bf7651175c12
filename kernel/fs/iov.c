/*
 * Moving bytes between the kernel and an iterator's segments. A short count from a copy means a fault (user memory) or
 * that the iterator is at its end; the iterator has advanced by exactly what was copied.
 */
#include <arch/uaccess.h>
#include <core/string.h>
#include <fs/iov.h>
#include <abi/errno.h>

void iov_init_user(struct iov_iter *it, bool source, void *ubuf, size_t n)
{
	it->user = true;
	it->source = source;
	it->rwf = 0;
	it->one.iov_base = (u32)ubuf;
	it->one.iov_len = n;
	it->iov = &it->one;
	it->segs = 1;
	it->offset = 0;
	it->count = n;
}

void iov_init_kernel(struct iov_iter *it, bool source, void *buf, size_t n)
{
	iov_init_user(it, source, buf, n);
	it->user = false;
}

void iov_init_vector(struct iov_iter *it, bool source, const struct abi_iovec *iov, unsigned segs, size_t count)
{
	it->user = true;
	it->source = source;
	it->rwf = 0;
	it->iov = iov;
	it->segs = segs;
	it->offset = 0;
	it->count = count;
}

void iov_advance(struct iov_iter *it, size_t n)
{
	it->count -= n;
	while (n) {
		size_t left = it->iov->iov_len - it->offset;

		if (n < left) {
			it->offset += n;
			return;
		}
		n -= left;
		it->offset = 0;
		if (it->segs <= 1) {		/* the end: stay on the last segment */
			it->offset = it->iov->iov_len;
			return;
		}
		it->iov++;
		it->segs--;
	}
}

void iov_revert(struct iov_iter *it, size_t n, const struct iov_iter *start)
{
	size_t done = start->count - it->count - n;
	bool simple = start->iov == &start->one;

	*it = *start;
	if (simple)
		it->iov = &it->one;
	iov_advance(it, done);
}

enum mode { TO, FROM, ZERO };

/* One segment's worth; returns bytes not done. */
static size_t move(struct iov_iter *it, unsigned long at, void *kernel, size_t n, enum mode mode)
{
	if (it->user) {
		if (mode == TO)
			return copy_to_user((void *)at, kernel, n);
		return mode == FROM ? copy_from_user(kernel, (void *)at, n) : clear_user((void *)at, n);
	}
	if (mode == TO)
		memcpy((void *)at, kernel, n);
	else if (mode == FROM)
		memcpy(kernel, (void *)at, n);
	else
		memset((void *)at, 0, n);
	return 0;
}

static size_t iterate(struct iov_iter *it, char *kernel, size_t n, enum mode mode)
{
	size_t done = 0;

	if (n > it->count)
		n = it->count;
	while (done < n) {
		size_t part = min(n - done, (size_t)it->iov->iov_len - it->offset), left;

		if (!part) {
			if (it->segs <= 1)
				break;
			it->iov++;
			it->segs--;
			it->offset = 0;
			continue;
		}
		left = move(it, it->iov->iov_base + it->offset, kernel + done, part, mode);
		part -= left;
		it->offset += part;
		it->count -= part;
		done += part;
		if (left)
			break;
	}
	return done;
}

size_t copy_to_iter(const void *src, size_t n, struct iov_iter *it)
{
	return iterate(it, (char *)src, n, TO);
}

size_t copy_from_iter(void *dst, size_t n, struct iov_iter *it)
{
	return iterate(it, dst, n, FROM);
}

size_t zero_to_iter(size_t n, struct iov_iter *it)
{
	return iterate(it, NULL, n, ZERO);
}

size_t copy_from_iter_atomic(void *dst, size_t n, struct iov_iter *it)
{
	size_t done;

	pagefault_disable();
	done = iterate(it, dst, n, FROM);
	pagefault_enable();
	return done;
}

int iov_fault_in(struct iov_iter *it, size_t n)
{
	const struct abi_iovec *iov = it->iov;
	size_t offset = it->offset;
	bool any = false;

	if (!it->user)
		return 0;
	n = min(n, it->count);
	for (unsigned s = it->segs; s && n; s--, iov++, offset = 0) {
		size_t len = min(n, (size_t)iov->iov_len - offset);
		unsigned long at = iov->iov_base + offset, end = at + len;

		n -= len;
		while (at < end) {
			u8 byte;

			if (it->source ? get_user_1(&byte, (void *)at) : clear_user((void *)at, 1) != 0)
				return any ? 0 : -EFAULT;
			any = true;
			at = (at & PAGE_MASK) + PAGE_SIZE;
		}
	}
	return 0;
}
