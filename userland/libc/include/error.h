/* Messages of errors as GNU programs write them. */
#ifndef LIBC_ERROR_H
#define LIBC_ERROR_H

extern void (*error_print_progname)(void);
extern unsigned error_message_count;
extern int error_one_per_line;

/* Ends the process unless status is 0. */
void error(int status, int number, const char *format, ...) __attribute__((__format__(__printf__, 3, 4)));
void error_at_line(int status, int number, const char *file, unsigned line, const char *format, ...)
	__attribute__((__format__(__printf__, 5, 6)));

#endif
