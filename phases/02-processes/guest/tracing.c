/*
 * ptrace: stops and their reports, registers and memory, what a tracer may change; seizing, listening, detaching;
 * the end of tracer and tracee.
 */
#include "../../guest/testing.h"
#include "thread.h"

#include <abi/elf.h>
#include <abi/ptrace.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <sys/wait.h>

static long trace(long request, pid_t pid, unsigned long addr, void *data)
{
	return syscall(SYS_ptrace, request, pid, addr, data);
}

static struct abi_user_regs regs_of(pid_t pid)
{
	struct abi_user_regs r = { 0 };

	trace(PTRACE_GETREGS, pid, 0, &r);
	return r;
}

static volatile int cell = 1234;

/* A child that is traced from its first instruction on, stopped by SIGSTOP. */
static pid_t traced(void (*body)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (trace(PTRACE_TRACEME, 0, 0, 0))
			_exit(120);
		raise(SIGSTOP);
		body();
		_exit(0);
	}
	BAIL_UNLESS(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP, "no child");
	return pid;
}

static int next_stop(pid_t pid, long request, int sig)
{
	int status = 0;

	if (trace(request, pid, 0, (void *)(long)sig) || waitpid(pid, &status, __WALL) != pid)
		return -1;
	return status;
}

static void finish(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	waitpid(pid, &status, __WALL);
}

/* ---- system calls ---- */

static void calls_getppid(void)
{
	for (;;)
		cell = (int)syscall(SYS_getppid);
}

static void test_syscalls(void)
{
	pid_t pid = traced(calls_getppid);
	struct abi_ptrace_syscall_info info;
	struct abi_user_regs r;
	unsigned long message = 0;
	int status;

	IS(trace(PTRACE_SETOPTIONS, pid, 0, (void *)PTRACE_O_TRACESYSGOOD), 0);
	status = next_stop(pid, PTRACE_SYSCALL, 0);
	while (WIFSTOPPED(status) && regs_of(pid).orig_eax != SYS_getppid)
		status = next_stop(pid, PTRACE_SYSCALL, 0);
	OK(WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80), "the entry of a call stops it");
	r = regs_of(pid);
	IS((int)r.eax, -ENOSYS);
	IS(trace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info), 80);
	if (info.op == PTRACE_SYSCALL_INFO_EXIT) {		/* it was in the middle of one */
		status = next_stop(pid, PTRACE_SYSCALL, 0);
		trace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
	}
	OK(info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_getppid && info.arch == AUDIT_ARCH_I386, "and says so");
	OK(trace(PTRACE_GETEVENTMSG, pid, 0, &message) == 0 && message == PTRACE_EVENTMSG_SYSCALL_ENTRY, "its message, too");
	status = next_stop(pid, PTRACE_SYSCALL, 0);
	OK(WSTOPSIG(status) == (SIGTRAP | 0x80) && (int)regs_of(pid).eax == getpid(), "the end stops it with the result");
	OK(trace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) == 33 && info.op == PTRACE_SYSCALL_INFO_EXIT &&
	   info.exit.rval == getpid() && !info.exit.is_error, "and says so");
	status = next_stop(pid, PTRACE_SYSCALL, 0);
	r = regs_of(pid);
	r.orig_eax = SYS_getpid;
	IS(trace(PTRACE_SETREGS, pid, 0, &r), 0);
	next_stop(pid, PTRACE_SYSCALL, 0);
	IS((int)regs_of(pid).eax, pid);
	next_stop(pid, PTRACE_SYSCALL, 0);
	r = regs_of(pid);
	r.orig_eax = (unsigned)-1;
	r.eax = 77;
	trace(PTRACE_SETREGS, pid, 0, &r);
	next_stop(pid, PTRACE_SYSCALL, 0);
	OK(regs_of(pid).eax == 77, "a call that the tracer takes away leaves its result");
	r = regs_of(pid);
	r.eax = 4711;
	trace(PTRACE_SETREGS, pid, 0, &r);
	next_stop(pid, PTRACE_SYSCALL, 0);
	IS(trace(PTRACE_PEEKDATA, pid, (unsigned long)&cell, &status), 0);
	OK(status == 4711, "and so does one that it gives at the end");
	finish(pid);
}

static void calls_exit_group(void)
{
	syscall(SYS_getppid);
	_exit(cell == 5 ? 11 : 12);
}

