/*
 * Where the bytes of one read or write go: user buffers (one or many) or kernel memory. The copy calls advance the
 * iterator and return what they copied; short means a fault (user) or the end.
 */
#ifndef FS_IOV_H
#define FS_IOV_H

#include <core/types.h>
#include <abi/uio.h>

struct page;

struct iov_iter {
	bool user;			/* pointers are user space's */
	bool source;			/* true: a write takes data from it; false: a read puts data into it */
	u8 rwf;				/* RWF_* that hold for this call alone */
	const struct abi_iovec *iov;	/* current segment */
	unsigned segs;			/* left, this one included */
	size_t offset;			/* within the current segment */
	size_t count;			/* bytes left in all */
	struct abi_iovec one;		/* storage for the simple cases */
};

void iov_init_user(struct iov_iter *it, bool source, void *ubuf, size_t n);	/* ubuf is a user pointer */
void iov_init_kernel(struct iov_iter *it, bool source, void *buf, size_t n);
/* iov: kernel copy of a user's vector, checked (import_iovec in fs/read_write.c). */
void iov_init_vector(struct iov_iter *it, bool source, const struct abi_iovec *iov, unsigned segs, size_t count);
size_t copy_to_iter(const void *src, size_t n, struct iov_iter *it);
size_t copy_from_iter(void *dst, size_t n, struct iov_iter *it);
size_t zero_to_iter(size_t n, struct iov_iter *it);
/* As above, but a page that is not present is not faulted in: for use with page locks held. */
size_t copy_from_iter_atomic(void *dst, size_t n, struct iov_iter *it);
/* Fault in up to n source bytes; 0 or -EFAULT when not even the first is readable. */
int iov_fault_in(struct iov_iter *it, size_t n);
void iov_advance(struct iov_iter *it, size_t n);
/* Hand an iterator on; it may hold its only segment itself. */
static inline void iov_move(struct iov_iter *to, const struct iov_iter *from)
{
	*to = *from;
	if (from->iov == &from->one)
		to->iov = &to->one;
}
void iov_revert(struct iov_iter *it, size_t n, const struct iov_iter *start);	/* *it = *start advanced by what stays */

#endif
