/* Signals to one thread. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "thread.h"

/* A thread that has ended but was not joined gets nothing, which is no error. */
int pthread_kill(pthread_t thread, int signal)
{
	struct thread *target = thread_of(thread);
	sigset_t mask;
	long answer = 0;

	if (signal < 0 || signal > ABI_NSIG)
		return EINVAL;
	__block_all(&mask);
	__lock(&target->kill_lock);
	if (target->tid && target->state != THREAD_ENDED)
		answer = __syscall(SYS_tgkill, __syscall(SYS_getpid), (long)target->tid, (long)signal);
	__unlock(&target->kill_lock);
	__restore_mask(&mask);
	return (int)-answer;
}

int pthread_sigqueue(pthread_t thread, int signal, const union sigval value)
{
	struct thread *target = thread_of(thread);
	siginfo_t info;
	sigset_t mask;
	long answer = -ESRCH;

	memset(&info, 0, sizeof(info));
	info.si_signo = signal;
	info.si_code = SI_QUEUE;
	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value = value;
	__block_all(&mask);
	__lock(&target->kill_lock);
	if (target->tid && target->state != THREAD_ENDED)
		answer = __syscall(SYS_rt_tgsigqueueinfo, (long)info.si_pid, (long)target->tid, (long)signal,
				   (long)&info);
	__unlock(&target->kill_lock);
	__restore_mask(&mask);
	return (int)-answer;
}
