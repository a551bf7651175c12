/* Scheduling policies: sched(7). One processor: affinity is a fact, not a choice. */
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/string.h>
#include <fs/seq_file.h>
#include <sched/rq.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <sys/timeconv.h>
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/sched.h>
#include <abi/time.h>

static struct task *find(pid_t pid)
{
	return pid ? task_find_get(pid) : task_get(current);
}

static bool same_owner(const struct task *t)
{
	const struct cred *c = current_cred();

	return c->euid == t->cred->euid || c->euid == t->cred->uid;
}

static bool realtime(int policy) { return policy == SCHED_FIFO || policy == SCHED_RR; }

static int set_policy(pid_t pid, int policy, int priority, const int *nice)
{
	bool reset = policy & SCHED_RESET_ON_FORK;
	struct task *t;
	int error = 0;

	policy &= ~SCHED_RESET_ON_FORK;
	if (pid < 0)
		return -EINVAL;
	t = find(pid);
	if (!t)
		return -ESRCH;
	if (policy < 0)
		policy = t->policy;
	if ((realtime(policy) ? priority < 1 || priority > 99 : priority != 0) ||
	    (!realtime(policy) && policy != SCHED_NORMAL && policy != SCHED_BATCH && policy != SCHED_IDLE)) {
		error = -EINVAL;
	} else if (!capable(CAP_SYS_NICE)) {
		if (!same_owner(t) || (t->reset_on_fork && !reset))
			error = -EPERM;
		else if (realtime(policy) && (u64)priority > rlimit(RLIMIT_RTPRIO) && (!realtime(t->policy) || priority > t->rt_priority))
			error = -EPERM;
		else if (nice && *nice < t->nice && (u64)(20 - *nice) > rlimit(RLIMIT_NICE))
			error = -EPERM;
	}
	if (!error) {
		t->reset_on_fork = reset;
		error = sched_set(t, policy, realtime(policy) ? priority : 0, nice ? *nice : t->nice);
	}
	task_put(t);
	return error;
}

long sys_sched_setscheduler(pid_t pid, int policy, const struct abi_sched_param __user *param)
{
	struct abi_sched_param p;

	if (policy < 0 || !param)
		return -EINVAL;
	if (copy_from_user(&p, param, sizeof(p)))
		return -EFAULT;
	return set_policy(pid, policy, p.sched_priority, NULL);
}

long sys_sched_setparam(pid_t pid, const struct abi_sched_param __user *param)
{
	struct abi_sched_param p;

	if (!param)
		return -EINVAL;
	if (copy_from_user(&p, param, sizeof(p)))
		return -EFAULT;
	return set_policy(pid, -1 & ~SCHED_RESET_ON_FORK, p.sched_priority, NULL);
}

long sys_sched_getscheduler(pid_t pid)
{
	struct task *t = pid < 0 ? NULL : find(pid);
	long policy;

	if (!t)
		return pid < 0 ? -EINVAL : -ESRCH;
	policy = t->policy | (t->reset_on_fork ? SCHED_RESET_ON_FORK : 0);
	task_put(t);
	return policy;
}

long sys_sched_getparam(pid_t pid, struct abi_sched_param __user *param)
{
	struct task *t = pid < 0 || !param ? NULL : find(pid);
	struct abi_sched_param p;

	if (!t)
		return pid < 0 || !param ? -EINVAL : -ESRCH;
	p.sched_priority = t->rt_priority;
	task_put(t);
	return copy_to_user(param, &p, sizeof(p)) ? -EFAULT : 0;
}

#define SCHED_FLAG_RESET_ON_FORK 1u
#define SCHED_ATTR_SIZE_VER0 48u

