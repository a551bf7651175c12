/* memfd_create() and seals of files in memory. */
#ifndef FS_MEMFD_H
#define FS_MEMFD_H

#include <fs/vfs.h>

struct file *memfd_create(const char *name, bool sealable);	/* ERR_PTR */
long memfd_add_seals(struct file *f, u32 seals);		/* 0, -EINVAL (not such a file), -EPERM, -EBUSY */
long memfd_get_seals(struct file *f);

#endif
