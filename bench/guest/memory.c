/* Rows of memory: faults of every kind, mappings, large processes. */
#include "raw.h"

#define PAGE 4096u
#define MIB (1u << 20)
#define DATA "/disk/data"
#define DATA_BYTES (8 * MIB)

static char chunk[65536];

static long anonymous_fault(u32 n)
{
	volatile char *p = map(n * PAGE);
	u32 i;

	if (bad(p))
		return (long)p;
	for (i = 0; i < n; i++)
		p[i * PAGE] = 1;
	return sys2(NR_munmap, p, n * PAGE);
}

/* Timed in the child, without the fork. */
static long cow_fault(u32 n)
{
	volatile char *p = map(n * PAGE);
	u64 cycles = 0;
	int result[2];
	long pid;
	u32 i;

	if (bad(p))
		return (long)p;
	for (i = 0; i < n; i++)
		p[i * PAGE] = 1;
	if (sys1(NR_pipe, result))
		return -24;
	pid = sys0(NR_fork);
	if (!pid) {
		cycles = now();
		for (i = 0; i < n; i++)
			p[i * PAGE] = 2;
		cycles = now() - cycles;
		sys3(NR_write, result[1], &cycles, sizeof(cycles));
		sys1(NR_exit, 0);
	}
	if (pid < 0)
		return pid;
	sys3(NR_read, result[0], &cycles, sizeof(cycles));
	timed += cycles;
	sys3(NR_waitpid, pid, 0, 0);
	sys1(NR_close, result[0]);
	sys1(NR_close, result[1]);
	return sys2(NR_munmap, p, n * PAGE);
}

/* A file of 8 MiB on the disk, in the page cache. */
static long make_data(u32 n)
{
	long fd = sys2(NR_open, DATA, O_RDONLY);
	u32 i;

	(void)n;
	if (fd >= 0)
		return sys1(NR_close, fd);
	fd = sys3(NR_open, DATA, O_CREAT | O_RDWR, 0644);
	if (fd < 0)
		return fd;
	for (i = 0; i < DATA_BYTES; i += sizeof(chunk))
		if (sys3(NR_write, fd, chunk, sizeof(chunk)) != sizeof(chunk))
			return -5;
	sys1(NR_fsync, fd);
	return sys1(NR_close, fd);
}

static long map_data(volatile char **p)
{
	long fd = sys2(NR_open, DATA, O_RDONLY);

	if (fd < 0)
		return fd;
	*p = map_file(DATA_BYTES, PROT_READ, MAP_SHARED, (int)fd);
	sys1(NR_close, fd);
	return bad(*p) ? (long)*p : 0;
}

/* One access in 64 KiB, each of which faults also where the kernel maps a page's neighbours. */
static long file_fault(u32 n)
{
	volatile char *p;
	u32 i, sum = 0;
	long r;

	while (n) {
		r = map_data(&p);
		if (r)
			return r;
		timed -= now();
		for (i = 0; n && i < DATA_BYTES / 65536; i++, n--)
			sum += p[i * 65536];
		timed += now();
		sys2(NR_munmap, p, DATA_BYTES);
	}
	return sum ? -5 : 0;
}

/* A read of 8 MiB by a mapping, a word of each cache line. */
static long mapped_read(u32 n)
{
	while (n--) {
		volatile char *p;
		u32 i, sum = 0;
		long r = map_data(&p);

		if (r)
			return r;
		for (i = 0; i < DATA_BYTES; i += 64)
			sum += *(volatile u32 *)(p + i);
		r = sys2(NR_munmap, p, DATA_BYTES);
		if (r || sum)
			return r ? r : -5;
	}
	return 0;
}

static long reread(u32 n)
{
	while (n--) {
		long fd = sys2(NR_open, DATA, O_RDONLY), r;
		u32 bytes = 0;

		if (fd < 0)
			return fd;
		while ((r = sys3(NR_read, fd, chunk, sizeof(chunk))) > 0)
			bytes += (u32)r;
		sys1(NR_close, fd);
		if (bytes != DATA_BYTES)
			return r < 0 ? r : -5;
	}
	return 0;
}

static long map_touch_unmap(u32 n)
{
	while (n--) {
		volatile char *p = map(MIB);
		u32 i;

		if (bad(p))
			return (long)p;
		for (i = 0; i < MIB; i += PAGE)
			p[i] = 1;
		sys2(NR_munmap, p, MIB);
	}
	return 0;
}

static long fork_large(u32 n)
{
	volatile char *p = map(64 * MIB);
	u32 i;

	if (bad(p))
		return (long)p;
	for (i = 0; i < 64 * MIB; i += PAGE)
		p[i] = 1;
	timed -= now();
	while (n--) {
		long pid = sys0(NR_fork);

		if (!pid)
			sys1(NR_exit, 0);
		if (pid < 0)
			return pid;
		sys3(NR_waitpid, pid, 0, 0);
	}
	timed += now();
	return sys2(NR_munmap, p, 64 * MIB);
}

/* Debian's busybox, 2 MB, does nothing. */
static long exec_large(u32 n)
{
	const char *argv[] = { "true", 0 };
	const char *envp[] = { 0 };
	u32 status;

	while (n--) {
		long pid = sys0(NR_fork);

		if (!pid) {
			sys3(NR_execve, "/bin/busybox", argv, envp);
			sys1(NR_exit, 99);
		}
		if (pid < 0)
			return pid;
		sys3(NR_waitpid, pid, &status, 0);
		if (status)
			return -8;
	}
	return 0;
}

static const struct row rows[] = {
	{ "anonymous-fault", anonymous_fault, 4000, 0 },
	{ "cow-fault", cow_fault, 4000, 0 },
	{ "file-fault", file_fault, 2000, make_data },
	{ "mapped-read-8m", mapped_read, 8, make_data },
	{ "reread-8m", reread, 8, make_data },
	{ "map-touch-unmap-1m", map_touch_unmap, 40, 0 },
	{ "fork-64m", fork_large, 20, 0 },
	{ "exec-large", exec_large, 100, 0 },
	{ 0, 0, 0, 0 },
};

const struct group memory_group = { "memory", rows, 0 };
