/* Temporary files: six random letters replace the XXXXXX. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ATTEMPTS 100

static int fill(char *template)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t length = strlen(template);
	unsigned char bytes[6];
	char *x;

	if (length < 6 || strcmp(template + length - 6, "XXXXXX")) {
		errno = EINVAL;
		return -1;
	}
	x = template + length - 6;
	if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) != sizeof(bytes)) {
		static unsigned long long counter;
		struct timespec now = { 0 };
		unsigned long long mix;

		/* Before the generator is seeded: the names need only differ, O_EXCL does the rest. */
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
		mix = ((unsigned long long)now.tv_nsec << 16) + (unsigned)getpid() + ++counter * 7919;
		memcpy(bytes, &mix, sizeof(bytes));
	}
	for (int i = 0; i < 6; i++)
		x[i] = letters[bytes[i] % 64];
	return 0;
}

static void restore(char *template)
{
	memcpy(template + strlen(template) - 6, "XXXXXX", 6);
}

int mkostemp(char *template, int flags)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		int fd;

		if (fill(template) < 0)
			return -1;
		fd = open(template, (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL, 0600);
		if (fd >= 0)
			return fd;
		restore(template);
		if (errno != EEXIST)
			return -1;
	}
	errno = EEXIST;
	return -1;
}

int mkstemp(char *template)
{
	return mkostemp(template, 0);
}

char *mkdtemp(char *template)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		if (fill(template) < 0)
			return NULL;
		if (!mkdir(template, 0700))
			return template;
		restore(template);
		if (errno != EEXIST)
			return NULL;
	}
	errno = EEXIST;
	return NULL;
}

char *mktemp(char *template)
{
	struct stat status;

	for (int i = 0; i < ATTEMPTS; i++) {
		if (fill(template) < 0)
			break;
		if (lstat(template, &status) < 0 && errno == ENOENT)
			return template;
		restore(template);
	}
	*template = '\0';
	return template;
}

char *tmpnam(char *name)
{
	static char own[L_tmpnam];
	char *to = name ? name : own;

	strcpy(to, "/tmp/tmpXXXXXX");
	return *mktemp(to) ? to : NULL;
}

FILE *tmpfile(void)
{
	char name[] = "/tmp/tmpXXXXXX";
	int fd = mkostemp(name, O_CLOEXEC);
	FILE *stream;

	if (fd < 0)
		return NULL;
	unlink(name);
	stream = fdopen(fd, "w+");
	if (!stream)
		close(fd);
	return stream;
}
