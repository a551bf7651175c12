/*
 * Open files: vectors, duplicates, append, locks of records and files, named pipes, errors of descriptors and buffers.
 */
#include "fixture.h"

#include <sys/file.h>
#include <sys/uio.h>

static void test_vectors(void)
{
	struct iovec out[3] = { { "ab", 2 }, { "", 0 }, { "cde", 3 } };
	char first[3], rest[10];
	struct iovec in[2] = { { first, 3 }, { rest, 10 } };
	int fd = open("v", O_CREAT | O_RDWR | O_TRUNC, 0644), other;

	BAIL_UNLESS(fd >= 0, "cannot create");
	IS(writev(fd, out, 3), 5);
	IS(lseek(fd, 0, SEEK_SET), 0);
	OK(readv(fd, in, 2) == 5 && memcmp(first, "abc", 3) == 0 && memcmp(rest, "de", 2) == 0, "read into two places");
	ERRNO(writev(fd, out, 2000), EINVAL);
	ERRNO(write(fd, (void *)0x90000000, 10), EFAULT);
	IS(lseek(fd, 0, SEEK_SET), 0);
	ERRNO(read(fd, (void *)1, 10), EFAULT);
	other = dup2(fd, 77);
	IS(other, 77);
	ERRNO(dup2(fd, -1), EBADF);
	OK(lseek(fd, 3, SEEK_SET) == 3 && lseek(77, 0, SEEK_CUR) == 3, "a duplicate shares the position");
	IS(close(77), 0);
	ERRNO(write(77, "x", 1), EBADF);
	ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
	ERRNO(lseek(fd, 0, 99), EINVAL);
	ERRNO(pread(fd, first, 1, -1), EINVAL);
	close(fd);
	fd = open("v", O_WRONLY | O_APPEND);
	OK(lseek(fd, 0, SEEK_SET) == 0 && write(fd, "X", 1) == 1 && has_text("v", "abcdeX"), "appended whatever the position");
	ERRNO(read(fd, first, 1), EBADF);
	close(fd);
}

/* The parent holds a write lock on bytes 0 to 9. */
static int finds_the_lock(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = 1 };
	struct flock beyond = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 1 };
	int fd = open("lock", O_RDWR);

	if (fcntl(fd, F_SETLK, &lock) != -1 || errno != EAGAIN || fcntl(fd, F_SETLK, &beyond) != 0)
		return 1;
	if (fcntl(fd, F_GETLK, &lock) != 0)
		return 2;
	return !(lock.l_type == F_WRLCK && lock.l_pid == getppid() && lock.l_start == 0 && lock.l_len == 10);
}

static void test_locks(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10 };
	int fd = open("lock", O_CREAT | O_RDWR, 0644), other;

	BAIL_UNLESS(fd >= 0, "cannot create");
	IS(fcntl(fd, F_SETLK, &lock), 0);
	OK(holds_in_child(finds_the_lock), "another process finds the lock and its owner");
	lock.l_type = F_UNLCK;
	IS(fcntl(fd, F_SETLK, &lock), 0);
	other = open("lock", O_RDWR);
	IS(flock(fd, LOCK_EX), 0);
	ERRNO(flock(other, LOCK_EX | LOCK_NB), EAGAIN);
	ERRNO(flock(other, LOCK_SH | LOCK_NB), EAGAIN);
	IS(flock(fd, LOCK_SH), 0);
	IS(flock(other, LOCK_SH | LOCK_NB), 0);
	close(fd);
	IS(flock(other, LOCK_EX | LOCK_NB), 0);
	close(other);
}

static void test_pipes(void)
{
	char byte;
	int fd;

	IS(mkfifo("pipe", 0644), 0);
	ERRNO(open("pipe", O_WRONLY | O_NONBLOCK), ENXIO);
	fd = open("pipe", O_RDONLY | O_NONBLOCK);
	OK(fd >= 0, "a named pipe");
	IS(read(fd, &byte, 1), 0);
	ERRNO(lseek(fd, 0, SEEK_SET), ESPIPE);
	close(fd);
	ERRNO(open("/proc/self/fd/999", O_RDONLY), ENOENT);
}

int main(int argc, char **argv)
{
	char here[300];
	const char *folder;

	TEST_PLAN(34);
	folder = enter_folder(argc, argv, "/var/tmp/descriptors");
	OK(getcwd(here, sizeof(here)) && strcmp(here, folder) == 0, "the folder's name");
	ERRNO(syscall(SYS_getcwd, here, 2), ERANGE);
	test_vectors();
	test_locks();
	test_pipes();
	return test_done();
}
