/* Cancellation: of each blocked call, deferred and asynchronous, with cleanup handlers, against completion. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../../guest/asleep.h"
#include "../../guest/testing.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;
static int fds[2], full[2], cleaned;
static volatile int ready, go;
static pthread_t never;

static void clean(void *argument)
{
	cleaned += (int)(long)argument;
}

static void unlock(void *argument)
{
	/* The condition variable gave the mutex back before this runs. */
	cleaned += pthread_mutex_unlock(argument) == 0;
}

static void wait_read(void) { char c; if (read(fds[0], &c, 1) < 0) return; }
static void wait_readv(void) { char c; struct iovec v = { &c, 1 }; if (readv(fds[0], &v, 1) < 0) return; }
static void wait_write(void) { static char big[65536]; while (write(full[1], big, sizeof(big)) > 0) ; }
static void wait_open(void) { (void)!open("/tmp/cancel.fifo", O_RDONLY); }
static void wait_lock(void) { struct flock l = { .l_type = F_WRLCK }; int fd = open("/tmp/cancel.lock", O_RDWR); fcntl(fd, F_SETLKW, &l); }
static void wait_poll(void) { struct pollfd p = { fds[0], POLLIN, 0 }; poll(&p, 1, -1); }
static void wait_select(void) { fd_set s; FD_ZERO(&s); FD_SET(fds[0], &s); select(fds[0] + 1, &s, NULL, NULL, NULL); }
static void wait_epoll(void) { struct epoll_event e; int fd = epoll_create1(EPOLL_CLOEXEC); epoll_wait(fd, &e, 1, -1); }
static void wait_sleep(void) { sleep(1000); }
static void wait_usleep(void) { usleep(900000000); }
static void wait_clock(void) { struct timespec t = { .tv_sec = 1000 }; clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL); }
static void wait_pause(void) { pause(); }
static void wait_suspend(void) { sigset_t s; sigemptyset(&s); sigsuspend(&s); }
static void wait_signal(void) { sigset_t s; int n; sigemptyset(&s); sigaddset(&s, SIGUSR2); sigwait(&s, &n); }
static void wait_child(void) { int status; waitpid(-1, &status, 0); }
static void wait_waitid(void) { siginfo_t i; waitid(P_ALL, 0, &i, WEXITED); }
static void wait_semaphore(void) { sem_wait(&semaphore); }
static void wait_join(void) { pthread_join(never, NULL); }
static void wait_system(void) { (void)!system("sleep 1000"); }

static void wait_condition(void)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, &mutex);
	for (;;)
		pthread_cond_wait(&condition, &mutex);
	pthread_cleanup_pop(0);
}

static void wait_timed_condition(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 1000;
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, &mutex);
	for (;;)
		pthread_cond_timedwait(&condition, &mutex, &until);
	pthread_cleanup_pop(0);
}

static const struct point {
	const char *name;
	void (*wait)(void);
} points[] = {
	{ "read", wait_read }, { "readv", wait_readv }, { "write", wait_write }, { "open", wait_open },
	{ "fcntl F_SETLKW", wait_lock }, { "poll", wait_poll }, { "select", wait_select },
	{ "epoll_wait", wait_epoll }, { "sleep", wait_sleep }, { "usleep", wait_usleep },
	{ "clock_nanosleep", wait_clock }, { "pause", wait_pause }, { "sigsuspend", wait_suspend },
	{ "sigwait", wait_signal }, { "waitpid", wait_child }, { "waitid", wait_waitid },
	{ "sem_wait", wait_semaphore }, { "pthread_join", wait_join }, { "pthread_cond_wait", wait_condition },
	{ "pthread_cond_timedwait", wait_timed_condition }, { "system", wait_system },
};

