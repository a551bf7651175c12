/*
 * ipc(2): one number for all of System V IPC, as libraries of the i386 still use it. Commands come with IPC_64 set;
 * the structures from before it are not spoken (-EINVAL).
 */
#include "ipc.h"
#include <arch/uaccess.h>
#include <sys/syscalls.h>
#include <abi/errno.h>

static long semctl(int id, int num, int cmd, u32 __user *parg)
{
	u32 arg;

	if (!parg || (!(cmd & IPC_64) && (cmd == IPC_STAT || cmd == IPC_SET || cmd == SEM_STAT || cmd == SEM_STAT_ANY)))
		return -EINVAL;
	return get_user(arg, parg) ? -EFAULT : sys_semctl(id, num, cmd & ~IPC_64, arg);
}

static long msgrcv(unsigned version, int id, void __user *ptr, size_t size, long type, int flags)
{
	struct abi_msgrcv_args a;

	if (version)
		return sys_msgrcv(id, ptr, size, type, flags);
	if (!ptr)
		return -EINVAL;
	if (copy_from_user(&a, ptr, sizeof(a)))
		return -EFAULT;
	return sys_msgrcv(id, (void __user *)a.msgp, size, a.msgtyp, flags);
}

static long shmat(unsigned version, int id, void __user *addr, int flags, u32 __user *result)
{
	long at;

	if (version == 1)
		return -EINVAL;		/* a kernel's own call, of other systems */
	at = sys_shmat(id, addr, flags);
	if (at < 0 && at > -4096)
		return at;
	return put_user((u32)at, result);
}

static bool old_structures(int cmd)
{
	return !(cmd & IPC_64) && cmd != IPC_RMID && cmd != SHM_LOCK && cmd != SHM_UNLOCK;
}

long sys_ipc(unsigned call, int first, unsigned long second, unsigned long third, void __user *ptr, long fifth)
{
	unsigned version = call >> 16;

	switch (call & 0xffff) {
	case SEMOP:
		return sem_timedop32(first, ptr, (unsigned)second, NULL);
	case SEMTIMEDOP:
		return sem_timedop32(first, ptr, (unsigned)second, (const struct abi_timespec32 __user *)fifth);
	case SEMGET:
		return sys_semget(first, (int)second, (int)third);
	case SEMCTL:
		return semctl(first, (int)second, (int)third, ptr);
	case MSGSND:
		return sys_msgsnd(first, ptr, second, (int)third);
	case MSGRCV:
		return msgrcv(version, first, ptr, second, fifth, (int)third);
	case MSGGET:
		return sys_msgget(first, (int)second);
	case MSGCTL:
		return old_structures((int)second) ? -EINVAL : sys_msgctl(first, (int)second & ~IPC_64, ptr);
	case SHMAT:
		return shmat(version, first, ptr, (int)second, (u32 __user *)third);
	case SHMDT:
		return sys_shmdt(ptr);
	case SHMGET:
		return sys_shmget(first, second, (int)third);
	case SHMCTL:
		return old_structures((int)second) ? -EINVAL : sys_shmctl(first, (int)second & ~IPC_64, ptr);
	}
	return -ENOSYS;
}
