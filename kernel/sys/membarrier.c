/*
 * membarrier(2). One processor: a thread sees the stores of the one that ran before it, since a switch orders
 * them. What is left is who may ask for what, as Linux has it.
 */
#include <mm/mm.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/errno.h>

#define GLOBAL				0x01
#define GLOBAL_EXPEDITED		0x02
#define REGISTER_GLOBAL_EXPEDITED	0x04
#define PRIVATE_EXPEDITED		0x08
#define REGISTER_PRIVATE_EXPEDITED	0x10
#define PRIVATE_SYNC_CORE		0x20
#define REGISTER_PRIVATE_SYNC_CORE	0x40

long sys_membarrier(int cmd, unsigned flags, int cpu)
{
	(void)cpu;
	if (flags)
		return -EINVAL;
	switch (cmd) {
	case 0:
		return GLOBAL | GLOBAL_EXPEDITED | REGISTER_GLOBAL_EXPEDITED | PRIVATE_EXPEDITED | REGISTER_PRIVATE_EXPEDITED |
		       PRIVATE_SYNC_CORE | REGISTER_PRIVATE_SYNC_CORE;
	case GLOBAL:
	case GLOBAL_EXPEDITED:
		return 0;
	case REGISTER_GLOBAL_EXPEDITED:
	case REGISTER_PRIVATE_EXPEDITED:
	case REGISTER_PRIVATE_SYNC_CORE:
		current->mm->membarrier |= (unsigned)cmd;
		return 0;
	case PRIVATE_EXPEDITED:
		return current->mm->membarrier & REGISTER_PRIVATE_EXPEDITED ? 0 : -EPERM;
	case PRIVATE_SYNC_CORE:
		return current->mm->membarrier & REGISTER_PRIVATE_SYNC_CORE ? 0 : -EPERM;
	}
	return -EINVAL;
}
