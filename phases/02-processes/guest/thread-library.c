/* The C library among threads: streams, malloc, environment, credentials, ISO C's threads, exits. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>
#include "../../guest/testing.h"

#define THREADS 8

static int rounds;
static FILE *stream;

static void run(void *(*function)(void *), long *sum)
{
	pthread_t threads[THREADS];

	*sum = 0;
	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, function, (void *)i);
	for (int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(threads[i], &result);
		*sum += (long)result;
	}
}

static void *prints(void *argument)
{
	for (int i = 0; i < rounds; i++) {
		fprintf(stream, "%ld begins %s %d ends\n", (long)argument, "a line that is not short", i);
		if (i % 16 == 0) {
			flockfile(stream);
			fputs("one ", stream);
			sched_yield();
			putc_unlocked('t', stream);
			fputs("wo\n", stream);
			funlockfile(stream);
		}
	}
	return NULL;
}

static void *reads_bytes(void *argument)
{
	long count = 0;

	(void)argument;
	while (getc(stream) != EOF)
		count++;
	return (void *)count;
}

static void streams(void)
{
	char line[128];
	long sum, whole = 0, pairs = 0, other = 0, size;

	stream = fopen("/tmp/thread-streams", "w+");
	run(prints, &sum);
	IS(fflush(stream), 0);
	size = ftell(stream);
	rewind(stream);
	while (fgets(line, sizeof(line), stream)) {
		int who, number;

		if (sscanf(line, "%d begins a line that is not short %d ends", &who, &number) == 2)
			whole++;
		else if (!strcmp(line, "one two\n"))
			pairs++;
		else
			other++;
	}
	IS(whole, (long)rounds * THREADS);
	IS(pairs, (long)((rounds + 15) / 16) * THREADS);
	IS(other, 0);
	rewind(stream);
	run(reads_bytes, &sum);
	IS(sum, size);
	fclose(stream);
	unlink("/tmp/thread-streams");
}

static void *holds(void *argument)
{
	volatile int *held = argument;

	flockfile(stream);
	*held = 1;
	while (*held == 1)
		usleep(1000);
	usleep(20000);
	funlockfile(stream);
	return NULL;
}

static void stream_locks(void)
{
	volatile int held = 0;
	pthread_t thread;
	int first;

	stream = fopen("/dev/null", "w");
	pthread_create(&thread, NULL, holds, (void *)&held);
	while (!held)
		usleep(1000);
	first = ftrylockfile(stream);
	held = 2;
	OK(first != 0, "a stream that another thread holds is not given");
	flockfile(stream);
	IS(ftrylockfile(stream), 0);
	funlockfile(stream);
	funlockfile(stream);
	pthread_join(thread, NULL);
	fclose(stream);
}

/* Blocks are made by one thread and freed by another; each keeps what was written into it. */
static void *volatile slots[64];

static void *allocates(void *argument)
{
	unsigned seed = (unsigned)(long)argument + 1;
	long wrong = 0;

	for (int i = 0; i < rounds * 8; i++) {
		unsigned slot = (unsigned)rand_r(&seed) % 64;
		size_t size = (size_t)rand_r(&seed) % (i % 50 ? 700 : 200000) + 8;
		size_t *fresh = malloc(size), *old;

		if (!fresh) {
			wrong++;
			continue;
		}
		memset(fresh, (int)size & 0xff, size);
		fresh[0] = size;
		if (i % 5 == 0) {
			fresh = realloc(fresh, size + 100);
			if (!fresh || fresh[0] != size)
				wrong++;
		}
		old = __atomic_exchange_n(&slots[slot], fresh, __ATOMIC_SEQ_CST);
		if (old) {
			size_t n = old[0];

			for (size_t k = sizeof(size_t); k < n; k += 61)
				if (((unsigned char *)old)[k] != (n & 0xff))
					wrong++;
			free(old);
		}
	}
	return (void *)wrong;
}

static void memory(void)
{
	long wrong;
	int status;
	pid_t child;

	run(allocates, &wrong);
	IS(wrong, 0);
	for (int i = 0; i < 64; i++)
		free(slots[i]);
	child = fork();
	if (!child) {
		void *volatile twice = malloc(40);
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 2);
		free(twice);
		free(twice);
		_exit(0);
	}
	waitpid(child, &status, 0);
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "what is freed twice is noticed");
}

static void *forks(void *argument)
{
	long bad = 0;

	for (int i = 0; i < 5; i++) {
		int status;
		pid_t child = fork();

		if (!child) {
			/* Whatever the other threads held, the child's library works. */
			void *block = malloc(1000);
			FILE *file = fopen("/dev/null", "w");

			fprintf(file, "%p", block);
			free(block);
			setenv("CHILD", "1", 1);
			_exit(fclose(file) ? 1 : 0);
		}
		waitpid(child, &status, 0);
		bad += status != 0;
	}
	return (void *)(bad + (argument == (void *)-1));
}

static void *busy(void *argument)
{
	if ((long)argument % 2)
		return forks(argument);
	for (int i = 0; i < rounds; i++) {
		char name[16];
		FILE *file;

		free(malloc((size_t)i % 3000));
		snprintf(name, sizeof(name), "V%d", i % 20);
		setenv(name, "a value", 1);
		if (i % 3 == 0)
			unsetenv(name);
		file = fopen("/dev/null", "w");
		if (file) {
			fprintf(file, "%d", i);
			fclose(file);
		}
	}
	return NULL;
}

