/* Functions of <stdio.h> with _FORTIFY_SOURCE. */
#ifndef LIBC_BITS_FORTIFY_STDIO_H
#define LIBC_BITS_FORTIFY_STDIO_H

#include <bits/fortify.h>

#define __FORTIFIED_STDIO extern __inline __attribute__((__always_inline__, __gnu_inline__, __artificial__))
#define __ROOM_FOR(to) __builtin_object_size(to, _FORTIFY_SOURCE > 1)

__FORTIFIED_STDIO int sprintf(char *__restrict to, const char *__restrict format, ...)
{
	return __builtin___sprintf_chk(to, _FORTIFY_SOURCE - 1, __ROOM_FOR(to), format, __builtin_va_arg_pack());
}

__FORTIFIED_STDIO int snprintf(char *__restrict to, size_t size, const char *__restrict format, ...)
{
	return __builtin___snprintf_chk(to, size, _FORTIFY_SOURCE - 1, __ROOM_FOR(to), format, __builtin_va_arg_pack());
}

__FORTIFIED_STDIO int vsprintf(char *__restrict to, const char *__restrict format, va_list arguments)
{
	return __builtin___vsprintf_chk(to, _FORTIFY_SOURCE - 1, __ROOM_FOR(to), format, arguments);
}

__FORTIFIED_STDIO int vsnprintf(char *__restrict to, size_t size, const char *__restrict format, va_list arguments)
{
	return __builtin___vsnprintf_chk(to, size, _FORTIFY_SOURCE - 1, __ROOM_FOR(to), format, arguments);
}

extern char *__fgets_unchecked(char *__restrict to, int size, FILE *__restrict stream) __asm__("fgets");
__FORTIFIED_STDIO char *fgets(char *__restrict to, int size, FILE *__restrict stream)
{
	size_t room = __ROOM_FOR(to);

	return room == (size_t)-1 ? __fgets_unchecked(to, size, stream) : __fgets_chk(to, room, size, stream);
}

extern size_t __fread_unchecked(void *__restrict to, size_t size, size_t count, FILE *__restrict stream) __asm__("fread");
__FORTIFIED_STDIO size_t fread(void *__restrict to, size_t size, size_t count, FILE *__restrict stream)
{
	size_t room = __builtin_object_size(to, 0);

	return room == (size_t)-1 ? __fread_unchecked(to, size, count, stream) : __fread_chk(to, room, size, count, stream);
}

#endif
