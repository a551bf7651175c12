/* A locale object, as <locale.h> and the headers with functions that take one share it. */
#ifndef LIBC_BITS_LOCALE_H
#define LIBC_BITS_LOCALE_H

typedef struct __locale *locale_t;

#endif
