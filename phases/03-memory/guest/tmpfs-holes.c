/*
 * Holes of files in memory, read by a mapping and by calls: far more of them than there is memory. They take none for long,
 * and what was written between them stays.
 */
#define _GNU_SOURCE
#include "../../guest/proc-figure.h"
#include "../../guest/testing.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE 4096ul
#define EVERY 64ul		/* one page of so many has data */

/* A hole is not walked, however large: data behind it is found at once. */
static void seek_over(void)
{
	off_t far = 4ll << 40;		/* a file of 2^30 pages */
	int fd = memfd_create("sparse", 0);

	BAIL_UNLESS(fd >= 0 && ftruncate(fd, far + 3 * (off_t)PAGE) == 0, "a large file");
	OK(lseek(fd, 5, SEEK_DATA) == -1 && errno == ENXIO, "nothing but a hole");
	IS(lseek(fd, 5, SEEK_HOLE), 5);
	OK(pwrite(fd, "x", 1, far + 7) == 1, "a byte far away");
	OK(lseek(fd, 5, SEEK_DATA) == far, "data behind it");
	OK(lseek(fd, far + 9, SEEK_DATA) == far + 9, "within it");
	IS(lseek(fd, far + 9, SEEK_HOLE) - far, PAGE);
	OK(lseek(fd, far + (off_t)PAGE, SEEK_DATA) == -1 && errno == ENXIO, "and nothing more");
	OK(lseek(fd, far + 3 * (off_t)PAGE, SEEK_HOLE) == -1 && errno == ENXIO, "nor beyond the end");
	IS(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, far + (off_t)PAGE), 0);
	OK(lseek(fd, 0, SEEK_DATA) == -1 && errno == ENXIO, "all of it is punched out");
	close(fd);
}

int main(int argc, char **argv)
{
	unsigned long pages = strtoul(argc > 1 ? argv[1] : "0", 0, 10) * 256, bad = 0, shmem;
	int fd = memfd_create("holes", 0);
	volatile unsigned long *p;
	char *block = malloc(16 * PAGE);

	TEST_PLAN(16);
	seek_over();
	BAIL_UNLESS(fd >= 0 && pages && ftruncate(fd, (off_t)(pages * PAGE)) == 0, "a file");
	p = mmap(0, pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	BAIL_UNLESS(p != MAP_FAILED, "a mapping");
	for (unsigned long i = 0; i < pages; i += EVERY)
		p[i * PAGE / 4] = i + 1;
	for (unsigned long i = 0; i < pages; i++)
		bad += p[i * PAGE / 4] != (i % EVERY ? 0 : i + 1);
	IS(bad, 0);
	for (unsigned long i = 0; i < pages; i += 16) {
		bad += pread(fd, block, 16 * PAGE, (off_t)(i * PAGE)) != (ssize_t)(16 * PAGE);
		for (unsigned long k = 0; k < 16; k++)
			bad += *(unsigned long *)(block + k * PAGE) != ((i + k) % EVERY ? 0 : i + k + 1);
	}
	IS(bad, 0);
	shmem = (unsigned long)proc_figure("/proc/meminfo", "Shmem");
	OK(shmem >= pages / EVERY * 4 && shmem < pages / EVERY * 4 + 2048, "%lu KiB of data", shmem);
	/* A hole that was read gets data, by either way. */
	p[PAGE / 4] = 7;
	IS(pwrite(fd, "x", 1, 2 * PAGE), 1);
	for (unsigned long i = 3; i < pages; i++)
		bad += p[i * PAGE / 4] != (i % EVERY ? 0 : i + 1);
	IS(bad, 0);
	OK(p[PAGE / 4] == 7 && p[2 * PAGE / 4] == 'x', "%lu %lu", p[PAGE / 4], p[2 * PAGE / 4]);
	return test_done();
}
