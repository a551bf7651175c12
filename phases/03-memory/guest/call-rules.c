/*
 * What the calls of memory refuse and grant, by table: flags, addresses, lengths, limits. A row is a call with its
 * arguments, an errno or 0, and why. Areas that rows refer to are made afresh for each table.
 */
#define _GNU_SOURCE
#include "../../guest/testing.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PAGE 4096ul
#define RW (PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define BEYOND 0xfffff000ul

/* Four pages with a hole behind the second, read-only file pages, and others. */
static unsigned long area, hole, file_area, shared_area, odd;
static int file, readonly, writeonly, folder, memory;

struct row {
	const char *why;
	long call;
	unsigned long args[6];
	int error;		/* 0: granted */
};

static void set_up(void)
{
	char *p = mmap(0, 8 * PAGE, RW, PRIVATE, -1, 0);

	area = (unsigned long)p;
	hole = area + 2 * PAGE;
	munmap((void *)hole, PAGE);
	odd = area + 1;
	file_area = (unsigned long)mmap(0, 2 * PAGE, PROT_READ, MAP_SHARED, readonly, 0);
	shared_area = (unsigned long)mmap(0, 2 * PAGE, RW, MAP_SHARED, file, 0);
}

static void take_down(void)
{
	munmap((void *)area, 8 * PAGE);
	munmap((void *)file_area, 2 * PAGE);
	munmap((void *)shared_area, 2 * PAGE);
}

