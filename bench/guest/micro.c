/*
 * The same measurements on ImposOS and on Linux: raw system calls, no libc, so that only the kernels differ. Runs
 * as init or as a plain program. Each line of the result is
 *
 *	bench NAME ITERATIONS CYCLES
 *
 * CYCLES is the time-stamp counter's difference over all iterations; under QEMU's -icount shift=0 it counts guest
 * instructions. reset-to-init, which only init prints, is the counter itself: it starts at 0 with the machine. A row that cannot run says `bench NAME error ERRNO`. As init it powers the machine off at the end.
 *
 * Usage: micro [ROW…]
 */
typedef unsigned int u32;
typedef unsigned long long u64;

#define NR_exit 1
#define NR_fork 2
#define NR_read 3
#define NR_write 4
#define NR_open 5
#define NR_close 6
#define NR_waitpid 7
#define NR_unlink 10
#define NR_execve 11
#define NR_getpid 20
#define NR_mount 21
#define NR_kill 37
#define NR_mkdir 39
#define NR_pipe 42
#define NR_getppid 64
#define NR_reboot 88
#define NR_munmap 91
#define NR_rt_sigreturn 173
#define NR_rt_sigaction 174
#define NR_sched_yield 158
#define NR_mmap2 192
#define NR_stat64 195
#define NR_finit_module 350

#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0100
#define O_TRUNC 01000

static long call3(long n, long a, long b, long c)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "0"(n), "b"(a), "c"(b), "d"(c) : "memory");
	return r;
}

static long call5(long n, long a, long b, long c, long d, long e)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "0"(n), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return r;
}

#define sys0(n) call3(n, 0, 0, 0)
#define sys1(n, a) call3(n, (long)(a), 0, 0)
#define sys2(n, a, b) call3(n, (long)(a), (long)(b), 0)
#define sys3(n, a, b, c) call3(n, (long)(a), (long)(b), (long)(c))

static u64 now(void)
{
	u64 t;

	__asm__ volatile("rdtsc" : "=A"(t));
	return t;
}

static void *map(u32 bytes)
{
	long r;

	__asm__ volatile("pushl %%ebp; xorl %%ebp,%%ebp; int $0x80; popl %%ebp"
			 : "=a"(r) : "0"(NR_mmap2), "b"(0), "c"(bytes), "d"(3), "S"(0x22), "D"(-1) : "memory");
	return (void *)r;
}

static u32 length(const char *s)
{
	u32 n = 0;

	while (s[n])
		n++;
	return n;
}

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
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

/* ---- rows: each runs n iterations, returns 0 or -errno ---- */

static const char *self = "/init";
static u32 sysenter_entry;

static long null_int80(u32 n)
{
	while (n--)
		sys0(NR_getppid);
	return 0;
}

static long null_sysenter(u32 n)
{
	long r;

	if (!sysenter_entry)
		return -38;
	while (n--)
		__asm__ volatile("call *%1" : "=a"(r) : "r"(sysenter_entry), "0"(NR_getppid) : "memory");
	return 0;
}

static int zero_fd, null_fd;
static char byte;

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

static long yield(u32 n)
{
	while (n--)
		sys0(NR_sched_yield);
	return 0;
}

static volatile u32 signals;

static void handler(int sig)
{
	(void)sig;
	signals++;
}

__asm__(".text\nrestorer: movl $173,%eax\n int $0x80\n");
extern char restorer[];

static long signal_deliver(u32 n)
{
	struct { void *handler; u32 flags; void *restorer; u32 mask[2]; } action = { (void *)handler, 0x04000004, restorer, { 0, 0 } };
	long pid = sys0(NR_getpid), r;
	u32 i;

	r = call5(NR_rt_sigaction, 10, (long)&action, 0, 8, 0);
	if (r)
		return r;
	signals = 0;
	for (i = 0; i < n; i++)
		sys2(NR_kill, pid, 10);
	return signals == n ? 0 : -5;
}

