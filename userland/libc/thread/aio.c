/*
 * Asynchronous input and output by threads of the library, which take requests from one queue and end after a
 * second without any. Of each descriptor one request runs at a time, in the order of their arrival.
 */
#include <aio.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "thread.h"

#define MOST_WORKERS 16

enum { AIO_READ, AIO_WRITE, AIO_SYNC, AIO_DATASYNC };

/* A lio_listio() that tells when all of its requests are done. */
struct __aio_list {
	int left;
	struct sigevent event;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived, ended;
static int conditions_ready;
static struct aiocb *queue, **queue_end = &queue;
static struct {
	int busy, fd;
} workers[MOST_WORKERS];
static int started, idle;

static void prepare_conditions(void)
{
	pthread_condattr_t attributes;

	if (conditions_ready)
		return;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&arrived, &attributes);
	pthread_cond_init(&ended, &attributes);
	conditions_ready = 1;
}

static void *call(void *argument)
{
	struct sigevent *event = argument, copy = *event;

	free(event);
	copy.sigev_notify_function(copy.sigev_value);
	return NULL;
}

static void notify(const struct sigevent *event)
{
	if (event->sigev_notify == SIGEV_SIGNAL && event->sigev_signo) {
		siginfo_t info;

		memset(&info, 0, sizeof(info));
		info.si_signo = event->sigev_signo;
		info.si_code = SI_ASYNCIO;
		info.si_pid = getpid();
		info.si_uid = getuid();
		info.si_value = event->sigev_value;
		(void)__syscall(SYS_rt_sigqueueinfo, (long)getpid(), (long)event->sigev_signo, (long)&info);
	} else if (event->sigev_notify == SIGEV_THREAD) {
		struct sigevent *copy = malloc(sizeof(*copy));
		pthread_t thread;

		/* There is nobody to hear of a failure. */
		if (!copy)
			return;
		*copy = *event;
		if (pthread_create(&thread, event->sigev_notify_attributes, call, copy))
			free(copy);
		else
			pthread_detach(thread);
	}
}

static ssize_t perform(const struct aiocb *request)
{
	int fd = request->aio_fildes;
	void *buffer = (void *)request->aio_buf;
	ssize_t done;

	switch (request->__kind) {
	case AIO_READ:
		done = pread(fd, buffer, request->aio_nbytes, request->aio_offset);
		return done < 0 && errno == ESPIPE ? read(fd, buffer, request->aio_nbytes) : done;
	case AIO_WRITE:
		if (fcntl(fd, F_GETFL) & O_APPEND)
			return write(fd, buffer, request->aio_nbytes);
		done = pwrite(fd, buffer, request->aio_nbytes, request->aio_offset);
		return done < 0 && errno == ESPIPE ? write(fd, buffer, request->aio_nbytes) : done;
	case AIO_SYNC:
		return fsync(fd);
	default:
		return fdatasync(fd);
	}
}

/* The mutex is held: what is told, to whom, after the request may be gone. */
static void finish(struct aiocb *request, ssize_t result, int error)
{
	struct sigevent event = request->aio_sigevent;
	struct __aio_list *list = request->__list;

	request->__result = result;
	__atomic_store_n(&request->__error, error, __ATOMIC_RELEASE);
	pthread_cond_broadcast(&ended);
	notify(&event);
	if (list && !--list->left) {
		notify(&list->event);
		free(list);
	}
}

static int is_busy(int fd)
{
	for (int i = 0; i < MOST_WORKERS; i++)
		if (workers[i].busy && workers[i].fd == fd)
			return 1;
	return 0;
}

/* The first request whose descriptor is free. */
static struct aiocb *take(void)
{
	for (struct aiocb **link = &queue; *link; link = &(*link)->__next)
		if (!is_busy((*link)->aio_fildes)) {
			struct aiocb *request = *link;

			*link = request->__next;
			if (!*link)
				queue_end = link;
			return request;
		}
	return NULL;
}

static void *work(void *argument)
{
	int self = (int)(intptr_t)argument, waited = 0;

	pthread_mutex_lock(&mutex);
	for (;;) {
		struct aiocb *request = take();
		struct timespec until;
		ssize_t result;

		if (request) {
			workers[self].busy = 2;
			workers[self].fd = request->aio_fildes;
			pthread_mutex_unlock(&mutex);
			result = perform(request);
			pthread_mutex_lock(&mutex);
			workers[self].busy = 0;
			finish(request, result, result < 0 ? errno : 0);
			pthread_cond_broadcast(&arrived);	/* others may wait for the descriptor */
			waited = 0;
			continue;
		}
		if (waited && !queue)
			break;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec++;
		idle++;
		waited = pthread_cond_timedwait(&arrived, &mutex, &until) == ETIMEDOUT;
		idle--;
	}
	started &= ~(1 << self);
	pthread_mutex_unlock(&mutex);
	return NULL;
}

/* The mutex is held. Workers take no signals: handlers run in the program's own threads. */
static int need_worker(void)
{
	pthread_attr_t attributes;
	sigset_t mask;
	pthread_t thread;
	int self = 0, error;

	if (idle)
		return 0;
	while (self < MOST_WORKERS && started & 1 << self)
		self++;
	if (self == MOST_WORKERS)
		return 0;
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, 65536);
	__block_all(&mask);
	error = pthread_create(&thread, &attributes, work, (void *)(intptr_t)self);
	__restore_mask(&mask);
	if (error)
		return started ? 0 : EAGAIN;
	started |= 1 << self;
	return 0;
}

