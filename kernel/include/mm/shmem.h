/* Memory that has no name in any directory but behaves as a file: shared anonymous mappings, memfd_create(). */
#ifndef MM_SHMEM_H
#define MM_SHMEM_H

#include <core/types.h>

struct file;
struct vm_ops;

/*
 * An unlinked file of that size on the kernel's own tmpfs, open for reading and writing. name is what /proc shows
 * ("dev/zero", "memfd:x"). Sleeps. ERR_PTR(-ENOMEM, -ENFILE, -EINVAL). Provided by fs/tmpfs.
 */
struct file *shmem_file_create(const char *name, loff_t size, unsigned flags);
extern const struct vm_ops shmem_vm_ops;	/* of mappings of such files, for those who wrap them */

#endif
