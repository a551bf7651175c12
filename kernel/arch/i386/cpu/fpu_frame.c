/*
 * FPU state in signal frames: the old FSAVE record, followed by the FXSAVE area. Programs may change either; the
 * FSAVE part decides for the x87 registers, the FXSAVE part for SSE, as Linux has it. With AVX the rest of the XSAVE
 * area follows, announced by magic numbers in the bytes of FXSAVE that are software's, and closed by another.
 *
 * Intel SDM vol. 1, 8.1.10 (FSAVE), 10.5 (FXSAVE).
 */
#include <arch/cpu.h>
#include <arch/fpu.h>
#include <arch/thread.h>
#include <arch/uaccess.h>
#include <core/string.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <abi/errno.h>
#include <abi/ptrace.h>
#include <abi/signal.h>

struct fxsave {
	u16 cwd, swd, twd, fop;
	u32 fip, fcs, foo, fos, mxcsr, mxcsr_mask;
	struct abi_fpxreg st[8];
	u8 rest[512 - 160];
};
_Static_assert(sizeof(struct fxsave) == 512, "FXSAVE");

#define MAGIC1 0x46505853u
#define MAGIC2 0x46505845u
#define FSAVE_SIZE offsetof(struct abi_fpstate, _fxsr_env)
_Static_assert(FSAVE_SIZE == sizeof(struct abi_user_i387) + 4, "FSAVE, status and magic");
#define EXTENSION (sizeof(struct fpu_state) - sizeof(struct fxsave))	/* of XSAVE over FXSAVE */
_Static_assert(EXTENSION == 64 + 256, "XSAVE with AVX");

#define MXCSR_DEFAULT_MASK 0xffbfu

enum { TAG_VALID, TAG_ZERO, TAG_SPECIAL, TAG_EMPTY };

static unsigned classify(const struct abi_fpxreg *r)
{
	unsigned exponent = r->exponent & 0x7fff;
	bool zero = !(r->significand[0] | r->significand[1] | r->significand[2] | r->significand[3]);

	if (exponent == 0x7fff)
		return TAG_SPECIAL;
	if (!exponent)
		return zero ? TAG_ZERO : TAG_SPECIAL;
	return r->significand[3] & 0x8000 ? TAG_VALID : TAG_SPECIAL;
}

/* One bit a physical register (not empty) to two bits each. */
static u32 full_tags(const struct fxsave *fx)
{
	unsigned top = (fx->swd >> 11) & 7, i;
	u32 tags = 0;

	for (i = 0; i < 8; i++) {
		unsigned tag = fx->twd & (1u << i) ? classify(&fx->st[(i - top) & 7]) : TAG_EMPTY;

		tags |= tag << (2 * i);
	}
	return tags;
}

void fpu_to_fsave(const struct fpu_state *s, struct abi_user_i387 *f)
{
	const struct fxsave *fx = (const struct fxsave *)s;
	unsigned i;

	if (!cpu_features.fxsr) {
		memcpy(f, s, sizeof(*f));
		return;
	}
	f->cwd = fx->cwd | 0xffff0000;
	f->swd = fx->swd | 0xffff0000;
	f->twd = full_tags(fx) | 0xffff0000;
	f->fip = fx->fip;
	f->fcs = (fx->fcs & 0xffff) | (u32)fx->fop << 16;
	f->foo = fx->foo;
	f->fos = fx->fos;
	for (i = 0; i < 8; i++)
		memcpy((u8 *)f->st_space + 10 * i, &fx->st[i], 10);
}

void fpu_from_fsave(struct fpu_state *s, const struct abi_user_i387 *f)
{
	struct fxsave *fx = (struct fxsave *)s;
	unsigned i;

	if (!cpu_features.fxsr) {
		memcpy(s, f, sizeof(*f));
		return;
	}
	fx->cwd = (u16)f->cwd;
	fx->swd = (u16)f->swd;
	fx->twd = 0;
	for (i = 0; i < 8; i++)
		if ((f->twd >> (2 * i) & 3) != TAG_EMPTY)
			fx->twd |= (u16)(1u << i);
	fx->fop = (u16)(f->fcs >> 16);
	fx->fip = f->fip;
	fx->fcs = f->fcs & 0xffff;
	fx->foo = f->foo;
	fx->fos = f->fos;
	for (i = 0; i < 8; i++)
		memcpy(&fx->st[i], (const u8 *)f->st_space + 10 * i, 10);
	s->xstate_bv |= XSTATE_LEGACY;
}

u32 fpu_mxcsr_mask(const struct fpu_state *s)
{
	const struct fxsave *fx = (const struct fxsave *)s;

	return fx->mxcsr_mask ? fx->mxcsr_mask : MXCSR_DEFAULT_MASK;
}

