/* Libraries opened while the program runs. */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../guest/testing.h"

#define SYMBOL(type, handle, name) ((type)(unsigned long)dlsym(handle, name))
typedef int (*function)(void);
typedef int *(*address)(void);
int beta_value(void), common(void);
extern char delta_order[];

static int in_list(const char *name)
{
	for (struct link_map *map = _r_debug.r_map; map; map = map->l_next)
		if (strstr(map->l_name, name))
			return 1;
	return 0;
}

static int call(void *handle, const char *name)
{
	function f = SYMBOL(function, handle, name);

	return f ? f() : -1;
}

static void errors(void)
{
	const char *message;
	void *handle;

	OK(!dlerror(), "there is no error at first");
	OK(!dlopen("libno-such.so", RTLD_NOW), "what is not there is not opened");
	message = dlerror();
	OK(message && strstr(message, "libno-such.so") && strstr(message, "No such file"), "%s", message);
	OK(!dlerror(), "a message is given once");
	OK(!dlopen("libalpha.so", 0) && dlerror(), "a mode is needed");
	OK(!dlopen("libmissing.so", RTLD_NOW), "a missing function stops a library that binds at once");
	message = dlerror();
	OK(message && strstr(message, "libmissing.so") && strstr(message, "there_is_no_such_function"), "%s", message);
	OK(!in_list("libmissing"), "it is gone again");
	handle = dlopen("libmissing.so", RTLD_LAZY);
	OK(handle != NULL, "but not one that binds late");
	IS(call(handle, "missing_good"), 82);
	OK(!dlsym(handle, "nothing_of_the_sort"), "a symbol that is not there is not found");
	message = dlerror();
	OK(message && strstr(message, "nothing_of_the_sort"), "%s", message);
	IS(dlclose(handle), 0);
	IS(dlclose(handle), -1);
	OK(dlerror() != NULL, "a closed handle is refused");
	OK(!dlsym(handle, "x") && dlerror(), "by dlsym() as well");
	OK(!dlopen("/bin/sh", RTLD_NOW) && dlerror(), "a program is no library");
	OK(!dlopen("/etc/passwd", RTLD_NOW) && strstr(dlerror(), "not an ELF file"), "nor is a text");
	OK(!dlopen("/", RTLD_NOW) && dlerror(), "nor a folder");
}

static void counting(void)
{
	void *one = dlopen("libalpha.so", RTLD_NOW), *two, *three;

	OK(one != NULL, "%s", one ? "a library with others is opened" : dlerror());
	OK(!strcmp(delta_order, "dbga"), "only what is new is initialised: %s", delta_order);
	IS(call(one, "alpha_value"), 1112);
	two = dlopen("libalpha.so", RTLD_LAZY);
	OK(two == one, "opened again it is the same");
	three = dlopen("libgamma.so", RTLD_LAZY | RTLD_NOLOAD);
	OK(three != NULL, "what is loaded can be asked for");
	OK(!dlopen("libfirst.so", RTLD_LAZY | RTLD_NOLOAD), "what is not, is not loaded by asking");
	dlerror();
	OK(!dlsym(RTLD_DEFAULT, "alpha_value"), "a local library's symbols are its own");
	dlerror();
	OK(dlsym(one, "only_gamma") != NULL, "those of what it needs are found through it");
	IS(dlclose(one), 0);
	OK(in_list("libalpha"), "it stays while somebody has it open");
	IS(dlclose(two), 0);
	OK(!in_list("libalpha") && in_list("libgamma"), "then it goes, but not what else is in use");
	OK(!strcmp(delta_order, "dbgaA"), "its destructor has run: %s", delta_order);
	IS(dlclose(three), 0);
	OK(!in_list("libgamma") && in_list("libbeta") && in_list("libdelta"), "the program's own libraries stay");
	one = dlopen("libring1.so", RTLD_NOW);
	OK(one != NULL, "libraries in a circle are opened");
	IS(one ? call(one, "ring1_value") : 0, 11);
	IS(dlclose(one), 0);
	OK(!in_list("libring1") && !in_list("libring2"), "and closed");
	one = dlopen("libdeep.so", RTLD_NOW | RTLD_NODELETE);
	dlclose(one);
	OK(in_list("libdeep"), "what must not be deleted stays");
	OK(dlopen(NULL, RTLD_NOW) == dlopen(NULL, RTLD_LAZY), "the program has a handle");
	OK(dlsym(dlopen(NULL, RTLD_NOW), "beta_value") == (void *)(unsigned long)beta_value, "through which its libraries are found");
}

