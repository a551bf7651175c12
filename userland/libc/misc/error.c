/* error(): "program: message: what errno says". */
#include <error.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char *program_invocation_name;

void (*error_print_progname)(void);
unsigned error_message_count;
int error_one_per_line;

static void say(int status, int number, const char *file, unsigned line, const char *format, va_list arguments)
{
	fflush(stdout);
	flockfile(stderr);
	if (error_print_progname)
		error_print_progname();
	else
		fprintf(stderr, "%s:%s", program_invocation_name, file ? "" : " ");
	if (file)
		fprintf(stderr, "%s:%u: ", file, line);
	vfprintf(stderr, format, arguments);
	if (number)
		fprintf(stderr, ": %s", strerror(number));
	putc('\n', stderr);
	funlockfile(stderr);
	error_message_count++;
	if (status)
		exit(status);
}

void error(int status, int number, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(status, number, NULL, 0, format, arguments);
	va_end(arguments);
}

/* With error_one_per_line, of each line of a file one message only. */
void error_at_line(int status, int number, const char *file, unsigned line, const char *format, ...)
{
	static const char *last_file;
	static unsigned last_line;
	va_list arguments;

	if (error_one_per_line && last_line == line && last_file && file && !strcmp(last_file, file))
		return;
	last_file = file;
	last_line = line;
	va_start(arguments, format);
	say(status, number, file, line, format, arguments);
	va_end(arguments);
}
