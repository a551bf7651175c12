/*
 * More live data than memory, with every word checked: in order, at random, shared over fork, and through a file in memory.
 *
 *	swap-data MiB [seconds a shell may take]
 *
 * A word's value follows from its place and its page's generation, so a page in the wrong place, of the wrong time, or
 * half written is seen.
 */
#include "../../guest/testing.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#define WORDS 1024

static unsigned *data;
static unsigned char *generation;
static unsigned pages;

static unsigned value(unsigned page, unsigned word, unsigned gen)
{
	unsigned x = page * 2654435761u + word * 40503u + gen * 69069u;

	x ^= x >> 15;
	x *= 2246822519u;
	return x ^ x >> 13;
}

static void fill(unsigned page, unsigned gen)
{
	unsigned *p = data + page * WORDS;

	for (unsigned i = 0; i < WORDS; i++)
		p[i] = value(page, i, gen);
	generation[page] = gen;
}

static unsigned wrong(unsigned page)
{
	unsigned *p = data + page * WORDS, bad = 0;

	for (unsigned i = 0; i < WORDS; i++)
		bad += p[i] != value(page, i, generation[page]);
	return bad;
}

static unsigned long long all_wrong(void)
{
	unsigned long long bad = 0;

	for (unsigned i = 0; i < pages; i++)
		bad += wrong(i);
	return bad;
}

static unsigned long long random_pass(unsigned n, unsigned seed)
{
	unsigned long long bad = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned page;

		seed = seed * 1664525 + 1013904223;
		page = (seed >> 8) % pages;
		bad += wrong(page);
		if (seed & 1)
			fill(page, generation[page] + 1);
	}
	return bad;
}

static int child(void)
{
	unsigned long long bad = all_wrong();

	for (unsigned i = 0; i < pages; i += 2)
		fill(i, 200);
	bad += all_wrong();
	return bad != 0;
}

static unsigned milliseconds(void)
{
	static struct timespec last;
	struct timespec now;
	unsigned ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (unsigned)((now.tv_sec - last.tv_sec) * 1000 + (now.tv_nsec - last.tv_nsec) / 1000000);
	last = now;
	return ms;
}

static void said(const char *what)
{
	DIAG("%s: %u ms", what, milliseconds());
}

int main(int argc, char **argv)
{
	unsigned mib = argc > 1 ? (unsigned)atoi(argv[1]) : 8;
	int status;
	pid_t pid;

	TEST_PLAN(9);
	milliseconds();
	pages = mib * 256;
	data = mmap(0, pages * 4096ul, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	generation = calloc(pages, 1);
	BAIL_UNLESS(data != MAP_FAILED && generation, "%u MiB of memory", mib);
	OK(1, "%u MiB of memory", mib);
	for (unsigned i = 0; i < pages; i++)
		fill(i, 1);
	said("fill");
	IS(all_wrong(), 0);
	said("in order");
	for (unsigned i = pages; i-- > 0;)
		if (i % 3 == 0)
			fill(i, 2);
	IS(all_wrong(), 0);
	said("backwards, in order");
	IS(random_pass(pages / 2, 42), 0);
	said("at random");
	pid = fork();
	if (!pid)
		_exit(child());
	IS(all_wrong(), 0);
	IS(waitpid(pid, &status, 0) == pid ? status : -1, 0);
	IS(all_wrong(), 0);
	said("over fork");
	munmap(data, pages * 4096ul);
	data = mmap(0, pages * 4096ul, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (unsigned i = 0; i < pages; i++)
		fill(i, 7);
	pid = fork();
	if (!pid)
		_exit(all_wrong() != 0);
	IS(waitpid(pid, &status, 0) == pid ? status : -1, 0);
	IS(random_pass(pages / 2, 43), 0);
	said("shared");
	return test_done();
}
