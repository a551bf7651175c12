/*
 * FPU and SSE state. Loaded when a task first uses it (CR0.TS, device-not-available trap), saved when the task is
 * switched out after using it; so a task that never computes in floating point costs nothing.
 *
 * Invariant: cpu->fpu_owner's state is in the registers and CR0.TS is clear, or fpu_owner is NULL and TS is set.
 */
#include <arch/arch.h>
#include <arch/cpu.h>
#include <arch/entry.h>
#include <arch/fpu.h>
#include <arch/thread.h>
#include <core/percpu.h>
#include <core/string.h>
#include <sched/task.h>
#include <mm/kmalloc.h>
#include <abi/errno.h>
#include <abi/signal.h>

#define CR0_MP BIT(1)
#define CR0_EM BIT(2)
#define CR0_TS BIT(3)
#define CR0_NE BIT(5)
#define CR4_OSFXSR	BIT(9)
#define CR4_OSXMMEXCPT	BIT(10)
#define CR4_OSXSAVE	BIT(18)

static struct fpu_state initial;
static struct kmem_cache *fpu_cache;

static void set_ts(void) { write_cr0(read_cr0() | CR0_TS); }
static void clear_ts(void) { __asm__ volatile("clts" ::: "memory"); }

static void save(struct fpu_state *s)
{
	if (cpu_features.avx)
		__asm__ volatile("xsave %0" : "+m"(*s) : "a"(XSTATE_ALL), "d"(0));
	else if (cpu_features.fxsr)
		__asm__ volatile("fxsave %0" : "=m"(*s));
	else
		__asm__ volatile("fnsave %0; fwait" : "=m"(*s));
}

static void load(const struct fpu_state *s)
{
	if (cpu_features.avx)
		__asm__ volatile("xrstor %0" :: "m"(*s), "a"(XSTATE_ALL), "d"(0));
	else if (cpu_features.fxsr)
		__asm__ volatile("fxrstor %0" :: "m"(*s));
	else
		__asm__ volatile("frstor %0" :: "m"(*s));
}

void fpu_init(void)
{
	u32 mxcsr = 0x1f80;

	write_cr0((read_cr0() & ~CR0_EM) | CR0_MP | CR0_NE);
	if (cpu_features.fxsr)
		write_cr4(read_cr4() | CR4_OSFXSR | (cpu_features.sse ? CR4_OSXMMEXCPT : 0));
	clear_ts();
	if (cpu_features.avx) {
		write_cr4(read_cr4() | CR4_OSXSAVE);
		__asm__ volatile("xsetbv" :: "c"(0), "a"(XSTATE_ALL), "d"(0));
	}
	__asm__ volatile("fninit");
	if (cpu_features.sse)
		__asm__ volatile("ldmxcsr %0" :: "m"(mxcsr));
	save(&initial);
	if (cpu_features.fxsr)	/* what the vector registers held before is nobody's business */
		memset(initial.fxsave + 32, 0, sizeof(initial) - 32);
	set_ts();
	fpu_cache = kmem_cache_create("fpu_state", sizeof(struct fpu_state), 64);
}

int fpu_alloc(struct task *t)
{
	t->thread.fpu = kmem_cache_alloc(fpu_cache, GFP_KERNEL);
	if (!t->thread.fpu)
		return -ENOMEM;
	*t->thread.fpu = initial;
	return 0;
}

/* Interrupts are off on entry. Allocation may sleep, so the state is made first and loaded afterwards. */
bool fpu_trap(void)
{
	struct cpu *cpu = this_cpu();

	if (!current->mm)
		return false;
	if (!current->thread.fpu) {
		int error;

		irq_enable();
		error = fpu_alloc(current);
		irq_disable();
		if (error)
			return false;
	}
	if (cpu->fpu_owner == current)
		return true;
	clear_ts();
	load(current->thread.fpu);
	cpu->fpu_owner = current;
	return true;
}

void fpu_switch_out(struct task *prev)
{
	save(prev->thread.fpu);
	if (!cpu_features.fxsr)
		load(prev->thread.fpu);		/* fnsave has reset the registers */
	this_cpu()->fpu_owner = NULL;
	set_ts();
}

void fpu_save_current(void)
{
	unsigned long flags = irq_save();

	if (this_cpu()->fpu_owner == current) {
		save(current->thread.fpu);
		if (!cpu_features.fxsr)
			load(current->thread.fpu);
	}
	irq_restore(flags);
}

void fpu_drop_current(void)
{
	unsigned long flags = irq_save();

	if (this_cpu()->fpu_owner == current) {
		this_cpu()->fpu_owner = NULL;
		set_ts();
	}
	irq_restore(flags);
}

void fpu_reset_current(void)
{
	fpu_drop_current();
	if (current->thread.fpu)
		*current->thread.fpu = initial;
}

void thread_free(struct task *t)
{
	unsigned long flags = irq_save();

	if (this_cpu()->fpu_owner == t) {
		this_cpu()->fpu_owner = NULL;
		set_ts();
	}
	irq_restore(flags);
	if (t->thread.fpu) {
		kmem_cache_free(fpu_cache, t->thread.fpu);
		t->thread.fpu = NULL;
	}
}

/* Which unmasked exception it was: si_code. */
int fpu_error_code(unsigned vector)
{
	u32 status = 0, control = 0, bits;

	fpu_save_current();
	if (!current->thread.fpu)
		return FPE_FLTINV;
	if (vector == 16) {
		control = current->thread.fpu->fxsave[0] | current->thread.fpu->fxsave[1] << 8;
		status = current->thread.fpu->fxsave[2] | current->thread.fpu->fxsave[3] << 8;
		bits = status & ~control;
	} else {
		memcpy(&status, current->thread.fpu->fxsave + 24, 4);
		bits = ~(status >> 7) & status;
	}
	return bits & 1 ? FPE_FLTINV : bits & 4 ? FPE_FLTDIV : bits & 8 ? FPE_FLTOVF : bits & 0x12 ? FPE_FLTUND
		: bits & 0x20 ? FPE_FLTRES : FPE_FLTINV;
}
