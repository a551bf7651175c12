/*
 * The same measurements on ImposOS and on Linux: raw system calls, no libc, so that only the kernels differ. Runs
 * as init or as a plain program. Each line of the result is
 *
 *	bench NAME ITERATIONS CYCLES
 *
 * CYCLES is the time-stamp counter's difference over all iterations; under QEMU's -icount shift=0 it counts guest
 * instructions. reset-to-init, which only init prints, is the counter itself: it starts at 0 with the machine. A row
 * that cannot run says `bench NAME error ERRNO`; `bench-start NAME CYCLES` comes before each, `bench-group NAME` before
 * a group. As init it powers the machine off at the end.
 *
 * Usage: micro [NAME…] with names of rows or groups; init takes them from the variable `rows`, with commas between.
 */
#include "raw.h"

u64 timed;
const char *self = "/init";
u32 vdso, sysenter_entry;

static const struct group *const groups[] = {
	&syscalls_group, &processes_group, &memory_group, &events_group, &loading_group, &library_group,
	&disk_group, &swap_group,
};

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

/* The compiler makes calls of these out of loops and assignments. */
void *memset(void *to, int c, u32 n)
{
	char *p = to;

	while (n--)
		*p++ = (char)c;
	return to;
}

void *memcpy(void *to, const void *from, u32 n)
{
	char *p = to;
	const char *q = from;

	while (n--)
		*p++ = *q++;
	return to;
}

static void print(const char *s) { sys3(NR_write, 1, s, length(s)); }

static void print_number(u64 v)
{
	char text[24];
	u32 n = sizeof(text);

	text[--n] = 0;
	do {
		/* v / 10 without 64-bit division. */
		u32 hi = (u32)(v >> 32), lo = (u32)v, qh = hi / 10, rem = hi % 10, ql;

		__asm__("divl %4" : "=a"(ql), "=d"(rem) : "0"(lo), "1"(rem), "r"(10));
		text[--n] = (char)('0' + rem);
		v = (u64)qh << 32 | ql;
	} while (v);
	print(text + n);
}

static void result(const char *name, u32 iterations, u64 cycles)
{
	print("bench ");
	print(name);
	print(" ");
	print_number(iterations);
	print(" ");
	print_number(cycles);
	print("\n");
}

static void failed(const char *name, long error)
{
	print("bench ");
	print(name);
	print(" error ");
	print_number((u64)-error);
	print("\n");
}

/* Linux as Debian builds it has its disk and ext3 in modules; ImposOS has its disks already. */
static int load_modules(void)
{
	char path[16];
	u32 n;

	for (n = 0; ; n++) {
		long fd;

		name_number(path, "/modules/", n, 2);
		fd = sys2(NR_open, path, O_RDONLY);
		if (fd < 0)
			return n > 0;
		sys3(NR_finit_module, fd, "", 0);
		sys1(NR_close, fd);
	}
}

/* The disks are looked for in the background. */
static void await(const char *path)
{
	for (u32 tries = 0; tries < 20000000; tries++) {
		long fd = sys2(NR_open, path, O_RDONLY);

		if (fd >= 0) {
			sys1(NR_close, fd);
			return;
		}
		sys0(NR_sched_yield);
	}
}

/* /disk of ImposOS is a folder of its root; Linux gets its disk mounted there. */
static void mount_disk(int second)
{
	if (!load_modules())
		return;
	await("/dev/sda");
	if (second)
		await("/dev/sdb");
	call5(NR_mount, (long)"/dev/sda", (long)"/disk", (long)"ext3", 0, 0);
}

static void run(const struct row *row, int once)
{
	u64 start, cycles;
	long error = 0;

	if (row->prepare)
		error = row->prepare(row->iterations);
	if (!error && !once)
		error = row->run(row->iterations / 20 ? row->iterations / 20 : 1);	/* warm */
	timed = 0;
	start = now();
	print("bench-start ");
	print(row->name);
	print(" ");
	print_number(start);
	print("\n");
	start = now();
	if (!error)
		error = row->run(row->iterations);
	cycles = now() - start;
	if (error)
		failed(row->name, error);
	else
		result(row->name, row->iterations, timed ? timed : cycles);
}

/* Whether `name` is among the words of `list`, with commas between. */
static int listed(const char *list, const char *name)
{
	while (*list) {
		const char *n = name;

		while (*n && *list == *n)
			list++, n++;
		if (!*n && (*list == ',' || !*list))
			return 1;
		while (*list && *list != ',')
			list++;
		if (*list)
			list++;
	}
	return 0;
}

/* Without a word everything but the rows that have a disk of their own. */
static int wanted(const struct group *group, const char *name, int argc, char **argv, const char *list)
{
	if (argc < 2 && !list)
		return group != &disk_group && group != &swap_group;
	if (list)
		return listed(list, name) || listed(list, group->name);
	for (int i = 1; i < argc; i++)
		if (same(argv[i], name) || same(argv[i], group->name))
			return 1;
	return 0;
}

static void look_at_auxiliary(const u32 *aux)
{
	for (; aux[0]; aux += 2) {
		if (aux[0] == 32)	/* AT_SYSINFO */
			sysenter_entry = aux[1];
		if (aux[0] == 33)	/* AT_SYSINFO_EHDR */
			vdso = aux[1];
	}
}

static void start_as_init(int second)
{
	sys2(NR_mkdir, "/tmp", 0777);
	call5(NR_mount, (long)"devtmpfs", (long)"/dev", (long)"devtmpfs", 0, 0);
	call5(NR_mount, (long)"tmpfs", (long)"/tmp", (long)"tmpfs", 0, 0);
	while (sys2(NR_open, "/dev/console", O_RDWR) < 2 && sys0(NR_getpid) != 1)
		;
	print("bench-group boot\n");
	result("reset-to-init", 1, now());
	mount_disk(second);
}

__attribute__((used)) static void start(u32 *stack)
{
	int argc = (int)stack[0], init = sys0(NR_getpid) == 1;
	char **argv = (char **)(stack + 1), **env = argv + argc + 1;
	const char *list = 0;
	u64 limits[2] = { 4096, 4096 };

	if (argc == 2 && same(argv[1], "exit"))
		sys1(NR_exit, 0);
	for (; *env; env++)
		if (init && (*env)[0] == 'r' && (*env)[1] == 'o' && (*env)[2] == 'w' && (*env)[3] == 's' && (*env)[4] == '=')
			list = *env + 5;
	look_at_auxiliary((const u32 *)(env + 1));
	if (argc)
		self = argv[0];
	if (init) {
		argc = 1;
		start_as_init(list && (listed(list, disk_group.name) || listed(list, swap_group.name)));
	}
	sys4(NR_prlimit64, 0, 7, limits, 0);	/* RLIMIT_NOFILE, for rows with a thousand descriptors */
	for (u32 g = 0; g < GROUPS; g++) {
		print("bench-group ");
		print(groups[g]->name);
		print("\n");
		for (const struct row *row = groups[g]->rows; row->name; row++)
			if (wanted(groups[g], row->name, argc, argv, list))
				run(row, groups[g]->cold);
	}
	print("bench-start end ");
	print_number(now());
	print("\nbench done\n");
	if (init)
		call5(NR_reboot, (long)0xfee1dead, 672274793, 0x4321fedc, 0, 0);
	sys1(NR_exit, 0);
}

__asm__(".text\n.globl _start\n_start: movl %esp,%eax\n andl $-16,%esp\n subl $12,%esp\n pushl %eax\n call start\n");
