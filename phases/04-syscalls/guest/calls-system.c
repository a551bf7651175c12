/* Calls about the machine, time and memory, by their numbers: clocks and timers, scheduling, limits, mappings, names. */
#include "calls.h"
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define NOPROC	99999
#define ROOT_ONLY_HERE	(argc > 1)	/* what would change a host that runs this is left out there */

static long out[512];
static const long zero[4], soon[4] = { 0, 1000000 }, wrong[4] = { 0, 2000000000 };
static const long soon64[4] = { 0, 0, 1000000, 0 }, wrong64[4] = { 0, 0, 2000000000, 0 };

/* The clock is set while a timer waits for a time of it. */
static void cancelled(const void *now)
{
	const long at[4] = { 0, 0, 0x7fffffff, 0 };
	const long long at64[4] = { 0, 0, 0x7fffffff, 0 };
	int fd = (int)syscall(__NR_timerfd_create, 0, 0);

	syscall(__NR_timerfd_settime, fd, 3, at, NULL);
	syscall(__NR_clock_settime, 0, now);
	FAILS(ECANCELED, timerfd_settime, fd, 3, at, NULL);
	syscall(__NR_clock_settime, 0, now);
	FAILS(ECANCELED, timerfd_settime64, fd, 3, at64, NULL);
	close(fd);
}

static void clocks(int change)
{
	long now[4], now64[4];

	WORKS(time, out);
	FAILS(EFAULT, time, BADP);
	WORKS(gettimeofday, out, out + 4);
	FAILS(EFAULT, gettimeofday, BADP, NULL);
	WORKS(times, out);
	FAILS(EFAULT, times, BADP);
	WORKS(clock_gettime, 0, now);
	WORKS(clock_gettime64, 0, now64);
	WORKS(clock_getres, 1, out);
	WORKS(clock_getres_time64, 1, out);
	FAILS(EINVAL, clock_gettime, 77, out);
	FAILS(EINVAL, clock_gettime64, 77, out);
	FAILS(EINVAL, clock_getres, 77, out);
	FAILS(EINVAL, clock_getres_time64, 77, out);
	FAILS(EFAULT, clock_gettime, 0, BADP);
	FAILS(EFAULT, clock_gettime64, 0, BADP);
	FAILS(EFAULT, clock_getres, 0, BADP);
	FAILS(EFAULT, clock_getres_time64, 0, BADP);
	memset(out, 0, sizeof(out));
	WORKS(adjtimex, out);
	WORKS(clock_adjtime, 0, out);
	WORKS(clock_adjtime64, 0, out);
	FAILS(EFAULT, adjtimex, BADP);
	FAILS(EFAULT, clock_adjtime, 0, BADP);
	FAILS(EFAULT, clock_adjtime64, 0, BADP);
	FAILS(EINVAL, clock_adjtime, 77, out);
	FAILS(EINVAL, clock_adjtime64, 77, out);
	USER_FAILS(EPERM, settimeofday, zero, NULL);
	USER_FAILS(EPERM, stime, zero);
	USER_FAILS(EPERM, clock_settime, 0, now);
	USER_FAILS(EPERM, clock_settime64, 0, now64);
	FAILS(EFAULT, settimeofday, BADP, NULL);
	FAILS(EFAULT, stime, BADP);
	FAILS(EINVAL, settimeofday, wrong, NULL);
	FAILS(EINVAL, clock_settime, 0, wrong);
	FAILS(EINVAL, clock_settime64, 0, wrong64);
	FAILS(EINVAL, clock_settime, 1, now);
	FAILS(EINVAL, clock_settime64, 1, now64);
	FAILS(EFAULT, clock_settime, 0, BADP);
	FAILS(EFAULT, clock_settime64, 0, BADP);
	if (change) {
		WORKS(clock_settime, 0, now);
		WORKS(clock_settime64, 0, now64);
		cancelled(now);
		now[1] /= 1000;
		WORKS(settimeofday, now, NULL);
		WORKS(stime, now);
	}
	WORKS(nanosleep, soon, out);
	WORKS(clock_nanosleep, 1, 0, soon, out);
	WORKS(clock_nanosleep_time64, 1, 0, soon64, out);
	FAILS(EINVAL, nanosleep, wrong, out);
	FAILS(EINVAL, clock_nanosleep, 77, 0, soon, out);
	FAILS(EINVAL, clock_nanosleep_time64, 77, 0, soon64, out);
	FAILS(EINVAL, clock_nanosleep_time64, 1, 0, wrong64, out);
	FAILS(EFAULT, nanosleep, BADP, out);
	FAILS(EFAULT, clock_nanosleep, 1, 0, BADP, out);
	FAILS(EFAULT, clock_nanosleep_time64, 1, 0, BADP, out);
}