static void *blocked(void *argument)
{
	const struct point *point = argument;

	pthread_cleanup_push(clean, (void *)100);
	pthread_cleanup_push(clean, (void *)10);
	ready = 1;
	point->wait();
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

static void *sleeps(void *argument)
{
	for (;;)
		sleep(1000);
	return argument;
}

static void each_call(void)
{
	struct flock held = { .l_type = F_WRLCK };
	struct timespec until;
	pid_t child;
	int fd, status;

	unlink("/tmp/cancel.fifo");
	mkfifo("/tmp/cancel.fifo", 0600);
	child = fork();
	if (!child) {
		fd = open("/tmp/cancel.lock", O_RDWR | O_CREAT, 0600);
		fcntl(fd, F_SETLK, &held);
		for (;;)
			pause();
	}
	until_asleep(child);
	pthread_create(&never, NULL, sleeps, NULL);
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
		/* At once, so that it may come before the call; and when the call sleeps. */
		for (int late = 0; late < 2; late++) {
			pthread_t thread;
			void *result = NULL;
			int error;

			ready = cleaned = 0;
			pthread_create(&thread, NULL, blocked, (void *)&points[i]);
			while (late && !ready)
				usleep(1000);
			if (late)
				usleep(20000);
			pthread_cancel(thread);
			clock_gettime(CLOCK_REALTIME, &until);
			until.tv_sec += 20;
			error = pthread_timedjoin_np(thread, &result, &until);
			OK(!error && result == PTHREAD_CANCELED && cleaned / 10 == 11,
			   "%s is cancelled%s (error %d, cleaned %d)", points[i].name, late ? " asleep" : "", error, cleaned);
			BAIL_UNLESS(!error, "it did not end");
		}
	pthread_cancel(never);
	pthread_join(never, NULL);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	IS(waitpid(-1, &status, WNOHANG), -1);
	OK(pthread_mutex_trylock(&mutex) == 0, "no mutex was left behind");
	pthread_mutex_unlock(&mutex);
	unlink("/tmp/cancel.fifo");
	unlink("/tmp/cancel.lock");
}

static void *disabled(void *argument)
{
	int old = -1, wrong = 0;

	wrong |= pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old) || old != PTHREAD_CANCEL_ENABLE;
	wrong |= pthread_setcancelstate(9, NULL) != EINVAL || pthread_setcanceltype(9, NULL) != EINVAL;
	ready = 1;
	while (!go)
		usleep(1000);
	usleep(1000);
	pthread_testcancel();
	*(int *)argument = wrong ? -1 : 1;
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old);
	*(int *)argument += old;
	pthread_testcancel();
	*(int *)argument = 99;
	return NULL;
}

static void *spins(void *argument)
{
	volatile unsigned *count = argument;

	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	pthread_cleanup_push(clean, (void *)1);
	ready = 1;
	for (;;)
		++*count;
	pthread_cleanup_pop(0);
	return NULL;
}

static void *own(void *argument)
{
	pthread_cancel(pthread_self());
	*(int *)argument = 1;
	pthread_testcancel();
	*(int *)argument = 2;
	return NULL;
}

