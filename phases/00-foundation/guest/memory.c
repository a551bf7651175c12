/*
 * memory.c - what a process may expect of its address space: zeroed memory, copy-on-write, rights that are enforced
 * with the right signal and address, mappings that come, go, grow and move, files in memory, limits.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "../../guest/testing.h"

#define PAGE 4096ul

static sigjmp_buf escape;
static volatile int fault_signal, fault_code;
static volatile uintptr_t fault_address;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	fault_signal = sig;
	fault_code = info->si_code;
	fault_address = (uintptr_t)info->si_addr;
	siglongjmp(escape, 1);
}

enum access { LOAD, STORE, CALL };

/* The signal that the access raises, 0 if none. */
static int try_access(enum access how, void *at)
{
	fault_signal = 0;
	if (sigsetjmp(escape, 1))
		return fault_signal;
	if (how == LOAD)
		(void)*(volatile char *)at;
	else if (how == STORE)
		*(volatile char *)at = 1;
	else
		((void (*)(void))at)();
	return 0;
}

static int faults(enum access how, void *at, int sig, int code)
{
	int got = try_access(how, at);

	if (got == sig && fault_code == code && fault_address == (uintptr_t)at)
		return 1;
	test_diag("access %d at %p: signal %d code %d address %lx", (int)how, at, got, got ? fault_code : 0,
		  got ? (unsigned long)fault_address : 0ul);
	return 0;
}

static char *map(size_t pages, int prot)
{
	return mmap(NULL, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int all_equal(const char *p, size_t n, char c)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != c)
			return 0;
	return 1;
}

/* Runs fn in a child; its wait status. */
static int in_child(int (*fn)(void *), void *arg)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn(arg));
	if (pid > 0 && waitpid(pid, &status, 0) == pid)
		return status;
	test_diag("%s: errno %d", pid < 0 ? "fork" : "waitpid", errno);
	return -1;
}

static void test_rights(void)
{
	char *p = map(4, PROT_READ | PROT_WRITE);

	BAIL_UNLESS(p != MAP_FAILED, "mmap");
	OK(all_equal(p, 4 * PAGE, 0), "fresh memory is zero");
	p[0] = p[PAGE] = 7;
	IS(mprotect(p, PAGE, PROT_READ), 0);
	OK(faults(STORE, p + 5, SIGSEGV, SEGV_ACCERR), "store to read-only memory");
	IS(p[0], 7);
	IS(mprotect(p, PAGE, PROT_NONE), 0);
	OK(faults(LOAD, p, SIGSEGV, SEGV_ACCERR), "load from inaccessible memory");
	ERRNO(write(1, p, 1), EFAULT);
	IS(mprotect(p, PAGE, PROT_READ | PROT_WRITE), 0);
	OK(p[0] == 7 && !try_access(STORE, p), "rights come back, contents stayed");
	p[2 * PAGE] = (char)0xc3;
	OK(faults(CALL, p + 2 * PAGE, SIGSEGV, SEGV_ACCERR), "data is not executed");
	IS(mprotect(p + 2 * PAGE, PAGE, PROT_READ | PROT_EXEC), 0);
	OK(!try_access(CALL, p + 2 * PAGE), "code is");
	IS(munmap(p + PAGE, PAGE), 0);
	OK(faults(LOAD, p + PAGE + 1, SIGSEGV, SEGV_MAPERR), "unmapped memory");
	ERRNO(mprotect(p, 4 * PAGE, PROT_READ), ENOMEM);
	ERRNO(mprotect(p + 1, PAGE, PROT_READ), EINVAL);
	ERRNO(munmap(p + 1, PAGE), EINVAL);
	OK(faults(LOAD, NULL, SIGSEGV, SEGV_MAPERR), "page 0");
	OK(try_access(LOAD, (void *)0x80000000) == SIGSEGV, "kernel memory, load");
	OK(try_access(STORE, (void *)0x80101000) == SIGSEGV, "kernel memory, store");
	OK(try_access(CALL, (void *)0x80101000) == SIGSEGV, "kernel memory, call");
	OK(try_access(LOAD, (void *)0xfffff000) == SIGSEGV, "the last page");
	munmap(p, 4 * PAGE);
}

