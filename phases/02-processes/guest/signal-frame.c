/* What a handler finds and may change: faults and their addresses, the frame, its stack, the FPU, the flags. */
#include "../../guest/testing.h"
#include "thread.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>

static sigjmp_buf back;
static siginfo_t last;
static volatile int ran, depth;
static volatile uintptr_t stack_seen;
static unsigned char code_seen[8];
static volatile unsigned flags_seen;

static void jump(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	last = *info;
	siglongjmp(back, 1);
}

static void install(int signal, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};

	BAIL_UNLESS(sigaction(signal, &action, NULL) == 0, "no handler");
}

#define FAULT(statement, signal, code) \
	do { \
		memset(&last, 0, sizeof(last)); \
		if (!sigsetjmp(back, 1)) { \
			statement; \
		} \
		OK(last.si_signo == (signal) && last.si_code == (code), "%s: signal %d, code %d", #statement, last.si_signo, last.si_code); \
	} while (0)

static void test_faults(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
	char *read_only = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile int zero = 0, one = 1, quotient;

	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		install(signals[i], jump, 0);
	FAULT(*(volatile int *)0x1234 = 1, SIGSEGV, SEGV_MAPERR);
	IS((uintptr_t)last.si_addr, 0x1234);
	FAULT(*(volatile char *)read_only = 1, SIGSEGV, SEGV_ACCERR);
	OK(last.si_addr == read_only, "with the address");
	FAULT(*(volatile int *)0x80100000 = 1, SIGSEGV, SEGV_MAPERR);
	FAULT(((void (*)(void))read_only)(), SIGSEGV, SEGV_ACCERR);
	FAULT(quotient = one / zero, SIGFPE, FPE_INTDIV);
	FAULT(__asm__ volatile("ud2"), SIGILL, ILL_ILLOPN);
	FAULT(__asm__ volatile("hlt"), SIGSEGV, SI_KERNEL);
	FAULT(__asm__ volatile("int3"), SIGTRAP, SI_KERNEL);
	FAULT(__asm__ volatile("int $0x21"), SIGSEGV, SI_KERNEL);
	(void)quotient;
	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
}

static void look(int signal, siginfo_t *info, void *context)
{
	volatile char here;

	(void)signal, (void)info;
	ran++;
	stack_seen = (uintptr_t)&here;
	/* Behind the frame's ucontext stands the code of the way back, which debuggers look for. */
	memcpy(code_seen, (char *)context + sizeof(struct abi_ucontext), sizeof(code_seen));
	__asm__ volatile("pushfl; popl %0" : "=r"(flags_seen));
}

static void change_registers(int signal, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signal, (void)info;
	uc->uc_mcontext.ebx = 0x1badcafe;
	uc->uc_mcontext.eflags |= 1;
	sigaddset(&uc->uc_sigmask, SIGUSR2);
}

static void recurse(int signal, siginfo_t *info, void *context)
{
	(void)info, (void)context;
	if (++depth < 50)
		raise(signal);
}

static void test_frames(void)
{
	static const unsigned char rt_code[7] = {0xb8, 173, 0, 0, 0, 0xcd, 0x80};
	sigset_t mask;

	install(SIGUSR1, look, 0);
	__asm__ volatile("std" ::: "cc");
	syscall(SYS_kill, getpid(), SIGUSR1);
	__asm__ volatile("cld" ::: "cc");
	OK(ran == 1 && !(flags_seen & 0x400), "the direction flag is clear in a handler");
	OK(memcmp(code_seen, rt_code, sizeof(rt_code)) == 0, "the frame shows Linux's code of the way back");
	install(SIGUSR1, change_registers, 0);
	unsigned value, flags;
	__asm__ volatile("movl $37, %%eax\n\tmovl %2, %%ebx\n\tmovl $10, %%ecx\n\tint $0x80\n\tpushfl\n\tpopl %1\n\tmovl %%ebx, %0"
			 : "=&r"(value), "=&r"(flags) : "S"(getpid()) : "eax", "ebx", "ecx", "memory", "cc");
	OK(value == 0x1badcafe && flags & 1, "what a handler writes into its context is loaded");
	OK(sigprocmask(SIG_SETMASK, NULL, &mask) == 0 && sigismember(&mask, SIGUSR2), "the mask too");
	sigdelset(&mask, SIGUSR2);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	install(SIGUSR1, recurse, SA_NODEFER);
	raise(SIGUSR1);
	IS(depth, 50);
	install(SIGUSR1, recurse, (int)SA_RESETHAND);
	depth = 100;
	raise(SIGUSR1);
	struct sigaction action;
	OK(depth == 101 && sigaction(SIGUSR1, NULL, &action) == 0 && action.sa_handler == SIG_DFL, "SA_RESETHAND");
}

static void test_stack(void)
{
	static char stack[32768];
	stack_t alternate = {.ss_sp = stack, .ss_size = sizeof(stack)}, small = {.ss_sp = stack, .ss_size = 1000}, old;
	int status;

	IS(sigaltstack(&alternate, NULL), 0);
	ERRNO(sigaltstack(&small, NULL), ENOMEM);
	small.ss_flags = 8;
	ERRNO(sigaltstack(&small, NULL), EINVAL);
	install(SIGUSR1, look, SA_ONSTACK);
	raise(SIGUSR1);
	OK(stack_seen >= (uintptr_t)stack && stack_seen < (uintptr_t)stack + sizeof(stack), "SA_ONSTACK");
	OK(sigaltstack(NULL, &old) == 0 && old.ss_sp == stack && old.ss_flags == 0, "which is left again");
	/* A stack that is used up: the handler runs on the other one; without it the signal kills. */
	for (int with = 0; with < 2; with++) {
		pid_t pid = fork();
		if (pid == 0) {
			install(SIGSEGV, jump, with ? SA_ONSTACK : 0);
			if (sigsetjmp(back, 1))
				_exit(last.si_signo == SIGSEGV ? 7 : 8);
			__asm__ volatile("movl $0x20000, %esp; pushl $1");
		}
		BAIL_UNLESS(waitpid(pid, &status, 0) == pid, "no child");
		IS(status, with ? 7 << 8 : SIGSEGV);
	}
	alternate.ss_flags = SS_DISABLE;
	IS(sigaltstack(&alternate, NULL), 0);
}

static void use_fpu(int signal, siginfo_t *info, void *context)
{
	volatile double d = 1.5;

	(void)signal, (void)info, (void)context;
	for (int i = 0; i < 50; i++)
		d = d * 1.37 + i;
	ran++;
}

static void test_fpu(void)
{
	struct itimerval every = {{0, 1000}, {0, 1000}}, zero = {{0, 0}, {0, 0}};
	long long start = now();
	int wrong = 0;

	install(SIGALRM, use_fpu, 0);
	ran = 0;
	setitimer(ITIMER_REAL, &every, NULL);
	while (now() - start < 200000000) {
		double product = 1.0;
		for (int i = 1; i < 50; i++)
			product *= 1.0 + 1.0 / i;
		wrong += product < 49.999999 || product > 50.000001;
	}
	setitimer(ITIMER_REAL, &zero, NULL);
	OK(ran > 5 && wrong == 0, "%d handlers used the FPU, %d results are wrong", ran, wrong);
	unsigned short word = 0x0c7f, after;
	__asm__ volatile("fldcw %0" :: "m"(word));
	raise(SIGALRM);
	__asm__ volatile("fnstcw %0" : "=m"(after));
	IS(after, word);
	__asm__ volatile("fninit");
}

/* A forged frame: the program dies, and nothing else. */
static void test_forged(void)
{
	int right = 1, status;

	for (unsigned seed = 1; seed <= 60; seed++) {
		pid_t pid = fork();
		if (pid == 0) {
			static unsigned frame[400] __attribute__((aligned(16)));
			unsigned r = seed * 2654435761u;
			for (int i = 0; i < 400; i++)
				frame[i] = (r = r * 1103515245 + 12345) >> (seed % 3 * 8);
			alarm(2);
			__asm__ volatile("movl %0, %%esp\n\tmovl %1, %%eax\n\tint $0x80\n\tud2" ::"r"(frame + 20), "r"(seed % 2 ? 119 : 173));
		}
		right &= waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
	}
	OK(right, "sixty forged frames each kill their program alone");
}

int main(void)
{
	TEST_PLAN(28);
	test_faults();
	test_frames();
	test_stack();
	test_fpu();
	test_forged();
	return test_done();
}