static void test_emulation(void)
{
	pid_t pid = traced(calls_exit_group);
	struct abi_user_regs r;
	int status, five = 5;

	status = next_stop(pid, PTRACE_SYSEMU, 0);
	while (WIFSTOPPED(status) && regs_of(pid).orig_eax != SYS_getppid)
		status = next_stop(pid, PTRACE_SYSEMU, 0);
	r = regs_of(pid);
	OK(WIFSTOPPED(status) && r.orig_eax == SYS_getppid, "PTRACE_SYSEMU stops at the entry");
	IS(trace(PTRACE_POKEDATA, pid, (unsigned long)&cell, (void *)(long)five), 0);
	status = next_stop(pid, PTRACE_CONT, 0);
	OK(WIFEXITED(status) && WEXITSTATUS(status) == 11, "what was poked is seen: status %d", status);
}

/* ---- registers ---- */

static void loads_registers(void)
{
	static const double number = 1.5;

	__asm__ volatile("fldl %0\n\tmovl $0x1111, %%esi\n\tmovl $0x2222, %%edi\n\tint3\n\tfstp %%st(0)"
			 : : "m"(number) : "esi", "edi");
}

static void test_registers(void)
{
	pid_t pid = traced(loads_registers);
	struct abi_user_regs r, again;
	struct abi_user_i387 fpu;
	struct abi_iovec iov = { (unsigned long)&again, sizeof(again) };
	siginfo_t info;
	unsigned word = 0;
	int status = next_stop(pid, PTRACE_CONT, 0);

	OK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP, "int3");
	OK(trace(PTRACE_GETSIGINFO, pid, 0, &info) == 0 && info.si_signo == SIGTRAP && info.si_code == SI_KERNEL, "its information");
	r = regs_of(pid);
	OK(r.esi == 0x1111 && r.edi == 0x2222 && (r.xcs & 3) == 3, "registers");
	IS(trace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov), 0);
	OK(iov.iov_len == sizeof(again) && memcmp(&r, &again, sizeof(r)) == 0, "the same as a set");
	iov.iov_len = 8;
	OK(trace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov) == 0 && iov.iov_len == 8, "the first of them");
	ERRNO(trace(PTRACE_GETREGSET, pid, 0x7777, &iov), EINVAL);
	OK(trace(PTRACE_GETFPREGS, pid, 0, &fpu) == 0 && (fpu.cwd & 0xffff) == 0x37f && ((unsigned char *)fpu.st_space)[7] == 0xc0,
	   "the FPU's: 1.5 on its stack");
	OK(trace(PTRACE_PEEKUSR, pid, offsetof(struct abi_user_area, regs.esi), &word) == 0 && word == 0x1111, "a word of them");
	IS(trace(PTRACE_POKEUSR, pid, offsetof(struct abi_user_area, regs.edi), (void *)0x3333), 0);
	IS(regs_of(pid).edi, 0x3333);
	ERRNO(trace(PTRACE_PEEKUSR, pid, 2, &word), EIO);
	ERRNO(trace(PTRACE_PEEKUSR, pid, sizeof(struct abi_user_area), &word), EIO);
	r = regs_of(pid);
	r.xcs = 0x08;
	ERRNO(trace(PTRACE_SETREGS, pid, 0, &r), EIO);
	r.xcs = regs_of(pid).xcs;
	r.eflags |= 0x3000;		/* the I/O privilege level */
	OK(trace(PTRACE_SETREGS, pid, 0, &r) == 0 && !(regs_of(pid).eflags & 0x3000), "privileged flags are not the tracer's to give");
	ERRNO(trace(PTRACE_POKEUSR, pid, offsetof(struct abi_user_area, u_debugreg[0]), (void *)0xc0000000ul), EINVAL);
	ERRNO(trace(PTRACE_POKEUSR, pid, offsetof(struct abi_user_area, u_debugreg[4]), (void *)0), EIO);
	finish(pid);
}

static void writes_cell(void)
{
	for (int i = 0; i < 50; i++)
		syscall(SYS_getppid);
	for (int i = 0; i < 3; i++)
		cell = 100 + i;
	_exit(0);
}

