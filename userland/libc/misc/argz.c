/* Vectors of strings in one block, and those of names and values. */
#include <argz.h>
#include <envz.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

error_t argz_append(char **argz, size_t *length, const char *buffer, size_t buffer_length)
{
	char *more;

	if (!buffer_length)
		return 0;
	more = realloc(*argz, *length + buffer_length);
	if (!more)
		return ENOMEM;
	memcpy(more + *length, buffer, buffer_length);
	*argz = more;
	*length += buffer_length;
	return 0;
}

error_t argz_add(char **argz, size_t *length, const char *string)
{
	return argz_append(argz, length, string, strlen(string) + 1);
}

error_t argz_create(char *const argv[], char **argz, size_t *length)
{
	size_t total = 0;
	char *to;

	for (char *const *string = argv; *string; string++)
		total += strlen(*string) + 1;
	*argz = NULL;
	*length = total;
	if (!total)
		return 0;
	to = *argz = malloc(total);
	if (!to)
		return ENOMEM;
	for (; *argv; argv++)
		to = stpcpy(to, *argv) + 1;
	return 0;
}

error_t argz_add_sep(char **argz, size_t *length, const char *string, int separator)
{
	size_t size = strlen(string) + 1;
	char *more, *to;

	if (size == 1)
		return 0;
	more = realloc(*argz, *length + size);
	if (!more)
		return ENOMEM;
	to = more + *length;
	/* Separators that follow each other, or begin, make no empty strings; one at the end does, as with GNU's. */
	for (const char *from = string; *from; from++) {
		if (*from != (char)separator)
			*to++ = *from;
		else if (to > more + *length && to[-1])
			*to++ = '\0';
	}
	*to++ = '\0';
	*length = (size_t)(to - more);
	*argz = more;
	return 0;
}

error_t argz_create_sep(const char *string, int separator, char **argz, size_t *length)
{
	*argz = NULL;
	*length = 0;
	return argz_add_sep(argz, length, string, separator);
}

size_t argz_count(const char *argz, size_t length)
{
	size_t count = 0;

	for (const char *entry = NULL; (entry = argz_next(argz, length, entry));)
		count++;
	return count;
}

void argz_extract(const char *argz, size_t length, char **argv)
{
	for (const char *entry = NULL; (entry = argz_next(argz, length, entry));)
		*argv++ = (char *)entry;
	*argv = NULL;
}

void argz_stringify(char *argz, size_t length, int separator)
{
	for (size_t i = 0; i + 1 < length; i++)
		if (!argz[i])
			argz[i] = (char)separator;
}

char *argz_next(const char *argz, size_t length, const char *entry)
{
	if (!entry)
		return length ? (char *)argz : NULL;
	entry += strlen(entry) + 1;
	return entry < argz + length ? (char *)entry : NULL;
}

void argz_delete(char **argz, size_t *length, char *entry)
{
	size_t size;

	if (!entry)
		return;
	size = strlen(entry) + 1;
	*length -= size;
	memmove(entry, entry + size, *length - (size_t)(entry - *argz));
	if (!*length) {
		free(*argz);
		*argz = NULL;
	}
}

error_t argz_insert(char **argz, size_t *length, char *before, const char *entry)
{
	size_t size = strlen(entry) + 1, at;
	char *more;

	if (!before)
		return argz_add(argz, length, entry);
	if (before < *argz || before >= *argz + *length)
		return EINVAL;
	while (before > *argz && before[-1])
		before--;
	at = (size_t)(before - *argz);
	more = realloc(*argz, *length + size);
	if (!more)
		return ENOMEM;
	memmove(more + at + size, more + at, *length - at);
	memcpy(more + at, entry, size);
	*argz = more;
	*length += size;
	return 0;
}

error_t argz_replace(char **argz, size_t *length, const char *string, const char *with, unsigned *count)
{
	size_t from = strlen(string), to = strlen(with), result_length = 0, done = 0;
	char *result = NULL, *found;
	unsigned replaced = 0;
	error_t error = 0;

	if (!from)
		return 0;
	/* Strings cannot go over a zero, so the whole block can be searched string by string. */
	for (char *entry = NULL; (entry = argz_next(*argz, *length, entry));)
		for (char *at = entry; !error && (found = strstr(at, string)); at = found + from, replaced++) {
			error = argz_append(&result, &result_length, *argz + done, (size_t)(found - *argz) - done);
			if (!error)
				error = argz_append(&result, &result_length, with, to);
			done = (size_t)(found - *argz) + from;
		}
	if (!error && replaced)
		error = argz_append(&result, &result_length, *argz + done, *length - done);
	if (error || !replaced) {
		free(result);
		return error;
	}
	free(*argz);
	*argz = result;
	*length = result_length;
	if (count)
		*count += replaced;
	return 0;
}

/* ---- names and values ---- */

/* Of a name, which ends at = or at the end. */
static size_t name_length(const char *name)
{
	return (size_t)(strchrnul(name, '=') - name);
}

char *envz_entry(const char *envz, size_t length, const char *name)
{
	size_t size = name_length(name);
	char *entry = NULL;

	while ((entry = argz_next(envz, length, entry)))
		if (name_length(entry) == size && !memcmp(entry, name, size))
			return entry;
	return NULL;
}

char *envz_get(const char *envz, size_t length, const char *name)
{
	char *entry = envz_entry(envz, length, name);

	if (entry)
		entry += name_length(entry);
	return entry && *entry ? entry + 1 : NULL;
}

void envz_remove(char **envz, size_t *length, const char *name)
{
	argz_delete(envz, length, envz_entry(*envz, *length, name));
}

error_t envz_add(char **envz, size_t *length, const char *name, const char *value)
{
	size_t size = name_length(name), more = value ? strlen(value) + 1 : 0;
	char *entry;

	envz_remove(envz, length, name);
	entry = realloc(*envz, *length + size + more + 1);
	if (!entry)
		return ENOMEM;
	*envz = entry;
	entry += *length;
	memcpy(entry, name, size);
	if (value) {
		entry[size] = '=';
		memcpy(entry + size + 1, value, more);
	} else {
		entry[size] = '\0';
	}
	*length += size + more + 1;
	return 0;
}

error_t envz_merge(char **envz, size_t *length, const char *other, size_t other_length, int override)
{
	error_t error = 0;

	for (const char *entry = NULL; !error && (entry = argz_next(other, other_length, entry));) {
		if (!envz_entry(*envz, *length, entry)) {
			error = argz_add(envz, length, entry);
		} else if (override) {
			envz_remove(envz, length, entry);
			error = argz_add(envz, length, entry);
		}
	}
	return error;
}

void envz_strip(char **envz, size_t *length)
{
	for (char *entry = *envz; *length && entry < *envz + *length;) {
		if (entry[name_length(entry)])
			entry += strlen(entry) + 1;
		else
			argz_delete(envz, length, entry);
	}
}
