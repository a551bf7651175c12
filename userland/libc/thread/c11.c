/* Threads as ISO C names them, on those of POSIX. */
#include <errno.h>
#include <pthread.h>
#include <threads.h>
#include "thread.h"

static int result_of(int error)
{
	switch (error) {
	case 0:
		return thrd_success;
	case EBUSY:
		return thrd_busy;
	case ENOMEM:
		return thrd_nomem;
	case ETIMEDOUT:
		return thrd_timedout;
	default:
		return thrd_error;
	}
}

int thrd_create(thrd_t *thread, thrd_start_t start, void *argument)
{
	int error = __pthread_create(thread, NULL, (void *(*)(void *))(void (*)(void))start, argument, 1);

	return error == EAGAIN ? thrd_nomem : result_of(error);
}

thrd_t thrd_current(void)
{
	return pthread_self();
}

int thrd_equal(thrd_t a, thrd_t b)
{
	return a == b;
}

int thrd_detach(thrd_t thread)
{
	return result_of(pthread_detach(thread));
}

void thrd_exit(int result)
{
	__pthread_exit((void *)(long)result);
}

int thrd_join(thrd_t thread, int *result)
{
	void *value;
	int error = pthread_join(thread, &value);

	if (!error && result)
		*result = (int)(long)value;
	return result_of(error);
}

int thrd_sleep(const struct timespec *time, struct timespec *left)
{
	int error = clock_nanosleep(CLOCK_REALTIME, 0, time, left);

	return error == EINTR ? -1 : error ? -2 : 0;
}

void thrd_yield(void)
{
	sched_yield();
}

int mtx_init(mtx_t *mutex, int type)
{
	if (type & ~(mtx_recursive | mtx_timed))
		return thrd_error;
	*mutex = (mtx_t){ .__kind = type & mtx_recursive ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL };
	return thrd_success;
}

void mtx_destroy(mtx_t *mutex)
{
	pthread_mutex_destroy(mutex);
}

int mtx_lock(mtx_t *mutex)
{
	return result_of(pthread_mutex_lock(mutex));
}

int mtx_timedlock(mtx_t *__restrict mutex, const struct timespec *__restrict until)
{
	return result_of(pthread_mutex_timedlock(mutex, until));
}

int mtx_trylock(mtx_t *mutex)
{
	return result_of(pthread_mutex_trylock(mutex));
}

int mtx_unlock(mtx_t *mutex)
{
	return result_of(pthread_mutex_unlock(mutex));
}

int cnd_init(cnd_t *condition)
{
	return result_of(pthread_cond_init(condition, NULL));
}

void cnd_destroy(cnd_t *condition)
{
	pthread_cond_destroy(condition);
}

int cnd_broadcast(cnd_t *condition)
{
	return result_of(pthread_cond_broadcast(condition));
}

int cnd_signal(cnd_t *condition)
{
	return result_of(pthread_cond_signal(condition));
}

int cnd_timedwait(cnd_t *__restrict condition, mtx_t *__restrict mutex,
		  const struct timespec *__restrict until)
{
	return result_of(pthread_cond_timedwait(condition, mutex, until));
}

int cnd_wait(cnd_t *condition, mtx_t *mutex)
{
	return result_of(pthread_cond_wait(condition, mutex));
}

void call_once(once_flag *flag, void (*function)(void))
{
	pthread_once(flag, function);
}

int tss_create(tss_t *key, tss_dtor_t destructor)
{
	return result_of(pthread_key_create(key, destructor));
}

void tss_delete(tss_t key)
{
	pthread_key_delete(key);
}

void *tss_get(tss_t key)
{
	return pthread_getspecific(key);
}

int tss_set(tss_t key, void *value)
{
	return result_of(pthread_setspecific(key, value));
}
