/*
 * PTRACE_O_SUSPEND_SECCOMP: while a tracer that may do anything says so, a tracee's seccomp lets everything pass; who may
 * not say so, and that the filters are back when the option or the tracer is gone.
 */
#include "../../guest/testing.h"

#include <abi/ptrace.h>
#include <abi/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define SUSPEND ((void *)PTRACE_O_SUSPEND_SECCOMP)

static long trace(long request, pid_t pid, unsigned long addr, void *data)
{
	return syscall(SYS_ptrace, request, pid, addr, data);
}

/* getppid() fails with EBADMSG from here on. */
static int filter(void)
{
	struct abi_sock_filter code[] = {
		{ BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct abi_seccomp_data, nr) },
		{ BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_getppid },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EBADMSG },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW },
	};
	struct abi_sock_fprog program = { 4, (unsigned)(unsigned long)code };

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static int refused(void)
{
	return syscall(SYS_getppid) == -1 && errno == EBADMSG;
}

/* A child with a filter, or in strict mode, that stops; then says in its status whether the call passed; and again. */
static pid_t child(int strict)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (!strict && filter())
			_exit(100);
		raise(SIGSTOP);
		if (strict && prctl(PR_SET_SECCOMP, 1 /* strict */, 0, 0, 0))
			_exit(101);
		status = refused();
		if (strict)
			syscall(SYS_exit, status);	/* the only end that it may have */
		raise(SIGSTOP);
		_exit(status | refused() << 1);
	}
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
		return -1;
	return pid;
}

static pid_t seized(int strict, void *options)
{
	pid_t pid = child(strict);
	int status;

	BAIL_UNLESS(pid > 0, "no child");
	if (trace(PTRACE_SEIZE, pid, 0, options))
		return -1;
	BAIL_UNLESS(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status), "no stop");
	kill(pid, SIGCONT);
	return pid;
}

/* Lets it go on to its end, over a stop at which the options become `then`. */
static int end_of(pid_t pid, void *then)
{
	int status;

	trace(PTRACE_CONT, pid, 0, 0);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		int sig = WSTOPSIG(status);

		if (sig == SIGSTOP && status >> 16 == 0) {
			trace(PTRACE_SETOPTIONS, pid, 0, then);
			sig = 0;			/* it goes on at once */
		}
		trace(PTRACE_CONT, pid, 0, (void *)(long)(status >> 16 ? 0 : sig));
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* In a child of its own: what seizing or setting the option is answered by who is in that state. */
static int answer_of(void (*become)(void), int seize)
{
	pid_t pid = fork(), tracee;
	int status;

	if (pid == 0) {
		tracee = seize ? child(0) : seized(0, NULL);
		become();
		if (seize)
			status = trace(PTRACE_SEIZE, tracee, 0, SUSPEND) ? errno : 0;
		else
			status = trace(PTRACE_SETOPTIONS, tracee, 0, SUSPEND) ? errno : 0;
		kill(tracee, SIGKILL);
		_exit(status);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void nobody(void)
{
}

static void user(void)
{
	if (setresuid(1000, 1000, 1000))
		_exit(111);
}

static void filtered(void)
{
	if (filter())
		_exit(112);
}

static void suspended(void)
{
	if (trace(PTRACE_TRACEME, 0, 0, 0))
		_exit(113);
	raise(SIGSTOP);
}

/* A tracer that has the option itself. */
static int answer_to_suspended(void)
{
	pid_t pid = fork(), tracee;
	int status;

	if (pid == 0) {
		tracee = child(0);
		suspended();
		status = trace(PTRACE_SEIZE, tracee, 0, SUSPEND) ? errno : 0;
		kill(tracee, SIGKILL);
		_exit(status);
	}
	while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
		trace(PTRACE_SETOPTIONS, pid, 0, SUSPEND);
		trace(PTRACE_CONT, pid, 0, 0);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(void)
{
	TEST_PLAN(15);
	IS(end_of(seized(0, NULL), NULL), 3);
	IS(end_of(seized(0, SUSPEND), SUSPEND), 0);
	IS(end_of(seized(0, SUSPEND), NULL), 2);
	IS(end_of(seized(0, NULL), SUSPEND), 1);
	IS(end_of(seized(1, NULL), NULL), -SIGKILL);
	IS(end_of(seized(1, SUSPEND), SUSPEND), 0);
	IS(answer_of(nobody, 1), 0);
	IS(answer_of(nobody, 0), 0);
	IS(answer_of(user, 1), EPERM);
	IS(answer_of(user, 0), EPERM);
	IS(answer_of(filtered, 1), EPERM);
	IS(answer_of(filtered, 0), EPERM);
	IS(answer_to_suspended(), EPERM);
	pid_t pid = seized(0, NULL);
	ERRNO(trace(PTRACE_SETOPTIONS, pid, 0, (void *)(PTRACE_O_SUSPEND_SECCOMP << 1)), EINVAL);
	ERRNO(trace(PTRACE_SEIZE, pid, 0, (void *)(PTRACE_O_SUSPEND_SECCOMP << 1)), EIO);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return test_done();
}
