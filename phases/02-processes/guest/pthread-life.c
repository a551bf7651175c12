/* Threads of the C library: creation, every way to end and to be waited for, attributes, what is each thread's own. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../../guest/proc-figure.h"
#include "../../guest/testing.h"

static __thread int own = 7;
static __thread char zeroed[64];
static __thread __attribute__((aligned(64))) int aligned = 9;
static volatile int gate;

static void *same(void *argument)
{
	return argument;
}

static void *by_exit(void *argument)
{
	pthread_exit((char *)argument + 1);
}

static void *waits(void *argument)
{
	while (!gate)
		usleep(1000);
	return argument;
}

static struct timespec from_now(clockid_t clock, long milliseconds)
{
	struct timespec time;

	clock_gettime(clock, &time);
	time.tv_sec += milliseconds / 1000;
	time.tv_nsec += milliseconds % 1000 * 1000000;
	if (time.tv_nsec >= 1000000000) {
		time.tv_sec++;
		time.tv_nsec -= 1000000000;
	}
	return time;
}

static void join(void)
{
	struct timespec until;
	pthread_t thread;
	void *result;

	IS(pthread_create(&thread, NULL, same, (void *)42), 0);
	IS(pthread_join(thread, &result), 0);
	IS((long)result, 42);
	IS(pthread_create(&thread, NULL, by_exit, (void *)42), 0);
	IS(pthread_join(thread, &result), 0);
	IS((long)result, 43);
	IS(pthread_join(pthread_self(), NULL), EDEADLK);

	gate = 0;
	IS(pthread_create(&thread, NULL, waits, (void *)1), 0);
	IS(pthread_tryjoin_np(thread, &result), EBUSY);
	until = from_now(CLOCK_REALTIME, 20);
	IS(pthread_timedjoin_np(thread, &result, &until), ETIMEDOUT);
	until = from_now(CLOCK_MONOTONIC, 20);
	IS(pthread_clockjoin_np(thread, &result, CLOCK_MONOTONIC, &until), ETIMEDOUT);
	until.tv_nsec = 1000000000;
	IS(pthread_timedjoin_np(thread, &result, &until), EINVAL);
	IS(pthread_clockjoin_np(thread, &result, CLOCK_PROCESS_CPUTIME_ID, NULL), EINVAL);
	IS(pthread_kill(thread, 0), 0);
	IS(pthread_kill(thread, 65), EINVAL);
	gate = 1;
	until = from_now(CLOCK_REALTIME, 20000);
	IS(pthread_timedjoin_np(thread, &result, &until), 0);
	IS((long)result, 1);

	gate = 0;
	pthread_create(&thread, NULL, waits, NULL);
	IS(pthread_detach(thread), 0);
	IS(pthread_detach(thread), EINVAL);
	IS(pthread_join(thread, NULL), EINVAL);
	gate = 1;
	/* One that has ended already is let go as well, and a signal to it is no error. */
	pthread_create(&thread, NULL, same, NULL);
	for (int i = 0; i < 30000 && proc_figure("/proc/self/status", "Threads") > 1; i++)
		usleep(1000);
	IS(pthread_kill(thread, SIGTERM), 0);
	IS(pthread_detach(thread), 0);
}

struct mutual {
	pthread_t other;
	int result;
};

static void *joins(void *argument)
{
	struct mutual *mutual = argument;

	mutual->result = pthread_join(mutual->other, NULL);
	return NULL;
}

static void deadlock(void)
{
	struct mutual mutual = { pthread_self(), -1 };
	pthread_t thread;
	int mine;

	pthread_create(&thread, NULL, joins, &mutual);
	mine = pthread_join(thread, NULL);
	if (mine == EDEADLK) {
		/* It waits for this thread: let it be. */
		OK(1, "joining each other is refused");
		pthread_cancel(thread);
		IS(pthread_join(thread, NULL), 0);
	} else {
		IS(mutual.result, EDEADLK);
		IS(mine, 0);
	}
}

