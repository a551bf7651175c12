/* Opening files and controlling descriptors. */
#ifndef LIBC_FCNTL_H
#define LIBC_FCNTL_H

#include <bits/types.h>
#include <abi/fcntl.h>

/* Offsets are 64 bits wide: the plain names are the 64-bit commands. */
#undef F_GETLK
#undef F_SETLK
#undef F_SETLKW
#define F_GETLK F_GETLK64
#define F_SETLK F_SETLK64
#define F_SETLKW F_SETLKW64

struct flock {
	short l_type;
	short l_whence;
	off_t l_start;
	off_t l_len;
	pid_t l_pid;
};

int creat(const char *path, mode_t mode);
int fcntl(int fd, int command, ...);
int open(const char *path, int flags, ...);
int openat(int directory, const char *path, int flags, ...);
int fallocate(int fd, int mode, off_t offset, off_t length);
int posix_fadvise(int fd, off_t offset, off_t length, int advice);
int posix_fallocate(int fd, off_t offset, off_t length);
int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);

#endif
