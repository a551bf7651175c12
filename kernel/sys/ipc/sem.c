/*
 * System V semaphores. The operations of one call happen all at once or not at all: whoever cannot go on waits on the
 * set's list, and whoever changes a value goes through that list and performs, in the sleepers' name, what has become
 * possible. So a sleeper finds its call done when it wakes, and values never pass through states nobody asked for.
 */
#include "ipc.h"
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/time.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sys/syscalls.h>
#include <sys/timeconv.h>
#include <abi/errno.h>
#include <abi/time.h>

#define SEMVMX	32767			/* largest value */

/* Somebody's operations that wait. On the sleeper's stack; l sem_kind's lock. */
struct sem_wait {
	struct list_head link;		/* l set->waiting; unlinked when it is done */
	struct task *task;
	const struct abi_sembuf *ops;
	unsigned n;
	struct sem_undo *undo;		/* NULL: no operation is to be undone */
	pid_t pid;
	int result;			/* l 1: waiting */
	unsigned blocked;		/* l the operation that did not go through */
};

/* Semaphores of one set, and of all; operations of one call; sets. /proc/sys/kernel/sem. */
enum { MSL, MNS, OPM, MNI };
static int limits[] = { 32000, 1024000000, 500, 32000 };
static unsigned long nr_sems;		/* of all sets; sem_kind's lock */

static struct sem_set *set_of(struct ipc_object *o) { return container_of(o, struct sem_set, ipc); }

static struct ipc_object *create(void *arg, int flags)
{
	int n = *(int *)arg;
	struct sem_set *set;

	(void)flags;
	if (n <= 0 || n > limits[MSL])
		return ERR_PTR(-EINVAL);
	if (nr_sems + (unsigned)n > (unsigned)limits[MNS])
		return ERR_PTR(-ENOSPC);
	set = kvmalloc(sizeof(*set) + (size_t)n * sizeof(struct sem), GFP_KERNEL | GFP_ZERO);
	if (!set)
		return ERR_PTR(-ENOMEM);
	set->n = (unsigned)n;
	list_init(&set->waiting);
	list_init(&set->undos);
	(void)ipc_time(&set->ctime);
	spin_lock(&sem_kind.lock);
	nr_sems += set->n;
	spin_unlock(&sem_kind.lock);
	return &set->ipc;
}

static int check(const struct ipc_object *o, void *arg)
{
	int n = *(int *)arg;

	return n > (int)container_of(o, struct sem_set, ipc)->n ? -EINVAL : 0;
}

static void destroy(struct ipc_object *o)
{
	struct sem_set *set = set_of(o);

	spin_lock(&sem_kind.lock);
	nr_sems -= set->n;
	spin_unlock(&sem_kind.lock);
	kvfree(set);
}

struct ipc_kind sem_kind = {
	.lock = SPINLOCK_INIT(RANK_FUTEX), .limit = &limits[MNI], .create = create, .check = check, .destroy = destroy,
};

long sys_semget(s32 key, int n, int flags)
{
	if (n < 0 || n > limits[MSL])
		return -EINVAL;
	return ipc_get(&sem_kind, key, flags, &n);
}

/* ---- operations ---- */

/* Takes operations [0, n) back. */
static void revert(struct sem_set *set, const struct sem_wait *w, unsigned n)
{
	while (n--) {
		const struct abi_sembuf *op = &w->ops[n];

		set->sem[op->sem_num].value = (u16)(set->sem[op->sem_num].value - op->sem_op);
		if (op->sem_flg & SEM_UNDO)
			w->undo->adjust[op->sem_num] = (s16)(w->undo->adjust[op->sem_num] + op->sem_op);
	}
}

