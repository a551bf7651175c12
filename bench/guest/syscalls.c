/* Rows of calls that do little: the way in and out, one byte, one name. */
#include "raw.h"

static long null_int80(u32 n)
{
	while (n--)
		sys0(NR_getppid);
	return 0;
}

static long null_sysenter(u32 n)
{
	u32 entry = sysenter_entry;
	long r;

	if (!entry)
		return -38;
	while (n--)
		__asm__ volatile("call *%1" : "=a"(r) : "r"(entry), "0"(NR_getppid) : "memory");
	return 0;
}

static int zero_fd, null_fd;
static char byte;

static long open_zero(u32 n)
{
	(void)n;
	if (!zero_fd)
		zero_fd = (int)sys2(NR_open, "/dev/zero", O_RDONLY);
	return zero_fd < 0 ? zero_fd : 0;
}

static long open_null(u32 n)
{
	(void)n;
	if (!null_fd)
		null_fd = (int)sys2(NR_open, "/dev/null", O_WRONLY);
	return null_fd < 0 ? null_fd : 0;
}

static long read_byte(u32 n)
{
	while (n--)
		if (sys3(NR_read, zero_fd, &byte, 1) != 1)
			return -5;
	return 0;
}

static long write_byte(u32 n)
{
	while (n--)
		if (sys3(NR_write, null_fd, &byte, 1) != 1)
			return -5;
	return 0;
}

static char stat_buffer[128];
#define DEEP "/tmp/one/two/three/file"

static long make_deep(u32 n)
{
	static const char file[] = DEEP;
	char part[sizeof(file)];
	u32 i;
	long fd;

	(void)n;
	for (i = 0; i < sizeof(file); i++) {
		if (i && file[i] == '/') {
			part[i] = 0;
			sys2(NR_mkdir, part, 0755);
		}
		part[i] = file[i];
	}
	fd = sys3(NR_open, DEEP, O_CREAT | O_RDWR, 0644);
	return fd < 0 ? fd : sys1(NR_close, fd);
}

static long stat_path(u32 n)
{
	while (n--) {
		long r = sys2(NR_stat64, DEEP, stat_buffer);

		if (r)
			return r;
	}
	return 0;
}

static long open_close(u32 n)
{
	while (n--) {
		long fd = sys2(NR_open, DEEP, O_RDONLY);

		if (fd < 0)
			return fd;
		sys1(NR_close, fd);
	}
	return 0;
}

static long create_unlink_at(const char *scratch, u32 n)
{
	while (n--) {
		long fd = sys3(NR_open, scratch, O_CREAT | O_RDWR, 0644);

		if (fd < 0)
			return fd;
		sys1(NR_close, fd);
		sys1(NR_unlink, scratch);
	}
	return 0;
}

static long create_unlink(u32 n) { return create_unlink_at("/tmp/scratch", n); }
static long create_unlink_disk(u32 n) { return create_unlink_at("/disk/scratch", n); }

static const struct row rows[] = {
	{ "null-int80", null_int80, 20000, 0 },
	{ "null-sysenter", null_sysenter, 20000, 0 },
	{ "read-1", read_byte, 20000, open_zero },
	{ "write-1", write_byte, 20000, open_null },
	{ "stat", stat_path, 4000, make_deep },
	{ "open-close", open_close, 4000, make_deep },
	{ "create-unlink", create_unlink, 2000, 0 },
	{ "create-unlink-disk", create_unlink_disk, 2000, 0 },
	{ 0, 0, 0, 0 },
};

const struct group syscalls_group = { "syscalls", rows, 0 };
