/*
 * Memory that a process gets holds nothing of others: a process fills most of the machine's with a pattern and ends, and
 * then anonymous pages, heap, stack, files' holes and tails, and what system calls write are looked at for the pattern,
 * for the kernel's poison, and for addresses of the kernel.
 */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

#define PAGE 4096
#define PATTERN 0xd1e7d1e7u

/* Most of memory held the pattern, and is free again. */
static void soil(void)
{
	struct sysinfo info;
	int status;

	sysinfo(&info);
	if (!fork()) {
		unsigned long size = info.freeram / 4 * 3 / PAGE * PAGE;
		unsigned *p = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		for (unsigned long i = 0; i < size / 4; i++)
			p[i] = PATTERN;
		_exit(0);
	}
	wait(&status);
	BAIL_UNLESS(status == 0, "memory is soiled: %x", (unsigned)status);
}

static unsigned long not_zero(const void *p, unsigned long size)
{
	const unsigned char *b = p;
	unsigned long n = 0;

	for (unsigned long i = 0; i < size; i++)
		n += b[i] != 0;
	return n;
}

/* The stack's new pages, far below what is in use. */
static unsigned long stack_below(void)
{
	char *here = __builtin_frame_address(0);

	for (unsigned i = 65536; i < 1 << 20; i += PAGE)
		*(volatile char *)(here - i) = 0;
	return not_zero(here - (1 << 20), (1 << 20) - 65536);
}