/* All of w's operations, or none. 0, 1: must wait, or -errno. */
static int try_operations(struct sem_set *set, struct sem_wait *w)
{
	unsigned i;
	int error;

	for (i = 0; i < w->n; i++) {
		const struct abi_sembuf *op = &w->ops[i];
		struct sem *s = &set->sem[op->sem_num];
		int value = s->value + op->sem_op;

		error = op->sem_flg & IPC_NOWAIT ? -EAGAIN : 1;
		w->blocked = i;
		if (!op->sem_op ? s->value != 0 : value < 0)
			goto out;
		error = -ERANGE;
		if (value > SEMVMX)
			goto out;
		if (op->sem_flg & SEM_UNDO) {
			int adjust = w->undo->adjust[op->sem_num] - op->sem_op;

			if (adjust < -SEMVMX - 1 || adjust > SEMVMX)
				goto out;
			w->undo->adjust[op->sem_num] = (s16)adjust;
		}
		s->value = (u16)value;
	}
	for (i = 0; i < w->n; i++)
		set->sem[w->ops[i].sem_num].pid = w->pid;
	return 0;
out:
	revert(set, w, i);
	return error;
}

static void finish(struct sem_wait *w, int result)
{
	list_del_init(&w->link);
	w->result = result;
	(void)wake_up_process(w->task);	/* it may not have gone to sleep yet, and looks then */
}

static bool changes_values(const struct sem_wait *w)
{
	for (unsigned i = 0; i < w->n; i++)
		if (w->ops[i].sem_op)
			return true;
	return false;
}

void sem_wake_waiting(struct sem_set *set)
{
	struct sem_wait *w, *next;
	bool again;

	do {
		again = false;
		list_for_each_entry_safe(w, next, &set->waiting, link) {
			int result = try_operations(set, w);

			if (result > 0)
				continue;
			finish(w, result);
			if (!result)
				(void)ipc_time(&set->otime);
			if (!result && changes_values(w)) {
				again = true;	/* those before it may go on now */
				break;
			}
		}
	} while (again);
}

/* Locked; gives the lock up while it sleeps and holds it afterwards. */
static void wait_for_turn(struct sem_set *set, struct sem_wait *w, nsec_t timeout)
{
	nsec_t left = timeout;

	list_add_tail(&w->link, &set->waiting);
	w->result = 1;
	while (w->result == 1) {
		if (signal_pending(current))
			w->result = -EINTR;
		else if (!left)
			w->result = -EAGAIN;
		if (w->result != 1) {
			list_del_init(&w->link);
			break;
		}
		set_current_state(TASK_INTERRUPTIBLE);
		spin_unlock(&sem_kind.lock);
		left = schedule_timeout(left);
		spin_lock(&sem_kind.lock);
	}
}

static int check_operations(const struct sem_set *set, const struct abi_sembuf *ops, unsigned n, bool *undo)
{
	bool alter = false;

	*undo = false;
	for (unsigned i = 0; i < n; i++) {
		if (ops[i].sem_num >= set->n)
			return -EFBIG;
		*undo |= (ops[i].sem_flg & SEM_UNDO) != 0;
		alter |= ops[i].sem_op != 0;
	}
	return ipc_allowed(&set->ipc, alter ? 0222 : 0444);
}

static long operate(int id, const struct abi_sembuf *ops, unsigned n, nsec_t timeout)
{
	struct sem_wait w = { .task = current, .ops = ops, .n = n, .pid = current->tgid };
	struct ipc_object *o = ipc_lock(&sem_kind, id);
	struct sem_set *set;
	bool undo;
	int error;

	if (IS_ERR(o))
		return PTR_ERR(o);
	set = set_of(o);
	o->count++;
	error = check_operations(set, ops, n, &undo);
	if (!error && undo) {
		w.undo = sem_undo_make(set);
		error = IS_ERR(w.undo) ? (int)PTR_ERR(w.undo) : 0;
	}
	if (error)
		goto out;
	error = try_operations(set, &w);
	if (!error) {
		(void)ipc_time(&set->otime);
		if (changes_values(&w))
			sem_wake_waiting(set);
	} else if (error > 0) {
		wait_for_turn(set, &w, timeout);
		error = w.result;
	}
out:
	ipc_put_unlock(&sem_kind, o);
	return error;
}