static long pipe_ping_pong(u32 n)
{
	int there[2], back[2];
	long pid;
	u32 i;

	if (sys1(NR_pipe, there) || sys1(NR_pipe, back))
		return -24;
	pid = sys0(NR_fork);
	if (pid < 0)
		return pid;
	if (!pid) {
		for (i = 0; i < n; i++) {
			sys3(NR_read, there[0], &byte, 1);
			sys3(NR_write, back[1], &byte, 1);
		}
		sys1(NR_exit, 0);
	}
	for (i = 0; i < n; i++) {
		sys3(NR_write, there[1], &byte, 1);
		sys3(NR_read, back[0], &byte, 1);
	}
	sys3(NR_waitpid, pid, 0, 0);
	for (i = 0; i < 2; i++) {
		sys1(NR_close, there[i]);
		sys1(NR_close, back[i]);
	}
	return 0;
}

#define RING 8

/* A token around a ring of processes: one hop is one wake-up and one switch. */
static long context_hop(u32 n)
{
	int pipes[RING][2];
	long pids[RING];
	u32 i, j, rounds = n / RING;

	for (i = 0; i < RING; i++)
		if (sys1(NR_pipe, pipes[i]))
			return -24;
	for (i = 1; i < RING; i++) {
		pids[i] = sys0(NR_fork);
		if (!pids[i]) {
			for (j = 0; j < rounds; j++) {
				sys3(NR_read, pipes[i][0], &byte, 1);
				sys3(NR_write, pipes[(i + 1) % RING][1], &byte, 1);
			}
			sys1(NR_exit, 0);
		}
	}
	for (j = 0; j < rounds; j++) {
		sys3(NR_write, pipes[1][1], &byte, 1);
		sys3(NR_read, pipes[0][0], &byte, 1);
	}
	for (i = 1; i < RING; i++)
		sys3(NR_waitpid, pids[i], 0, 0);
	for (i = 0; i < RING; i++) {
		sys1(NR_close, pipes[i][0]);
		sys1(NR_close, pipes[i][1]);
	}
	return 0;
}

static long fork_exit(u32 n)
{
	while (n--) {
		long pid = sys0(NR_fork);

		if (!pid)
			sys1(NR_exit, 0);
		if (pid < 0)
			return pid;
		sys3(NR_waitpid, pid, 0, 0);
	}
	return 0;
}