static void test_steps(void)
{
	pid_t pid = traced(writes_cell);
	struct abi_user_regs r;
	unsigned dr6 = 0, eip;
	int status, steps = 0, moved = 1;
	siginfo_t info;

	for (; steps < 200; steps++) {
		eip = regs_of(pid).eip;
		status = next_stop(pid, PTRACE_SINGLESTEP, 0);
		if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
			break;
		moved &= regs_of(pid).eip != eip;
	}
	OK(steps == 200 && moved, "two hundred single steps, system calls among them (%d)", steps);
	OK(!(regs_of(pid).eflags & 0x100), "whose flag is not shown");
	IS(trace(PTRACE_POKEUSR, pid, offsetof(struct abi_user_area, u_debugreg[0]), (void *)&cell), 0);
	IS(trace(PTRACE_POKEUSR, pid, offsetof(struct abi_user_area, u_debugreg[7]), (void *)0xd0001ul), 0);
	status = next_stop(pid, PTRACE_CONT, 0);
	trace(PTRACE_GETSIGINFO, pid, 0, &info);
	OK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP && info.si_code == TRAP_HWBKPT, "a watched word is written: code %d", info.si_code);
	OK(trace(PTRACE_PEEKUSR, pid, offsetof(struct abi_user_area, u_debugreg[6]), &dr6) == 0 && (dr6 & 15) == 1, "which one it was");
	trace(PTRACE_PEEKDATA, pid, (unsigned long)&cell, &status);
	OK(status >= 100 && status <= 102, "after the store");
	r = regs_of(pid);
	(void)r;
	trace(PTRACE_POKEUSR, pid, offsetof(struct abi_user_area, u_debugreg[7]), (void *)0);
	status = next_stop(pid, PTRACE_CONT, 0);
	OK(WIFEXITED(status), "and no more once it is turned off");
}

/* ---- signals ---- */

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

static void takes_signals(void)
{
	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, on_signal);
	raise(SIGUSR1);
	_exit(caught);
}

static void test_signals(void)
{
	pid_t pid = traced(takes_signals);
	siginfo_t info;
	int status = next_stop(pid, PTRACE_CONT, 0);

	OK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1, "a signal stops it before the handler");
	OK(trace(PTRACE_GETSIGINFO, pid, 0, &info) == 0 && info.si_signo == SIGUSR1 && info.si_pid == pid, "who sent it");
	status = next_stop(pid, PTRACE_CONT, SIGUSR2);
	OK(WIFEXITED(status) && WEXITSTATUS(status) == SIGUSR2, "the tracer sends on another one");
	pid = traced(takes_signals);
	next_stop(pid, PTRACE_CONT, 0);
	status = next_stop(pid, PTRACE_CONT, 0);
	OK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "or none");
	ERRNO(trace(PTRACE_CONT, pid, 0, 0), ESRCH);
}

/* ---- families ---- */

static void forks_and_execs(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(3);
	waitpid(pid, NULL, 0);
	execl("/proc/self/exe", "tracing", "exit", "9", NULL);
	_exit(99);
}

static void test_events(void)
{
	pid_t pid = traced(forks_and_execs), child;
	unsigned long message = 0;
	int status, exec = 0, ended = 0, at_exit = 0;

	IS(trace(PTRACE_SETOPTIONS, pid, 0, (void *)(PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT)), 0);
	status = next_stop(pid, PTRACE_CONT, 0);
	OK(status >> 8 == (SIGTRAP | PTRACE_EVENT_FORK << 8) && trace(PTRACE_GETEVENTMSG, pid, 0, &message) == 0, "a fork");
	child = (pid_t)message;
	OK(waitpid(child, &status, __WALL) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP, "its child is traced, too");
	status = next_stop(child, PTRACE_CONT, 0);
	OK(status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8) && trace(PTRACE_GETEVENTMSG, child, 0, &message) == 0 && message == 3 << 8,
	   "the child ends");
	trace(PTRACE_CONT, child, 0, 0);
	OK(waitpid(child, &status, __WALL) == child && WIFEXITED(status) && WEXITSTATUS(status) == 3, "and is reported to us");
	for (int i = 0; i < 10 && !ended; i++) {
		status = next_stop(pid, PTRACE_CONT, i && WIFSTOPPED(status) && WSTOPSIG(status) == SIGCHLD ? SIGCHLD : 0);
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
			exec = trace(PTRACE_GETEVENTMSG, pid, 0, &message) == 0 && message == (unsigned long)pid;
		} else if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
			at_exit = 1;
		} else if (WIFEXITED(status)) {
			ended = 1;
		}
	}
	OK(exec, "an exec");
	OK(at_exit && ended && WEXITSTATUS(status) == 9, "and the end: status %x", status);
}

static int counts(void *unused)
{
	(void)unused;
	for (;;)
		__sync_fetch_and_add(&cell, 1);
	return 0;
}

