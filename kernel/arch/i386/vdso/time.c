/*
 * Clocks read in user space. The TSC goes on by itself; only setting the wall clock changes the data, for which readers
 * that see a change in between start over. What these clocks are not is left to the call.
 */
#include <arch/vdso.h>
#include <gen/syscall_numbers.h>
#include <abi/time.h>

/* Placed by vdso.lds, within the page. */
extern const volatile struct vdso_data vdso_data __attribute__((visibility("hidden")));

#define NSEC 1000000000u
#define export __attribute__((visibility("default")))

struct split { u64 sec; u32 ns; };

/* 64-bit by 32-bit division in two steps, the first of them from 2106 on: there is no library here. */
static inline struct split split(u64 ns)
{
	u32 rest = (u32)(ns >> 32), low = (u32)ns, q_high = 0, q_low;

	if (__builtin_expect(rest >= NSEC, 0)) {
		q_high = rest / NSEC;
		rest %= NSEC;
	}
	__asm__("divl %4" : "=a"(q_low), "=d"(rest) : "0"(low), "1"(rest), "r"(NSEC) : "cc");
	return (struct split){ (u64)q_high << 32 | q_low, rest };
}

static inline u64 read_clock(int wall)
{
	u32 seq;
	u64 ns;

	do {
		u64 v, low, high;

		seq = vdso_data.seq;
		__asm__ volatile("rdtsc" : "=A"(v));
		v -= vdso_data.base;
		low = (u64)(u32)v * vdso_data.mult;
		high = (v >> 32) * vdso_data.mult;
		/* A TSC of over 1 GHz has a shift of 32: no 64-bit shift is needed. */
		if (__builtin_expect(vdso_data.shift == 32, 1))
			ns = (low >> 32) + high;
		else
			ns = (low >> vdso_data.shift) + (high << (32 - vdso_data.shift));
		if (wall)
			ns += (u64)vdso_data.real_offset;
	} while (__builtin_expect((seq & 1) || seq != vdso_data.seq, 0));
	return ns;
}

/* True: it is one of ours, and *s its time. One copy for all: the image has a page. */
static noinline __attribute__((regparm(2))) int get(int clock, struct split *s)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_TAI:
		*s = split(read_clock(1));
		return 1;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		*s = split(read_clock(0));
		return 1;
	}
	return 0;
}

static long call(long number, long a, void *b)
{
	long r;

	/* EBX is the caller's to keep. */
	__asm__ volatile("xchgl %%ebx, %1\n int $0x80\n xchgl %%ebx, %1" : "=&a"(r), "+r"(a) : "0"(number), "c"(b) : "memory");
	return r;
}

export int __vdso_clock_gettime(int clock, struct abi_timespec32 *t)
{
	struct split s;

	if (!get(clock, &s))
		return call(__NR_clock_gettime, clock, t);
	t->tv_sec = (s32)s.sec;
	t->tv_nsec = (s32)s.ns;
	return 0;
}

export int __vdso_clock_gettime64(int clock, struct abi_timespec64 *t)
{
	struct split s;

	if (!get(clock, &s))
		return call(__NR_clock_gettime64, clock, t);
	t->tv_sec = (s64)s.sec;
	t->tv_nsec = s.ns;
	return 0;
}

export int __vdso_gettimeofday(struct abi_timeval *t, void *zone)
{
	struct split s;

	if (zone)
		return call(__NR_gettimeofday, (long)t, zone);
	get(CLOCK_REALTIME, &s);
	if (t) {
		t->tv_sec = (s32)s.sec;
		t->tv_usec = (s32)(s.ns / 1000);
	}
	return 0;
}

export s32 __vdso_time(s32 *t)
{
	struct split s;

	get(CLOCK_REALTIME, &s);
	if (t)
		*t = (s32)s.sec;
	return (s32)s.sec;
}

export int __vdso_clock_getres(int clock, void *t)
{
	return call(__NR_clock_getres, clock, t);
}
