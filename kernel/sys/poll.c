/*
 * poll(2), select(2) and their kin. One pass asks every file and, the first time, queues on what it waits for; then
 * sleep until one of the queues is woken, and ask again.
 *
 * Entries come from a small array on the stack, then from pages; all are unqueued before the files are let go.
 */
#include <arch/uaccess.h>
#include <core/string.h>
#include <core/time.h>
#include <fs/fdtable.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sys/syscalls.h>
#include <sys/timeconv.h>
#include <abi/errno.h>
#include <abi/select.h>
#include <abi/time.h>

#define INLINE_ENTRIES 6
#define BLOCK_ENTRIES 64

struct poll_entry {
	struct wait_entry wait;
	struct wait_queue *queue;
	struct file *file;		/* held: the queue lives in it */
	unsigned key;
};

struct poll_block {
	struct poll_block *next;
	unsigned used;
	struct poll_entry entries[BLOCK_ENTRIES];
};

struct poller {
	struct poll_table table;
	struct task *task;
	bool triggered;
	int error;			/* -ENOMEM while queueing */
	unsigned used;
	struct poll_entry first[INLINE_ENTRIES];
	struct poll_block *blocks;
};

/* A queue was woken: with a key only if it is for events that are waited for. */
static int poll_woken(struct wait_entry *w, void *key)
{
	struct poll_entry *e = container_of(w, struct poll_entry, wait);
	struct poller *p = w->private;

	if (key && !((unsigned long)key & e->key))
		return 0;
	WRITE_ONCE(p->triggered, true);
	return wake_up_task(p->task, TASK_INTERRUPTIBLE);
}

static struct poll_entry *entry_get(struct poller *p)
{
	struct poll_block *b = p->blocks;

	if (p->used < INLINE_ENTRIES)
		return &p->first[p->used++];
	if (!b || b->used == BLOCK_ENTRIES) {
		b = kmalloc(sizeof(*b), GFP_KERNEL);
		if (!b)
			return NULL;
		b->used = 0;
		b->next = p->blocks;
		p->blocks = b;
	}
	return &b->entries[b->used++];
}

static void poller_queue(struct file *f, struct wait_queue *q, struct poll_table *pt)
{
	struct poller *p = container_of(pt, struct poller, table);
	struct poll_entry *e = entry_get(p);

	if (!e) {
		p->error = -ENOMEM;
		return;
	}
	wait_entry_init(&e->wait, false);
	e->wait.func = poll_woken;
	e->wait.private = p;
	e->queue = q;
	e->file = file_get(f);
	e->key = pt->key;
	wait_queue_add(q, &e->wait);
}

static void poller_init(struct poller *p)
{
	p->table.queue = poller_queue;
	p->task = current;
	p->triggered = false;
	p->error = 0;
	p->used = 0;
	p->blocks = NULL;
}

static void entry_drop(struct poll_entry *e)
{
	wait_queue_remove(e->queue, &e->wait);
	file_put(e->file);
}

static void poller_done(struct poller *p)
{
	struct poll_block *b;
	unsigned i;

	for (i = 0; i < p->used; i++)
		entry_drop(&p->first[i]);
	while ((b = p->blocks)) {
		for (i = 0; i < b->used; i++)
			entry_drop(&b->entries[i]);
		p->blocks = b->next;
		kfree(b);
	}
}

/* deadline: monotonic, 0: do not wait, MAX_SCHEDULE_TIMEOUT: for ever. false when time is up. */
static bool poller_sleep(struct poller *p, nsec_t deadline)
{
	nsec_t now;

	set_current_state(TASK_INTERRUPTIBLE);
	if (!READ_ONCE(p->triggered) && !signal_pending(current)) {
		if (deadline == MAX_SCHEDULE_TIMEOUT) {
			schedule();
		} else {
			now = ktime_get();
			if (now >= deadline) {
				set_current_state(TASK_RUNNING);
				return false;
			}
			schedule_timeout(deadline - now);
		}
	}
	set_current_state(TASK_RUNNING);
	WRITE_ONCE(p->triggered, false);
	return true;
}

static unsigned file_poll(struct file *f, struct poll_table *pt)
{
	return f->op->poll ? f->op->poll(f, pt) : POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
}

static nsec_t deadline_after(nsec_t ns)
{
	nsec_t now = ktime_get();

	return now + ns < now ? MAX_SCHEDULE_TIMEOUT - 1 : now + ns;
}

