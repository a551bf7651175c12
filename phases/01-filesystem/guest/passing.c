/*
 * Bytes that are passed on: large copies between files and memory with pages missing on the way, and sendfile and
 * splice, which hand a file's own pages to a pipe.
 */
#include "fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

#define SIZE 200000
#define PAGE 4096

static unsigned char made[SIZE], got[SIZE];

static int make_file(const char *name)
{
	int fd = open(name, O_CREAT | O_TRUNC | O_RDWR, 0644);

	BAIL_UNLESS(fd >= 0 && write(fd, made, SIZE) == SIZE, "cannot make %s", name);
	return fd;
}

static int file_is_made(int fd)
{
	return pread(fd, got, SIZE, 0) == SIZE && memcmp(got, made, SIZE) == 0;
}

/* ---- copies ---- */

static void test_sizes(int fd)
{
	static const unsigned sizes[] = { 511, 512, 513, 639, 640, 4095, 4096, 4097, 70001 };
	int wrong = 0;

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (unsigned offset = 0; offset < 9; offset += 3) {
			memset(got, 0xee, SIZE);
			wrong += pread(fd, got + offset, sizes[i], offset * 7) != (ssize_t)sizes[i] ||
				 memcmp(got + offset, made + offset * 7, sizes[i]) || got[offset + sizes[i]] != 0xee;
		}
	}
	IS(wrong, 0);
}

/* A hole in the memory behind some pages: what lies before it is moved, to the very byte. */
static void test_hole(int fd)
{
	unsigned char *m = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int out = open("out", O_CREAT | O_TRUNC | O_RDWR, 0644);

	BAIL_UNLESS(m != MAP_FAILED && out >= 0 && munmap(m + 8 * PAGE, PAGE) == 0, "no memory with a hole");
	IS(pread(fd, m + 8 * PAGE - 5001, 3 * PAGE, 17), 5001);
	IS(memcmp(m + 8 * PAGE - 5001, made + 17, 5001), 0);
	IS(pwrite(out, m + 8 * PAGE - 5001, 3 * PAGE, 0), 5001);
	ERRNO(pread(fd, m + 8 * PAGE, PAGE, 0), EFAULT);
	ERRNO(pwrite(out, m + 8 * PAGE, PAGE, 0), EFAULT);
	/* Pages that nobody has touched yet. */
	OK(pread(fd, m + 9 * PAGE + 3, 6 * PAGE, 1) == 6 * PAGE && memcmp(m + 9 * PAGE + 3, made + 1, 6 * PAGE) == 0,
	   "a read into fresh memory");
	IS(pread(out, got, SIZE, 0), 5001);
	IS(memcmp(got, made + 17, 5001), 0);
	munmap(m, 16 * PAGE);
	close(out);
}

/* What the program has in the vector registers is there after a copy that uses them. The compiler uses none itself. */
static void test_registers(int fd)
{
	static unsigned char in[4][16] __attribute__((aligned(16))), out[4][16] __attribute__((aligned(16)));
	unsigned lost = 0;

	for (unsigned round = 0; round < 200; round++) {
		for (unsigned i = 0; i < sizeof(in); i++)
			in[i / 16][i % 16] = (unsigned char)(i * 5 + round);
		__asm__ volatile("movaps (%[in]), %%xmm0\n movaps 16(%[in]), %%xmm1\n"
				 "movaps 32(%[in]), %%xmm2\n movaps 48(%[in]), %%xmm3" :: [in] "r"(in), "m"(in));
		lost += syscall(SYS_pread64, fd, got, 8192, 0, 0) != 8192;
		__asm__ volatile("movaps %%xmm0, %0\n movaps %%xmm1, %1\n movaps %%xmm2, %2\n movaps %%xmm3, %3"
				 : "=m"(out[0]), "=m"(out[1]), "=m"(out[2]), "=m"(out[3]));
		lost += memcmp(in, out, sizeof(in)) != 0;
	}
	IS(lost, 0);
}

