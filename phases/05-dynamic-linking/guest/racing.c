/*
 * racing ROUNDS: sixteen threads bind the same functions through the same linkage table at the same time, in orders of
 * their own, while signals interrupt them whose handler binds too; then everything is closed, and opened again unbound.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include "../../guest/testing.h"

#define THREADS 16
#define FUNCTIONS 40

static int (*const *functions)(void);
static pthread_barrier_t barrier;
static volatile int handled, handler_wrong, handler_may;

static void on_tick(int signal)
{
	(void)signal;
	if (!handler_may)
		return;
	/* One that perhaps nobody has called yet. */
	int i = handled++ % FUNCTIONS;

	handler_wrong += functions[FUNCTIONS - 1 - i]() != FUNCTIONS - i + 1;
}

static void *bind_all(void *argument)
{
	long me = (long)argument, wrong = 0;

	pthread_barrier_wait(&barrier);
	for (long i = 0; i < FUNCTIONS; i++) {
		/* Strides that have no divisor in common with 40. */
		static const int strides[] = { 1, 3, 7, 9, 11, 13, 17, 19 };
		long which = (me / 8 * 20 + i * strides[me % 8]) % FUNCTIONS;

		wrong += functions[which]() != which + 2;
	}
	return (void *)wrong;
}

static long race(void)
{
	pthread_t threads[THREADS];
	long wrong = 0;

	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, bind_all, (void *)i);
	for (int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(threads[i], &result);
		wrong += (long)result;
	}
	return wrong;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 20, opened = 0;
	struct sigaction action = { .sa_handler = on_tick, .sa_flags = SA_RESTART };
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never = { 0 };
	long wrong = 0;

	sigaction(SIGALRM, &action, NULL);
	pthread_barrier_init(&barrier, NULL, THREADS);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < rounds; i++) {
		void *handle = dlopen("liblazy.so", RTLD_LAZY);

		opened += handle != NULL;
		if (!handle)
			break;
		functions = dlsym(handle, "lazy_all");
		handler_may = 1;
		wrong += race();
		handler_may = 0;
		dlclose(handle);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	IS(opened, rounds);
	IS(wrong, 0);
	IS(handler_wrong, 0);
	OK(handled > 0, "%d calls were made by a handler", handled);
	OK(!dlopen("liblazy.so", RTLD_LAZY | RTLD_NOLOAD), "nothing is left of it");
	return test_done();
}
