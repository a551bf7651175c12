/* A wide string as UTF-8, for functions that work on that. */
#ifndef LIBC_INTERNAL_WIDE_TEXT_H
#define LIBC_INTERNAL_WIDE_TEXT_H

#include <wchar.h>

struct narrow_text {
	char *text;
	char small[512];
};

/* NULL with EILSEQ or ENOMEM, and then there is nothing to be done with. */
char *__narrow_text(struct narrow_text *text, const wchar_t *wide);
void __narrow_done(struct narrow_text *text);

#endif