/* What the processor would refuse to load. */
void fpu_sanitize(struct fpu_state *s)
{
	struct fxsave *fx = (struct fxsave *)s;

	fx->mxcsr &= fpu_mxcsr_mask(s);
	s->xstate_bv = (s->xstate_bv & XSTATE_ALL) | XSTATE_LEGACY;
	memset(s->header, 0, sizeof(s->header));
}

unsigned long fpu_frame_place(unsigned long sp)
{
	if (!cpu_features.avx)
		return (sp - sizeof(struct abi_fpstate)) & ~15ul;
	return ((sp - sizeof(struct fpu_state) - sizeof(u32)) & ~63ul) - FSAVE_SIZE;
}

static void announce_extension(struct abi_fpstate *f)
{
	f->padding2[0] = MAGIC1;
	f->padding2[1] = FSAVE_SIZE + sizeof(struct fpu_state) + sizeof(u32);
	f->padding2[2] = XSTATE_ALL;
	f->padding2[3] = 0;
	f->padding2[4] = sizeof(struct fpu_state);
}

/* fpu_save_current() was called. */
static int store_extension(u8 __user *at)
{
	struct fpu_state *s = current->thread.fpu;
	u32 magic = MAGIC2;

	s->xstate_bv |= XSTATE_LEGACY;
	return copy_to_user(at, &s->xstate_bv, EXTENSION) || copy_to_user(at + EXTENSION, &magic, sizeof(magic)) ? -EFAULT : 0;
}

/* The registers are dropped. A frame that a program made itself may do without the extension: AVX is initial then. */
static int load_extension(const struct abi_fpstate *f, const u8 __user *at)
{
	struct fpu_state *s = current->thread.fpu;
	u32 magic = 0;
	int error = 0;

	if (f->magic == X86_FXSR_MAGIC && f->padding2[0] == MAGIC1 && f->padding2[4] == sizeof(struct fpu_state)) {
		if (copy_from_user(&magic, at + EXTENSION, sizeof(magic)) ||
		    (magic == MAGIC2 && copy_from_user(&s->xstate_bv, at, EXTENSION)))
			error = -EFAULT;
	}
	/* What the processor would refuse. */
	s->xstate_bv = (magic == MAGIC2 && !error ? s->xstate_bv & XSTATE_ALL : 0) | XSTATE_LEGACY;
	memset(s->header, 0, sizeof(s->header));
	return error;
}

int fpu_store_frame(struct abi_fpstate __user *ustate)
{
	struct fxsave *fx;
	struct abi_fpstate *f;
	int error = 0;

	f = kmalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	fpu_save_current();
	fx = (struct fxsave *)current->thread.fpu;
	memset(f, 0, sizeof(*f));
	fpu_to_fsave(current->thread.fpu, (struct abi_user_i387 *)f);
	if (cpu_features.fxsr) {
		f->status = fx->swd;
		f->magic = X86_FXSR_MAGIC;
		memcpy(f->_fxsr_env, fx, sizeof(*fx));
		if (cpu_features.avx)
			announce_extension(f);
	} else {
		f->status = (u16)f->sw;
		f->magic = 0xffff;
	}
	if (copy_to_user(ustate, f, sizeof(*f)))
		error = -EFAULT;
	if (!error && cpu_features.avx)
		error = store_extension((u8 __user *)(ustate + 1));
	kfree(f);
	return error;
}

int fpu_load_frame(const struct abi_fpstate __user *ustate)
{
	struct abi_fpstate *f = kmalloc(sizeof(*f), GFP_KERNEL);
	struct fxsave *fx;
	u32 mask;
	int error = 0;

	if (!f)
		return -ENOMEM;
	if (copy_from_user(f, ustate, sizeof(*f))) {
		error = -EFAULT;
		goto out;
	}
	if (!current->thread.fpu) {
		error = fpu_alloc(current);
		if (error)
			goto out;
	}
	fpu_save_current();
	fpu_drop_current();
	fx = (struct fxsave *)current->thread.fpu;
	if (!cpu_features.fxsr) {
		memcpy(fx, f, 108);
		goto out;
	}
	mask = fpu_mxcsr_mask(current->thread.fpu);
	if (f->magic == X86_FXSR_MAGIC)
		memcpy(fx, f->_fxsr_env, sizeof(*fx));
	fpu_from_fsave(current->thread.fpu, (const struct abi_user_i387 *)f);
	fx->mxcsr &= mask;
	if (cpu_features.avx)
		error = load_extension(f, (const u8 __user *)(ustate + 1));
out:
	kfree(f);
	return error;
}
