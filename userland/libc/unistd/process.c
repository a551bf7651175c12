/* Processes: identities, children, sessions, scheduling. */
#include <grp.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <unistd.h>
#include "thread.h"

int clone(int (*function)(void *), void *stack, int flags, void *argument, ...)
{
	va_list arguments;
	int *parent_tid, *child_tid;
	void *tls;

	if (!function || !stack) {
		errno = EINVAL;
		return -1;
	}
	va_start(arguments, argument);
	parent_tid = va_arg(arguments, int *);
	tls = va_arg(arguments, void *);
	child_tid = va_arg(arguments, int *);
	va_end(arguments);
	return (int)__result(__clone(function, stack, flags, argument, parent_tid, tls, child_tid));
}

int unshare(int flags)
{
	return SYS1(unshare, flags);
}

pid_t getpid(void)
{
	return SYS0(getpid);
}

pid_t gettid(void)
{
	return SYS0(gettid);
}

pid_t getppid(void)
{
	return SYS0(getppid);
}

pid_t getpgid(pid_t pid)
{
	return SYS1(getpgid, pid);
}

pid_t getpgrp(void)
{
	return SYS0(getpgrp);
}

int setpgid(pid_t pid, pid_t group)
{
	return SYS2(setpgid, pid, group);
}

pid_t setpgrp(void)
{
	return setpgid(0, 0);
}

pid_t getsid(pid_t pid)
{
	return SYS1(getsid, pid);
}

pid_t setsid(void)
{
	return SYS0(setsid);
}

uid_t getuid(void)
{
	return (uid_t)__syscall(SYS_getuid32);
}

uid_t geteuid(void)
{
	return (uid_t)__syscall(SYS_geteuid32);
}

gid_t getgid(void)
{
	return (gid_t)__syscall(SYS_getgid32);
}

gid_t getegid(void)
{
	return (gid_t)__syscall(SYS_getegid32);
}

int getresuid(uid_t *real, uid_t *effective, uid_t *saved)
{
	return SYS3(getresuid32, real, effective, saved);
}

int getresgid(gid_t *real, gid_t *effective, gid_t *saved)
{
	return SYS3(getresgid32, real, effective, saved);
}

int setuid(uid_t user)
{
	return (int)__result(__setxid(SYS_setuid32, (long)user, 0L, 0L));
}

int setgid(gid_t group)
{
	return (int)__result(__setxid(SYS_setgid32, (long)group, 0L, 0L));
}

int setreuid(uid_t real, uid_t effective)
{
	return (int)__result(__setxid(SYS_setreuid32, (long)real, (long)effective, 0L));
}

int setregid(gid_t real, gid_t effective)
{
	return (int)__result(__setxid(SYS_setregid32, (long)real, (long)effective, 0L));
}

int setresuid(uid_t real, uid_t effective, uid_t saved)
{
	return (int)__result(__setxid(SYS_setresuid32, (long)real, (long)effective, (long)saved));
}

int setresgid(gid_t real, gid_t effective, gid_t saved)
{
	return (int)__result(__setxid(SYS_setresgid32, (long)real, (long)effective, (long)saved));
}

int seteuid(uid_t user)
{
	return setresuid((uid_t)-1, user, (uid_t)-1);
}

int setegid(gid_t group)
{
	return setresgid((gid_t)-1, group, (gid_t)-1);
}

int getgroups(int count, gid_t groups[])
{
	return SYS2(getgroups32, count, groups);
}

int setgroups(size_t count, const gid_t *groups)
{
	return (int)__result(__setxid(SYS_setgroups32, (long)count, (long)groups, 0L));
}

int execve(const char *path, char *const argv[], char *const environment[])
{
	return SYS3(execve, path, argv, environment);
}

static void from_kernel(struct rusage *to, const struct abi_rusage *from)
{
	to->ru_utime = (struct timeval){ from->ru_utime.tv_sec, from->ru_utime.tv_usec };
	to->ru_stime = (struct timeval){ from->ru_stime.tv_sec, from->ru_stime.tv_usec };
	memcpy(&to->ru_maxrss, &from->ru_maxrss, sizeof(*from) - offsetof(struct abi_rusage, ru_maxrss));
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	struct abi_rusage kernel;
	pid_t child = CP4(wait4, pid, status, options, usage ? &kernel : NULL);

	if (child > 0 && usage)
		from_kernel(usage, &kernel);
	return child;
}

pid_t wait3(int *status, int options, struct rusage *usage)
{
	return wait4(-1, status, options, usage);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return wait4(pid, status, options, NULL);
}

pid_t wait(int *status)
{
	return wait4(-1, status, 0, NULL);
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	return CP5(waitid, type, id, info, options, NULL);
}

int getrusage(int who, struct rusage *usage)
{
	struct abi_rusage kernel;

	if (SYS2(getrusage, who, &kernel) < 0)
		return -1;
	from_kernel(usage, &kernel);
	return 0;
}

clock_t times(struct tms *buffer)
{
	/* The count may look like an error; the call itself fails only with EFAULT. */
	return __syscall(SYS_times, (long)buffer);
}

int prlimit(pid_t pid, int resource, const struct rlimit *limit, struct rlimit *old)
{
	return SYS4(prlimit64, pid, resource, limit, old);
}

int getrlimit(int resource, struct rlimit *limit)
{
	return prlimit(0, resource, NULL, limit);
}

int setrlimit(int resource, const struct rlimit *limit)
{
	return prlimit(0, resource, limit, NULL);
}

/* The kernel answers 20 - nice, so that no answer is negative. */
int getpriority(int which, id_t who)
{
	int answer = SYS2(getpriority, which, who);

	return answer < 0 ? answer : 20 - answer;
}

int setpriority(int which, id_t who, int priority)
{
	return SYS3(setpriority, which, who, priority);
}

int nice(int increment)
{
	int priority;

	errno = 0;
	priority = getpriority(PRIO_PROCESS, 0);
	if (priority == -1 && errno)
		return -1;
	priority += increment;
	if (priority > 19)
		priority = 19;
	if (priority < PRIO_MIN)
		priority = PRIO_MIN;
	if (setpriority(PRIO_PROCESS, 0, priority) < 0) {
		if (errno == EACCES)
			errno = EPERM;
		return -1;
	}
	return priority;
}

int prctl(int operation, ...)
{
	va_list arguments;
	long a, b, c, d;

	va_start(arguments, operation);
	a = va_arg(arguments, long);
	b = va_arg(arguments, long);
	c = va_arg(arguments, long);
	d = va_arg(arguments, long);
	va_end(arguments);
	return SYS5(prctl, operation, a, b, c, d);
}

long syscall(long number, ...)
{
	va_list arguments;
	long a[6];

	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	return __result(__syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]));
}
