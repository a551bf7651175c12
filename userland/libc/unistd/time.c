/* Clocks, sleeping, timers: the kernel's 64-bit calls where it has them. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>
#include "thread.h"

_Static_assert(sizeof(struct timespec) == sizeof(struct abi_timespec64), "struct timespec is the kernel's");

int clock_gettime(clockid_t clock, struct timespec *time)
{
	return SYS2(clock_gettime64, clock, time);
}

int clock_settime(clockid_t clock, const struct timespec *time)
{
	return SYS2(clock_settime64, clock, time);
}

int clock_getres(clockid_t clock, struct timespec *resolution)
{
	return SYS2(clock_getres_time64, clock, resolution);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
	/* The caller's own time stands still while it sleeps; the kernel knows no such sleep and says EOPNOTSUPP. */
	if (clock == CLOCK_THREAD_CPUTIME_ID)
		return EINVAL;
	return (int)-__syscall_cp(SYS_clock_nanosleep_time64, (long)clock, (long)flags, (long)time, (long)left, 0L, 0L);
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
	return CP4(clock_nanosleep_time64, CLOCK_REALTIME, 0, time, left);
}

unsigned sleep(unsigned seconds)
{
	struct timespec time = { .tv_sec = seconds }, left = { 0 };

	if (nanosleep(&time, &left) < 0)
		return (unsigned)left.tv_sec + (left.tv_nsec >= 500000000);
	return 0;
}

int usleep(useconds_t microseconds)
{
	struct timespec time = {
		.tv_sec = microseconds / 1000000, .tv_nsec = (long)(microseconds % 1000000) * 1000,
	};

	return nanosleep(&time, NULL);
}

time_t time(time_t *time)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return -1;
	if (time)
		*time = now.tv_sec;
	return now.tv_sec;
}

int stime(const time_t *time)
{
	struct timespec now = { .tv_sec = *time };

	return clock_settime(CLOCK_REALTIME, &now);
}

int gettimeofday(struct timeval *__restrict time, void *__restrict zone)
{
	struct timespec now;

	if (zone)
		*(struct timezone *)zone = (struct timezone){ 0, 0 };
	if (!time)
		return 0;
	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return -1;
	*time = (struct timeval){ now.tv_sec, now.tv_nsec / 1000 };
	return 0;
}

int settimeofday(const struct timeval *time, const struct timezone *zone)
{
	struct timespec now;

	if (!time) {
		/* The kernel keeps no zone. */
		errno = zone ? EINVAL : EFAULT;
		return -1;
	}
	if (time->tv_usec < 0 || time->tv_usec >= 1000000) {
		errno = EINVAL;
		return -1;
	}
	now = (struct timespec){ .tv_sec = time->tv_sec, .tv_nsec = time->tv_usec * 1000 };
	return clock_settime(CLOCK_REALTIME, &now);
}

clock_t clock(void)
{
	struct timespec used;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0)
		return -1;
	return (clock_t)((uint64_t)used.tv_sec * CLOCKS_PER_SEC + (uint64_t)used.tv_nsec / 1000);
}

int timespec_getres(struct timespec *resolution, int base)
{
	return base == TIME_UTC && !clock_getres(CLOCK_REALTIME, resolution) ? base : 0;
}

/* The clock of a process's time: its number upside down, as the kernel wants it. */
int clock_getcpuclockid(pid_t pid, clockid_t *clock)
{
	clockid_t its = (clockid_t)(~(unsigned)pid << 3 | 2);
	long answer = __syscall(SYS_clock_getres_time64, (long)its, 0L);

	if (answer == -EINVAL)
		return ESRCH;
	if (answer)
		return (int)-answer;
	*clock = pid ? its : CLOCK_PROCESS_CPUTIME_ID;
	return 0;
}

int timespec_get(struct timespec *time, int base)
{
	return base == TIME_UTC && !clock_gettime(CLOCK_REALTIME, time) ? base : 0;
}

int getitimer(int which, struct itimerval *value)
{
	struct abi_itimerval kernel;

	if (SYS2(getitimer, which, &kernel) < 0)
		return -1;
	*value = (struct itimerval){
		{ kernel.it_interval.tv_sec, kernel.it_interval.tv_usec },
		{ kernel.it_value.tv_sec, kernel.it_value.tv_usec },
	};
	return 0;
}

int setitimer(int which, const struct itimerval *__restrict value, struct itimerval *__restrict old)
{
	struct abi_itimerval kernel, kernel_old;

	/* There is no 64-bit form of this call. */
	if (value->it_value.tv_sec > INT32_MAX || value->it_interval.tv_sec > INT32_MAX ||
	    value->it_value.tv_sec < 0 || value->it_interval.tv_sec < 0) {
		errno = EINVAL;
		return -1;
	}
	kernel = (struct abi_itimerval){
		{ (int)value->it_interval.tv_sec, value->it_interval.tv_usec },
		{ (int)value->it_value.tv_sec, value->it_value.tv_usec },
	};
	if (SYS3(setitimer, which, &kernel, &kernel_old) < 0)
		return -1;
	if (old)
		*old = (struct itimerval){
			{ kernel_old.it_interval.tv_sec, kernel_old.it_interval.tv_usec },
			{ kernel_old.it_value.tv_sec, kernel_old.it_value.tv_usec },
		};
	return 0;
}

unsigned alarm(unsigned seconds)
{
	struct itimerval value = { .it_value = { .tv_sec = seconds } }, old = { 0 };

	if (setitimer(ITIMER_REAL, &value, &old) < 0)
		return 0;
	return (unsigned)old.it_value.tv_sec + (old.it_value.tv_usec > 0);
}

int timerfd_create(int clock, int flags)
{
	return SYS2(timerfd_create, clock, flags);
}

int timerfd_gettime(int fd, struct itimerspec *value)
{
	return SYS2(timerfd_gettime64, fd, value);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
	return SYS4(timerfd_settime64, fd, flags, value, old);
}

static int set_times(int fd, const char *path, const struct timeval times[2], int flags)
{
	struct timespec nano[2];

	for (int i = 0; times && i < 2; i++) {
		if (times[i].tv_usec < 0 || times[i].tv_usec >= 1000000) {
			errno = EINVAL;
			return -1;
		}
		nano[i] = (struct timespec){ .tv_sec = times[i].tv_sec, .tv_nsec = times[i].tv_usec * 1000 };
	}
	return utimensat(fd, path, times ? nano : NULL, flags);
}

int utimes(const char *path, const struct timeval times[2])
{
	return set_times(AT_FDCWD, path, times, 0);
}

int lutimes(const char *path, const struct timeval times[2])
{
	return set_times(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

int futimes(int fd, const struct timeval times[2])
{
	return set_times(fd, NULL, times, 0);
}

int utime(const char *path, const struct utimbuf *times)
{
	struct timeval both[2];

	if (times) {
		both[0] = (struct timeval){ .tv_sec = times->actime };
		both[1] = (struct timeval){ .tv_sec = times->modtime };
	}
	return utimes(path, times ? both : NULL);
}
