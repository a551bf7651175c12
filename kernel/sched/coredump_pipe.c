/*
 * The program that takes core dumps from a pipe (core(5), "Piping core dumps to a program").
 *
 * It is the kernel's child and not the dying process's: it runs as root in the root directory, with nothing of its
 * cause's but what it is told. The dump is written while it reads; if it ends, so does the dump. Afterwards the process
 * stays for it to look at in /proc if there is a core_pipe_limit, or else ends while it may still be at work.
 */
#include <core/string.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <fs/namei.h>
#include <mm/kmalloc.h>
#include <sched/coredump.h>
#include <sched/exec.h>
#include <sched/internal.h>
#include <abi/errno.h>
#include <abi/sched.h>

int core_pipe_limit;
static atomic_t under_way;

bool core_helper_begin(void)
{
	int before = atomic_fetch_add(1, &under_way), limit = READ_ONCE(core_pipe_limit);

	if (!limit || before < limit)
		return true;
	core_helper_end();
	pr_warn("core_pipe_limit: no dump of process %d (%s): %d are under way\n", current->tgid, current->comm, limit);
	return false;
}

void core_helper_end(void)
{
	atomic_dec(&under_way);
}

void core_helper_wait(struct file *end)
{
	if (READ_ONCE(core_pipe_limit))
		pipe_finish(end);
}

/* Of the process that dies, a new kernel thread has signal actions and limits. */
static void forget_origin(struct task *self)
{
	memset(self->sighand->action, 0, sizeof(self->sighand->action));
	memcpy(self->signal->rlim, init_task.signal->rlim, sizeof(self->signal->rlim));
	self->signal->rlim[RLIMIT_CORE] = (struct abi_rlimit64){ 1, 1 };
	self->personality = 0;
}

static int become_helper(struct core_helper *h)
{
	static const char *const envp[] = { "HOME=/", "PATH=/sbin:/bin:/usr/sbin:/usr/bin", NULL };
	int fd;

	current->files = files_alloc();
	if (!current->files)
		return -ENOMEM;
	fd = fd_alloc(0, 0);
	if (fd < 0)
		return fd;
	fd_install((unsigned)fd, h->input);
	h->input = NULL;
	return kernel_execve(h->argv[0], h->argv, envp);
}

/* Returns as the program, or ends. */
static void helper(void *arg)
{
	struct core_helper *h = arg;
	int error;

	forget_origin(current);
	error = become_helper(h);
	if (error)
		pr_info("core_pattern: %s: error %d\n", h->argv[0], -error);
	if (h->input)
		file_put(h->input);
	kfree(h);
}

struct file *core_helper_start(struct core_helper *h)
{
	/* Not CLONE_FS: its directory is its own. */
	const struct clone_request request = { .flags = CLONE_VM, .fn = helper, .arg = h, .name = "core-helper" };
	struct file *ends[2];
	struct task *t;
	int error = -EINVAL;

	if (!h->argv[0])
		goto out_helper;
	error = pipe_create(ends, 0);
	if (error)
		goto out_helper;
	h->input = ends[0];
	t = task_clone(&request);
	if (IS_ERR(t)) {
		error = (int)PTR_ERR(t);
		goto out_pipe;
	}
	wake_up_new_task(t);
	return ends[1];
out_pipe:
	file_put(ends[0]);
	file_put(ends[1]);
out_helper:
	kfree(h);
	return ERR_PTR(error);
}