static void attributes(void)
{
	struct sched_param parameters = { 0 };
	pthread_attr_t attr, got;
	void *memory, *stack, *result;
	pthread_t thread;
	size_t size;
	int value;

	IS(pthread_attr_init(&attr), 0);
	IS(pthread_attr_getdetachstate(&attr, &value), 0);
	IS(value, PTHREAD_CREATE_JOINABLE);
	IS(pthread_attr_setdetachstate(&attr, 5), EINVAL);
	IS(pthread_attr_setstacksize(&attr, 100), EINVAL);
	IS(pthread_attr_setstacksize(&attr, 256 * 1024), 0);
	IS(pthread_attr_getstacksize(&attr, &size), 0);
	IS(size, 256 * 1024);
	IS(pthread_attr_setguardsize(&attr, 3 * 4096), 0);
	IS(pthread_attr_setscope(&attr, PTHREAD_SCOPE_PROCESS), ENOTSUP);
	IS(pthread_attr_setscope(&attr, 9), EINVAL);
	IS(pthread_attr_setinheritsched(&attr, 9), EINVAL);
	IS(pthread_attr_setschedpolicy(&attr, 77), EINVAL);
	IS(pthread_attr_setschedpolicy(&attr, SCHED_FIFO), 0);
	IS(pthread_attr_setschedparam(&attr, &parameters), EINVAL);
	parameters.sched_priority = 100;
	IS(pthread_attr_setschedparam(&attr, &parameters), EINVAL);
	gate = 0;
	IS(pthread_create(&thread, &attr, waits, NULL), 0);
	IS(pthread_getattr_np(thread, &got), 0);
	IS(pthread_attr_getguardsize(&got, &size), 0);
	IS(size, 3 * 4096);
	IS(pthread_attr_getstack(&got, &stack, &size), 0);
	OK(size >= 256 * 1024 && size < 300 * 1024, "the stack has the size that was asked for: %u", (unsigned)size);
	pthread_attr_destroy(&got);
	gate = 1;
	pthread_join(thread, NULL);

	memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	IS(pthread_attr_setstack(&attr, memory, 4096), EINVAL);
	IS(pthread_attr_setstack(&attr, (char *)memory + 1, 65536), EINVAL);
	IS(pthread_attr_setstack(&attr, memory, 65536), 0);
	gate = 0;
	IS(pthread_create(&thread, &attr, waits, memory), 0);
	IS(pthread_getattr_np(thread, &got), 0);
	pthread_attr_getstack(&got, &stack, &size);
	OK(stack == memory && size == 65536, "the caller's stack is used, all of it");
	pthread_attr_destroy(&got);
	gate = 1;
	pthread_join(thread, &result);
	OK(result == memory, "a thread runs on the caller's stack");
	munmap(memory, 65536);
	pthread_attr_destroy(&attr);

	IS(pthread_getattr_np(pthread_self(), &got), 0);
	pthread_attr_getstack(&got, &stack, &size);
	OK((char *)&got > (char *)stack && (char *)&got < (char *)stack + size, "the first thread's stack is where it says");
	pthread_attr_destroy(&got);

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	IS(pthread_create(&thread, &attr, same, NULL), 0);
	pthread_attr_setstacksize(&attr, 0x70000000);
	IS(pthread_create(&thread, &attr, same, NULL), EAGAIN);
	pthread_attr_destroy(&attr);
}

static void scheduling(void)
{
	struct sched_param parameters = { 10 };
	cpu_set_t cpus;
	pthread_attr_t attr;
	pthread_t thread;
	char name[16];
	int policy;

	if (getuid()) {
		OK(1, "scheduling needs root");
	} else {
		pthread_attr_init(&attr);
		pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
		pthread_attr_setschedpolicy(&attr, SCHED_RR);
		pthread_attr_setschedparam(&attr, &parameters);
		gate = 0;
		IS(pthread_create(&thread, &attr, waits, NULL), 0);
		parameters.sched_priority = 0;
		IS(pthread_getschedparam(thread, &policy, &parameters), 0);
		IS(policy, SCHED_RR);
		IS(parameters.sched_priority, 10);
		IS(pthread_setschedprio(thread, 12), 0);
		pthread_getschedparam(thread, &policy, &parameters);
		IS(parameters.sched_priority, 12);
		IS(pthread_setschedparam(thread, 99, &parameters), EINVAL);
		parameters.sched_priority = 0;
		IS(pthread_setschedparam(thread, SCHED_OTHER, &parameters), 0);
		gate = 1;
		pthread_join(thread, NULL);
		/* A processor that does not exist: the thread does not start. */
		CPU_ZERO(&cpus);
		CPU_SET(900, &cpus);
		pthread_attr_setinheritsched(&attr, PTHREAD_INHERIT_SCHED);
		IS(pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus), 0);
		IS(pthread_create(&thread, &attr, same, NULL), EINVAL);
		pthread_attr_destroy(&attr);
	}
	IS(pthread_getaffinity_np(pthread_self(), sizeof(cpus), &cpus), 0);
	OK(CPU_COUNT(&cpus) > 0 && CPU_ISSET(sched_getcpu(), &cpus), "a thread runs where it may");
	IS(pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus), 0);
	IS(pthread_setname_np(pthread_self(), "a name too long for it"), ERANGE);
	IS(pthread_setname_np(pthread_self(), "first"), 0);
	IS(pthread_getname_np(pthread_self(), name, sizeof(name)), 0);
	OK(!strcmp(name, "first"), "its name is %s", name);
	gate = 0;
	pthread_create(&thread, NULL, waits, NULL);
	IS(pthread_setname_np(thread, "second"), 0);
	IS(pthread_getname_np(thread, name, sizeof(name)), 0);
	OK(!strcmp(name, "second"), "another's name is %s", name);
	IS(pthread_getname_np(thread, name, 4), ERANGE);
	gate = 1;
	pthread_join(thread, NULL);
}

