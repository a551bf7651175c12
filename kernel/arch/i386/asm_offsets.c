/* Offsets for assembly: compiled to assembly, from which the makefile takes the -> lines. */
#include <sched/task.h>


void asm_offsets(void);
#define OFFSET(name, type, member) __asm__ volatile("\n->" #name " %0" :: "i"(offsetof(type, member)))

void asm_offsets(void)
{
	/* Entry code tests both at once. */
	_Static_assert(offsetof(struct task, rseq_event) == offsetof(struct task, sig_pending) + 1, "exit work");
	OFFSET(TASK_SP, struct task, thread.sp);
	OFFSET(TASK_SYSENTER_RETURN, struct task, thread.sysenter_return);
	OFFSET(TASK_SIG_PENDING, struct task, sig_pending);
	OFFSET(TASK_SYSCALL_WORK, struct task, syscall_work);
	OFFSET(CPU_CURRENT, struct cpu, task);
	OFFSET(CPU_PREEMPT_COUNT, struct cpu, preempt_count);
	OFFSET(CPU_NEED_RESCHED, struct cpu, need_resched);
}
