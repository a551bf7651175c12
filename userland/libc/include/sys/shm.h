/* Shared memory of System V. */
#ifndef LIBC_SYS_SHM_H
#define LIBC_SYS_SHM_H

#include <sys/ipc.h>

#define SHM_R 0400
#define SHM_W 0200
#define SHMLBA 4096

typedef unsigned long shmatt_t;

struct shmid_ds {
	struct ipc_perm shm_perm;
	size_t shm_segsz;
	unsigned long __atime_low, __atime_high, __dtime_low, __dtime_high, __ctime_low, __ctime_high;
	pid_t shm_cpid;
	pid_t shm_lpid;
	shmatt_t shm_nattch;
	unsigned long __unused[2];
	time_t shm_atime, shm_dtime, shm_ctime;		/* made of the halves above */
};

void *shmat(int id, const void *address, int flags);
int shmctl(int id, int command, struct shmid_ds *status);
int shmdt(const void *address);
int shmget(key_t key, size_t size, int flags);

#endif