static void timers(void)
{
	struct { int value, signo, notify, tid; long pad[12]; } none = { 0, 0, 1, 0, { 0 } }, odd = { 0, 0, 77, 0, { 0 } };
	const long span[4] = { 0, 0, 100, 0 }, bad[4] = { 0, 0, 0, 2000000000 };
	const long span64[8] = { 0, 0, 0, 0, 100, 0, 0, 0 }, bad64[8] = { 0, 0, 0, 0, 0, 0, 2000000000, 0 };
	int id;

	WORKS(setitimer, 0, span, out);
	WORKS(getitimer, 0, out);
	WORKS(setitimer, 0, zero, NULL);
	FAILS(EINVAL, setitimer, 77, zero, NULL);
	FAILS(EINVAL, getitimer, 77, out);
	FAILS(EFAULT, setitimer, 0, BADP, NULL);
	FAILS(EFAULT, getitimer, 0, BADP);
	WORKS(alarm, 0);
	WORKS(timer_create, 1, &none, &id);
	FAILS(EINVAL, timer_create, 77, NULL, &id);
	FAILS(EINVAL, timer_create, 1, &odd, &id);
	FAILS(EFAULT, timer_create, 1, BADP, &id);
	FAILS(EFAULT, timer_create, 1, &none, BADP);
	WORKS(timer_settime, id, 0, span, out);
	WORKS(timer_settime64, id, 0, span64, out);
	WORKS(timer_gettime, id, out);
	WORKS(timer_gettime64, id, out);
	GIVES(0, timer_getoverrun, id);
	FAILS(EINVAL, timer_settime, 777, 0, span, NULL);
	FAILS(EINVAL, timer_settime64, 777, 0, span64, NULL);
	FAILS(EINVAL, timer_settime, id, 0, bad, NULL);
	FAILS(EINVAL, timer_settime64, id, 0, bad64, NULL);
	FAILS(EFAULT, timer_settime, id, 0, BADP, NULL);
	FAILS(EFAULT, timer_settime64, id, 0, BADP, NULL);
	FAILS(EINVAL, timer_gettime, 777, out);
	FAILS(EINVAL, timer_gettime64, 777, out);
	FAILS(EFAULT, timer_gettime, id, BADP);
	FAILS(EFAULT, timer_gettime64, id, BADP);
	FAILS(EINVAL, timer_getoverrun, 777);
	WORKS(timer_delete, id);
	FAILS(EINVAL, timer_delete, id);
}