static long fork_exec(u32 n)
{
	const char *argv[] = { self, "exit", 0 };
	const char *envp[] = { 0 };
	u32 status;

	while (n--) {
		long pid = sys0(NR_fork);

		if (!pid) {
			sys3(NR_execve, self, argv, envp);
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

static long anonymous_fault(u32 n)
{
	volatile char *p = map(n * 4096);
	u32 i;

	if ((u32)p > 0xfffff000u)
		return (long)p;
	for (i = 0; i < n; i++)
		p[i * 4096] = 1;
	sys2(NR_munmap, p, n * 4096);
	return 0;
}

static u64 cow_cycles;

/* Timed in the child, without the fork. */
static long cow_fault(u32 n)
{
	volatile char *p = map(n * 4096);
	int result_pipe[2];
	long pid;
	u32 i;

	if ((u32)p > 0xfffff000u)
		return (long)p;
	for (i = 0; i < n; i++)
		p[i * 4096] = 1;
	if (sys1(NR_pipe, result_pipe))
		return -24;
	pid = sys0(NR_fork);
	if (!pid) {
		u64 start = now();

		for (i = 0; i < n; i++)
			p[i * 4096] = 2;
		cow_cycles = now() - start;
		sys3(NR_write, result_pipe[1], &cow_cycles, 8);
		sys1(NR_exit, 0);
	}
	if (pid < 0)
		return pid;
	sys3(NR_read, result_pipe[0], &cow_cycles, 8);
	sys3(NR_waitpid, pid, 0, 0);
	sys1(NR_close, result_pipe[0]);
	sys1(NR_close, result_pipe[1]);
	sys2(NR_munmap, p, n * 4096);
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

static const struct row {
	const char *name;
	long (*run)(u32 n);
	u32 iterations;
} rows[] = {
	{ "null-int80", null_int80, 20000 },
	{ "null-sysenter", null_sysenter, 20000 },
	{ "read-1", read_byte, 20000 },
	{ "write-1", write_byte, 20000 },
	{ "stat", stat_path, 4000 },
	{ "open-close", open_close, 4000 },
	{ "sched-yield", yield, 20000 },
	{ "signal", signal_deliver, 4000 },
	{ "pipe-ping-pong", pipe_ping_pong, 4000 },
	{ "context-hop", context_hop, 8000 },
	{ "fork-exit", fork_exit, 400 },
	{ "fork-exec", fork_exec, 200 },
	{ "anonymous-fault", anonymous_fault, 4000 },
	{ "cow-fault", cow_fault, 4000 },
	{ "create-unlink", create_unlink, 2000 },
	{ "create-unlink-disk", create_unlink_disk, 2000 },
};

/* Linux as Debian builds it has its disk and ext3 in modules; ImposOS has its disk mounted already. */
static void mount_disk(void)
{
	char path[] = "/modules/00";
	long fd;
	u32 tries;

	while ((fd = sys2(NR_open, path, O_RDONLY)) >= 0) {
		sys3(NR_finit_module, fd, "", 0);
		sys1(NR_close, fd);
		if (++path[10] > '9') {
			path[10] = '0';
			path[9]++;
		}
	}
	if (path[9] == '0' && path[10] == '0')
		return;
	/* The disk is looked for in the background. */
	for (tries = 0; tries < 2000000; tries++) {
		if (!call5(NR_mount, (long)"/dev/sda", (long)"/disk", (long)"ext3", 0, 0))
			return;
		sys0(NR_sched_yield);
	}
	print("bench create-unlink-disk error 6\n");
}

static void prepare(void)
{
	static const char file[] = DEEP;
	char part[sizeof(file)];
	u32 i;
	long fd;

	for (i = 0; i < sizeof(file); i++) {
		if (i && file[i] == '/') {
			part[i] = 0;
			sys2(NR_mkdir, part, 0755);
		}
		part[i] = file[i];
	}
	fd = sys3(NR_open, DEEP, O_CREAT | O_RDWR, 0644);
	if (fd >= 0)
		sys1(NR_close, fd);
	zero_fd = (int)sys2(NR_open, "/dev/zero", O_RDONLY);
	null_fd = (int)sys2(NR_open, "/dev/null", O_WRONLY);
}

static void run(const struct row *row)
{
	u64 start, cycles;
	long error = row->run(row->iterations / 20 ? row->iterations / 20 : 1);	/* warm */

	start = now();
	if (!error)
		error = row->run(row->iterations);
	cycles = now() - start;
	if (row->run == cow_fault)
		cycles = cow_cycles;
	if (error)
		failed(row->name, error);
	else
		result(row->name, row->iterations, cycles);
}

__attribute__((used)) static void start(u32 *stack)
{
	u32 argc = stack[0], i, j;
	char **argv = (char **)(stack + 1);
	u32 *aux = stack + 1 + argc + 1;
	int init = sys0(NR_getpid) == 1;

	while (*aux++)
		;
	for (; aux[0]; aux += 2)
		if (aux[0] == 32)	/* AT_SYSINFO */
			sysenter_entry = aux[1];
	if (argc == 2 && same(argv[1], "exit"))
		sys1(NR_exit, 0);
	if (argc)
		self = argv[0];
	if (init) {
		sys2(NR_mkdir, "/tmp", 0777);
		call5(NR_mount, (long)"devtmpfs", (long)"/dev", (long)"devtmpfs", 0, 0);
		call5(NR_mount, (long)"tmpfs", (long)"/tmp", (long)"tmpfs", 0, 0);
		while (sys2(NR_open, "/dev/console", O_RDWR) < 2 && sys0(NR_getpid) != 1)
			;
		argc = 1;
		result("reset-to-init", 1, now());
		mount_disk();
	}
	prepare();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int wanted = argc < 2;

		for (j = 1; j < argc; j++)
			wanted |= same(argv[j], rows[i].name);
		if (wanted)
			run(&rows[i]);
	}
	print("bench done\n");
	if (init)
		call5(NR_reboot, (long)0xfee1dead, 672274793, 0x4321fedc, 0, 0);
	sys1(NR_exit, 0);
}

__asm__(".text\n.globl _start\n_start: movl %esp,%eax\n andl $-16,%esp\n subl $12,%esp\n pushl %eax\n call start\n");
