/*
 * poll and select: wait for any of several files. Each file's poll operation puts an entry into the wait queues that
 * concern it; the first wake-up with an event of interest ends the sleep, and the files are asked again.
 *
 * The entries (and the files, by reference) stay until poll_free(). The first few live on the caller's stack.
 */
#include <arch/uaccess.h>
#include <core/time.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/poll.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/select.h>
#include <abi/time.h>

#define INLINE_ENTRIES 8

struct poll_entry {
	struct wait_entry wait;
	struct wait_queue *queue;
	struct file *file;
	unsigned key;
};

/* Entries beyond the first few, by the page. */
struct poll_chunk {
	struct poll_chunk *next;
	unsigned used;
	struct poll_entry entries[];
};
#define CHUNK_ENTRIES ((PAGE_SIZE - sizeof(struct poll_chunk)) / sizeof(struct poll_entry))

struct poll_wait {
	struct poll_table table;
	struct task *task;
	bool triggered;
	int error;			/* -ENOMEM: an entry could not be had */
	unsigned used;
	struct poll_chunk *more;	/* the newest, which alone may have room */
	struct poll_entry entries[INLINE_ENTRIES];
};

static int poll_wake(struct wait_entry *w, void *key)
{
	struct poll_entry *e = container_of(w, struct poll_entry, wait);
	struct poll_wait *pw = w->private;
	unsigned events = (unsigned)(unsigned long)key;

	if (events && !(events & e->key))
		return 0;
	WRITE_ONCE(pw->triggered, true);
	return wake_up_task(pw->task, TASK_INTERRUPTIBLE);
}

/* A place for one more entry, or NULL. */
static struct poll_entry *new_entry(struct poll_wait *pw)
{
	struct poll_chunk *c = pw->more;

	if (pw->used < INLINE_ENTRIES)
		return &pw->entries[pw->used++];
	if (!c || c->used == CHUNK_ENTRIES) {
		c = pages_alloc(GFP_KERNEL, 0);
		if (!c)
			return NULL;
		c->next = pw->more;
		c->used = 0;
		pw->more = c;
	}
	return &c->entries[c->used++];
}

static void poll_queue(struct file *f, struct wait_queue *q, struct poll_table *pt)
{
	struct poll_wait *pw = container_of(pt, struct poll_wait, table);
	struct poll_entry *e = new_entry(pw);

	if (!e) {
		pw->error = -ENOMEM;
		return;
	}
	wait_entry_init(&e->wait, false);
	e->wait.func = poll_wake;
	e->wait.private = pw;
	e->queue = q;
	e->file = file_get(f);
	e->key = pt->key | POLLERR | POLLHUP;
	wait_queue_add(q, &e->wait);
}

static void poll_init(struct poll_wait *pw)
{
	pw->table.queue = poll_queue;
	pw->table.key = ~0u;
	pw->task = current;
	pw->triggered = false;
	pw->error = 0;
	pw->used = 0;
	pw->more = NULL;
}

static void drop_entry(struct poll_entry *e)
{
	wait_queue_remove(e->queue, &e->wait);
	file_put(e->file);
}

static void poll_free(struct poll_wait *pw)
{
	while (pw->used)
		drop_entry(&pw->entries[--pw->used]);
	while (pw->more) {
		struct poll_chunk *c = pw->more;

		while (c->used)
			drop_entry(&c->entries[--c->used]);
		pw->more = c->next;
		pages_free(c, 0);
	}
}

/* Until something triggers, or the deadline (0: none). False when the time is up. */
static bool poll_sleep(struct poll_wait *pw, nsec_t deadline)
{
	nsec_t now, left = MAX_SCHEDULE_TIMEOUT;

	if (deadline) {
		now = ktime_get();
		if (now >= deadline)
			return false;
		left = deadline - now;
	}
	set_current_state(TASK_INTERRUPTIBLE);
	if (!READ_ONCE(pw->triggered))
		left = schedule_timeout(left);
	set_current_state(TASK_RUNNING);
	pw->triggered = false;
	return left != 0;
}

static inline unsigned file_events(struct file *f, struct poll_table *pt)
{
	return f->op->poll ? f->op->poll(f, pt) : POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
}

/* ---- poll ---- */

