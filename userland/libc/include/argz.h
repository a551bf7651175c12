/* Vectors of strings behind one another in one block, each with its zero. */
#ifndef LIBC_ARGZ_H
#define LIBC_ARGZ_H

#include <errno.h>
#include <stddef.h>

/* Errors are returned: ENOMEM, EINVAL. A vector without strings is NULL with length 0. */
error_t argz_create(char *const argv[], char **argz, size_t *length);
error_t argz_create_sep(const char *string, int separator, char **argz, size_t *length);
size_t argz_count(const char *argz, size_t length);
void argz_extract(const char *argz, size_t length, char **argv);	/* argz_count() + 1 of them */
void argz_stringify(char *argz, size_t length, int separator);
error_t argz_append(char **argz, size_t *length, const char *buffer, size_t buffer_length);
error_t argz_add(char **argz, size_t *length, const char *string);
error_t argz_add_sep(char **argz, size_t *length, const char *string, int separator);
void argz_delete(char **argz, size_t *length, char *entry);
error_t argz_insert(char **argz, size_t *length, char *before, const char *entry);
char *argz_next(const char *argz, size_t length, const char *entry);	/* NULL: the first; NULL at the end */
error_t argz_replace(char **argz, size_t *length, const char *string, const char *with, unsigned *count);

#endif