long sys_sched_setattr(pid_t pid, struct abi_sched_attr __user *uattr, unsigned flags)
{
	struct abi_sched_attr a;
	u32 size;

	if (!uattr || pid < 0 || flags)
		return -EINVAL;
	if (get_user(size, &uattr->size))
		return -EFAULT;
	if (!size)
		size = SCHED_ATTR_SIZE_VER0;
	if (size < SCHED_ATTR_SIZE_VER0 || size > sizeof(a))
		return put_user((u32)sizeof(a), &uattr->size) ? -EFAULT : -E2BIG;
	memset(&a, 0, sizeof(a));
	if (copy_from_user(&a, uattr, size))
		return -EFAULT;
	if (a.sched_flags & ~(u64)SCHED_FLAG_RESET_ON_FORK || (int)a.sched_policy < 0 || a.sched_nice < -20 || a.sched_nice > 19)
		return -EINVAL;
	return set_policy(pid, (int)a.sched_policy | (a.sched_flags & SCHED_FLAG_RESET_ON_FORK ? SCHED_RESET_ON_FORK : 0),
			  (int)a.sched_priority, realtime((int)a.sched_policy) ? NULL : &a.sched_nice);
}

long sys_sched_getattr(pid_t pid, struct abi_sched_attr __user *uattr, unsigned size, unsigned flags)
{
	struct abi_sched_attr a;
	struct task *t;

	if (!uattr || pid < 0 || flags || size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		return -EINVAL;
	t = find(pid);
	if (!t)
		return -ESRCH;
	memset(&a, 0, sizeof(a));
	a.size = min(size, (unsigned)sizeof(a));
	a.sched_policy = (u32)t->policy;
	a.sched_flags = t->reset_on_fork ? SCHED_FLAG_RESET_ON_FORK : 0;
	a.sched_nice = realtime(t->policy) ? 0 : t->nice;
	a.sched_priority = (u32)t->rt_priority;
	task_put(t);
	return copy_to_user(uattr, &a, a.size) ? -EFAULT : 0;
}

long sys_sched_get_priority_max(int policy)
{
	return realtime(policy) ? 99 : policy == SCHED_NORMAL || policy == SCHED_BATCH || policy == SCHED_IDLE ? 0 : -EINVAL;
}

long sys_sched_get_priority_min(int policy)
{
	return realtime(policy) ? 1 : policy == SCHED_NORMAL || policy == SCHED_BATCH || policy == SCHED_IDLE ? 0 : -EINVAL;
}

static int rr_interval(pid_t pid, struct timespec64 *ts)
{
	struct task *t = pid < 0 ? NULL : find(pid);

	if (!t)
		return pid < 0 ? -EINVAL : -ESRCH;
	ns_to_timespec64(t->policy == SCHED_RR ? RR_SLICE : t->policy == SCHED_FIFO ? 0 : TICK_NS, ts);
	task_put(t);
	return 0;
}

long sys_sched_rr_get_interval(pid_t pid, struct abi_timespec32 __user *u)
{
	struct timespec64 ts;
	int error = rr_interval(pid, &ts);

	return error ? error : timespec_to_user32(&ts, u);
}

long sys_sched_rr_get_interval_time64(pid_t pid, struct abi_timespec64 __user *u)
{
	struct timespec64 ts;
	int error = rr_interval(pid, &ts);

	return error ? error : timespec_to_user64(&ts, u);
}

long sys_sched_yield(void)
{
	yield();
	return 0;
}

long sys_sched_setaffinity(pid_t pid, unsigned len, const unsigned long __user *mask)
{
	struct task *t;
	unsigned long first = 0;
	bool allowed;

	if (copy_from_user(&first, mask, min(len, (unsigned)sizeof(first))))
		return -EFAULT;
	t = find(pid);
	if (!t)
		return -ESRCH;
	allowed = same_owner(t) || capable(CAP_SYS_NICE);
	task_put(t);
	if (!allowed)
		return -EPERM;
	return first & 1 ? 0 : -EINVAL;
}

long sys_sched_getaffinity(pid_t pid, unsigned len, unsigned long __user *mask)
{
	struct task *t;

	if (len < sizeof(unsigned long) || len % sizeof(unsigned long))
		return -EINVAL;
	t = find(pid);
	if (!t)
		return -ESRCH;
	task_put(t);
	return put_user(1ul, mask) ? -EFAULT : (long)sizeof(unsigned long);
}

static int __init sched_sysctls(void)
{
	int error = sysctl_int("kernel/sched_rt_period_us", 0644, &rt_period_us, 1, 0x7fffffff);

	return error ? error : sysctl_int("kernel/sched_rt_runtime_us", 0644, &rt_runtime_us, -1, 0x7fffffff);
}
late_initcall(sched_sysctls);
