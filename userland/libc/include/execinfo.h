/* The calls that led here. */
#ifndef LIBC_EXECINFO_H
#define LIBC_EXECINFO_H

int backtrace(void **addresses, int size);
char **backtrace_symbols(void *const *addresses, int count);
void backtrace_symbols_fd(void *const *addresses, int count, int fd);

#endif
