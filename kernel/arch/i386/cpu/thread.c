/*
 * Tasks as the processor sees them: first stack frames, switching, TLS.
 *
 * The top of a task's kernel stack holds struct pt_regs of its last entry from user mode, always.
 */
#include <arch/arch.h>
#include <arch/cpu.h>
#include <arch/desc.h>
#include <arch/entry.h>
#include <arch/layout.h>
#include <arch/thread.h>
#include <core/percpu.h>
#include <core/string.h>
#include <sched/task.h>
#include <mm/kmalloc.h>
#include <abi/errno.h>

struct task *__switch_to(struct task *prev, struct task *next);

struct pt_regs *task_regs(struct task *t)
{
	return (struct pt_regs *)((char *)t->stack + KSTACK_SIZE) - 1;
}

/* What __switch_to() pops: edi, esi, ebx, ebp, return address. */
static void first_frame(struct task *t, void (*ret)(void), void *bx, void *si)
{
	unsigned long *sp = (unsigned long *)task_regs(t) - 5;

	sp[0] = 0;
	sp[1] = (unsigned long)si;
	sp[2] = (unsigned long)bx;
	sp[3] = 0;
	sp[4] = (unsigned long)ret;
	t->thread.sp = (unsigned long)sp;
}

void thread_init_kernel(struct task *t, void (*fn)(void *), void *arg)
{
	memset(task_regs(t), 0, sizeof(struct pt_regs));
	first_frame(t, ret_from_kthread, (void *)fn, arg);
}

void thread_init_fork(struct task *t, const struct pt_regs *regs, unsigned long sp)
{
	struct pt_regs *r = task_regs(t);

	*r = *regs;
	r->ax = 0;
	r->orig_ax = -1ul;
	if (current->thread.stepping)
		r->flags &= ~0x100ul;	/* its tracer's, not its own */
	if (sp)
		r->sp = sp;
	first_frame(t, ret_from_fork, NULL, NULL);
}

void thread_start_user(struct pt_regs *regs, unsigned long ip, unsigned long sp)
{
	unsigned long nr = regs->orig_ax;	/* a tracer sees the end of its execve() */

	memset(regs, 0, sizeof(*regs));
	regs->orig_ax = nr;
	user_segments_set(0, 0);
	regs->ds = regs->es = regs->ss = USER_DS;
	regs->cs = USER_CS;
	regs->flags = EFLAGS_IF | 2;
	regs->ip = ip;
	regs->sp = sp;
}

/* A bad selector faults on the load; the exception table sends it to load 0 instead. */
void user_segments_set(u16 fs, u16 gs)
{
	__asm__ volatile("1: mov %w0,%%fs\n2:\n"
			 ".section .fixup_text,\"ax\"\n3: xorl %k0,%k0\n jmp 1b\n.previous\n"
			 ".section .extable,\"a\"\n.long 1b,3b\n.previous" : "+r"(fs));
	__asm__ volatile("1: mov %w0,%%gs\n2:\n"
			 ".section .fixup_text,\"ax\"\n3: xorl %k0,%k0\n jmp 1b\n.previous\n"
			 ".section .extable,\"a\"\n.long 1b,3b\n.previous" : "+r"(gs));
}

struct task *switch_to(struct task *prev, struct task *next)
{
	struct cpu *cpu = this_cpu();
	u16 fs, gs;
	bool tls;

	if (cpu->fpu_owner == prev)
		fpu_switch_out(prev);
	__asm__("mov %%fs,%0; mov %%gs,%1" : "=r"(fs), "=r"(gs));
	prev->thread.fs = fs;
	prev->thread.gs = gs;
	tss.esp0 = (u32)next->stack + KSTACK_SIZE;
	cpu->task = next;
	if (unlikely((prev->thread.debugreg[7] | next->thread.debugreg[7]) & 0xff))
		thread_debug_load(next);
	if (next->mm) {
		tls = gdt[GDT_TLS_MIN] != next->thread.tls[0] || gdt[GDT_TLS_MIN + 1] != next->thread.tls[1] ||
			gdt[GDT_TLS_MIN + 2] != next->thread.tls[2];
		if (tls) {
			gdt[GDT_TLS_MIN] = next->thread.tls[0];
			gdt[GDT_TLS_MIN + 1] = next->thread.tls[1];
			gdt[GDT_TLS_MIN + 2] = next->thread.tls[2];
		}
		if (next->thread.gs != gs || next->thread.fs != fs || (tls && (gs | fs)))
			user_segments_set((u16)next->thread.fs, (u16)next->thread.gs);
	} else {
		next->thread.fs = fs;	/* kernel threads run with whatever is loaded */
		next->thread.gs = gs;
	}
	return __switch_to(prev, next);
}

int thread_copy(struct task *dst, const struct task *src)
{
	unsigned i;

	dst->thread.fpu = NULL;
	if (src == current) {
		u16 fs, gs;

		fpu_save_current();
		__asm__("mov %%fs,%0; mov %%gs,%1" : "=r"(fs), "=r"(gs));
		dst->thread.fs = fs;
		dst->thread.gs = gs;
	} else {
		dst->thread.fs = src->thread.fs;
		dst->thread.gs = src->thread.gs;
	}
	for (i = 0; i < 3; i++)
		dst->thread.tls[i] = src->thread.tls[i];
	dst->thread.sysenter_return = src->thread.sysenter_return;
	memset(dst->thread.debugreg, 0, sizeof(dst->thread.debugreg));
	dst->thread.stepping = false;
	if (!src->thread.fpu)
		return 0;
	if (fpu_alloc(dst))
		return -ENOMEM;
	*dst->thread.fpu = *src->thread.fpu;
	return 0;
}

void thread_flush(struct task *t)
{
	thread_free(t);
	memset(t->thread.tls, 0, sizeof(t->thread.tls));
	if (t == current) {
		gdt[GDT_TLS_MIN] = gdt[GDT_TLS_MIN + 1] = gdt[GDT_TLS_MIN + 2] = 0;
		user_segments_set(0, 0);
	}
	t->thread.sysenter_return = 0;
	if (t->thread.debugreg[7]) {
		t->thread.debugreg[7] = 0;
		if (t == current)
			thread_debug_load(t);
	}
	t->thread.stepping = false;
}