static void test_pages(void)
{
	unsigned long size = 24 << 20;
	char *p = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *q;
	int fd, status;

	/* A store into each page first, so that it is a page of its own. */
	for (unsigned long i = 0; i < size; i += PAGE)
		p[i] = 1, p[i] = 0;
	IS(not_zero(p, size), 0);
	munmap(p, size);
	soil();
	p = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	IS(not_zero(p, size), 0);
	munmap(p, size);
	soil();
	q = sbrk(0);
	p = sbrk(8 << 20);
	for (unsigned long i = 0; i < 8 << 20; i += PAGE)
		p[i] = 0;
	IS(not_zero(q, 8 << 20), 0);
	sbrk(-(8 << 20));
	soil();
	if (!fork())
		_exit(stack_below() != 0);
	wait(&status);
	OK(status == 0, "new pages of the stack");
	soil();
	fd = open("/var/tmp/fresh", O_RDWR | O_CREAT | O_TRUNC, 0600);
	IS(ftruncate(fd, 4 << 20), 0);
	pwrite(fd, "x", 1, (2 << 20) + 100);
	p = mmap(0, 4 << 20, PROT_READ, MAP_PRIVATE, fd, 0);
	IS(not_zero(p, 4 << 20), 1);
	munmap(p, 4 << 20);
	IS(ftruncate(fd, 5000), 0);
	p = mmap(0, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	IS(not_zero(p + PAGE, PAGE), 0);
	munmap(p, 2 * PAGE);
	soil();
	IS(posix_fallocate(fd, 0, 4 << 20), 0);
	p = mmap(0, 4 << 20, PROT_READ, MAP_SHARED, fd, 0);
	IS(not_zero(p, 4 << 20), 0);
	munmap(p, 4 << 20);
	close(fd);
	unlink("/var/tmp/fresh");
}

/* ---- what calls write ---- */

static unsigned char first[16384], second[16384];
static int ends[2], dir, sockets[2], ep;

/* Runs call n into the buffer. Its result. */
static long call(unsigned n, void *b)
{
	switch (n) {
	case 0: return syscall(SYS_stat64, "/etc/passwd", b);
	case 1: return syscall(SYS_statx, AT_FDCWD, "/etc/passwd", 0, 0xfff, b);
	case 2: return syscall(SYS_statfs64, "/", 84, b);
	case 3: return syscall(SYS_sysinfo, b);
	case 4: return syscall(SYS_uname, b);
	case 5: return syscall(SYS_getrusage, RUSAGE_SELF, b);
	case 6: return syscall(SYS_times, b);
	case 7: return syscall(SYS_getitimer, ITIMER_REAL, b);
	case 8: return syscall(SYS_prlimit64, 0, RLIMIT_STACK, 0, b);
	case 9: return syscall(SYS_rt_sigaction, SIGUSR1, 0, b, 8);
	case 10: return syscall(SYS_sigaltstack, 0, b);
	case 11: return syscall(SYS_sched_getaffinity, 0, 128, b);
	case 12: lseek(dir, 0, SEEK_SET); return syscall(SYS_getdents64, dir, b, 4096);
	case 13: lseek(dir, 0, SEEK_SET); return syscall(SYS_getdents, dir, b, 4096);
	case 14: {
		sigset_t set;
		struct timespec now = { 0, 0 };

		sigemptyset(&set);
		sigaddset(&set, SIGUSR2);
		kill(getpid(), SIGUSR2);
		return syscall(SYS_rt_sigtimedwait, &set, b, &now, 8);
	}
	case 15: return syscall(SYS_fstat64, ends[0], b);
	case 16: return syscall(SYS_clock_gettime, CLOCK_MONOTONIC, b);
	case 17: return syscall(SYS_getcwd, b, 4096);
	case 18: return syscall(SYS_readlink, "/proc/self/exe", b, 4096);
	case 19: return syscall(SYS_ustat, 0x801, b);
	case 20: return syscall(SYS_capget, &(unsigned[2]){ 0x20080522, 0 }, b);
	case 21: return ioctl(0, 0x5413, b);		/* TIOCGWINSZ */
	case 22: return syscall(SYS_ipc, 24, 0, 0x102, 0, b);
	case 23: return syscall(SYS_ipc, 3, 0, 0, 0x102, &b);
	case 24: return syscall(SYS_ipc, 14, 0, 0x102, 0, b);
	case 25: return getsockname(sockets[0], b, &(socklen_t){ 128 });
	case 26: return getsockopt(sockets[0], SOL_SOCKET, 17, b, &(socklen_t){ 64 });	/* SO_PEERCRED */
	case 27: send(sockets[1], "x", 1, 0); return epoll_wait(ep, b, 4, 0);
	case 28: return syscall(SYS_waitid, P_ALL, 0, b, WEXITED | WNOHANG, 0);
	case 29: return syscall(SYS_sched_getparam, 0, b);
	case 30: return syscall(SYS_get_robust_list, 0, b, (char *)b + 4);
	case 31: return syscall(SYS_mincore, (unsigned long)first & -PAGE, PAGE, b);
	}
	return -1;
}
#define CALLS 32

static void test_calls(void)
{
	unsigned ran = 0, told = 0;

	pipe(ends);
	socketpair(AF_UNIX, SOCK_STREAM, 0, sockets);
	dir = open("/etc", O_RDONLY | O_DIRECTORY);
	ep = epoll_create1(0);
	epoll_ctl(ep, EPOLL_CTL_ADD, sockets[0], &(struct epoll_event){ .events = EPOLLIN });
	syscall(SYS_ipc, 23, 0, PAGE, 0600);
	syscall(SYS_ipc, 2, 0, 1, 0600);
	syscall(SYS_ipc, 13, 0, 0600);
	for (unsigned n = 0; n < CALLS; n++) {
		memset(first, 0x5a, sizeof(first));
		memset(second, 0xa5, sizeof(second));
		if (call(n, first) < 0 || call(n, second) < 0)
			continue;
		ran++;
		for (unsigned i = 0; i + 4 <= sizeof(first); i++) {
			unsigned word;

			if (n == 2 && i >= 44 && i < 56)
				continue;	/* the volume's random number */
			memcpy(&word, first + i, 4);
			/* Written by the kernel: not what was there before both times. */
			if (word == 0x5a5a5a5a || !memcmp(second + i, "\xa5\xa5\xa5\xa5", 4))
				continue;
			if (word == PATTERN || word == 0x6b6b6b6b || word == 0x5a5a5aa5 || (i % 4 == 0 && word >> 24 >= 0x80 &&
			    word >> 24 < 0xff)) {
				DIAG("call %u: %x at %u", n, word, i);
				told++;
				break;
			}
		}
	}
	OK(ran >= 24, "%u calls write something", ran);
	IS(told, 0);
}

int main(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, 0);
	TEST_PLAN(12);
	soil();
	test_pages();
	test_calls();
	return test_done();
}