static void scheduling(void)
{
	unsigned long cpus[4] = { 1, 0, 0, 0 };
	struct { unsigned size, policy; unsigned long long flags; int nice; unsigned prio; unsigned long long t[3]; } attr = { 48, 0, 0, 0, 0, { 0 } };
	int prio = 0, one = 1;

	WORKS(sched_yield);
	GIVES(99, sched_get_priority_max, 1);
	GIVES(1, sched_get_priority_min, 2);
	FAILS(EINVAL, sched_get_priority_max, 77);
	FAILS(EINVAL, sched_get_priority_min, 77);
	GIVES(0, sched_getscheduler, 0);
	WORKS(sched_setscheduler, 0, 0, &prio);
	WORKS(sched_getparam, 0, out);
	WORKS(sched_setparam, 0, &prio);
	FAILS(EINVAL, sched_getscheduler, -1);
	FAILS(ESRCH, sched_getscheduler, NOPROC);
	FAILS(EINVAL, sched_setscheduler, 0, 77, &prio);
	FAILS(EINVAL, sched_setscheduler, 0, 0, &one);
	FAILS(ESRCH, sched_setscheduler, NOPROC, 0, &prio);
	USER_FAILS(EPERM, sched_setscheduler, 0, 1, &one);
	FAILS(EINVAL, sched_getparam, -1, out);
	FAILS(ESRCH, sched_getparam, NOPROC, out);
	FAILS(EINVAL, sched_setparam, 0, &one);
	FAILS(ESRCH, sched_setparam, NOPROC, &prio);
	USER_FAILS(EPERM, sched_setparam, getppid(), &prio);
	WORKS(sched_getattr, 0, &attr, 48, 0);
	WORKS(sched_setattr, 0, &attr, 0);
	FAILS(EINVAL, sched_getattr, 0, &attr, 4, 0);
	FAILS(ESRCH, sched_getattr, NOPROC, &attr, 48, 0);
	FAILS(EINVAL, sched_setattr, 0, &attr, 7);
	FAILS(ESRCH, sched_setattr, NOPROC, &attr, 0);
	attr.size = 5000;
	FAILS(E2BIG, sched_setattr, 0, &attr, 0);
	attr.size = 48;
	attr.nice = -5;
	USER_FAILS(EPERM, sched_setattr, 0, &attr, 0);
	FAILS(EFAULT, sched_setattr, 0, BADP, 0);
	WORKS(sched_getaffinity, 0, 16, out);
	WORKS(sched_setaffinity, 0, 16, cpus);
	FAILS(EINVAL, sched_getaffinity, 0, 3, out);
	FAILS(ESRCH, sched_getaffinity, NOPROC, 16, out);
	FAILS(EFAULT, sched_getaffinity, 0, 16, BADP);
	FAILS(EINVAL, sched_setaffinity, 0, 16, zero);
	FAILS(ESRCH, sched_setaffinity, NOPROC, 16, cpus);
	FAILS(EFAULT, sched_setaffinity, 0, 16, BADP);
	USER_FAILS(EPERM, sched_setaffinity, getppid(), 16, cpus);
	WORKS(sched_rr_get_interval, 0, out);
	WORKS(sched_rr_get_interval_time64, 0, out);
	FAILS(EINVAL, sched_rr_get_interval, -1, out);
	FAILS(ESRCH, sched_rr_get_interval, NOPROC, out);
	FAILS(EFAULT, sched_rr_get_interval, 0, BADP);
	FAILS(EINVAL, sched_rr_get_interval_time64, -1, out);
	FAILS(ESRCH, sched_rr_get_interval_time64, NOPROC, out);
	FAILS(EFAULT, sched_rr_get_interval_time64, 0, BADP);
	GIVES(20, getpriority, 0, 0);
	WORKS(setpriority, 0, 0, 0);
	FAILS(EINVAL, getpriority, 77, 0);
	FAILS(ESRCH, getpriority, 0, NOPROC);
	FAILS(EINVAL, setpriority, 77, 0, 0);
	FAILS(ESRCH, setpriority, 0, NOPROC, 0);
	USER_FAILS(EACCES, setpriority, 0, 0, -5);
	USER_FAILS(EPERM, setpriority, 0, getppid(), 5);
	GIVES(0, nice, 0);
	USER_FAILS(EPERM, nice, -5);
	WORKS(ioprio_get, 1, 0);
	WORKS(ioprio_set, 1, 0, 2 << 13 | 4);
	FAILS(EINVAL, ioprio_get, 77, 0);
	FAILS(ESRCH, ioprio_get, 1, NOPROC);
	FAILS(EINVAL, ioprio_set, 1, 0, 7 << 13);
	FAILS(ESRCH, ioprio_set, 1, NOPROC, 2 << 13 | 4);
	USER_FAILS(EPERM, ioprio_set, 1, 0, 1 << 13 | 4);
	WORKS(getcpu, out, out, NULL);
	FAILS(EFAULT, getcpu, BADP, NULL, NULL);
	WORKS(membarrier, 0, 0, 0);
	FAILS(EINVAL, membarrier, 77, 0, 0);
	FAILS(EINVAL, membarrier, 0, 77, 0);
	FAILS(EPERM, membarrier, 8, 0, 0);	/* not registered */
}

