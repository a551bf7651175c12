/*
 * Signals as Linux delivers them: handlers with their information, masks, interrupted calls, stops, an alternate
 * stack, death that a parent sees.
 */
#include "../../guest/testing.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

static volatile sig_atomic_t seen, seen_code, nested;
static volatile uintptr_t seen_address, handler_stack;
static volatile pid_t sender;

static void note(int signal, siginfo_t *info, void *context)
{
	volatile char here;

	(void)context;
	seen = signal;
	seen_code = info->si_code;
	sender = info->si_pid;
	handler_stack = (uintptr_t)&here;
}

static void nest(int signal)
{
	if (signal == SIGUSR1) {
		raise(SIGUSR2);
		nested = seen == SIGUSR2 ? 2 : 1;
	} else {
		seen = signal;
	}
}

static void skip_page(int signal, siginfo_t *info, void *context)
{
	(void)context;
	seen = signal;
	seen_address = (uintptr_t)info->si_addr;
	mprotect((void *)(seen_address & ~4095u), 4096, PROT_READ | PROT_WRITE);
}

static void install(int signal, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = handler;
	action.sa_flags = SA_SIGINFO | flags;
	BAIL_UNLESS(sigaction(signal, &action, NULL) == 0, "no handler");
}

static void test_handlers(void)
{
	sigset_t set, old;

	install(SIGUSR1, note, 0);
	OK(kill(getpid(), SIGUSR1) == 0 && seen == SIGUSR1, "a handler has run when kill() returns");
	OK(sender == getpid() && seen_code == SI_USER, "it knows who sent it");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	seen = 0;
	OK(sigprocmask(SIG_BLOCK, &set, &old) == 0 && raise(SIGUSR1) == 0 && seen == 0, "a blocked signal waits");
	OK(sigpending(&set) == 0 && sigismember(&set, SIGUSR1), "and is seen to");
	OK(sigprocmask(SIG_SETMASK, &old, NULL) == 0 && seen == SIGUSR1, "until it is unblocked");
	struct sigaction action;
	memset(&action, 0, sizeof(action));
	action.sa_handler = nest;
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	raise(SIGUSR1);
	IS(nested, 2);
	action.sa_handler = SIG_IGN;
	OK(sigaction(SIGUSR1, &action, NULL) == 0 && raise(SIGUSR1) == 0, "an ignored signal does nothing");
	ERRNO(sigaction(SIGKILL, &action, NULL), EINVAL);
	ERRNO(kill(getpid(), 65), EINVAL);
	ERRNO(kill(0x3fffffff, SIGUSR1), ESRCH);
}

static void test_faults(void)
{
	volatile char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	install(SIGSEGV, skip_page, 0);
	page[123] = 'x';
	OK(seen == SIGSEGV && page[123] == 'x', "an instruction that faulted goes on when its handler mended it");
	IS(seen_address, (uintptr_t)&page[123]);
	static char stack[16384];
	stack_t alternate = {.ss_sp = stack, .ss_size = sizeof(stack)};
	BAIL_UNLESS(sigaltstack(&alternate, NULL) == 0, "no alternate stack");
	install(SIGUSR1, note, SA_ONSTACK);
	raise(SIGUSR1);
	OK(handler_stack >= (uintptr_t)stack && handler_stack < (uintptr_t)stack + sizeof(stack), "on its alternate stack");
}

static void test_interruption(void)
{
	int ends[2];
	char byte;

	install(SIGALRM, note, 0);
	BAIL_UNLESS(pipe(ends) == 0, "no pipe");
	alarm(1);
	ERRNO(read(ends[0], &byte, 1), EINTR);
	install(SIGALRM, note, SA_RESTART);
	pid_t pid = fork();
	BAIL_UNLESS(pid >= 0, "no child");
	if (pid == 0) {
		usleep(1500000);
		_exit(write(ends[1], "r", 1) != 1);
	}
	seen = 0;
	alarm(1);
	OK(read(ends[0], &byte, 1) == 1 && byte == 'r' && seen == SIGALRM, "with SA_RESTART the call goes on");
	waitpid(pid, NULL, 0);
}

static void test_children(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			pause();
	}
	BAIL_UNLESS(pid > 0, "no child");
	OK(kill(pid, SIGSTOP) == 0 && waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "a child stops");
	OK(kill(pid, SIGCONT) == 0 && waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status), "and goes on");
	IS(waitpid(pid, &status, WNOHANG), 0);
	OK(kill(pid, SIGTERM) == 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
	   "and ends by the signal");
	ERRNO(waitpid(pid, &status, 0), ECHILD);
	int ends[2];
	char byte = 0;
	BAIL_UNLESS(pipe(ends) == 0, "no pipe");
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	ERRNO(write(ends[1], &byte, 1), EPIPE);
}

int main(void)
{
	TEST_PLAN(21);
	test_handlers();
	test_faults();
	test_interruption();
	test_children();
	return test_done();
}
