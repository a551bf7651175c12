/*
 * Task structures: the first one, copies of it, their last reference; what shares a thread group; kernel threads.
 *
 * A task is counted by the pid table until it is reaped, and by the processor until it has switched away for the
 * last time. Its signal and sighand structures live as long as itself.
 */
#include <core/atomic.h>
#include <core/string.h>
#include <fs/fdtable.h>
#include <fs/namei.h>
#include <mm/kmalloc.h>
#include <sched/seccomp.h>
#include <sched/internal.h>
#include <abi/errno.h>
#include <abi/sched.h>

DEFINE_SPINLOCK(tasklist_lock, RANK_TASKLIST);
LIST_HEAD(task_list);
struct task *init_process;
int nr_tasks;
unsigned long total_forks;

static struct kmem_cache *task_cache, *signal_cache, *sighand_cache;

static struct sighand init_sighand = {
	.count = ATOMIC_INIT(1),
	.lock = SPINLOCK_INIT(RANK_SIGHAND),
};

#define UNLIMITED { ABI_RLIM64_INFINITY, ABI_RLIM64_INFINITY }
static struct signal_struct init_signal = {
	.count = ATOMIC_INIT(1),
	.live = 1,
	.nr_threads = 1,
	.threads = LIST_HEAD_INIT(init_signal.threads),
	.sigqueue = LIST_HEAD_INIT(init_signal.sigqueue),
	.child_wait = WAIT_QUEUE_INIT(init_signal.child_wait),
	.posix_timers = LIST_HEAD_INIT(init_signal.posix_timers),
	.cpu_alarms = LIST_HEAD_INIT(init_signal.cpu_alarms),
	.leader_pid = &pid_zero,
	.rlim = {
		[RLIMIT_CPU] = UNLIMITED,
		[RLIMIT_FSIZE] = UNLIMITED,
		[RLIMIT_DATA] = UNLIMITED,
		[RLIMIT_STACK] = { 8 << 20, ABI_RLIM64_INFINITY },
		[RLIMIT_CORE] = { 0, ABI_RLIM64_INFINITY },
		[RLIMIT_RSS] = UNLIMITED,
		[RLIMIT_NPROC] = { PID_MAX / 2, PID_MAX / 2 },
		[RLIMIT_NOFILE] = { 1024, 65536 },
		[RLIMIT_MEMLOCK] = { 8 << 20, 8 << 20 },
		[RLIMIT_AS] = UNLIMITED,
		[RLIMIT_LOCKS] = UNLIMITED,
		[RLIMIT_SIGPENDING] = { PID_MAX / 2, PID_MAX / 2 },
		[RLIMIT_MSGQUEUE] = { 819200, 819200 },
		[RLIMIT_NICE] = { 0, 0 },
		[RLIMIT_RTPRIO] = { 0, 0 },
		[RLIMIT_RTTIME] = UNLIMITED,
	},
};

struct task init_task = {
	.stack = boot_stack,
	.count = ATOMIC_INIT(2),
	.flags = PF_KTHREAD,
	.cred = &init_cred,
	.comm = "swapper",
	.on_rq = true,
	.parent = &init_task,
	.real_parent = &init_task,
	.children = LIST_HEAD_INIT(init_task.children),
	.sibling = LIST_HEAD_INIT(init_task.sibling),
	.pi_locks = LIST_HEAD_INIT(init_task.pi_locks),
	.tracees = LIST_HEAD_INIT(init_task.tracees),
	.tracee_link = LIST_HEAD_INIT(init_task.tracee_link),
	.group_leader = &init_task,
	.thread_link = LIST_HEAD_INIT(init_task.thread_link),
	.all_link = LIST_HEAD_INIT(init_task.all_link),
	.pids = { &pid_zero, &pid_zero, &pid_zero, &pid_zero },
	.signal = &init_signal,
	.sighand = &init_sighand,
	.sigqueue = LIST_HEAD_INIT(init_task.sigqueue),
	.timer_slack = 50000,
};

void task_init(void)
{
	task_cache = kmem_cache_create("task", sizeof(struct task), 64);
	signal_cache = kmem_cache_create("signal", sizeof(struct signal_struct), 0);
	sighand_cache = kmem_cache_create("sighand", sizeof(struct sighand), 0);
	list_add_tail(&init_task.thread_link, &init_signal.threads);
}

struct task *task_alloc(void)
{
	struct task *t = kmem_cache_alloc(task_cache, GFP_KERNEL);

	if (!t)
		return NULL;
	*t = *current;
#ifdef CONFIG_DEBUG
	t->fail_nth = 0;
	t->fail_on = false;
	t->pagefault_depth = 0;
#endif
	t->stack = kstack_alloc();
	if (!t->stack) {
		kmem_cache_free(task_cache, t);
		return NULL;
	}
	atomic_set(&t->count, 2);
	return t;
}

void task_free_new(struct task *t)
{
	kstack_free(t->stack);
	kmem_cache_free(task_cache, t);
}

struct sighand *sighand_alloc(void)
{
	struct sighand *s = kmem_cache_alloc(sighand_cache, GFP_KERNEL);

	if (!s)
		return NULL;
	atomic_set(&s->count, 1);
	spin_lock_init(&s->lock, RANK_SIGHAND);
	return s;
}

