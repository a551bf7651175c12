/*
 * I/O priorities, kept with each task and inherited. The block layer serves requests in order of arrival, so they
 * are what a program set and asks back, nothing more.
 */
#include <sched/pid.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/resource.h>

#define CLASS_SHIFT	13
#define CLASS_RT	1
#define CLASS_BE	2
#define CLASS_IDLE	3
#define LEVELS		8

static int check(int ioprio)
{
	int class = ioprio >> CLASS_SHIFT, level = ioprio & ((1 << CLASS_SHIFT) - 1);

	switch (class) {
	case CLASS_RT:
		if (!capable(CAP_SYS_NICE) && !capable(CAP_SYS_ADMIN))
			return -EPERM;
		return level < LEVELS ? 0 : -EINVAL;
	case CLASS_BE:
		return level < LEVELS ? 0 : -EINVAL;
	case CLASS_IDLE:
		return 0;
	case 0:
		return level ? -EINVAL : 0;
	}
	return -EINVAL;
}

static int set_one(struct task *t, int ioprio)
{
	const struct cred *me = current->cred;

	if (t->cred->uid != me->euid && t->cred->uid != me->uid && !capable(CAP_SYS_NICE))
		return -EPERM;
	t->ioprio = (u16)ioprio;
	return 0;
}

/* Not set: best effort, in the middle as nice 0 is. */
static int effective(const struct task *t)
{
	return t->ioprio ? t->ioprio : CLASS_BE << CLASS_SHIFT | ((t->nice + 20) / 5);
}

/* tasklist_lock held. Calls f on each task meant; -EINVAL for an unknown `which`, -ESRCH for none. */
static int for_each(int which, int who, int (*f)(struct task *t, int value), int value)
{
	struct task *t;
	struct pid *group;
	int result = -ESRCH;

	switch (which) {
	case IOPRIO_WHO_PROCESS:
		t = who ? task_find(who) : current;
		return t ? f(t, value) : -ESRCH;
	case IOPRIO_WHO_PGRP:
		group = who ? pid_find(who) : task_pgrp(current);
		if (!group)
			return -ESRCH;
		pid_for_each_task(group, t, PIDTYPE_PGID) {
			int r = f(t, value);

			if (result < 0 || (r >= 0 && r < result))
				result = r;
		}
		return result;
	case IOPRIO_WHO_USER:
		list_for_each_entry(t, &task_list, all_link) {
			int r;

			if (t->cred->uid != (who ? (uid_t)who : current->cred->uid))
				continue;
			r = f(t, value);
			if (result < 0 || (r >= 0 && r < result))
				result = r;
		}
		return result;
	}
	return -EINVAL;
}

static int get_one(struct task *t, int unused)
{
	(void)unused;
	return effective(t);
}

long sys_ioprio_set(int which, int who, int ioprio)
{
	unsigned long flags;
	int error = check(ioprio);

	if (error)
		return error;
	spin_lock_irqsave(&tasklist_lock, flags);
	error = for_each(which, who, set_one, ioprio);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return error;
}

long sys_ioprio_get(int which, int who)
{
	unsigned long flags;
	int result;

	spin_lock_irqsave(&tasklist_lock, flags);
	result = for_each(which, who, get_one, 0);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return result;
}
