/* seccomp(2), and prctl(2)'s older way to the same. */
#include <arch/uaccess.h>
#include <mm/kmalloc.h>
#include <sched/seccomp.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/errno.h>

#define KNOWN_FLAGS (SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW | SECCOMP_FILTER_FLAG_TSYNC_ESRCH)

static long set_filter(unsigned flags, const void __user *args)
{
	struct abi_sock_fprog program;
	struct abi_sock_filter *code;
	struct seccomp_filter *f;
	long result;

	if (flags & ~KNOWN_FLAGS)
		return -EINVAL;
	if (copy_from_user(&program, args, sizeof(program)))
		return -EFAULT;
	if (program.len == 0 || program.len > BPF_MAXINSNS)
		return -EINVAL;
	/* Or an ordinary user could mislead a program of more rights by refusing it calls. */
	if (!current->no_new_privs && !capable(CAP_SYS_ADMIN))
		return -EACCES;
	code = kmalloc(program.len * sizeof(*code), GFP_KERNEL);
	if (!code)
		return -ENOMEM;
	if (copy_from_user(code, (const void __user *)(unsigned long)program.filter, program.len * sizeof(*code)))
		f = ERR_PTR(-EFAULT);
	else
		f = seccomp_filter_new(code, program.len, flags & SECCOMP_FILTER_FLAG_LOG);
	kfree(code);
	if (IS_ERR(f))
		return PTR_ERR(f);
	result = seccomp_attach(f, flags & SECCOMP_FILTER_FLAG_TSYNC);
	if (result)
		seccomp_filter_put(f);
	return result > 0 && (flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH) ? -ESRCH : result;
}

static long action_available(const u32 __user *args)
{
	u32 action;

	if (get_user(action, args))
		return -EFAULT;
	switch (action) {
	case SECCOMP_RET_KILL_PROCESS:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_TRAP:
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ALLOW:
		return 0;
	}
	return -EOPNOTSUPP;
}

long sys_seccomp(unsigned operation, unsigned flags, void __user *args)
{
	switch (operation) {
	case SECCOMP_SET_MODE_STRICT:
		return flags || args ? -EINVAL : seccomp_strict();
	case SECCOMP_SET_MODE_FILTER:
		return set_filter(flags, args);
	case SECCOMP_GET_ACTION_AVAIL:
		return flags ? -EINVAL : action_available(args);
	}
	return -EINVAL;
}
