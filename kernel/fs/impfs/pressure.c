/*
 * When memory is short: committed blocks are held until they are home, as many as the log has room for, so they go
 * home at once. A shrinker asks each journal's thread for that and waits a little; it takes no lock that whoever wants
 * the memory may hold.
 */
#include "impfs.h"
#include <core/init.h>
#include <core/time.h>
#include <mm/page.h>
#include <sched/task.h>

#define WAIT_MAX (50 * NSEC_PER_MSEC)

static DEFINE_SPINLOCK(lock, RANK_INODE_STATE);
static LIST_HEAD(journals);		/* lock: with a thread */
static DEFINE_WAIT_QUEUE(eased);	/* a checkpoint for us has ended */

void journal_pressure_add(struct journal *j)
{
	spin_lock(&lock);
	list_add_tail(&j->link, &journals);
	spin_unlock(&lock);
}

void journal_pressure_remove(struct journal *j)
{
	spin_lock(&lock);
	list_del(&j->link);
	spin_unlock(&lock);
	wake_up_all(&eased);
}

void journal_ease(struct journal *j)
{
	/* The way out of the shortage takes from the reserve: a checkpoint does not wait for what asked for it. */
	unsigned reserve = current->flags & PF_MEMALLOC;

	current->flags |= PF_MEMALLOC;
	(void)journal_checkpoint(j->fs);	/* a failure is reported and kept in j->error */
	current->flags = (current->flags & ~PF_MEMALLOC) | reserve;
	WRITE_ONCE(j->squeezed, false);
	wake_up_all(&eased);
}

/* Asks those that hold something; true if one of them is at it. */
static bool ask(void)
{
	struct journal *j;
	bool asked = false;

	spin_lock(&lock);
	list_for_each_entry(j, &journals, link) {
		if (!READ_ONCE(j->used) || j->error || !j->thread || j->thread == current)
			continue;
		WRITE_ONCE(j->squeezed, true);
		j->wanted = true;
		wake_up(&j->wake);
		asked = true;
	}
	spin_unlock(&lock);
	return asked;
}

static unsigned long count(void)
{
	struct journal *j;
	unsigned long n = 0;

	spin_lock(&lock);
	list_for_each_entry(j, &journals, link)
		n += j->error ? 0 : READ_ONCE(j->used);
	spin_unlock(&lock);
	return n;
}

/* A few are not worth the writes: only when much is asked for. */
static unsigned long scan(unsigned long n, unsigned gfp)
{
	unsigned long had = count(), has;
	struct wait_entry w;

	if ((gfp & GFP_ATOMIC) || n < had / 4 || !ask())
		return 0;
	wait_entry_init(&w, false);
	prepare_to_wait(&eased, &w, TASK_UNINTERRUPTIBLE);
	if (count() >= had)
		(void)schedule_timeout(WAIT_MAX);	/* whichever comes first: the caller looks again */
	finish_wait(&eased, &w);
	has = count();
	return had > has ? had - has : 1;	/* at work: who asks again may find more */
}

static struct shrinker journal_shrinker = { .name = "impfs journal", .count = count, .scan = scan };

static int __init pressure_init(void)
{
	shrinker_register(&journal_shrinker);
	return 0;
}
fs_initcall(pressure_init);
