/* The checking forms of functions; room is what the compiler knows of the target's size, (size_t)-1 for nothing. */
#ifndef LIBC_BITS_FORTIFY_H
#define LIBC_BITS_FORTIFY_H

#include <bits/types.h>
#include <stdarg.h>
#define __need_wchar_t
#include <stddef.h>

struct __file;
struct pollfd;

void __chk_fail(void) __attribute__((__noreturn__));
void *__memcpy_chk(void *__restrict to, const void *__restrict from, size_t length, size_t room);
void *__memmove_chk(void *to, const void *from, size_t length, size_t room);
void *__mempcpy_chk(void *__restrict to, const void *__restrict from, size_t length, size_t room);
void *__memset_chk(void *to, int byte, size_t length, size_t room);
void __explicit_bzero_chk(void *to, size_t length, size_t room);
char *__strcpy_chk(char *__restrict to, const char *__restrict from, size_t room);
char *__stpcpy_chk(char *__restrict to, const char *__restrict from, size_t room);
char *__strncpy_chk(char *__restrict to, const char *__restrict from, size_t length, size_t room);
char *__stpncpy_chk(char *__restrict to, const char *__restrict from, size_t length, size_t room);
char *__strcat_chk(char *__restrict to, const char *__restrict from, size_t room);
char *__strncat_chk(char *__restrict to, const char *__restrict from, size_t length, size_t room);
ssize_t __read_chk(int fd, void *to, size_t length, size_t room);
ssize_t __pread_chk(int fd, void *to, size_t length, off_t offset, size_t room);
ssize_t __readlink_chk(const char *path, char *to, size_t length, size_t room);
char *__getcwd_chk(char *to, size_t length, size_t room);
char *__realpath_chk(const char *path, char *to, size_t room);
int __gethostname_chk(char *to, size_t length, size_t room);
int __ttyname_r_chk(int fd, char *to, size_t length, size_t room);
ssize_t __recv_chk(int fd, void *to, size_t length, size_t room, int flags);
int __poll_chk(struct pollfd *polls, unsigned long count, int timeout, size_t room);
long __fdelt_chk(long fd);
wchar_t *__wmemcpy_chk(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count, size_t room);
wchar_t *__wmemset_chk(wchar_t *to, wchar_t wide, size_t count, size_t room);
wchar_t *__wcscpy_chk(wchar_t *__restrict to, const wchar_t *__restrict from, size_t room);

int __asprintf_chk(char **to, int flag, const char *format, ...);
int __dprintf_chk(int fd, int flag, const char *format, ...);
char *__fgets_chk(char *to, size_t room, int size, struct __file *stream);
int __fprintf_chk(struct __file *stream, int flag, const char *format, ...);
size_t __fread_chk(void *to, size_t room, size_t size, size_t count, struct __file *stream);
int __printf_chk(int flag, const char *format, ...);
int __snprintf_chk(char *to, size_t size, int flag, size_t room, const char *format, ...);
int __sprintf_chk(char *to, int flag, size_t room, const char *format, ...);
int __vasprintf_chk(char **to, int flag, const char *format, va_list arguments);
int __vdprintf_chk(int fd, int flag, const char *format, va_list arguments);
int __vfprintf_chk(struct __file *stream, int flag, const char *format, va_list arguments);
int __vprintf_chk(int flag, const char *format, va_list arguments);
int __vsnprintf_chk(char *to, size_t size, int flag, size_t room, const char *format, va_list arguments);
int __vsprintf_chk(char *to, int flag, size_t room, const char *format, va_list arguments);

#endif
