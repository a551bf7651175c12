/*
 * Signal frames, as Linux/i386 lays them out (abi/signal.h), and the way back from a handler.
 *
 * Everything that sigreturn takes from the frame is the user's to forge: flags are masked, selectors get ring 3, and
 * what the processor cannot load becomes SIGSEGV on the way out (entry.S).
 */
#include <arch/cpu.h>
#include <arch/fpu.h>
#include <arch/layout.h>
#include <arch/thread.h>
#include <arch/uaccess.h>
#include <core/string.h>
#include <mm/mm.h>
#include <sched/signal.h>
#include <sys/syscalls.h>
#include <abi/errno.h>
#include <abi/signal.h>

#define FLAGS_TF	0x100u
#define FLAGS_DF	0x400u
#define FLAGS_RF	0x10000u
#define FLAGS_USER	(0x40000u | 0x800u | FLAGS_DF | FLAGS_TF | 0xd5u | FLAGS_RF)	/* AC OF DF TF SZAPC RF */

static bool on_altstack(unsigned long sp)
{
	return current->sas_size && sp > current->sas_sp && sp - current->sas_sp <= current->sas_size;
}

static void current_altstack(struct abi_stack_t *s, unsigned long sp)
{
	s->ss_sp = current->sas_sp;
	s->ss_size = current->sas_size;
	s->ss_flags = (s32)(current->sas_flags | (!current->sas_size ? SS_DISABLE : on_altstack(sp) ? SS_ONSTACK : 0));
}

/* ---- building ---- */

static void store_context(struct abi_sigcontext *sc, const struct pt_regs *regs, u32 fpstate, u32 mask)
{
	const struct thread *th = &current->thread;

	*sc = (struct abi_sigcontext){
		.gs = (u16)regs->gs, .fs = (u16)regs->fs, .es = (u16)regs->es, .ds = (u16)regs->ds,
		.edi = regs->di, .esi = regs->si, .ebp = regs->bp, .esp = regs->sp,
		.ebx = regs->bx, .edx = regs->dx, .ecx = regs->cx, .eax = regs->ax,
		.trapno = th->trap_nr, .err = th->fault_code, .eip = regs->ip, .cs = (u16)regs->cs,
		.eflags = regs->flags, .esp_at_signal = regs->sp, .ss = (u16)regs->ss,
		.fpstate = fpstate, .oldmask = mask, .cr2 = th->fault_address,
	};
}

/* Where the frame begins: below the FPU state, which goes first when there is one. 0: does not fit. */
static unsigned long frame_place(const struct signal_delivery *d, const struct pt_regs *regs, size_t size, u32 *fpstate)
{
	unsigned long sp = regs->sp;
	bool nested = on_altstack(sp) && !(current->sas_flags & SS_AUTODISARM);

	if (d->action.sa_flags & SA_ONSTACK && current->sas_size && !nested) {
		sp = current->sas_sp + current->sas_size;
		nested = true;
	}
	*fpstate = 0;
	if (current->thread.fpu) {
		sp = fpu_frame_place(sp);
		*fpstate = sp;
	}
	sp -= size;
	sp = ((sp + 4) & ~15ul) - 4;
	if (nested && (sp < current->sas_sp || sp > current->sas_sp + current->sas_size))
		return 0;
	return sp > TASK_SIZE - size ? 0 : sp;
}

static u32 return_code(const struct signal_delivery *d)
{
	if (d->action.sa_flags & SA_RESTORER)
		return d->action.sa_restorer;
	if (!current->mm->vdso)
		return 0;
	return d->action.sa_flags & SA_SIGINFO ? vdso_rt_sigreturn(current->mm->vdso) : vdso_sigreturn(current->mm->vdso);
}

/*
 * The code of the way back, which debuggers know a signal frame by. It is never run (pretcode points elsewhere): the
 * bytes are Linux's, pop %eax (plain frames only); mov $119 or $173, %eax; int $0x80.
 */