/* NULL: for ever. 0 or -EINVAL. */
static int deadline_of(const struct timespec64 *ts, nsec_t *deadline)
{
	if (!ts) {
		*deadline = MAX_SCHEDULE_TIMEOUT;
		return 0;
	}
	if (!timespec64_valid(ts))
		return -EINVAL;
	*deadline = !ts->tv_sec && !ts->tv_nsec ? 0 : deadline_after(timespec64_to_ns(ts));
	return 0;
}

/* ---- poll ---- */

static int poll_one(struct abi_pollfd *p, struct poll_table *pt)
{
	unsigned wanted = (u16)p->events | POLLERR | POLLHUP, mask = 0;
	struct file *f;

	if (p->fd >= 0) {
		f = fd_get((unsigned)p->fd);
		mask = POLLNVAL;
		if (f) {
			if (pt)
				pt->key = wanted;
			mask = file_poll(f, pt) & wanted;
			file_put(f);
		}
	}
	p->revents = (s16)mask;
	return mask != 0;
}

static int poll_loop(struct abi_pollfd *fds, unsigned n, nsec_t deadline)
{
	struct poller *p = kmalloc(sizeof(*p), GFP_KERNEL);
	struct poll_table *pt;
	int ready;
	unsigned i;

	if (!p)
		return -ENOMEM;
	poller_init(p);
	pt = deadline ? &p->table : NULL;
	for (;;) {
		ready = 0;
		for (i = 0; i < n; i++) {
			ready += poll_one(&fds[i], pt);
			if (ready)
				pt = NULL;	/* will not sleep: no more queues */
		}
		pt = NULL;
		if (ready || !deadline)
			break;
		if (p->error) {
			ready = p->error;
			break;
		}
		if (signal_pending(current)) {
			ready = -EINTR;
			break;
		}
		if (!poller_sleep(p, deadline))
			deadline = 0;		/* one last look */
	}
	poller_done(p);
	kfree(p);
	return ready;
}

