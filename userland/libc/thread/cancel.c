/* Cancellation: asking for it, the handler of SIGCANCEL, states and types. */
#include <pthread.h>
#include <signal.h>
#include "thread.h"

extern const char __cancel_from[] __attribute__((visibility("hidden")));
extern const char __cancel_to[] __attribute__((visibility("hidden")));
extern const char __cancel_now[] __attribute__((visibility("hidden")));

void __cancel_thread(void)
{
	__pthread_exit(PTHREAD_CANCELED);
}

/*
 * In a cancellation point, the thread leaves it; of the asynchronous type, it ends here. Elsewhere the
 * flag suffices, unless another handler has interrupted a cancellation point: then the signal is kept
 * pending until that handler returns.
 */
static void handler(int signal, siginfo_t *info, void *argument)
{
	struct thread *self = thread_self();
	ucontext_t *context = argument;
	uintptr_t at = context->uc_mcontext.eip;

	(void)info;
	if (!self->cancel || self->cancel_state == PTHREAD_CANCEL_DISABLE)
		return;
	if (self->cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS && self->cancel_state == PTHREAD_CANCEL_ENABLE) {
		const sigset_t open = { { 0, 1U << (SIGCANCEL - 33) } };

		(void)__syscall(SYS_rt_sigprocmask, (long)SIG_UNBLOCK, (long)&open, 0L, 8L);
		__cancel_thread();
	}
	if (at >= (uintptr_t)__cancel_from && at < (uintptr_t)__cancel_to) {
		context->uc_mcontext.eip = (uintptr_t)__cancel_now;
		return;
	}
	sigaddset(&context->uc_sigmask, signal);
	(void)__syscall(SYS_tkill, (long)self->tid, (long)signal);
}

static void install(void)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_RESTART };

	action.sa_sigaction = handler;
	sigfillset(&action.sa_mask);
	action.sa_mask.__bits[1] &= ~(1U << (SIGSETXID - 33));
	(void)__sigaction(SIGCANCEL, &action, NULL);
}

int pthread_cancel(pthread_t thread)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct thread *self = thread_self(), *target = thread_of(thread);

	pthread_once(&once, install);
	__atomic_store_n(&target->cancel, 1, __ATOMIC_SEQ_CST);
	if (target == self) {
		if (self->cancel_state == PTHREAD_CANCEL_ENABLE &&
		    self->cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS)
			__cancel_thread();
		return 0;
	}
	return pthread_kill(thread, SIGCANCEL);
}
