/* The loader's two locks; see ldso.h. */
#include "ldso.h"

static volatile int scope, load;
static struct thread *volatile scope_owner, *volatile load_owner;
static int scope_depth, load_depth;

static void take(volatile int *lock, struct thread *volatile *owner, int *depth)
{
	struct thread *self = thread_self();

	if (*owner != self) {
		__lock(lock);
		*owner = self;
	}
	++*depth;
}

static void give(volatile int *lock, struct thread *volatile *owner, int *depth)
{
	if (--*depth)
		return;
	*owner = NULL;
	__unlock(lock);
}

void dl_lock_scope(void)
{
	take(&scope, &scope_owner, &scope_depth);
}

void dl_unlock_scope(void)
{
	give(&scope, &scope_owner, &scope_depth);
}

void dl_lock_load(void)
{
	take(&load, &load_owner, &load_depth);
}

void dl_unlock_load(void)
{
	give(&load, &load_owner, &load_depth);
}

void __ldso_fork(int stage) HIDDEN;

void __ldso_fork(int stage)
{
	if (stage == FORK_PREPARE) {
		dl_lock_load();
		dl_lock_scope();
	} else {
		/* The child's only thread is the one that took them. */
		dl_unlock_scope();
		dl_unlock_load();
	}
}
