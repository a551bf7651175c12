/* Signals: actions, masks, sending, waiting. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "thread.h"

#define SIGSET_SIZE 8

/* The kernel's record of an action: the members' usual names are macros here. */
struct kernel_action {
	void (*handler)(int);
	unsigned flags;
	void (*restorer)(void);
	sigset_t mask;
};
_Static_assert(sizeof(struct kernel_action) == sizeof(struct abi_sigaction), "struct sigaction");

void __restore(void);
void __restore_rt(void);

int __sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	struct kernel_action new, previous;

	if (action) {
		new.handler = action->sa_handler;
		new.flags = (unsigned)action->sa_flags | SA_RESTORER;
		new.restorer = action->sa_flags & SA_SIGINFO ? __restore_rt : __restore;
		new.mask = action->sa_mask;
	}
	if (SYS4(rt_sigaction, signal, action ? &new : NULL, old ? &previous : NULL, SIGSET_SIZE) < 0)
		return -1;
	if (old) {
		old->sa_handler = previous.handler;
		old->sa_flags = (int)(previous.flags & ~SA_RESTORER);
		old->sa_mask = previous.mask;
	}
	return 0;
}

/* The three signals of the library are nobody else's. */
int sigaction(int signal, const struct sigaction *__restrict action, struct sigaction *__restrict old)
{
	if (signal >= SIGCANCEL - 1 && signal <= SIGSETXID) {
		errno = EINVAL;
		return -1;
	}
	return __sigaction(signal, action, old);
}

void (*signal(int signal, void (*handler)(int)))(int)
{
	struct sigaction action = { .sa_flags = SA_RESTART }, old;

	action.sa_handler = handler;
	return sigaction(signal, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int siginterrupt(int signal, int interrupt)
{
	struct sigaction action;

	if (sigaction(signal, NULL, &action) < 0)
		return -1;
	action.sa_flags = interrupt ? action.sa_flags & ~SA_RESTART : action.sa_flags | SA_RESTART;
	return sigaction(signal, &action, NULL);
}

int sigprocmask(int how, const sigset_t *__restrict set, sigset_t *__restrict old)
{
	int error = pthread_sigmask(how, set, old);

	if (!error)
		return 0;
	errno = error;
	return -1;
}

int sigpending(sigset_t *set)
{
	return SYS2(rt_sigpending, set, SIGSET_SIZE);
}

int sigsuspend(const sigset_t *mask)
{
	return CP2(rt_sigsuspend, mask, SIGSET_SIZE);
}

int sigtimedwait(const sigset_t *__restrict set, siginfo_t *__restrict info,
		 const struct timespec *__restrict timeout)
{
	return CP4(rt_sigtimedwait_time64, set, info, timeout, SIGSET_SIZE);
}

int sigwaitinfo(const sigset_t *__restrict set, siginfo_t *__restrict info)
{
	return sigtimedwait(set, info, NULL);
}

int sigwait(const sigset_t *__restrict set, int *__restrict signal)
{
	int got;

	do
		got = sigwaitinfo(set, NULL);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno;
	*signal = got;
	return 0;
}

int sigaltstack(const stack_t *__restrict stack, stack_t *__restrict old)
{
	return SYS2(sigaltstack, stack, old);
}

int pause(void)
{
	return CP0(pause);
}

int kill(pid_t pid, int signal)
{
	return SYS2(kill, pid, signal);
}

int killpg(pid_t group, int signal)
{
	if (group < 0) {
		errno = EINVAL;
		return -1;
	}
	return kill(-group, signal);
}

int tgkill(pid_t group, pid_t thread, int signal)
{
	return SYS3(tgkill, group, thread, signal);
}

int raise(int signal)
{
	return tgkill(getpid(), gettid(), signal);
}

int sigqueue(pid_t pid, int signal, union sigval value)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = signal;
	info.si_code = SI_QUEUE;
	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value = value;
	return SYS3(rt_sigqueueinfo, pid, signal, &info);
}

static int valid(int signal)
{
	if (signal >= 1 && signal <= ABI_NSIG)
		return 1;
	errno = EINVAL;
	return 0;
}

int sigemptyset(sigset_t *set)
{
	set->__bits[0] = set->__bits[1] = 0;
	return 0;
}

int sigfillset(sigset_t *set)
{
	set->__bits[0] = set->__bits[1] = ~0U;
	return 0;
}

int sigaddset(sigset_t *set, int signal)
{
	if (!valid(signal))
		return -1;
	set->__bits[(signal - 1) / 32] |= 1U << ((signal - 1) % 32);
	return 0;
}

int sigdelset(sigset_t *set, int signal)
{
	if (!valid(signal))
		return -1;
	set->__bits[(signal - 1) / 32] &= ~(1U << ((signal - 1) % 32));
	return 0;
}

int sigismember(const sigset_t *set, int signal)
{
	if (!valid(signal))
		return -1;
	return (set->__bits[(signal - 1) / 32] >> ((signal - 1) % 32)) & 1;
}
