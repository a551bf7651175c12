/* What shared memory, semaphores and message queues of System V have in common. */
#ifndef LIBC_SYS_IPC_H
#define LIBC_SYS_IPC_H

#include <bits/types.h>
#include <abi/ipc.h>

struct ipc_perm {
	key_t __key;
	uid_t uid;
	gid_t gid;
	uid_t cuid;
	gid_t cgid;
	unsigned short mode;
	unsigned short __padding1;
	unsigned short __seq;
	unsigned short __padding2;
	unsigned long __unused[2];
};

/* A key that a file's number, its device's and the lower 8 bits of the project make. */
key_t ftok(const char *path, int project);

#endif