static void limits(void)
{
	struct rlimit l, more = { 100, 50 };
	unsigned long long l64[2], more64[2] = { 100, 50 };

	WORKS(getrlimit, 7, &l);
	WORKS(ugetrlimit, 7, &l);
	WORKS(setrlimit, 7, &l);
	WORKS(prlimit64, 0, 7, NULL, l64);
	FAILS(EINVAL, getrlimit, 77, &l);
	FAILS(EINVAL, ugetrlimit, 77, &l);
	FAILS(EINVAL, setrlimit, 77, &l);
	FAILS(EINVAL, setrlimit, 7, (unsigned long *)&more);
	FAILS(EINVAL, prlimit64, 0, 77, NULL, l64);
	FAILS(EINVAL, prlimit64, 0, 7, more64, NULL);
	FAILS(ESRCH, prlimit64, NOPROC, 7, NULL, l64);
	FAILS(EFAULT, getrlimit, 7, BADP);
	FAILS(EFAULT, ugetrlimit, 7, BADP);
	FAILS(EFAULT, setrlimit, 7, BADP);
	FAILS(EFAULT, prlimit64, 0, 7, BADP, NULL);
	USER_FAILS(EPERM, prlimit64, getppid(), 7, NULL, l64);
	unsigned long all[2] = { -1ul, -1ul }, few[2] = { 10, 10 };
	pid_t pid = fork();
	if (pid == 0) {
		syscall(__NR_setrlimit, 7, few);
		become_user();
		_exit(syscall(__NR_setrlimit, 7, all) == -1 ? errno : 0);
	}
	errno = child_status(pid);
	fails("setrlimit", "EPERM", EPERM, -1, __LINE__);
	WORKS(getrusage, 0, out);
	FAILS(EINVAL, getrusage, 77, out);
	FAILS(EFAULT, getrusage, 0, BADP);
	WORKS(prctl, 16, out);
	FAILS(EINVAL, prctl, 7777);
	FAILS(EFAULT, prctl, 16, BADP);
	FAILS(EINVAL, prctl, 4, 77, 0, 0, 0);
	WORKS(personality, -1);
	WORKS(unshare, 0x400);
	FAILS(EINVAL, unshare, 1);
	WORKS(set_tid_address, out);
	out[0] = (long)(uintptr_t)out;
	out[1] = out[2] = 0;
	CHILD_WORKS(set_robust_list, out, 12);
	WORKS(get_robust_list, 0, out + 5, out + 6);
	FAILS(EINVAL, set_robust_list, out, 5);
	FAILS(ESRCH, get_robust_list, NOPROC, out + 5, out + 6);
	FAILS(EFAULT, get_robust_list, 0, BADP, out + 6);
	USER_FAILS(EPERM, get_robust_list, getppid(), out + 5, out + 6);
	static long area[16] __attribute__((aligned(32)));
	CHILD_WORKS(rseq, area, 32, 0, 0x53053053);
	FAILS(EINVAL, rseq, (char *)area + 4, 32, 0, 1);
	FAILS(EINVAL, rseq, area, 32, 77, 1);
	struct { unsigned entry, base, limit, flags; } desc = { -1u, 0, 0xfffff, 0x51 }, odd = { 3, 0, 0, 0 };
	CHILD_WORKS(set_thread_area, &desc);
	pid = fork();
	if (pid == 0) {
		syscall(__NR_set_thread_area, &desc);
		_exit(syscall(__NR_get_thread_area, &desc) == -1 ? errno : 0);
	}
	gives("get_thread_area", 0, child_status(pid), __LINE__);
	FAILS(EINVAL, set_thread_area, &odd);
	FAILS(EINVAL, get_thread_area, &odd);
	FAILS(EFAULT, set_thread_area, BADP);
	FAILS(EFAULT, get_thread_area, BADP);
}

static void names(int change)
{
	WORKS(uname, out);
	WORKS(olduname, out);
	WORKS(oldolduname, out);
	FAILS(EFAULT, uname, BADP);
	FAILS(EFAULT, olduname, BADP);
	FAILS(EFAULT, oldolduname, BADP);
	FAILS(EINVAL, sethostname, "x", -1);
	FAILS(EINVAL, sethostname, "x", 65);
	FAILS(EFAULT, sethostname, BADP, 5);
	FAILS(EINVAL, setdomainname, "x", 65);
	FAILS(EFAULT, setdomainname, BADP, 5);
	USER_FAILS(EPERM, sethostname, "x", 1);
	USER_FAILS(EPERM, setdomainname, "x", 1);
	WORKS(sysinfo, out);
	FAILS(EFAULT, sysinfo, BADP);
	WORKS(syslog, 10, NULL, 0);
	FAILS(EINVAL, syslog, 77, NULL, 0);
	FAILS(EINVAL, syslog, 3, NULL, 10);
	FAILS(EFAULT, syslog, 3, BADP, 1000);
	USER_FAILS(EPERM, syslog, 5, NULL, 0);
	GIVES(16, getrandom, out, 16, 0);
	FAILS(EINVAL, getrandom, out, 16, 77);
	FAILS(EFAULT, getrandom, BADP, 16, 0);
	FAILS(EINVAL, reboot, 1, 2, 3, NULL);
	USER_FAILS(EPERM, reboot, 0xfee1dead, 672274793, 0, NULL);
	USER_FAILS(EPERM, vhangup);
	if (!change)
		return;
	WORKS(sethostname, "imposos", 7);
	WORKS(setdomainname, "(none)", 6);
	WORKS(reboot, 0xfee1dead, 672274793, 0, NULL);		/* Ctrl-Alt-Del means a signal to init */
	CHILD_WORKS(vhangup);
}

