/*
 * System V message queues. A queue is full when its messages' bytes (or their number) reach msg_qbytes; senders then
 * wait, receivers wait for a message of the type they ask for. Each change wakes the other side, which looks again.
 */
#include "ipc.h"
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/wait.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/errno.h>

struct message {
	struct list_head link;		/* l */
	s32 type;
	u32 size;
	char text[];
};

/* Locks: l msg_kind's lock, I immutable */
struct msg_queue {
	struct ipc_object ipc;
	u64 stime, rtime, ctime;	/* l */
	u32 bytes, count, limit;	/* l limit: msg_qbytes */
	pid_t lspid, lrpid;		/* l */
	struct list_head messages;	/* l oldest first */
	struct wait_queue senders, receivers;
};

static int msg_max = 8192;		/* bytes of one message */
static int msg_mnb = 16384;		/* a new queue's limit */
static int msg_limit = 32000;		/* MSGMNI */
static u32 total_messages, total_bytes;	/* of all queues; msg_kind's lock */

static struct msg_queue *queue_of(struct ipc_object *o) { return container_of(o, struct msg_queue, ipc); }

static struct ipc_object *create(void *arg, int flags)
{
	struct msg_queue *q = kzalloc(sizeof(*q), GFP_KERNEL);

	(void)arg;
	(void)flags;
	if (!q)
		return ERR_PTR(-ENOMEM);
	q->limit = (u32)msg_mnb;
	list_init(&q->messages);
	wait_queue_init(&q->senders);
	wait_queue_init(&q->receivers);
	(void)ipc_time(&q->ctime);
	return &q->ipc;
}

static void destroy(struct ipc_object *o)
{
	struct msg_queue *q = queue_of(o);
	struct message *m, *next;

	list_for_each_entry_safe(m, next, &q->messages, link)
		kvfree(m);
	kfree(q);
}

static struct ipc_kind msg_kind = {
	.lock = SPINLOCK_INIT(RANK_FUTEX), .limit = &msg_limit, .create = create, .destroy = destroy,
};

long sys_msgget(s32 key, int flags)
{
	return ipc_get(&msg_kind, key, flags, NULL);
}

/* The queue, locked and referenced, if current may do what `want` says; ERR_PTR. */
static struct msg_queue *lock_allowed(int id, int want)
{
	struct ipc_object *o = ipc_lock(&msg_kind, id);
	int error;

	if (IS_ERR(o))
		return (void *)o;
	error = ipc_allowed(o, want);
	if (error) {
		spin_unlock(&msg_kind.lock);
		return ERR_PTR(error);
	}
	o->count++;
	return queue_of(o);
}

/* ---- sending ---- */

static bool has_room(const struct msg_queue *q, u32 size)
{
	return q->bytes + size <= q->limit && q->count < q->limit;
}

/* Locked. Sleeps on wq until somebody changed the queue. 0, -EINTR. */
static int wait_change(struct wait_queue *wq, struct wait_entry *w)
{
	int error = 0;

	wait_entry_init(w, false);
	prepare_to_wait(wq, w, TASK_INTERRUPTIBLE);
	if (signal_pending(current))
		error = -ERESTARTNOHAND;
	spin_unlock(&msg_kind.lock);
	if (!error)
		schedule();
	finish_wait(wq, w);
	spin_lock(&msg_kind.lock);
	return error;
}

static long send(int id, struct message *m, int flags)
{
	struct msg_queue *q = lock_allowed(id, 0222);
	struct wait_entry w;
	int error = 0;

	if (IS_ERR(q))
		return PTR_ERR(q);
	while (!error && !q->ipc.dead && !has_room(q, m->size))
		error = flags & IPC_NOWAIT ? -EAGAIN : wait_change(&q->senders, &w);
	if (q->ipc.dead)
		error = -EIDRM;
	if (!error) {
		list_add_tail(&m->link, &q->messages);
		q->bytes += m->size;
		q->count++;
		total_bytes += m->size;
		total_messages++;
		q->lspid = current->tgid;
		(void)ipc_time(&q->stime);
		wake_up_all(&q->receivers);
	}
	ipc_put_unlock(&msg_kind, &q->ipc);
	return error;
}

