/*
 * Queues of runnable tasks: an array of lists by priority for real time, a list and a tree by weighted run time for
 * the rest. The next task is taken in O(1).
 *
 * Who has had its turn mostly has the most run time of all, or so little less that it makes no difference: it goes to
 * the end of the list in O(1), however many there are. Only who comes in between goes into the tree, in O(log n). The
 * first of both is next.
 *
 * Invariant: a task is in a queue exactly when it is runnable (on_rq) and not the one that runs. Interrupts off.
 */
#include <sched/rq.h>

/* Each step of nice is about a tenth of the processor: weight(n) = 1024 * 1.25^-n. */
static const u32 nice_weight[40] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121,
	2501, 1991, 1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
};
#define IDLE_WEIGHT 3

void rq_init(struct run_queue *rq)
{
	for (unsigned i = 0; i < RT_PRIORITIES; i++)
		list_init(&rq->rt[i]);
	list_init(&rq->fair_queue);
	rq->fair_tree = (struct rb_root)RB_ROOT;
}

void rq_set_weight(struct task *t)
{
	t->weight = t->policy == SCHED_IDLE ? IDLE_WEIGHT : nice_weight[t->nice + 20];
	t->inv_weight = 0xffffffffu / t->weight;
}

u64 rq_weighted(u64 delta, const struct task *t)
{
	if (likely(t->weight == 1024))
		return delta;
	if (delta > 0xffffffffu)
		delta = 0xffffffffu;
	return (delta * t->inv_weight) >> 22;
}

static bool before(const struct task *a, const struct task *b)
{
	return (s64)(a->vruntime - b->vruntime) < 0;
}

struct task *rq_first_fair(const struct run_queue *rq)
{
	struct task *queued, *t;

	if (!rq->leftmost)
		return list_empty(&rq->fair_queue) ? NULL : list_first_entry(&rq->fair_queue, struct task, rq_list);
	t = rb_entry(rq->leftmost, struct task, rq_node);
	if (list_empty(&rq->fair_queue))
		return t;
	queued = list_first_entry(&rq->fair_queue, struct task, rq_list);
	return before(t, queued) ? t : queued;
}

static void fair_insert(struct run_queue *rq, struct task *t)
{
	struct rb_node **link = &rq->fair_tree.node, *parent = NULL;
	s64 ahead = (s64)(t->vruntime - rq->fair_latest);
	bool first = true;

	t->in_tree = ahead < -(s64)FAIR_SLACK && !list_empty(&rq->fair_queue);
	if (!t->in_tree) {
		if (ahead > 0 || list_empty(&rq->fair_queue))
			rq->fair_latest = t->vruntime;
		list_add_tail(&t->rq_list, &rq->fair_queue);
		return;
	}
	while (*link) {
		parent = *link;
		if (before(t, rb_entry(parent, struct task, rq_node))) {
			link = &parent->left;
		} else {
			link = &parent->right;
			first = false;
		}
	}
	if (first)
		rq->leftmost = &t->rq_node;
	rb_link(&t->rq_node, parent, link);
	rb_insert_fixup(&t->rq_node, &rq->fair_tree);
}

void rq_insert(struct run_queue *rq, struct task *t, bool front)
{
	if (task_is_rt(t)) {
		if (front)
			list_add(&t->rq_list, &rq->rt[t->prio]);
		else
			list_add_tail(&t->rq_list, &rq->rt[t->prio]);
		rq->rt_bits[t->prio / 32] |= 1u << (t->prio % 32);
	} else {
		fair_insert(rq, t);
	}
}

void rq_remove(struct run_queue *rq, struct task *t)
{
	if (task_is_rt(t)) {
		list_del(&t->rq_list);
		if (list_empty(&rq->rt[t->prio]))
			rq->rt_bits[t->prio / 32] &= ~(1u << (t->prio % 32));
	} else {
		if (rq->next == t)
			rq->next = NULL;
		if (!t->in_tree) {
			list_del(&t->rq_list);
			return;
		}
		if (rq->leftmost == &t->rq_node)
			rq->leftmost = rb_next(&t->rq_node);
		rb_erase(&t->rq_node, &rq->fair_tree);
	}
}

int rq_top_rt(const struct run_queue *rq)
{
	for (int i = 3; i >= 0; i--) {
		if (rq->rt_bits[i])
			return i * 32 + 31 - __builtin_clz(rq->rt_bits[i]);
	}
	return 0;
}

struct task *rq_take_next(struct run_queue *rq)
{
	int priority = rq_top_rt(rq);
	struct task *t;

	if (unlikely(priority && !(rq->rt_throttled && rq_first_fair(rq))))
		t = list_first_entry(&rq->rt[priority], struct task, rq_list);
	else if (unlikely(rq->next))
		t = rq->next;
	else
		t = rq_first_fair(rq);
	if (t)
		rq_remove(rq, t);
	return t;
}

void rq_update_min(struct run_queue *rq, const struct task *running)
{
	const struct task *least = rq_first_fair(rq);

	if (running && (!least || before(running, least)))
		least = running;
	if (least && (s64)(least->vruntime - rq->min_vruntime) > 0)
		rq->min_vruntime = least->vruntime;
}

void rq_place(struct run_queue *rq, struct task *t, bool new)
{
	u64 least = rq->min_vruntime;

	if (new)
		least += rq_weighted(FAIR_GRANULE, t);
	else if (t->policy == SCHED_NORMAL)
		least -= FAIR_LATENCY / 2;
	if (new || (s64)(t->vruntime - least) < 0)
		t->vruntime = least;
}
