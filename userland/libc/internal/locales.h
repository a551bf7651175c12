/* A locale inside the library: for each category whether it is C.UTF-8. */
#ifndef LIBC_INTERNAL_LOCALE_H
#define LIBC_INTERNAL_LOCALE_H

#include <locale.h>

struct __locale {
	unsigned utf8;		/* a bit for each category; the others are C */
};

extern struct __locale __global_locale;

/* The calling thread's locale. */
const struct __locale *__locale_now(void);
/* 0 or 1 for a name that is known, -1. The empty one stands for what the environment says of the category. */
int __locale_named(const char *name, int category);

#endif
