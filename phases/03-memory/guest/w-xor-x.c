/*
 * What is not mapped for execution cannot be executed, and what is not mapped for writing not written: anonymous memory,
 * heap, stack, data, files, after mprotect and over fork; noexec mounts; personality(READ_IMPLIES_EXEC).
 */
#include "../../guest/testing.h"
#include "faults.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PAGE 4096
#define RET 0xc3

static char *page(int prot)
{
	char *p = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*p = (char)RET;
	if (mprotect(p, PAGE, prot))
		_exit(1);
	return p;
}

static char data[2 * PAGE] = { 1 };

static void test_anonymous(void)
{
	char stack[64], *p = page(PROT_READ | PROT_WRITE), *heap = malloc(64);

	IS(run(p), SEGV_ACCERR);
	OK(where == p, "the fault's address is the instruction's");
	IS(mprotect(p, PAGE, PROT_READ | PROT_EXEC), 0);
	IS(run(p), 0);
	IS(store(p), SEGV_ACCERR);
	IS(mprotect(p, PAGE, PROT_READ | PROT_WRITE), 0);
	IS(run(p), SEGV_ACCERR);
	IS(store(p), 0);
	p = page(PROT_NONE);
	IS(load(p), SEGV_ACCERR);
	IS(store(p), SEGV_ACCERR);
	IS(run(p), SEGV_ACCERR);
	p = page(PROT_READ);
	IS(load(p), 0);
	IS(store(p), SEGV_ACCERR);
	p = page(PROT_READ | PROT_WRITE | PROT_EXEC);	/* who asks for it has it */
	IS(store(p), 0);
	IS(run(p), 0);
	stack[0] = *heap = data[PAGE] = (char)RET;
	IS(run(stack), SEGV_ACCERR);
	IS(run(heap), SEGV_ACCERR);
	IS(run(data + PAGE), SEGV_ACCERR);
	IS(store((void *)store), SEGV_ACCERR);
}

static void test_fork(void)
{
	char *p = page(PROT_READ | PROT_WRITE);
	int status;

	if (!fork()) {
		int bad = run(p) != SEGV_ACCERR || store(p) != 0 || run(p) != SEGV_ACCERR;

		bad |= mprotect(p, PAGE, PROT_READ | PROT_EXEC) || run(p) != 0 || store(p) != SEGV_ACCERR;
		_exit(bad);
	}
	wait(&status);
	IS(status, 0);
	IS(run(p), SEGV_ACCERR);
	IS(store(p), 0);
}

static void test_files(void)
{
	char *p, c = (char)RET;
	int fd = open("/var/tmp/code", O_RDWR | O_CREAT | O_TRUNC, 0700), ro;

	write(fd, &c, 1);
	ro = open("/var/tmp/code", O_RDONLY);
	p = mmap(0, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	IS(run(p), SEGV_ACCERR);
	IS(store(p), SEGV_ACCERR);
	IS(mprotect(p, PAGE, PROT_READ | PROT_EXEC), 0);
	IS(run(p), 0);
	p = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, ro, 0);
	IS(run(p), SEGV_ACCERR);
	IS(store(p), 0);
	IS(run(p), SEGV_ACCERR);
	p = mmap(0, PAGE, PROT_READ, MAP_SHARED, ro, 0);
	ERRNO(mprotect(p, PAGE, PROT_READ | PROT_WRITE), EACCES);
	IS(store(p), SEGV_ACCERR);
	ERRNO((long)mmap(0, PAGE, PROT_WRITE, MAP_SHARED, ro, 0), EACCES);
	close(ro);
	close(fd);
}

static void test_noexec(void)
{
	char *p, c = (char)RET;
	int fd;

	mkdir("/var/tmp/noexec", 0755);
	IS(mount("none", "/var/tmp/noexec", "tmpfs", MS_NOEXEC, 0), 0);
	fd = open("/var/tmp/noexec/code", O_RDWR | O_CREAT, 0700);
	write(fd, &c, 1);
	ERRNO((long)mmap(0, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0), EPERM);
	p = mmap(0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	ERRNO(mprotect(p, PAGE, PROT_READ | PROT_EXEC), EACCES);
	munmap(p, PAGE);
	close(fd);
	IS(umount("/var/tmp/noexec"), 0);
}

static void test_personality(void)
{
	char *p;

	OK(syscall(SYS_personality, 0x0400000) != -1, "READ_IMPLIES_EXEC");
	p = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*p = (char)RET;
	IS(run(p), 0);
	syscall(SYS_personality, 0);
}

int main(void)
{
	catch_faults();
	TEST_PLAN(38);
	test_anonymous();
	test_fork();
	test_files();
	test_noexec();
	test_personality();
	return test_done();
}