static long do_poll(struct abi_pollfd __user *ufds, unsigned n, nsec_t deadline)
{
	struct abi_pollfd small[8], *fds = small;
	size_t bytes = n * sizeof(*fds);
	long ready;
	unsigned i;

	if (n > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	if (n > ARRAY_SIZE(small)) {
		fds = kvmalloc(bytes, GFP_KERNEL);
		if (!fds)
			return -ENOMEM;
	}
	if (copy_from_user(fds, ufds, bytes)) {
		ready = -EFAULT;
		goto out;
	}
	ready = poll_loop(fds, n, deadline);
	if (ready < 0)
		goto out;
	for (i = 0; i < n; i++) {
		if (put_user(fds[i].revents, &ufds[i].revents)) {
			ready = -EFAULT;
			break;
		}
	}
out:
	if (fds != small)
		kvfree(fds);
	return ready;
}

static long poll_restart(struct task *t)
{
	return sys_poll((struct abi_pollfd __user *)(unsigned long)t->restart.args[0], t->restart.args[1], -2);
}

/* A timeout of -2 is the restart's: the deadline is in current->restart. */
long sys_poll(struct abi_pollfd __user *fds, unsigned n, int timeout)
{
	bool again = timeout == -2 && current->restart.fn == poll_restart;
	nsec_t deadline = again ? current->restart.deadline : timeout < 0 ? MAX_SCHEDULE_TIMEOUT
		: !timeout ? 0 : deadline_after((nsec_t)timeout * NSEC_PER_MSEC);
	long ready = do_poll(fds, n, deadline);

	if (ready == -EINTR) {
		current->restart.fn = poll_restart;
		current->restart.args[0] = (u32)(unsigned long)fds;
		current->restart.args[1] = n;
		current->restart.deadline = deadline;
		return -ERESTART_RESTARTBLOCK;
	}
	return ready;
}

static int mask_enter(const struct abi_sigset __user *umask, size_t size)
{
	struct abi_sigset mask;

	if (!umask)
		return 0;
	if (size != sizeof(mask))
		return -EINVAL;
	if (copy_from_user(&mask, umask, sizeof(mask)))
		return -EFAULT;
	signal_mask_set_temporary(sigset_to_u64(&mask));
	return 0;
}

/* What is left of the time goes back to the user, as Linux does; not being able to say it is no error. */
static void store_left(nsec_t deadline, struct timespec64 *ts)
{
	nsec_t now = ktime_get();

	ns_to_timespec64(deadline > now ? deadline - now : 0, ts);
}

static long ppoll(struct abi_pollfd __user *fds, unsigned n, struct timespec64 *ts, const struct abi_sigset __user *mask, size_t size)
{
	nsec_t deadline;
	long ready;
	int error = deadline_of(ts, &deadline);

	if (!error)
		error = mask_enter(mask, size);
	if (error)
		return error;
	ready = do_poll(fds, n, deadline);
	if (mask)
		signal_mask_restore(ready == -EINTR);
	if (ts)
		store_left(deadline, ts);
	return ready == -EINTR ? -ERESTARTNOHAND : ready;
}

long sys_ppoll(struct abi_pollfd __user *fds, unsigned n, struct abi_timespec32 __user *timeout, const struct abi_sigset __user *mask, size_t size)
{
	struct timespec64 ts;
	long ready;

	if (timeout && timespec_from_user32(&ts, timeout))
		return -EFAULT;
	ready = ppoll(fds, n, timeout ? &ts : NULL, mask, size);
	if (timeout && ready != -EINVAL)
		(void)timespec_to_user32(&ts, timeout);
	return ready;
}

long sys_ppoll_time64(struct abi_pollfd __user *fds, unsigned n, struct abi_timespec64 __user *timeout, const struct abi_sigset __user *mask, size_t size)
{
	struct timespec64 ts;
	long ready;

	if (timeout && timespec_from_user64(&ts, timeout))
		return -EFAULT;
	ready = ppoll(fds, n, timeout ? &ts : NULL, mask, size);
	if (timeout && ready != -EINVAL)
		(void)timespec_to_user64(&ts, timeout);
	return ready;
}

/* ---- select ---- */

#define SELECT_READ	(POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR)
#define SELECT_WRITE	(POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR)
#define SELECT_EXCEPT	POLLPRI

struct select_sets {
	u32 *in[3], *out[3];	/* read, write, except */
};
static const unsigned select_events[3] = { SELECT_READ, SELECT_WRITE, SELECT_EXCEPT };

static int select_pass(int n, struct select_sets *s, struct poller *p, struct poll_table *pt)
{
	int fd, ready = 0;
	unsigned i;

	for (fd = 0; fd < n; fd++) {
		unsigned word = (unsigned)fd / 32, wanted = 0, mask;
		u32 bit = 1u << (fd % 32);
		struct file *f;

		if (!((s->in[0][word] | s->in[1][word] | s->in[2][word]) >> (fd % 32))) {
			fd |= 31;	/* nothing more in this word */
			continue;
		}
		for (i = 0; i < 3; i++)
			if (s->in[i][word] & bit)
				wanted |= select_events[i];
		if (!wanted)
			continue;
		f = fd_get((unsigned)fd);
		if (!f)
			return -EBADF;
		if (pt)
			pt->key = wanted | POLLERR | POLLHUP;
		mask = file_poll(f, pt);
		file_put(f);
		for (i = 0; i < 3; i++) {
			if (s->in[i][word] & bit && mask & select_events[i]) {
				s->out[i][word] |= bit;
				ready++;
			}
		}
		if (ready)
			pt = NULL;
	}
	return p->error && !ready ? p->error : ready;
}

static int select_loop(int n, struct select_sets *s, size_t bytes, nsec_t deadline)
{
	struct poller *p = kmalloc(sizeof(*p), GFP_KERNEL);
	struct poll_table *pt;
	int ready;
	unsigned i;

	if (!p)
		return -ENOMEM;
	poller_init(p);
	pt = deadline ? &p->table : NULL;
	for (;;) {
		for (i = 0; i < 3; i++)
			memset(s->out[i], 0, bytes);
		ready = select_pass(n, s, p, pt);
		pt = NULL;
		if (ready || !deadline)
			break;
		if (signal_pending(current)) {
			ready = -EINTR;
			break;
		}
		if (!poller_sleep(p, deadline))
			deadline = 0;
	}
	poller_done(p);
	kfree(p);
	return ready;
}

static long do_select(int n, void __user *in, void __user *out, void __user *except, nsec_t deadline)
{
	void __user *user[3] = { in, out, except };
	struct select_sets s;
	size_t bytes;
	u32 *sets;
	long ready;
	unsigned i;

	if (n < 0)
		return -EINVAL;
	n = min(n, (int)min_t(u64, rlimit(RLIMIT_NOFILE), 1048576));
	bytes = ((size_t)n + 31) / 32 * 4;
	sets = kvmalloc(max(6 * bytes, (size_t)4), GFP_KERNEL);
	if (!sets)
		return -ENOMEM;
	for (i = 0; i < 3; i++) {
		s.in[i] = sets + i * bytes / 4;
		s.out[i] = sets + (3 + i) * bytes / 4;
		memset(s.in[i], 0, bytes);
		if (user[i] && copy_from_user(s.in[i], user[i], bytes)) {
			ready = -EFAULT;
			goto done;
		}
	}
	ready = select_loop(n, &s, bytes, deadline);
	for (i = 0; i < 3 && ready >= 0; i++)
		if (user[i] && copy_to_user(user[i], s.out[i], bytes))
			ready = -EFAULT;
done:
	kvfree(sets);
	return ready;
}

long sys__newselect(int n, void __user *in, void __user *out, void __user *except, struct abi_timeval __user *timeout)
{
	struct abi_timeval tv;
	nsec_t deadline = MAX_SCHEDULE_TIMEOUT;
	long ready;

	if (timeout) {
		if (copy_from_user(&tv, timeout, sizeof(tv)))
			return -EFAULT;
		if (tv.tv_sec < 0 || tv.tv_usec < 0)
			return -EINVAL;
		deadline = !tv.tv_sec && !tv.tv_usec ? 0
			: deadline_after((nsec_t)tv.tv_sec * NSEC_PER_SEC + (nsec_t)tv.tv_usec * 1000);
	}
	ready = do_select(n, in, out, except, deadline);
	if (timeout) {
		struct timespec64 left;

		store_left(deadline, &left);
		tv = (struct abi_timeval){ (s32)left.tv_sec, (s32)(left.tv_nsec / 1000) };
		(void)!copy_to_user(timeout, &tv, sizeof(tv));
	}
	return ready == -EINTR ? -ERESTARTNOHAND : ready;
}

long sys_select(const u32 __user *args)
{
	u32 a[5];

	if (copy_from_user(a, args, sizeof(a)))
		return -EFAULT;
	return sys__newselect((int)a[0], (void __user *)(unsigned long)a[1], (void __user *)(unsigned long)a[2],
			      (void __user *)(unsigned long)a[3], (struct abi_timeval __user *)(unsigned long)a[4]);
}

static long pselect(int n, void __user *in, void __user *out, void __user *except, struct timespec64 *ts, void __user *sig)
{
	struct abi_sigset_argpack pack = { 0, 0 };
	const struct abi_sigset __user *mask;
	nsec_t deadline;
	long ready;
	int error = deadline_of(ts, &deadline);

	if (error)
		return error;
	if (sig && copy_from_user(&pack, sig, sizeof(pack)))
		return -EFAULT;
	mask = (const struct abi_sigset __user *)(unsigned long)pack.p;
	error = mask_enter(mask, pack.size);
	if (error)
		return error;
	ready = do_select(n, in, out, except, deadline);
	if (mask)
		signal_mask_restore(ready == -EINTR);
	if (ts)
		store_left(deadline, ts);
	return ready == -EINTR ? -ERESTARTNOHAND : ready;
}

long sys_pselect6(int n, void __user *in, void __user *out, void __user *except, struct abi_timespec32 __user *timeout, void __user *sig)
{
	struct timespec64 ts;
	long ready;

	if (timeout && timespec_from_user32(&ts, timeout))
		return -EFAULT;
	ready = pselect(n, in, out, except, timeout ? &ts : NULL, sig);
	if (timeout && ready != -EINVAL)
		(void)timespec_to_user32(&ts, timeout);
	return ready;
}

long sys_pselect6_time64(int n, void __user *in, void __user *out, void __user *except, struct abi_timespec64 __user *timeout, void __user *sig)
{
	struct timespec64 ts;
	long ready;

	if (timeout && timespec_from_user64(&ts, timeout))
		return -EFAULT;
	ready = pselect(n, in, out, except, timeout ? &ts : NULL, sig);
	if (timeout && ready != -EINVAL)
		(void)timespec_to_user64(&ts, timeout);
	return ready;
}