void sighand_put(struct sighand *s)
{
	if (atomic_dec_and_test(&s->count))
		kmem_cache_free(sighand_cache, s);
}

struct signal_struct *signal_alloc(void)
{
	struct signal_struct *from = current->signal, *s = kmem_cache_alloc(signal_cache, GFP_KERNEL | GFP_ZERO);

	if (!s)
		return NULL;
	atomic_set(&s->count, 1);
	s->live = 1;
	s->nr_threads = 1;
	list_init(&s->threads);
	list_init(&s->sigqueue);
	list_init(&s->posix_timers);
	list_init(&s->cpu_alarms);
	wait_queue_init(&s->child_wait);
	memcpy(s->rlim, from->rlim, sizeof(s->rlim));
	s->oom_score_adj = from->oom_score_adj;
	itimers_init(s);
	return s;
}

void signal_put(struct signal_struct *s)
{
	if (atomic_dec_and_test(&s->count)) {
		pid_put(s->leader_pid);
		kmem_cache_free(signal_cache, s);
	}
}

void task_put(struct task *t)
{
	if (!atomic_dec_and_test(&t->count))
		return;
	ASSERT(list_empty(&t->sibling));
	thread_free(t);
	kstack_free(t->stack);
	signal_put(t->signal);
	sighand_put(t->sighand);
	cred_put(t->cred);
	seccomp_filter_put(t->seccomp);
	kmem_cache_free(task_cache, t);
}

bool thread_group_alone(const struct task *t)
{
	return t->signal->nr_threads == 1;
}

/* ---- CPU time ---- */

static void split(u64 total, u32 user, u32 system, u64 *utime, u64 *stime)
{
	u64 shift_total = total;
	unsigned shift = 0;

	if (user + system == 0 || system == 0) {
		/* Too short to have been sampled: most of such a task's time is its own. */
		*stime = 0;
	} else if (user == 0) {
		*stime = total;
	} else {
		while (shift_total >> 32) {
			shift_total >>= 1;
			shift++;
		}
		*stime = div64_u64(shift_total * system, (u64)user + system) << shift;
	}
	*utime = total - *stime;
}

void task_cputime(struct task *t, u64 *utime, u64 *stime)
{
	unsigned long flags = irq_save();
	u64 total = t->sum_exec, user, system;

	if (t == current)
		total += ktime_get() - t->exec_start;
	split(total, t->ticks_user, t->ticks_system, &user, &system);
	/* Neither may go back when the ratio changes; together they stay the total. */
	if (system < t->stime_ns)
		system = t->stime_ns;
	user = total - system;
	if (user < t->utime_ns) {
		user = t->utime_ns;
		system = total > user ? total - user : t->stime_ns;
	}
	t->utime_ns = *utime = user;
	t->stime_ns = *stime = system;
	irq_restore(flags);
}

void group_cputime_locked(struct task *t, u64 *utime, u64 *stime)
{
	struct signal_struct *s = t->signal;
	struct task *thread;
	u64 u, sy;

	*utime = s->utime_ns;
	*stime = s->stime_ns;
	list_for_each_entry(thread, &s->threads, thread_link) {
		task_cputime(thread, &u, &sy);
		*utime += u;
		*stime += sy;
	}
}

void group_cputime(struct task *t, u64 *utime, u64 *stime)
{
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	group_cputime_locked(t, utime, stime);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

char task_state_char(const struct task *t)
{
	int state = t->state;

	if (t->exit_state & TASK_ZOMBIE)
		return 'Z';
	if (t->exit_state & TASK_DEAD)
		return 'X';
	if (state & TASK_STOPPED)	/* also while it is on the way to its last switch */
		return 'T';
	if (state & TASK_TRACED)
		return 't';
	if (t->on_rq || state == TASK_RUNNING)
		return 'R';
	if (state & TASK_INTERRUPTIBLE)
		return 'S';
	if (t->flags & PF_KTHREAD)
		return 'I';
	return 'D';
}

/* ---- kernel threads ---- */

struct task *kthread_run(void (*fn)(void *), void *arg, const char *name_fmt, ...)
{
	char name[sizeof(current->comm)];
	struct clone_request request = { .flags = CLONE_VM | CLONE_FS, .exit_signal = 0, .fn = fn, .arg = arg, .name = name };
	struct task *t;
	va_list ap;

	va_start(ap, name_fmt);
	vsnprintf(name, sizeof(name), name_fmt, ap);
	va_end(ap);
	t = task_clone(&request);
	if (IS_ERR(t))
		return t;
	wake_up_new_task(t);
	return t;
}

void kthread_returned(void)
{
	if (current->flags & PF_KTHREAD)
		do_exit(0);
}

bool kthread_should_stop(void)
{
	return READ_ONCE(current->kthread_stop);
}

void kthread_stop(struct task *t)
{
	struct completion done;
	unsigned long flags;
	bool ended;

	completion_init(&done);
	spin_lock_irqsave(&tasklist_lock, flags);
	task_get(t);
	ended = t->exit_state != 0;
	if (!ended) {
		t->kthread_done = &done;
		WRITE_ONCE(t->kthread_stop, true);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (!ended) {
		wake_up_process(t);
		wait_for_completion(&done);
	}
	task_put(t);
}
