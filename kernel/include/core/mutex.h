/*
 * Sleeping locks: mutexes (with owner; only the owner unlocks; it inherits the priority of who waits) and
 * reader-writer semaphores (writers first). Never in an interrupt or with a spin lock held. Implemented in
 * core/mutex.c, the waiting for mutexes in sched/pi.c.
 */
#ifndef CORE_MUTEX_H
#define CORE_MUTEX_H

#include <core/atomic.h>
#include <core/wait.h>
#include <core/pi.h>

struct mutex {
	struct pi_lock pi;		/* owner NULL: free */
#ifdef CONFIG_DEBUG
	const char *name;
	u8 rank;
#endif
};

#ifdef CONFIG_DEBUG
#define MUTEX_INIT(m, r)	{ .pi = PI_LOCK_INIT((m).pi), .name = #m, .rank = (r) }
#else
#define MUTEX_INIT(m, r)	{ .pi = PI_LOCK_INIT((m).pi) }
#endif
#define DEFINE_MUTEX(m, r)	struct mutex m = MUTEX_INIT(m, r)

void mutex_init_named(struct mutex *m, enum lock_rank rank, const char *name);
#define mutex_init(m, rank)	mutex_init_named(m, rank, #m)
void mutex_lock(struct mutex *m);
void mutex_lock_nested(struct mutex *m);
int __must_check mutex_lock_interruptible(struct mutex *m);	/* 0 or -EINTR */
int __must_check mutex_lock_killable(struct mutex *m);		/* 0 or -EINTR */
bool mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);
static inline bool mutex_is_locked(const struct mutex *m) { return READ_ONCE(m->pi.owner) != NULL; }

struct rwsem {
	int count;			/* readers; -1: a writer */
	u32 writers_waiting;
	struct wait_queue wait;
	struct task *writer;
#ifdef CONFIG_DEBUG
	const char *name;
	u8 rank;
#endif
};

void rwsem_init_named(struct rwsem *s, enum lock_rank rank, const char *name);
#define rwsem_init(s, rank)	rwsem_init_named(s, rank, #s)
void down_read(struct rwsem *s);
int __must_check down_read_killable(struct rwsem *s);
bool down_read_trylock(struct rwsem *s);
void up_read(struct rwsem *s);
void down_write(struct rwsem *s);
void down_write_nested(struct rwsem *s);
int __must_check down_write_killable(struct rwsem *s);
bool down_write_trylock(struct rwsem *s);
void up_write(struct rwsem *s);
void downgrade_write(struct rwsem *s);

#endif
