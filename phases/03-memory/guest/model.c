/*
 * Random operations on an address space beside a model of it: mmap, munmap, mprotect, mremap, madvise, mlock, fork,
 * stores, and reads, writes and truncation of the file behind some of the mappings. After each the pages concerned are
 * compared, now and then all of them: who may read, who may write, who gets SIGBUS, and what is there.
 *
 *	model OPERATIONS SEED
 */
#include "../../guest/testing.h"
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define PAGE	4096u
#define PAGES	96		/* of the window */
#define OBJECT	64		/* of the file */
#define BASE	((char *)0x40000000)

enum kind { NONE, ANON, SHARED, PRIVATE };	/* PRIVATE: of the file */

static struct page {
	unsigned char kind, prot, own;	/* own: private and written to */
	unsigned short at;		/* page of the file */
	unsigned tag;			/* own contents */
} model[PAGES];
static unsigned object[OBJECT], object_pages = OBJECT;
static int fd;
static unsigned state;
static const char *doing = "start";
static unsigned long step;

static unsigned draw(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

static char *address(unsigned page) { return BASE + page * PAGE; }

static void mismatch(const char *what, unsigned page, unsigned expected, unsigned found)
{
	struct page *m = &model[page];

	DIAG("operation %lu (%s), page %u: %s; expected %x, found %x; kind %u prot %u own %u at %u of %u", step, doing, page, what,
	     expected, found, m->kind, m->prot, m->own, m->at, object_pages);
	_exit(3);
}

/* ---- touching memory that may not be there ---- */

static sigjmp_buf back;

static void on_fault(int s) { siglongjmp(back, s); }

/* 0, or the signal. */
static int try_read(unsigned page, unsigned word, unsigned *value)
{
	int s = sigsetjmp(back, 0);

	if (!s)
		*value = ((volatile unsigned *)address(page))[word];
	return s;
}

static int try_write(unsigned page, unsigned value)
{
	int s = sigsetjmp(back, 0);

	if (!s) {
		volatile unsigned *p = (unsigned *)address(page);

		p[0] = value;
		p[511] = value;
		p[1023] = value;
	}
	return s;
}

/* ---- the model ---- */

static unsigned contents(const struct page *m)
{
	if (m->kind == ANON || (m->kind == PRIVATE && m->own))
		return m->own ? m->tag : 0;
	return object[m->at];
}

static int beyond(const struct page *m)
{
	return (m->kind == SHARED || (m->kind == PRIVATE && !m->own)) && m->at >= object_pages;
}

static void check(unsigned page)
{
	struct page *m = &model[page];
	unsigned value = 0;
	int expected = m->kind == NONE || !m->prot ? SIGSEGV : beyond(m) ? SIGBUS : 0;
	int found = try_read(page, 511, &value);

	if (found != expected)
		mismatch("a read's signal", page, (unsigned)expected, (unsigned)found);
	if (expected)
		return;
	if (value != contents(m))
		mismatch("word 511", page, contents(m), value);
	(void)try_read(page, 0, &value);
	if (value != contents(m))
		mismatch("word 0", page, contents(m), value);
	(void)try_read(page, 1023, &value);
	if (value != contents(m))
		mismatch("word 1023", page, contents(m), value);
}

static void store(unsigned page, unsigned tag)
{
	struct page *m = &model[page];
	int expected = m->kind == NONE || !(m->prot & PROT_WRITE) ? SIGSEGV : beyond(m) ? SIGBUS : 0;
	int found = try_write(page, tag);

	if (found != expected)
		mismatch("a write's signal", page, (unsigned)expected, (unsigned)found);
	if (found)
		return;
	if (m->kind == SHARED) {
		object[m->at] = tag;
	} else {
		m->own = 1;
		m->tag = tag;
	}
}

static void check_all(void)
{
	for (unsigned i = 0; i < PAGES; i++)
		check(i);
}

/* ---- operations ---- */

static unsigned random_prot(void)
{
	static const unsigned char prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE,
					       PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC };
	return prots[draw(sizeof(prots))];
}

