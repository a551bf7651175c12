/* semctl(2): one value, all values, figures, owner and mode. */
#include "ipc.h"
#include <arch/uaccess.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sys/syscalls.h>
#include <abi/errno.h>

#define SEMVMX 32767

static struct sem_set *set_of(struct ipc_object *o) { return container_of(o, struct sem_set, ipc); }

static long sem_info(int cmd, void __user *buf)
{
	struct abi_seminfo info;
	long top;

	spin_lock(&sem_kind.lock);
	sem_limits(&info, cmd == SEM_INFO);
	top = ipc_top_index(&sem_kind);
	spin_unlock(&sem_kind.lock);
	return copy_to_user(buf, &info, sizeof(info)) ? -EFAULT : top;
}

static long sem_stat(int id, int cmd, void __user *buf)
{
	struct abi_semid_ds ds = { 0 };
	struct ipc_object *o;
	struct sem_set *set;
	int result;

	o = ipc_stat_lock(&sem_kind, id, cmd != IPC_STAT, cmd == SEM_STAT_ANY, &result);
	if (IS_ERR(o))
		return PTR_ERR(o);
	set = set_of(o);
	ipc_perm_out(o, &ds.sem_perm);
	ds.sem_otime = (u32)set->otime;
	ds.sem_otime_high = (u32)(set->otime >> 32);
	ds.sem_ctime = (u32)set->ctime;
	ds.sem_ctime_high = (u32)(set->ctime >> 32);
	ds.sem_nsems = set->n;
	spin_unlock(&sem_kind.lock);
	return copy_to_user(buf, &ds, sizeof(ds)) ? -EFAULT : result;
}

/* The set, locked, if current may do what `want` says; ERR_PTR. */
static struct sem_set *lock_allowed(int id, int want)
{
	struct ipc_object *o = ipc_lock(&sem_kind, id);
	int error;

	if (IS_ERR(o))
		return (void *)o;
	error = ipc_allowed(o, want);
	if (!error)
		return set_of(o);
	spin_unlock(&sem_kind.lock);
	return ERR_PTR(error);
}

/* A value that is set counts no more as somebody's to undo. */
static void clear_adjustments(struct sem_set *set, unsigned num)
{
	struct sem_undo *u;

	list_for_each_entry(u, &set->undos, set_link)
		u->adjust[num] = 0;
}

static long set_value(int id, int num, int value)
{
	struct sem_set *set;

	if (value < 0 || value > SEMVMX)
		return -ERANGE;
	set = lock_allowed(id, 0222);
	if (IS_ERR(set))
		return PTR_ERR(set);
	if (num < 0 || (unsigned)num >= set->n) {
		spin_unlock(&sem_kind.lock);
		return -EINVAL;
	}
	clear_adjustments(set, (unsigned)num);
	set->sem[num].value = (u16)value;
	set->sem[num].pid = current->tgid;
	(void)ipc_time(&set->ctime);
	sem_wake_waiting(set);
	spin_unlock(&sem_kind.lock);
	return 0;
}

static long get_one(int id, int num, int cmd)
{
	struct sem_set *set = lock_allowed(id, 0444);
	long r = -EINVAL;

	if (IS_ERR(set))
		return PTR_ERR(set);
	if (num >= 0 && (unsigned)num < set->n) {
		switch (cmd) {
		case GETVAL:
			r = set->sem[num].value;
			break;
		case GETPID:
			r = set->sem[num].pid;
			break;
		default:
			r = sem_count_waiting(set, (unsigned)num, cmd == GETZCNT);
		}
	}
	spin_unlock(&sem_kind.lock);
	return r;
}

static bool values_in_range(const u16 *values, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (values[i] > SEMVMX)
			return false;
	return true;
}

/* GETALL, SETALL: the array is as long as the set, which has that length for life. */
static long all_values(int id, int cmd, u16 __user *uvalues)
{
	struct sem_set *set = lock_allowed(id, cmd == SETALL ? 0222 : 0444);
	unsigned n, i;
	u16 *values;
	long r = 0;

	if (IS_ERR(set))
		return PTR_ERR(set);
	n = set->n;
	set->ipc.count++;
	spin_unlock(&sem_kind.lock);
	values = kvmalloc(n * sizeof(*values), GFP_KERNEL);
	if (!values)
		r = -ENOMEM;
	else if (cmd == SETALL && copy_from_user(values, uvalues, n * sizeof(*values)))
		r = -EFAULT;
	else if (cmd == SETALL && !values_in_range(values, n))
		r = -ERANGE;
	spin_lock(&sem_kind.lock);
	if (!r && set->ipc.dead)
		r = -EIDRM;
	for (i = 0; i < n && !r; i++) {
		if (cmd == GETALL) {
			values[i] = set->sem[i].value;
			continue;
		}
		clear_adjustments(set, i);
		set->sem[i].value = values[i];
		set->sem[i].pid = current->tgid;
	}
	if (!r && cmd == SETALL) {
		(void)ipc_time(&set->ctime);
		sem_wake_waiting(set);
	}
	ipc_put_unlock(&sem_kind, &set->ipc);
	if (!r && cmd == GETALL && copy_to_user(uvalues, values, n * sizeof(*values)))
		r = -EFAULT;
	kvfree(values);
	return r;
}

static long change(int id, int cmd, const struct abi_semid_ds *ds)
{
	struct ipc_object *o = ipc_lock(&sem_kind, id);
	int error;

	if (IS_ERR(o))
		return PTR_ERR(o);
	error = ipc_may_change(o);
	if (!error && cmd == IPC_RMID) {
		sem_remove_unlock(set_of(o));
		return 0;
	}
	if (!error)
		error = ipc_set(o, &ds->sem_perm);
	if (!error)
		(void)ipc_time(&set_of(o)->ctime);
	spin_unlock(&sem_kind.lock);
	return error;
}

long sys_semctl(int id, int num, int cmd, unsigned long arg)
{
	void __user *p = (void __user *)arg;
	struct abi_semid_ds ds;

	if (id < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
	case SEM_INFO:
		return sem_info(cmd, p);
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY:
		return sem_stat(id, cmd, p);
	case GETALL:
	case SETALL:
		return all_values(id, cmd, p);
	case GETVAL:
	case GETPID:
	case GETNCNT:
	case GETZCNT:
		return get_one(id, num, cmd);
	case SETVAL:
		return set_value(id, num, (int)arg);
	case IPC_SET:
		if (copy_from_user(&ds, p, sizeof(ds)))
			return -EFAULT;
		return change(id, cmd, &ds);
	case IPC_RMID:
		return change(id, cmd, NULL);
	}
	return -EINVAL;
}
