/* Rows of waiting and moving: poll, epoll, clocks, sendfile, futexes, local sockets. */
#include "raw.h"

#define MOST 1000u
#define POLLIN 1
#define EPOLL_CTL_ADD 1

static char chunk[65536];

struct pollfd { int fd; short events, revents; };
struct epoll_event { u32 events; u64 data; } __attribute__((packed));

static struct pollfd polled[MOST];
static int epoll_fd;

static void close_all(u32 n)
{
	for (u32 i = 0; i < n; i++)
		sys1(NR_close, polled[i].fd);
}

/* n event counters, of which only the last is ready. */
static long open_many(u32 n)
{
	for (u32 i = 0; i < n; i++) {
		long fd = sys2(NR_eventfd2, i == n - 1, 0);

		if (fd < 0) {
			close_all(i);
			return fd;
		}
		polled[i] = (struct pollfd){ (int)fd, POLLIN, 0 };
	}
	return 0;
}

static long poll_many(u32 n, u32 count)
{
	long r = open_many(count);

	if (r)
		return r;
	timed -= now();
	while (n--)
		if (sys3(NR_poll, polled, count, -1) != 1)
			r = -5;
	timed += now();
	close_all(count);
	return r;
}

static long epoll_many(u32 n, u32 count)
{
	struct epoll_event event = { POLLIN, 0 };
	long r = open_many(count);

	if (r)
		return r;
	epoll_fd = (int)sys1(NR_epoll_create, 1);
	if (epoll_fd < 0)
		r = epoll_fd;
	for (u32 i = 0; !r && i < count; i++)
		r = sys4(NR_epoll_ctl, epoll_fd, EPOLL_CTL_ADD, polled[i].fd, &event);
	timed -= now();
	while (!r && n--)
		if (sys4(NR_epoll_wait, epoll_fd, &event, 1, -1) != 1)
			r = -5;
	timed += now();
	sys1(NR_close, epoll_fd);
	close_all(count);
	return r;
}

static long poll_10(u32 n) { return poll_many(n, 10); }
static long poll_100(u32 n) { return poll_many(n, 100); }
static long poll_1000(u32 n) { return poll_many(n, 1000); }
static long epoll_10(u32 n) { return epoll_many(n, 10); }
static long epoll_100(u32 n) { return epoll_many(n, 100); }
static long epoll_1000(u32 n) { return epoll_many(n, 1000); }

/* ---- clocks ---- */

struct ehdr { u8 ident[16]; unsigned short type, machine; u32 version, entry, phoff, shoff, flags; unsigned short ehsize, phentsize, phnum; };
struct phdr { u32 type, offset, vaddr, paddr, filesz, memsz, flags, align; };
struct dyn { u32 tag, value; };
struct sym { u32 name, value, size; u8 info, other; unsigned short shndx; };

/* A function of the vDSO, or NULL (ELF specification: dynamic section, symbol and hash tables). */
static void *vdso_function(const char *name)
{
	const struct ehdr *e = (const struct ehdr *)vdso;
	const struct phdr *p;
	const struct dyn *d = 0;
	const struct sym *symbols = 0;
	const char *strings = 0;
	const u32 *hash = 0;
	u32 bias = 0;

	if (!vdso)
		return 0;
	p = (const struct phdr *)(vdso + e->phoff);
	for (u32 i = 0; i < e->phnum; i++) {
		if (p[i].type == 1)
			bias = vdso + p[i].offset - p[i].vaddr;
		if (p[i].type == 2)
			d = (const struct dyn *)(vdso + p[i].offset);
	}
	for (; d && d->tag; d++) {
		if (d->tag == 4)
			hash = (const u32 *)(d->value + bias);
		if (d->tag == 5)
			strings = (const char *)(d->value + bias);
		if (d->tag == 6)
			symbols = (const struct sym *)(d->value + bias);
	}
	if (!hash || !strings || !symbols)
		return 0;
	for (u32 i = 0; i < hash[1]; i++)
		if (symbols[i].shndx && same(strings + symbols[i].name, name))
			return (void *)(symbols[i].value + bias);
	return 0;
}

struct timespec { long sec, nsec; };

static long clock_by_vdso(u32 n)
{
	long (*get)(int clock, struct timespec *ts) = vdso_function("__vdso_clock_gettime");
	struct timespec ts;

	if (!get)
		return -38;
	while (n--)
		if (get(1, &ts))
			return -5;
	return 0;
}

static long clock_by_trap(u32 n)
{
	struct timespec ts;

	while (n--)
		if (sys2(NR_clock_gettime, 1, &ts))
			return -5;
	return 0;
}