static void runs_a_thread(void)
{
	struct thread t;

	cell = 0;
	thread_start(&t, counts, NULL);
	for (;;)
		pause();
}

static void test_threads(void)
{
	pid_t pid = traced(runs_a_thread);
	unsigned long tid = 0;
	int status, before = 0, after = 0, stopped = 0;

	trace(PTRACE_SETOPTIONS, pid, 0, (void *)PTRACE_O_TRACECLONE);
	status = next_stop(pid, PTRACE_CONT, 0);
	OK(status >> 8 == (SIGTRAP | PTRACE_EVENT_CLONE << 8) && trace(PTRACE_GETEVENTMSG, pid, 0, &tid) == 0, "a new thread");
	OK(waitpid((pid_t)tid, &status, __WALL) == (pid_t)tid && WIFSTOPPED(status), "stops at once");
	trace(PTRACE_CONT, pid, 0, 0);
	/* Until it has come to count. */
	for (int i = 0; i < 500 && !before; i++) {
		trace(PTRACE_CONT, (pid_t)tid, 0, 0);
		usleep(20000);
		stopped = syscall(SYS_tgkill, pid, tid, SIGSTOP) == 0 && waitpid((pid_t)tid, &status, __WALL) == (pid_t)tid &&
			  WSTOPSIG(status) == SIGSTOP;
		trace(PTRACE_PEEKDATA, (pid_t)tid, (unsigned long)&cell, &before);
	}
	OK(stopped, "one thread can be stopped");
	usleep(20000);
	trace(PTRACE_PEEKDATA, (pid_t)tid, (unsigned long)&cell, &after);
	OK(before > 0 && before == after, "and stands still");
	kill(pid, SIGKILL);
	OK(waitpid((pid_t)tid, &status, __WALL) == (pid_t)tid && WIFSIGNALED(status), "the thread's end is reported");
	OK(waitpid(pid, &status, __WALL) == pid && WTERMSIG(status) == SIGKILL, "and the process's");
}

/* ---- seizing ---- */

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			pause();
	}
	return pid;
}

static void test_seize(void)
{
	pid_t pid = sleeper();
	siginfo_t info;
	int status = 0;

	ERRNO(trace(PTRACE_SEIZE, pid, 0, (void *)0x80000000ul), EIO);
	IS(trace(PTRACE_SEIZE, pid, 0, (void *)PTRACE_O_TRACESYSGOOD), 0);
	ERRNO(trace(PTRACE_SEIZE, pid, 0, 0), EPERM);
	IS(waitpid(pid, &status, WNOHANG), 0);
	ERRNO(trace(PTRACE_CONT, pid, 0, 0), ESRCH);
	OK(trace(PTRACE_INTERRUPT, pid, 0, 0) == 0 && waitpid(pid, &status, 0) == pid && status >> 8 == (SIGTRAP | PTRACE_EVENT_STOP << 8),
	   "interrupted");
	IS(trace(PTRACE_CONT, pid, 0, 0), 0);
	kill(pid, SIGSTOP);
	OK(waitpid(pid, &status, 0) == pid && WSTOPSIG(status) == SIGSTOP && status >> 16 == 0, "SIGSTOP is seen first as a signal");
	status = next_stop(pid, PTRACE_CONT, SIGSTOP);
	OK(status >> 8 == (SIGSTOP | PTRACE_EVENT_STOP << 8), "then as a group stop");
	IS(trace(PTRACE_LISTEN, pid, 0, 0), 0);
	ERRNO(trace(PTRACE_GETSIGINFO, pid, 0, &info), ESRCH);
	kill(pid, SIGCONT);
	OK(waitpid(pid, &status, 0) == pid && status >> 8 == (SIGTRAP | PTRACE_EVENT_STOP << 8), "listening, it tells of SIGCONT");
	status = next_stop(pid, PTRACE_CONT, 0);
	OK(WSTOPSIG(status) == SIGCONT, "and then takes it");
	IS(trace(PTRACE_DETACH, pid, 0, 0), 0);
	ERRNO(trace(PTRACE_INTERRUPT, pid, 0, 0), ESRCH);
	IS(waitpid(pid, &status, WNOHANG), 0);
	finish(pid);
}

