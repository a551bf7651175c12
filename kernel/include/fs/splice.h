/* Moving bytes between files inside the kernel, and user vectors. All sleep; bytes or -errno. */
#ifndef FS_SPLICE_H
#define FS_SPLICE_H

#include <fs/vfs.h>

/* Through a buffer; *in_pos advances by what was written. */
ssize_t copy_between(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos, size_t count);
/* One end is a pipe at least: nothing is taken from a pipe that could not be put. SPLICE_F_NONBLOCK is for the pipes. */
ssize_t splice_copy(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos, size_t count, unsigned flags);
/* tee(2): the same bytes into another pipe; they stay. vmsplice(2): between a pipe and memory, by copies. */
ssize_t pipe_tee(struct file *from, struct file *to, size_t count, unsigned flags);
ssize_t pipe_vmsplice(struct file *f, struct iov_iter *it, unsigned flags);
/* A checked kernel copy of a user's vector in `fast` or, if longer, kmalloc()ed; total bytes. */
ssize_t import_iovec(const struct abi_iovec __user *u, unsigned long n, struct abi_iovec *fast, unsigned n_fast,
		     struct abi_iovec **out);

#endif
