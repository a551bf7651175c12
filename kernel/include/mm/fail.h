/*
 * Failures of memory on demand, in debug builds: the file /proc/PID/fail-nth, as Linux has it, says how many requests for
 * memory the task makes until one is refused; with a + behind the number all that follow are too. What page faults ask for
 * does not count: that ends programs.
 */
#ifndef MM_FAIL_H
#define MM_FAIL_H

#include <core/percpu.h>
#include <sched/task.h>

#ifdef CONFIG_DEBUG
/* Whether this request is the one to refuse; any context. */
static inline bool alloc_refused(void)
{
	struct task *t = current;

	if (likely(!t || !(t->fail_nth || t->fail_on)) || t->pagefault_depth || in_interrupt())
		return false;
	return t->fail_nth ? --t->fail_nth == 0 : t->fail_on;
}
static inline void alloc_refuses_not(int by) { current->pagefault_depth += by; }
#else
static inline bool alloc_refused(void) { return false; }
static inline void alloc_refuses_not(int by) { (void)by; }
#endif

#endif