static void test_attach(void)
{
	pid_t pid = sleeper(), stranger;
	char path[40], line[600];
	int status, fd, n, word = 0;
	struct iovec local = { &word, sizeof(word) }, remote = { (void *)&cell, sizeof(cell) };

	IS(trace(PTRACE_ATTACH, pid, 0, 0), 0);
	OK(waitpid(pid, &status, 0) == pid && WSTOPSIG(status) == SIGSTOP, "attached");
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY);
	n = (int)read(fd, line, sizeof(line) - 1);
	line[n > 0 ? n : 0] = 0;
	close(fd);
	snprintf(path, sizeof(path), "TracerPid:\t%d\n", getpid());
	OK(strstr(line, path) && strstr(line, "t (tracing stop)"), "as /proc shows");
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	cell = 1;
	word = 4242;
	OK(pwrite(fd, &word, sizeof(word), (off_t)(unsigned long)&cell) == 4, "its memory is written");
	word = 0;
	OK(pread(fd, &word, sizeof(word), (off_t)(unsigned long)&cell) == 4 && word == 4242 && cell == 1, "and read, by /proc");
	ERRNO(pread(fd, &word, sizeof(word), 0), EIO);
	word = 0;
	OK(syscall(SYS_process_vm_readv, pid, &local, 1, &remote, 1, 0) == 4 && word == 4242, "process_vm_readv");
	word = 99;
	OK(syscall(SYS_process_vm_writev, pid, &local, 1, &remote, 1, 0) == 4, "process_vm_writev");
	OK(trace(PTRACE_PEEKDATA, pid, (unsigned long)&cell, &word) == 0 && word == 99, "wrote");
	ERRNO(syscall(SYS_process_vm_readv, pid, &local, 1, &remote, 1, 1), EINVAL);
	ERRNO(trace(PTRACE_PEEKDATA, pid, 16, &word), EIO);
	ERRNO(trace(0x1234, pid, 0, 0), EIO);
	ERRNO(trace(PTRACE_DETACH, pid, 0, (void *)99), EIO);
	IS(trace(PTRACE_DETACH, pid, 0, 0), 0);
	close(fd);
	stranger = fork();
	if (stranger == 0) {
		if (setuid(1000))
			_exit(1);
		_exit(trace(PTRACE_ATTACH, pid, 0, 0) == -1 && errno == EPERM &&
		      syscall(SYS_process_vm_readv, pid, &local, 1, &remote, 1, 0) == -1 && errno == EPERM ? 0 : 2);
	}
	OK(waitpid(stranger, &status, 0) == stranger && status == 0, "another user may not");
	ERRNO(trace(PTRACE_ATTACH, getpid(), 0, 0), EPERM);
	ERRNO(trace(PTRACE_ATTACH, 2, 0, 0), EPERM);
	ERRNO(trace(PTRACE_ATTACH, 32000, 0, 0), ESRCH);
	finish(pid);
}

/* What happens to tracees whose tracer ends. */
static void test_tracer_ends(void)
{
	pid_t pid = sleeper(), tracer;
	int status;

	tracer = fork();
	if (tracer == 0) {
		trace(PTRACE_ATTACH, pid, 0, 0);
		waitpid(pid, &status, __WALL);
		_exit(0);
	}
	waitpid(tracer, &status, 0);
	usleep(10000);
	IS(kill(pid, 0), 0);
	IS(waitpid(pid, &status, WNOHANG), 0);
	tracer = fork();
	if (tracer == 0) {
		trace(PTRACE_SEIZE, pid, 0, (void *)PTRACE_O_EXITKILL);
		_exit(0);
	}
	waitpid(tracer, &status, 0);
	OK(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGKILL, "PTRACE_O_EXITKILL ends the tracee with the tracer");
	/* Its real parent still learns how it ended when somebody else traced it. */
	pid = sleeper();
	tracer = fork();
	if (tracer == 0) {
		trace(PTRACE_SEIZE, pid, 0, 0);
		kill(pid, SIGTERM);
		waitpid(pid, &status, __WALL);
		trace(PTRACE_CONT, pid, 0, (void *)SIGTERM);
		_exit(waitpid(pid, &status, __WALL) == pid && WTERMSIG(status) == SIGTERM ? 0 : 1);
	}
	OK(waitpid(tracer, &status, 0) == tracer && status == 0, "a tracer that is not the parent waits first");
	OK(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGTERM, "then the parent");
}

int main(int argc, char **argv)
{
	if (argc > 2)
		return atoi(argv[2]);
	test_syscalls();
	test_emulation();
	test_registers();
	test_steps();
	test_signals();
	test_events();
	test_threads();
	test_seize();
	test_attach();
	test_tracer_ends();
	ERRNO(waitpid(-1, NULL, WNOHANG), ECHILD);
	return test_done();
}
