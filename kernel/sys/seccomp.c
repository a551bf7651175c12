/* seccomp(2), and prctl(2)'s older way to the same. */
#include <arch/uaccess.h>
#include <fs/fdtable.h>
#include <fs/vfs.h>
#include <mm/kmalloc.h>
#include <sched/seccomp.h>
#include <sched/task.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/fcntl.h>

#define KNOWN_FLAGS \
	(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW | SECCOMP_FILTER_FLAG_NEW_LISTENER | \
	 SECCOMP_FILTER_FLAG_TSYNC_ESRCH | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)

static bool flags_agree(unsigned flags)
{
	const unsigned both = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER;

	if (flags & ~KNOWN_FLAGS)
		return false;
	/* A result could be either a thread or a descriptor. */
	if ((flags & both) == both && !(flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH))
		return false;
	return !(flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) || (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

static struct seccomp_filter *copy_filter(const struct abi_sock_fprog *program, bool log, struct seccomp_listener *l)
{
	size_t size = program->len * sizeof(struct abi_sock_filter);
	struct abi_sock_filter *code = kmalloc(size, GFP_KERNEL);
	struct seccomp_filter *f;

	if (!code)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(code, (const void __user *)(unsigned long)program->filter, size))
		f = ERR_PTR(-EFAULT);
	else
		f = seccomp_filter_new(code, program->len, log, l);
	kfree(code);
	return f;
}

static long attach(const struct abi_sock_fprog *program, unsigned flags, struct seccomp_listener *l)
{
	struct seccomp_filter *f = copy_filter(program, flags & SECCOMP_FILTER_FLAG_LOG, l);
	long result;

	if (IS_ERR(f)) {
		if (l)
			seccomp_listener_desert(l);
		return PTR_ERR(f);
	}
	result = seccomp_attach(f, flags & SECCOMP_FILTER_FLAG_TSYNC);
	if (result)
		seccomp_filter_put(f);
	return result > 0 && (flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH) ? -ESRCH : result;
}

/* A filter that asks: the descriptor of whom. */
static long attach_listener(const struct abi_sock_fprog *program, unsigned flags)
{
	struct seccomp_listener *l = seccomp_listener_new(flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	struct file *f;
	long result;
	int fd;

	if (!l)
		return -ENOMEM;
	fd = fd_alloc(0, O_CLOEXEC);
	f = fd < 0 ? ERR_PTR(fd) : seccomp_listener_file(l);
	if (IS_ERR(f)) {
		if (fd >= 0)
			fd_release((unsigned)fd);
		seccomp_listener_desert(l);
		return PTR_ERR(f);
	}
	result = attach(program, flags, l);
	if (result) {
		fd_release((unsigned)fd);
		file_put(f);
		return result;
	}
	fd_install((unsigned)fd, f);
	return fd;
}

static long set_filter(unsigned flags, const void __user *args)
{
	struct abi_sock_fprog program;

	if (!flags_agree(flags))
		return -EINVAL;
	if (copy_from_user(&program, args, sizeof(program)))
		return -EFAULT;
	if (program.len == 0 || program.len > BPF_MAXINSNS)
		return -EINVAL;
	/* Or an ordinary user could mislead a program of more rights by refusing it calls. */
	if (!current->no_new_privs && !capable(CAP_SYS_ADMIN))
		return -EACCES;
	return flags & SECCOMP_FILTER_FLAG_NEW_LISTENER ? attach_listener(&program, flags) : attach(&program, flags, NULL);
}

static long notif_sizes(struct abi_seccomp_notif_sizes __user *u)
{
	static const struct abi_seccomp_notif_sizes sizes = {
		sizeof(struct abi_seccomp_notif), sizeof(struct abi_seccomp_notif_resp), sizeof(struct abi_seccomp_data),
	};

	return copy_to_user(u, &sizes, sizeof(sizes)) ? -EFAULT : 0;
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
	case SECCOMP_RET_USER_NOTIF:
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
	case SECCOMP_GET_NOTIF_SIZES:
		return flags ? -EINVAL : notif_sizes(args);
	}
	return -EINVAL;
}
