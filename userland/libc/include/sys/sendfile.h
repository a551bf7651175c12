/* sendfile(). */
#ifndef LIBC_SYS_SENDFILE_H
#define LIBC_SYS_SENDFILE_H

#include <bits/types.h>

ssize_t sendfile(int to, int from, off_t *offset, size_t count);

#endif