static void memory(void)
{
	char *page = (char *)WORKS(mmap2, 0, 16384, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *moved, *brk;
	unsigned args[6] = { 0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1u, 0 };
	int fd = open("/etc/hostname", O_RDONLY), ends[2];
	unsigned char there[8];

	pipe(ends);
	char *other = (char *)WORKS(mmap, args);
	FAILS(EFAULT, mmap, BADP);
	args[5] = 5;
	FAILS(EINVAL, mmap, args);
	FAILS(EINVAL, mmap2, 0, 0, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FAILS(EINVAL, mmap2, 0, 4096, 3, MAP_ANONYMOUS, -1, 0);
	FAILS(EBADF, mmap2, 0, 4096, 3, MAP_PRIVATE, NOFD, 0);
	FAILS(EACCES, mmap2, 0, 4096, 3, MAP_SHARED, fd, 0);
	FAILS(ENODEV, mmap2, 0, 4096, 1, MAP_PRIVATE, ends[0], 0);
	FAILS(EEXIST, mmap2, page, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | 0x100000, -1, 0);
	FAILS(ENOMEM, mmap2, 0, 0xf0000000, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FAILS(EOVERFLOW, mmap2, 0, 0x10000, 1, MAP_PRIVATE, fd, 0xfffffff8);
	USER_FAILS(EPERM, mmap2, 0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	WORKS(mprotect, page, 4096, 1);
	FAILS(EINVAL, mprotect, page + 1, 4096, 1);
	FAILS(EINVAL, mprotect, page, 4096, 0x77777777);
	FAILS(ENOMEM, mprotect, 0x1000, 4096, 1);
	char *shared = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	WORKS(remap_file_pages, shared, 4096, 0, 0, 0);
	FAILS(EACCES, mprotect, shared, 4096, 3);
	WORKS(msync, page, 4096, MS_SYNC);
	FAILS(EINVAL, msync, page + 1, 4096, MS_SYNC);
	FAILS(EINVAL, msync, page, 4096, MS_SYNC | MS_ASYNC);
	FAILS(ENOMEM, msync, 0x1000, 4096, MS_SYNC);
	WORKS(madvise, page + 4096, 4096, MADV_DONTNEED);
	FAILS(EINVAL, madvise, page + 1, 4096, MADV_DONTNEED);
	FAILS(EINVAL, madvise, page, 4096, 7777);
	FAILS(ENOMEM, madvise, 0x1000, 4096, MADV_DONTNEED);
	WORKS(mincore, page, 8192, there);
	FAILS(EINVAL, mincore, page + 1, 8192, there);
	FAILS(EFAULT, mincore, page, 8192, BADP);
	FAILS(ENOMEM, mincore, 0x1000, 4096, there);
	WORKS(mlock, page, 4096);
	WORKS(mlock2, page, 4096, 1);
	WORKS(munlock, page, 4096);
	FAILS(ENOMEM, mlock, 0x1000, 4096);
	FAILS(ENOMEM, mlock2, 0x1000, 4096, 0);
	FAILS(EINVAL, mlock2, page, 4096, 77);
	FAILS(ENOMEM, munlock, 0x1000, 4096);
	FAILS(EINVAL, mlock, page, -4096);
	CHILD_WORKS(mlockall, 1);
	WORKS(munlockall);
	FAILS(EINVAL, mlockall, 77);
	pid_t pid = fork();
	if (pid == 0) {
		struct rlimit none = { 0, 0 };

		become_user();
		setrlimit(RLIMIT_MEMLOCK, &none);
		_exit(syscall(__NR_mlock, page, 4096) == -1 && errno == EPERM && syscall(__NR_mlockall, 1) == -1 ? errno : 0);
	}
	errno = child_status(pid);
	fails("mlock", "EPERM", EPERM, -1, __LINE__);
	fails("mlockall", "EPERM", EPERM, -1, __LINE__);
	munmap(page, 16384);
	page = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FAILS(EINVAL, remap_file_pages, page, 4096, 0, 0, 0);
	moved = (char *)WORKS(mremap, page, 16384, 32768, 1, 0);
	FAILS(EINVAL, mremap, moved + 1, 4096, 8192, 1, 0);
	FAILS(EINVAL, mremap, moved, 4096, 8192, 77, 0);
	FAILS(EFAULT, mremap, 0x1000, 4096, 8192, 1, 0);
	FAILS(ENOMEM, mremap, moved, 32768, 0x70000000, 1, 0);
	WORKS(munmap, moved, 32768);
	WORKS(munmap, other, 4096);
	FAILS(EINVAL, munmap, 0x1001, 4096);
	FAILS(EINVAL, munmap, 0x1000, 0);
	brk = (char *)WORKS(brk, 0);
	GIVES(brk, brk, 1);			/* below: nothing changes, and what there is is told */
	close(fd);
	close(ends[0]);
	close(ends[1]);
}

static void futexes(void)
{
	static int word = 5, second = 5, pi;
	struct { unsigned long long value, address; unsigned flags, reserved; } waiters[1] = { { 5, (uintptr_t)&word, 2, 0 } };

	GIVES(0, futex, &word, 1, 1, NULL, NULL, 0);
	GIVES(0, futex_time64, &word, 1, 1, NULL, NULL, 0);
	FAILS(EAGAIN, futex, &word, 0, 6, NULL, NULL, 0);
	FAILS(EAGAIN, futex_time64, &word, 0, 6, NULL, NULL, 0);
	FAILS(ETIMEDOUT, futex, &word, 0, 5, soon, NULL, 0);
	FAILS(ETIMEDOUT, futex_time64, &word, 0, 5, soon64, NULL, 0);
	FAILS(EFAULT, futex, 0x1000, 0, 5, NULL, NULL, 0);
	FAILS(EFAULT, futex_time64, 0x1000, 0, 5, NULL, NULL, 0);
	FAILS(EINVAL, futex, (char *)&word + 1, 0, 5, NULL, NULL, 0);
	FAILS(EINVAL, futex, &word, 0, 5, wrong, NULL, 0);
	FAILS(EINVAL, futex_time64, &word, 9, 5, NULL, NULL, 0);
	FAILS(ENOSYS, futex, &word, 77, 5, NULL, NULL, 0);
	FAILS(ENOSYS, futex_time64, &word, 77, 5, NULL, NULL, 0);
	FAILS(EAGAIN, futex, &word, 4, 1, 1, &second, 6);
	pi = getpid();
	FAILS(EDEADLK, futex, &pi, 6, 0, NULL, NULL, 0);
	pi = NOPROC;
	FAILS(ESRCH, futex, &pi, 6, 0, NULL, NULL, 0);
	FAILS(EPERM, futex, &pi, 7, 0, NULL, NULL, 0);
	FAILS(EINVAL, futex_waitv, waiters, 1, 0, soon64, 7);
	waiters[0].value = 6;
	FAILS(EAGAIN, futex_waitv, waiters, 1, 0, NULL, 0);
	FAILS(EINVAL, futex_waitv, waiters, 0, 0, NULL, 0);
	FAILS(EINVAL, futex_waitv, waiters, 129, 0, NULL, 0);
	FAILS(EFAULT, futex_waitv, BADP, 1, 0, NULL, 0);
	static int told = 1;
	waiters[0].value = 1;
	waiters[0].address = (uintptr_t)&told;
	long now64[4];
	syscall(__NR_clock_gettime64, 1, now64);
	now64[2] = 0;
	FAILS(ETIMEDOUT, futex_waitv, waiters, 1, 0, now64, 1);
	int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = fork();
	if (pid == 0) {
		while (syscall(__NR_futex, shared, 1, 1, NULL, NULL, 0) == 0)
			syscall(__NR_nanosleep, soon, NULL);
		_exit(0);
	}
	waiters[0].value = 0;
	waiters[0].address = (uintptr_t)shared;
	GIVES(0, futex_waitv, waiters, 1, 0, NULL, 0);
	child_status(pid);
}

int main(int argc, char **argv)
{
	(void)argv;
	clocks(ROOT_ONLY_HERE);
	timers();
	scheduling();
	limits();
	names(ROOT_ONLY_HERE);
	memory();
	futexes();
	return test_done();
}