static int submit(struct aiocb *request, int kind, struct __aio_list *list)
{
	int error;

	request->__next = NULL;
	request->__list = list;
	request->__kind = kind;
	request->__result = -1;
	request->__error = EINPROGRESS;
	pthread_mutex_lock(&mutex);
	prepare_conditions();
	*queue_end = request;
	queue_end = &request->__next;
	error = need_worker();
	if (error) {
		struct aiocb **link = &queue;

		while (*link != request)
			link = &(*link)->__next;
		*link = NULL;
		queue_end = link;
		request->__error = error;
	}
	pthread_cond_signal(&arrived);
	pthread_mutex_unlock(&mutex);
	errno = error;
	return error ? -1 : 0;
}

int aio_read(struct aiocb *request)
{
	return submit(request, AIO_READ, NULL);
}

int aio_write(struct aiocb *request)
{
	return submit(request, AIO_WRITE, NULL);
}

int aio_fsync(int operation, struct aiocb *request)
{
	if (operation != O_SYNC && operation != O_DSYNC) {
		errno = EINVAL;
		return -1;
	}
	if (fcntl(request->aio_fildes, F_GETFL) < 0)
		return -1;
	return submit(request, operation == O_SYNC ? AIO_SYNC : AIO_DATASYNC, NULL);
}

int aio_error(const struct aiocb *request)
{
	return __atomic_load_n(&request->__error, __ATOMIC_ACQUIRE);
}

ssize_t aio_return(struct aiocb *request)
{
	return request->__result;
}

int aio_cancel(int fd, struct aiocb *request)
{
	int cancelled = 0, left = 0;

	if (fcntl(fd, F_GETFL) < 0)
		return -1;
	if (request && request->aio_fildes != fd) {
		errno = EINVAL;
		return -1;
	}
	pthread_mutex_lock(&mutex);
	prepare_conditions();
	for (struct aiocb **link = &queue; *link;) {
		struct aiocb *each = *link;

		if (each->aio_fildes != fd || (request && each != request)) {
			link = &each->__next;
			continue;
		}
		*link = each->__next;
		if (!*link)
			queue_end = link;
		cancelled++;
		finish(each, -1, ECANCELED);
	}
	left = request ? aio_error(request) == EINPROGRESS : is_busy(fd);
	pthread_mutex_unlock(&mutex);
	return left ? AIO_NOTCANCELED : cancelled ? AIO_CANCELED : AIO_ALLDONE;
}

static int any_done(const struct aiocb *const list[], int count, int all)
{
	int pending = 0, done = 0;

	for (int i = 0; i < count; i++)
		if (list[i] && aio_error(list[i]) == EINPROGRESS)
			pending++;
		else if (list[i])
			done++;
	return !pending || (!all && done);
}

static void unlock(void *unused)
{
	(void)unused;
	pthread_mutex_unlock(&mutex);
}

static int await(const struct aiocb *const list[], int count, int all, const struct timespec *until)
{
	int error = 0;

	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, NULL);
	prepare_conditions();
	while (!error && !any_done(list, count, all))
		error = until ? pthread_cond_timedwait(&ended, &mutex, until) : pthread_cond_wait(&ended, &mutex);
	pthread_cleanup_pop(1);
	return error;
}

int aio_suspend(const struct aiocb *const list[], int count, const struct timespec *timeout)
{
	struct timespec until;
	int error;

	if (count < 0) {
		errno = EINVAL;
		return -1;
	}
	if (timeout) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += timeout->tv_sec;
		until.tv_nsec += timeout->tv_nsec;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
	}
	error = await(list, count, 0, timeout ? &until : NULL);
	if (error)
		errno = error == ETIMEDOUT ? EAGAIN : error;
	return error ? -1 : 0;
}

int lio_listio(int mode, struct aiocb *__restrict const list[__restrict], int count, struct sigevent *__restrict event)
{
	struct __aio_list *together = NULL;
	int failed = 0, done = 0;

	if ((mode != LIO_WAIT && mode != LIO_NOWAIT) || count < 0) {
		errno = EINVAL;
		return -1;
	}
	if (mode == LIO_NOWAIT && event && event->sigev_notify != SIGEV_NONE) {
		together = malloc(sizeof(*together));
		if (!together) {
			errno = EAGAIN;
			return -1;
		}
		together->left = count + 1;
		together->event = *event;
	}
	for (int i = 0; i < count; i++) {
		struct aiocb *request = list[i];

		if (!request || request->aio_lio_opcode == LIO_NOP)
			done++;
		else if (submit(request, request->aio_lio_opcode == LIO_READ ? AIO_READ : AIO_WRITE, together) < 0)
			failed++;
	}
	if (together) {
		pthread_mutex_lock(&mutex);
		together->left -= done + failed + 1;
		if (!together->left) {
			notify(&together->event);
			free(together);
		}
		pthread_mutex_unlock(&mutex);
	}
	if (mode == LIO_WAIT) {
		(void)await((const struct aiocb *const *)list, count, 1, NULL);
		for (int i = 0; i < count; i++)
			if (list[i] && list[i]->aio_lio_opcode != LIO_NOP && aio_error(list[i]))
				failed++;
	}
	if (failed)
		errno = mode == LIO_WAIT ? EIO : EAGAIN;
	return failed ? -1 : 0;
}
