/* clone() and clone3(): what is shared, which ids are stored where, which combinations are refused. */
#include "../../guest/testing.h"
#include "thread.h"

#include <abi/sched.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char stack[16384] __attribute__((aligned(16)));
#define TOP (stack + sizeof(stack))

static long raw(unsigned long flags)
{
	long pid = syscall(SYS_clone, flags, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return pid;
}

static void test_refused(void)
{
	static const unsigned long namespaces[] = {CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID,
						   CLONE_NEWNET, CLONE_NEWCGROUP};

	ERRNO(raw(CLONE_THREAD | CLONE_VM | SIGCHLD), EINVAL);
	ERRNO(raw(CLONE_SIGHAND | SIGCHLD), EINVAL);
	for (unsigned i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
		ERRNO(raw(namespaces[i] | SIGCHLD), EINVAL);
	struct abi_clone_args args = {.exit_signal = SIGCHLD};
	ERRNO(syscall(SYS_clone3, &args, 8), EINVAL);
	ERRNO(syscall(SYS_clone3, (void *)1, sizeof(args)), EFAULT);
	args.exit_signal = 65;
	ERRNO(syscall(SYS_clone3, &args, sizeof(args)), EINVAL);
	args = (struct abi_clone_args){.flags = CLONE_VM, .stack = 4096, .exit_signal = SIGCHLD};
	ERRNO(syscall(SYS_clone3, &args, sizeof(args)), EINVAL);
	ERRNO(waitpid(-1, NULL, WNOHANG), ECHILD);
}

static void test_clone3(void)
{
	int parent_tid = 0, status;
	static volatile int *shared;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	BAIL_UNLESS(shared != MAP_FAILED, "no shared memory");
	struct abi_clone_args args = {
		.flags = CLONE_PARENT_SETTID | CLONE_CHILD_SETTID, .exit_signal = SIGCHLD,
		.parent_tid = (unsigned long)&parent_tid, .child_tid = (unsigned long)shared,
	};
	long pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		_exit(*shared == getpid() ? 5 : 6);
	OK(pid > 0 && parent_tid == pid, "clone3 stores the id for the parent");
	OK(waitpid((pid_t)pid, &status, 0) == pid && WEXITSTATUS(status) == 5, "and in the child's memory");
}

static int change(void *argument)
{
	*(volatile int *)argument += 1;
	umask(077);
	return chdir("/dev") ? 1 : 3;
}

static void test_shared(void)
{
	volatile int value = 0;
	char path[64];
	int status;
	mode_t mask = umask(022);

	pid_t pid = clone(change, TOP, SIGCHLD, (void *)&value);
	OK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3 && value == 0, "without CLONE_VM the memory is a copy");
	OK(getcwd(path, sizeof(path)) && strcmp(path, "/dev") != 0, "and the directory its own");
	pid = clone(change, TOP, CLONE_VM | CLONE_FS | SIGCHLD, (void *)&value);
	OK(waitpid(pid, &status, 0) == pid && value == 1, "with CLONE_VM it is one");
	OK(getcwd(path, sizeof(path)) && strcmp(path, "/dev") == 0, "CLONE_FS: so is the directory");
	IS(umask(mask), 077);
	IS(chdir("/"), 0);
	/* A child that sends no SIGCHLD is waited for with __WCLONE or __WALL only. */
	pid = clone(change, TOP, CLONE_VM, (void *)&value);
	ERRNO(waitpid(pid, &status, WNOHANG), ECHILD);
	OK(waitpid(pid, &status, __WCLONE) == pid, "__WCLONE");
}

static int wait_a_little(void *argument)
{
	usleep(20000);
	*(volatile int *)argument = 7;
	return 0;
}

static void test_vfork(void)
{
	volatile int value = 0;
	int status;

	pid_t pid = clone(wait_a_little, TOP, CLONE_VM | CLONE_VFORK | SIGCHLD, (void *)&value);
	OK(pid > 0 && value == 7, "CLONE_VFORK returns when the child is gone");
	waitpid(pid, &status, 0);
	pid = vfork();
	if (pid == 0) {
		value = 8;
		execl("/bin/sh", "sh", "-c", "exit 9", (char *)NULL);
		_exit(1);
	}
	OK(value == 8 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 9, "vfork and exec");
}

static int report_ids(void *argument)
{
	volatile int *ids = argument;

	ids[0] = getpid();
	ids[1] = (int)syscall(SYS_gettid);
	ids[2] = getppid();
	return 0;
}

static int sleep_long(void *argument)
{
	(void)argument;
	for (;;)
		pause();
	return 0;
}

static void test_parent_and_ids(void)
{
	volatile int ids[3] = {0};
	struct thread t;
	int status, ends[2];
	pid_t ours = getpid();

	BAIL_UNLESS(thread_start(&t, report_ids, (void *)ids) == 0, "no thread");
	thread_join(&t);
	OK(ids[0] == ours && ids[1] != ours && ids[2] == getppid(), "a thread has its group's pid and an id of its own");
	BAIL_UNLESS(thread_start(&t, sleep_long, NULL) == 0, "no thread");
	ERRNO(tgkill(ours + 1, t.tid, 0), ESRCH);
	IS(tgkill(ours, t.tid, 0), 0);
	ERRNO(setpgid(t.tid, t.tid), EINVAL);
	OK(pipe(ends) == 0, "a pipe");
	pid_t pid = fork();
	if (pid == 0) {
		long sibling = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
		if (sibling == 0)
			_exit(getppid() == ours ? 21 : 22);
		_exit(write(ends[1], &sibling, sizeof(sibling)) != sizeof(sibling));
	}
	long sibling = 0;
	IS(read(ends[0], &sibling, sizeof(sibling)), sizeof(sibling));
	OK(waitpid((pid_t)sibling, &status, 0) == sibling && WEXITSTATUS(status) == 21, "CLONE_PARENT makes a sibling");
	waitpid(pid, &status, 0);
	OK(status == 0, "whose maker ends by itself");
}

int main(void)
{
	TEST_PLAN(34);
	test_refused();
	test_clone3();
	test_shared();
	test_vfork();
	test_parent_and_ids();
	return test_done();		/* with a thread that still sleeps: exit_group() takes it along */
}