static void *nested(void *argument)
{
	pthread_cleanup_push(clean, (void *)1);
	pthread_cleanup_push(clean, (void *)2);
	pthread_cleanup_push(clean, (void *)4);
	pthread_cleanup_pop(1);
	pthread_cleanup_push(clean, (void *)8);
	pthread_cleanup_pop(0);
	pthread_exit(argument);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

static void states(void)
{
	unsigned count = 0;
	pthread_t thread;
	void *result;
	int value = 0;

	ready = go = 0;
	pthread_create(&thread, NULL, disabled, &value);
	while (!ready)
		usleep(1000);
	IS(pthread_cancel(thread), 0);
	go = 1;
	pthread_join(thread, &result);
	OK(result == PTHREAD_CANCELED, "a cancellation waits until it is enabled");
	IS(value, 2);

	ready = cleaned = 0;
	pthread_create(&thread, NULL, spins, &count);
	while (!ready)
		usleep(1000);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	OK(result == PTHREAD_CANCELED && cleaned == 1, "the asynchronous type ends a loop");
	pthread_create(&thread, NULL, own, &value);
	pthread_join(thread, &result);
	OK(result == PTHREAD_CANCELED && value == 1, "a thread cancels itself at its next cancellation point");
	cleaned = 0;
	pthread_create(&thread, NULL, nested, &value);
	pthread_join(thread, &result);
	OK(result == &value && cleaned == 7, "cleanup handlers run at pthread_exit() too");
}

static void handler(int signal)
{
	(void)signal;
	ready++;
	usleep(20000);
}

static void *reads(void *argument)
{
	char c;

	if (read(fds[0], &c, 1) < 0)
		return NULL;
	return argument;
}

/* The cancellation arrives while a handler runs on top of the blocked call, which will be restarted. */
static void within_handler(void)
{
	struct sigaction action = { .sa_flags = SA_RESTART };
	pthread_t thread;
	void *result;

	action.sa_handler = handler;
	sigaction(SIGUSR1, &action, NULL);
	ready = 0;
	pthread_create(&thread, NULL, reads, fds);
	usleep(20000);
	pthread_kill(thread, SIGUSR1);
	while (!ready)
		usleep(500);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	OK(result == PTHREAD_CANCELED, "a cancellation during a handler ends the call that it interrupted");
}

static volatile int taken;

static void *takes(void *argument)
{
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	for (;;) {
		char c;

		if (read(fds[0], &c, 1) == 1)
			taken++;
	}
	return argument;
}

/* A byte is either read and counted, or still in the pipe: a cancelled read has not taken any. */
static void no_loss(int rounds)
{
	int put = 0, left = 0;
	char c = 'x';

	fcntl(fds[0], F_SETFL, 0);
	for (int i = 0; i < rounds; i++) {
		pthread_t thread;

		pthread_create(&thread, NULL, takes, NULL);
		for (int k = 0; k < 5; k++)
			put += write(fds[1], &c, 1) == 1;
		if (i % 3)
			usleep((unsigned)(i % 7) * 100);
		pthread_cancel(thread);
		pthread_join(thread, NULL);
	}
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	while (read(fds[0], &c, 1) == 1)
		left++;
	OK(taken + left == put, "of %d bytes %d were read and %d are left", put, taken, left);
	fcntl(fds[0], F_SETFL, 0);
}

/* A signal that a cancelled waiter was given goes to another. */
static int tokens, served;

static void *serves(void *argument)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push((void (*)(void *))(void (*)(void))pthread_mutex_unlock, &mutex);
	while (!tokens)
		pthread_cond_wait(&condition, &mutex);
	tokens--;
	served++;
	pthread_cleanup_pop(1);
	return argument;
}

static void no_lost_signal(int rounds)
{
	int wrong = 0;

	for (int i = 0; i < rounds && !wrong; i++) {
		pthread_t one, two;
		struct timespec until;
		void *first, *second;

		served = tokens = 0;
		pthread_create(&one, NULL, serves, fds);
		pthread_create(&two, NULL, serves, fds);
		if (i % 2)
			usleep(500);
		pthread_mutex_lock(&mutex);
		tokens = 1;
		pthread_cond_signal(&condition);
		pthread_mutex_unlock(&mutex);
		pthread_cancel(one);
		pthread_join(one, &first);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += 10;
		if (first != PTHREAD_CANCELED) {
			pthread_mutex_lock(&mutex);
			tokens++;
			pthread_cond_signal(&condition);
			pthread_mutex_unlock(&mutex);
		}
		wrong = pthread_timedjoin_np(two, &second, &until) != 0;
	}
	OK(!wrong, "no signal is lost with a cancelled waiter, %d times", rounds);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 200;

	BAIL_UNLESS(!pipe(fds) && !pipe(full), "pipes");
	sem_init(&semaphore, 0, 0);
	each_call();
	states();
	within_handler();
	no_loss(rounds);
	no_lost_signal(rounds);
	return test_done();
}
