/*
 * Restartable sequences: a thread that was taken off the processor, or got a signal, within a sequence that it has
 * announced goes on at the sequence's abort address instead (rseq(2)).
 *
 * Nothing is done at the switch but to note it (task->rseq_event); the thread looks after itself on its way back to
 * user mode, where a page of its may be missing. There is one processor: its number is written once.
 */
#include <arch/layout.h>
#include <arch/uaccess.h>
#include <core/string.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/errno.h>
#include <abi/rseq.h>

/* The sequence that the thread says it is in; *cs is all zeros if none. */
static int announced(const struct abi_rseq __user *area, struct abi_rseq_cs *cs)
{
	u64 address;
	u32 signature;

	memset(cs, 0, sizeof(*cs));
	if (copy_from_user(&address, &area->rseq_cs, sizeof(address)))
		return -EFAULT;
	if (!address)
		return 0;
	if (address >= TASK_SIZE)
		return -EINVAL;
	if (copy_from_user(cs, (const void __user *)(unsigned long)address, sizeof(*cs)))
		return -EFAULT;
	if (cs->version || cs->start_ip >= TASK_SIZE || cs->abort_ip >= TASK_SIZE ||
	    cs->post_commit_offset >= TASK_SIZE || cs->start_ip + cs->post_commit_offset >= TASK_SIZE)
		return -EINVAL;
	if (cs->abort_ip - cs->start_ip < cs->post_commit_offset)
		return -EINVAL;		/* it would never be left */
	/* Only code that was made to be jumped to. */
	if (cs->abort_ip < 4 || get_user(signature, (const u32 __user *)(unsigned long)cs->abort_ip - 1))
		return -EFAULT;
	return signature == current->rseq_signature ? 0 : -EINVAL;
}

static int leave_sequence(struct pt_regs *regs, struct abi_rseq __user *area)
{
	struct abi_rseq_cs cs;
	u64 none = 0;
	u32 flags;
	int error = announced(area, &cs);

	if (error || !cs.abort_ip)
		return error;
	if (regs->ip - cs.start_ip < cs.post_commit_offset) {
		if (get_user(flags, &area->flags))
			return -EFAULT;
		if (cs.flags || flags)
			return -EINVAL;	/* exceptions from the rule: nobody has them any more */
	}
	if (copy_to_user(&area->rseq_cs, &none, sizeof(none)))
		return -EFAULT;
	if (regs->ip - cs.start_ip < cs.post_commit_offset)
		regs->ip = (unsigned long)cs.abort_ip;
	return 0;
}

bool rseq_resume(struct pt_regs *regs)
{
	struct task *self = current;

	self->rseq_event = false;
	return !self->rseq || !leave_sequence(regs, self->rseq);
}

static long rseq_unregister(struct abi_rseq __user *area, u32 len, u32 signature)
{
	struct task *self = current;

	if (!area || self->rseq != area || len != sizeof(*area))
		return -EINVAL;
	if (self->rseq_signature != signature)
		return -EPERM;
	if (put_user(0u, &area->cpu_id_start) || put_user((u32)RSEQ_CPU_ID_UNINITIALIZED, &area->cpu_id))
		return -EFAULT;
	self->rseq = NULL;
	self->rseq_signature = 0;
	return 0;
}

long sys_rseq(void __user *uarea, u32 len, int flags, u32 signature)
{
	struct abi_rseq __user *area = uarea;
	struct task *self = current;

	if (flags == RSEQ_FLAG_UNREGISTER)
		return rseq_unregister(area, len, signature);
	if (flags)
		return -EINVAL;
	if (self->rseq) {
		if (self->rseq != area || len != sizeof(*area))
			return -EINVAL;
		return self->rseq_signature == signature ? -EBUSY : -EPERM;
	}
	if ((unsigned long)area % __alignof__(*area) || len != sizeof(*area))
		return -EINVAL;
	if (!access_ok(area, len) || put_user(0u, &area->cpu_id_start) || put_user(0u, &area->cpu_id))
		return -EFAULT;
	self->rseq = area;
	self->rseq_signature = signature;
	return 0;
}
