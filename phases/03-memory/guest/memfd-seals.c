/* memfd_create and its seals, and POSIX shared memory: sizes, sharing, limits, and memory given back with the last user. */
#include "../../guest/proc-figure.h"
#include "../../guest/testing.h"
#include "faults.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)
#define ALLOW 2		/* MFD_ALLOW_SEALING */
#define ADD_SEALS 1033
#define GET_SEALS 1034
enum { SEAL = 1, SHRINK = 2, GROW = 4, WRITE = 8, FUTURE_WRITE = 16 };

static void test_seals(void)
{
	int fd = memfd_create("sealed", ALLOW), plain = memfd_create("plain", 0);
	char *p;

	IS(fcntl(plain, GET_SEALS), SEAL);
	ERRNO(fcntl(plain, ADD_SEALS, GROW), EPERM);
	ERRNO(fcntl(0, GET_SEALS), EINVAL);
	ERRNO(memfd_create("bad", 0x8000), EINVAL);
	IS(fcntl(fd, GET_SEALS), 0);
	ERRNO(fcntl(fd, ADD_SEALS, 0x4000), EINVAL);
	IS(ftruncate(fd, 4 * PAGE), 0);
	IS(fcntl(fd, ADD_SEALS, SHRINK), 0);
	ERRNO(ftruncate(fd, PAGE), EPERM);
	IS(ftruncate(fd, 5 * PAGE), 0);
	IS(fcntl(fd, ADD_SEALS, GROW), 0);
	ERRNO(ftruncate(fd, 6 * PAGE), EPERM);
	ERRNO(pwrite(fd, "x", 1, 5 * PAGE), EPERM);
	ERRNO(fallocate(fd, 0, 0, 6 * PAGE), EPERM);
	IS(pwrite(fd, "x", 1, 0), 1);
	p = mmap(0, PAGE, RW, MAP_SHARED, fd, 0);
	ERRNO(fcntl(fd, ADD_SEALS, WRITE), EBUSY);
	munmap(p, PAGE);
	IS(fcntl(fd, ADD_SEALS, WRITE | SEAL), 0);
	ERRNO(pwrite(fd, "x", 1, 0), EPERM);
	ERRNO(fallocate(fd, 3, 0, PAGE), EPERM);	/* no hole either */
	ERRNO((long)mmap(0, PAGE, RW, MAP_SHARED, fd, 0), EPERM);
	p = mmap(0, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	OK(p != MAP_FAILED && p[0] == 'x', "to read");
	ERRNO(mprotect(p, PAGE, RW), EACCES);
	p = mmap(0, PAGE, RW, MAP_PRIVATE, fd, 0);
	OK(p != MAP_FAILED && !store(p), "a private copy");
	ERRNO(fcntl(fd, ADD_SEALS, SEAL), EPERM);
	IS(fcntl(fd, GET_SEALS), SEAL | SHRINK | GROW | WRITE);
	close(fd);
	close(plain);
}

/* Who maps it already goes on writing, a child too; nobody else begins to. */
static void test_future_write(void)
{
	int fd = memfd_create("later", ALLOW), status;
	char *p, *r, *s;

	ftruncate(fd, 2 * PAGE);
	p = mmap(0, PAGE, RW, MAP_SHARED, fd, 0);
	r = mmap(0, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	p[0] = 'a';
	IS(fcntl(fd, ADD_SEALS, FUTURE_WRITE), 0);
	IS(fcntl(fd, GET_SEALS), FUTURE_WRITE);
	ERRNO(pwrite(fd, "x", 1, 0), EPERM);
	ERRNO(fallocate(fd, 3, 0, PAGE), EPERM);
	ERRNO((long)mmap(0, PAGE, RW, MAP_SHARED, fd, 0), EPERM);
	s = mmap(0, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	OK(s != MAP_FAILED && s[0] == 'a', "to read");
	ERRNO(mprotect(s, PAGE, RW), EACCES);
	IS(store(p + 1), 0);
	if (!fork()) {
		p[0] = 'b';
		_exit(0);
	}
	wait(&status);
	IS(s[0], 'b');
	IS(mprotect(r, PAGE, RW), 0);		/* it was made before */
	IS(ftruncate(fd, 3 * PAGE), 0);		/* other seals are for that */
	munmap(p, PAGE);
	munmap(r, PAGE);
	p = mmap(0, PAGE, RW, MAP_PRIVATE, fd, 0);
	OK(p != MAP_FAILED && !store(p), "a private copy");
	IS(s[0], 'b');
	IS(fcntl(fd, ADD_SEALS, WRITE), 0);	/* with the last mapping that writes */
	munmap(p, PAGE);
	munmap(s, PAGE);
	close(fd);
}

static long shmem(void)
{
	return proc_figure("/proc/meminfo", "Shmem");
}

static void test_posix(void)
{
	long before = shmem();
	int fd = shm_open("/one", O_RDWR | O_CREAT | O_EXCL, 0600), again, status;
	struct stat st;
	char *p, *q;

	OK(fd >= 0, "shm_open");
	OK(fcntl(fd, F_GETFD) & FD_CLOEXEC, "closed by exec");
	ERRNO(shm_open("/one", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
	ERRNO(shm_open("/none", O_RDWR, 0), ENOENT);
	IS(ftruncate(fd, 256 * PAGE), 0);
	p = mmap(0, 256 * PAGE, RW, MAP_SHARED, fd, 0);
	for (unsigned i = 0; i < 256; i++)
		p[i * PAGE] = (char)i;
	OK(shmem() - before >= 1024, "Shmem has grown by %ld KiB", shmem() - before);
	if (!fork()) {
		int mine = shm_open("/one", O_RDWR, 0);
		char *m = mmap(0, 256 * PAGE, RW, MAP_SHARED, mine, 0);
		int bad = mine < 0 || fstat(mine, &st) || st.st_size != 256 * PAGE;

		for (unsigned i = 0; i < 256; i++)
			bad |= m[i * PAGE] != (char)i;
		m[3] = 'c';
		_exit(bad || shm_unlink("/one"));
	}
	wait(&status);
	IS(status, 0);
	IS(p[3], 'c');
	ERRNO(shm_open("/one", O_RDWR, 0), ENOENT);
	ERRNO(shm_unlink("/one"), ENOENT);
	again = shm_open("/one", O_RDWR | O_CREAT, 0600);	/* another one */
	IS(fstat(again, &st) || st.st_size, 0);
	shm_unlink("/one");
	close(again);
	close(fd);
	q = mremap(p, 256 * PAGE, 128 * PAGE, 0);
	OK(q == p && p[127 * PAGE] == 127, "without name and descriptor it is there");
	OK(shmem() - before >= 1024, "the whole of it");
	munmap(p, 128 * PAGE);
	OK(shmem() - before < 64, "and with its last mapping it goes: %ld KiB", shmem() - before);
}

/* A filesystem in memory with a limit: full is full, for write and for stores. */
static void test_full(void)
{
	char *p;
	int fd;

	mkdir("/var/tmp/small", 0700);
	IS(mount("none", "/var/tmp/small", "tmpfs", 0, "size=64k"), 0);
	fd = open("/var/tmp/small/file", O_RDWR | O_CREAT, 0600);
	IS(ftruncate(fd, 64 * PAGE), 0);
	p = mmap(0, 64 * PAGE, RW, MAP_SHARED, fd, 0);
	for (unsigned i = 0; i < 16; i++)
		if (store(p + i * PAGE))
			BAIL_UNLESS(0, "page %u: %d", i, code);
	IS(store(p + 16 * PAGE), -SIGBUS);
	ERRNO(pwrite(fd, "x", 1, 20 * PAGE), ENOSPC);
	ERRNO(fallocate(fd, 0, 0, 20 * PAGE), ENOSPC);
	IS(fallocate(fd, 3, 0, PAGE), 0);
	IS(store(p + 16 * PAGE), 0);
	munmap(p, 64 * PAGE);
	close(fd);
	IS(umount("/var/tmp/small"), 0);
}

int main(void)
{
	catch_faults();
	TEST_PLAN(61);
	test_seals();
	test_future_write();
	test_posix();
	test_full();
	return test_done();
}
