/* ldd FILE...: the libraries that a dynamic program loads, as its own loader says. */
#include <elf.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program's loader, or an empty name when it has none. -1: not a program, which has been said. */
static int find_loader(const char *path, char loader[PATH_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), result = -1;
	Elf32_Phdr headers[64];
	Elf32_Ehdr header;
	ssize_t size;

	*loader = '\0';
	if (fd < 0) {
		warn("%s", path);
		return -1;
	}
	if (pread(fd, &header, sizeof(header), 0) != sizeof(header) || memcmp(header.e_ident, ELFMAG, SELFMAG) ||
	    header.e_ident[EI_CLASS] != ELFCLASS32 || header.e_machine != EM_386 || header.e_phnum > 64 ||
	    header.e_phentsize != sizeof(headers[0])) {
		warnx("%s: not a program for this machine", path);
		goto out;
	}
	size = (ssize_t)(header.e_phnum * sizeof(headers[0]));
	if (pread(fd, headers, (size_t)size, (off_t)header.e_phoff) != size) {
		warnx("%s: file too short", path);
		goto out;
	}
	for (int i = 0; i < header.e_phnum; i++) {
		if (headers[i].p_type != PT_INTERP || headers[i].p_filesz < 2 || headers[i].p_filesz > PATH_MAX)
			continue;
		if (pread(fd, loader, headers[i].p_filesz, (off_t)headers[i].p_offset) != (ssize_t)headers[i].p_filesz)
			goto out;
		loader[headers[i].p_filesz - 1] = '\0';
	}
	result = 0;
out:
	close(fd);
	return result;
}

static int list(const char *path, int many)
{
	char loader[PATH_MAX];
	const char *argv[] = { loader, "--list", path, NULL };
	int status, error;
	pid_t child;

	if (find_loader(path, loader) < 0)
		return 1;
	if (many)
		printf("%s:\n", path);
	fflush(stdout);
	if (!*loader) {
		fprintf(many ? stdout : stderr, "\tnot a dynamic executable\n");
		return 1;
	}
	error = posix_spawn(&child, loader, NULL, NULL, (char *const *)argv, environ);
	if (error) {
		errno = error;
		warn("%s", loader);
		return 1;
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return status != 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc < 2 || argv[1][0] == '-') {
		fprintf(stderr, "usage: ldd FILE...\n");
		return 2;
	}
	for (int i = 1; i < argc; i++)
		failed |= list(argv[i], argc > 2);
	return failed;
}
