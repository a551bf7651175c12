/*
 * Rows of a filesystem on a disk of its own, each run once: files of 64 MiB, many files, a tree of sources, fsync.
 * Cold means that the filesystem has been unmounted and mounted again, so that nothing of it is in memory.
 */
#include "raw.h"

#define DISK "/dev/sdb"
#define TOP "/disk"
#define BIG TOP "/big"
#define BIG_MIB 64u
#define MANY 10000u

static char chunk[131072];
static const char *type;

static long mount_disk(void)
{
	static const char *const types[] = { "impfs", "ext3" };
	long r = -1;

	for (u32 i = 0; i < 2; i++) {
		if (type && !same(type, types[i]))
			continue;
		r = call5(NR_mount, (long)DISK, (long)TOP, (long)types[i], 0, 0);
		if (!r)
			type = types[i];
		if (!r)
			return 0;
	}
	return r;
}

static long cold(u32 n)
{
	long r;

	(void)n;
	/* The first time something else may be mounted there. */
	r = sys2(NR_umount2, TOP, 0);
	if (r && type)
		return r;
	return mount_disk();
}

/* ---- one large file ---- */

static long write_big(u32 mib)
{
	long fd = sys3(NR_open, BIG, O_CREAT | O_TRUNC | O_RDWR, 0644), r;

	if (fd < 0)
		return fd;
	for (u32 i = 0; i < mib << 20; i += sizeof(chunk)) {
		r = sys3(NR_write, fd, chunk, sizeof(chunk));
		if (r != sizeof(chunk))
			return r < 0 ? r : -28;
	}
	r = sys1(NR_fsync, fd);
	sys1(NR_close, fd);
	return r;
}

static long read_big(u32 mib)
{
	long fd = sys2(NR_open, BIG, O_RDONLY), r = 0;

	if (fd < 0)
		return fd;
	for (u32 i = 0; r >= 0 && i < mib << 20; i += sizeof(chunk)) {
		r = sys3(NR_read, fd, chunk, sizeof(chunk));
		if (r != sizeof(chunk))
			return r < 0 ? r : -5;
	}
	sys1(NR_close, fd);
	return 0;
}

/* Pages of the file in an order that no read-ahead guesses: 40503 is odd, so that n steps visit n pages once. */
static long read_random(u32 n)
{
	long fd = sys2(NR_open, BIG, O_RDONLY), r;
	u32 page = 12345;

	if (fd < 0)
		return fd;
	while (n--) {
		page = (page + 40503) % (BIG_MIB * 256);
		r = call6(NR_pread64, fd, (long)chunk, 4096, (long)(page << 12), 0, 0);
		if (r != 4096)
			return r < 0 ? r : -5;
	}
	sys1(NR_close, fd);
	return 0;
}

/* ---- many files ---- */

static long create_unlink(u32 n)
{
	while (n--) {
		long fd = sys3(NR_open, TOP "/scratch", O_CREAT | O_RDWR, 0644);

		if (fd < 0)
			return fd;
		sys1(NR_close, fd);
		sys1(NR_unlink, TOP "/scratch");
	}
	return 0;
}

static void many_name(char *out, u32 i) { name_number(out, TOP "/many/file", i, 5); }

static long many_create(u32 n)
{
	char name[32];

	sys2(NR_mkdir, TOP "/many", 0755);
	for (u32 i = 0; i < n; i++) {
		long fd;

		many_name(name, i);
		fd = sys3(NR_open, name, O_CREAT | O_RDWR, 0644);
		if (fd < 0)
			return fd;
		sys3(NR_write, fd, "x", 1);
		sys1(NR_close, fd);
	}
	sys0(NR_sync);
	return 0;
}

static long many_list(u32 n)
{
	long fd = sys2(NR_open, TOP "/many", O_RDONLY), r;
	u32 seen = 0;

	if (fd < 0)
		return fd;
	while ((r = sys3(NR_getdents64, fd, chunk, 32768)) > 0)
		for (long at = 0; at < r; at += *(unsigned short *)(chunk + at + 16))
			seen++;
	sys1(NR_close, fd);
	return r < 0 ? r : seen == n + 2 ? 0 : -5;
}

static long many_stat(u32 n)
{
	static char st[128];
	char name[32];
	long r = 0;

	for (u32 i = 0; !r && i < n; i++) {
		many_name(name, i * 7919 % MANY);
		r = sys2(NR_stat64, name, st);
	}
	return r;
}

static long many_unlink(u32 n)
{
	char name[32];
	long r = 0;

	for (u32 i = 0; !r && i < n; i++) {
		many_name(name, i);
		r = sys1(NR_unlink, name);
	}
	sys0(NR_sync);
	return r;
}

static long busybox(const char *const *argv)
{
	const char *envp[] = { 0 };
	u32 status = 0;
	long pid = sys0(NR_fork);

	if (!pid) {
		sys3(NR_execve, "/bin/busybox", argv, envp);
		sys1(NR_exit, 99);
	}
	if (pid < 0)
		return pid;
	sys3(NR_waitpid, pid, &status, 0);
	return status ? -8 : 0;
}

/* The archive is read once before, so that it and busybox are in memory. */
static long read_archive(u32 n)
{
	const char *argv[] = { "tar", "tf", "/tree.tar", 0 };
	long fd = sys2(NR_open, "/tree.tar", O_RDONLY);

	(void)n;
	if (fd < 0)
		return fd;
	while (sys3(NR_read, fd, chunk, sizeof(chunk)) > 0)
		;
	sys1(NR_close, fd);
	sys2(NR_mkdir, TOP "/tree", 0755);
	argv[1] = "tf";
	argv[2] = "/dev/null";
	(void)busybox(argv);	/* loads the program; the archive is empty */
	return 0;
}

static long tar_unpack(u32 n)
{
	const char *argv[] = { "tar", "xf", "/tree.tar", "-C", TOP "/tree", 0 };
	long r = 0;

	while (!r && n--)
		r = busybox(argv);
	sys0(NR_sync);
	return r;
}

static long fsync_small(u32 n)
{
	long fd = sys3(NR_open, TOP "/log", O_CREAT | O_WRONLY | O_APPEND, 0644), r = 0;

	if (fd < 0)
		return fd;
	while (!r && n--) {
		if (sys3(NR_write, fd, chunk, 512) != 512)
			return -5;
		r = sys1(NR_fsync, fd);
	}
	sys1(NR_close, fd);
	return r;
}

static const struct row rows[] = {
	{ "write-fsync-64m", write_big, BIG_MIB, cold },
	{ "read-cold-64m", read_big, BIG_MIB, cold },
	{ "read-warm-64m", read_big, BIG_MIB, 0 },
	{ "random-read-cold", read_random, 4096, cold },
	{ "random-read-warm", read_random, 16384, read_big },
	{ "create-unlink", create_unlink, 5000, cold },
	{ "many-create", many_create, MANY, cold },
	{ "many-list-cold", many_list, MANY, cold },
	{ "many-stat", many_stat, MANY, 0 },
	{ "many-unlink", many_unlink, MANY, cold },
	{ "tar-unpack", tar_unpack, 1, read_archive },
	{ "fsync-small", fsync_small, 500, cold },
	{ 0, 0, 0, 0 },
};

const struct group disk_group = { "disk", rows, 1 };
