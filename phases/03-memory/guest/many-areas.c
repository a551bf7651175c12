/*
 * /proc/PID/maps and smaps of a process with thousands of areas. Their text was made whole for each open file: it took
 * seconds, and failed past 4 MiB.
 */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define PAGE 4096
#define AREAS 8000

static char *base;

/* Areas within ours that the file tells of; -1: one twice, or out of order, or not of one page. */
static int areas_told(int fd, size_t chunk, long *size)
{
	static char text[65536 + 128];
	size_t have = 0;
	unsigned long last = 0;
	int areas = 0, n;

	*size = 0;
	while ((n = read(fd, text + have, chunk)) > 0) {
		char *line = text, *end;

		*size += n;
		have += n;
		while ((end = memchr(line, '\n', text + have - line))) {
			char *dash;
			unsigned long start = strtoul(line, &dash, 16), stop;

			if (*dash == '-') {
				stop = strtoul(dash + 1, 0, 16);
				if (start < last)
					return -1;
				last = stop;
				if (start >= (unsigned long)base && stop <= (unsigned long)base + AREAS * PAGE) {
					areas++;
					if (stop - start != PAGE)
						return -1;
				}
			}
			line = end + 1;
		}
		have -= line - text;
		memmove(text, line, have);
	}
	return n < 0 ? -1 : areas;
}

static void test_whole(const char *path, size_t chunk)
{
	long size;
	int fd = open(path, O_RDONLY), told = areas_told(fd, chunk, &size);

	test_is(told, AREAS, path, __FILE__, __LINE__);
	DIAG("%s: %ld bytes", path, size);
	close(fd);
}

/* Text at a position is the same whether one seeks there or reads up to there. */
static void test_position(void)
{
	static char read_to[300000], sought[1000];
	int fd = open("/proc/self/maps", O_RDONLY), n;
	size_t have = 0;

	while (have < sizeof(read_to) && (n = read(fd, read_to + have, sizeof(read_to) - have)) > 0)
		have += n;
	IS(have, sizeof(read_to));
	IS(pread(fd, sought, sizeof(sought), 123456), sizeof(sought));
	IS(memcmp(sought, read_to + 123456, sizeof(sought)), 0);
	close(fd);
}

/* Areas that go while the file is read are told of no more; the others once. */
static void test_changes(void)
{
	static char some[20000];
	int fd = open("/proc/self/maps", O_RDONLY), told;
	long size;

	IS(read(fd, some, sizeof(some)), sizeof(some));
	IS(munmap(base + 100 * PAGE, (AREAS / 2 - 100) * PAGE), 0);
	told = areas_told(fd, 8192, &size);
	/* Up to a page of text had been made already. */
	OK(told >= AREAS / 2 && told <= AREAS / 2 + 128, "%d are left", told);
	close(fd);
}

static void test_others(void)
{
	char path[64] = "/proc/", number[16], c;
	int gate[2], status, fd;
	pid_t child, pid;

	pipe(gate);
	child = fork();
	if (!child) {
		close(gate[1]);
		read(gate[0], &c, 1);
		_exit(0);
	}
	unsigned at = sizeof(number) - 1;
	number[at] = 0;
	for (pid = child; pid; pid /= 10)
		number[--at] = (char)('0' + pid % 10);
	strcat(strcat(path, number + at), "/maps");
	fd = open(path, O_RDONLY);
	pid = fork();
	if (!pid)
		_exit(setuid(1000) || open(path, O_RDONLY) != -1 || errno != EACCES);
	waitpid(pid, &status, 0);
	OK(status == 0, "another user cannot open it");
	close(gate[1]);
	waitpid(child, &status, 0);
	IS(read(fd, &c, 1), 0);
	close(fd);
	ERRNO(open(path, O_RDONLY), ENOENT);
}

int main(void)
{
	TEST_PLAN(12);
	base = mmap(0, AREAS * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (unsigned i = 0; i < AREAS; i += 2)
		if (mprotect(base + i * PAGE, PAGE, PROT_READ))
			BAIL_UNLESS(0, "mprotect %u", i);
	test_whole("/proc/self/maps", 4096);
	test_whole("/proc/self/smaps", 4096);
	test_whole("/proc/self/smaps", 65536);
	test_position();
	test_changes();
	test_others();
	return test_done();
}
