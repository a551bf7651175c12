/* ptrace(2): a stopped tracee's registers, by record, by set and by word; thread areas. */
#include <arch/cpu.h>
#include <arch/desc.h>
#include <arch/fpu.h>
#include <arch/thread.h>
#include <arch/uaccess.h>
#include <core/string.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <abi/elf.h>
#include <abi/errno.h>
#include <abi/ldt.h>
#include <abi/ptrace.h>
#include <abi/uio.h>
#include "ptrace.h"

#define TLS_ENTRIES (GDT_TLS_MAX - GDT_TLS_MIN + 1)

/* ---- sets: one function each way, on a kernel buffer of the set's size ---- */

union set {
	struct abi_user_regs regs;
	struct abi_user_i387 fsave;
	struct fpu_state fpu;
	struct abi_user_desc tls[TLS_ENTRIES];
};

static size_t set_size(unsigned type)
{
	switch (type) {
	case NT_PRSTATUS: return sizeof(struct abi_user_regs);
	case NT_PRFPREG: return sizeof(struct abi_user_i387);
	case NT_PRXFPREG: return cpu_features.fxsr ? sizeof(((struct fpu_state *)0)->fxsave) : 0;
	case NT_X86_XSTATE: return cpu_features.avx ? sizeof(struct fpu_state) : 0;
	case NT_386_TLS: return sizeof(struct abi_user_desc) * TLS_ENTRIES;
	default: return 0;
	}
}

/* XCR0, in the bytes of the FXSAVE area that are software's: debuggers take the features from there. */
#define SOFTWARE_BYTES 464

static int set_get(struct task *t, unsigned type, union set *s)
{
	u64 features = XSTATE_ALL;

	if (type == NT_PRSTATUS) {
		thread_get_regs(t, &s->regs);
		return 0;
	}
	if (type == NT_386_TLS) {
		for (unsigned i = 0; i < TLS_ENTRIES; i++)
			thread_get_tls(t, i, &s->tls[i]);
		return 0;
	}
	if (!t->thread.fpu && fpu_alloc(t))
		return -ENOMEM;
	if (type == NT_PRFPREG) {
		fpu_to_fsave(t->thread.fpu, &s->fsave);
		return 0;
	}
	s->fpu = *t->thread.fpu;
	if (type == NT_X86_XSTATE)
		memcpy(s->fpu.fxsave + SOFTWARE_BYTES, &features, sizeof(features));
	return 0;
}

/* A whole set, or its first bytes over what it had. */
static int set_put(struct task *t, unsigned type, const union set *s)
{
	int error = 0;

	if (type == NT_PRSTATUS)
		return thread_set_regs(t, &s->regs);
	if (type == NT_386_TLS) {
		for (unsigned i = 0; i < TLS_ENTRIES && !error; i++)
			error = thread_set_tls(t, i, &s->tls[i]);
		return error;
	}
	if (type == NT_PRFPREG) {
		fpu_from_fsave(t->thread.fpu, &s->fsave);
		return 0;
	}
	if (type == NT_PRXFPREG) {
		memcpy(t->thread.fpu->fxsave, s->fpu.fxsave, sizeof(s->fpu.fxsave));
		t->thread.fpu->xstate_bv |= XSTATE_LEGACY;
	} else {
		*t->thread.fpu = s->fpu;
	}
	fpu_sanitize(t->thread.fpu);
	return 0;
}

/* *size: bytes wanted, then bytes moved. */
static int move_set(struct task *t, unsigned type, bool put, void __user *user, size_t *size)
{
	size_t whole = set_size(type), n = min(*size, whole);
	union set *s;
	int error;

	if (!whole)
		return -ENODEV;
	s = kmalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	error = set_get(t, type, s);
	if (!error && (put ? copy_from_user(s, user, n) : copy_to_user(user, s, n)))
		error = -EFAULT;
	if (!error && put)
		error = set_put(t, type, s);
	kfree(s);
	if (!error)
		*size = n;
	return error;
}

