/*
 * fuzz-calls SEED WORKERS CALLS: random system calls with random arguments, drawn from a seed. Each worker is a process
 * that makes CALLS calls, or dies trying; odd ones are an ordinary user, even ones root in a folder of its own, which
 * leaves out what would only stop the test: rebooting, killing the rest of the system, real-time priorities, mounts.
 * The kernel has to survive, let every worker be killed, and have nothing left of them: no process, no object, no memory.
 */
#include "../../guest/testing.h"
#include "residue.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#define NUMBERS 470		/* past the last one */
#define PATIENCE 1500		/* milliseconds that a worker has */
#define NOBODY 65534
#define AREA 65536

static uint32_t state;

static uint32_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* Ends the worker or blocks it for good: of no use to anybody. */
static const short useless[] = {SYS_exit, SYS_exit_group, SYS_pause, SYS_vfork, SYS_rt_sigreturn, SYS_sigreturn, SYS_alarm, SYS_sync,
				SYS_setitimer};

static const short not_for_root[] = {
	SYS_reboot, SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_send_signal, SYS_fork,
	SYS_clone, SYS_clone3, SYS_mount, SYS_umount, SYS_umount2, SYS_pivot_root, SYS_stime, SYS_settimeofday, SYS_clock_settime,
	SYS_clock_settime64, SYS_adjtimex, SYS_clock_adjtime, SYS_clock_adjtime64, SYS_sched_setscheduler, SYS_sched_setparam,
	SYS_sched_setattr, SYS_setpriority, SYS_prlimit64, SYS_vhangup, SYS_chroot, SYS_syslog, SYS_swapon, SYS_swapoff,
	SYS_setrlimit, SYS_mlockall, SYS_ioprio_set,
};

static int listed(const short *list, unsigned count, long number)
{
	for (unsigned i = 0; i < count; i++) {
		if (list[i] == number)
			return 1;
	}
	return 0;
}
#define LISTED(list, number) listed(list, sizeof(list) / sizeof(list[0]), number)

static char *area;
static const char *const names[] = {"a", "b", "d", "d/x", ".", "", "a/b", "d/../a", "/", "no/such/name", "link", "fifo"};
#define NAMES (sizeof(names) / sizeof(names[0]))

static long argument(void)
{
	static const uint32_t edges[] = {0, 1, 2, 8, 4095, 4096, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffff000, 0xc0000000, 0xffffff9c};
	uint32_t kind = draw() % 12;

	if (kind < 4)
		return (long)(uintptr_t)(area + draw() % AREA);
	if (kind < 5)
		return (long)(uintptr_t)names[draw() % NAMES];
	if (kind < 8)
		return (long)(draw() % 32);
	if (kind < 10)
		return (long)edges[draw() % (sizeof(edges) / sizeof(edges[0]))];
	return (long)(kind < 11 ? 1u << draw() % 32 : draw());
}

/* Structures that point to more of themselves, sizes and descriptors: noise that makes some sense. */
static void stir(void)
{
	for (int i = 0; i < 64; i++)
		((uint32_t *)area)[draw() % (AREA / 4)] = (uint32_t)argument();
}

static void open_files(void)
{
	static const char *const files[] = {"/dev/zero", "/dev/null", "/proc/self/maps", "/proc/self/stat", "/proc", "/dev/ptmx",
					    "/dev/urandom", "/proc/self/mem", "/tmp/fuzz-calls", "/dev/full"};
	int ends[2];

	for (int fd = 0; fd < 32; fd++)
		close(fd);
	open("/dev/null", O_RDWR);
	dup(0);
	dup(0);
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		open(files[i], draw() % 2 ? O_RDWR | O_NONBLOCK : O_RDONLY | O_NONBLOCK);
	for (int i = 0; i < 2; i++) {
		if (pipe(ends) == 0 && i)
			fcntl(ends[0], F_SETFL, O_NONBLOCK), fcntl(ends[1], F_SETFL, O_NONBLOCK);
	}
	syscall(SYS_eventfd2, draw() % 3, O_NONBLOCK);
	syscall(SYS_timerfd_create, 1, O_NONBLOCK);
	syscall(SYS_epoll_create1, 0);
	syscall(SYS_memfd_create, "x", 0);
	syscall(SYS_inotify_init1, O_NONBLOCK);
	open("/tmp/fuzz-calls/a", O_RDWR | O_CREAT, 0666);
	open("/tmp/fuzz-calls/b", O_RDWR | O_CREAT | O_APPEND, 0666);
}

