/* Message queues of System V. */
#ifndef LIBC_SYS_MSG_H
#define LIBC_SYS_MSG_H

#include <sys/ipc.h>

typedef unsigned long msgqnum_t;
typedef unsigned long msglen_t;

struct msqid_ds {
	struct ipc_perm msg_perm;
	unsigned long __stime_low, __stime_high, __rtime_low, __rtime_high, __ctime_low, __ctime_high;
	unsigned long msg_cbytes;
	msgqnum_t msg_qnum;
	msglen_t msg_qbytes;
	pid_t msg_lspid;
	pid_t msg_lrpid;
	unsigned long __unused[2];
	time_t msg_stime, msg_rtime, msg_ctime;		/* made of the halves above */
};

struct msgbuf {
	long mtype;
	char mtext[1];
};

int msgctl(int id, int command, struct msqid_ds *status);
int msgget(key_t key, int flags);
ssize_t msgrcv(int id, void *message, size_t size, long type, int flags);
int msgsnd(int id, const void *message, size_t length, int flags);

#endif
