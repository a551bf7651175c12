/* System V IPC: shared memory, semaphores, message queues. The structures are the ones that IPC_64 asks for. */
#ifndef ABI_IPC_H
#define ABI_IPC_H

#include <abi/int.h>

#define IPC_PRIVATE	0
#define IPC_CREAT	01000
#define IPC_EXCL	02000
#define IPC_NOWAIT	04000
#define IPC_RMID	0
#define IPC_SET		1
#define IPC_STAT	2
#define IPC_INFO	3
#define IPC_64		0x100	/* or'ed into a command of ipc(2) */

/* Calls of ipc(2); the version stands in the upper half. */
#define SEMOP		1
#define SEMGET		2
#define SEMCTL		3
#define SEMTIMEDOP	4
#define MSGSND		11
#define MSGRCV		12
#define MSGGET		13
#define MSGCTL		14
#define SHMAT		21
#define SHMDT		22
#define SHMGET		23
#define SHMCTL		24

#define SHM_LOCK	11
#define SHM_UNLOCK	12
#define SHM_STAT	13
#define SHM_INFO	14
#define SHM_STAT_ANY	15
#define SHM_HUGETLB	04000
#define SHM_NORESERVE	010000
#define SHM_RDONLY	010000
#define SHM_RND		020000
#define SHM_REMAP	040000
#define SHM_EXEC	0100000
#define SHM_DEST	01000	/* in shm_perm.mode: goes with the last attachment */
#define SHM_LOCKED	02000

#define GETPID		11
#define GETVAL		12
#define GETALL		13
#define GETNCNT		14
#define GETZCNT		15
#define SETVAL		16
#define SETALL		17
#define SEM_STAT	18
#define SEM_INFO	19
#define SEM_STAT_ANY	20
#define SEM_UNDO	0x1000

#define MSG_STAT	11
#define MSG_INFO	12
#define MSG_STAT_ANY	13
#define MSG_NOERROR	010000
#define MSG_EXCEPT	020000
#define MSG_COPY	040000

struct abi_ipc_perm {
	__s32 key;
	__u32 uid, gid, cuid, cgid;
	__u16 mode, pad1, seq, pad2;
	__u32 unused[2];
};
_Static_assert(sizeof(struct abi_ipc_perm) == 36, "ipc64_perm");

struct abi_shmid_ds {
	struct abi_ipc_perm shm_perm;
	__u32 shm_segsz;
	__u32 shm_atime, shm_atime_high, shm_dtime, shm_dtime_high, shm_ctime, shm_ctime_high;
	__s32 shm_cpid, shm_lpid;
	__u32 shm_nattch, unused[2];
};
_Static_assert(sizeof(struct abi_shmid_ds) == 84, "shmid64_ds");

struct abi_shminfo {
	__u32 shmmax, shmmin, shmmni, shmseg, shmall, unused[4];
};

struct abi_shm_info {
	__s32 used_ids;
	__u32 shm_tot, shm_rss, shm_swp, swap_attempts, swap_successes;
};

struct abi_semid_ds {
	struct abi_ipc_perm sem_perm;
	__u32 sem_otime, sem_otime_high, sem_ctime, sem_ctime_high, sem_nsems, unused[2];
};
_Static_assert(sizeof(struct abi_semid_ds) == 64, "semid64_ds");

struct abi_sembuf {
	__u16 sem_num;
	__s16 sem_op, sem_flg;
};
_Static_assert(sizeof(struct abi_sembuf) == 6, "sembuf");

struct abi_seminfo {
	__s32 semmap, semmni, semmns, semmnu, semmsl, semopm, semume, semusz, semvmx, semaem;
};

struct abi_msqid_ds {
	struct abi_ipc_perm msg_perm;
	__u32 msg_stime, msg_stime_high, msg_rtime, msg_rtime_high, msg_ctime, msg_ctime_high;
	__u32 msg_cbytes, msg_qnum, msg_qbytes;
	__s32 msg_lspid, msg_lrpid;
	__u32 unused[2];
};
_Static_assert(sizeof(struct abi_msqid_ds) == 88, "msqid64_ds");

struct abi_msginfo {
	__s32 msgpool, msgmap, msgmax, msgmnb, msgmni, msgssz, msgtql;
	__u16 msgseg;
};

/* What the oldest form of msgrcv through ipc(2) points to. */
struct abi_msgrcv_args {
	__u32 msgp;
	__s32 msgtyp;
};

#endif