static long do_semtimedop(int id, const struct abi_sembuf __user *uops, unsigned n, nsec_t timeout)
{
	struct abi_sembuf few[16], *ops = few;
	long result;

	if (n < 1 || id < 0)
		return -EINVAL;
	if (n > (unsigned)limits[OPM])
		return -E2BIG;
	if (n > ARRAY_SIZE(few)) {
		ops = kmalloc(n * sizeof(*ops), GFP_KERNEL);
		if (!ops)
			return -ENOMEM;
	}
	result = copy_from_user(ops, uops, n * sizeof(*ops)) ? -EFAULT : operate(id, ops, n, timeout);
	if (ops != few)
		kfree(ops);
	return result;
}

static int timeout_ns(const struct timespec64 *ts, nsec_t *ns)
{
	if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= (long)NSEC_PER_SEC)
		return -EINVAL;
	*ns = timespec64_to_ns(ts);
	return 0;
}

long sem_timedop32(int id, const void __user *ops, unsigned n, const struct abi_timespec32 __user *timeout)
{
	nsec_t ns = MAX_SCHEDULE_TIMEOUT;
	struct timespec64 ts;

	if (timeout) {
		if (timespec_from_user32(&ts, timeout))
			return -EFAULT;
		if (timeout_ns(&ts, &ns))
			return -EINVAL;
	}
	return do_semtimedop(id, ops, n, ns);
}

long sys_semtimedop_time64(int id, void __user *ops, unsigned n, const struct abi_timespec64 __user *timeout)
{
	nsec_t ns = MAX_SCHEDULE_TIMEOUT;
	struct timespec64 ts;

	if (timeout) {
		if (timespec_from_user64(&ts, timeout))
			return -EFAULT;
		if (timeout_ns(&ts, &ns))
			return -EINVAL;
	}
	return do_semtimedop(id, ops, n, ns);
}

/* ---- removal, as semctl.c asks for it ---- */

void sem_remove_unlock(struct sem_set *set)
{
	struct sem_undo *u, *next;
	LIST_HEAD(dead);

	while (!list_empty(&set->waiting))
		finish(list_first_entry(&set->waiting, struct sem_wait, link), -EIDRM);
	sem_undo_forget(set, &dead);
	ipc_remove(&sem_kind, &set->ipc);
	ipc_put_unlock(&sem_kind, &set->ipc);
	list_for_each_entry_safe(u, next, &dead, list_link)
		kvfree(u);
}

int sem_count_waiting(struct sem_set *set, unsigned num, bool for_zero)
{
	struct sem_wait *w;
	int n = 0;

	list_for_each_entry(w, &set->waiting, link) {
		const struct abi_sembuf *op = &w->ops[w->blocked];

		if (op->sem_num == num && (op->sem_op == 0) == for_zero)
			n++;
	}
	return n;
}

void sem_limits(struct abi_seminfo *i, bool used)
{
	*i = (struct abi_seminfo){
		.semmap = limits[MNS], .semmni = limits[MNI], .semmns = limits[MNS], .semmnu = limits[MNS], .semmsl = limits[MSL],
		.semopm = limits[OPM], .semume = limits[OPM], .semusz = used ? (s32)sem_kind.used : 20, .semvmx = SEMVMX,
		.semaem = used ? (s32)nr_sems : SEMVMX,
	};
}

static void show_set(struct ipc_object *o, void *m)
{
	const struct sem_set *set = set_of(o);

	seq_printf(m, "%10d %10d  %4o %10u %5u %5u %5u %5u %10llu %10llu\n", o->key, o->id, o->mode, set->n, o->uid, o->gid,
		   o->cuid, o->cgid, set->otime, set->ctime);
}

static int show(struct seq_file *m, void *v)
{
	(void)v;
	seq_puts(m, "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n");
	ipc_for_each(&sem_kind, show_set, m);
	return 0;
}

static int __init sem_init(void)
{
	static const int most[] = { 0x10000, 0x7fffffff, 0x10000, IPC_SLOTS };
	int error = proc_mkdir("sysvipc");

	if (error && error != -EEXIST)
		return error;
	error = proc_create_single("sysvipc/sem", 0444, show, NULL);
	return error ? error : sysctl_ints("kernel/sem", 0644, limits, ARRAY_SIZE(limits), 0, most);
}
late_initcall(sem_init);