static void scopes(void)
{
	void *later, *first, *deep;
	int told = 0;

	IS(common(), 'b');
	OK(!dlopen("liblater.so", RTLD_NOW) && strstr(dlerror(), "only_first"), "a library does not see what is local to another");
	first = dlopen("libfirst.so", RTLD_NOW | RTLD_GLOBAL);
	later = dlopen("liblater.so", RTLD_NOW);
	OK(first && later, "but what is global");
	IS(call(later, "later_value"), 92);
	IS(call(RTLD_DEFAULT, "only_first"), 92);
	IS(call(first, "first_common"), 'f');	/* bound to itself by its linker */
	deep = dlopen("libdeep.so", RTLD_NOW);
	IS(call(deep, "deep_common"), 'b');	/* the program's come first */
	dlclose(deep);
	SYMBOL(void (*)(int *), first, "first_tell")(&told);
	/* later uses first, though it does not name it: it may not go before. */
	dlclose(first);
	IS(call(later, "later_value"), 92);
	OK(told == 0, "what is used is not closed");
	dlclose(later);
	OK(dlsym(RTLD_NEXT, "malloc") != NULL, "the next malloc() is the C library's");
	OK(!dlsym(RTLD_NEXT, "main"), "there is no next main()");
	dlerror();
}

static void deep_binding(void)
{
	void *first;
	int told = 0;

	first = dlopen("libfirst.so", RTLD_LAZY);
	OK(first != NULL, "opened again");
	SYMBOL(void (*)(int *), first, "first_tell")(&told);
	dlclose(first);
	OK(told == 0 || told == 11, "handlers of exit that a closed library left have run, then its destructors: %d", told);
}

static void versions(void)
{
	void *handle = dlopen("libversions.so", RTLD_NOW);
	const char *message;

	IS(call(handle, "form"), 3);
	IS(((function)(unsigned long)dlvsym(handle, "form", "V_1"))(), 1);
	IS(((function)(unsigned long)dlvsym(handle, "form", "V_2"))(), 2);
	OK(!dlvsym(handle, "form", "V_9"), "a version that is not there is not found");
	message = dlerror();
	OK(message && strstr(message, "V_9"), "%s", message);
	dlclose(handle);
}

static void *touches(void *argument)
{
	long good = 1;

	for (int i = 0; i < 4; i++) {
		address where = ((address *)argument)[i];

		good &= *where() == (int[]){ 42, 43, 52, 53 }[i];
		*where() += 100;
	}
	return (void *)good;
}

static void thread_variables(int rounds)
{
	int good = 1, same = 1;

	for (int round = 0; round < rounds; round++) {
		void *locals = dlopen("liblocals.so", RTLD_NOW), *described = dlopen("libdescriptors.so", RTLD_LAZY), *result;
		address where[4];
		pthread_t threads[4];

		if (!locals || !described) {
			DIAG("%s", dlerror());
			good = 0;
			break;
		}
		where[0] = SYMBOL(address, locals, "late_address");
		where[1] = SYMBOL(address, locals, "hidden_late_address");
		where[2] = SYMBOL(address, described, "described_address");
		where[3] = SYMBOL(address, described, "hidden_described_address");
		for (int i = 0; i < 4; i++)
			pthread_create(&threads[i], NULL, touches, where);
		good &= touches(where) != NULL;
		for (int i = 0; i < 4; i++) {
			pthread_join(threads[i], &result);
			good &= result != NULL;
		}
		good &= call(locals, "spacious_is_aligned") == 1 && call(described, "roomy_is_aligned") == 1;
		same &= dlsym(locals, "late") == where[0]() && dlsym(described, "described") == where[2]();
		dlclose(locals);
		dlclose(described);
	}
	OK(good, "each thread has its own variables of a library that is opened late, %d times", rounds);
	OK(same, "dlsym() gives the caller's");
	OK(!in_list("liblocals"), "and the library goes");
}

static volatile int go;

static void *reads_placed(void *argument)
{
	while (!go)
		usleep(1000);
	return (void *)(long)*((address)argument)();
}

