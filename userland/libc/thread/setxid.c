/*
 * Credentials belong to the process, though the kernel keeps them by thread: a change is made by every thread,
 * in the handler of SIGSETXID. Nobody starts or ends meanwhile. If the kernel refuses the first thread, the
 * others are not asked; it gives all of them the same answer.
 */
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include "thread.h"

static struct command {
	long number, a, b, c;
	volatile int left;
} command;

static void handler(int signal)
{
	struct thread *self = thread_self();

	(void)signal;
	if (!__atomic_exchange_n(&self->setxid_waits, 0, __ATOMIC_SEQ_CST))
		return;
	/* A thread that kept its old rights would be a hole. */
	if (__syscall(command.number, command.a, command.b, command.c))
		__builtin_trap();
	if (!__atomic_sub_fetch(&command.left, 1, __ATOMIC_SEQ_CST))
		__futex_wake(&command.left, 1, 0);
}

static long for_all(long number, long a, long b, long c)
{
	struct sigaction action = { .sa_flags = SA_RESTART };
	struct thread *self = thread_self();
	long answer = __syscall(number, a, b, c);
	int left;

	if (answer)
		return answer;
	action.sa_handler = handler;
	sigfillset(&action.sa_mask);
	(void)__sigaction(SIGSETXID, &action, NULL);
	command = (struct command){ number, a, b, c, __threads_count - 1 };
	for (struct thread *thread = self->next; thread != self; thread = thread->next) {
		__atomic_store_n(&thread->setxid_waits, 1, __ATOMIC_SEQ_CST);
		(void)__syscall(SYS_tkill, (long)thread->tid, (long)SIGSETXID);
	}
	while ((left = command.left))
		__futex_wait(&command.left, left, CLOCK_MONOTONIC, NULL, 0);
	return answer;
}

long __setxid(long number, long a, long b, long c)
{
	sigset_t mask;
	long answer;

	if (!__threaded)
		return __syscall(number, a, b, c);
	__block_all(&mask);
	__lock(&__threads_lock);
	answer = for_all(number, a, b, c);
	__unlock(&__threads_lock);
	__restore_mask(&mask);
	return answer;
}