static void *locals(void *argument)
{
	long bad = own != 7 || aligned != 9 || (unsigned long)&aligned % 64;

	for (size_t i = 0; i < sizeof(zeroed); i++)
		bad |= zeroed[i];
	own = (int)(long)argument;
	aligned = own + 1;
	memset(zeroed, own, sizeof(zeroed));
	errno = own;
	sched_yield();
	usleep(1000);
	bad |= own != (int)(long)argument || aligned != own + 1 || errno != own;
	return (void *)bad;
}

static void thread_locals(void)
{
	pthread_t threads[20];
	long bad = 0;

	errno = 99;
	for (int round = 0; round < 3; round++) {
		for (long i = 0; i < 20; i++)
			pthread_create(&threads[i], NULL, locals, (void *)(i + 1));
		for (int i = 0; i < 20; i++) {
			void *result;

			pthread_join(threads[i], &result);
			bad |= (long)result;
		}
	}
	OK(!bad, "each thread has its own variables, fresh ones on a stack that is used again");
	OK(own == 7 && errno == 99, "the first thread's are untouched");
}

static pthread_key_t key, other_key;
static int destroyed, again;

static void destroy(void *value)
{
	__atomic_add_fetch(&destroyed, (int)(long)value, __ATOMIC_SEQ_CST);
}

static void set_again(void *value)
{
	__atomic_add_fetch(&again, 1, __ATOMIC_SEQ_CST);
	pthread_setspecific(other_key, value);
}

static void *uses_keys(void *argument)
{
	pthread_setspecific(key, argument);
	pthread_setspecific(other_key, argument);
	return pthread_getspecific(key);
}

static void keys(void)
{
	pthread_key_t many[1100];
	pthread_t thread;
	int count = 0, error;
	void *result;

	IS(pthread_key_create(&key, destroy), 0);
	IS(pthread_key_create(&other_key, set_again), 0);
	OK(pthread_getspecific(key) == NULL, "a new key has no value");
	pthread_create(&thread, NULL, uses_keys, (void *)5);
	pthread_join(thread, &result);
	IS((long)result, 5);
	IS(destroyed, 5);
	IS(again, 4);
	pthread_setspecific(key, (void *)8);
	IS(pthread_key_delete(key), 0);
	IS(pthread_key_delete(key), EINVAL);
	IS(pthread_setspecific(key, NULL), EINVAL);
	OK(pthread_getspecific(key) == NULL, "a deleted key has no value");
	pthread_key_create(&key, NULL);
	OK(pthread_getspecific(key) == NULL, "nor has a new one of the same number");
	while (!(error = pthread_key_create(&many[count], NULL)) && count < 1099)
		count++;
	IS(error, EAGAIN);
	OK(count >= 1000, "there are many keys: %d", count);
	IS(pthread_setspecific(many[count - 1], &count), 0);
	OK(pthread_getspecific(many[count - 1]) == &count, "the last key holds a value");
	while (count > 0)
		pthread_key_delete(many[--count]);
	pthread_key_delete(key);
	pthread_key_delete(other_key);
}

static int initialised;