long sys_msgsnd(int id, void __user *umsg, size_t size, int flags)
{
	struct message *m;
	s32 type;
	long r;

	if (size > (size_t)msg_max || id < 0)
		return -EINVAL;
	if (get_user(type, (s32 __user *)umsg))
		return -EFAULT;
	if (type < 1)
		return -EINVAL;
	m = kvmalloc(sizeof(*m) + size, GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	m->type = type;
	m->size = size;
	r = copy_from_user(m->text, (char __user *)umsg + sizeof(s32), size) ? -EFAULT : send(id, m, flags);
	if (r)
		kvfree(m);
	return r;
}

/* ---- receiving ---- */

/* The message that (type, flags) asks for; NULL: none yet. */
static struct message *choose(struct msg_queue *q, s32 type, int flags)
{
	struct message *m, *best = NULL;
	s32 index = 0;

	list_for_each_entry(m, &q->messages, link) {
		if (flags & MSG_COPY) {
			if (index++ == type)
				return m;
		} else if (!type || (type > 0 && (m->type == type) == !(flags & MSG_EXCEPT))) {
			return m;
		} else if (type < 0 && m->type <= (type == (s32)0x80000000 ? 0x7fffffff : -type) &&
			   (!best || m->type < best->type)) {
			best = m;
		}
	}
	return best;
}

static void unlink_message(struct msg_queue *q, struct message *m)
{
	list_del(&m->link);
	q->bytes -= m->size;
	q->count--;
	total_bytes -= m->size;
	total_messages--;
	q->lrpid = current->tgid;
	(void)ipc_time(&q->rtime);
	wake_up_all(&q->senders);
}

/* A message taken out of the queue, or with MSG_COPY copied into *copy. ERR_PTR. */
static struct message *receive(int id, size_t size, s32 type, int flags, struct message *copy)
{
	struct msg_queue *q = lock_allowed(id, 0444);
	struct message *m = NULL;
	struct wait_entry w;
	int error = 0;

	if (IS_ERR(q))
		return (void *)q;
	for (;;) {
		if (q->ipc.dead)
			error = -EIDRM;
		m = error ? NULL : choose(q, type, flags);
		if (m || error)
			break;
		error = flags & IPC_NOWAIT ? -ENOMSG : wait_change(&q->receivers, &w);
		if (error && !q->ipc.dead)
			break;
		error = 0;
	}
	if (m && size < m->size && !(flags & MSG_NOERROR))
		error = -E2BIG;
	if (!error && (flags & MSG_COPY)) {
		copy->type = m->type;
		copy->size = min(m->size, (u32)msg_max);
		memcpy(copy->text, m->text, min((size_t)m->size, size));
		m = copy;
	} else if (!error) {
		unlink_message(q, m);
	}
	ipc_put_unlock(&msg_kind, &q->ipc);
	return error ? ERR_PTR(error) : m;
}

long sys_msgrcv(int id, void __user *umsg, size_t size, long type, int flags)
{
	struct message *m, *copy = NULL;
	long r;

	if (id < 0 || (long)size < 0)
		return -EINVAL;
	if (flags & MSG_COPY) {
		if ((flags & MSG_EXCEPT) || !(flags & IPC_NOWAIT))
			return -EINVAL;
		copy = kvmalloc(sizeof(*copy) + min(size, (size_t)msg_max), GFP_KERNEL);
		if (!copy)
			return -ENOMEM;
		size = min(size, (size_t)msg_max);
	}
	m = receive(id, size, (s32)type, flags, copy);
	if (IS_ERR(m)) {
		kvfree(copy);
		return PTR_ERR(m);
	}
	size = min(size, (size_t)m->size);
	r = (long)size;
	if (put_user(m->type, (s32 __user *)umsg) || copy_to_user((char __user *)umsg + sizeof(s32), m->text, size))
		r = -EFAULT;
	kvfree(m);
	return r;
}

/* ---- msgctl ---- */

static long msg_info(int cmd, void __user *buf)
{
	struct abi_msginfo i = { .msgmax = msg_max, .msgmnb = msg_mnb, .msgmni = msg_limit, .msgssz = 16, .msgseg = 0xffff };
	long top;

	spin_lock(&msg_kind.lock);
	i.msgpool = cmd == MSG_INFO ? (s32)msg_kind.used : msg_limit * (msg_mnb / 1024);
	i.msgmap = cmd == MSG_INFO ? (s32)total_messages : msg_mnb;
	i.msgtql = cmd == MSG_INFO ? (s32)total_bytes : msg_mnb;
	top = ipc_top_index(&msg_kind);
	spin_unlock(&msg_kind.lock);
	return copy_to_user(buf, &i, sizeof(i)) ? -EFAULT : top;
}

static long msg_stat(int id, int cmd, void __user *buf)
{
	struct abi_msqid_ds ds = { 0 };
	struct msg_queue *q;
	struct ipc_object *o;
	int result;

	o = ipc_stat_lock(&msg_kind, id, cmd != IPC_STAT, cmd == MSG_STAT_ANY, &result);
	if (IS_ERR(o))
		return PTR_ERR(o);
	q = queue_of(o);
	ipc_perm_out(o, &ds.msg_perm);
	ds.msg_stime = (u32)q->stime;
	ds.msg_stime_high = (u32)(q->stime >> 32);
	ds.msg_rtime = (u32)q->rtime;
	ds.msg_rtime_high = (u32)(q->rtime >> 32);
	ds.msg_ctime = (u32)q->ctime;
	ds.msg_ctime_high = (u32)(q->ctime >> 32);
	ds.msg_cbytes = q->bytes;
	ds.msg_qnum = q->count;
	ds.msg_qbytes = q->limit;
	ds.msg_lspid = q->lspid;
	ds.msg_lrpid = q->lrpid;
	spin_unlock(&msg_kind.lock);
	return copy_to_user(buf, &ds, sizeof(ds)) ? -EFAULT : result;
}

static int set_queue(struct msg_queue *q, const struct abi_msqid_ds *ds)
{
	int error;

	if (ds->msg_qbytes > (u32)msg_mnb && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	error = ipc_set(&q->ipc, &ds->msg_perm);
	if (error)
		return error;
	q->limit = ds->msg_qbytes;
	(void)ipc_time(&q->ctime);
	/* More room, or other rights. */
	wake_up_all(&q->senders);
	wake_up_all(&q->receivers);
	return 0;
}

static long change(int id, int cmd, const struct abi_msqid_ds *ds)
{
	struct ipc_object *o = ipc_lock(&msg_kind, id);
	struct msg_queue *q;
	int error;

	if (IS_ERR(o))
		return PTR_ERR(o);
	q = queue_of(o);
	error = ipc_may_change(o);
	if (!error && cmd == IPC_RMID) {
		ipc_remove(&msg_kind, o);
		total_messages -= q->count;
		total_bytes -= q->bytes;
		wake_up_all(&q->senders);
		wake_up_all(&q->receivers);
		ipc_put_unlock(&msg_kind, o);
		return 0;
	}
	if (!error)
		error = set_queue(q, ds);
	spin_unlock(&msg_kind.lock);
	return error;
}

long sys_msgctl(int id, int cmd, void __user *buf)
{
	struct abi_msqid_ds ds;

	if (cmd < 0 || id < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
	case MSG_INFO:
		return msg_info(cmd, buf);
	case IPC_STAT:
	case MSG_STAT:
	case MSG_STAT_ANY:
		return msg_stat(id, cmd, buf);
	case IPC_SET:
		if (copy_from_user(&ds, buf, sizeof(ds)))
			return -EFAULT;
		return change(id, cmd, &ds);
	case IPC_RMID:
		return change(id, cmd, NULL);
	}
	return -EINVAL;
}

/* ---- /proc/sysvipc/msg ---- */

static void show_queue(struct ipc_object *o, void *m)
{
	const struct msg_queue *q = queue_of(o);

	seq_printf(m, "%10d %10d  %4o  %10u %10u %5u %5u %5u %5u %5u %5u %10llu %10llu %10llu\n", o->key, o->id, o->mode, q->bytes,
		   q->count, q->lspid, q->lrpid, o->uid, o->gid, o->cuid, o->cgid, q->stime, q->rtime, q->ctime);
}

static int show(struct seq_file *m, void *v)
{
	(void)v;
	seq_puts(m, "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime"
		    "      ctime\n");
	ipc_for_each(&msg_kind, show_queue, m);
	return 0;
}

static int __init msg_init(void)
{
	int error = proc_mkdir("sysvipc");

	if (error && error != -EEXIST)
		return error;
	error = proc_create_single("sysvipc/msg", 0444, show, NULL);
	if (!error)
		error = sysctl_int("kernel/msgmax", 0644, &msg_max, 0, 0x1000000);
	if (!error)
		error = sysctl_int("kernel/msgmnb", 0644, &msg_mnb, 0, 0x1000000);
	return error ? error : sysctl_int("kernel/msgmni", 0644, &msg_limit, 0, (int)IPC_SLOTS);
}
late_initcall(msg_init);
