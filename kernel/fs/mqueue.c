/*
 * Messages of POSIX queues, in order of priority: sent, received, told of.
 *
 * A queue's lock guards its messages, which are allocated and copied outside of it. Whoever waits is woken by the event alone
 * and tries again.
 */
#include <arch/uaccess.h>
#include <core/time.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <sched/pid.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <sys/timeconv.h>
#include <abi/time.h>
#include "mqueue.h"

/* A time of the wall clock as how long it is from now on; 0: it has passed. */
static int time_left(const struct timespec64 *at, nsec_t *left)
{
	struct timespec64 now;
	s64 sec;

	*left = MAX_SCHEDULE_TIMEOUT;
	if (!at)
		return 0;
	if (!timespec64_valid(at))
		return -EINVAL;
	ktime_get_real(&now);
	sec = at->tv_sec - now.tv_sec;
	if (sec < 0 || (sec == 0 && at->tv_nsec <= now.tv_nsec))
		*left = 0;
	else if (sec < 0x7fffffff)
		*left = (nsec_t)sec * NSEC_PER_SEC + (nsec_t)((s64)at->tv_nsec - now.tv_nsec);
	return 0;
}

/* The registered process is told once, that a message has come into an empty queue that nobody waits at. */
static void notify(struct mqueue *q)
{
	struct abi_siginfo info = { .si_code = SI_MESGQ };
	struct task *t = NULL;
	unsigned long flags;
	struct pid *pid;

	spin_lock(&q->lock);
	pid = q->notify_pid;
	q->notify_pid = NULL;
	info.si_signo = q->notify_signal;
	info._sifields._rt._sigval = q->notify_value;
	spin_unlock(&q->lock);
	if (!pid)
		return;
	info._sifields._rt._pid = current->tgid;
	info._sifields._rt._uid = current_cred()->uid;
	spin_lock_irqsave(&tasklist_lock, flags);
	t = pid_task(pid, PIDTYPE_TGID);
	if (t)
		task_get(t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (t && info.si_signo)
		(void)signal_send_info(info.si_signo, &info, t, true);	/* a full queue loses it, as for kill(2) */
	if (t)
		task_put(t);
	pid_put(pid);
}

static bool try_send(struct mqueue *q, struct mq_message *m, bool *tell)
{
	struct list_head *at;
	bool ok;

	spin_lock(&q->lock);
	ok = q->count < q->max_messages;
	if (ok) {
		/* Behind the last of at least its priority. */
		for (at = q->messages.prev; at != &q->messages; at = at->prev)
			if (list_entry(at, struct mq_message, link)->prio >= m->prio)
				break;
		list_add(&m->link, at);
		*tell = q->count++ == 0 && !q->receivers && q->notify_pid;
		q->bytes += m->len;
	}
	spin_unlock(&q->lock);
	return ok;
}

static struct mq_message *try_receive(struct mqueue *q)
{
	struct mq_message *m = NULL;

	spin_lock(&q->lock);
	if (q->count) {
		m = list_first_entry(&q->messages, struct mq_message, link);
		list_del(&m->link);
		q->count--;
		q->bytes -= m->len;
	}
	spin_unlock(&q->lock);
	return m;
}

static long do_send(int fd, const char __user *msg, size_t len, unsigned prio, const struct timespec64 *at)
{
	bool tell = false;
	struct mqueue *q;
	struct mq_message *m;
	nsec_t left;
	struct file *f;
	int error;

	if (prio >= MQ_PRIO_MAX)
		return -EINVAL;
	error = time_left(at, &left);
	if (error)
		return error;
	f = mq_file(fd, FMODE_WRITE, &error);
	if (!f)
		return error;
	q = f->private;
	m = NULL;
	error = -EMSGSIZE;
	if (len > (size_t)q->max_size)
		goto out;
	m = kvmalloc(sizeof(*m) + len, GFP_KERNEL);
	error = -ENOMEM;
	if (!m)
		goto out;
	m->prio = prio;
	m->len = (u32)len;
	error = copy_from_user(m->data, msg, len) ? -EFAULT : 0;
	while (!error && !try_send(q, m, &tell)) {
		if (f->flags & O_NONBLOCK)
			error = -EAGAIN;
		else if (!left)
			error = -ETIMEDOUT;
		else if (wait_event_interruptible_timeout(&q->writable, READ_ONCE(q->count) < q->max_messages, &left))
			error = -ERESTARTSYS;
	}
	if (!error) {
		m = NULL;		/* it is the queue's */
		wake_up_key(&q->readable, 0x7fffffff, (void *)(POLLIN | POLLRDNORM));
		if (tell)
			notify(q);
	}
out:
	kvfree(m);
	file_put(f);
	return error;
}

static struct mq_message *receive_wait(struct mqueue *q, const struct file *f, nsec_t *left)
{
	struct mq_message *m;
	long interrupted;

	while (!(m = try_receive(q))) {
		if (f->flags & O_NONBLOCK)
			return ERR_PTR(-EAGAIN);
		if (!*left)
			return ERR_PTR(-ETIMEDOUT);
		spin_lock(&q->lock);
		q->receivers++;
		spin_unlock(&q->lock);
		interrupted = wait_event_interruptible_timeout(&q->readable, READ_ONCE(q->count), left);
		spin_lock(&q->lock);
		q->receivers--;
		spin_unlock(&q->lock);
		if (interrupted)
			return ERR_PTR(-ERESTARTSYS);
	}
	return m;
}

static long do_receive(int fd, char __user *msg, size_t len, unsigned __user *prio, const struct timespec64 *at)
{
	struct mqueue *q;
	struct mq_message *m;
	nsec_t left;
	struct file *f;
	int error = time_left(at, &left);
	long n;

	if (error)
		return error;
	f = mq_file(fd, FMODE_READ, &error);
	if (!f)
		return error;
	q = f->private;
	n = -EMSGSIZE;
	if (len < (size_t)q->max_size)
		goto out;
	m = receive_wait(q, f, &left);
	n = PTR_ERR(m);
	if (IS_ERR(m))
		goto out;
	wake_up_key(&q->writable, 0x7fffffff, (void *)(POLLOUT | POLLWRNORM));
	n = (long)m->len;
	if ((prio && put_user(m->prio, prio)) || copy_to_user(msg, m->data, m->len))
		n = -EFAULT;
	kvfree(m);
out:
	file_put(f);
	return n;
}

long sys_mq_timedsend(int fd, const char __user *msg, size_t len, unsigned prio, const struct abi_timespec32 __user *timeout)
{
	struct timespec64 ts;

	if (timeout && timespec_from_user32(&ts, timeout))
		return -EFAULT;
	return do_send(fd, msg, len, prio, timeout ? &ts : NULL);
}

long sys_mq_timedsend_time64(int fd, const char __user *msg, size_t len, unsigned prio, const struct abi_timespec64 __user *timeout)
{
	struct timespec64 ts;

	if (timeout && timespec_from_user64(&ts, timeout))
		return -EFAULT;
	return do_send(fd, msg, len, prio, timeout ? &ts : NULL);
}

long sys_mq_timedreceive(int fd, char __user *msg, size_t len, unsigned __user *prio, const struct abi_timespec32 __user *timeout)
{
	struct timespec64 ts;

	if (timeout && timespec_from_user32(&ts, timeout))
		return -EFAULT;
	return do_receive(fd, msg, len, prio, timeout ? &ts : NULL);
}

long sys_mq_timedreceive_time64(int fd, char __user *msg, size_t len, unsigned __user *prio, const struct abi_timespec64 __user *timeout)
{
	struct timespec64 ts;

	if (timeout && timespec_from_user64(&ts, timeout))
		return -EFAULT;
	return do_receive(fd, msg, len, prio, timeout ? &ts : NULL);
}

/* ---- attributes and notification ---- */

long sys_mq_notify(int fd, const struct abi_sigevent __user *event)
{
	struct abi_sigevent e;
	struct mqueue *q;
	struct pid *me = current_tgid(), *drop = NULL;
	struct file *f;
	int error;

	if (event) {
		if (copy_from_user(&e, event, sizeof(e)))
			return -EFAULT;
		if ((e.sigev_notify != SIGEV_NONE && e.sigev_notify != SIGEV_SIGNAL) ||
		    (e.sigev_notify == SIGEV_SIGNAL && (e.sigev_signo < 1 || e.sigev_signo > 64)))
			return -EINVAL;
	}
	f = mq_file(fd, FMODE_READ | FMODE_WRITE, &error);
	if (!f)
		return error;
	q = f->private;
	error = 0;
	spin_lock(&q->lock);
	if (!event) {
		if (q->notify_pid == me) {
			drop = q->notify_pid;
			q->notify_pid = NULL;
		}
	} else if (q->notify_pid) {
		error = -EBUSY;
	} else {
		q->notify_pid = pid_get(me);
		q->notify_signal = e.sigev_notify == SIGEV_SIGNAL ? e.sigev_signo : 0;
		q->notify_value = e.sigev_value;
	}
	spin_unlock(&q->lock);
	if (drop)
		pid_put(drop);
	file_put(f);
	return error;
}

long sys_mq_getsetattr(int fd, const struct abi_mq_attr __user *new, struct abi_mq_attr __user *old)
{
	struct abi_mq_attr a, was = { 0 };
	struct mqueue *q;
	struct file *f;
	int error;

	if (new) {
		if (copy_from_user(&a, new, sizeof(a)))
			return -EFAULT;
		if (a.mq_flags & ~O_NONBLOCK)
			return -EINVAL;
	}
	f = mq_file(fd, FMODE_READ | FMODE_WRITE, &error);
	if (!f)
		return error;
	q = f->private;
	was.mq_flags = (s32)(f->flags & O_NONBLOCK);
	was.mq_maxmsg = q->max_messages;
	was.mq_msgsize = q->max_size;
	was.mq_curmsgs = READ_ONCE(q->count);
	if (new)
		f->flags = (f->flags & ~(unsigned)O_NONBLOCK) | (unsigned)a.mq_flags;
	file_put(f);
	return old && copy_to_user(old, &was, sizeof(was)) ? -EFAULT : 0;
}
