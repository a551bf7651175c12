/* Copying strings. */
#include <stdlib.h>
#include <string.h>

char *stpcpy(char *__restrict to, const char *__restrict from)
{
	size_t length = strlen(from);

	memcpy(to, from, length + 1);
	return to + length;
}

char *strcpy(char *__restrict to, const char *__restrict from)
{
	stpcpy(to, from);
	return to;
}

char *stpncpy(char *__restrict to, const char *__restrict from, size_t length)
{
	size_t used = strnlen(from, length);

	memcpy(to, from, used);
	memset(to + used, 0, length - used);
	return to + used;
}

char *strncpy(char *__restrict to, const char *__restrict from, size_t length)
{
	stpncpy(to, from, length);
	return to;
}

char *strcat(char *__restrict to, const char *__restrict from)
{
	stpcpy(to + strlen(to), from);
	return to;
}

char *strncat(char *__restrict to, const char *__restrict from, size_t length)
{
	char *end = to + strlen(to);
	size_t used = strnlen(from, length);

	memcpy(end, from, used);
	end[used] = '\0';
	return to;
}

size_t strlcpy(char *__restrict to, const char *__restrict from, size_t size)
{
	size_t length = strlen(from), used = length < size ? length : size - 1;

	if (size) {
		memcpy(to, from, used);
		to[used] = '\0';
	}
	return length;
}

size_t strlcat(char *__restrict to, const char *__restrict from, size_t size)
{
	size_t used = strnlen(to, size);

	return used + (used < size ? strlcpy(to + used, from, size - used) : strlen(from));
}

char *strndup(const char *string, size_t length)
{
	size_t used = strnlen(string, length);
	char *copy = malloc(used + 1);

	if (copy) {
		memcpy(copy, string, used);
		copy[used] = '\0';
	}
	return copy;
}

char *strdup(const char *string)
{
	size_t size = strlen(string) + 1;
	char *copy = malloc(size);

	return copy ? memcpy(copy, string, size) : NULL;
}

size_t strxfrm(char *__restrict to, const char *__restrict from, size_t size)
{
	return strlcpy(to, from, size);
}