static void op_mmap(unsigned first, unsigned n)
{
	unsigned kind = ANON + draw(3), at = kind == ANON ? 0 : draw(OBJECT), prot = random_prot();
	int flags = MAP_FIXED | (kind == SHARED ? MAP_SHARED : MAP_PRIVATE) | (kind == ANON ? MAP_ANONYMOUS : 0) |
		    (draw(8) || kind == PRIVATE ? 0 : MAP_POPULATE) | (draw(8) ? 0 : MAP_NORESERVE);

	doing = "mmap";
	if (kind != ANON && at + n > OBJECT)
		n = OBJECT - at;
	if (mmap(address(first), n * PAGE, (int)prot, flags, kind == ANON ? -1 : fd, (off_t)(at * PAGE)) != address(first))
		mismatch("mmap", first, 0, (unsigned)errno);
	for (unsigned i = 0; i < n; i++)
		model[first + i] = (struct page){ .kind = kind, .prot = prot, .at = kind == ANON ? 0 : at + i };
	for (unsigned i = 0; i < n; i++)
		check(first + i);
}

static void op_munmap(unsigned first, unsigned n)
{
	doing = "munmap";
	if (munmap(address(first), n * PAGE))
		mismatch("munmap", first, 0, (unsigned)errno);
	memset(&model[first], 0, n * sizeof(model[0]));
	check(first);
}

static void op_mprotect(unsigned first, unsigned n)
{
	unsigned prot = random_prot(), i;
	int result;

	doing = "mprotect";
	result = mprotect(address(first), n * PAGE, (int)prot);
	for (i = 0; i < n && model[first + i].kind != NONE; i++)
		model[first + i].prot = prot;
	if ((result == 0) != (i == n))
		mismatch("mprotect", first, i == n ? 0 : ENOMEM, result ? (unsigned)errno : 0);
	for (i = 0; i < n; i++)
		check(first + i);
}

/* Alike, and beside each other in their file: may be one mapping, or several. */
static int one_piece(unsigned first, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (model[first + i].kind == NONE || model[first + i].kind != model[first].kind ||
		    model[first + i].prot != model[first].prot ||
		    (model[first].kind != ANON && model[first + i].at != model[first].at + i))
			return 0;
	return 1;
}

static void op_mremap(unsigned first, unsigned n)
{
	unsigned to = draw(PAGES), longer = n + (draw(4) ? 0 : draw(4)), i;
	struct page moved[PAGES];
	void *at;

	doing = "mremap";
	if (n > 6)
		n = 6;
	if (longer < n || longer > n + 4)
		longer = n;
	if (to + longer > PAGES || (to < first + n && first < to + longer) || !one_piece(first, n))
		return;
	if (model[first].kind != ANON && model[first].at + longer > OBJECT)
		return;
	op_munmap(to, longer);
	doing = "mremap";
	at = mremap(address(first), n * PAGE, longer * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, address(to));
	if (at == MAP_FAILED) {
		/* Pages that look alike need not be one mapping; one page always is. */
		if (n == 1 || errno != EFAULT)
			mismatch("mremap", first, 0, (unsigned)errno);
		check_all();
		return;
	}
	memcpy(moved, &model[first], n * sizeof(moved[0]));
	for (i = n; i < longer; i++)
		moved[i] = (struct page){ .kind = moved[0].kind, .prot = moved[0].prot,
					  .at = moved[0].kind == ANON ? 0 : moved[0].at + i };
	memset(&model[first], 0, n * sizeof(model[0]));
	memcpy(&model[to], moved, longer * sizeof(moved[0]));
	for (i = 0; i < longer; i++)
		check(to + i);
	check(first);
}

static void op_madvise(unsigned first, unsigned n)
{
	static const int advices[] = { MADV_DONTNEED, MADV_PAGEOUT, MADV_COLD, MADV_WILLNEED, MADV_PAGEOUT, MADV_RANDOM,
				       MADV_SEQUENTIAL, MADV_NORMAL };
	int advice = advices[draw(sizeof(advices) / sizeof(advices[0]))];

	doing = "madvise";
	for (unsigned i = 0; i < n; i++)
		if (model[first + i].kind == NONE)
			return;
	(void)munlock(address(first), n * PAGE);	/* locked memory stays where it is */
	if (madvise(address(first), n * PAGE, advice))
		mismatch("madvise", first, 0, (unsigned)errno);
	for (unsigned i = 0; advice == MADV_DONTNEED && i < n; i++)
		model[first + i].own = 0;
	for (unsigned i = 0; i < n; i++)
		check(first + i);
}

