/* inotify. */
#ifndef LIBC_SYS_INOTIFY_H
#define LIBC_SYS_INOTIFY_H

#include <bits/types.h>
#include <abi/inotify.h>

#define inotify_event abi_inotify_event

int inotify_init(void);
int inotify_init1(int flags);
int inotify_add_watch(int fd, const char *path, unsigned mask);
int inotify_rm_watch(int fd, int watch);

#endif
