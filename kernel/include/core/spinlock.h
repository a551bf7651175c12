/*
 * Spin locks: short sections that never sleep. spin_lock() keeps this task on the processor; a lock that an
 * interrupt handler takes as well must be taken by spin_lock_irqsave() everywhere else. On one processor the lock
 * word is only a check; debug builds record owner and rank and report recursion, wrong order and a missing unlock.
 */
#ifndef CORE_SPINLOCK_H
#define CORE_SPINLOCK_H

#include <core/types.h>
#include <core/percpu.h>
#include <core/irqflags.h>
#include <core/lockrank.h>

typedef struct spinlock {
#ifdef CONFIG_DEBUG
	void *owner;		/* the address that took it, NULL when free */
	const char *name;
	u8 rank;
#endif
	u8 locked;
} spinlock_t;

#ifdef CONFIG_DEBUG
#define SPINLOCK_INIT(r)	{ .name = #r, .rank = (r) }
void spin_lock_debug(spinlock_t *l, int nested);	/* core/lockdebug.c */
void spin_unlock_debug(spinlock_t *l);
/* Sleeping locks report here too. `lock` is its identity. */
void lock_acquired(const void *lock, enum lock_rank rank, const char *name, int nested);
void lock_released(const void *lock);
void might_sleep_at(const char *file, int line);	/* BUG if in an interrupt or with preemption off */
bool lock_is_held(const void *lock);
#define might_sleep()		might_sleep_at(__FILE__, __LINE__)
#define assert_locked(l)	do { if (!lock_is_held(l)) lock_assert_failed(#l, __FILE__, __LINE__); } while (0)
void lock_assert_failed(const char *what, const char *file, int line);
#else
#define SPINLOCK_INIT(r)	{ .locked = 0 }
#define spin_lock_debug(l, n)	((void)(l))
#define spin_unlock_debug(l)	((void)(l))
#define lock_acquired(l, r, n, x) ((void)0)
#define lock_released(l)	((void)0)
#define might_sleep()		((void)0)
#define lock_is_held(l)		true
#define assert_locked(l)	((void)0)
#endif
#define DEFINE_SPINLOCK(n, r)	spinlock_t n = SPINLOCK_INIT(r)

static inline void spin_lock_init_named(spinlock_t *l, enum lock_rank rank, const char *name)
{
	l->locked = 0;
#ifdef CONFIG_DEBUG
	l->owner = NULL;
	l->name = name;
	l->rank = rank;
#else
	(void)rank;
	(void)name;
#endif
}
#define spin_lock_init(l, rank)	spin_lock_init_named(l, rank, #l)

static __always_inline void spin_lock(spinlock_t *l)
{
	preempt_disable();
	spin_lock_debug(l, 0);
}
/* A second lock of the same rank, in the order its owner documents. */
static __always_inline void spin_lock_nested(spinlock_t *l)
{
	preempt_disable();
	spin_lock_debug(l, 1);
}
static __always_inline void spin_unlock(spinlock_t *l)
{
	spin_unlock_debug(l);
	preempt_enable();
}
#define spin_lock_irqsave(l, flags) do { flags = irq_save(); spin_lock(l); } while (0)
#define spin_unlock_irqrestore(l, flags) do { \
		spin_unlock_debug(l); preempt_enable_no_resched(); irq_restore(flags); \
		if (unlikely(this_cpu()->need_resched) && !this_cpu()->preempt_count && !irqs_disabled()) \
			preempt_schedule(); \
	} while (0)
#define spin_lock_irq(l) do { irq_disable(); spin_lock(l); } while (0)
#define spin_unlock_irq(l) spin_unlock_irqrestore(l, EFLAGS_IF)

#endif