static void *waits_for_place(void *argument)
{
	while (!go)
		usleep(1000);
	return reads_placed((void *)*(address *)argument);
}

static void fixed_place(void)
{
	address where = NULL;
	pthread_t thread;
	void *handle, *result;

	/* A thread that is there already gets the variable too. */
	pthread_create(&thread, NULL, waits_for_place, &where);
	handle = dlopen("libfixed.so", RTLD_NOW);
	OK(handle != NULL, "a library that wants a fixed place is opened");
	where = SYMBOL(address, handle, "placed_address");
	go = 1;
	IS(*where(), 62);
	pthread_join(thread, &result);
	IS((long)result, 62);
	dlclose(handle);
	OK(in_list("libfixed"), "and stays");
	handle = dlopen("libtextual.so", RTLD_NOW);
	OK(handle != NULL, "relocations in text are done");
	IS(call(handle, "textual_value"), 72);
	dlclose(handle);
}

static pthread_barrier_t barrier;
static void *many;

static void *binds(void *argument)
{
	long sum = 0;

	(void)argument;
	pthread_barrier_wait(&barrier);
	for (int i = 1; i <= 40; i++) {
		char name[16];

		snprintf(name, sizeof(name), "many_%d", i);
		sum += call(many, name);
	}
	return (void *)sum;
}

static void *opens(void *argument)
{
	long good = 0;

	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 20; i++) {
		void *handle = dlopen(i % 2 ? "libalpha.so" : "liblocals.so", i % 3 ? RTLD_NOW : RTLD_LAZY);

		good += handle && call(handle, i % 2 ? "alpha_value" : "spacious_is_aligned") == (i % 2 ? 1112 : 1);
		dlclose(handle);
	}
	return (void *)(good + (argument != NULL));
}

static void *errs(void *argument)
{
	long wrong = 0;
	char name[32];

	snprintf(name, sizeof(name), "libthread-%ld.so", (long)argument);
	for (int i = 0; i < 20; i++) {
		const char *message;

		dlopen(name, RTLD_NOW);
		sched_yield();
		message = dlerror();
		wrong += !message || !strstr(message, name);
	}
	return (void *)wrong;
}

static void run(void *(*f)(void *), int numbered, long *sum)
{
	pthread_t threads[16];

	*sum = 0;
	pthread_barrier_init(&barrier, NULL, 16);
	for (long i = 0; i < 16; i++)
		pthread_create(&threads[i], NULL, f, numbered ? (void *)i : NULL);
	for (int i = 0; i < 16; i++) {
		void *result;

		pthread_join(threads[i], &result);
		*sum += (long)result;
	}
	pthread_barrier_destroy(&barrier);
}

static void races(void)
{
	long sum;

	many = dlopen("libmany.so", RTLD_LAZY);
	run(binds, 0, &sum);
	IS(sum, 16 * 820);
	dlclose(many);
	run(opens, 0, &sum);
	IS(sum, 16 * 20);
	OK(!in_list("libalpha") && !in_list("liblocals"), "sixteen threads opened and closed, and nothing is left");
	run(errs, 1, &sum);
	IS(sum, 0);
}

static void information(void)
{
	void *handle = dlopen("liblocals.so", RTLD_NOW);
	struct link_map *map = NULL;
	size_t number = 0;
	char origin[256] = "";

	IS(dlinfo(handle, RTLD_DI_LINKMAP, &map), 0);
	OK(map && strstr(map->l_name, "liblocals.so"), "a handle leads to its map");
	IS(dlinfo(handle, RTLD_DI_ORIGIN, origin), 0);
	OK(strlen(origin) > 4 && !strcmp(origin + strlen(origin) - 4, "/lib"), "and to its folder, %s", origin);
	IS(dlinfo(handle, RTLD_DI_TLS_MODID, &number), 0);
	OK(number > 0, "and to its number, %u", (unsigned)number);
	IS(dlinfo(handle, 99, &number), -1);
	OK(dlerror() != NULL, "what is not known is refused");
	dlclose(handle);
}

int main(int argc, char **argv)
{
	close(9);
	errors();
	counting();
	scopes();
	deep_binding();
	versions();
	thread_variables(argc > 1 ? atoi(argv[1]) : 20);
	fixed_place();
	races();
	information();
	return test_done();
}