static const u8 plain_code[8] = { 0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80 };
static const u8 rt_code[8] = { 0xb8, 173, 0, 0, 0, 0xcd, 0x80, 0 };

static int build_plain(const struct signal_delivery *d, const struct pt_regs *regs, u64 mask, unsigned long at, u32 fpstate)
{
	struct abi_sigframe __user *frame = (struct abi_sigframe __user *)at;
	struct { u32 pretcode; s32 sig; struct abi_sigcontext sc; } head = { return_code(d), d->sig, { 0 } };
	struct { u32 mask; u8 code[8]; } tail = { .mask = (u32)(mask >> 32) };

	_Static_assert(sizeof(head) == offsetof(struct abi_sigframe, fpstate_unused), "sigframe");
	store_context(&head.sc, regs, fpstate, (u32)mask);
	memcpy(tail.code, plain_code, sizeof(tail.code));
	if (copy_to_user(frame, &head, sizeof(head)) || copy_to_user(&frame->extramask, &tail, sizeof(tail)))
		return -EFAULT;
	return 0;
}

static int build_rt(const struct signal_delivery *d, const struct pt_regs *regs, u64 mask, unsigned long at, u32 fpstate)
{
	struct abi_rt_sigframe __user *frame = (struct abi_rt_sigframe __user *)at;
	struct { u32 pretcode; s32 sig; u32 info, uc; } head = { return_code(d), d->sig, (u32)(unsigned long)&frame->info,
								(u32)(unsigned long)&frame->uc };
	struct abi_ucontext uc = { 0 };

	current_altstack(&uc.uc_stack, regs->sp);
	store_context(&uc.uc_mcontext, regs, fpstate, (u32)mask);
	uc.uc_sigmask = sigset_from_u64(mask);
	if (copy_to_user(frame, &head, sizeof(head)) || copy_to_user(&frame->info, &d->info, sizeof(d->info)) ||
	    copy_to_user(&frame->uc, &uc, sizeof(uc)) || copy_to_user(&frame->retcode, rt_code, sizeof(rt_code)))
		return -EFAULT;
	if (current->sas_flags & SS_AUTODISARM) {
		current->sas_sp = current->sas_size = 0;
		current->sas_flags = 0;
	}
	return 0;
}

int signal_setup_frame(struct signal_delivery *d, struct pt_regs *regs, u64 mask)
{
	bool rt = d->action.sa_flags & SA_SIGINFO;
	u32 fpstate;
	unsigned long at = frame_place(d, regs, rt ? sizeof(struct abi_rt_sigframe) : sizeof(struct abi_sigframe), &fpstate);
	int error;

	if (!at)
		return -EFAULT;
	if (fpstate) {
		error = fpu_store_frame((struct abi_fpstate __user *)(unsigned long)fpstate);
		if (error)
			return error;
	}
	error = rt ? build_rt(d, regs, mask, at, fpstate) : build_plain(d, regs, mask, at, fpstate);
	if (error)
		return error;
	if (fpstate)
		fpu_reset_current();
	regs->ip = d->action.sa_handler;
	regs->sp = at;
	regs->ax = (unsigned long)d->sig;
	regs->dx = rt ? at + offsetof(struct abi_rt_sigframe, info) : 0;
	regs->cx = rt ? at + offsetof(struct abi_rt_sigframe, uc) : 0;
	regs->ds = regs->es = regs->ss = USER_DS;
	regs->cs = USER_CS;
	regs->flags &= ~(unsigned long)(FLAGS_DF | FLAGS_TF | FLAGS_RF);
	return 0;
}

/* ---- the way back ---- */

