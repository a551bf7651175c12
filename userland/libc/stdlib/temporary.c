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

static int fill(char *template, size_t suffix)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t length = strlen(template);
	unsigned char bytes[6];
	char *x;

	if (length < 6 + suffix || memcmp(template + length - suffix - 6, "XXXXXX", 6)) {
		errno = EINVAL;
		return -1;
	}
	x = template + length - suffix - 6;
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

static void restore(char *template, size_t suffix)
{
	memcpy(template + strlen(template) - suffix - 6, "XXXXXX", 6);
}

int mkostemps(char *template, int suffix, int flags)
{
	if (suffix < 0) {
		errno = EINVAL;
		return -1;
	}
	for (int i = 0; i < ATTEMPTS; i++) {
		int fd;

		if (fill(template, (size_t)suffix) < 0)
			return -1;
		fd = open(template, (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL, 0600);
		if (fd >= 0)
			return fd;
		restore(template, (size_t)suffix);
		if (errno != EEXIST)
			return -1;
	}
	errno = EEXIST;
	return -1;
}

int mkostemp(char *template, int flags)
{
	return mkostemps(template, 0, flags);
}

int mkstemps(char *template, int suffix)
{
	return mkostemps(template, suffix, 0);
}

int mkstemp(char *template)
{
	return mkostemp(template, 0);
}

char *mkdtemp(char *template)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		if (fill(template, 0) < 0)
			return NULL;
		if (!mkdir(template, 0700))
			return template;
		restore(template, 0);
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
		if (fill(template, 0) < 0)
			break;
		if (lstat(template, &status) < 0 && errno == ENOENT)
			return template;
		restore(template, 0);
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

/* A folder that TMPDIR names comes first, the program's wish second. */
char *tempnam(const char *folder, const char *prefix)
{
	const char *const folders[] = { secure_getenv("TMPDIR"), folder, P_tmpdir };
	struct stat status;

	for (int i = 0; i < 3; i++) {
		char *path;

		if (!folders[i] || stat(folders[i], &status) < 0 || !S_ISDIR(status.st_mode))
			continue;
		if (asprintf(&path, "%s/%.5sXXXXXX", folders[i], prefix ? prefix : "") < 0)
			return NULL;
		if (*mktemp(path))
			return path;
		free(path);
	}
	return NULL;
}
