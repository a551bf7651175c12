/* Where formatted input comes from. */
#ifndef LIBC_INTERNAL_SCAN_H
#define LIBC_INTERNAL_SCAN_H

#include <wchar.h>
#include "stream.h"

struct scan {
	FILE *stream;
	const char *string;		/* instead of a stream */
	const wchar_t *wide_string;
	size_t read;			/* characters, or bytes */
	/* Of the wide functions: a character or EOF, and its return. */
	int (*next_wide)(struct scan *scan);
	void (*back_wide)(struct scan *scan, int c);
	int decode;			/* the conversion at hand is a wide one of bytes */
	int broken;			/* and they were no UTF-8 */
};

int __scan(struct scan *scan, const char *format, va_list arguments);

#endif