static void check(const struct row *row)
{
	long r = syscall(row->call, row->args[0], row->args[1], row->args[2], row->args[3], row->args[4], row->args[5]);
	int found = r == -1 ? errno : 0;

	if (!test_ok(found == row->error, "%s", row->why))
		test_diag("call %ld(0x%lx, 0x%lx, 0x%lx, 0x%lx): errno %d where %d was expected, result 0x%lx", row->call, row->args[0],
			  row->args[1], row->args[2], row->args[3], found, row->error, r);
	if (!found && row->call == SYS_mmap2 && !(row->args[3] & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
		munmap((void *)r, row->args[1]);
}

#define F(fd) ((unsigned long)(fd))
#define NOFD F(-1)

static void rules_of_mapping(void)
{
	const struct row rows[] = {
		{ "mmap: no length", SYS_mmap2, { 0, 0, RW, PRIVATE, NOFD, 0 }, EINVAL },
		{ "mmap: a length that wraps", SYS_mmap2, { 0, ~0ul, RW, PRIVATE, NOFD, 0 }, ENOMEM },
		{ "mmap: more than there are addresses", SYS_mmap2, { 0, 0xf0000000, PROT_NONE, PRIVATE | MAP_NORESERVE, NOFD, 0 }, ENOMEM },
		{ "mmap: neither private nor shared", SYS_mmap2, { 0, PAGE, RW, MAP_ANONYMOUS, NOFD, 0 }, EINVAL },
		{ "mmap: no file", SYS_mmap2, { 0, PAGE, RW, MAP_PRIVATE, NOFD, 0 }, EBADF },
		{ "mmap: a closed file", SYS_mmap2, { 0, PAGE, RW, MAP_PRIVATE, 999, 0 }, EBADF },
		{ "mmap: a folder", SYS_mmap2, { 0, PAGE, PROT_READ, MAP_PRIVATE, F(folder), 0 }, ENODEV },
		{ "mmap: a file that cannot be read", SYS_mmap2, { 0, PAGE, PROT_READ, MAP_PRIVATE, F(writeonly), 0 }, EACCES },
		{ "mmap: the same for writing, shared", SYS_mmap2, { 0, PAGE, PROT_WRITE, MAP_SHARED, F(writeonly), 0 }, EACCES },
		{ "mmap: a file that cannot be written to, shared", SYS_mmap2, { 0, PAGE, RW, MAP_SHARED, F(readonly), 0 }, EACCES },
		{ "mmap: the same, private", SYS_mmap2, { 0, PAGE, RW, MAP_PRIVATE, F(readonly), 0 }, 0 },
		{ "mmap: beyond what an offset can say", SYS_mmap2, { 0, 2 * PAGE, PROT_READ, MAP_PRIVATE, F(readonly), ~0ul }, EOVERFLOW },
		{ "mmap: fixed, not on a page", SYS_mmap2, { odd, PAGE, RW, PRIVATE | MAP_FIXED, NOFD, 0 }, EINVAL },
		{ "mmap: fixed, beyond the end", SYS_mmap2, { BEYOND, 2 * PAGE, RW, PRIVATE | MAP_FIXED, NOFD, 0 }, ENOMEM },
		{ "mmap: a hint that is not on a page", SYS_mmap2, { odd, PAGE, RW, PRIVATE, NOFD, 0 }, 0 },
		{ "mmap: fixed, over what is there", SYS_mmap2, { area, PAGE, RW, PRIVATE | MAP_FIXED, NOFD, 0 }, 0 },
		{ "mmap: not over what is there", SYS_mmap2, { area, PAGE, RW, PRIVATE | MAP_FIXED_NOREPLACE, NOFD, 0 }, EEXIST },
		{ "mmap: not over a part of it", SYS_mmap2, { hole, 2 * PAGE, RW, PRIVATE | MAP_FIXED_NOREPLACE, NOFD, 0 }, EEXIST },
		{ "mmap: into the hole", SYS_mmap2, { hole, PAGE, RW, PRIVATE | MAP_FIXED_NOREPLACE, NOFD, 0 }, 0 },
		{ "mmap: unknown flags are passed over", SYS_mmap2, { 0, PAGE, RW, PRIVATE | 0x80000, NOFD, 0 }, 0 },
		{ "mmap: but not of a validated mapping", SYS_mmap2, { 0, PAGE, RW, MAP_SHARED_VALIDATE | 0x80000, F(file), 0 }, EOPNOTSUPP },
		{ "mmap: validated, with flags that are known", SYS_mmap2, { 0, PAGE, RW, MAP_SHARED_VALIDATE, F(file), 0 }, 0 },
		{ "mmap: nothing to validate against", SYS_mmap2, { 0, PAGE, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, NOFD, 0 }, EINVAL },
		{ "mmap: a stack of a file", SYS_mmap2, { 0, PAGE, RW, MAP_PRIVATE | MAP_GROWSDOWN, F(file), 0 }, EINVAL },
		{ "mmap: a shared stack", SYS_mmap2, { 0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, NOFD, 0 }, EINVAL },
		{ "mmap: filled at once", SYS_mmap2, { 0, PAGE, RW, PRIVATE | MAP_POPULATE, NOFD, 0 }, 0 },
		{ "munmap: not on a page", SYS_munmap, { odd, PAGE }, EINVAL },
		{ "munmap: no length", SYS_munmap, { area, 0 }, EINVAL },
		{ "munmap: beyond the end", SYS_munmap, { BEYOND, 2 * PAGE }, EINVAL },
		{ "munmap: a length that wraps", SYS_munmap, { area, ~0ul }, EINVAL },
		{ "munmap: where nothing is", SYS_munmap, { area + 2 * PAGE, PAGE }, 0 },
		{ "munmap: over a hole", SYS_munmap, { area, 4 * PAGE }, 0 },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

static void rules_of_protection(void)
{
	const struct row rows[] = {
		{ "mprotect: not on a page", SYS_mprotect, { odd, PAGE, PROT_READ }, EINVAL },
		{ "mprotect: no length", SYS_mprotect, { area, 0, PROT_READ }, 0 },
		{ "mprotect: no length where nothing is", SYS_mprotect, { hole, 0, PROT_READ }, 0 },
		{ "mprotect: a length that wraps", SYS_mprotect, { area, ~0ul, PROT_READ }, ENOMEM },
		{ "mprotect: over a hole", SYS_mprotect, { area, 4 * PAGE, PROT_READ }, ENOMEM },
		{ "mprotect: what is not known", SYS_mprotect, { area, PAGE, 0x100 }, EINVAL },
		{ "mprotect: up and down at once", SYS_mprotect, { area, PAGE, PROT_GROWSDOWN | PROT_GROWSUP }, EINVAL },
		{ "mprotect: down, but it does not grow", SYS_mprotect, { area, PAGE, PROT_READ | PROT_GROWSDOWN }, EINVAL },
		{ "mprotect: writing to a file open for reading", SYS_mprotect, { file_area, PAGE, RW }, EACCES },
		{ "mprotect: no longer reading it", SYS_mprotect, { file_area, PAGE, PROT_NONE }, 0 },
		{ "mprotect: a length is rounded up", SYS_mprotect, { area, 1, PROT_READ }, 0 },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

static void rules_of_moving(void)
{
	unsigned long fresh = (unsigned long)mmap(0, 4 * PAGE, RW, PRIVATE, -1, 0);
	const struct row rows[] = {
		{ "mremap: not on a page", SYS_mremap, { odd, PAGE, 2 * PAGE, MREMAP_MAYMOVE }, EINVAL },
		{ "mremap: no new length", SYS_mremap, { area, PAGE, 0, MREMAP_MAYMOVE }, EINVAL },
		{ "mremap: unknown flags", SYS_mremap, { area, PAGE, PAGE, 64 }, EINVAL },
		{ "mremap: fixed, but may not move", SYS_mremap, { area, PAGE, PAGE, MREMAP_FIXED, fresh }, EINVAL },
		{ "mremap: to where it is not on a page", SYS_mremap, { area, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, fresh + 1 }, EINVAL },
		{ "mremap: onto itself", SYS_mremap, { area, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, area + PAGE }, EINVAL },
		{ "mremap: to beyond the end", SYS_mremap, { area, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, BEYOND }, EINVAL },
		{ "mremap: from where nothing is", SYS_mremap, { hole, PAGE, 2 * PAGE, MREMAP_MAYMOVE }, EFAULT },
		{ "mremap: over the end of an area", SYS_mremap, { area, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE }, EFAULT },
		{ "mremap: a copy of private memory", SYS_mremap, { area, 0, PAGE, MREMAP_MAYMOVE }, EINVAL },
		{ "mremap: a second one that may not be elsewhere", SYS_mremap, { shared_area, 0, PAGE, 0 }, ENOMEM },
		{ "mremap: no room to grow in place", SYS_mremap, { area + 4 * PAGE, PAGE, 2 * PAGE, 0 }, ENOMEM },
		{ "mremap: into the hole, in place", SYS_mremap, { area + PAGE, PAGE, 2 * PAGE, 0 }, 0 },
		{ "mremap: a second mapping of a shared one", SYS_mremap, { shared_area, 0, PAGE, MREMAP_MAYMOVE }, 0 },
		{ "mremap: leaves what it was, of another kind", SYS_mremap, { shared_area, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0 }, 0 },
		{ "mremap: leaves what it was, but of another length", SYS_mremap, { fresh, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0 }, EINVAL },
		{ "mremap: leaves what it was", SYS_mremap, { fresh, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0 }, 0 },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
	munmap((void *)fresh, 4 * PAGE);
}

static void rules_of_advice(void)
{
	static unsigned char vec[16];
	const struct row rows[] = {
		{ "madvise: not on a page", SYS_madvise, { odd, PAGE, MADV_DONTNEED }, EINVAL },
		{ "madvise: no such advice", SYS_madvise, { area, PAGE, 77 }, EINVAL },
		{ "madvise: no length", SYS_madvise, { area, 0, MADV_DONTNEED }, 0 },
		{ "madvise: a length that wraps", SYS_madvise, { area, ~0ul, MADV_DONTNEED }, EINVAL },
		{ "madvise: over a hole", SYS_madvise, { area, 4 * PAGE, MADV_NORMAL }, ENOMEM },
		{ "madvise: giving up pages of a file", SYS_madvise, { shared_area, PAGE, MADV_FREE }, EINVAL },
		{ "madvise: a hole in private memory", SYS_madvise, { area, PAGE, MADV_REMOVE }, EINVAL },
		{ "madvise: not for children, shared", SYS_madvise, { shared_area, PAGE, MADV_WIPEONFORK }, EINVAL },
		{ "madvise: fill to read", SYS_madvise, { area, PAGE, MADV_POPULATE_READ }, 0 },
		{ "madvise: fill to write what is not to be written", SYS_madvise, { file_area, PAGE, MADV_POPULATE_WRITE }, EINVAL },
		{ "madvise: fill over a hole", SYS_madvise, { area, 4 * PAGE, MADV_POPULATE_READ }, ENOMEM },
		{ "msync: not on a page", SYS_msync, { odd, PAGE, MS_SYNC }, EINVAL },
		{ "msync: both ways at once", SYS_msync, { area, PAGE, MS_SYNC | MS_ASYNC }, EINVAL },
		{ "msync: unknown flags", SYS_msync, { area, PAGE, 64 }, EINVAL },
		{ "msync: over a hole", SYS_msync, { area, 4 * PAGE, MS_SYNC }, ENOMEM },
		{ "msync: no length", SYS_msync, { hole, 0, MS_SYNC }, 0 },
		{ "msync: a length that wraps", SYS_msync, { area, ~0ul - 2 * PAGE, MS_SYNC }, ENOMEM },
		{ "msync: of what is locked, with its invalidation", SYS_msync, { shared_area, PAGE, MS_SYNC | MS_INVALIDATE }, 0 },
		{ "mincore: not on a page", SYS_mincore, { odd, PAGE, (unsigned long)vec }, EINVAL },
		{ "mincore: over a hole", SYS_mincore, { area, 4 * PAGE, (unsigned long)vec }, ENOMEM },
		{ "mincore: to nowhere", SYS_mincore, { area, PAGE, 16 }, EFAULT },
		{ "mincore: no length", SYS_mincore, { area, 0, (unsigned long)vec }, 0 },
		{ "mincore: beyond user space", SYS_mincore, { BEYOND, PAGE, (unsigned long)vec }, ENOMEM },
		{ "mlock: over a hole", SYS_mlock, { area, 4 * PAGE }, ENOMEM },
		{ "mlock: not on a page, and no length", SYS_mlock, { odd, 0 }, 0 },
		{ "mlock: a length that wraps", SYS_mlock, { area, ~0ul - PAGE }, EINVAL },
		{ "munlock: over a hole", SYS_munlock, { area, 4 * PAGE }, ENOMEM },
		{ "mlock2: unknown flags", SYS_mlock2, { area, PAGE, 2 }, EINVAL },
		{ "mlock2: once it is used", SYS_mlock2, { area, PAGE, 1 }, 0 },
		{ "munlock: that", SYS_munlock, { area, PAGE }, 0 },
		{ "mlockall: nothing", SYS_mlockall, { 0 }, EINVAL },
		{ "mlockall: unknown flags", SYS_mlockall, { 8 }, EINVAL },
		{ "mlockall: once it is used, but what?", SYS_mlockall, { 4 }, EINVAL },
		{ "memfd_create: unknown flags", SYS_memfd_create, { (unsigned long)"x", 0x8000 }, EINVAL },
		{ "memfd_create: a name nowhere", SYS_memfd_create, { 16, 0 }, EFAULT },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

/* ---- limits: each in a child, which says by its status whether all was as it is to be ---- */

static void limit(int what, unsigned long value)
{
	const struct rlimit l = { value, value };

	setrlimit(what, &l);
}

static int refused(long r, int error) { return r == -1 && errno == error; }
static long map_pages(unsigned long n) { return (long)mmap(0, n * PAGE, RW, PRIVATE, -1, 0); }

static int limit_of_addresses(void)
{
	limit(RLIMIT_AS, 64ul << 20);
	return map_pages(1024) != -1 && refused(map_pages(20000), ENOMEM) && refused((long)mremap((void *)area, PAGE, 100ul << 20, 1), ENOMEM);
}

static int limit_of_data(void)
{
	char *brk = sbrk(0);

	limit(RLIMIT_DATA, 16ul << 20);
	return sbrk(1 << 20) == brk && refused((long)sbrk(32 << 20), ENOMEM) && refused(map_pages(8192), ENOMEM) &&
	       mmap(0, 32 << 20, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED &&
	       mmap(0, 32 << 20, PROT_READ, PRIVATE, -1, 0) != MAP_FAILED;
}

static int limit_of_locks(void)
{
	limit(RLIMIT_MEMLOCK, 8 * PAGE);
	if (setgid(65534) || setuid(65534))
		return 0;
	return mlock((void *)(area + 3 * PAGE), 4 * PAGE) == 0 && refused(mlock((void *)area, 64 * PAGE), ENOMEM) &&
	       refused((long)mmap(0, 16 * PAGE, RW, PRIVATE | MAP_LOCKED, -1, 0), EAGAIN) && refused(mlockall(MCL_CURRENT), ENOMEM) &&
	       munlock((void *)(area + 3 * PAGE), 4 * PAGE) == 0 && mlock((void *)(area + 3 * PAGE), 2 * PAGE) == 0;
}

static int no_locks_at_all(void)
{
	limit(RLIMIT_MEMLOCK, 0);
	if (setgid(65534) || setuid(65534))
		return 0;
	return refused(mlock((void *)area, PAGE), EPERM) && refused(mlockall(MCL_CURRENT), EPERM) && munlock((void *)area, PAGE) == 0;
}

static int break_goes_back(void)
{
	char *start = sbrk(0);

	return sbrk(3 * (int)PAGE) == start && (start[0] = 1) && (start[2 * PAGE] = 1) && brk(start) == 0 && sbrk(0) == start &&
	       sbrk(3 * (int)PAGE) == start && start[2 * PAGE] == 0;
}

static int break_stops_at_mappings(void)
{
	char *start = sbrk(0), *next = (char *)(((unsigned long)start + 16 * PAGE) & ~(PAGE - 1));

	return mmap(next, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0) == next && brk(next + PAGE) == -1 && sbrk(0) == start &&
	       brk(next - PAGE) == 0 && brk(next) == -1;	/* a page stays between */
}

static int locked_in_future(void)
{
	unsigned char in[4] = { 0 };
	char *p;

	if (mlockall(MCL_FUTURE))
		return 0;
	p = mmap(0, 4 * PAGE, RW, PRIVATE, -1, 0);
	return p != MAP_FAILED && mincore(p, 4 * PAGE, in) == 0 && (in[0] & in[1] & in[2] & in[3] & 1) && munlockall() == 0;
}

static const struct { const char *why; int (*run)(void); } limits[] = {
	{ "RLIMIT_AS counts all addresses", limit_of_addresses },
	{ "RLIMIT_DATA counts private memory that is written to", limit_of_data },
	{ "RLIMIT_MEMLOCK binds who is not privileged", limit_of_locks },
	{ "RLIMIT_MEMLOCK of nothing permits nothing", no_locks_at_all },
	{ "brk gives back what it took, and zeros afterwards", break_goes_back },
	{ "brk stops below what is mapped", break_stops_at_mappings },
	{ "what is mapped after mlockall(MCL_FUTURE) is there at once", locked_in_future },
};

#define TABLES 4
#define ROWS (32 + 11 + 17 + 35)
#define LIMITS (sizeof(limits) / sizeof(limits[0]))

int main(int argc, char **argv)
{
	void (*const tables[TABLES])(void) = { rules_of_mapping, rules_of_protection, rules_of_moving, rules_of_advice };
	const char *path = argc > 1 ? argv[1] : "/tmp/call-rules";

	TEST_PLAN((int)(ROWS + LIMITS));
	file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	readonly = open(path, O_RDONLY);
	writeonly = open(path, O_WRONLY);
	folder = open("/tmp", O_RDONLY);
	memory = ftruncate(file, 4 * PAGE);
	unlink(path);
	BAIL_UNLESS(file >= 0 && readonly >= 0 && writeonly >= 0 && folder >= 0 && !memory, "files");
	for (unsigned i = 0; i < TABLES; i++) {
		set_up();
		tables[i]();
		take_down();
	}
	set_up();
	for (unsigned i = 0; i < LIMITS; i++) {
		int status;

		if (!fork())
			_exit(limits[i].run());
		wait(&status);
		OK(status == 1 << 8, "%s", limits[i].why);
	}
	return test_done();
}