/* Nothing to be seen; but bringing a writable private page in makes it the process's own. */
static void op_mlock(unsigned first, unsigned n)
{
	doing = "mlock";
	for (unsigned i = 0; i < n; i++)
		if (model[first + i].kind == PRIVATE)
			return;
	(void)(draw(2) ? mlock(address(first), n * PAGE) : munlock(address(first), n * PAGE));
	for (unsigned i = 0; i < n; i++)
		check(first + i);
}

static void op_file(unsigned page)
{
	unsigned tag = draw(0xfffffff) + 1, words[1024];

	page %= OBJECT;
	doing = "pwrite";
	if (draw(2)) {
		for (unsigned i = 0; i < 1024; i++)
			words[i] = tag;
		if (pwrite(fd, words, PAGE, (off_t)(page * PAGE)) != (ssize_t)PAGE)
			mismatch("pwrite", 0, 0, (unsigned)errno);
		object[page] = tag;
		if (page >= object_pages)
			object_pages = page + 1;
	} else if (page < object_pages) {
		doing = "pread";
		if (pread(fd, words, PAGE, (off_t)(page * PAGE)) != (ssize_t)PAGE || words[0] != object[page] || words[511] != object[page])
			mismatch("pread", 0, object[page], words[511]);
	}
}

static void op_truncate(void)
{
	unsigned size = draw(3) ? OBJECT : draw(OBJECT);

	doing = "ftruncate";
	if (ftruncate(fd, (off_t)(size * PAGE)))
		mismatch("ftruncate", 0, 0, (unsigned)errno);
	for (unsigned i = size; i < OBJECT; i++)
		object[i] = 0;
	/* Private copies beyond the end go as well. */
	for (unsigned i = 0; i < PAGES; i++)
		if (model[i].kind == PRIVATE && model[i].at >= size)
			model[i].own = 0;
	object_pages = size;
}

static void op_fork(void)
{
	int status;
	pid_t pid;

	doing = "fork";
	pid = fork();
	if (pid < 0)
		mismatch("fork", 0, 0, (unsigned)errno);
	if (!pid) {
		doing = "child";
		check_all();
		for (unsigned i = 0; i < 24; i++) {
			unsigned page = draw(PAGES), tag = draw(0xfffffff) + 1;

			store(page, tag);
		}
		check_all();
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		mismatch("a child", 0, 0, (unsigned)status);
	/* The same draws here: what it stored into shared pages is seen, what it stored into private ones is not. */
	for (unsigned i = 0; i < 24; i++) {
		unsigned page = draw(PAGES), tag = draw(0xfffffff) + 1;
		struct page *m = &model[page];

		if (m->kind == SHARED && (m->prot & PROT_WRITE) && !beyond(m))
			object[m->at] = tag;
	}
	check_all();
}

static void operate(void)
{
	unsigned first = draw(PAGES), n = 1 + draw(draw(4) ? 6 : 24), what = draw(100);

	if (first + n > PAGES)
		n = PAGES - first;
	if (what < 12)
		op_mmap(first, n);
	else if (what < 18)
		op_munmap(first, n);
	else if (what < 30)
		op_mprotect(first, n);
	else if (what < 40)
		op_mremap(first, n);
	else if (what < 48)
		op_madvise(first, n);
	else if (what < 54)
		op_file(first);
	else if (what < 55)
		op_truncate();
	else if (what < 56)
		op_fork();
	else if (what < 58)
		op_mlock(first, n);
	else if (what < 85)
		doing = "store", store(first, draw(0xfffffff) + 1);
	else
		doing = "read", check(first);
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	struct sigaction sa = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };

	TEST_PLAN(2);
	state = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) * 2654435761u | 1 : 12345;
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	fd = memfd_create("model", 0);
	BAIL_UNLESS(fd >= 0 && ftruncate(fd, OBJECT * PAGE) == 0, "no file");
	for (step = 0; step < count; step++) {
		operate();
		if (step % 256 == 0)
			check_all();
	}
	check_all();
	OK(step == count, "%lu operations agree with the model", step);
	OK(munmap(BASE, PAGES * PAGE) == 0, "the window goes");
	return test_done();
}
