/* Conversion between character sets. */
#ifndef LIBC_ICONV_H
#define LIBC_ICONV_H

#define __need_size_t
#include <stddef.h>

typedef struct __iconv *iconv_t;

size_t iconv(iconv_t conversion, char **__restrict from, size_t *__restrict from_left, char **__restrict to,
	     size_t *__restrict to_left);
int iconv_close(iconv_t conversion);
iconv_t iconv_open(const char *to, const char *from);

#endif