static long move_whole(struct task *t, unsigned type, bool put, void __user *user)
{
	size_t size = set_size(type);

	return size ? move_set(t, type, put, user, &size) : -EIO;
}

static long move_regset(struct task *t, unsigned type, bool put, struct abi_iovec __user *uiov)
{
	struct abi_iovec iov;
	size_t size, unit = type == NT_X86_XSTATE ? 8 : 4;
	int error;

	if (copy_from_user(&iov, uiov, sizeof(iov)))
		return -EFAULT;
	size = iov.iov_len;
	if (!set_size(type) || size % unit)
		return -EINVAL;
	error = move_set(t, type, put, (void __user *)(unsigned long)iov.iov_base, &size);
	if (error)
		return error;
	iov.iov_len = size;
	return copy_to_user(uiov, &iov, sizeof(iov)) ? -EFAULT : 0;
}

/* ---- by word ---- */

static long peek_user(struct task *t, unsigned long at, u32 __user *data)
{
	const unsigned long debug = offsetof(struct abi_user_area, u_debugreg);
	struct abi_user_regs regs;
	u32 word = 0;

	if (at & 3 || at >= sizeof(struct abi_user_area))
		return -EIO;
	if (at < sizeof(regs)) {
		thread_get_regs(t, &regs);
		word = ((u32 *)&regs)[at / 4];
	} else if (at >= debug) {
		word = thread_get_debugreg(t, (unsigned)(at - debug) / 4);
	}
	return put_user(word, data);
}

static long poke_user(struct task *t, unsigned long at, u32 word)
{
	const unsigned long debug = offsetof(struct abi_user_area, u_debugreg);
	struct abi_user_regs regs;

	if (at & 3 || at >= sizeof(struct abi_user_area))
		return -EIO;
	if (at < sizeof(regs)) {
		thread_get_regs(t, &regs);
		((u32 *)&regs)[at / 4] = word;
		return thread_set_regs(t, &regs);
	}
	return at >= debug ? thread_set_debugreg(t, (unsigned)(at - debug) / 4, word) : -EIO;
}

static long thread_area(struct task *t, bool put, unsigned long entry, struct abi_user_desc __user *user)
{
	struct abi_user_desc d;

	if (entry < GDT_TLS_MIN || entry > GDT_TLS_MAX)
		return -EINVAL;
	if (put)
		return copy_from_user(&d, user, sizeof(d)) ? -EFAULT : thread_set_tls(t, (unsigned)entry - GDT_TLS_MIN, &d);
	thread_get_tls(t, (unsigned)entry - GDT_TLS_MIN, &d);
	return copy_to_user(user, &d, sizeof(d)) ? -EFAULT : 0;
}

long ptrace_registers(struct task *t, long request, unsigned long addr, void __user *data)
{
	switch (request) {
	case PTRACE_PEEKUSR:
		return peek_user(t, addr, data);
	case PTRACE_POKEUSR:
		return poke_user(t, addr, (u32)(unsigned long)data);
	case PTRACE_GETREGS:
		return move_whole(t, NT_PRSTATUS, false, data);
	case PTRACE_SETREGS:
		return move_whole(t, NT_PRSTATUS, true, data);
	case PTRACE_GETFPREGS:
		return move_whole(t, NT_PRFPREG, false, data);
	case PTRACE_SETFPREGS:
		return move_whole(t, NT_PRFPREG, true, data);
	case PTRACE_GETFPXREGS:
		return move_whole(t, NT_PRXFPREG, false, data);
	case PTRACE_SETFPXREGS:
		return move_whole(t, NT_PRXFPREG, true, data);
	case PTRACE_GETREGSET:
		return move_regset(t, (unsigned)addr, false, data);
	case PTRACE_SETREGSET:
		return move_regset(t, (unsigned)addr, true, data);
	case PTRACE_GET_THREAD_AREA:
		return thread_area(t, false, addr, data);
	case PTRACE_SET_THREAD_AREA:
		return thread_area(t, true, addr, data);
	}
	return -EIO;
}
