/* A process's beginning, as static programs and the loader have it. */
#ifndef LIBC_INTERNAL_START_H
#define LIBC_INTERNAL_START_H

/* Sets program_invocation_name and its short form; path may be NULL. */
void __set_program_name(char *path) __attribute__((visibility("hidden")));

#endif
