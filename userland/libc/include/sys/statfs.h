/* Filesystem status, Linux's form. */
#ifndef LIBC_SYS_STATFS_H
#define LIBC_SYS_STATFS_H

#include <bits/types.h>
#include <abi/statfs.h>

typedef struct {
	int __val[2];
} fsid_t;

struct statfs {
	unsigned f_type;
	unsigned f_bsize;
	fsblkcnt_t f_blocks;
	fsblkcnt_t f_bfree;
	fsblkcnt_t f_bavail;
	fsfilcnt_t f_files;
	fsfilcnt_t f_ffree;
	fsid_t f_fsid;
	unsigned f_namelen;
	unsigned f_frsize;
	unsigned f_flags;
	unsigned f_spare[4];
};

int statfs(const char *path, struct statfs *status);
int fstatfs(int fd, struct statfs *status);

#endif
