/*
 * A file of which one block cannot be read, and later can: who asks for the block is told, nobody else is.
 *
 *	read-errors bad FILE BLOCK	with the block unreadable
 *	read-errors good FILE BLOCK	once it can be read again
 *
 * Each block of FILE is filled with bytes of its number and 1. What was cached is dropped before each look.
 */
#include "fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#define SIZE 4096

static sigjmp_buf back;
static volatile int code;
static char block[16 * SIZE];

static void on_bus(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	code = info->si_code;
	siglongjmp(back, 1);
}

static void drop(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	OK(fd >= 0 && write(fd, "3", 1) == 1, "what was cached is dropped");
	close(fd);
}

static int filled(const char *at, size_t n, int number)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)at[i] != (unsigned char)(number + 1))
			return 0;
	return 1;
}

/* Reads the file in pieces of n bytes. Returns the bytes until the end or an error, which it leaves in errno. */
static long read_through(int fd, size_t n)
{
	long done = 0;
	ssize_t got;

	errno = 0;
	lseek(fd, 0, SEEK_SET);
	while ((got = read(fd, block, n)) > 0) {
		for (ssize_t i = 0; i < got; i += SIZE)
			if (!filled(block + i, (size_t)(got - i < SIZE ? got - i : SIZE), (int)((done + i) / SIZE)))
				return -1;
		done += got;
	}
	return done;
}

/* Whether touching a byte of a mapping gives SIGBUS. */
static int bus_at(const volatile char *at)
{
	code = 0;
	if (sigsetjmp(back, 1))
		return 1;
	(void)*at;
	return 0;
}

static void look_at_bad(const char *name, long bad, long blocks)
{
	int fd = open(name, O_RDWR), null = open("/dev/null", O_WRONLY), out;
	volatile char *at;
	off_t from;

	drop();
	IS(read_through(fd, SIZE), bad * SIZE);
	IS(errno, EIO);
	drop();
	IS(read_through(fd, sizeof(block)), bad * SIZE);
	IS(errno, EIO);
	drop();
	IS(pread(fd, block, 4 * SIZE, (bad - 2) * SIZE), 2 * SIZE);
	ERRNO(pread(fd, block, 4 * SIZE, bad * SIZE), EIO);
	IS(pread(fd, block, 4 * SIZE, (bad + 1) * SIZE), 4 * SIZE);
	OK(filled(block, SIZE, (int)bad + 1), "what is behind is right");
	drop();
	IS(posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED), 0);
	IS(syscall(SYS_readahead, fd, 0, 0, blocks * SIZE), 0);
	IS(pread(fd, block, SIZE, (bad - 1) * SIZE), SIZE);
	IS(pread(fd, block, SIZE, (bad + 1) * SIZE), SIZE);
	ERRNO(pread(fd, block, SIZE, bad * SIZE), EIO);

	drop();
	at = mmap(NULL, (size_t)blocks * SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	OK(at != MAP_FAILED, "it is mapped");
	OK(!bus_at(at + (bad - 1) * SIZE) && !bus_at(at + (bad + 1) * SIZE), "pages beside it are there");
	OK(bus_at(at + bad * SIZE) && code == BUS_ADRERR, "touching it is SIGBUS, code %d", code);
	OK(bus_at(at + bad * SIZE), "and again");
	ERRNO(write(null, "", 1) == 1 ? (int)pwrite(fd, (const char *)at + bad * SIZE, 10, 0) : 0, EFAULT);
	munmap((void *)at, (size_t)blocks * SIZE);

	drop();
	out = open("copy", O_CREAT | O_TRUNC | O_WRONLY, 0644);
	from = (bad - 1) * SIZE;
	IS(sendfile(out, fd, &from, 3 * SIZE), SIZE);
	ERRNO(sendfile(out, fd, &from, SIZE), EIO);
	close(out);
	unlink("copy");

	/* A part of the block needs the rest of it; all of it does not. */
	ERRNO(pwrite(fd, "part", 4, bad * SIZE + 7), EIO);
	IS(fsync(fd), 0);
	close(fd);
	close(null);
}

/* The whole of it may be written, then it is there; and writing it told of no error. */
static void write_over(const char *name, long bad)
{
	int fd = open(name, O_RDWR);

	drop();
	IS(pread(fd, block, SIZE, (bad - 1) * SIZE), SIZE);	/* reads ahead into it */
	memset(block, (int)bad + 1, SIZE);
	IS(pwrite(fd, block, SIZE, bad * SIZE), SIZE);
	IS(fsync(fd), 0);
	IS(read_through(fd, SIZE) > bad * SIZE, 1);
	close(fd);
}

static void look_at_good(const char *name, long blocks)
{
	int fd = open(name, O_RDONLY);

	IS(read_through(fd, SIZE), blocks * SIZE);
	drop();
	IS(read_through(fd, sizeof(block)), blocks * SIZE);
	close(fd);
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };
	struct stat st;
	long bad;

	BAIL_UNLESS(argc == 4 && stat(argv[2], &st) == 0, "no file");
	bad = atol(argv[3]);
	sigaction(SIGBUS, &act, NULL);
	if (strcmp(argv[1], "bad") == 0) {
		look_at_bad(argv[2], bad, st.st_size / SIZE);
		write_over(argv[2], bad);
	} else {
		look_at_good(argv[2], st.st_size / SIZE);
	}
	return test_done();
}
