/* Process identifiers: counted objects that outlive their tasks. */
#ifndef SCHED_PID_H
#define SCHED_PID_H

#include <sched/task.h>

struct pid {
	atomic_t count;
	pid_t nr;
	struct hlist_head tasks[PIDTYPES];	/* tasklist_lock */
	struct hlist_node hash;
};

static inline struct pid *pid_get(struct pid *p) { if (p) atomic_inc(&p->count); return p; }
void pid_put(struct pid *p);
struct pid *pid_find_get(pid_t nr);		/* NULL */
static inline pid_t pid_nr(const struct pid *p) { return p ? p->nr : 0; }
static inline struct pid *task_pgrp(struct task *t) { return t->group_leader->pids[PIDTYPE_PGID]; }
static inline struct pid *task_session(struct task *t) { return t->group_leader->pids[PIDTYPE_SID]; }

#endif
