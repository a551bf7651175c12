/* POSIX semaphores: calls fail with -1 and errno. */
#ifndef LIBC_SEMAPHORE_H
#define LIBC_SEMAPHORE_H

#include <bits/types.h>
#include <fcntl.h>

#define SEM_VALUE_MAX 0x7fffffff
#define SEM_FAILED ((sem_t *)0)

typedef struct {
	volatile int __value;		/* the top bit: somebody may wait */
	volatile int __waiters;
	int __shared;
	int __spare;
} sem_t;

int sem_init(sem_t *semaphore, int shared, unsigned value);
int sem_destroy(sem_t *semaphore);
sem_t *sem_open(const char *name, int flags, ...);
int sem_close(sem_t *semaphore);
int sem_unlink(const char *name);
int sem_wait(sem_t *semaphore);
int sem_trywait(sem_t *semaphore);
int sem_timedwait(sem_t *__restrict semaphore, const struct timespec *__restrict until);
int sem_clockwait(sem_t *__restrict semaphore, clockid_t clock, const struct timespec *__restrict until);
int sem_post(sem_t *semaphore);
int sem_getvalue(sem_t *__restrict semaphore, int *__restrict value);

#endif
