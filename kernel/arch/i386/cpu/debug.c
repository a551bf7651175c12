/*
 * What a tracer sees and changes of a task's processor: registers in Linux's order, the trap flag, hardware
 * breakpoints. The kernel runs with the debug registers of the current task loaded while any of them is enabled.
 *
 * Intel SDM vol. 3, chapter 17 (debug registers).
 */
#include <arch/arch.h>
#include <arch/cpu.h>
#include <arch/entry.h>
#include <arch/layout.h>
#include <arch/thread.h>
#include <core/string.h>
#include <sched/task.h>
#include <abi/errno.h>
#include <abi/ptrace.h>
#include <abi/signal.h>

#define FLAGS_TF	0x100u
#define FLAGS_USER	0x50dd5u	/* CF PF AF ZF SF TF DF OF RF AC */
#define DR7_ENABLED	0xffu
#define DR7_RESERVED	0xdc00u		/* GD too: the debug registers are not the user's to guard */
#define DR6_INIT	0xffff0ff0u

void thread_get_regs(struct task *t, struct abi_user_regs *r)
{
	const struct pt_regs *p = task_regs(t);

	*r = (struct abi_user_regs){
		.ebx = p->bx, .ecx = p->cx, .edx = p->dx, .esi = p->si, .edi = p->di, .ebp = p->bp, .eax = p->ax,
		.xds = (u16)p->ds, .xes = (u16)p->es, .orig_eax = p->orig_ax, .eip = p->ip, .xcs = (u16)p->cs,
		.eflags = p->flags, .esp = p->sp, .xss = (u16)p->ss,
	};
	if (t->thread.stepping)
		r->eflags &= ~FLAGS_TF;
	if (t == current) {
		u16 fs, gs;

		__asm__("mov %%fs,%0; mov %%gs,%1" : "=r"(fs), "=r"(gs));
		r->xfs = fs;
		r->xgs = gs;
	} else {
		r->xfs = (u16)t->thread.fs;
		r->xgs = (u16)t->thread.gs;
	}
}

/* Null or ring 3. */
static bool data_selector(u32 v) { return v <= 0xffff && (!v || (v & 3) == 3); }
static bool code_selector(u32 v) { return v <= 0xffff && (v & 3) == 3; }

int thread_set_regs(struct task *t, const struct abi_user_regs *r)
{
	struct pt_regs *p = task_regs(t);
	u32 flags = r->eflags & FLAGS_USER;

	if (!data_selector((u16)r->xds) || !data_selector((u16)r->xes) || !data_selector((u16)r->xfs) || !data_selector((u16)r->xgs) ||
	    !code_selector((u16)r->xcs) || !code_selector((u16)r->xss))
		return -EIO;
	p->bx = r->ebx;
	p->cx = r->ecx;
	p->dx = r->edx;
	p->si = r->esi;
	p->di = r->edi;
	p->bp = r->ebp;
	p->ax = r->eax;
	p->ds = (u16)r->xds;
	p->es = (u16)r->xes;
	t->thread.fs = (u16)r->xfs;
	t->thread.gs = (u16)r->xgs;
	p->orig_ax = r->orig_eax;
	p->ip = r->eip;
	p->cs = (u16)r->xcs;
	p->sp = r->esp;
	p->ss = (u16)r->xss;
	/* A flag that the program sets itself is no longer the tracer's. */
	if (flags & FLAGS_TF)
		t->thread.stepping = false;
	else if (t->thread.stepping)
		flags |= FLAGS_TF;
	p->flags = (p->flags & ~(unsigned long)FLAGS_USER) | flags;
	return 0;
}

void thread_step_begin(struct task *t)
{
	struct pt_regs *p = task_regs(t);

	if (p->flags & FLAGS_TF)
		return;
	p->flags |= FLAGS_TF;
	t->thread.stepping = true;
}

void thread_step_end(struct task *t)
{
	if (!t->thread.stepping)
		return;
	t->thread.stepping = false;
	task_regs(t)->flags &= ~(unsigned long)FLAGS_TF;
}

/* ---- hardware breakpoints ---- */

u32 thread_get_debugreg(const struct task *t, unsigned n)
{
	return n < 8 ? t->thread.debugreg[n] : 0;
}

/* Reads and writes of I/O ports, and lengths that a kind cannot have, are refused. */
static bool valid_control(u32 dr7)
{
	for (unsigned n = 0; n < 4; n++) {
		unsigned kind = dr7 >> (16 + 4 * n) & 3, len = dr7 >> (18 + 4 * n) & 3;

		if (dr7 >> (2 * n) & 3 && (kind == 2 || len == 2 || (kind == 0 && len != 0)))
			return false;
	}
	return true;
}

int thread_set_debugreg(struct task *t, unsigned n, u32 value)
{
	if (n < 4) {
		if (value >= TASK_SIZE - 3)
			return -EINVAL;
	} else if (n == 7) {
		value &= ~DR7_RESERVED;
		if (!valid_control(value))
			return -EINVAL;
	} else if (n != 6) {
		return -EIO;
	}
	t->thread.debugreg[n] = value;
	return 0;
}

void thread_debug_load(const struct task *next)
{
	const unsigned long *d = next->thread.debugreg;

	__asm__ volatile("mov %0,%%db7" :: "r"(0x400ul));
	if (!(d[7] & DR7_ENABLED))
		return;
	__asm__ volatile("mov %0,%%db0" :: "r"(d[0]));
	__asm__ volatile("mov %0,%%db1" :: "r"(d[1]));
	__asm__ volatile("mov %0,%%db2" :: "r"(d[2]));
	__asm__ volatile("mov %0,%%db3" :: "r"(d[3]));
	__asm__ volatile("mov %0,%%db7" :: "r"(d[7] | 0x400ul));
}

/* A debug exception: what it was is kept for the tracer; si_code, or 0 when there is nothing to tell. */
int debug_trap(bool user)
{
	unsigned long dr6;
	unsigned long *d = current->thread.debugreg;

	__asm__ volatile("mov %%db6,%0" : "=r"(dr6));
	__asm__ volatile("mov %0,%%db6" :: "r"((unsigned long)DR6_INIT));
	dr6 ^= DR6_INIT;
	if (!user)
		dr6 &= 0xf;		/* a step that sysenter carried in is none */
	if (!(dr6 & 0xe00f))
		return 0;
	d[6] = (d[6] & ~0xful) | dr6;
	return dr6 & 0x4000 ? TRAP_TRACE : TRAP_HWBKPT;
}
