/*
 * Sockets in flight. A socket whose file is in a message is kept by that message; if the message lies in a queue that
 * only such sockets lead to, nobody can ever receive it, and counting alone would keep the cycle for ever.
 *
 * unix_collect() finds these: a socket in flight is a candidate if all references to its file are from messages. Those
 * that lie in queues of candidates are subtracted; a candidate with some left over, and all that its queue leads to, is
 * reachable. The messages with files in the queues of the rest are thrown away, which closes the files. It runs whenever
 * a socket is released while some are in flight and when the last descriptor of one in flight is closed, under unix_lock,
 * and does not sleep until it has decided.
 */
#include "unix.h"
#include <sched/signal.h>
#include <sched/task.h>
#include <abi/capability.h>

unsigned unix_inflight_total;		/* unix_lock: descriptors of AF_UNIX sockets in messages */
static LIST_HEAD(inflight);		/* unix_lock: sockets with such */
static bool collecting;			/* unix_lock */

static struct unix_sock *unix_of(struct file *f)
{
	struct socket *s = file_socket(f);

	return s && s->family == AF_UNIX ? unix_sk(s) : NULL;
}

int unix_inflight(struct scm_files *f)
{
	struct user *user = current_cred()->user;

	if ((u64)atomic_read(&user->inflight) > rlimit(RLIMIT_NOFILE) && !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN))
		return -ETOOMANYREFS;
	f->user = user_get(user);
	spin_lock(&unix_lock);
	for (u32 i = 0; i < f->n; i++) {
		struct unix_sock *u = unix_of(f->file[i]);

		if (!u)
			continue;
		if (u->inflight++ == 0)
			list_add_tail(&u->inflight_link, &inflight);
		unix_inflight_total++;
	}
	atomic_add((int)f->n, &user->inflight);
	spin_unlock(&unix_lock);
	return 0;
}

void unix_landed(struct scm_files *f)
{
	spin_lock(&unix_lock);
	for (u32 i = 0; i < f->n; i++) {
		struct unix_sock *u = unix_of(f->file[i]);

		if (!u)
			continue;
		if (--u->inflight == 0)
			list_del_init(&u->inflight_link);
		unix_inflight_total--;
	}
	atomic_sub((int)f->n, &f->user->inflight);
	spin_unlock(&unix_lock);
	user_put(f->user);
	f->user = NULL;
}

/* ---- the collector ---- */

typedef void (*visit_t)(struct unix_sock *child, struct list_head *work);

static void visit_queue(struct unix_sock *u, visit_t visit, struct list_head *work, bool nested)
{
	struct unix_buf *b;

	if (nested)
		spin_lock_nested(&u->s.lock);
	else
		spin_lock(&u->s.lock);
	list_for_each_entry(b, &u->queue, link) {
		if (b->embryo)
			visit_queue(b->embryo, visit, work, true);
		for (u32 i = 0; b->scm.files && i < b->scm.files->n; i++) {
			struct unix_sock *child = unix_of(b->scm.files->file[i]);

			if (child && child->gc == GC_CANDIDATE)
				visit(child, work);
		}
	}
	spin_unlock(&u->s.lock);
}

static void subtract(struct unix_sock *child, struct list_head *work)
{
	(void)work;
	child->outside--;
}

static void reach(struct unix_sock *child, struct list_head *work)
{
	child->gc = GC_REACHED;
	list_move_tail(&child->inflight_link, work);
}

/* Messages with files out of u's queue and those of its waiting connections. */
static void strip(struct unix_sock *u, struct list_head *garbage, bool nested)
{
	struct unix_buf *b, *n;

	if (nested)
		spin_lock_nested(&u->s.lock);
	else
		spin_lock(&u->s.lock);
	list_for_each_entry_safe(b, n, &u->queue, link) {
		if (b->embryo)
			strip(b->embryo, garbage, true);
		if (!b->scm.files)
			continue;
		unix_unqueue(u, b);
		list_add_tail(&b->link, garbage);
	}
	spin_unlock(&u->s.lock);
}

/* unix_lock held; what is left in `candidates` is garbage. */
static void find_garbage(struct list_head *candidates, const struct unix_sock *closing)
{
	struct unix_sock *u, *n;
	LIST_HEAD(work);

	list_for_each_entry_safe(u, n, &inflight, inflight_link) {
		u->gc = GC_IDLE;
		if (u->s.file && (u32)atomic_read(&u->s.file->count) == u->inflight + (u == closing)) {
			u->gc = GC_CANDIDATE;
			u->outside = u->inflight;
			list_move_tail(&u->inflight_link, candidates);
		}
	}
	list_for_each_entry(u, candidates, inflight_link)
		visit_queue(u, subtract, NULL, false);
	list_for_each_entry_safe(u, n, candidates, inflight_link)
		if (u->outside)
			reach(u, &work);
	while (!list_empty(&work)) {
		u = list_first_entry(&work, struct unix_sock, inflight_link);
		list_move_tail(&u->inflight_link, &inflight);
		visit_queue(u, reach, &work, false);
	}
}

void unix_collect(struct unix_sock *closing)
{
	struct unix_sock *u;
	LIST_HEAD(candidates);
	LIST_HEAD(garbage);

	spin_lock(&unix_lock);
	if (collecting) {
		spin_unlock(&unix_lock);
		return;
	}
	collecting = true;
	find_garbage(&candidates, closing);
	while (!list_empty(&candidates)) {
		u = list_first_entry(&candidates, struct unix_sock, inflight_link);
		list_move_tail(&u->inflight_link, &inflight);
		strip(u, &garbage, false);
	}
	collecting = false;
	spin_unlock(&unix_lock);
	while (!list_empty(&garbage)) {
		struct unix_buf *b = list_first_entry(&garbage, struct unix_buf, link);

		list_del(&b->link);
		unix_buf_free(b);
	}
}
