/*
 * The objects of threads. Members are the library's own; programs use the initialisers.
 *
 * Words that a futex waits on come first in each object.
 */
#ifndef LIBC_BITS_PTHREADTYPES_H
#define LIBC_BITS_PTHREADTYPES_H

#include <bits/types.h>

typedef unsigned long pthread_t;
typedef unsigned pthread_key_t;
typedef int pthread_once_t;
typedef volatile int pthread_spinlock_t;

typedef struct {
	__SIZE_TYPE__ __stack_size, __guard;	/* 0: the default */
	void *__stack;				/* lowest address of the caller's own, or NULL */
	int __own_guard;			/* the guard's size was set */
	int __detached, __inherit, __scope, __policy, __priority;
	void *__cpus;				/* allocated */
	__SIZE_TYPE__ __cpus_size;
} pthread_attr_t;

typedef struct {
	volatile int __word;			/* 0, 1 held, 2 waited for; or a thread's number and flags */
	int __kind;
	volatile int __owner;
	unsigned __count;
	void *volatile __previous;		/* in the owner's robust list */
	void *volatile __next;
} pthread_mutex_t;

typedef struct {
	int __kind;
} pthread_mutexattr_t;

typedef struct {
	volatile int __sequence;		/* of a shared one */
	volatile int __lock;
	int __clock, __shared;
	void *__first, *__last;
	volatile int __waiters;
	int __spare[5];
} pthread_cond_t;

typedef struct {
	int __clock, __shared;
} pthread_condattr_t;

typedef struct {
	volatile int __word;
	volatile int __writers;			/* that wait */
	volatile int __owner;			/* thread that writes */
	int __shared, __kind;
	int __spare[3];
} pthread_rwlock_t;

typedef struct {
	int __shared, __kind;
} pthread_rwlockattr_t;

typedef struct {
	volatile int __round;
	volatile int __lock;
	volatile int __users;
	unsigned __limit, __arrived;
	int __shared;
	int __spare[2];
} pthread_barrier_t;

typedef struct {
	int __shared;
} pthread_barrierattr_t;

#endif
