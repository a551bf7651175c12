/* What the loader does before main(): order, scope, versions, hash tables, thread variables, what lies where. */
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../guest/testing.h"

extern char delta_order[];
extern int wide_numbers[4];
extern __thread int wide_local;
extern __thread char wide_zero[100];
int alpha_value(void), beta_value(void), gamma_value(void), common(void), calls_common(void), has_nowhere(void);
int guarded(void), calls_guarded(void), only_gamma(void), indirect(void), calls_indirect(void), by_table(int);
int *wide_address(void), *wide_local_address(void);
int old_form(void), middle_form(void), form(void);
__asm__(".symver old_form, form@V_1");
__asm__(".symver middle_form, form@V_2");
__attribute__((weak)) int not_anywhere(void);
static __thread int mine = 21;

int guarded(void) { return 'M'; }

static char started;
static void early(void) { started = 'p'; }
static void constructed(void) { if (started == 'p' && !strcmp(delta_order, "dbga")) started = 'c'; }
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(void) = early;
__attribute__((section(".init_array"), used)) static void (*const init)(void) = constructed;

static void *in_thread(void *argument)
{
	long good = wide_local == 11 && mine == 21 && &wide_local == wide_local_address();

	for (size_t i = 0; i < sizeof(wide_zero); i++)
		good &= !wide_zero[i];
	wide_local = 5;
	mine = 6;
	return (void *)(good && argument);
}

static void values(void)
{
	pthread_t thread;
	void *result;

	IS(alpha_value(), 1112);
	IS(beta_value(), 101);
	IS(gamma_value(), 11);
	IS(only_gamma(), 77);
	OK(started == 'c', "the libraries' constructors ran before the program's, those of what is needed first: %s", delta_order);
	IS(common(), 'a');
	IS(calls_common(), 'a');
	IS(has_nowhere(), 0);
	OK(!not_anywhere, "a weak symbol that nobody has is 0");
	IS(guarded(), 'M');
	IS(calls_guarded(), 'A');
	IS(form(), 3);
	IS(middle_form(), 2);
	IS(old_form(), 1);
	IS(indirect(), 31);
	IS(calls_indirect(), 31);
	IS(by_table(0), 31);
	IS(by_table(1), 31);
	OK(wide_address() == wide_numbers, "data has one address");
	IS(wide_numbers[3], 4);
	wide_local = 12;
	OK(&wide_local == wide_local_address(), "a thread variable has one address");
	pthread_create(&thread, NULL, in_thread, wide_numbers);
	pthread_join(thread, &result);
	OK(result != NULL, "another thread has its own, as they were at the start");
	OK(wide_local == 12 && mine == 21, "this thread's are untouched");
}

struct seen {
	int count, program, libraries, relro, tls;
};

static int look(struct dl_phdr_info *info, size_t size, void *data)
{
	struct seen *seen = data;

	seen->count++;
	seen->program += !*info->dlpi_name;
	seen->libraries += strstr(info->dlpi_name, "/05/lib/") != NULL;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		seen->relro += info->dlpi_phdr[i].p_type == PT_GNU_RELRO;
		seen->tls += info->dlpi_phdr[i].p_type == PT_TLS && info->dlpi_tls_modid && info->dlpi_tls_data;
	}
	return size != sizeof(*info);
}

static void places(void)
{
	struct seen seen = { 0 };
	char line[512];
	int executable_and_writable = 0, text = 0;
	FILE *maps = fopen("/proc/self/maps", "r");
	Dl_info info;

	IS(dl_iterate_phdr(look, &seen), 0);
	IS(seen.program, 1);
	IS(seen.libraries, 6);
	OK(seen.relro >= 7 && seen.tls >= 3, "read-only parts %d, thread storage %d", seen.relro, seen.tls);
	while (fgets(line, sizeof(line), maps)) {
		executable_and_writable += strstr(line, " rwxp ") != NULL;
		text += strstr(line, "r-xp") && strstr(line, "ld-imposos.so.1");
	}
	fclose(maps);
	IS(executable_and_writable, 0);
	IS(text, 1);
	OK(dladdr((void *)(unsigned long)alpha_value, &info) && strstr(info.dli_fname, "libalpha.so") && !strcmp(info.dli_sname, "alpha_value"),
	   "dladdr() tells which function lies at an address");
	OK(dladdr(&wide_numbers[2], &info) && !strcmp(info.dli_sname, "wide_numbers") && info.dli_saddr == wide_numbers,
	   "and which object");
	OK(!dladdr((void *)16, &info), "and that there is none");
	OK(getauxval(AT_BASE) != 0 && getauxval(AT_PHDR) != 0, "the kernel told where program and loader are");
}

static void debugger(void)
{
	int count = 0, wrong = 0;

	for (struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
		count++;
		wrong += map->l_next && map->l_next->l_prev != map;
		wrong += !map->l_ld || map->l_ld->d_tag > 0x7fffffff;
	}
	OK(count == 8 && !wrong && _r_debug.r_state == RT_CONSISTENT && _r_debug.r_brk, "a debugger finds %d maps", count);
}

/* The destructors write what they are to descriptor 9. */
static void ending(const char *me)
{
	char order[32] = "";
	int fds[2], status;
	size_t used = 0;
	ssize_t got;

	if (pipe(fds) < 0 || !fork()) {
		dup2(fds[1], 9);
		execl(me, me, "end", (char *)NULL);
		_exit(1);
	}
	close(fds[1]);
	while ((got = read(fds[0], order + used, sizeof(order) - 1 - used)) > 0)
		used += (size_t)got;
	wait(&status);
	OK(!strcmp(order, "AGBD"), "destructors run the other way round: %s", order);
	IS(status, 0);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return 0;
	close(9);
	values();
	places();
	debugger();
	ending(argv[0]);
	return test_done();
}
