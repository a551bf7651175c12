/* rseq(): registration, sequences that a preemption or a signal breaks off, what threads, fork and exec make of it. */
#define _GNU_SOURCE
#include "../../guest/testing.h"

#include <abi/rseq.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#define SIGNATURE 0x53053053u
#define SIGNATURE_TEXT "0x53053053"

static struct abi_rseq area;

static long rseq(struct abi_rseq *at, unsigned length, int flags, unsigned signature)
{
	return syscall(SYS_rseq, at, length, flags, signature);
}

static int enter(struct abi_rseq *at)
{
	return (int)rseq(at, sizeof(*at), 0, SIGNATURE);
}

/* The description of the sequence below, for those who want to spoil it. */
extern struct abi_rseq_cs long_sequence;
extern char long_abort[];

/* Counts up to a limit within a sequence. 1: it was broken off. */
__attribute__((noinline))
static int count_to(struct abi_rseq *at, volatile unsigned *n, unsigned limit)
{
	int broken = 0;

	__asm__ volatile(
		".pushsection .data\n"
		"	.balign 32\n"
		"	.globl long_sequence\n"
		"long_sequence:\n"
		"	.long 0, 0, 1f, 0, 2f - 1f, 0, long_abort, 0\n"
		".popsection\n"
		"	movl $long_sequence, 8(%1)\n"
		"1:	incl (%2)\n"
		"	cmpl %3, (%2)\n"
		"	jb 1b\n"
		"2:	jmp 3f\n"
		"	.long " SIGNATURE_TEXT "\n"
		"	.globl long_abort\n"
		"long_abort:\n"
		"	movl $1, %0\n"
		"3:\n"
		: "+r"(broken) : "r"(at), "r"(n), "r"(limit) : "memory", "cc");
	return broken;
}

/* Adds one, without a locked instruction: load, add, store. 1: not done. */
__attribute__((noinline))
static int add_one(struct abi_rseq *at, volatile unsigned *n)
{
	unsigned scratch;
	int broken = 0;

	__asm__ volatile(
		".pushsection .data\n"
		"	.balign 32\n"
		"4:	.long 0, 0, 1f, 0, 2f - 1f, 0, 5f, 0\n"
		".popsection\n"
		"	movl $4b, 8(%2)\n"
		"1:	movl (%3), %1\n"
		"	incl %1\n"
		"	jmp 6f\n"		/* an emulator takes interrupts between blocks */
		"6:\n"
		"	movl %1, (%3)\n"
		"2:	jmp 3f\n"
		"	.long " SIGNATURE_TEXT "\n"
		"5:	movl $1, %0\n"
		"3:\n"
		: "+r"(broken), "=&r"(scratch) : "r"(at), "r"(n) : "memory", "cc");
	return broken;
}

static void registration(void)
{
	static struct abi_rseq other;

	ERRNO(rseq(&area, sizeof(area), 2, SIGNATURE), EINVAL);
	ERRNO(rseq(&area, sizeof(area) - 1, 0, SIGNATURE), EINVAL);
	ERRNO(rseq((void *)((char *)&area + 16), sizeof(area), 0, SIGNATURE), EINVAL);
	ERRNO(rseq((void *)0xc0000000u, sizeof(area), 0, SIGNATURE), EFAULT);
	ERRNO(rseq((void *)0x20u, sizeof(area), 0, SIGNATURE), EFAULT);
	ERRNO(rseq(&area, sizeof(area), RSEQ_FLAG_UNREGISTER, SIGNATURE), EINVAL);
	area.cpu_id = (unsigned)RSEQ_CPU_ID_UNINITIALIZED;
	IS(enter(&area), 0);
	OK(area.cpu_id == 0 && area.cpu_id_start == 0, "the processor's number is there");
	ERRNO(enter(&area), EBUSY);
	ERRNO(rseq(&area, sizeof(area), 0, 5), EPERM);
	ERRNO(enter(&other), EINVAL);
	ERRNO(rseq(&area, sizeof(area), RSEQ_FLAG_UNREGISTER, 5), EPERM);
	ERRNO(rseq(&other, sizeof(area), RSEQ_FLAG_UNREGISTER, SIGNATURE), EINVAL);
	IS(rseq(&area, sizeof(area), RSEQ_FLAG_UNREGISTER, SIGNATURE), 0);
	IS((int)area.cpu_id, RSEQ_CPU_ID_UNINITIALIZED);
	ERRNO(rseq(&area, sizeof(area), RSEQ_FLAG_UNREGISTER, SIGNATURE), EINVAL);
	IS(enter(&area), 0);
}

static void preemption(void)
{
	volatile unsigned n = 0;
	pid_t other;
	int broken = 0;

	IS(count_to(&area, &n, 1000), 0);
	IS(n, 1000);
	other = fork();
	if (!other)
		for (;;)
			;
	for (int i = 0; i < 3; i++) {
		n = 0;
		broken += count_to(&area, &n, 0xffffffffu);
	}
	IS(broken, 3);
	OK(area.rseq_cs == 0, "who was broken off is in no sequence any more");
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
}

static volatile unsigned long interrupted_at;

static void handler(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	interrupted_at = (unsigned long)((ucontext_t *)context)->uc_mcontext.eip;
}

