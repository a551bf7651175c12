/* Rows of processes and threads: switches, wake-ups, signals, births and deaths. */
#include "raw.h"

static char byte;

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

#define RING_MAX 64

/* A token around a ring of processes: one hop is one wake-up and one switch. */
static long ring(u32 n, u32 size)
{
	int pipes[RING_MAX][2];
	long pids[RING_MAX];
	u32 i, j, rounds = n / size;

	for (i = 0; i < size; i++)
		if (sys1(NR_pipe, pipes[i]))
			return -24;
	for (i = 1; i < size; i++) {
		pids[i] = sys0(NR_fork);
		if (pids[i] < 0)
			return pids[i];
		if (!pids[i]) {
			for (j = 0; j <= rounds; j++) {
				sys3(NR_read, pipes[i][0], &byte, 1);
				sys3(NR_write, pipes[(i + 1) % size][1], &byte, 1);
			}
			sys1(NR_exit, 0);
		}
	}
	/* The first round starts them; it is not counted. */
	for (j = 0; j <= rounds; j++) {
		if (j == 1)
			timed -= now();
		sys3(NR_write, pipes[1][1], &byte, 1);
		sys3(NR_read, pipes[0][0], &byte, 1);
	}
	timed += now();
	for (i = 1; i < size; i++)
		sys3(NR_waitpid, pids[i], 0, 0);
	for (i = 0; i < size; i++) {
		sys1(NR_close, pipes[i][0]);
		sys1(NR_close, pipes[i][1]);
	}
	return 0;
}

static long ring_2(u32 n) { return ring(n, 2); }
static long ring_8(u32 n) { return ring(n, 8); }
static long ring_64(u32 n) { return ring(n, 64); }

struct crowd {
	volatile u32 stop, turns, warm;		/* turns: of all of them together */
};

/* One instruction, so that a preemption loses none. */
static void count(volatile u32 *n)
{
	__asm__ volatile("incl %0" : "+m"(*n));
}

/* After three turns of each, all their pages are there. */
static void yield_in_crowd(volatile struct crowd *c)
{
	u32 mine;

	for (mine = 0; !c->stop; mine++) {
		if (mine < 3)
			count(&c->warm);
		count(&c->turns);
		sys0(NR_sched_yield);
	}
}

static long set_policy(long policy, u32 priority)
{
	return sys3(NR_sched_setscheduler, 0, policy, &priority);
}

/*
 * All of them sleep now. Those that come back after others have run for long enough are alike to a fair scheduler; and
 * a real-time process lets all of them wake before the first one runs.
 */
static void open_gate(int fd)
{
	struct { long sec, nsec; } moment = { 0, 1000000 };
	u64 end = now() + 20000000;

	while (now() < end)
		;
	sys2(NR_nanosleep, &moment, 0);
	set_policy(1, 1);
	sys1(NR_close, fd);
}

/*
 * `size` processes that yield to each other, all runnable all the time. The first one times its rounds, once every
 * other has had turns; what is counted is the turns that were had by anybody, since the order is the scheduler's.
 */
