/*
 * Process identifiers. A number is in use while any task has it as thread, group, process group or session id; the
 * structure lives on while somebody holds a reference and then no longer finds tasks.
 *
 * tasklist_lock guards the hash, the bitmap and the task chains.
 */
#include <core/string.h>
#include <mm/kmalloc.h>
#include <sched/internal.h>
#include <sched/pid.h>
#include <abi/errno.h>

#define PID_HASH_BITS 10
static struct hlist_head hash[1 << PID_HASH_BITS];
static u32 used[PID_MAX / 32] = { 1 };		/* 0 is the idle task's */
static pid_t last;
static struct kmem_cache *cache;

/* The process group and session of kernel threads and of init before it makes its own: number 0, not hashed. */
struct pid pid_zero = { .count = ATOMIC_INIT(1), .ended = WAIT_QUEUE_INIT(pid_zero.ended) };

void pid_init(void)
{
	cache = kmem_cache_create("pid", sizeof(struct pid), 0);
}

struct pid *pid_find(pid_t nr)
{
	struct pid *p;

	hlist_for_each_entry(p, &hash[hash_32((u32)nr, PID_HASH_BITS)], hash) {
		if (p->nr == nr)
			return p;
	}
	return NULL;
}

struct pid *pid_find_get(pid_t nr)
{
	struct pid *p;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	p = pid_get(pid_find(nr));
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return p;
}

void pid_put(struct pid *p)
{
	if (p && atomic_dec_and_test(&p->count))
		kmem_cache_free(cache, p);
}

/* The next free number after the last one given; low ones stay with early daemons once it has wrapped. */
static pid_t next_number(void)
{
	pid_t nr = last + 1;

	for (unsigned tries = 0; tries < PID_MAX; tries++, nr++) {
		if (nr >= PID_MAX)
			nr = 300;
		if (used[nr / 32] == ~0u && nr % 32 == 0) {
			nr += 31;
			tries += 31;
			continue;
		}
		if (!(used[nr / 32] & 1u << nr % 32))
			return nr;
	}
	return -EAGAIN;
}

struct pid *pid_alloc(void)
{
	struct pid *p = kmem_cache_alloc(cache, GFP_KERNEL | GFP_ZERO);
	unsigned long flags;
	pid_t nr;

	if (!p)
		return ERR_PTR(-ENOMEM);
	atomic_set(&p->count, 1);
	wait_queue_init(&p->ended);
	spin_lock_irqsave(&tasklist_lock, flags);
	nr = next_number();
	if (nr > 0) {
		p->nr = last = nr;
		used[nr / 32] |= 1u << nr % 32;
		hlist_add_head(&p->hash, &hash[hash_32((u32)nr, PID_HASH_BITS)]);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (nr < 0) {
		kmem_cache_free(cache, p);
		return ERR_PTR(nr);
	}
	return p;
}

void pid_free_unused(struct pid *p)
{
	if (p == &pid_zero)
		return;
	hlist_del_init(&p->hash);
	used[p->nr / 32] &= ~(1u << p->nr % 32);
	pid_put(p);
}

void pid_attach(struct task *t, unsigned type, struct pid *p)
{
	t->pids[type] = p;
	hlist_add_head(&t->pid_links[type], &p->tasks[type]);
}

void pid_detach(struct task *t, unsigned type)
{
	struct pid *p = t->pids[type];

	if (!p)
		return;
	hlist_del_init(&t->pid_links[type]);
	t->pids[type] = NULL;
	for (unsigned i = 0; i < PIDTYPES; i++) {
		if (p->tasks[i].first)
			return;
	}
	pid_free_unused(p);
}

void pid_change(struct task *t, unsigned type, struct pid *p)
{
	pid_get(p);		/* so that the old one, if it is the same, survives */
	pid_detach(t, type);
	pid_attach(t, type, p);
	pid_put(p);
}

struct task *pid_task(struct pid *p, unsigned type)
{
	if (!p || !p->tasks[type].first)
		return NULL;
	return container_of(p->tasks[type].first, struct task, pid_links[type]);
}

struct task *task_find(pid_t nr)
{
	return pid_task(pid_find(nr), PIDTYPE_PID);
}

struct task *process_find(pid_t tgid)
{
	return pid_task(pid_find(tgid), PIDTYPE_TGID);
}

struct task *task_find_get(pid_t nr)
{
	struct task *t;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	t = task_find(nr);
	if (t)
		task_get(t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return t;
}

struct task *task_next_get(pid_t from, bool leaders_only)
{
	struct task *t = NULL;
	unsigned long flags;

	if (from < 1)
		from = 1;
	spin_lock_irqsave(&tasklist_lock, flags);
	for (pid_t nr = from; nr < PID_MAX; nr++) {
		if (nr % 32 == 0 && !used[nr / 32]) {
			nr += 31;
			continue;
		}
		if (!(used[nr / 32] & 1u << nr % 32))
			continue;
		t = leaders_only ? process_find(nr) : task_find(nr);
		if (t)
			break;
	}
	if (t)
		task_get(t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return t;
}