static void *shows_user(void *argument)
{
	(void)argument;
	for (int i = 0; i < 10000 && getuid() == 0; i++)
		usleep(2000);
	return (void *)(long)(getuid() == 77 && geteuid() == 77 && getgid() == 78);
}

/* In a child, since there is no way back. */
static int all_change(void)
{
	pthread_t threads[THREADS];
	int good = 0;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, shows_user, NULL);
	if (setgid(78) || setuid(77))
		_exit(100);
	for (int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(threads[i], &result);
		good += (int)(long)result;
	}
	return good;
}

static void credentials(void)
{
	int status;
	pid_t child;

	if (getuid()) {
		OK(1, "credentials need root");
		return;
	}
	child = fork();
	if (!child)
		_exit(all_change());
	waitpid(child, &status, 0);
	IS(WEXITSTATUS(status), THREADS);
}

static void blocked_signals(void)
{
	struct sigaction action = { 0 };
	sigset_t all, now;

	sigfillset(&all);
	IS(pthread_sigmask(SIG_BLOCK, &all, NULL), 0);
	IS(pthread_sigmask(77, &all, NULL), EINVAL);
	pthread_sigmask(SIG_SETMASK, NULL, &now);
	OK(sigismember(&now, SIGTERM) == 1 && sigismember(&now, SIGRTMIN) == 1, "what is blocked is blocked");
	OK(!sigismember(&now, 32) && !sigismember(&now, 33) && !sigismember(&now, 34), "but for the library's own signals");
	ERRNO(sigaction(33, &action, NULL), EINVAL);
	sigemptyset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
}

static int value_got;

static void on_value(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	value_got = info->si_value.sival_int;
}

static void *pauses(void *argument)
{
	while (!value_got)
		usleep(1000);
	return argument;
}

static void queued(void)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO };
	pthread_t thread;

	action.sa_sigaction = on_value;
	sigaction(SIGRTMIN, &action, NULL);
	pthread_create(&thread, NULL, pauses, NULL);
	IS(pthread_sigqueue(thread, SIGRTMIN, (union sigval){ .sival_int = 55 }), 0);
	pthread_join(thread, NULL);
	IS(value_got, 55);
}

static int iso(void *argument)
{
	return *(int *)argument + 1;
}

static tss_t iso_key;
static once_flag iso_flag = ONCE_FLAG_INIT;
static int iso_calls;

static void iso_once(void)
{
	iso_calls++;
}

static void iso_threads(void)
{
	struct timespec until, moment = { .tv_nsec = 1000000 };
	int result = 0, argument = 41;
	cnd_t condition;
	mtx_t mutex;
	thrd_t thread;

	IS(thrd_create(&thread, iso, &argument), thrd_success);
	IS(thrd_join(thread, &result), thrd_success);
	IS(result, 42);
	IS(mtx_init(&mutex, 99), thrd_error);
	IS(mtx_init(&mutex, mtx_timed | mtx_recursive), thrd_success);
	IS(mtx_lock(&mutex), thrd_success);
	IS(mtx_trylock(&mutex), thrd_success);
	IS(mtx_unlock(&mutex), thrd_success);
	IS(cnd_init(&condition), thrd_success);
	timespec_get(&until, TIME_UTC);
	IS(cnd_timedwait(&condition, &mutex, &until), thrd_timedout);
	IS(mtx_unlock(&mutex), thrd_success);
	IS(tss_create(&iso_key, NULL), thrd_success);
	IS(tss_set(iso_key, &argument), thrd_success);
	OK(tss_get(iso_key) == &argument, "a thread's own value is kept");
	call_once(&iso_flag, iso_once);
	call_once(&iso_flag, iso_once);
	IS(iso_calls, 1);
	IS(thrd_sleep(&moment, NULL), 0);
	OK(thrd_equal(thrd_current(), thrd_current()), "a thread is itself");
}

static void *reads_forever(void *argument)
{
	char c;

	if (fread(&c, 1, 1, argument) == 1)
		abort();
	return NULL;
}

/* exit() while another thread holds a stream that it waits on. */
static void exit_with_reader(void)
{
	struct timespec before, after;
	int fds[2], status;
	pid_t child;

	if (pipe(fds) < 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &before);
	child = fork();
	if (!child) {
		pthread_t thread;

		pthread_create(&thread, NULL, reads_forever, fdopen(fds[0], "r"));
		usleep(10000);
		exit(6);
	}
	waitpid(child, &status, 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	OK(WIFEXITED(status) && WEXITSTATUS(status) == 6, "exit() does not wait for a reader");
	close(fds[0]);
	close(fds[1]);
}

int main(int argc, char **argv)
{
	long bad;

	rounds = argc > 1 ? atoi(argv[1]) : 300;
	streams();
	stream_locks();
	memory();
	run(busy, &bad);
	IS(bad, 0);
	credentials();
	blocked_signals();
	queued();
	iso_threads();
	exit_with_reader();
	return test_done();
}
