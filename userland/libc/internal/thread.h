/*
 * Threads inside the library: the thread block, locks, futexes, cancellation points.
 *
 * The thread block lies above the thread's static TLS, in one mapping with its stack:
 *
 *	| guard | stack ... | TLS | struct thread |
 *
 * A block is reused when the kernel has cleared its tid: it is the last thing that a thread's end does.
 */
#ifndef LIBC_INTERNAL_THREAD_H
#define LIBC_INTERNAL_THREAD_H

#include <bits/pthreadtypes.h>
#include <bits/sigset.h>
#include <stddef.h>
#include <stdint.h>
#include <abi/futex.h>
#include <abi/sched.h>
#include "libc.h"

#define SIGCANCEL 33		/* kept for the library, with 32 and 34; see SIGRTMIN */
#define SIGSETXID 34
#define CANCEL_MASKED 2		/* a third cancel state: calls return -ECANCELED instead of ending the thread */

#define KEYS_MAX 1024
#define KEYS_BLOCK 32
#define CEILING_MAX 99		/* real-time priorities are 1 to 99 */

enum { THREAD_JOINABLE, THREAD_DETACHED, THREAD_ENDED };

struct key_value {
	unsigned sequence;	/* of the key, when this was set */
	void *value;
};

struct thread_destructor;

/* At %gs:0 of each thread; the offsets of sysinfo and canary are known to the compiler and to crt. */
struct thread {
	struct thread *self;
	void **dtv;
	struct thread *self2;
	int multiple_threads;
	uintptr_t sysinfo;	/* 0x10 */
	uintptr_t canary;	/* 0x14 */
	volatile int tid;	/* the kernel clears it at the end */

	struct thread *next, *previous;		/* all that live, or all that wait for reuse: under __threads_lock */
	volatile int state;
	struct thread *volatile joiner;
	void *(*start)(void *);
	void *argument, *result;
	int iso_start;				/* start() returns an int */
	volatile int start_gate;		/* 0 wait, 1 go, 2 end */
	sigset_t start_mask;

	volatile int cancel;			/* asked for */
	int cancel_state, cancel_type, ending;
	struct __cleanup *cleanup;
	struct thread_destructor *destructors;	/* of thread_local objects */

	volatile int kill_lock;			/* held while a signal is sent and while the thread ends */
	int setxid_waits;			/* has yet to change its credentials */
	int robust_registered;
	void *volatile robust_before;		/* the head of the robust list, as a mutex's two links */
	struct abi_robust_list_head robust;

	int has_keys;
	struct key_value *key_blocks[KEYS_MAX / KEYS_BLOCK];
	struct key_value first_keys[KEYS_BLOCK];

	/* Mutexes with a priority ceiling, under kill_lock (thread/ceiling.c). */
	int ceiling;				/* the highest of those held; 0: none is, and the next two are not known */
	int own_policy, own_priority;		/* what it is scheduled by without them */
	unsigned short ceilings[CEILING_MAX + 1];	/* how many are held of each */

	void *mapping;				/* NULL: the first thread's */
	size_t mapping_size, guard;
	void *stack;				/* lowest usable address */
	size_t stack_size;

	void *loader;				/* dlerror()'s text */
};

static inline struct thread *thread_self(void)
{
	struct thread *self;

	__asm__("movl %%gs:0, %0" : "=r"(self));
	return self;
}

static inline struct thread *thread_of(pthread_t thread)
{
	return (struct thread *)thread;
}

/* More than one thread was started at some time. */
extern int __threaded;
extern volatile int __threads_lock;
extern struct thread *__threads;		/* ring */
extern int __threads_count;

/* A lock that may be skipped while there is one thread; held for short. */
void __lock_wait(volatile int *word);
void __lock_wake(volatile int *word);

static inline void __lock(volatile int *word)
{
	int free = 0;

	if (!__atomic_compare_exchange_n(word, &free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		__lock_wait(word);
}

static inline void __unlock(volatile int *word)
{
	if (__atomic_exchange_n(word, 0, __ATOMIC_RELEASE) == 2)
		__lock_wake(word);
}

/*
 * Futexes. until is absolute on clock, or NULL. Result: 0, EAGAIN, EINTR, ETIMEDOUT, EINVAL, and of the
 * cancellable one ECANCELED.
 */
int __futex_wait(volatile int *word, int value, clockid_t clock, const struct timespec *until, int shared);
int __futex_wait_cancellable(volatile int *word, int value, clockid_t clock, const struct timespec *until,
			     int shared);
void __futex_wake(volatile int *word, int count, int shared);
int __valid_time(clockid_t clock, const struct timespec *until);

/* A system call that is a cancellation point. */
long __syscall_cp(long number, long a, long b, long c, long d, long e, long f);
long __cancel(void);
void __cancel_thread(void) __attribute__((__noreturn__));

#define CP6(name, a, b, c, d, e, f) \
	__result(__syscall_cp(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f)))
#define CP5(name, a, b, c, d, e) CP6(name, a, b, c, d, e, 0)
#define CP4(name, a, b, c, d) CP6(name, a, b, c, d, 0, 0)
#define CP3(name, a, b, c) CP6(name, a, b, c, 0, 0, 0)
#define CP2(name, a, b) CP6(name, a, b, 0, 0, 0, 0)
#define CP1(name, a) CP6(name, a, 0, 0, 0, 0, 0)
#define CP0(name) CP6(name, 0, 0, 0, 0, 0, 0)

/* Signals that no program blocks or handles. */
static inline void __without_internal(sigset_t *set)
{
	set->__bits[0] &= 0x7fffffffU;
	set->__bits[1] &= ~3U;
}
struct sigaction;
int __sigaction(int signal, const struct sigaction *action, struct sigaction *old);
void __block_all(sigset_t *old);		/* but SIGSETXID */
void __restore_mask(const sigset_t *old);

/* Thread-local storage. */
void __copy_tls(struct thread *thread);
extern size_t __tls_size;			/* of the static part, a multiple of its alignment */
extern size_t __tls_align;

/* Blocks of ended threads; under __threads_lock. */
extern size_t __default_stack, __default_guard;
struct thread *__thread_allocate(size_t stack_size, size_t guard, int *error);
void __thread_retire(struct thread *thread);

int __pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
		     void *argument, int iso_start);
int __clone(int (*function)(void *), void *stack, int flags, void *argument, int *parent_tid, void *tls,
	    int *child_tid);
void __run_key_destructors(void);
void __run_thread_destructors(void);
void __pthread_exit(void *result) __attribute__((__noreturn__));
/* kill_lock held: tells the kernel how a thread is scheduled now (ceiling.c). */
int __ceiling_apply(struct thread *thread, int tid);
int __mutex_held(const pthread_mutex_t *mutex);
/* What a part of the library does with its locks around fork(). */
enum { FORK_PREPARE, FORK_PARENT, FORK_CHILD };
static inline void __fork_lock(volatile int *word, int stage)
{
	if (stage == FORK_PREPARE)
		__lock(word);
	else if (stage == FORK_PARENT)
		__unlock(word);
	else
		*word = 0;
}
/* A system call that changes credentials, in every thread. */
long __setxid(long number, long a, long b, long c);

#endif