static int load_context(struct pt_regs *regs, const struct abi_sigcontext *sc)
{
	regs->bx = sc->ebx;
	regs->cx = sc->ecx;
	regs->dx = sc->edx;
	regs->si = sc->esi;
	regs->di = sc->edi;
	regs->bp = sc->ebp;
	regs->ax = sc->eax;
	regs->ds = sc->ds;
	regs->es = sc->es;
	regs->ip = sc->eip;
	regs->cs = sc->cs | 3u;
	regs->sp = sc->esp;
	regs->ss = sc->ss | 3u;
	regs->flags = (regs->flags & ~(unsigned long)FLAGS_USER) | (sc->eflags & FLAGS_USER);
	regs->orig_ax = -1ul;
	if (sc->fs != (u16)regs->fs || sc->gs != (u16)regs->gs)
		user_segments_set(sc->fs, sc->gs);
	if (!sc->fpstate) {
		if (current->thread.fpu)
			fpu_reset_current();
		return 0;
	}
	return fpu_load_frame((const struct abi_fpstate __user *)(unsigned long)sc->fpstate);
}

static long bad_frame(const char *which, unsigned long at)
{
	pr_debug("%s[%d]: bad frame of %s at %08lx\n", current->comm, current->pid, which, at);
	signal_force_fault(SIGSEGV, SI_KERNEL, 0);
	return 0;
}

long sys_sigreturn(void)
{
	struct pt_regs *regs = current_regs();
	unsigned long at = regs->sp - 8;
	const struct abi_sigframe __user *frame = (const struct abi_sigframe __user *)at;
	struct abi_sigcontext sc;
	u32 high;

	current->restart.fn = NULL;	/* what the handler interrupted is over */
	if (copy_from_user(&sc, &frame->sc, sizeof(sc)) || get_user(high, &frame->extramask[0]))
		return bad_frame("sigreturn", at);
	signal_set_blocked(sc.oldmask | (u64)high << 32);
	if (load_context(regs, &sc))
		return bad_frame("sigreturn", at);
	return (long)regs->ax;
}

long sys_rt_sigreturn(void)
{
	struct pt_regs *regs = current_regs();
	unsigned long at = regs->sp - 4;
	const struct abi_rt_sigframe __user *frame = (const struct abi_rt_sigframe __user *)at;
	struct abi_ucontext uc;

	current->restart.fn = NULL;
	if (copy_from_user(&uc, &frame->uc, sizeof(uc)))
		return bad_frame("rt_sigreturn", at);
	signal_set_blocked(sigset_to_u64(&uc.uc_sigmask));
	if (load_context(regs, &uc.uc_mcontext))
		return bad_frame("rt_sigreturn", at);
	/* As if by sigaltstack(2); a stack that it would refuse leaves the one in force. */
	if (uc.uc_stack.ss_flags & SS_DISABLE) {
		current->sas_sp = current->sas_size = 0;
		current->sas_flags = 0;
	} else if (uc.uc_stack.ss_size >= MINSIGSTKSZ && !on_altstack(regs->sp)) {
		current->sas_sp = uc.uc_stack.ss_sp;
		current->sas_size = uc.uc_stack.ss_size;
		current->sas_flags = (u32)uc.uc_stack.ss_flags & SS_AUTODISARM;
	}
	return (long)regs->ax;
}

long sys_sigaltstack(const struct abi_stack_t __user *unew, struct abi_stack_t __user *uold)
{
	unsigned long sp = current_regs()->sp;
	struct abi_stack_t new = { 0 }, old;
	u32 mode;

	if (unew && copy_from_user(&new, unew, sizeof(new)))
		return -EFAULT;
	current_altstack(&old, sp);
	if (unew) {
		mode = (u32)new.ss_flags & ~(u32)SS_AUTODISARM;
		if (on_altstack(sp) && !(current->sas_flags & SS_AUTODISARM))
			return -EPERM;
		if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
			return -EINVAL;
		if (mode == SS_DISABLE) {
			new.ss_sp = new.ss_size = 0;
		} else if (new.ss_size < MINSIGSTKSZ) {
			return -ENOMEM;
		}
		current->sas_sp = new.ss_sp;
		current->sas_size = new.ss_size;
		current->sas_flags = (u32)new.ss_flags & SS_AUTODISARM;
	}
	return uold && copy_to_user(uold, &old, sizeof(old)) ? -EFAULT : 0;
}
