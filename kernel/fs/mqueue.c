/*
 * POSIX message queues: named, with owner and mode, of messages in order of priority. A queue lives while it has its name
 * or an open file. Its bytes are charged to the user who made it (RLIMIT_MSGQUEUE), at their largest, when it is made.
 *
 * names_lock guards the names and counts of use; a queue's lock its messages, which are allocated and copied outside of
 * it. Whoever waits is woken by the event alone and tries again.
 */
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/time.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <sched/pid.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <sys/timeconv.h>
#include <abi/capability.h>
#include <abi/mqueue.h>
#include <abi/time.h>

#define HARD_MSGS	65536
#define HARD_SIZE	(16 * 1024 * 1024)

struct message {
	struct list_head link;
	u32 prio, len;
	char data[];
};

/* Locks: n names_lock, q lock, I immutable */
struct mqueue {
	struct list_head link;		/* n in queues; empty: unlinked */
	u32 users;			/* n open files, and one for the name */
	char name[NAME_MAX + 1];	/* I */
	uid_t uid;			/* I */
	gid_t gid;			/* I */
	umode_t mode;			/* I */
	s32 max_messages, max_size;	/* I */
	u32 charged;			/* I */
	struct user *user;		/* I */
	spinlock_t lock;
	struct list_head messages;	/* q highest priority first, oldest first among equals */
	s32 count;			/* q */
	u32 bytes;			/* q */
	u32 receivers;			/* q asleep in a receive: a notification is not for what they take */
	struct pid *notify_pid;		/* q counted; NULL: nobody is registered */
	int notify_signal;		/* q 0: none is sent */
	union abi_sigval notify_value;	/* q */
	struct wait_queue readable, writable;
};

static DEFINE_MUTEX(names_lock, RANK_FILE_POS);
static LIST_HEAD(queues);
static int nr_queues;			/* n */
static int queues_max = 256, msg_max = 10, msgsize_max = 8192, msg_default = 10, msgsize_default = 8192;

/* ---- queues ---- */

static struct mqueue *find(const char *name)
{
	struct mqueue *q;

	list_for_each_entry(q, &queues, link)
		if (strcmp(q->name, name) == 0)
			return q;
	return NULL;
}

static void forget_notify(struct mqueue *q)
{
	struct pid *pid;

	spin_lock(&q->lock);
	pid = q->notify_pid;
	q->notify_pid = NULL;
	spin_unlock(&q->lock);
	if (pid)
		pid_put(pid);
}

static void put(struct mqueue *q)
{
	bool last;

	mutex_lock(&names_lock);
	last = --q->users == 0;
	mutex_unlock(&names_lock);
	if (!last)
		return;
	while (!list_empty(&q->messages)) {
		struct message *m = list_first_entry(&q->messages, struct message, link);

		list_del(&m->link);
		kvfree(m);
	}
	forget_notify(q);
	atomic_sub((int)q->charged, &q->user->mq_bytes);
	user_put(q->user);
	kfree(q);
}

static int check_attr(const struct abi_mq_attr *a)
{
	bool privileged = capable(CAP_SYS_RESOURCE);

	if (a->mq_maxmsg <= 0 || a->mq_msgsize <= 0)
		return -EINVAL;
	if (a->mq_maxmsg > (privileged ? HARD_MSGS : msg_max) || a->mq_msgsize > (privileged ? HARD_SIZE : msgsize_max))
		return -EINVAL;
	if ((u64)(u32)a->mq_maxmsg * ((u32)a->mq_msgsize + sizeof(struct message)) > 0x7fffffff)
		return -EOVERFLOW;
	return 0;
}

/* names_lock held. */
static struct mqueue *make(const char *name, umode_t mode, const struct abi_mq_attr *attr)
{
	struct abi_mq_attr a = { .mq_maxmsg = min(msg_max, msg_default), .mq_msgsize = min(msgsize_max, msgsize_default) };
	struct user *user = current_cred()->user;
	struct mqueue *q;
	int error;
	u32 bytes;

