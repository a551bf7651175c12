/*
 * Per-processor data, reached only through this_cpu(). One processor today.
 *
 * preempt_count: bits 0-15 count preempt_disable(), bits 16-23 nested interrupts. Zero means that a task may be
 * scheduled away at any instruction.
 */
#ifndef CORE_PERCPU_H
#define CORE_PERCPU_H

#include <core/types.h>

struct task;

struct cpu {
	struct task *task;		/* the one that runs: `current` */
	u32 preempt_count;
	bool need_resched;
	struct task *idle;
	struct task *fpu_owner;		/* whose FPU state is in the registers, or NULL */
	struct task *prev;		/* handed over by a context switch to whoever runs next */
	bool irq_from_user;		/* the interrupt being handled came in user mode */
	u64 interrupts;			/* how many hardware interrupts so far */
	u64 switches;			/* context switches so far */
};

extern struct cpu cpu0;
static __always_inline struct cpu *this_cpu(void) { return &cpu0; }
#define current (this_cpu()->task)

#define IRQ_UNIT 0x10000u

static inline bool in_interrupt(void) { return this_cpu()->preempt_count >= IRQ_UNIT; }

void preempt_schedule(void);	/* sched/: gives the processor up if need_resched is set */

static __always_inline void preempt_disable(void)
{
	this_cpu()->preempt_count++;
	barrier();
}
static __always_inline void preempt_enable_no_resched(void)
{
	barrier();
	this_cpu()->preempt_count--;
}
static __always_inline void preempt_enable(void)
{
	barrier();
	if (--this_cpu()->preempt_count == 0 && unlikely(this_cpu()->need_resched))
		preempt_schedule();
}

#endif
