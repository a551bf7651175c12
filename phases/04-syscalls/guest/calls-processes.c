/* Calls about processes, by their numbers: making and ending them, ids and rights, signals, scheduling, limits. */
#include "calls.h"
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define NOPROC	99999

static long out[256];
static const unsigned long mask[2], full_mask[2] = { 0x200, 0 };	/* SIGUSR1 */
static const long soon[4] = { 0, 1000000 }, wrong[2] = { 0, 2000000000 };
static const long soon64[4] = { 0, 0, 1000000, 0 };

/* What waits for a signal works if one ends it. */
#define SUSPENDS(name, ...) do { \
	long result_ = syscall(__NR_##name, ##__VA_ARGS__); \
	int error_ = errno; \
	fails(#name, "EINTR", EINTR, result_, __LINE__); \
	gives(#name, EINTR, result_ == -1 ? error_ : 0, __LINE__); \
} while (0)

static void nothing(int sig)
{
	(void)sig;
}

static void life(void)
{
	const char *argv[] = { "true", NULL };
	long clone_args[16] = { 0 };
	struct rlimit few = { 1, 1 };
	int fd = open("/bin/true", O_RDONLY);

	pid_t pid = (pid_t)syscall(__NR_fork);
	if (pid == 0)
		syscall(__NR_exit, 7);
	gives("fork", 7, child_status(pid), __LINE__);
	gives("exit", pid > 0, 1, __LINE__);
	pid = vfork();
	if (pid == 0)
		_exit(8);
	gives("vfork", 8, child_status(pid), __LINE__);
	gives("exit_group", pid > 0, 1, __LINE__);
	pid = (pid_t)syscall(__NR_clone, SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(9);
	gives("clone", 9, child_status(pid), __LINE__);
	clone_args[8] = SIGCHLD;
	pid = (pid_t)syscall(__NR_clone3, clone_args, 64);
	if (pid == 0)
		_exit(10);
	gives("clone3", 10, child_status(pid), __LINE__);
	FAILS(EINVAL, clone, 0x10000, 0, 0, 0, 0);		/* a thread without its handlers */
	FAILS(EINVAL, clone, 0x800, 0, 0, 0, 0);		/* handlers without memory */
	FAILS(EINVAL, clone3, clone_args, 8);
	FAILS(EFAULT, clone3, BADP, 64);
	FAILS(E2BIG, clone3, clone_args, 5000);
	pid = fork();
	if (pid == 0) {
		become_user();
		setrlimit(RLIMIT_NPROC, &few);
		errno = 0;
		if (syscall(__NR_fork) != -1 || errno != EAGAIN || syscall(__NR_vfork) != -1 || errno != EAGAIN ||
		    syscall(__NR_clone, SIGCHLD, 0, 0, 0, 0) != -1 || errno != EAGAIN || syscall(__NR_clone3, clone_args, 64) != -1)
			_exit(1);
		_exit(errno);
	}
	errno = child_status(pid);
	fails("fork", "EAGAIN", EAGAIN, -1, __LINE__);
	fails("vfork", "EAGAIN", EAGAIN, -1, __LINE__);
	fails("clone", "EAGAIN", EAGAIN, -1, __LINE__);
	fails("clone3", "EAGAIN", EAGAIN, -1, __LINE__);
	CHILD_WORKS(execve, "/bin/true", argv, NULL);
	CHILD_WORKS(execveat, fd, "", argv, NULL, 0x1000);
	FAILS(EACCES, execve, "/etc/passwd", argv, NULL);
	FAILS(EACCES, execve, "/etc", argv, NULL);
	FAILS(EFAULT, execve, "/bin/true", BADP, NULL);
	FAILS(EINVAL, execveat, fd, "x", argv, NULL, 7);
	int bad = open("/tmp/every-call", O_CREAT | O_WRONLY, 0755);
	write(bad, "nonsense", 8);
	FAILS(ETXTBSY, execve, "/tmp/every-call", argv, NULL);
	close(bad);
	FAILS(ENOEXEC, execve, "/tmp/every-call", argv, NULL);
	unlink("/tmp/every-call");
	close(fd);
}

static void waiting(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	GIVES(pid, waitpid, pid, out, 0);
	pid = fork();
	if (pid == 0)
		_exit(0);
	GIVES(pid, wait4, pid, out, 0, out);
	pid = fork();
	if (pid == 0)
		_exit(0);
	WORKS(waitid, 1, pid, out, 4, NULL);
	FAILS(ECHILD, waitpid, -1, out, 0);
	FAILS(ECHILD, wait4, -1, out, 0, NULL);
	FAILS(ECHILD, waitid, 0, 0, out, 4, NULL);
	FAILS(EINVAL, waitpid, -1, out, 0x1000);
	FAILS(EINVAL, wait4, -1, out, 0x1000, NULL);
	FAILS(EINVAL, waitid, 77, 0, out, 4, NULL);
	FAILS(EINVAL, waitid, 0, 0, out, 0, NULL);
	FAILS(ESRCH, wait4, 0x80000000, out, 0, NULL);
	pid = fork();
	if (pid == 0)
		_exit(0);
	FAILS(EFAULT, wait4, pid, BADP, 0, NULL);
	long pidfd;
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(1);
	}
	pidfd = WORKS(pidfd_open, pid, 0);
	FAILS(EINVAL, pidfd_open, pid, 7);
	FAILS(EINVAL, pidfd_open, -1, 0);
	FAILS(ESRCH, pidfd_open, NOPROC, 0);
	close((int)WORKS(pidfd_getfd, pidfd, 0, 0));
	FAILS(EBADF, pidfd_getfd, NOFD, 0, 0);
	FAILS(EBADF, pidfd_getfd, pidfd, NOFD, 0);
	FAILS(EINVAL, pidfd_getfd, pidfd, 0, 1);
	USER_FAILS(EPERM, pidfd_getfd, pidfd, 0, 0);
	FAILS(EBADF, process_madvise, NOFD, out, 1, 20, 0);
	FAILS(EINVAL, process_madvise, pidfd, out, 1, 4, 0);
	FAILS(EINVAL, process_madvise, pidfd, out, 1, 20, 1);
	FAILS(EFAULT, process_madvise, pidfd, BADP, 1, 20, 0);
	unsigned vec[2] = { (unsigned)(uintptr_t)out & ~4095u, 4096 };
	GIVES(4096, process_madvise, pidfd, vec, 1, 20, 0);
	USER_FAILS(EACCES, process_madvise, pidfd, vec, 1, 20, 0);
	GIVES(0, kcmp, pid, getpid(), 0, 0, 0);
	FAILS(EINVAL, kcmp, pid, getpid(), 77, 0, 0);
	FAILS(EBADF, kcmp, pid, getpid(), 0, NOFD, 0);
	FAILS(ESRCH, kcmp, NOPROC, getpid(), 0, 0, 0);
	USER_FAILS(EPERM, kcmp, pid, getpid(), 0, 0, 0);
	static char here[8];
	unsigned local[2] = { (unsigned)(uintptr_t)out, 8 }, remote[2] = { (unsigned)(uintptr_t)here, 8 }, nowhere[2] = { 8, 8 };
	GIVES(8, process_vm_readv, pid, local, 1, remote, 1, 0);
	GIVES(8, process_vm_writev, pid, local, 1, remote, 1, 0);
	FAILS(EFAULT, process_vm_readv, pid, local, 1, nowhere, 1, 0);
	FAILS(EFAULT, process_vm_writev, pid, local, 1, nowhere, 1, 0);
	FAILS(EINVAL, process_vm_readv, pid, local, 1, remote, 1, 1);
	FAILS(EINVAL, process_vm_writev, pid, local, 1, remote, 1, 1);
	FAILS(EINVAL, process_vm_readv, pid, local, 1025, remote, 1, 0);
	FAILS(ESRCH, process_vm_readv, NOPROC, local, 1, remote, 1, 0);
	FAILS(ESRCH, process_vm_writev, NOPROC, local, 1, remote, 1, 0);
	USER_FAILS(EPERM, process_vm_readv, pid, local, 1, remote, 1, 0);
	USER_FAILS(EPERM, process_vm_writev, pid, local, 1, remote, 1, 0);
	WORKS(ptrace, 0x4206, pid, 0, 0);			/* PTRACE_SEIZE */
	FAILS(EPERM, ptrace, 0x4206, pid, 0, 0);
	FAILS(ESRCH, ptrace, 0x4206, NOPROC, 0, 0);
	FAILS(EIO, ptrace, 0x4206, getppid(), 0, 0x1000000);
	USER_FAILS(EPERM, ptrace, 16, pid, 0, 0);
	USER_FAILS(EPERM, pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	FAILS(EBADF, pidfd_send_signal, NOFD, SIGKILL, NULL, 0);
	FAILS(EINVAL, pidfd_send_signal, pidfd, 77, NULL, 0);
	FAILS(EINVAL, pidfd_send_signal, pidfd, SIGKILL, NULL, 7);
	WORKS(pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	child_status(pid);
	FAILS(ESRCH, pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	FAILS(ESRCH, process_madvise, pidfd, vec, 1, 20, 0);
	FAILS(ESRCH, pidfd_getfd, pidfd, 0, 0);
	close((int)pidfd);
}

static void ids(void)
{
	struct { unsigned version; int pid; } head = { 0x20080522, 0 }, odd = { 77, 0 }, other = { 0x20080522, NOPROC };
	unsigned caps[6];

	GIVES(getpid(), getpid);
	GIVES(getpid(), gettid);
	GIVES(getppid(), getppid);
	GIVES(0, getuid);
	GIVES(0, getuid32);
	GIVES(0, getgid);
	GIVES(0, getgid32);
	GIVES(0, geteuid);
	GIVES(0, geteuid32);
	GIVES(0, getegid);
	GIVES(0, getegid32);
	GIVES(0, setfsuid, 0);
	GIVES(0, setfsgid, 0);
	GIVES(0, setfsuid32, -1);
	GIVES(0, setfsgid32, -1);
	WORKS(setuid, 0);
	WORKS(setgid, 0);
	WORKS(setuid32, 0);
	WORKS(setgid32, 0);
	WORKS(setreuid, -1, -1);
	WORKS(setregid, -1, -1);
	WORKS(setreuid32, -1, -1);
	WORKS(setregid32, -1, -1);
	WORKS(setresuid, -1, -1, -1);
	WORKS(setresgid, -1, -1, -1);
	WORKS(setresuid32, -1, -1, -1);
	WORKS(setresgid32, -1, -1, -1);
	WORKS(getresuid, out, out, out);
	WORKS(getresgid, out, out, out);
	WORKS(getresuid32, out, out, out);
	WORKS(getresgid32, out, out, out);
	FAILS(EFAULT, getresuid, BADP, out, out);
	FAILS(EFAULT, getresgid, BADP, out, out);
	FAILS(EFAULT, getresuid32, BADP, out, out);
	FAILS(EFAULT, getresgid32, BADP, out, out);
	FAILS(EINVAL, setuid32, -1);
	FAILS(EINVAL, setgid32, -1);
	FAILS(EINVAL, setuid, 0xffff);
	FAILS(EINVAL, setgid, 0xffff);
	USER_FAILS(EPERM, setuid, 0);
	USER_FAILS(EPERM, setgid, 0);
	USER_FAILS(EPERM, setuid32, 0);
	USER_FAILS(EPERM, setgid32, 0);
	USER_FAILS(EPERM, setreuid, 0, 0);
	USER_FAILS(EPERM, setregid, 0, 0);
	USER_FAILS(EPERM, setreuid32, 0, 0);
	USER_FAILS(EPERM, setregid32, 0, 0);
	USER_FAILS(EPERM, setresuid, 0, 0, 0);
	USER_FAILS(EPERM, setresgid, 0, 0, 0);
	USER_FAILS(EPERM, setresuid32, 0, 0, 0);
	USER_FAILS(EPERM, setresgid32, 0, 0, 0);
	unsigned short groups16[2] = { 4, 5 };
	unsigned groups[2] = { 4, 5 };
	WORKS(setgroups, 2, groups16);
	GIVES(2, getgroups, 2, out);
	WORKS(setgroups32, 2, groups);
	GIVES(2, getgroups32, 0, NULL);
	FAILS(EINVAL, getgroups, 1, out);
	FAILS(EINVAL, getgroups32, 1, out);
	FAILS(EFAULT, getgroups, 2, BADP);
	FAILS(EFAULT, getgroups32, 2, BADP);
	FAILS(EINVAL, setgroups, 70000, groups16);
	FAILS(EINVAL, setgroups32, 70000, groups);
	FAILS(EFAULT, setgroups, 2, BADP);
	FAILS(EFAULT, setgroups32, 2, BADP);
	USER_FAILS(EPERM, setgroups, 0, NULL);
	USER_FAILS(EPERM, setgroups32, 0, NULL);
	WORKS(capget, &head, caps);
	WORKS(capset, &head, caps);
	FAILS(EINVAL, capget, &odd, caps);
	odd.version = 77;		/* it was told what there is */
	FAILS(EINVAL, capset, &odd, caps);
	FAILS(ESRCH, capget, &other, caps);
	FAILS(EPERM, capset, &other, caps);
	FAILS(EFAULT, capget, BADP, caps);
	FAILS(EFAULT, capset, &head, BADP);
	memset(caps, 0xff, sizeof(caps));
	USER_FAILS(EPERM, capset, &head, caps);
	WORKS(getpgrp);
	WORKS(getpgid, 0);
	WORKS(getsid, 0);
	FAILS(ESRCH, getpgid, NOPROC);
	FAILS(ESRCH, getsid, NOPROC);
	CHILD_WORKS(setpgid, 0, 0);
	CHILD_WORKS(setsid);
	FAILS(EINVAL, setpgid, 0, -1);
	FAILS(ESRCH, setpgid, NOPROC, 0);
	FAILS(EPERM, setpgid, 0, NOPROC);
	pid_t pid = fork();
	if (pid == 0) {
		setsid();
		_exit(syscall(__NR_setsid) == -1 && errno == EPERM && syscall(__NR_setpgid, 0, 0) == -1 ? errno : 0);
	}
	errno = child_status(pid);
	fails("setsid", "EPERM", EPERM, -1, __LINE__);
}

static void signals(void)
{
	struct { void *handler; unsigned long flags; void *restorer; unsigned long mask[2]; } act = { 0, 0, 0, { 0, 0 } };
	struct { void *sp; int flags; size_t size; } stack = { out, 0, 100 }, off = { 0, 2, 0 };
	long info[32] = { 0 };

	WORKS(signal, SIGUSR2, 1);
	WORKS(signal, SIGUSR2, 0);
	FAILS(EINVAL, signal, 77, 0);
	FAILS(EINVAL, signal, SIGKILL, 1);
	WORKS(sigaction, SIGUSR2, NULL, out);
	WORKS(rt_sigaction, SIGUSR2, &act, out, 8);
	FAILS(EINVAL, sigaction, 77, NULL, out);
	FAILS(EFAULT, sigaction, SIGUSR2, BADP, NULL);
	FAILS(EINVAL, rt_sigaction, 77, NULL, out, 8);
	FAILS(EINVAL, rt_sigaction, SIGKILL, &act, NULL, 8);
	FAILS(EINVAL, rt_sigaction, SIGUSR2, NULL, out, 4);
	FAILS(EFAULT, rt_sigaction, SIGUSR2, BADP, NULL, 8);
	WORKS(sigprocmask, 0, mask, out);
	WORKS(rt_sigprocmask, 0, mask, out, 8);
	FAILS(EINVAL, sigprocmask, 77, mask, out);
	FAILS(EINVAL, rt_sigprocmask, 77, mask, out, 8);
	FAILS(EINVAL, rt_sigprocmask, 0, mask, out, 4);
	FAILS(EFAULT, sigprocmask, 0, BADP, out);
	FAILS(EFAULT, rt_sigprocmask, 0, BADP, out, 8);
	GIVES(0, sgetmask);
	GIVES(0, ssetmask, 0);
	WORKS(sigpending, out);
	WORKS(rt_sigpending, out, 8);
	FAILS(EFAULT, sigpending, BADP);
	FAILS(EFAULT, rt_sigpending, BADP, 8);
	FAILS(EINVAL, rt_sigpending, out, 16);
	WORKS(sigaltstack, NULL, out);
	FAILS(ENOMEM, sigaltstack, &stack, NULL);
	stack.flags = 77;
	FAILS(EINVAL, sigaltstack, &stack, NULL);
	FAILS(EFAULT, sigaltstack, BADP, NULL);
	WORKS(sigaltstack, &off, NULL);
	WORKS(kill, getpid(), 0);
	FAILS(EINVAL, kill, getpid(), 77);
	FAILS(ESRCH, kill, NOPROC, 0);
	USER_FAILS(EPERM, kill, getppid(), SIGTERM);
	WORKS(tkill, getpid(), 0);
	FAILS(EINVAL, tkill, 0, 0);
	FAILS(EINVAL, tkill, getpid(), 77);
	FAILS(ESRCH, tkill, NOPROC, 0);
	USER_FAILS(EPERM, tkill, getppid(), SIGTERM);
	WORKS(tgkill, getpid(), getpid(), 0);
	FAILS(EINVAL, tgkill, -1, 1, 0);
	FAILS(ESRCH, tgkill, NOPROC, getpid(), 0);
	FAILS(EINVAL, tgkill, getpid(), getpid(), 77);
	USER_FAILS(EPERM, tgkill, getppid(), getppid(), SIGTERM);
	info[2] = -1;
	WORKS(rt_sigqueueinfo, getpid(), 0, info);
	WORKS(rt_tgsigqueueinfo, getpid(), getpid(), 0, info);
	FAILS(EINVAL, rt_sigqueueinfo, getpid(), 77, info);
	FAILS(ESRCH, rt_sigqueueinfo, NOPROC, 0, info);
	FAILS(EFAULT, rt_sigqueueinfo, getpid(), 0, BADP);
	FAILS(ESRCH, rt_tgsigqueueinfo, NOPROC, NOPROC, 0, info);
	FAILS(EINVAL, rt_tgsigqueueinfo, 0, 0, 0, info);
	FAILS(EFAULT, rt_tgsigqueueinfo, getpid(), getpid(), 0, BADP);
	info[2] = 0;
	FAILS(EPERM, rt_sigqueueinfo, getppid(), 0, info);
	FAILS(EPERM, rt_tgsigqueueinfo, getppid(), getppid(), 0, info);
	syscall(__NR_rt_sigprocmask, 0, full_mask, NULL, 8);
	kill(getpid(), SIGUSR1);
	GIVES(SIGUSR1, rt_sigtimedwait, full_mask, out, soon, 8);
	kill(getpid(), SIGUSR1);
	GIVES(SIGUSR1, rt_sigtimedwait_time64, full_mask, out, soon64, 8);
	FAILS(EAGAIN, rt_sigtimedwait, full_mask, out, soon, 8);
	FAILS(EAGAIN, rt_sigtimedwait_time64, full_mask, out, soon64, 8);
	FAILS(EINVAL, rt_sigtimedwait, full_mask, out, wrong, 8);
	FAILS(EINVAL, rt_sigtimedwait, full_mask, out, soon, 4);
	FAILS(EINVAL, rt_sigtimedwait_time64, full_mask, out, soon64, 4);
	FAILS(EFAULT, rt_sigtimedwait, BADP, out, soon, 8);
	FAILS(EFAULT, rt_sigtimedwait_time64, full_mask, out, BADP, 8);
	/* A handler returns by sigreturn or rt_sigreturn, whichever frame it was given. */
	signal(SIGALRM, nothing);
	const long often[4] = { 0, 20000, 0, 20000 };
	WORKS(setitimer, 0, often, NULL);
	SUSPENDS(pause);
	SUSPENDS(sigsuspend, 0, 0, 0);
	SUSPENDS(rt_sigsuspend, mask, 8);
	FAILS(EINTR, rt_sigtimedwait, full_mask, out, NULL, 8);
	FAILS(EINTR, rt_sigtimedwait_time64, full_mask, out, NULL, 8);
	FAILS(EINTR, poll, NULL, 0, 1000);
	FAILS(EINTR, ppoll, NULL, 0, NULL, NULL, 8);
	FAILS(EINTR, ppoll_time64, NULL, 0, NULL, NULL, 8);
	FAILS(EINTR, _newselect, 0, NULL, NULL, NULL, NULL);
	FAILS(EINTR, pselect6, 0, NULL, NULL, NULL, NULL, NULL);
	FAILS(EINTR, pselect6_time64, 0, NULL, NULL, NULL, NULL, NULL);
	static const long second[4] = { 1, 0, 0, 0 };
	FAILS(EINTR, nanosleep, second, out);
	FAILS(EINTR, clock_nanosleep, 1, 0, second, out);
	FAILS(EINTR, clock_nanosleep_time64, 1, 0, second, out);
	int ep = (int)syscall(__NR_epoll_create1, 0);
	FAILS(EINTR, epoll_wait, ep, out, 1, 1000);
	FAILS(EINTR, epoll_pwait, ep, out, 1, 1000, NULL, 8);
	FAILS(EINTR, epoll_pwait2, ep, out, 1, NULL, NULL, 8);
	close(ep);
	gives("rt_sigreturn", 1, 1, __LINE__);		/* out of the handlers above */
	struct { void *handler; unsigned long flags; void *restorer; unsigned long mask; } old = { (void *)nothing, 0, 0, 0 };
	act.handler = (void *)nothing;
	syscall(__NR_sigaction, SIGALRM, &old, NULL);	/* without SA_SIGINFO: the old frame, by the vDSO's sigreturn */
	FAILS(EINTR, pause);
	gives("sigreturn", 1, 1, __LINE__);
	const long never[4] = { 0 };
	syscall(__NR_setitimer, 0, never, NULL);
	GIVES(0, alarm, 100);
	GIVES(100, alarm, 0);
	FAILS(EINVAL, rt_sigsuspend, mask, 4);
	FAILS(EFAULT, rt_sigsuspend, BADP, 8);
	FAILS(EINTR, restart_syscall);		/* nothing was interrupted */
	/* A sleep that is stopped and continued goes on by it. */
	pid_t pid = fork();
	if (pid == 0) {
		const long tenth[2] = { 0, 100000000 };

		_exit(syscall(__NR_nanosleep, tenth, out) == -1 ? errno : 0);
	}
	syscall(__NR_nanosleep, soon, NULL);
	kill(pid, SIGSTOP);
	syscall(__NR_nanosleep, soon, NULL);
	kill(pid, SIGCONT);
	gives("restart_syscall", 0, child_status(pid), __LINE__);
}

int main(void)
{
	life();
	waiting();
	ids();
	signals();
	return test_done();
}