static void test_placing(void)
{
	char *p = map(8, PROT_READ | PROT_WRITE), *q;

	p[3 * PAGE] = 1;
	q = mmap(p + 3 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	OK(q == p + 3 * PAGE && *q == 0, "MAP_FIXED replaces");
	ERRNO((long)mmap(p + 2 * PAGE, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
	munmap(p + 5 * PAGE, PAGE);
	q = mmap(p + 5 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	OK(q == p + 5 * PAGE, "a hint that is free is taken");
	ERRNO((long)mmap(p + 1, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), EINVAL);
	ERRNO((long)mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), EINVAL);
	ERRNO((long)mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0), EINVAL);
	ERRNO((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0), EBADF);
	ERRNO((long)mmap(NULL, 0xfffff000u, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), ENOMEM);
	IS(munmap(p, 8 * PAGE), 0);
	IS(munmap(p, 8 * PAGE), 0);
}

static int child_writes(void *arg)
{
	char *p = arg;

	if (!all_equal(p, 2 * PAGE, 3))
		return 1;
	memset(p, 4, PAGE);
	return all_equal(p, PAGE, 4) && all_equal(p + PAGE, PAGE, 3) ? 0 : 2;
}

static int child_sees_zero(void *arg) { return all_equal(arg, PAGE, 0) ? 0 : 1; }
static int child_faults(void *arg) { return try_access(LOAD, arg) == SIGSEGV ? 0 : 1; }

static void test_fork(void)
{
	char *p = map(3, PROT_READ | PROT_WRITE), *s;

	memset(p, 3, 3 * PAGE);
	IS(in_child(child_writes, p), 0);
	OK(all_equal(p, 3 * PAGE, 3), "the child's stores are its own");
	p[0] = 9;
	IS(p[1], 3);
	s = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	OK(s != MAP_FAILED, "shared anonymous memory");
	if (s != MAP_FAILED) {
		memset(s, 3, 2 * PAGE);
		IS(in_child(child_writes, s), 0);
		OK(all_equal(s, PAGE, 4) && all_equal(s + PAGE, PAGE, 3), "shared stores are seen");
		munmap(s, 2 * PAGE);
	} else {
		OK(0, "not tried");
		OK(0, "not tried");
	}
	IS(madvise(p, PAGE, MADV_WIPEONFORK), 0);
	IS(in_child(child_sees_zero, p), 0);
	IS(madvise(p + PAGE, PAGE, MADV_DONTFORK), 0);
	IS(in_child(child_faults, p + PAGE), 0);
	munmap(p, 3 * PAGE);
}

static void test_moving(void)
{
	char *p = map(4, PROT_READ | PROT_WRITE), *room = map(32, PROT_NONE), *q;

	for (int i = 0; i < 4; i++)
		p[i * PAGE] = (char)(i + 1);
	q = mremap(p, 4 * PAGE, 16 * PAGE, MREMAP_MAYMOVE);
	OK(q != MAP_FAILED && q[0] == 1 && q[3 * PAGE] == 4 && q[15 * PAGE] == 0, "growing keeps contents");
	p = mremap(q, 16 * PAGE, 2 * PAGE, 0);
	OK(p == q && p[PAGE] == 2 && try_access(LOAD, p + 2 * PAGE) == SIGSEGV, "shrinking cuts the end off");
	q = mremap(p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room + 8 * PAGE);
	OK(q == room + 8 * PAGE && q[0] == 1 && q[PAGE] == 2, "moving to a given place");
	OK(try_access(LOAD, p) == SIGSEGV, "the old place is empty");
	ERRNO((long)mremap(q, PAGE, PAGE, MREMAP_FIXED, room), EINVAL);
	ERRNO((long)mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
	munmap(room, 32 * PAGE);
}

static void test_break(void)
{
	char *start = sbrk(0);

	BAIL_UNLESS(sbrk(5 * (int)PAGE) == start, "sbrk");
	memset(start, 5, 5 * PAGE);
	OK(sbrk(-4 * (int)PAGE) == start + 5 * PAGE && sbrk(4 * (int)PAGE) == start + PAGE, "the break goes down and up");
	OK(start[PAGE - 1] == 5 && all_equal(start + 2 * PAGE, 3 * PAGE, 0), "and what comes back is zero");
	sbrk(-5 * (int)PAGE);
}

static void test_advice(void)
{
	unsigned char vec[4];
	char *p = map(4, PROT_READ | PROT_WRITE);

	memset(p, 1, 2 * PAGE);
	IS(mincore(p, 4 * PAGE, vec), 0);
	OK((vec[0] & 1) && (vec[1] & 1) && !(vec[2] & 1) && !(vec[3] & 1), "mincore tells what is there");
	IS(madvise(p, PAGE, MADV_DONTNEED), 0);
	OK(p[0] == 0 && p[PAGE] == 1, "MADV_DONTNEED empties");
	ERRNO(madvise(p, PAGE, 12345), EINVAL);
	IS(mlock(p + 3 * PAGE, PAGE), 0);
	IS(mincore(p, 4 * PAGE, vec), 0);
	OK(vec[3] & 1, "locked memory is there");
	IS(munlock(p + 3 * PAGE, PAGE), 0);
	munmap(p, 4 * PAGE);
	ERRNO(mincore(p, PAGE, vec), ENOMEM);
	ERRNO(madvise(p, PAGE, MADV_DONTNEED), ENOMEM);
}

static void test_files(void)
{
	char name[] = "/tmp/memory-XXXXXX", *p, *s, c = 0;
	int fd = mkstemp(name);

	BAIL_UNLESS(fd >= 0, "mkstemp");
	for (int i = 0; i < 3; i++) {
		char block[PAGE];

		memset(block, 'a' + i, sizeof(block));
		BAIL_UNLESS(write(fd, block, sizeof(block)) == (ssize_t)sizeof(block), "write");
	}
	BAIL_UNLESS(ftruncate(fd, 2 * PAGE + 100) == 0, "ftruncate");
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	s = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	BAIL_UNLESS(p != MAP_FAILED && s != MAP_FAILED, "mmap of a file");
	OK(all_equal(p, PAGE, 'a') && all_equal(p + PAGE, PAGE, 'b'), "the file's contents");
	OK(all_equal(p + 2 * PAGE, 100, 'c') && all_equal(p + 2 * PAGE + 100, PAGE - 100, 0), "zeroes behind its end");
	OK(faults(LOAD, p + 3 * PAGE, SIGBUS, BUS_ADRERR), "beyond its last page");
	p[0] = 'P';
	s[1] = 'S';
	OK(pread(fd, &c, 1, 0) == 1 && c == 'a', "private stores stay private");
	OK(pread(fd, &c, 1, 1) == 1 && c == 'S', "shared stores are the file's");
	OK(pwrite(fd, "W", 1, PAGE) == 1 && s[PAGE] == 'W', "write() is seen in memory");
	IS(msync(s, 2 * PAGE, MS_SYNC), 0);
	s[2] = 'T';
	OK(pread(fd, &c, 1, 2) == 1 && c == 'T', "stores after msync() too");
	IS(ftruncate(fd, PAGE), 0);
	OK(try_access(LOAD, s + PAGE) == SIGBUS && try_access(LOAD, p + PAGE) == SIGBUS, "truncation takes pages away");
	OK(p[0] == 'P' && s[2] == 'T', "and leaves the others");
	munmap(p, 4 * PAGE);
	munmap(s, 4 * PAGE);
	close(fd);
	fd = open(name, O_RDONLY);
	ERRNO((long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), EACCES);
	s = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	ERRNO(mprotect(s, PAGE, PROT_READ | PROT_WRITE), EACCES);
	close(fd);
	unlink(name);
	OK(s[2] == 'T', "a mapping outlives the descriptor and the name");
	munmap(s, PAGE);
}

__attribute__((noinline)) static int deep(int n)
{
	volatile char frame[4000];

	frame[0] = frame[3999] = (char)n;
	return n ? deep(n - 1) + frame[0] - frame[3999] : 0;
}

static int child_recurses(void *arg)
{
	signal(SIGSEGV, SIG_DFL);
	return deep(*(int *)arg);
}

static int child_limited(void *arg)
{
	struct rlimit limit = { 64 << 20, 64 << 20 };

	(void)arg;
	if (setrlimit(RLIMIT_AS, &limit))
		return 1;
	if (map(32768, PROT_READ) != MAP_FAILED || errno != ENOMEM)
		return 2;
	limit.rlim_cur = 1 << 20;
	if (setrlimit(RLIMIT_DATA, &limit))
		return 3;
	return sbrk(8 << 20) == (void *)-1 && errno == ENOMEM ? 0 : 4;
}

static void test_limits(void)
{
	int small = 1000, large = 4000, status;

	IS(in_child(child_recurses, &small), 0);
	status = in_child(child_recurses, &large);
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "a stack ends at its limit");
	IS(in_child(child_limited, NULL), 0);
}

/* A thousand random operations on 128 pages, each page's tag kept beside; forks that must agree. */
#define FUZZ_PAGES 128
static struct { unsigned char mapped, writable; unsigned tag; } model[FUZZ_PAGES];
static unsigned seed = 20240601;

static unsigned next_random(unsigned below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static int model_agrees(void *arena)
{
	for (unsigned i = 0; i < FUZZ_PAGES; i++) {
		char *at = (char *)arena + i * PAGE;

		if (!model[i].mapped) {
			if (try_access(LOAD, at) != SIGSEGV)
				return 1;
		} else if (*(volatile unsigned *)at != model[i].tag) {
			return 2;
		} else if (!model[i].writable && try_access(STORE, at) != SIGSEGV) {
			return 3;
		}
	}
	return 0;
}

static int fuzz_step(char *arena)
{
	unsigned at = next_random(FUZZ_PAGES), n = 1 + next_random(12), writable = next_random(4) != 0;
	int prot = writable ? PROT_READ | PROT_WRITE : PROT_READ;

	if (at + n > FUZZ_PAGES)
		n = FUZZ_PAGES - at;
	switch (next_random(6)) {
	case 0:
		if (mmap(arena + at * PAGE, n * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
			return 1;
		for (unsigned i = at; i < at + n; i++) {
			model[i].mapped = 1;
			model[i].writable = (unsigned char)writable;
			model[i].tag = 0;
		}
		break;
	case 1:
		if (munmap(arena + at * PAGE, n * PAGE))
			return 1;
		for (unsigned i = at; i < at + n; i++)
			model[i].mapped = 0;
		break;
	case 2:
		for (unsigned i = at; i < at + n && model[i].mapped; i++) {
			if (mprotect(arena + i * PAGE, PAGE, prot))
				return 1;
			model[i].writable = (unsigned char)writable;
		}
		break;
	case 3:
		(void)madvise(arena + at * PAGE, n * PAGE, MADV_DONTNEED);	/* ENOMEM for holes */
		for (unsigned i = at; i < at + n; i++)
			model[i].tag = 0;
		break;
	default:
		for (unsigned i = at; i < at + n; i++)
			if (model[i].mapped && model[i].writable)
				*(volatile unsigned *)(arena + i * PAGE) = model[i].tag = next_random(1u << 24);
	}
	return 0;
}

static void test_fuzz(int rounds)
{
	char *arena = map(FUZZ_PAGES, PROT_NONE);
	int bad = 0;

	munmap(arena, FUZZ_PAGES * PAGE);
	for (int i = 0; i < rounds && !bad; i++) {
		bad = fuzz_step(arena);
		if (i % 100 == 99 && !bad)
			bad = model_agrees(arena);
		if (i % 500 == 499 && !bad)
			bad = in_child(model_agrees, arena);
	}
	IS(bad, 0);
	munmap(arena, FUZZ_PAGES * PAGE);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	TEST_PLAN(79);
	test_rights();
	test_placing();
	test_fork();
	test_moving();
	test_break();
	test_advice();
	test_files();
	test_limits();
	test_fuzz(argc > 1 ? atoi(argv[1]) : 3000);
	return test_done();
}
