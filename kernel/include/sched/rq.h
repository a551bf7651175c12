/* The run queue of one processor. Its lock is "interrupts off on that processor". Inside sched/ only. */
#ifndef SCHED_RQ_H
#define SCHED_RQ_H

#include <sched/task.h>
#include <abi/sched.h>

#define RT_PRIORITIES 100	/* index 0 unused; 99 runs first */

struct run_queue {
	unsigned running;		/* runnable tasks, the running one included, idle not */
	u32 rt_bits[4];			/* which lists are not empty */
	struct list_head rt[RT_PRIORITIES];
	/* Fair tasks by vruntime, without the running one: those that came in order, and those that came in between. */
	struct list_head fair_queue;
	u64 fair_latest;		/* no vruntime in the list is above it */
	struct rb_root fair_tree;
	struct rb_node *leftmost;	/* of the tree */
	struct task *next;		/* fair, queued: runs before the first one unless that is too unfair. NULL */
	u64 rt_time;			/* ns that real-time tasks had since rt_start */
	nsec_t rt_start;
	bool rt_throttled;		/* they have had their share: fair tasks first until the period is over */
	u64 min_vruntime;		/* never goes back; newcomers start from it */
};

static inline bool task_is_rt(const struct task *t) { return t->prio > 0; }

void rq_init(struct run_queue *rq);
void rq_insert(struct run_queue *rq, struct task *t, bool front);	/* queue t, which is not running */
void rq_remove(struct run_queue *rq, struct task *t);
struct task *rq_take_next(struct run_queue *rq);	/* out of its queue; NULL: nothing to run */
int rq_top_rt(const struct run_queue *rq);		/* priority of the first real-time task; 0: none */
struct task *rq_first_fair(const struct run_queue *rq);	/* NULL: none */
void rq_set_weight(struct task *t);			/* from policy and nice */
void rq_update_min(struct run_queue *rq, const struct task *running);
/* A sleeper that comes back is credited at most this much. */
void rq_place(struct run_queue *rq, struct task *t, bool new);
u64 rq_weighted(u64 delta, const struct task *t);	/* run time to vruntime */

#define FAIR_LATENCY	6000000ull	/* ns in which every fair task should run once */
#define FAIR_SLACK	50000ull	/* ns of vruntime by which the list's order may be wrong */
#define FAIR_GRANULE	1000000ull	/* ns a wake-up must be ahead by to preempt */
#define SLEEPER_AHEAD	FAIR_LATENCY	/* vruntime by which a sleeper whose time has come may be ahead and still preempt */
/* Real-time tasks leave the rest some of each period, so that a machine with one that never sleeps can be saved. */
extern int rt_period_us, rt_runtime_us;	/* sysctls; runtime -1: no limit */
#define TICK_NS		4000000ull	/* sampling, slices of fair tasks */
#define RR_SLICE	100000000ull	/* SCHED_RR */

#endif
