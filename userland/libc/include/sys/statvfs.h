/* Filesystem status, POSIX's form. */
#ifndef LIBC_SYS_STATVFS_H
#define LIBC_SYS_STATVFS_H

#include <bits/types.h>
#include <abi/statfs.h>

struct statvfs {
	unsigned long f_bsize;
	unsigned long f_frsize;
	fsblkcnt_t f_blocks;
	fsblkcnt_t f_bfree;
	fsblkcnt_t f_bavail;
	fsfilcnt_t f_files;
	fsfilcnt_t f_ffree;
	fsfilcnt_t f_favail;
	unsigned long f_fsid;
	unsigned long f_flag;
	unsigned long f_namemax;
};

int statvfs(const char *__restrict path, struct statvfs *__restrict status);
int fstatvfs(int fd, struct statvfs *status);

#endif
