/*
 * The clocks that user space reads without a call: found as a dynamic linker finds them, and of one mind with the calls.
 */
#include "../../guest/testing.h"

#include <elf.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>

#ifndef AT_SYSINFO_EHDR
#define AT_SYSINFO_EHDR 33
#endif

struct ts32 { int32_t sec, nsec; };
struct ts64 { int64_t sec; int32_t nsec, pad; };

static unsigned long image;

/* A function by name, or NULL (ELF specification: dynamic section, symbol and hash tables). */
static void *function(const char *name)
{
	const Elf32_Ehdr *e = (const void *)image;
	const Elf32_Phdr *p = (const void *)(image + e->e_phoff);
	const Elf32_Dyn *d = NULL;
	const Elf32_Sym *symbols = NULL;
	const char *strings = NULL;
	const uint32_t *hash = NULL;

	for (unsigned i = 0; i < e->e_phnum; i++)
		if (p[i].p_type == PT_DYNAMIC)
			d = (const void *)(image + p[i].p_offset);
	for (; d && d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_HASH)
			hash = (const void *)(image + d->d_un.d_val);
		if (d->d_tag == DT_STRTAB)
			strings = (const void *)(image + d->d_un.d_val);
		if (d->d_tag == DT_SYMTAB)
			symbols = (const void *)(image + d->d_un.d_val);
	}
	for (uint32_t i = 0; hash && strings && symbols && i < hash[1]; i++)
		if (symbols[i].st_shndx && strcmp(strings + symbols[i].st_name, name) == 0)
			return (void *)(image + symbols[i].st_value);
	return NULL;
}

static int64_t ns(int64_t sec, int64_t nsec) { return sec * 1000000000 + nsec; }

static int64_t by_call(int clock)
{
	struct ts64 t = { 0, 0, 0 };

	syscall(SYS_clock_gettime64, clock, &t);
	return ns(t.sec, t.nsec);
}

/* Read in turns by both, time never goes back, and advances. */
static int in_turns(int (*get)(int clock, struct ts64 *t), int clock, int64_t *passed)
{
	int64_t last = by_call(clock), first = last;
	int back = 0;

	for (int i = 0; i < 20000; i++) {
		struct ts64 t;
		int64_t now;

		back += get(clock, &t) != 0 || t.nsec < 0 || t.nsec > 999999999;
		now = ns(t.sec, t.nsec);
		back += now < last;
		last = by_call(clock);
		back += last < now;
	}
	*passed = last - first;
	return back;
}

int main(void)
{
	static const int clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, 4, 6, 7, 11 };
	int (*get32)(int clock, struct ts32 *t), (*get64)(int clock, struct ts64 *t);
	int (*day)(struct ts32 *t, void *zone), (*seconds)(int32_t *t), (*resolution)(int clock, struct ts32 *t);
	struct ts32 tv, zone = { -1, -1 };
	int64_t passed, wall;
	struct ts64 t64, back;
	struct ts32 t32;
	int32_t t;

	TEST_PLAN(22);
	image = getauxval(AT_SYSINFO_EHDR);
	BAIL_UNLESS(image && memcmp((void *)image, ELFMAG, SELFMAG) == 0, "no vDSO");
	get32 = function("__vdso_clock_gettime");
	get64 = function("__vdso_clock_gettime64");
	day = function("__vdso_gettimeofday");
	seconds = function("__vdso_time");
	resolution = function("__vdso_clock_getres");
	BAIL_UNLESS(get32 && get64 && day && seconds && resolution, "a function is missing");
	for (unsigned i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		IS(in_turns(get64, clocks[i], &passed), 0);
		OK(passed > 0, "clock %d goes on", clocks[i]);
	}
	/* What these functions do not know goes to the kernel, with its errors. */
	OK(get64(CLOCK_PROCESS_CPUTIME_ID, &t64) == 0 && ns(t64.sec, t64.nsec) > 0, "processor time");
	IS(get32(77, &t32), -EINVAL);
	IS(get64(-1, &t64), -EINVAL);
	OK(resolution(CLOCK_MONOTONIC, &t32) == 0 && t32.sec == 0 && t32.nsec > 0, "a resolution");
	wall = by_call(CLOCK_REALTIME);
	OK(get32(CLOCK_REALTIME, &t32) == 0 && ns(t32.sec, t32.nsec) - wall < 1000000000 && ns(t32.sec, t32.nsec) >= wall,
	   "the 32-bit form");
	OK(day(&tv, NULL) == 0 && tv.nsec < 1000000 && ns(tv.sec, tv.nsec * 1000) - wall < 1000000000, "gettimeofday");
	OK(day(&tv, &zone) == 0 && zone.sec != -1, "with a time zone");
	OK(seconds(NULL) - wall / 1000000000 <= 1 && seconds(&t) >= t, "time");
	/* The clock is set: both know at once. */
	back.sec = wall / 1000000000 + 86400;
	back.nsec = back.pad = 0;
	IS(syscall(SYS_clock_settime64, CLOCK_REALTIME, &back), 0);
	IS(in_turns(get64, CLOCK_REALTIME, &passed), 0);
	back.sec -= 86400;
	syscall(SYS_clock_settime64, CLOCK_REALTIME, &back);
	return test_done();
}