	if (attr)
		a = *attr;
	error = check_attr(&a);
	if (error)
		return ERR_PTR(error);
	if (nr_queues >= queues_max && !capable(CAP_SYS_RESOURCE))
		return ERR_PTR(-ENOSPC);
	bytes = (u32)a.mq_maxmsg * ((u32)a.mq_msgsize + (u32)sizeof(struct message));
	if ((u64)(u32)atomic_read(&user->mq_bytes) + bytes > rlimit(RLIMIT_MSGQUEUE))
		return ERR_PTR(-EMFILE);
	q = kzalloc(sizeof(*q), GFP_KERNEL);
	if (!q)
		return ERR_PTR(-ENOMEM);
	memcpy(q->name, name, strlen(name) + 1);
	q->uid = current_cred()->fsuid;
	q->gid = current_cred()->fsgid;
	q->mode = mode & 0777 & ~current->fs->umask;
	q->max_messages = a.mq_maxmsg;
	q->max_size = a.mq_msgsize;
	q->charged = bytes;
	q->user = user_get(user);
	atomic_add((int)bytes, &user->mq_bytes);
	spin_lock_init(&q->lock, RANK_INODE_STATE);
	list_init(&q->messages);
	wait_queue_init(&q->readable);
	wait_queue_init(&q->writable);
	q->users = 1;
	list_add_tail(&q->link, &queues);
	nr_queues++;
	return q;
}

static int may_use(const struct mqueue *q, unsigned flags)
{
	const struct cred *c = current_cred();
	unsigned want = (flags & O_ACCMODE) == O_RDONLY ? 4 : (flags & O_ACCMODE) == O_WRONLY ? 2 : 6, have = q->mode;

	if (c->fsuid == q->uid)
		have >>= 6;
	else if (in_group(c, q->gid))
		have >>= 3;
	return (want & ~have) == 0 || capable(CAP_DAC_OVERRIDE) ? 0 : -EACCES;
}

/* ---- the file ---- */

static const struct file_ops mq_ops;

static int mq_flush(struct file *f)
{
	struct mqueue *q = f->private;
	struct pid *mine = NULL;

	/* Closing takes back the process's registration. */
	spin_lock(&q->lock);
	if (q->notify_pid && q->notify_pid == current_tgid()) {
		mine = q->notify_pid;
		q->notify_pid = NULL;
	}
	spin_unlock(&q->lock);
	if (mine)
		pid_put(mine);
	return 0;
}

static void mq_release(struct inode *inode, struct file *f)
{
	(void)inode;
	put(f->private);
}

static unsigned mq_poll(struct file *f, struct poll_table *pt)
{
	struct mqueue *q = f->private;
	unsigned mask = 0;

	poll_wait(f, &q->readable, pt);
	poll_wait(f, &q->writable, pt);
	if (READ_ONCE(q->count))
		mask |= POLLIN | POLLRDNORM;
	if (READ_ONCE(q->count) < q->max_messages)
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

/* One line about the queue, as the file in a mounted mqueue filesystem has it. */
static ssize_t mq_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct mqueue *q = f->private;
	char text[96];
	size_t n;

	spin_lock(&q->lock);
	n = (size_t)scnprintf(text, sizeof(text), "QSIZE:%-10u NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n", q->bytes, 0,
			      q->notify_pid ? q->notify_signal : 0, pid_nr(q->notify_pid));
	spin_unlock(&q->lock);
	if (*pos >= (loff_t)n)
		return 0;
	n = copy_to_iter(text + *pos, n - (size_t)*pos, it);
	*pos += (loff_t)n;
	return n ? (ssize_t)n : -EFAULT;
}

static const struct file_ops mq_ops = {
	.read = mq_read, .poll = mq_poll, .flush = mq_flush, .release = mq_release, .llseek = generic_llseek,
};

static struct file *mq_file(int fd, unsigned mode, int *error)
{
	struct file *f = fd_get((unsigned)fd);

	*error = -EBADF;
	if (f && (f->op != &mq_ops || !(f->mode & mode))) {
		file_put(f);
		return NULL;
	}
	return f;
}

/* ---- opening ---- */

static int get_name(char *to, const char __user *name)
{
	ssize_t n = strncpy_from_user(to, name, NAME_MAX + 1);

	if (n < 0)
		return (int)n;
	if (n == 0)
		return -ENOENT;
	if (n > NAME_MAX)
		return -ENAMETOOLONG;
	return strchr(to, '/') || !strcmp(to, ".") || !strcmp(to, "..") ? -EACCES : 0;
}

/* The queue with one more user; names_lock held. */
static struct mqueue *open_locked(const char *name, int flags, umode_t mode, const struct abi_mq_attr *attr)
{
	struct mqueue *q = find(name);
	int error;