/* Calls that wait are interrupted. */
static void ticked(int sig)
{
	(void)sig;
}

static void tick(void)
{
	const struct sigaction action = {.sa_handler = ticked};
	const struct itimerval every = {{0, 20000}, {0, 20000}};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
}

static void worker(uint32_t seed, int root, int calls)
{
	const struct rlimit space = {64 << 20, 64 << 20}, size = {1 << 20, 1 << 20}, processes = {20, 20};

	state = seed | 1;
	open_files();
	setsid();
	setrlimit(RLIMIT_AS, &space);
	setrlimit(RLIMIT_FSIZE, &size);
	setrlimit(RLIMIT_NPROC, &processes);
	if (chdir("/tmp/fuzz-calls") != 0 || chroot(".") != 0)
		_exit(3);
	if (!root && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		_exit(3);
	area = mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tick();
	for (int i = 0; i < calls; i++) {
		long number = (long)(draw() % NUMBERS);

		if (LISTED(useless, number) || (root && LISTED(not_for_root, number)))
			continue;
		if (i % 8 == 0)
			stir();
		long a = argument(), b = argument(), c = argument(), d = argument(), e = argument(), f = argument();
		/* A queue outlives its makers, and only who knows its name removes it. */
		if (number == SYS_mq_open && a >= (long)(uintptr_t)area && a < (long)(uintptr_t)area + AREA)
			a = (long)(uintptr_t)names[(unsigned)a % NAMES];
		syscall(number, a, b, c, d, e, f);
	}
	_exit(0);
}

/*
 * A worker may have blocked every signal, stopped itself, or left children: all of it ends here. One that has asked to
 * be traced reports its stops to us and goes no further; let go of without being killed it would live on.
 */
static int reap(pid_t pid)
{
	int status;

	for (int waited = 0; waited < PATIENCE; waited += 10) {
		pid_t found = waitpid(pid, &status, WNOHANG);

		if (found < 0)
			return 0;
		if (found == pid && (WIFEXITED(status) || WIFSIGNALED(status)))
			return 1;
		if (found == pid)
			break;
		usleep(10000);
	}
	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && (WIFEXITED(status) || WIFSIGNALED(status));
}

/* Descendants that no longer belong to a worker are killed by someone of their own. */
static void kill_nobody(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (setuid(NOBODY) == 0)
			kill(-1, SIGKILL);
		_exit(0);
	}
	waitpid(pid, &status, 0);
}

static void clean_up(void)
{
	remove_ipc();
	for (unsigned i = 0; i < NAMES; i++)
		syscall(SYS_mq_unlink, names[i]);
	remove_below("/tmp/fuzz-calls");
}

static int run(uint32_t seed, int index, int calls)
{
	pid_t pid;
	int reaped;

	/* The one before may have locked everybody out. */
	chmod("/tmp/fuzz-calls", 0777);
	mkdir("/tmp/fuzz-calls/d", 0777);
	pid = fork();
	if (pid == 0)
		worker(seed * 2654435761u + (uint32_t)index * 40503u, index % 2 == 0, calls);
	reaped = pid > 0 && reap(pid);
	if (index % 2)
		kill_nobody();
	return reaped;
}

int main(int argc, char **argv)
{
	uint32_t seed = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1;
	int workers = argc > 2 ? atoi(argv[2]) : 10, calls = argc > 3 ? atoi(argv[3]) : 2000, reaped = 0;
	int processes = processes_now();
	static struct residue before, after;

	TEST_PLAN(4);
	umask(0);
	mkdir("/tmp/fuzz-calls", 0777);
	for (int i = 0; i < 4; i++)
		run(seed + 1, i, calls);	/* so that what is cached once is cached */
	clean_up();
	residue_measure(&before, processes);
	for (int i = 0; i < workers; i++)
		reaped += run(seed, i, calls);
	IS(reaped, workers);
	clean_up();
	residue_measure(&after, processes);
	IS(after.processes, processes);
	OK(residue_objects(&before, &after) == 0, "no cache of objects has grown");
	OK(after.free + RESIDUE_BYTES >= before.free, "the memory is back");
	DIAG("seed %u: %llu bytes free before, %llu after", (unsigned)seed, before.free, after.free);
	return test_done();
}
