/*
 * Mappings of files: SIGBUS beyond the end and after truncation, one content for read, write and every mapping, private
 * copies, what lies past the end in the last page, placing without replacing, devices. In the folder given: argv[1].
 */
#include "../../guest/testing.h"
#include "faults.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define PAGE 4096
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

static char name[256];
static int tmpfs;

static int file_of(unsigned size)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	for (unsigned i = 0; i < size; i++) {
		char c = (char)('a' + i / PAGE);

		if (i % PAGE == 0 || i == size - 1)
			pwrite(fd, &c, 1, i);
	}
	ftruncate(fd, size);
	return fd;
}

static void test_end(void)
{
	int fd = file_of(2 * PAGE + 10);
	char *s = mmap(0, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), c = 1;
	char *p = mmap(0, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	IS(load(s + 2 * PAGE + 9), 0);
	IS(load(s + 3 * PAGE - 1), 0);
	IS(s[2 * PAGE + 10], 0);
	IS(load(s + 3 * PAGE), -SIGBUS);
	OK(where == s + 3 * PAGE, "the address is told");
	IS(store(s + 4 * PAGE), -SIGBUS);
	IS(load(p + 3 * PAGE), -SIGBUS);
	IS(store(p + 3 * PAGE), -SIGBUS);
	/* What is stored past the end is seen by mappings, and a disk does not have it when the file grows. */
	s[2 * PAGE + 20] = 'x';
	IS(p[2 * PAGE + 20], 'x');
	msync(s, 3 * PAGE, MS_SYNC);
	IS(ftruncate(fd, 4 * PAGE), 0);
	IS(pread(fd, &c, 1, 2 * PAGE + 20), 1);
	OK(c == 0 || (c == 'x' && tmpfs), "what was stored past the end: %d", c);
	IS(load(s + 3 * PAGE), 0);
	IS(store(s + 3 * PAGE), 0);
	/* Shrinking takes pages away, private copies too. */
	p[PAGE] = 'P';
	IS(ftruncate(fd, PAGE), 0);
	IS(load(s + PAGE), -SIGBUS);
	IS(load(p + PAGE), -SIGBUS);
	IS(load(s + PAGE - 1), 0);
	IS(ftruncate(fd, 3 * PAGE), 0);
	IS(s[PAGE], 0);
	IS(p[PAGE], 0);
	/* A call that is given such memory fails. */
	ERRNO(write(fd, s + 4 * PAGE, 1), EFAULT);
	ERRNO(read(fd, s + 4 * PAGE, 1), EFAULT);
	munmap(s, 5 * PAGE);
	munmap(p, 5 * PAGE);
	close(fd);
}

static void test_coherent(void)
{
	int fd = file_of(4 * PAGE), status;
	char *s = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), c;
	char *t = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 2 * PAGE);
	char *p = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	s[2 * PAGE] = '1';
	IS(t[0], '1');
	IS(p[2 * PAGE], '1');
	IS(pread(fd, &c, 1, 2 * PAGE), 1);
	IS(c, '1');
	IS(pwrite(fd, "2", 1, 2 * PAGE), 1);
	OK(s[2 * PAGE] == '2' && t[0] == '2' && p[2 * PAGE] == '2', "write() is seen in every mapping");
	p[2 * PAGE + 1] = 'p';
	IS(pwrite(fd, "34", 2, 2 * PAGE), 2);
	OK(p[2 * PAGE] == '2' && p[2 * PAGE + 1] == 'p', "a private copy stays as it is");
	OK(s[2 * PAGE] == '3' && t[1] == '4', "the shared ones do not");
	/* A write whose source is the page it goes to. */
	s[PAGE] = 'S';
	IS(pwrite(fd, s + PAGE, PAGE - 200, PAGE + 100), PAGE - 200);
	IS(s[PAGE + 100], 'S');
	if (!fork()) {
		s[7] = 'c';
		p[8] = 'c';
		_exit(s[2 * PAGE] != '3' || p[2 * PAGE] != '2');
	}
	wait(&status);
	IS(status, 0);
	IS(s[7], 'c');
	IS(p[8], 0);
	IS(msync(s, 4 * PAGE, MS_SYNC), 0);
	ERRNO(msync(s + 1, PAGE, MS_SYNC), EINVAL);
	/* The mapping outlives the descriptor and the name. */
	close(fd);
	unlink(name);
	s[0] = 'z';
	IS(t[2 * PAGE - 1], 'd');
	IS(munmap(t, 2 * PAGE), 0);
	ERRNO(msync(t, PAGE, MS_SYNC), ENOMEM);
	IS(s[2 * PAGE], '3');
	munmap(s, 4 * PAGE);
	munmap(p, 4 * PAGE);
}

static void test_placing(void)
{
	char *p = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = file_of(PAGE), flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;

	p[PAGE] = 'k';
	ERRNO((long)mmap(p + PAGE, PAGE, PROT_READ, flags, -1, 0), EEXIST);
	IS(p[PAGE], 'k');
	munmap(p + 2 * PAGE, PAGE);
	OK(mmap(p + 2 * PAGE, PAGE, PROT_READ, flags, -1, 0) == p + 2 * PAGE, "into the hole");
	OK(mmap(p + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == p + PAGE && p[PAGE] == 'a', "MAP_FIXED replaces");
	ERRNO((long)mmap(p + 1, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0), EINVAL);
	ERRNO((long)mmap(0, 0, PROT_READ, MAP_PRIVATE, fd, 0), EINVAL);
	ERRNO((long)mmap(0, PAGE, PROT_READ, 0, fd, 0), EINVAL);
	ERRNO((long)mmap(0, PAGE, PROT_READ, MAP_PRIVATE, 99, 0), EBADF);
	ERRNO((long)mmap(0, 0x7fffffff, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), ENOMEM);
	close(fd);
	fd = open("/", O_RDONLY);
	ERRNO((long)mmap(0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), ENODEV);
	close(fd);
	fd = open(name, O_WRONLY);
	ERRNO((long)mmap(0, PAGE, PROT_READ, MAP_SHARED, fd, 0), EACCES);
	close(fd);
	fd = open("/dev/zero", O_RDWR);
	p = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	OK(p != MAP_FAILED && p[PAGE] == 0 && !store(p), "/dev/zero");
	close(fd);
}

int main(int argc, char **argv)
{
	strcpy(name, argc > 1 ? argv[1] : "/var/tmp");
	strcat(name, "/file-mapping");
	tmpfs = !strncmp(name, "/tmp", 4);
	catch_faults();
	TEST_PLAN(55);
	test_end();
	test_coherent();
	test_placing();
	unlink(name);
	return test_done();
}
