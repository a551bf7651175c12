/*
 * posix_spawn(): the child borrows the caller's memory until it has become the new program, so it costs no
 * copy of the address space. It runs on a stack of its own, with all signals blocked, and touches nothing of
 * the caller's but what it was given; the caller sleeps meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <paths.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "spawn-actions.h"
#include "thread.h"

#define STACK (32u * 1024)

struct order {
	const char *path;
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t *attributes;
	char *const *argv, *const *environment;
	char **script;			/* room for arguments of the shell, if path may be a script */
	int search;
	sigset_t mask;			/* the caller's */
	volatile int error;
};

#define KERNEL(name, ...) __syscall(SYS_##name, ##__VA_ARGS__)

/* Whatever is handled is reset by hand: a handler would run in the caller's memory. */
static void reset_signals(const struct order *order)
{
	short flags = order->attributes ? order->attributes->__flags : 0;

	for (int signal = 1; signal <= ABI_NSIG; signal++) {
		struct sigaction action;

		if (flags & POSIX_SPAWN_SETSIGDEF && sigismember(&order->attributes->__default, signal)) {
			memset(&action, 0, sizeof(action));
		} else {
			if (__sigaction(signal, NULL, &action) < 0 || action.sa_handler == SIG_IGN ||
			    action.sa_handler == SIG_DFL)
				continue;
			memset(&action, 0, sizeof(action));
		}
		(void)__sigaction(signal, &action, NULL);	/* SIGKILL and SIGSTOP are as they must be */
	}
}

static long set_up(const struct order *order)
{
	const posix_spawnattr_t *attributes = order->attributes;
	short flags = attributes ? attributes->__flags : 0;
	long answer = 0;

	if (flags & POSIX_SPAWN_SETSID)
		answer = KERNEL(setsid);
	if (answer >= 0 && flags & POSIX_SPAWN_SETPGROUP)
		answer = KERNEL(setpgid, 0L, (long)attributes->__group);
	if (answer >= 0 && flags & POSIX_SPAWN_SETSCHEDULER)
		answer = KERNEL(sched_setscheduler, 0L, (long)attributes->__policy, (long)&attributes->__parameters);
	else if (answer >= 0 && flags & POSIX_SPAWN_SETSCHEDPARAM)
		answer = KERNEL(sched_setparam, 0L, (long)&attributes->__parameters);
	if (answer >= 0 && flags & POSIX_SPAWN_RESETIDS) {
		answer = KERNEL(setgid32, __syscall(SYS_getgid32));
		if (answer >= 0)
			answer = KERNEL(setuid32, __syscall(SYS_getuid32));
	}
	return answer < 0 ? answer : 0;
}

static long act(const struct __spawn_action *action)
{
	long fd = action->fd, opened;

	switch (action->kind) {
	case SPAWN_OPEN:
		opened = KERNEL(open, (long)action->path, (long)(action->flags | O_LARGEFILE), (long)action->mode);
		if (opened < 0 || opened == fd)
			return opened;
		fd = KERNEL(dup2, opened, (long)action->fd);
		KERNEL(close, opened);
		return fd;
	case SPAWN_CLOSE:
		KERNEL(close, fd);	/* one that is closed already is no error */
		return 0;
	case SPAWN_DUP:
		/* Onto itself: it is to survive the exec. */
		return fd == action->to ? KERNEL(fcntl64, fd, (long)F_SETFD, 0L) :
					  KERNEL(dup2, fd, (long)action->to);
	case SPAWN_CHDIR:
		return KERNEL(chdir, (long)action->path);
	case SPAWN_FCHDIR:
		return KERNEL(fchdir, fd);
	case SPAWN_CLOSE_FROM:
		return KERNEL(close_range, fd, (long)UINT_MAX, 0L);
	case SPAWN_FOREGROUND: {
		int group = (int)KERNEL(getpgrp);

		return KERNEL(ioctl, fd, (long)TIOCSPGRP, (long)&group);
	}
	}
	return -EINVAL;
}

/* Returns only if it fails. A program file that is none is given to the shell, as execvp() does. */
static long execute(const struct order *order, const char *path)
{
	long answer = KERNEL(execve, (long)path, (long)order->argv, (long)order->environment);

	if (answer != -ENOEXEC || !order->script)
		return answer;
	order->script[1] = (char *)path;
	return KERNEL(execve, (long)_PATH_BSHELL, (long)order->script, (long)order->environment);
}

static long execute_found(const struct order *order)
{
	const char *path = getenv("PATH"), *end;
	size_t length = strlen(order->path);
	char name[PATH_MAX];
	long answer, denied = 0;

	if (!length)
		return -ENOENT;
	for (path = path ? path : _PATH_DEFPATH;; path = end + 1) {
		size_t prefix;

		end = strchrnul(path, ':');
		prefix = (size_t)(end - path);
		if (prefix + length + 2 <= sizeof(name)) {
			memcpy(name, path, prefix);
			if (prefix)
				name[prefix++] = '/';
			memcpy(name + prefix, order->path, length + 1);
			answer = execute(order, name);
			if (answer == -EACCES)
				denied = answer;
			else if (answer != -ENOENT && answer != -ENOTDIR)
				return answer;
		}
		if (!*end)
			return denied ? denied : -ENOENT;
	}
}

static int child(void *argument)
{
	struct order *order = argument;
	const posix_spawnattr_t *attributes = order->attributes;
	long answer;

	reset_signals(order);
	answer = set_up(order);
	for (struct __spawn_action *a = order->actions ? order->actions->__first : NULL; a && answer >= 0; a = a->next)
		answer = act(a);
	if (answer >= 0) {
		__restore_mask(attributes && attributes->__flags & POSIX_SPAWN_SETSIGMASK ? &attributes->__mask :
											    &order->mask);
		answer = order->search ? execute_found(order) : execute(order, order->path);
	}
	order->error = (int)-answer;
	_exit(127);
}

static int run(pid_t *pid, struct order *order)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	int state, made, error = 0;

	if (stack == MAP_FAILED)
		return ENOMEM;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	__block_all(&order->mask);
	made = __clone(child, stack + STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, order, NULL, NULL, NULL);
	if (made < 0) {
		error = -made;
	} else if (order->error) {
		error = order->error;
		while (__syscall(SYS_wait4, (long)made, 0L, 0L, 0L) == -EINTR)
			;
	} else if (pid) {
		*pid = made;
	}
	__restore_mask(&order->mask);
	pthread_setcancelstate(state, NULL);
	munmap(stack, STACK);
	return error;
}

int posix_spawn(pid_t *__restrict pid, const char *__restrict path,
		const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *__restrict attributes,
		char *const argv[__restrict], char *const environment[__restrict])
{
	struct order order = {
		.path = path, .actions = actions, .attributes = attributes, .argv = argv,
		.environment = environment ? environment : environ,
	};

	return run(pid, &order);
}

int posix_spawnp(pid_t *__restrict pid, const char *__restrict file,
		 const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *__restrict attributes,
		 char *const argv[__restrict], char *const environment[__restrict])
{
	struct order order = {
		.path = file, .actions = actions, .attributes = attributes, .argv = argv,
		.environment = environment ? environment : environ, .search = !strchr(file, '/'),
	};
	size_t count = 0;
	int error;

	while (argv[count])
		count++;
	order.script = calloc(count + 3, sizeof(char *));
	if (!order.script)
		return ENOMEM;
	order.script[0] = (char *)"sh";
	for (size_t i = 1; i < count; i++)
		order.script[i + 1] = argv[i];
	error = run(pid, &order);
	free(order.script);
	return error;
}
