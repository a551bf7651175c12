/* Vectors of strings (argz.h) whose strings are NAME=VALUE, or NAME without a value. */
#ifndef LIBC_ENVZ_H
#define LIBC_ENVZ_H

#include <argz.h>

char *envz_entry(const char *envz, size_t length, const char *name);
char *envz_get(const char *envz, size_t length, const char *name);	/* NULL: no value */
error_t envz_add(char **envz, size_t *length, const char *name, const char *value);	/* NULL: no value */
error_t envz_merge(char **envz, size_t *length, const char *other, size_t other_length, int override);
void envz_remove(char **envz, size_t *length, const char *name);
void envz_strip(char **envz, size_t *length);	/* of those without a value */

#endif