/* Task switches that fall into copies: processes that have their processor taken away all the time. */
static void test_switches(int fd)
{
	pid_t children[3];
	int wrong = 0;

	for (int i = 0; i < 3; i++) {
		children[i] = fork();
		if (children[i])
			continue;
		for (;;)
			wrong += pread(fd, got, SIZE, 0) != SIZE;
	}
	for (int i = 0; i < 60; i++) {
		memset(got, 0, 4096);
		wrong += pread(fd, got, SIZE, 0) != SIZE || memcmp(got, made, SIZE) != 0;
	}
	IS(wrong, 0);
	for (int i = 0; i < 3; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
}

/* ---- sendfile and splice ---- */

static void test_pipe(int fd)
{
	int pipe_fd[2];
	off_t at = 4090;
	ssize_t n;

	BAIL_UNLESS(pipe(pipe_fd) == 0, "no pipe");
	/* Odd ends in two pages, and a write behind them that must not land in the file. */
	IS(syscall(SYS_sendfile, pipe_fd[1], fd, &at, 100), 100);
	IS(at, 4190);
	IS(write(pipe_fd[1], "behind", 6), 6);
	OK(read(pipe_fd[0], got, SIZE) == 106 && memcmp(got, made + 4090, 100) == 0 && memcmp(got + 100, "behind", 6) == 0,
	   "the file's bytes and what was written behind them");
	OK(write(pipe_fd[1], "again", 5) == 5 && read(pipe_fd[0], got, 5) == 5, "an emptied buffer is used again");
	OK(file_is_made(fd), "the file is as it was");
	/* More than the pipe holds: what fits. */
	at = 0;
	n = syscall(SYS_sendfile, pipe_fd[1], fd, &at, SIZE);
	IS(n, 65536);
	IS(at, 65536);
	IS(fcntl(pipe_fd[1], F_SETFL, O_NONBLOCK), 0);
	ERRNO(syscall(SYS_sendfile, pipe_fd[1], fd, &at, SIZE), EAGAIN);
	/* The file is cut while the pipe has its pages: as many bytes come as were promised. */
	IS(ftruncate(fd, 10), 0);
	IS(read(pipe_fd[0], got, SIZE), 65536);
	OK(memcmp(got, made, 10) == 0, "the first of them as they were");
	at = 10;
	IS(syscall(SYS_sendfile, pipe_fd[1], fd, &at, 100), 0);
	close(pipe_fd[0]);
	at = 0;
	signal(SIGPIPE, SIG_IGN);
	ERRNO(syscall(SYS_sendfile, pipe_fd[1], fd, &at, 10), EPIPE);
	close(pipe_fd[1]);
}

/* Reader and writer, through more than a pipe's room, by splice on both ends. */
static void test_through(int fd)
{
	int out = open("spliced", O_CREAT | O_TRUNC | O_RDWR, 0644), pipe_fd[2], status;
	ssize_t n, all = 0;
	pid_t child;

	BAIL_UNLESS(out >= 0 && pipe(pipe_fd) == 0, "no pipe");
	child = fork();
	if (!child) {
		close(pipe_fd[0]);
		lseek(fd, 0, SEEK_SET);
		while ((n = syscall(SYS_splice, fd, NULL, pipe_fd[1], NULL, SIZE, 0)) > 0)
			;
		_exit(n != 0);
	}
	close(pipe_fd[1]);
	while ((n = syscall(SYS_splice, pipe_fd[0], NULL, out, NULL, SIZE, 0)) > 0)
		all += n;
	IS(all, SIZE);
	OK(waitpid(child, &status, 0) == child && status == 0, "the other end is done");
	OK(file_is_made(out), "what came is what was sent");
	close(pipe_fd[0]);
	close(out);
}

static void test_between_files(int fd)
{
	int out = open("sent", O_CREAT | O_TRUNC | O_RDWR, 0644);
	off_t at = 0;

	BAIL_UNLESS(out >= 0, "no file");
	IS(syscall(SYS_sendfile, out, fd, &at, SIZE + 5000), SIZE);
	OK(file_is_made(out), "a file sent to a file");
	/* To itself, further on: read before it is written. */
	at = 0;
	IS(lseek(out, 1000, SEEK_SET), 1000);
	IS(syscall(SYS_sendfile, out, out, &at, 3000), 3000);
	OK(pread(out, got, 4000, 0) == 4000 && memcmp(got, made, 1000) == 0 && memcmp(got + 1000, made, 3000) == 0,
	   "a file sent to itself");
	close(out);
}

int main(int argc, char **argv)
{
	int fd;

	TEST_PLAN(34);
	enter_folder(argc, argv, "/var/tmp/passing");
	for (unsigned i = 0; i < SIZE; i++)
		made[i] = (unsigned char)(i * 7 + i / 251);
	fd = make_file("made");
	test_sizes(fd);
	test_hole(fd);
	test_registers(fd);
	test_switches(fd);
	test_between_files(fd);
	test_through(fd);
	test_pipe(fd);
	return test_done();
}