static unsigned poll_one(struct abi_pollfd *p, struct poll_table *pt)
{
	struct file *f;
	unsigned mask;

	if (p->fd < 0)
		return 0;
	f = fd_get((unsigned)p->fd);
	if (!f)
		return POLLNVAL;
	pt->key = (u16)p->events | POLLERR | POLLHUP;
	mask = file_events(f, pt) & pt->key;
	file_put(f);
	return mask;
}

/* deadline: 0 for ever, 1 none at all. Number ready, 0, -EINTR, -ENOMEM. */
static int do_poll(struct abi_pollfd *fds, unsigned n, nsec_t deadline)
{
	struct poll_wait pw;
	int count;

	poll_init(&pw);
	if (deadline == 1)
		pw.table.queue = NULL;
	for (;;) {
		count = 0;
		for (unsigned i = 0; i < n; i++) {
			unsigned mask = poll_one(&fds[i], &pw.table);

			fds[i].revents = (s16)mask;
			if (mask) {
				count++;
				pw.table.queue = NULL;
			}
		}
		pw.table.queue = NULL;		/* queued once is enough */
		if (count || deadline == 1)
			break;
		if (pw.error) {
			count = pw.error;
			break;
		}
		if (signal_pending(current)) {
			count = -EINTR;
			break;
		}
		if (!poll_sleep(&pw, deadline)) {
			deadline = 1;		/* one last look */
			continue;
		}
	}
	poll_free(&pw);
	return count;
}

#define STACK_FDS 16

