/*
 * What a task's processor state is, and the calls by which sched/ makes, switches and enters tasks.
 */
#ifndef ARCH_THREAD_H
#define ARCH_THREAD_H

#include <core/types.h>
#include <arch/regs.h>

struct task;
struct abi_user_desc;

/* What FXSAVE writes; with AVX the whole is what XSAVE writes for x87, SSE and AVX in its standard format. */
struct fpu_state {
	u8 fxsave[512];
	u64 xstate_bv;		/* components that are not in their initial state */
	u64 header[7];		/* zero */
	u8 ymm_high[256];
} __aligned(64);

struct thread {
	unsigned long sp;		/* kernel stack pointer while switched out */
	unsigned long gs, fs;		/* user selectors while switched out */
	u64 tls[3];			/* GDT descriptors GDT_TLS_MIN.. of this task */
	struct fpu_state *fpu;		/* NULL until the FPU is first used */
	unsigned long fault_address, fault_code, trap_nr;	/* of the last fault in user mode (for signals) */
	unsigned long sysenter_return;	/* where the vDSO goes on after sysenter; 0: no vDSO */
	unsigned long debugreg[8];	/* 0-3 addresses, 6 status as the tracer sees it, 7 control: loaded while any is enabled */
	bool stepping;			/* the trap flag in its registers is its tracer's, not its own */
};

/* The registers with which `current` entered the kernel; at the top of its stack. Only for user tasks. */
struct pt_regs *task_regs(struct task *t);
#define current_regs() task_regs(current)

/* Switch stacks; returns in the context of next, with the task that ran before as result. Interrupts off. */
struct task *switch_to(struct task *prev, struct task *next);

/*
 * Where t stands in the kernel: up to max (1 at least) return addresses, innermost first; how many. Debug builds keep the
 * frames, others may give the first alone. Preemption off, t has its stack.
 */
unsigned thread_backtrace(const struct task *t, unsigned long *ips, unsigned max);

/* A new task's first switch: calls fn(arg) on its own stack with interrupts on, after sched_tail(). If fn returns, the task enters user mode with task_regs(). */
void thread_init_kernel(struct task *t, void (*fn)(void *), void *arg);
/* fork and clone: t's user registers are a copy of `regs` with ax = 0 and, if not 0, that stack pointer; first switch goes to user mode. */
void thread_init_fork(struct task *t, const struct pt_regs *regs, unsigned long sp);
int thread_copy(struct task *dst, const struct task *src);	/* FPU, TLS, segments; 0 or -ENOMEM */
void thread_free(struct task *t);
void thread_flush(struct task *t);				/* exec: FPU and TLS as new */
/* exec: user registers for a fresh program. */
void thread_start_user(struct pt_regs *regs, unsigned long ip, unsigned long sp);

int thread_set_tls(struct task *t, unsigned index, const struct abi_user_desc *d);	/* index 0..2; -EINVAL */
void thread_get_tls(const struct task *t, unsigned index, struct abi_user_desc *d);
void fpu_save_current(void);	/* so that current->thread.fpu is up to date (may be NULL: never used) */
void fpu_drop_current(void);	/* registers are stale: reload from current->thread.fpu at the next use */
int fpu_alloc(struct task *t);	/* 0 or -ENOMEM: makes thread.fpu, in its initial state */
/* mm/: loads a page table root (CR3). */
void arch_load_mm(phys_t pgd);

/*
 * FS and GS of current are live in the registers; pt_regs shows them but a changed value there does not come back.
 * Loads both now; a selector that cannot be loaded becomes 0. For sigreturn and ptrace.
 */
void user_segments_set(u16 fs, u16 gs);

/*
 * Registers of a task that is not running, or of current as it entered the kernel; current's FPU state must have been
 * saved. Setting: 0, or -EIO for what no user program may have.
 */
struct abi_user_regs;
struct abi_user_i387;
void thread_get_regs(struct task *t, struct abi_user_regs *r);
int thread_set_regs(struct task *t, const struct abi_user_regs *r);
u32 thread_get_debugreg(const struct task *t, unsigned n);
int thread_set_debugreg(struct task *t, unsigned n, u32 value);	/* -EIO, -EINVAL */
void thread_debug_load(const struct task *next);		/* switch: when the task before or this one uses them */
/* One instruction, then SIGTRAP. The flag is hidden from who looks at the registers. */
void thread_step_begin(struct task *t);
void thread_step_end(struct task *t);

/* The stack that start-up runs on; init_task (sched/) keeps it as the idle task's. */
extern char boot_stack[];

/* Exits to user mode run this (sys/entry work): signals, reschedule. Provided by sched/signal.c. */
void exit_to_user(struct pt_regs *regs);
/* A system call of a traced task, in place of what entry code does. Provided by sys/ptrace.c. */
void syscall_traced(struct pt_regs *regs);

/* The vDSO: its one page's address in this mm is mm->vdso; symbols relative to it. */
int vdso_map(unsigned long *base);	/* maps into current->mm; 0 or -errno */
unsigned long vdso_entry(unsigned long base);		/* __kernel_vsyscall */
unsigned long vdso_sigreturn(unsigned long base);
unsigned long vdso_rt_sigreturn(unsigned long base);

#endif
