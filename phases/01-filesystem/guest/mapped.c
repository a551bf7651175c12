/*
 * Files in memory: shared and private mappings, writing from a mapping of the file itself, sealed memory files.
 */
#include "fixture.h"

#include <sys/mman.h>

#ifndef MFD_ALLOW_SEALING
#define MFD_ALLOW_SEALING 2
#endif
#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_SEAL_GROW 4
#endif

static void test_shared(void)
{
	char text[16];
	int fd = open("shared", O_CREAT | O_RDWR, 0644);
	char *p;

	BAIL_UNLESS(fd >= 0 && ftruncate(fd, 8192) == 0, "cannot create");
	p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	BAIL_UNLESS(p != MAP_FAILED, "cannot map");
	strcpy(p, "shared");
	OK(pread(fd, text, 6, 0) == 6 && memcmp(text, "shared", 6) == 0, "what is stored is read");
	IS(pwrite(fd, p, 4096, 4096), 4096);
	OK(strcmp(p + 4096, "shared") == 0, "what is written is seen");
	IS(pwrite(fd, p, 4096, 0), 4096);
	IS(pwrite(fd, p + 1, 4096, 0), 4096);
	IS(msync(p, 8192, MS_SYNC), 0);
	IS(munmap(p, 8192), 0);
	close(fd);
}

static void test_private(void)
{
	char text[16];
	int fd = open("private", O_CREAT | O_RDWR, 0644);
	char *p;

	BAIL_UNLESS(fd >= 0 && write(fd, "original", 8) == 8, "cannot write");
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	BAIL_UNLESS(p != MAP_FAILED, "cannot map");
	OK(memcmp(p, "original", 8) == 0 && all_zero((unsigned char *)p + 8, 4088), "the file, then zeros");
	strcpy(p, "changed");
	OK(pread(fd, text, 8, 0) == 8 && memcmp(text, "original", 8) == 0, "the file stays as it was");
	IS(munmap(p, 4096), 0);
	close(fd);
	fd = open("private", O_RDONLY);
	ERRNO((long)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), EACCES);
	close(fd);
}

static void test_sealed(void)
{
	int fd = (int)syscall(SYS_memfd_create, "sealed", MFD_ALLOW_SEALING);

	OK(fd >= 0 && write(fd, "abc", 3) == 3, "a file in memory");
	IS(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0);
	ERRNO(write(fd, "d", 1), EPERM);
	OK(pwrite(fd, "xyz", 3, 0) == 3, "within its size");
	close(fd);
}

int main(int argc, char **argv)
{
	TEST_PLAN(15);
	enter_folder(argc, argv, "/var/tmp/mapped");
	test_shared();
	test_private();
	test_sealed();
	return test_done();
}
