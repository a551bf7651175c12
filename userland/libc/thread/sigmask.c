/* A thread's signal mask. */
#include <pthread.h>
#include <signal.h>
#include "thread.h"

#define SIGSET_SIZE 8L

int pthread_sigmask(int how, const sigset_t *__restrict set, sigset_t *__restrict old)
{
	sigset_t allowed;
	long answer;

	if (set) {
		allowed = *set;
		if (how != SIG_UNBLOCK)
			__without_internal(&allowed);
	}
	answer = __syscall(SYS_rt_sigprocmask, (long)how, set ? (long)&allowed : 0L, (long)old, SIGSET_SIZE);
	if (!answer && old)
		__without_internal(old);
	return (int)-answer;
}

void __block_all(sigset_t *old)
{
	const sigset_t all = { { ~0U, ~(1U << (SIGSETXID - 33)) } };

	(void)__syscall(SYS_rt_sigprocmask, (long)SIG_BLOCK, (long)&all, (long)old, SIGSET_SIZE);
}

void __restore_mask(const sigset_t *old)
{
	(void)__syscall(SYS_rt_sigprocmask, (long)SIG_SETMASK, (long)old, 0L, SIGSET_SIZE);
}