/* ---- data ---- */

#define FILE "/tmp/sendfile"

static long make_file(u32 n)
{
	long fd = sys3(NR_open, FILE, O_CREAT | O_RDWR, 0644);

	(void)n;
	if (fd < 0)
		return fd;
	sys3(NR_write, fd, chunk, sizeof(chunk));
	return sys1(NR_close, fd);
}

/* 64 KiB from a file into a pipe; what takes them out again is not counted. */
static long sendfile(u32 n)
{
	long fd = sys2(NR_open, FILE, O_RDONLY), r = 0;
	int pipe[2];

	if (fd < 0)
		return fd;
	if (sys1(NR_pipe, pipe))
		return -24;
	while (n--) {
		u64 offset = 0;
		u32 left = sizeof(chunk);

		timed -= now();
		while (left) {
			/* The 32-bit offset lies in the lower half. */
			r = sys4(NR_sendfile, pipe[1], fd, &offset, left);
			if (r <= 0)
				goto out;
			left -= (u32)r;
		}
		timed += now();
		for (left = sizeof(chunk); left; left -= (u32)r) {
			r = sys3(NR_read, pipe[0], chunk, left);
			if (r <= 0)
				goto out;
		}
	}
	r = 0;
out:
	sys1(NR_close, pipe[0]);
	sys1(NR_close, pipe[1]);
	sys1(NR_close, fd);
	return r;
}

static volatile u32 word;

static long futex_wake(u32 n)
{
	while (n--)
		if (sys3(NR_futex, &word, 129, 1))
			return -5;
	return 0;
}

static long futex_wait_changed(u32 n)
{
	while (n--)
		if (sys4(NR_futex, &word, 128, 1, 0) != -11)
			return -5;
	return 0;
}

/* ---- local sockets ---- */

static long socket_pair(int *pair) { return sys4(NR_socketpair, 1, 1, 0, pair); }

static long unix_ping_pong(u32 n)
{
	int pair[2];
	long r = socket_pair(pair), pid;
	u32 i;
	char byte = 0;

	if (r)
		return r;
	pid = sys0(NR_fork);
	if (!pid) {
		for (i = 0; i < n; i++) {
			sys3(NR_read, pair[1], &byte, 1);
			sys3(NR_write, pair[1], &byte, 1);
		}
		sys1(NR_exit, 0);
	}
	if (pid < 0)
		return pid;
	for (i = 0; i < n; i++) {
		sys3(NR_write, pair[0], &byte, 1);
		sys3(NR_read, pair[0], &byte, 1);
	}
	sys3(NR_waitpid, pid, 0, 0);
	sys1(NR_close, pair[0]);
	sys1(NR_close, pair[1]);
	return 0;
}

/* 64 KiB through a socket, written by one process and read by another. */
static long unix_bandwidth(u32 n)
{
	int pair[2];
	long r = socket_pair(pair), pid;
	u32 left = n * sizeof(chunk);

	if (r)
		return r;
	pid = sys0(NR_fork);
	if (!pid) {
		sys1(NR_close, pair[0]);
		while (n-- && (r = sys3(NR_write, pair[1], chunk, sizeof(chunk))) > 0)
			;
		sys1(NR_exit, 0);
	}
	if (pid < 0)
		return pid;
	sys1(NR_close, pair[1]);
	while (left && (r = sys3(NR_read, pair[0], chunk, sizeof(chunk))) > 0)
		left -= (u32)r;
	sys3(NR_waitpid, pid, 0, 0);
	sys1(NR_close, pair[0]);
	return left ? -5 : 0;
}

static const struct row rows[] = {
	{ "poll-10", poll_10, 4000, 0 },
	{ "poll-100", poll_100, 1000, 0 },
	{ "poll-1000", poll_1000, 200, 0 },
	{ "epoll-10", epoll_10, 4000, 0 },
	{ "epoll-100", epoll_100, 4000, 0 },
	{ "epoll-1000", epoll_1000, 4000, 0 },
	{ "clock-vdso", clock_by_vdso, 20000, 0 },
	{ "clock-trap", clock_by_trap, 20000, 0 },
	{ "sendfile-64k", sendfile, 400, make_file },
	{ "futex-wake", futex_wake, 20000, 0 },
	{ "futex-wait-changed", futex_wait_changed, 20000, 0 },
	{ "unix-ping-pong", unix_ping_pong, 4000, 0 },
	{ "unix-bandwidth-64k", unix_bandwidth, 200, 0 },
	{ 0, 0, 0, 0 },
};

const struct group events_group = { "events", rows, 0 };