static void signals(void)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	struct itimerval soon = { .it_value = { 0, 3000 } };
	volatile unsigned n = 0;
	int broken = 0;

	sigaction(SIGALRM, &action, NULL);
	/* Somebody else's turn may break it off before: then the signal comes later. */
	for (int i = 0; i < 50 && interrupted_at != (unsigned long)long_abort; i++) {
		interrupted_at = n = 0;
		setitimer(ITIMER_REAL, &soon, NULL);
		while (!interrupted_at)
			broken += count_to(&area, &n, 0xffffffffu);
	}
	OK(broken > 0, "a signal breaks a sequence off");
	OK(interrupted_at == (unsigned long)long_abort, "the handler interrupts what comes after the sequence");
	/* Outside of the sequence that it names, a thread goes on where it was. */
	area.rseq_cs = (unsigned long)&long_sequence;
	interrupted_at = 0;
	raise(SIGALRM);
	OK(interrupted_at && interrupted_at != (unsigned long)long_abort, "outside of a sequence nothing is broken off");
	OK(area.rseq_cs == 0, "and the name is taken away");
}

/* How a child ends that is preempted or gets a signal after `spoil`. */
static int end_of(void (*spoil)(void), int sig)
{
	volatile unsigned n = 0;
	struct itimerval soon = { .it_value = { 0, 10000 } };
	int status;
	pid_t child = fork();

	if (!child) {
		spoil();
		if (sig)
			raise(sig);
		setitimer(ITIMER_REAL, &soon, NULL);
		count_to(&area, &n, 0xffffffffu);
		_exit(7);
	}
	waitpid(child, &status, 0);
	return status;
}

static void spoil_nothing(void) { }
static void spoil_pointer(void) { area.rseq_cs = 0x30; }
static void spoil_kernel(void) { area.rseq_cs = 0xd0000000u; }
static void spoil_version(void) { long_sequence.version = 1; }
static void spoil_flags(void) { long_sequence.flags = 1; }
static void spoil_length(void) { long_sequence.post_commit_offset = 0xfffffff0u; }
static void spoil_place(void) { long_sequence.abort_ip = long_sequence.start_ip; }
static void spoil_signature(void) { long_sequence.abort_ip += 3; }

static void spoil_area(void)
{
	struct abi_rseq *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	rseq(&area, sizeof(area), RSEQ_FLAG_UNREGISTER, SIGNATURE);
	if (enter(page) || munmap(page, 4096))
		_exit(8);
}

static void spoils(void)
{
	IS(WEXITSTATUS(end_of(spoil_nothing, SIGALRM)), 7);
	IS(WTERMSIG(end_of(spoil_pointer, SIGALRM)), SIGSEGV);
	IS(WTERMSIG(end_of(spoil_kernel, SIGALRM)), SIGSEGV);
	IS(WTERMSIG(end_of(spoil_version, 0)), SIGSEGV);
	IS(WTERMSIG(end_of(spoil_flags, 0)), SIGSEGV);
	IS(WTERMSIG(end_of(spoil_length, 0)), SIGSEGV);
	IS(WTERMSIG(end_of(spoil_place, 0)), SIGSEGV);
	IS(WTERMSIG(end_of(spoil_signature, 0)), SIGSEGV);
	IS(WTERMSIG(end_of(spoil_area, SIGALRM)), SIGSEGV);
}

static volatile unsigned shared_count;

static void *adds(void *argument)
{
	struct abi_rseq mine = { 0 };
	long broken = 0;

	if (enter(&mine))
		return (void *)-1L;
	for (int i = 0; i < (int)(long)argument; i++)
		while (add_one(&mine, &shared_count))
			broken++;
	return rseq(&mine, sizeof(mine), RSEQ_FLAG_UNREGISTER, SIGNATURE) ? (void *)-2L : (void *)broken;
}

static void threads(int rounds)
{
	pthread_t made[4];
	void *result;
	long broken = 0;
	int bad = 0;

	for (int i = 0; i < 4; i++)
		pthread_create(&made[i], NULL, adds, (void *)(long)rounds);
	for (int i = 0; i < 4; i++) {
		pthread_join(made[i], &result);
		bad |= (long)result < 0;
		broken += (long)result;
	}
	OK(!bad, "each thread registers an area of its own");
	IS(shared_count, 4u * (unsigned)rounds);
	DIAG("%ld additions were broken off", broken);
}

static void families(const char *program)
{
	int status;
	pid_t child = fork();

	if (!child)
		_exit(enter(&area) == -1 && errno == EBUSY ? 3 : 4);
	waitpid(child, &status, 0);
	OK(WEXITSTATUS(status) == 3, "a forked process keeps it");
	child = fork();
	if (!child) {
		execl(program, program, "fresh", NULL);
		_exit(9);
	}
	waitpid(child, &status, 0);
	OK(WEXITSTATUS(status) == 5, "a new program has none");
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "fresh"))
		return enter(&area) ? 6 : 5;
	registration();
	preemption();
	signals();
	spoils();
	threads(argc > 1 ? atoi(argv[1]) : 100000);
	families(argv[0]);
	return test_done();
}