	if (q && (flags & O_CREAT) && (flags & O_EXCL))
		return ERR_PTR(-EEXIST);
	if (!q && !(flags & O_CREAT))
		return ERR_PTR(-ENOENT);
	if (!q) {
		q = make(name, mode, attr);
		if (IS_ERR(q))
			return q;
	} else {
		error = may_use(q, (unsigned)flags);
		if (error)
			return ERR_PTR(error);
	}
	q->users++;
	return q;
}

long sys_mq_open(const char __user *uname, int flags, umode_t mode, const struct abi_mq_attr __user *uattr)
{
	char name[NAME_MAX + 1];
	struct abi_mq_attr attr;
	struct mqueue *q;
	struct file *f;
	int fd, error;

	if (uattr && copy_from_user(&attr, uattr, sizeof(attr)))
		return -EFAULT;
	if ((flags & O_ACCMODE) == O_ACCMODE)
		return -EINVAL;
	error = get_name(name, uname);
	if (error)
		return error;
	fd = fd_alloc(0, O_CLOEXEC);
	if (fd < 0)
		return fd;
	mutex_lock(&names_lock);
	q = open_locked(name, flags, mode, uattr ? &attr : NULL);
	mutex_unlock(&names_lock);
	error = PTR_ERR(q);
	if (IS_ERR(q))
		goto out_fd;
	f = file_open_inode(NULL, (unsigned)flags & (O_ACCMODE | O_NONBLOCK), &mq_ops, "mqueue", q);
	error = PTR_ERR(f);
	if (IS_ERR(f)) {
		put(q);
		goto out_fd;
	}
	f->mode |= FMODE_LSEEK;
	fd_install((unsigned)fd, f);
	return fd;
out_fd:
	fd_release((unsigned)fd);
	return error;
}

long sys_mq_unlink(const char __user *uname)
{
	char name[NAME_MAX + 1];
	struct mqueue *q;
	int error = get_name(name, uname);

	if (error)
		return error;
	mutex_lock(&names_lock);
	q = find(name);
	if (!q) {
		error = -ENOENT;
	} else if (current_cred()->fsuid != q->uid && !capable(CAP_FOWNER)) {
		error = -EPERM;		/* the names lie in a sticky directory */
	} else {
		list_del_init(&q->link);
		nr_queues--;
	}
	mutex_unlock(&names_lock);
	if (!error)
		put(q);
	return error;
}

/* ---- sending and receiving ---- */

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

static bool try_send(struct mqueue *q, struct message *m, bool *tell)
{
	struct list_head *at;
	bool ok;

	spin_lock(&q->lock);
	ok = q->count < q->max_messages;
	if (ok) {
		/* Behind the last of at least its priority. */
		for (at = q->messages.prev; at != &q->messages; at = at->prev)
			if (list_entry(at, struct message, link)->prio >= m->prio)
				break;
		list_add(&m->link, at);
		*tell = q->count++ == 0 && !q->receivers && q->notify_pid;
		q->bytes += m->len;
	}
	spin_unlock(&q->lock);
	return ok;
}

static struct message *try_receive(struct mqueue *q)
{
	struct message *m = NULL;

	spin_lock(&q->lock);
	if (q->count) {
		m = list_first_entry(&q->messages, struct message, link);
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
	struct message *m;
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

static struct message *receive_wait(struct mqueue *q, const struct file *f, nsec_t *left)
{
	struct message *m;
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
	struct message *m;
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

static int __init mqueue_sysctls(void)
{
	static const struct {
		const char *name;
		int *value, min, max;
	} values[] = {
		{ "fs/mqueue/queues_max", &queues_max, 0, 0x7fffffff },
		{ "fs/mqueue/msg_max", &msg_max, 1, HARD_MSGS },
		{ "fs/mqueue/msgsize_max", &msgsize_max, 128, HARD_SIZE },
		{ "fs/mqueue/msg_default", &msg_default, 1, HARD_MSGS },
		{ "fs/mqueue/msgsize_default", &msgsize_default, 128, HARD_SIZE },
	};
	int error = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(values) && !error; i++)
		error = sysctl_int(values[i].name, 0644, values[i].value, values[i].min, values[i].max);
	return error;
}
late_initcall(mqueue_sysctls);