static void initialise(void)
{
	usleep(2000);
	__atomic_add_fetch(&initialised, 1, __ATOMIC_SEQ_CST);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *call_once(void *argument)
{
	pthread_once(&once, initialise);
	return (void *)(long)(initialised == 1 ? (long)argument : -1L);
}

static void *endless_once(void *argument)
{
	static pthread_once_t other = PTHREAD_ONCE_INIT;

	pthread_once(&other, argument);
	return NULL;
}

static void pause_forever(void)
{
	if (gate)
		return;
	for (;;)
		pause();
}

static void onces(void)
{
	pthread_t threads[8];
	long bad = 0;

	for (long i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, call_once, NULL);
	for (int i = 0; i < 8; i++) {
		void *result;

		pthread_join(threads[i], &result);
		bad |= (long)result;
	}
	OK(!bad && initialised == 1, "an initialisation is done once, and done when the call returns");
	/* A cancelled initialisation is begun anew by the next. */
	gate = 0;
	pthread_create(&threads[0], NULL, endless_once, pause_forever);
	usleep(10000);
	gate = 1;
	pthread_create(&threads[1], NULL, endless_once, pause_forever);
	usleep(10000);
	pthread_cancel(threads[0]);
	IS(pthread_join(threads[0], NULL), 0);
	IS(pthread_join(threads[1], NULL), 0);
}

static char order[16];
static int at;

static void note_a(void) { order[at++] = 'a'; }
static void note_b(void) { order[at++] = 'b'; }
static void note_p(void) { order[at++] = 'p'; }
static void note_q(void) { order[at++] = 'q'; }
static void note_c(void) { order[at++] = 'c'; }
static void note_d(void) { order[at++] = 'd'; }

static void forks(void)
{
	pthread_t thread;
	int status;
	pid_t child;

	IS(pthread_atfork(note_a, note_p, note_c), 0);
	IS(pthread_atfork(note_b, note_q, note_d), 0);
	gate = 0;
	pthread_create(&thread, NULL, waits, NULL);
	child = fork();
	if (!child) {
		pthread_t fresh;
		void *result = NULL;
		int good = !strcmp(order, "bacd");

		/* The child is a process that can have threads again. */
		good &= !pthread_create(&fresh, NULL, same, &status) && !pthread_join(fresh, &result) && result == &status;
		free(malloc(100));
		_exit(good ? 33 : 1);
	}
	waitpid(child, &status, 0);
	IS(WEXITSTATUS(status), 33);
	OK(!strcmp(order, "bapq"), "handlers of fork ran in order: %s", order);
	gate = 1;
	pthread_join(thread, NULL);
}

static void *exits(void *argument)
{
	(void)argument;
	usleep(5000);
	exit(9);
}

static void *ends_last(void *argument)
{
	(void)argument;
	usleep(20000);
	return NULL;
}

static int status_of(void (*function)(void))
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child) {
		function();
		_exit(1);
	}
	waitpid(child, &status, 0);
	return status;
}

static void exit_by_other(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, exits, NULL);
	for (;;)
		pause();
}

static void exit_by_all(void)
{
	pthread_t thread;

	for (int i = 0; i < 10; i++)
		pthread_create(&thread, NULL, exits, NULL);
	pthread_exit(NULL);
}

static void main_leaves(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, ends_last, NULL);
	pthread_exit(NULL);
}

static void *overflows(void *argument)
{
	volatile char frame[4096];

	frame[0] = 1;
	if (gate == 77)
		return NULL;
	return (char *)overflows((void *)frame) + frame[0] + (long)argument;
}

static void overflow(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, overflows, NULL);
	pthread_join(thread, NULL);
}

static void endings(void)
{
	int status = status_of(exit_by_other);

	OK(WIFEXITED(status) && WEXITSTATUS(status) == 9, "exit() of one thread ends all");
	status = status_of(exit_by_all);
	OK(WIFEXITED(status) && WEXITSTATUS(status) == 9, "exit() of ten at once ends the process once");
	status = status_of(main_leaves);
	OK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "when the last thread has ended the status is 0");
	status = status_of(overflow);
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "a stack that is full meets its guard");
}

static void *counts(void *argument)
{
	__atomic_add_fetch((int *)argument, 1, __ATOMIC_SEQ_CST);
	while (!gate)
		usleep(20000);
	return NULL;
}

static void many(int count)
{
	pthread_t *threads = malloc((size_t)count * sizeof(*threads));
	pthread_attr_t attr;
	int made = 0, seen = 0, error = 0, joined = 0;

	gate = 0;
	pthread_attr_init(&attr);
	while (made < count && !(error = pthread_create(&threads[made], &attr, counts, &seen)))
		made++;
	OK(made == count, "%d threads live at once (error %d)", made, error);
	for (int i = 0; i < 1000 && __atomic_load_n(&seen, __ATOMIC_SEQ_CST) < made; i++)
		usleep(10000);
	OK(seen == made, "all of them run: %d", seen);
	gate = 1;
	for (int i = 0; i < made; i++)
		joined += !pthread_join(threads[i], NULL);
	IS(joined, made);
	/* Detached ones come and go, and leave no memory behind. */
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	error = 0;
	for (int i = 0; i < count * 5 && !error; i++) {
		error = pthread_create(&threads[0], &attr, same, NULL);
		if (i % 16 == 0)
			sched_yield();
	}
	IS(error, 0);
	free(threads);
}

int main(int argc, char **argv)
{
	join();
	deadlock();
	attributes();
	scheduling();
	thread_locals();
	keys();
	onces();
	forks();
	endings();
	many(argc > 1 ? atoi(argv[1]) : 200);
	return test_done();
}
