/* utime(). */
#ifndef LIBC_UTIME_H
#define LIBC_UTIME_H

#include <bits/types.h>

struct utimbuf {
	time_t actime;
	time_t modtime;
};

int utime(const char *path, const struct utimbuf *times);

#endif
