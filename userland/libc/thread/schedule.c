/* Scheduling, processors and the name of a running thread. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "thread.h"

/* Does something to a thread's number while the thread keeps it. */
#define WITH_TID(thread, call) \
	do { \
		struct thread *target = thread_of(thread); \
		sigset_t mask; \
		long answer; \
		int tid; \
		__block_all(&mask); \
		__lock(&target->kill_lock); \
		tid = target->tid; \
		answer = tid && target->state != THREAD_ENDED ? (call) : -ESRCH; \
		__unlock(&target->kill_lock); \
		__restore_mask(&mask); \
		if (answer < 0) \
			return (int)-answer; \
	} while (0)

/* A thread that holds a mutex with a ceiling: what counts is what it has without that. */
static long get_scheduling(const struct thread *thread, int tid, int *policy, struct sched_param *parameters)
{
	long answer;

	if (thread->ceiling) {
		*policy = thread->own_policy;
		parameters->sched_priority = thread->own_priority;
		return 0;
	}
	answer = __syscall(SYS_sched_getparam, (long)tid, (long)parameters);
	if (answer < 0)
		return answer;
	answer = __syscall(SYS_sched_getscheduler, (long)tid);
	if (answer >= 0)
		*policy = (int)answer;
	return answer;
}

static long set_scheduling(struct thread *thread, int tid, int policy, int priority)
{
	struct sched_param parameters = { priority };
	int old_policy = thread->own_policy, old_priority = thread->own_priority, error;
	long least;

	if (!thread->ceiling)
		return __syscall(SYS_sched_setscheduler, (long)tid, (long)policy, (long)&parameters);
	/* The kernel sees the ceiling in its place. */
	least = __syscall(SYS_sched_get_priority_min, (long)(policy & ~SCHED_RESET_ON_FORK));
	if (least < 0 || priority < least || priority > (least ? CEILING_MAX : 0))
		return -EINVAL;
	thread->own_policy = policy;
	thread->own_priority = priority;
	error = __ceiling_apply(thread, tid);
	if (error) {
		thread->own_policy = old_policy;
		thread->own_priority = old_priority;
	}
	return -error;
}

static long set_priority(struct thread *thread, int tid, int priority)
{
	struct sched_param parameters = { priority };

	if (thread->ceiling)
		return set_scheduling(thread, tid, thread->own_policy, priority);
	return __syscall(SYS_sched_setparam, (long)tid, (long)&parameters);
}

int pthread_getschedparam(pthread_t thread, int *__restrict policy,
			  struct sched_param *__restrict parameters)
{
	WITH_TID(thread, get_scheduling(target, tid, policy, parameters));
	return 0;
}

int pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *parameters)
{
	WITH_TID(thread, set_scheduling(target, tid, policy, parameters->sched_priority));
	return 0;
}

int pthread_setschedprio(pthread_t thread, int priority)
{
	WITH_TID(thread, set_priority(target, tid, priority));
	return 0;
}

int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set)
{
	/* The kernel fills as many bytes as it says. */
	memset(set, 0, size);
	WITH_TID(thread, __syscall(SYS_sched_getaffinity, (long)tid, (long)size, (long)set));
	return 0;
}

int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *set)
{
	WITH_TID(thread, __syscall(SYS_sched_setaffinity, (long)tid, (long)size, (long)set));
	return 0;
}

/* Opens the file of another thread's name. */
static int open_name(pthread_t thread, int flags, int *fd)
{
	char path[48];

	WITH_TID(thread, snprintf(path, sizeof(path), "/proc/self/task/%d/comm", tid));
	*fd = open(path, flags | O_CLOEXEC);
	return *fd < 0 ? errno : 0;
}

int pthread_setname_np(pthread_t thread, const char *name)
{
	size_t length = strlen(name);
	int fd, state, error;

	if (length > 15)
		return ERANGE;
	if (thread_of(thread) == thread_self())
		return prctl(PR_SET_NAME, name) < 0 ? errno : 0;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	error = open_name(thread, O_WRONLY, &fd);
	if (!error) {
		error = write(fd, name, length) == (ssize_t)length ? 0 : errno;
		close(fd);
	}
	pthread_setcancelstate(state, NULL);
	return error;
}

int pthread_getname_np(pthread_t thread, char *name, size_t size)
{
	int fd, state, error;
	ssize_t length;

	if (size < 16)
		return ERANGE;
	if (thread_of(thread) == thread_self())
		return prctl(PR_GET_NAME, name) < 0 ? errno : 0;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	error = open_name(thread, O_RDONLY, &fd);
	if (!error) {
		length = read(fd, name, size - 1);
		if (length < 0)
			error = errno;
		else
			name[length > 0 && name[length - 1] == '\n' ? length - 1 : length] = '\0';
		close(fd);
	}
	pthread_setcancelstate(state, NULL);
	return error;
}
