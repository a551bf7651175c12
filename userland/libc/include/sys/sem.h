/* Sets of semaphores of System V. */
#ifndef LIBC_SYS_SEM_H
#define LIBC_SYS_SEM_H

#include <sys/ipc.h>

struct semid_ds {
	struct ipc_perm sem_perm;
	unsigned long __otime_low, __otime_high, __ctime_low, __ctime_high;
	unsigned long sem_nsems;
	unsigned long __unused[2];
	time_t sem_otime, sem_ctime;			/* made of the halves above */
};

struct sembuf {
	unsigned short sem_num;
	short sem_op;
	short sem_flg;
};

#define _SEM_SEMUN_UNDEFINED 1

int semctl(int id, int number, int command, ...);
int semget(key_t key, int count, int flags);
int semop(int id, struct sembuf *operations, size_t count);
int semtimedop(int id, struct sembuf *operations, size_t count, const struct timespec *timeout);

#endif
