/*
 * Random operations on one file against a model in memory: read, write, cut and lengthen, punch a hole, reserve
 * space, put zeros in place, map privately, sync, close and open again. The first difference ends the run, with the operations that led to it.
 *
 *	exerciser FOLDER SEED OPERATIONS
 *
 * The same seed makes the same operations. Writing through a shared mapping is not among them.
 */
#include "fixture.h"

#include <stdio.h>
#include <sys/mman.h>

#define MAX_SIZE (1 << 20)
#define MAX_LENGTH 65536
#define HISTORY 20
#define PUNCH_AND_KEEP 3
#define KEEP 1
#define ZERO 16

static unsigned char model[MAX_SIZE], buffer[MAX_LENGTH];
static unsigned size, state;
static int file = -1;
static char history[HISTORY][64];
static unsigned long operation;

/* A number below n, by a linear congruence whose upper bits are used. */
static unsigned below(unsigned n)
{
	state = state * 1664525u + 1013904223u;
	return (unsigned)((unsigned long long)state * n >> 32);
}

static void note(const char *what, unsigned a, unsigned b)
{
	snprintf(history[operation % HISTORY], sizeof(history[0]), "%lu: %s %u %u", operation, what, a, b);
}

static int differs(const char *what, long long found, long long expected)
{
	DIAG("operation %lu: %s: %lld, the model has %lld", operation, what, found, expected);
	for (unsigned long i = operation < HISTORY ? 0 : operation - HISTORY + 1; i <= operation; i++)
		DIAG("%s", history[i % HISTORY]);
	return 0;
}

/* Whether bytes that were read at an offset are those of the model. */
static int same(const unsigned char *bytes, unsigned offset, unsigned length)
{
	if (memcmp(bytes, model + offset, length) == 0)
		return 1;
	unsigned i = 0;
	while (bytes[i] == model[offset + i])
		i++;
	DIAG("byte %u differs", offset + i);
	return differs("contents", bytes[i], model[offset + i]);
}

static void resize_model(unsigned to)
{
	if (to < size)
		memset(model + to, 0, size - to);
	size = to;
}

static int do_write(unsigned offset, unsigned length)
{
	note("write", offset, length);
	for (unsigned i = 0; i < length; i += 4) {
		unsigned value = below(~0u);
		memcpy(buffer + i, &value, 4);
	}
	ssize_t n = pwrite(file, buffer, length, offset);
	if (n != (ssize_t)length)
		return differs("written", n, length);
	memcpy(model + offset, buffer, length);
	if (offset + length > size)
		size = offset + length;
	return 1;
}

static int do_read(unsigned offset, unsigned length)
{
	unsigned expected = offset >= size ? 0 : size - offset < length ? size - offset : length;

	note("read", offset, length);
	ssize_t n = pread(file, buffer, length, offset);
	return n == (ssize_t)expected ? same(buffer, offset, expected) : differs("read", n, expected);
}

static int do_truncate(unsigned to)
{
	note("truncate", to, 0);
	if (ftruncate(file, to))
		return differs("truncate", -errno, 0);
	resize_model(to);
	return 1;
}

/* Punches, zeroes in place, reserves; the last two make the file longer unless its size is to be kept. */
static int do_allocate(int mode, unsigned offset, unsigned length)
{
	note(mode & ZERO ? "zero" : mode == PUNCH_AND_KEEP ? "punch" : "reserve", offset, length);
	if (fallocate(file, mode, offset, length)) {
		int unsupported = errno == EOPNOTSUPP && mode & (ZERO | PUNCH_AND_KEEP);
		return unsupported ? 1 : differs("allocate", -errno, 0);
	}
	if (mode & ~KEEP)
		memset(model + offset, 0, length);
	if (!(mode & KEEP) && offset + length > size)
		size = offset + length;
	return 1;
}

/* A private mapping shows the file; what is written to it stays out of the file. */
static int do_map(unsigned offset, unsigned length)
{
	unsigned base = offset & ~4095u, good;
	unsigned char *p;

	note("map", offset, length);
	if (offset + length > size)
		return 1;
	p = mmap(NULL, offset + length - base, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, base);
	if (p == MAP_FAILED)
		return differs("mmap", -errno, 0);
	good = same(p + (offset - base), offset, length);
	memset(p + (offset - base), 0x5a, length);
	if (munmap(p, offset + length - base))
		return differs("munmap", -errno, 0);
	return good;
}

static int do_reopen(void)
{
	struct stat st;

	note("reopen", 0, 0);
	if (file >= 0)
		close(file);
	file = open("exercised", O_RDWR | O_CREAT, 0644);
	if (file < 0 || fstat(file, &st))
		return differs("open", -errno, 0);
	return st.st_size == size ? 1 : differs("size", st.st_size, size);
}

static int do_sync(unsigned data_only)
{
	note("sync", data_only, 0);
	int result = data_only ? fdatasync(file) : fsync(file);
	return result == 0 ? 1 : differs("sync", -errno, 0);
}

static int step(void)
{
	unsigned draw = below(1000), offset = below(MAX_SIZE - MAX_LENGTH);
	unsigned length = 1 + below(below(4) ? 6000 : MAX_LENGTH - 1);

	if (draw < 350)
		return do_write(below(8) ? offset : size < MAX_SIZE - MAX_LENGTH ? size : offset, length);
	if (draw < 700)
		return do_read(offset, length);
	if (draw < 780)
		return do_truncate(below(below(4) ? size + 1 : MAX_SIZE));
	if (draw < 830)
		return do_allocate(PUNCH_AND_KEEP, offset, length);
	if (draw < 870)
		return do_allocate((below(2) ? ZERO : 0) | (below(2) ? KEEP : 0), offset, length);
	if (draw < 960)
		return do_map(offset, length);
	if (draw < 990)
		return do_reopen();
	return do_sync(below(2));
}

static int all_of_it(void)
{
	for (unsigned at = 0; at < size; at += MAX_LENGTH)
		if (!do_read(at, MAX_LENGTH))
			return 0;
	return do_reopen();
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 3 ? strtoul(argv[3], NULL, 10) : 20000;
	int good;

	TEST_PLAN(2);
	enter_folder(argc, argv, "/var/tmp/exerciser");
	state = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
	good = do_reopen();
	for (operation = 1; good && operation <= count; operation++)
		good = step();
	OK(good, "%lu operations as in the model, from seed %s", count, argc > 2 ? argv[2] : "1");
	OK(good && all_of_it(), "and the whole file at the end");
	return test_done();
}
