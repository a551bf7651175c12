/* Process identifiers: counted objects that outlive their tasks. */
#ifndef SCHED_PID_H
#define SCHED_PID_H

#include <sched/task.h>

struct pid {
	atomic_t count;
	pid_t nr;
	struct hlist_head tasks[PIDTYPES];	/* tasklist_lock */
	struct hlist_node hash;
	struct wait_queue ended;	/* pollers of pidfds: woken when the process has ended */
};

static inline struct pid *pid_get(struct pid *p) { if (p) atomic_inc(&p->count); return p; }
void pid_put(struct pid *p);
struct pid *pid_find_get(pid_t nr);		/* NULL */
static inline pid_t pid_nr(const struct pid *p) { return p ? p->nr : 0; }
static inline struct pid *task_pgrp(struct task *t) { return t->group_leader->pids[PIDTYPE_PGID]; }
static inline struct pid *task_session(struct task *t) { return t->group_leader->pids[PIDTYPE_SID]; }

/* Inside sched/. tasklist_lock held but for pid_alloc(). */
struct pid *pid_alloc(void);			/* hashed, count 1 for its tasks; ERR_PTR(-EAGAIN, -ENOMEM) */
void pid_free_unused(struct pid *p);		/* no task was ever attached */
struct pid *pid_find(pid_t nr);			/* NULL */
void pid_attach(struct task *t, unsigned type, struct pid *p);
void pid_detach(struct task *t, unsigned type);
void pid_change(struct task *t, unsigned type, struct pid *p);
struct task *pid_task(struct pid *p, unsigned type);	/* first one, or NULL */
struct task *task_find(pid_t nr);		/* NULL; by thread id */
struct task *process_find(pid_t tgid);		/* thread group leader */
#define pid_for_each_task(p, t, type) hlist_for_each_entry(t, &(p)->tasks[type], pid_links[type])
#define PID_MAX 32768

#endif
