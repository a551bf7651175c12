/*
 * Swap areas: what swapon and swapoff refuse, priorities, figures, and everything that may happen to a page that is in
 * one: fork, exec, munmap, mremap, mprotect, mlock, madvise, truncation, another process's look at it.
 */
#include "../../guest/proc-figure.h"
#include "../../guest/testing.h"
#include <abi/swap.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/uio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define PAGE 4096
#define AREA "/swap-one"
#define OTHER "/swap-two"

static int make_area(const char *path, unsigned size, const char *magic)
{
	static struct abi_swap_header h;
	static char zero[65536];
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	memset(&h, 0, sizeof(h));
	h.version = 1;
	h.last_page = size / PAGE - 1;
	memcpy(h.magic, magic, 10);
	for (unsigned done = 0; done < size; done += sizeof(zero))
		if (write(fd, zero, sizeof(zero)) != sizeof(zero))
			return -1;
	return pwrite(fd, &h, sizeof(h), 0) == sizeof(h) && !close(fd) ? 0 : -1;
}

/* A figure of a file of /proc by the beginning of its line. */
static long swap_used(void)
{
	return proc_figure("/proc/meminfo", "SwapTotal") - proc_figure("/proc/meminfo", "SwapFree");
}

static char *fresh(unsigned pages, int flags)
{
	char *p = mmap(0, pages * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	for (unsigned i = 0; i < pages; i++)
		memset(p + i * PAGE, 'a' + i % 26, PAGE);
	return p;
}

/* Asks for the pages to leave, until they have. How many entries have gone. */
static int push_out(char *p, unsigned pages)
{
	unsigned char *vec = malloc(pages);
	int out = 0;

	for (int tries = 0; tries < 50 && out < (int)pages; tries++) {
		struct timespec t = { 0, 10000000 };

		if (madvise(p, pages * PAGE, MADV_PAGEOUT))
			return -1;
		nanosleep(&t, 0);
		mincore(p, pages * PAGE, vec);
		out = 0;
		for (unsigned i = 0; i < pages; i++)
			out += !(vec[i] & 1);
	}
	free(vec);
	return out;
}

static int intact(const char *p, unsigned pages)
{
	for (unsigned i = 0; i < pages; i++)
		for (unsigned k = 0; k < PAGE; k += 61)
			if (p[i * PAGE + k] != (char)('a' + i % 26))
				return 0;
	return 1;
}

static void test_refusals(void)
{
	ERRNO(swapon("/does-not-exist", 0), ENOENT);
	ERRNO(swapon("/proc", 0), EISDIR);
	ERRNO(swapon("/dev/null", 0), EINVAL);
	ERRNO(swapon((void *)1, 0), EFAULT);
	ERRNO(swapon("/etc/passwd", 0), EINVAL);
	IS(make_area(AREA, 1 << 20, "SWAPSPACE9"), 0);
	ERRNO(swapon(AREA, 0), EINVAL);
	IS(make_area(AREA, 4 << 20, SWAP_MAGIC), 0);
	IS(truncate(AREA, 1 << 20), 0);
	ERRNO(swapon(AREA, 0), EINVAL);
	IS(make_area(AREA, 4 << 20, SWAP_MAGIC), 0);
	ERRNO(swapon(AREA, 0x800000), EINVAL);
	ERRNO(swapoff(AREA), EINVAL);
	if (!fork()) {
		if (setuid(1000))
			_exit(9);
		_exit(swapon(AREA, 0) == -1 && errno == EPERM && swapoff(AREA) == -1 && errno == EPERM ? 0 : 1);
	}
	int status;
	wait(&status);
	IS(status, 0);
	/* A file with a hole. */
	int fd = open("/swap-hole", O_RDWR | O_CREAT, 0600), source = open(AREA, O_RDONLY);
	static char page[PAGE];
	IS(read(source, page, PAGE), PAGE);
	IS(write(fd, page, PAGE), PAGE);
	IS(ftruncate(fd, 4 << 20), 0);
	close(source);
	close(fd);
	ERRNO(swapon("/swap-hole", 0), EINVAL);
	unlink("/swap-hole");
}

static void test_in_use(void)
{
	int fd;

	IS(swapon(AREA, SWAP_FLAG_PREFER | 5), 0);
	ERRNO(swapon(AREA, 0), EBUSY);
	IS(proc_figure("/proc/meminfo", "SwapTotal"), 4096 - 4);
	fd = open(AREA, O_RDWR);
	OK(fd < 0 || write(fd, "x", 1) < 0, "a swap file is not written to");
	OK(truncate(AREA, 0) < 0, "nor cut");
	close(fd);
	IS(make_area(OTHER, 4 << 20, SWAP_MAGIC), 0);
	IS(swapon(OTHER, SWAP_FLAG_PREFER | 9), 0);
	IS(proc_figure("/proc/meminfo", "SwapTotal"), 2 * (4096 - 4));
	/* The higher priority first. */
	char *p = fresh(64, MAP_PRIVATE);
	IS(push_out(p, 64), 64);
	IS(proc_figure("/proc/swaps", AREA "                               file\t\t4092\t"), 0);
	OK(proc_figure("/proc/swaps", OTHER "                               file\t\t4092\t") >= 64 * 4, "the area of higher priority is used");
	IS(swapoff(OTHER), 0);
	OK(intact(p, 64), "what it held is back");
	munmap(p, 64 * PAGE);
	IS(swap_used(), 0);
}

static void test_changes(void)
{
	char *p = fresh(40, MAP_PRIVATE), *q;
	int status, pipefd[2];
	pid_t pid;

	IS(push_out(p, 40), 40);
	OK(swap_used() >= 160, "forty pages are in swap");
	OK(proc_figure("/proc/self/status", "VmSwap") >= 160, "and the process knows");
	pid = fork();
	if (!pid) {
		int ok = intact(p, 40);

		memset(p, 'Z', 20 * PAGE);
		_exit(!ok || p[0] != 'Z' || p[21 * PAGE] != 'a' + 21);
	}
	waitpid(pid, &status, 0);
	IS(status, 0);
	OK(intact(p, 40), "a child's stores are its own");
	IS(push_out(p, 40), 40);
	q = mremap(p, 40 * PAGE, 80 * PAGE, MREMAP_MAYMOVE);
	OK(q != MAP_FAILED && intact(q, 40) && q[40 * PAGE] == 0, "mremap takes entries along");
	p = q;
	IS(push_out(p, 40), 40);
	IS(mprotect(p, 40 * PAGE, PROT_READ), 0);
	OK(intact(p, 40), "readable again after mprotect");
	IS(mprotect(p, 40 * PAGE, PROT_READ | PROT_WRITE), 0);
	IS(push_out(p, 40), 40);
	IS(pipe(pipefd), 0);
	IS(write(pipefd[1], p + 3 * PAGE, 100), 100);
	OK(read(pipefd[0], p, 100) == 100 && p[0] == 'd' && p[100] == 'a', "system calls reach it");
	memset(p, 'a', PAGE);
	IS(push_out(p, 40), 40);
	IS(mlock(p, 10 * PAGE), 0);
	unsigned char vec[40];
	IS(mincore(p, 40 * PAGE, vec), 0);
	OK((vec[0] & 1) && (vec[9] & 1), "mlock brings it in");
	madvise(p, 40 * PAGE, MADV_PAGEOUT);
	IS(mincore(p, 40 * PAGE, vec), 0);
	OK((vec[0] & 1) && (vec[9] & 1), "and keeps it there");
	OK(intact(p, 40), "all as it was");
	munlock(p, 10 * PAGE);
	IS(push_out(p, 40), 40);
	IS(madvise(p, 40 * PAGE, MADV_DONTNEED), 0);
	OK(p[0] == 0 && p[39 * PAGE] == 0, "MADV_DONTNEED forgets it");
	munmap(p, 80 * PAGE);
	IS(swap_used(), 0);
}

static void test_other_process(void)
{
	char *p = fresh(8, MAP_PRIVATE), buf[64];
	struct iovec local = { buf, sizeof(buf) }, remote = { p + 5 * PAGE, sizeof(buf) };
	int ready[2], status;
	pid_t pid;

	IS(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		int n = push_out(p, 8);

		if (write(ready[1], &n, sizeof(n)) < 0)
			_exit(1);
		pause();
		_exit(0);
	}
	int n = 0;
	IS(read(ready[0], &n, sizeof(n)), sizeof(n));
	long got = syscall(SYS_process_vm_readv, pid, &local, 1, &remote, 1, 0);
	OK((got == 64 && buf[0] == 'f') || (got < 0 && errno == ENOSYS), "another process reads what is swapped out");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	munmap(p, 8 * PAGE);
	IS(swap_used(), 0);
}

static void test_shared(void)
{
	int fd = memfd_create("swapped", 0), status;
	char *p, buf[PAGE];
	pid_t pid;

	IS(ftruncate(fd, 40 * PAGE), 0);
	p = mmap(0, 40 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	for (int i = 0; i < 40; i++)
		memset(p + i * PAGE, 'a' + i % 26, PAGE);
	OK(push_out(p, 40) >= 36, "pages of a file in memory go to swap");
	OK(swap_used() >= 36 * 4, "and are counted there");
	struct stat st;
	fstat(fd, &st);
	IS(st.st_blocks, 40 * 8);
	IS(pread(fd, buf, PAGE, 30 * PAGE), PAGE);
	IS(buf[0], 'a' + 30 % 26);
	pid = fork();
	if (!pid) {
		int ok = intact(p, 40);

		p[7 * PAGE] = '!';
		_exit(!ok);
	}
	waitpid(pid, &status, 0);
	IS(status, 0);
	IS(p[7 * PAGE], '!');
	p[7 * PAGE] = 'a' + 7;
	push_out(p, 40);
	IS(pwrite(fd, "xy", 2, 12 * PAGE + 10), 2);
	OK(p[12 * PAGE + 9] == 'a' + 12 && p[12 * PAGE + 10] == 'x' && p[12 * PAGE + 12] == 'a' + 12, "a part is written");
	memset(p + 12 * PAGE, 'a' + 12, PAGE);
	push_out(p, 40);
	IS(ftruncate(fd, 20 * PAGE + 100), 0);
	IS(ftruncate(fd, 40 * PAGE), 0);
	OK(p[20 * PAGE + 99] == 'a' + 20 && p[20 * PAGE + 100] == 0 && p[30 * PAGE] == 0, "what was cut is gone");
	OK(intact(p, 20), "what was not is there");
	fstat(fd, &st);
	OK(st.st_blocks <= 22 * 8, "and blocks are given back");
	push_out(p, 20);
	IS(madvise(p + 4 * PAGE, 4 * PAGE, MADV_REMOVE), 0);
	OK(p[4 * PAGE] == 0 && p[7 * PAGE + 4095] == 0 && p[8 * PAGE] == 'a' + 8, "MADV_REMOVE makes a hole");
	push_out(p, 20);
	IS(swapoff(AREA), 0);
	OK(p[3 * PAGE] == 'a' + 3 && p[4 * PAGE] == 0 && p[19 * PAGE] == 'a' + 19, "swapoff brings it back");
	OK(swapon(AREA, 0) == 0, "and it can be used again");
	push_out(p, 20);
	munmap(p, 40 * PAGE);
	close(fd);
	IS(swap_used(), 0);
}

/* Pages that left in order come back several at a time, and are counted: as read ahead, and as used. */
static void test_read_ahead(void)
{
	long read = proc_figure("/proc/vmstat", "swap_ra"), used = proc_figure("/proc/vmstat", "swap_ra_hit");
	char *p = fresh(256, MAP_PRIVATE);

	push_out(p, 256);
	IS(intact(p, 256), 1);
	read = proc_figure("/proc/vmstat", "swap_ra") - read;
	used = proc_figure("/proc/vmstat", "swap_ra_hit") - used;
	OK(read > 64 && used > 64 && used <= read, "%ld pages read ahead, %ld used", read, used);
	munmap(p, 256 * PAGE);
}

int main(void)
{
	test_refusals();
	test_in_use();
	test_changes();
	test_other_process();
	test_shared();
	test_read_ahead();
	IS(swapoff(AREA), 0);
	IS(proc_figure("/proc/meminfo", "SwapTotal"), 0);
	unlink(AREA);
	unlink(OTHER);
	return test_done();
}
