/* Memory mappings. */
#ifndef LIBC_SYS_MMAN_H
#define LIBC_SYS_MMAN_H

#include <bits/types.h>
#include <abi/mman.h>

#define MAP_FAILED ((void *)-1)
#define POSIX_MADV_NORMAL MADV_NORMAL
#define POSIX_MADV_RANDOM MADV_RANDOM
#define POSIX_MADV_SEQUENTIAL MADV_SEQUENTIAL
#define POSIX_MADV_WILLNEED MADV_WILLNEED
#define POSIX_MADV_DONTNEED MADV_DONTNEED

int madvise(void *address, size_t length, int advice);
int memfd_create(const char *name, unsigned flags);
int mincore(void *address, size_t length, unsigned char *pages);
int mlock(const void *address, size_t length);
int mlockall(int flags);
void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
int mprotect(void *address, size_t length, int protection);
void *mremap(void *old, size_t old_length, size_t length, int flags, ...);
int msync(void *address, size_t length, int flags);
int munlock(const void *address, size_t length);
int munlockall(void);
int munmap(void *address, size_t length);
int posix_madvise(void *address, size_t length, int advice);
int shm_open(const char *name, int flags, mode_t mode);
int shm_unlink(const char *name);

#endif
