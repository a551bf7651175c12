/* Keeps the kernel's command line; core/init.h has the queries. */
#ifndef CORE_CMDLINE_H
#define CORE_CMDLINE_H

#define CMDLINE_MAX 4096
void cmdline_set(const char *s);	/* copies; too long: cut, with a warning in the log */

#endif
