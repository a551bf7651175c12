/*
 * File handles: a number that names a file wherever it moves, of the disk's filesystem and of memory's. A folder's path is
 * found again from the root when nothing of it is in memory any more.
 */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

struct handle {
	unsigned bytes;
	int type;
	unsigned char data[128];
};

static int name_to(const char *path, struct handle *h, int flags)
{
	int id;

	h->bytes = 128;
	return (int)syscall(SYS_name_to_handle_at, AT_FDCWD, path, h, &id, flags);
}

static int by(int mount, struct handle *h, int flags)
{
	return (int)syscall(SYS_open_by_handle_at, mount, h, flags);
}

static void drop_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	write(fd, "3", 1);
	close(fd);
}

static const char *path_of(int fd)
{
	static char text[256];
	char link[40] = "/proc/self/fd/";
	ssize_t n;

	link[14] = (char)('0' + fd / 10);
	link[15] = (char)('0' + fd % 10);
	n = readlink(fd < 10 ? (link[14] = (char)('0' + fd), link[15] = 0, link) : link, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = 0;
	return text;
}

static void walk(const char *base)
{
	struct handle file, deep, link, gone;
	int mount, fd;
	char buf[16] = "";

	BAIL_UNLESS(chdir(base) == 0 && system("rm -rf handles; mkdir -p handles/a/b/c; echo text > handles/a/file; ln -s file handles/a/link") == 0, "%s", base);
	BAIL_UNLESS(chdir("handles") == 0, "chdir");
	mount = open(".", O_RDONLY);
	IS(name_to("a/file", &file, 0), 0);
	IS(file.bytes, 8);
	IS(name_to("a/b/c", &deep, 0), 0);
	IS(name_to("a/link", &link, 0), 0);
	IS(rename("a/file", "moved"), 0);
	sync();
	drop_caches();
	fd = by(mount, &file, O_RDWR);
	OK(fd >= 0, "%s: a file that has moved", base);
	IS(read(fd, buf, 16), 5);
	OK(!strcmp(buf, "text\n"), "what is in it");
	IS(write(fd, "more", 4), 4);
	close(fd);
	chdir("/");
	drop_caches();
	fd = by(mount, &deep, O_RDONLY | O_DIRECTORY);
	OK(fd >= 0, "a folder");
	OK(strstr(path_of(fd), "/handles/a/b/c"), "it is at %s", path_of(fd));
	OK(fchdir(fd) == 0 && chdir("..") == 0 && access("c", F_OK) == 0, "and has a way up");
	close(fd);
	ERRNO(by(mount, &link, O_RDONLY), ELOOP);
	fd = by(mount, &link, 010000000 | O_NOFOLLOW);
	OK(fd >= 0, "a symbolic link as such");
	close(fd);
	ERRNO(by(mount, &deep, O_RDWR), EISDIR);
	gone = file;
	fchdir(mount);
	unlink("moved");
	ERRNO(by(mount, &gone, O_RDONLY), ESTALE);
	for (int i = 0; i < 50; i++)
		close(open(i % 2 ? "x" : "y", O_CREAT | O_WRONLY, 0600));
	sync();
	drop_caches();
	ERRNO(by(mount, &gone, O_RDONLY), ESTALE);	/* also when another has its number */
	for (unsigned i = 0; i < 4; i++) {
		gone.data[0] = gone.data[1] = gone.data[2] = gone.data[3] = (unsigned char)(i * 85);
		ERRNO(by(mount, &gone, O_RDONLY), ESTALE);
	}
	chdir("/");
	close(mount);
}

static void refusals(void)
{
	struct handle h = { .bytes = 0 };
	int id = 0, mount = open("/", O_RDONLY), p[2];

	ERRNO(syscall(SYS_name_to_handle_at, AT_FDCWD, "/etc", &h, &id, 0), EOVERFLOW);
	IS(h.bytes, 8);
	OK(id > 0, "the mount is told all the same");
	IS(syscall(SYS_name_to_handle_at, AT_FDCWD, "/etc", &h, &id, 0), 0);
	IS(syscall(SYS_name_to_handle_at, mount, "", &h, &id, 0x1000), 0);
	ERRNO(syscall(SYS_name_to_handle_at, mount, "", &h, &id, 0), ENOENT);
	ERRNO(syscall(SYS_name_to_handle_at, 999, "x", &h, &id, 0), EBADF);
	ERRNO(syscall(SYS_name_to_handle_at, AT_FDCWD, "/etc", &h, &id, 1), EINVAL);
	ERRNO(syscall(SYS_name_to_handle_at, AT_FDCWD, "/etc", (void *)8, &id, 0), EFAULT);
	ERRNO(syscall(SYS_name_to_handle_at, AT_FDCWD, "/etc", &h, (void *)8, 0), EFAULT);
	ERRNO(syscall(SYS_name_to_handle_at, AT_FDCWD, "/proc/version", &h, &id, 0), EOPNOTSUPP);
	h.bytes = 129;
	ERRNO(syscall(SYS_name_to_handle_at, AT_FDCWD, "/etc", &h, &id, 0), EINVAL);
	ERRNO(by(mount, &h, O_RDONLY), EINVAL);
	h.bytes = 0;
	ERRNO(by(mount, &h, O_RDONLY), EINVAL);
	h.bytes = 8;
	h.type = 77;
	ERRNO(by(mount, &h, O_RDONLY), ESTALE);
	ERRNO(by(999, &h, O_RDONLY), EBADF);
	ERRNO(by(mount, (void *)8, O_RDONLY), EFAULT);
	pipe(p);
	name_to("/etc", &h, 0);
	ERRNO(by(p[0], &h, O_RDONLY), ESTALE);
	pid_t pid = fork();
	if (pid == 0)
		_exit(setuid(65534) == 0 && by(mount, &h, O_RDONLY) == -1 ? errno : 0);
	int status;
	waitpid(pid, &status, 0);
	IS(WEXITSTATUS(status), EPERM);
}

int main(void)
{
	walk("/var/tmp");
	walk("/dev/shm");
	refusals();
	return test_done();
}
