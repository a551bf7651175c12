/* Amounts of money as text. */
#ifndef LIBC_MONETARY_H
#define LIBC_MONETARY_H

#include <bits/locale.h>
#include <bits/types.h>

ssize_t strfmon(char *__restrict to, size_t size, const char *__restrict format, ...);
ssize_t strfmon_l(char *__restrict to, size_t size, locale_t locale, const char *__restrict format, ...);

#endif
