/* Functions of <string.h> with _FORTIFY_SOURCE: the compiler checks what it can, and calls the checking form otherwise. */
#ifndef LIBC_BITS_FORTIFY_STRING_H
#define LIBC_BITS_FORTIFY_STRING_H

#define __FORTIFIED extern __inline __attribute__((__always_inline__, __gnu_inline__, __artificial__))
#define __ROOM(to) __builtin_object_size(to, 0)
#define __ROOM_OF_STRING(to) __builtin_object_size(to, _FORTIFY_SOURCE > 1)

__FORTIFIED void *memcpy(void *__restrict to, const void *__restrict from, size_t length)
{
	return __builtin___memcpy_chk(to, from, length, __ROOM(to));
}

__FORTIFIED void *memmove(void *to, const void *from, size_t length)
{
	return __builtin___memmove_chk(to, from, length, __ROOM(to));
}

__FORTIFIED void *mempcpy(void *__restrict to, const void *__restrict from, size_t length)
{
	return __builtin___mempcpy_chk(to, from, length, __ROOM(to));
}

__FORTIFIED void *memset(void *to, int byte, size_t length)
{
	return __builtin___memset_chk(to, byte, length, __ROOM(to));
}

__FORTIFIED char *strcpy(char *__restrict to, const char *__restrict from)
{
	return __builtin___strcpy_chk(to, from, __ROOM_OF_STRING(to));
}

__FORTIFIED char *stpcpy(char *__restrict to, const char *__restrict from)
{
	return __builtin___stpcpy_chk(to, from, __ROOM_OF_STRING(to));
}

__FORTIFIED char *strncpy(char *__restrict to, const char *__restrict from, size_t length)
{
	return __builtin___strncpy_chk(to, from, length, __ROOM_OF_STRING(to));
}

__FORTIFIED char *stpncpy(char *__restrict to, const char *__restrict from, size_t length)
{
	return __builtin___stpncpy_chk(to, from, length, __ROOM_OF_STRING(to));
}

__FORTIFIED char *strcat(char *__restrict to, const char *__restrict from)
{
	return __builtin___strcat_chk(to, from, __ROOM_OF_STRING(to));
}

__FORTIFIED char *strncat(char *__restrict to, const char *__restrict from, size_t length)
{
	return __builtin___strncat_chk(to, from, length, __ROOM_OF_STRING(to));
}

#endif