static long crowd(u32 n, u32 size)
{
	u32 turns, i;
	u64 cycles = 0;
	int go[2], ready[2], result[2];
	volatile struct crowd *c = map_file(4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	long pid;

	if (bad(c))
		return (long)c;
	if (sys1(NR_pipe, go) || sys1(NR_pipe, ready) || sys1(NR_pipe, result))
		return -24;
	for (i = 0; i < size; i++) {
		pid = sys0(NR_fork);
		if (pid < 0)
			return pid;
		if (pid)
			continue;
		set_policy(0, 0);
		sys1(NR_close, go[1]);
		sys3(NR_write, ready[1], &byte, 1);
		sys3(NR_read, go[0], &byte, 1);
		if (i) {
			yield_in_crowd(c);
			sys1(NR_exit, 0);
		}
		while (c->warm < 3 * (size - 1))
			sys0(NR_sched_yield);
		turns = c->turns;
		cycles = now();
		while (c->turns - turns < n) {
			count(&c->turns);
			sys0(NR_sched_yield);
		}
		cycles = (now() - cycles) * n;
		turns = c->turns - turns;
		__asm__("divl %4" : "=a"(i), "=d"(turns) : "0"((u32)cycles), "1"((u32)(cycles >> 32)), "r"(turns));
		cycles = i;
		c->stop = 1;
		sys3(NR_write, result[1], &cycles, sizeof(cycles));
		sys1(NR_exit, 0);
	}
	for (i = 0; i < size; i++)
		sys3(NR_read, ready[0], &byte, 1);
	open_gate(go[1]);
	sys3(NR_read, result[0], &cycles, sizeof(cycles));
	set_policy(0, 0);
	timed += cycles;
	for (i = 0; i < size; i++)
		sys3(NR_waitpid, -1, 0, 0);
	sys1(NR_close, go[0]);
	for (i = 0; i < 2; i++) {
		sys1(NR_close, ready[i]);
		sys1(NR_close, result[i]);
	}
	sys2(NR_munmap, c, 4096);
	return 0;
}

static long crowd_2(u32 n) { return crowd(n, 2); }
static long crowd_100(u32 n) { return crowd(n, 100); }
static long crowd_1000(u32 n) { return crowd(n, 1000); }

/* ---- threads ---- */

#define CLONE_THREAD_FLAGS 0x350f00	/* VM FS FILES SIGHAND THREAD SYSVSEM PARENT_SETTID CHILD_CLEARTID */
#define FUTEX_WAIT_PRIVATE 128
#define FUTEX_WAKE_PRIVATE 129

/* Stack of the new thread, from its end down: argument, function. */
__asm__(".text\n"
	"clone_thread:\n"	/* eax number, ebx flags, ecx stack, edx parent's tid, esi tls, edi child's tid */
	"	int $0x80\n"
	"	testl %eax,%eax\n"
	"	jnz 1f\n"
	"	popl %eax\n"
	"	call *%eax\n"
	"	movl $1,%eax\n"
	"	xorl %ebx,%ebx\n"
	"	int $0x80\n"
	"1:	ret\n");
extern char clone_thread[];

long thread_start(void (*fn)(void *arg), void *arg, void *stack, volatile u32 *tid)
{
	void **top = (void **)((u32)stack & ~15u) - 4;
	long r;

	top[1] = arg;
	top[0] = (void *)fn;
	__asm__ volatile("call clone_thread" : "=a"(r)
			 : "0"(NR_clone), "b"(CLONE_THREAD_FLAGS), "c"(top), "d"(tid), "S"(0), "D"(tid) : "memory", "cc");
	return r;
}

/* The kernel's wake-up at a thread's end is for processes that share memory too: it is not a private one. */
void thread_join(volatile u32 *tid)
{
	u32 seen;

	while ((seen = *tid))
		sys4(NR_futex, tid, 0, seen, 0);
}

static char thread_stack[16384] __attribute__((aligned(16)));
static volatile u32 thread_id;

static void nothing(void *arg) { (void)arg; }

static long thread_create_join(u32 n)
{
	while (n--) {
		long r = thread_start(nothing, 0, thread_stack + sizeof(thread_stack), &thread_id);

		if (r < 0)
			return r;
		thread_join(&thread_id);
	}
	return 0;
}

static volatile u32 turn;

static void take_turns(u32 mine, u32 n)
{
	while (n--) {
		while (turn != mine)
			sys4(NR_futex, &turn, FUTEX_WAIT_PRIVATE, !mine, 0);
		turn = !mine;
		sys3(NR_futex, &turn, FUTEX_WAKE_PRIVATE, 1);
	}
}

static void second(void *arg) { take_turns(1, (u32)arg); }

static long futex_ping_pong(u32 n)
{
	long r;

	turn = 0;
	r = thread_start(second, (void *)n, thread_stack + sizeof(thread_stack), &thread_id);
	if (r < 0)
		return r;
	take_turns(0, n);
	thread_join(&thread_id);
	return 0;
}

/* ---- processes ---- */

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

static const struct row rows[] = {
	{ "sched-yield", yield, 20000, 0 },
	{ "signal", signal_deliver, 4000, 0 },
	{ "pipe-ping-pong", pipe_ping_pong, 4000, 0 },
	{ "futex-ping-pong", futex_ping_pong, 4000, 0 },
	{ "context-hop-2", ring_2, 8000, 0 },
	{ "context-hop-8", ring_8, 8000, 0 },
	{ "context-hop-64", ring_64, 8000, 0 },
	{ "yield-of-2", crowd_2, 10000, 0 },
	{ "yield-of-100", crowd_100, 10000, 0 },
	{ "yield-of-1000", crowd_1000, 20000, 0 },
	{ "thread-create-join", thread_create_join, 1000, 0 },
	{ "fork-exit", fork_exit, 400, 0 },
	{ "fork-exec", fork_exec, 200, 0 },
	{ 0, 0, 0, 0 },
};

const struct group processes_group = { "processes", rows, 0 };
