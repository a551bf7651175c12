/*
 * Lock checks of debug builds: recursion, order by rank, unlock of what is not held, sleep where none is allowed.
 * Each trouble is reported once as a `BUG:` line with a back trace, and the system goes on.
 *
 * Locks held in task context are in task->held; those that an interrupt takes are on a list of their own, since the
 * interrupted task's are none of its business.
 */
#include <core/spinlock.h>
#include <core/init.h>
#include <core/printk.h>
#include <sched/task.h>

#ifdef CONFIG_DEBUG

#define IRQ_HELD 16
static struct held_lock irq_held[IRQ_HELD];
static unsigned irq_held_count;
static bool reporting;

static struct held_lock *held_list(unsigned **count, unsigned *max)
{
	if (in_interrupt()) {
		*count = &irq_held_count;
		*max = IRQ_HELD;
		return irq_held;
	}
	*count = &current->held_count;
	*max = ARRAY_SIZE(current->held);
	return current->held;
}

static bool report_begin(void)
{
	if (reporting)
		return false;
	reporting = true;
	return true;
}

static void report_end(void)
{
	dump_stack();
	reporting = false;
}

void lock_acquired(const void *lock, enum lock_rank rank, const char *name, int nested)
{
	unsigned long flags = irq_save();
	unsigned *count, max, i;
	struct held_lock *held = held_list(&count, &max);

	for (i = 0; i < *count && !reporting; i++) {
		if (held[i].lock == lock && report_begin()) {
			printk(KERN_ERR "BUG: lock order: %s is taken twice\n", name);
			report_end();
		} else if ((held[i].rank > rank || held[i].rank == rank) && rank != RANK_UNCHECKED && !nested && report_begin()) {
			printk(KERN_ERR "BUG: lock order: %s (rank %d) is taken while %s (rank %d) is held\n", name, rank,
			       held[i].name, held[i].rank);
			report_end();
		}
	}
	if (*count < max)
		held[(*count)++] = (struct held_lock){ lock, name, (u8)rank };
	else if (report_begin()) {
		printk(KERN_ERR "BUG: lock order: more than %u locks held\n", max);
		report_end();
	}
	irq_restore(flags);
}

void lock_released(const void *lock)
{
	unsigned long flags = irq_save();
	unsigned *count, max, i;
	struct held_lock *held = held_list(&count, &max);

	for (i = *count; i > 0; i--) {
		if (held[i - 1].lock == lock) {
			for (; i < *count; i++)
				held[i - 1] = held[i];
			(*count)--;
			irq_restore(flags);
			return;
		}
	}
	if (report_begin()) {
		printk(KERN_ERR "BUG: lock order: a lock at %p is released that is not held\n", lock);
		report_end();
	}
	irq_restore(flags);
}

bool lock_is_held(const void *lock)
{
	unsigned *count, max, i;
	struct held_lock *held = held_list(&count, &max);

	for (i = 0; i < *count; i++)
		if (held[i].lock == lock)
			return true;
	return false;
}

void lock_assert_failed(const char *what, const char *file, int line)
{
	if (!report_begin())
		return;
	printk(KERN_ERR "BUG: lock order: %s is not held at %s:%d\n", what, file, line);
	report_end();
}

void spin_lock_debug(spinlock_t *l, int nested)
{
	if (unlikely(l->owner && !reporting))
		panic("spin lock %s taken at %pS is taken again", l->name, l->owner);
	lock_acquired(l, (enum lock_rank)l->rank, l->name, nested);
	l->owner = __builtin_return_address(0);
}

void spin_unlock_debug(spinlock_t *l)
{
	l->owner = NULL;
	lock_released(l);
}

void might_sleep_at(const char *file, int line)
{
	if (likely((!this_cpu()->preempt_count && !irqs_disabled()) || !scheduler_running))
		return;
	if (!report_begin())
		return;
	printk(KERN_ERR "BUG: sleep at %s:%d %s, task %s (%d)\n", file, line,
	       in_interrupt() ? "in an interrupt" : this_cpu()->preempt_count ? "with preemption off" : "with interrupts off",
	       current->comm, current->pid);
	if (current->held_count)
		printk(KERN_ERR "the last lock taken is %s\n", current->held[current->held_count - 1].name);
	report_end();
}

#endif
