/* System V IPC by its own numbers, for tests: no C library's idea of it between. */
#ifndef TEST_SYSV_H
#define TEST_SYSV_H

#include <abi/ipc.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define shmget(key, size, flags) syscall(SYS_shmget, key, size, flags)
#define shmat(id, at, flags) ((void *)syscall(SYS_shmat, id, at, flags))
#define shmdt(at) syscall(SYS_shmdt, at)
#define shmctl(id, cmd, buf) syscall(SYS_shmctl, id, cmd, buf)
#define semget(key, n, flags) syscall(SYS_semget, key, n, flags)
#define semctl(id, n, cmd, arg) syscall(SYS_semctl, id, n, cmd, arg)
#define semop(id, ops, n) syscall(SYS_semtimedop_time64, id, ops, n, 0)
#define semtimedop(id, ops, n, t) syscall(SYS_semtimedop_time64, id, ops, n, t)
#define msgget(key, flags) syscall(SYS_msgget, key, flags)
#define msgsnd(id, m, n, flags) syscall(SYS_msgsnd, id, m, n, flags)
#define msgrcv(id, m, n, type, flags) syscall(SYS_msgrcv, id, m, n, (long)(type), flags)
#define msgctl(id, cmd, buf) syscall(SYS_msgctl, id, cmd, buf)

/* Runs f in a child; its result, or 128 and the signal. */
__attribute__((unused))
static int in_child(int (*f)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(f());
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 255;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

__attribute__((unused))
static void nap(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

#endif
