/* getdents(). */
#ifndef LIBC_SYS_DIRENT_H
#define LIBC_SYS_DIRENT_H

#include <dirent.h>

ssize_t getdents64(int fd, void *buffer, size_t size);

#endif
