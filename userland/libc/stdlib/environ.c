/*
 * The environment. The array that the kernel gave is replaced by one of ours at the first change;
 * strings that setenv() made are kept in `own` so that they can be freed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include "thread.h"

static char **array;		/* environ, when it is ours */
static char **own;
static size_t own_count;

static volatile int lock;		/* of changes; whoever reads while others change must see to it himself */

void __environ_fork(int stage);

static size_t name_length(const char *assignment)
{
	return (size_t)(strchrnul(assignment, '=') - assignment);
}

static char **find(const char *name, size_t length)
{
	for (char **entry = environ; entry && *entry; entry++)
		if (!strncmp(*entry, name, length) && (*entry)[length] == '=')
			return entry;
	return NULL;
}

char *getenv(const char *name)
{
	size_t length = name_length(name);
	char **entry = !length || name[length] ? NULL : find(name, length);

	return entry ? *entry + length + 1 : NULL;
}

char *secure_getenv(const char *name)
{
	return getauxval(AT_SECURE) ? NULL : getenv(name);
}

static void forget(const char *string)
{
	for (size_t i = 0; i < own_count; i++)
		if (own[i] == string) {
			free(own[i]);
			own[i] = own[--own_count];
			return;
		}
}

static int put(char *assignment, size_t length)
{
	char **entry = find(assignment, length), **more;
	size_t count = 0;

	if (entry) {
		char *old = *entry;

		*entry = assignment;
		forget(old);
		return 0;
	}
	while (environ && environ[count])
		count++;
	more = reallocarray(environ == array ? array : NULL, count + 2, sizeof(*more));
	if (!more)
		return -1;
	if (environ != array && count)
		memcpy(more, environ, count * sizeof(*more));
	more[count] = assignment;
	more[count + 1] = NULL;
	environ = array = more;
	return 0;
}

int putenv(char *assignment)
{
	size_t length = name_length(assignment);
	int result;

	if (!length) {
		errno = EINVAL;
		return -1;
	}
	if (!assignment[length])
		return unsetenv(assignment);
	__lock(&lock);
	result = put(assignment, length);
	__unlock(&lock);
	return result;
}

static int set(const char *name, size_t length, const char *value)
{
	size_t value_length = strlen(value);
	char *assignment, **more;

	more = reallocarray(own, own_count + 1, sizeof(*more));
	if (!more)
		return -1;
	own = more;
	assignment = malloc(length + value_length + 2);
	if (!assignment)
		return -1;
	memcpy(assignment, name, length);
	assignment[length] = '=';
	memcpy(assignment + length + 1, value, value_length + 1);
	if (put(assignment, length) < 0) {
		free(assignment);
		return -1;
	}
	/* put() may have dropped one of our strings; there is room for this one either way. */
	own[own_count++] = assignment;
	return 0;
}

int setenv(const char *name, const char *value, int overwrite)
{
	size_t length = name ? name_length(name) : 0;
	int result;

	if (!length || name[length]) {
		errno = EINVAL;
		return -1;
	}
	__lock(&lock);
	result = !overwrite && find(name, length) ? 0 : set(name, length, value);
	__unlock(&lock);
	return result;
}

int unsetenv(const char *name)
{
	size_t length = name ? name_length(name) : 0;
	char **entry;

	if (!length || name[length]) {
		errno = EINVAL;
		return -1;
	}
	__lock(&lock);
	while ((entry = find(name, length))) {
		char *old = *entry;

		for (; *entry; entry++)
			entry[0] = entry[1];
		forget(old);
	}
	__unlock(&lock);
	return 0;
}

int clearenv(void)
{
	__lock(&lock);
	while (own_count > 0)
		free(own[--own_count]);
	free(array);
	array = NULL;
	environ = NULL;
	__unlock(&lock);
	return 0;
}

void __environ_fork(int stage)
{
	__fork_lock(&lock, stage);
}