static int poll_user(struct abi_pollfd __user *u, unsigned n, nsec_t deadline)
{
	struct abi_pollfd local[STACK_FDS], *fds = local;
	int count;

	if (n > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	if (n > STACK_FDS) {
		fds = kvmalloc(n * sizeof(*fds), GFP_KERNEL);
		if (!fds)
			return -ENOMEM;
	}
	count = -EFAULT;
	if (copy_from_user(fds, u, n * sizeof(*fds)))
		goto out;
	count = do_poll(fds, n, deadline);
	if (count < 0)
		goto out;
	for (unsigned i = 0; i < n; i++)
		if (put_user((u16)fds[i].revents, (u16 __user *)&u[i].revents)) {
			count = -EFAULT;
			break;
		}
out:
	if (fds != local)
		kvfree(fds);
	return count;
}

static nsec_t deadline_ms(int timeout)
{
	if (timeout < 0)
		return 0;
	return timeout ? ktime_get() + (nsec_t)timeout * NSEC_PER_MSEC : 1;
}

/* A relative time. 0 or -EINVAL. */
static int deadline_of(const struct timespec64 *t, nsec_t *out)
{
	nsec_t ns, now;

	if (!timespec64_valid(t))
		return -EINVAL;
	ns = timespec64_to_ns(t);
	now = ktime_get();
	*out = !ns ? 1 : ns > (nsec_t)-1 - now ? 0 : now + ns;
	return 0;
}

long sys_poll(struct abi_pollfd __user *fds, unsigned n, int timeout)
{
	int count = poll_user(fds, n, deadline_ms(timeout));

	return count == -EINTR ? -ERESTARTNOHAND : count;
}

static void left_until(nsec_t deadline, struct timespec64 *t)
{
	nsec_t now = ktime_get();

	ns_to_timespec64(deadline > 1 && deadline > now ? deadline - now : 0, t);
}

static long ppoll(struct abi_pollfd __user *fds, unsigned n, struct timespec64 *t, nsec_t deadline,
		  const struct abi_sigset __user *mask, size_t size)
{
	struct abi_sigset set;
	int count;

	if (mask) {
		if (size != sizeof(set))
			return -EINVAL;
		if (copy_from_user(&set, mask, sizeof(set)))
			return -EFAULT;
		signal_mask_set_temporary(sigset_to_u64(&set));
	}
	count = poll_user(fds, n, deadline);
	if (mask)
		signal_mask_restore(count == -EINTR);
	if (t)
		left_until(deadline, t);
	return count == -EINTR ? -ERESTARTNOHAND : count;
}

static int get_ts32(struct timespec64 *t, const struct abi_timespec32 __user *u)
{
	struct abi_timespec32 s;

	if (copy_from_user(&s, u, sizeof(s)))
		return -EFAULT;
	*t = (struct timespec64){ s.tv_sec, s.tv_nsec };
	return 0;
}

static int get_ts64(struct timespec64 *t, const struct abi_timespec64 __user *u)
{
	struct abi_timespec64 s;

	if (copy_from_user(&s, u, sizeof(s)))
		return -EFAULT;
	*t = (struct timespec64){ s.tv_sec, (long)s.tv_nsec };
	return 0;
}

/* The time left goes back to the caller; a bad pointer there is not worth losing the result for. */
static void put_ts32(const struct timespec64 *t, struct abi_timespec32 __user *u)
{
	struct abi_timespec32 s = { (s32)t->tv_sec, t->tv_nsec };

	if (copy_to_user(u, &s, sizeof(s)))
		return;
}

static void put_ts64(const struct timespec64 *t, struct abi_timespec64 __user *u)
{
	struct abi_timespec64 s = { t->tv_sec, t->tv_nsec };

	if (copy_to_user(u, &s, sizeof(s)))
		return;
}

long sys_ppoll(struct abi_pollfd __user *fds, unsigned n, struct abi_timespec32 __user *timeout,
	       const struct abi_sigset __user *mask, size_t size)
{
	struct timespec64 t;
	nsec_t deadline = 0;
	long r;

	if (timeout && (r = get_ts32(&t, timeout)))
		return r;
	if (timeout && (r = deadline_of(&t, &deadline)))
		return r;
	r = ppoll(fds, n, timeout ? &t : NULL, deadline, mask, size);
	if (timeout)
		put_ts32(&t, timeout);
	return r;
}

long sys_ppoll_time64(struct abi_pollfd __user *fds, unsigned n, struct abi_timespec64 __user *timeout,
		      const struct abi_sigset __user *mask, size_t size)
{
	struct timespec64 t;
	nsec_t deadline = 0;
	long r;

	if (timeout && (r = get_ts64(&t, timeout)))
		return r;
	if (timeout && (r = deadline_of(&t, &deadline)))
		return r;
	r = ppoll(fds, n, timeout ? &t : NULL, deadline, mask, size);
	if (timeout)
		put_ts64(&t, timeout);
	return r;
}

/* ---- select ---- */

#define IN_EVENTS	(POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR)
#define OUT_EVENTS	(POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR)
#define EX_EVENTS	POLLPRI
enum { IN, OUT, EX, SETS };

static int select_scan(u32 *const *want, u32 *const *got, unsigned words, struct poll_wait *pw)
{
	int count = 0;

	for (unsigned w = 0; w < words; w++) {
		u32 all = want[IN][w] | want[OUT][w] | want[EX][w];

		got[IN][w] = got[OUT][w] = got[EX][w] = 0;
		while (all) {
			u32 bit = all & -all;
			struct file *f = fd_get(w * 32 + (unsigned)__builtin_ctz(all));
			unsigned mask;

			all &= all - 1;
			if (!f)
				return -EBADF;
			pw->table.key = (want[IN][w] & bit ? IN_EVENTS : 0) | (want[OUT][w] & bit ? OUT_EVENTS : 0) |
					(want[EX][w] & bit ? EX_EVENTS : 0);
			mask = file_events(f, &pw->table);
			file_put(f);
			if ((want[IN][w] & bit) && (mask & IN_EVENTS)) {
				got[IN][w] |= bit;
				count++;
			}
			if ((want[OUT][w] & bit) && (mask & OUT_EVENTS)) {
				got[OUT][w] |= bit;
				count++;
			}
			if ((want[EX][w] & bit) && (mask & EX_EVENTS)) {
				got[EX][w] |= bit;
				count++;
			}
			if (count)
				pw->table.queue = NULL;
		}
	}
	return count;
}

static int do_select(u32 *const *want, u32 *const *got, unsigned words, nsec_t deadline)
{
	struct poll_wait pw;
	int count;

	poll_init(&pw);
	if (deadline == 1)
		pw.table.queue = NULL;
	for (;;) {
		count = select_scan(want, got, words, &pw);
		pw.table.queue = NULL;
		if (count || deadline == 1)
			break;
		if (pw.error) {
			count = pw.error;
			break;
		}
		if (signal_pending(current)) {
			count = -EINTR;
			break;
		}
		if (!poll_sleep(&pw, deadline))
			deadline = 1;
	}
	poll_free(&pw);
	return count;
}

static int select_user(int n, void __user *const *sets, nsec_t deadline)
{
	u32 local[SETS * 2 * 2], *bits = local, *want[SETS], *got[SETS];
	unsigned words;
	int count;

	if (n < 0)
		return -EINVAL;
	n = min(n, (int)current->files->max);
	words = (unsigned)(n + 31) / 32;
	if (words > 2) {
		bits = kvmalloc(words * 4 * SETS * 2, GFP_KERNEL);
		if (!bits)
			return -ENOMEM;
	}
	count = -EFAULT;
	for (unsigned s = 0; s < SETS; s++) {
		want[s] = bits + s * words;
		got[s] = bits + (SETS + s) * words;
		if (!sets[s]) {
			memset(want[s], 0, words * 4);
			continue;
		}
		if (copy_from_user(want[s], sets[s], words * 4))
			goto out;
		if (n % 32 && words)
			want[s][words - 1] &= (1u << (n % 32)) - 1;
	}
	count = do_select(want, got, words, deadline);
	if (count < 0)
		goto out;
	for (unsigned s = 0; s < SETS; s++)
		if (sets[s] && copy_to_user(sets[s], got[s], words * 4)) {
			count = -EFAULT;
			break;
		}
out:
	if (bits != local)
		kvfree(bits);
	return count;
}

long sys__newselect(int n, void __user *in, void __user *out, void __user *ex, struct abi_timeval __user *timeout)
{
	void __user *const sets[SETS] = { in, out, ex };
	struct abi_timeval tv;
	struct timespec64 t;
	nsec_t deadline = 0;
	int count;

	if (timeout) {
		if (copy_from_user(&tv, timeout, sizeof(tv)))
			return -EFAULT;
		if (tv.tv_sec < 0 || tv.tv_usec < 0)
			return -EINVAL;
		t = (struct timespec64){ tv.tv_sec + tv.tv_usec / 1000000, (tv.tv_usec % 1000000) * 1000 };
		count = deadline_of(&t, &deadline);
		if (count)
			return count;
	}
	count = select_user(n, sets, deadline);
	if (timeout) {
		left_until(deadline, &t);
		tv = (struct abi_timeval){ (s32)t.tv_sec, (s32)(t.tv_nsec / 1000) };
		if (copy_to_user(timeout, &tv, sizeof(tv)) && count == -EINTR)
			return -EINTR;		/* a restart would wait the whole time again */
	}
	return count == -EINTR ? -ERESTARTNOHAND : count;
}

long sys_select(const u32 __user *args)
{
	struct abi_sel_arg_struct a;

	if (copy_from_user(&a, args, sizeof(a)))
		return -EFAULT;
	return sys__newselect((int)a.n, (void *)a.inp, (void *)a.outp, (void *)a.exp, (void *)a.tvp);
}

static long pselect(int n, void __user *const *sets, nsec_t deadline, void __user *sig)
{
	struct abi_sigset_argpack pack = { 0, 0 };
	struct abi_sigset set;
	int count;

	if (sig && copy_from_user(&pack, sig, sizeof(pack)))
		return -EFAULT;
	if (pack.p) {
		if (pack.size != sizeof(set))
			return -EINVAL;
		if (copy_from_user(&set, (void *)pack.p, sizeof(set)))
			return -EFAULT;
		signal_mask_set_temporary(sigset_to_u64(&set));
	}
	count = select_user(n, sets, deadline);
	if (pack.p)
		signal_mask_restore(count == -EINTR);
	return count == -EINTR ? -ERESTARTNOHAND : count;
}

long sys_pselect6(int n, void __user *in, void __user *out, void __user *ex, struct abi_timespec32 __user *timeout,
		  void __user *sig)
{
	void __user *const sets[SETS] = { in, out, ex };
	struct timespec64 t;
	nsec_t deadline = 0;
	long r;

	if (timeout && (r = get_ts32(&t, timeout)))
		return r;
	if (timeout && (r = deadline_of(&t, &deadline)))
		return r;
	r = pselect(n, sets, deadline, sig);
	if (timeout) {
		left_until(deadline, &t);
		put_ts32(&t, timeout);
	}
	return r;
}

long sys_pselect6_time64(int n, void __user *in, void __user *out, void __user *ex, struct abi_timespec64 __user *timeout,
			 void __user *sig)
{
	void __user *const sets[SETS] = { in, out, ex };
	struct timespec64 t;
	nsec_t deadline = 0;
	long r;

	if (timeout && (r = get_ts64(&t, timeout)))
		return r;
	if (timeout && (r = deadline_of(&t, &deadline)))
		return r;
	r = pselect(n, sets, deadline, sig);
	if (timeout) {
		left_until(deadline, &t);
		put_ts64(&t, timeout);
	}
	return r;
}
