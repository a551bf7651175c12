/*
 * Shared memory, semaphores and message queues of System V. The kernel's records end before the 64-bit times, which
 * it gives in halves.
 */
#include <stdarg.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include "thread.h"

_Static_assert(offsetof(struct shmid_ds, shm_atime) == sizeof(struct abi_shmid_ds), "the kernel's");
_Static_assert(offsetof(struct semid_ds, sem_otime) == sizeof(struct abi_semid_ds), "the kernel's");
_Static_assert(offsetof(struct msqid_ds, msg_stime) == sizeof(struct abi_msqid_ds), "the kernel's");

#define WHOLE(low, high) ((time_t)((uint64_t)(high) << 32 | (low)))

key_t ftok(const char *path, int project)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -1;
	return (key_t)((status.st_ino & 0xffff) | (status.st_dev & 0xff) << 16 | (unsigned)(project & 0xff) << 24);
}

int shmget(key_t key, size_t size, int flags)
{
	return SYS3(shmget, key, size, flags);
}

void *shmat(int id, const void *address, int flags)
{
	return (void *)SYS3(shmat, id, address, flags);
}

int shmdt(const void *address)
{
	return SYS1(shmdt, address);
}

static int gives_status(int command)
{
	return command == IPC_STAT || command == SHM_STAT || command == SHM_STAT_ANY;
}

int shmctl(int id, int command, struct shmid_ds *status)
{
	int answer = SYS3(shmctl, id, command, status);

	if (answer >= 0 && gives_status(command)) {
		status->shm_atime = WHOLE(status->__atime_low, status->__atime_high);
		status->shm_dtime = WHOLE(status->__dtime_low, status->__dtime_high);
		status->shm_ctime = WHOLE(status->__ctime_low, status->__ctime_high);
	}
	return answer;
}

int semget(key_t key, int count, int flags)
{
	return SYS3(semget, key, count, flags);
}

int semtimedop(int id, struct sembuf *operations, size_t count, const struct timespec *timeout)
{
	return SYS4(semtimedop_time64, id, operations, count, timeout);
}

int semop(int id, struct sembuf *operations, size_t count)
{
	return semtimedop(id, operations, count, NULL);
}

/* The fourth argument is a union of a number and pointers; some commands have none. */
int semctl(int id, int number, int command, ...)
{
	struct semid_ds *status;
	long argument = 0;
	va_list arguments;
	int answer;

	va_start(arguments, command);
	if (command != GETVAL && command != GETPID && command != GETNCNT && command != GETZCNT && command != IPC_RMID)
		argument = va_arg(arguments, long);
	va_end(arguments);
	answer = SYS4(semctl, id, number, command, argument);
	if (answer >= 0 && (command == IPC_STAT || command == SEM_STAT || command == SEM_STAT_ANY)) {
		status = (struct semid_ds *)argument;
		status->sem_otime = WHOLE(status->__otime_low, status->__otime_high);
		status->sem_ctime = WHOLE(status->__ctime_low, status->__ctime_high);
	}
	return answer;
}

int msgget(key_t key, int flags)
{
	return SYS2(msgget, key, flags);
}

int msgsnd(int id, const void *message, size_t length, int flags)
{
	return CP4(msgsnd, id, message, length, flags);
}

ssize_t msgrcv(int id, void *message, size_t size, long type, int flags)
{
	return CP5(msgrcv, id, message, size, type, flags);
}

int msgctl(int id, int command, struct msqid_ds *status)
{
	int answer = SYS3(msgctl, id, command, status);

	if (answer >= 0 && (command == IPC_STAT || command == MSG_STAT || command == MSG_STAT_ANY)) {
		status->msg_stime = WHOLE(status->__stime_low, status->__stime_high);
		status->msg_rtime = WHOLE(status->__rtime_low, status->__rtime_high);
		status->msg_ctime = WHOLE(status->__ctime_low, status->__ctime_high);
	}
	return answer;
}
