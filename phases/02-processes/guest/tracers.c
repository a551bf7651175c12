/*
 * Who of a process traces, and whose a child is: the thread that began it. What the others may do, and what becomes of
 * tracees and children when that thread ends or another one execs.
 */
#include "../../guest/testing.h"
#include "thread.h"

#include <abi/ptrace.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define ALL (__WALL)
#define NO_THREAD 0x20000000	/* __WNOTHREAD */

static long result(long r)
{
	return r < 0 ? -errno : r;
}

static long trace(long request, pid_t pid, unsigned long addr, void *data)
{
	return result(syscall(SYS_ptrace, request, pid, addr, data));
}

/* ---- a thread that does what it is told, and ends when it is told nothing ---- */

typedef long (*job)(void);
static struct thread other;
static int jobs[2], results[2];
static pid_t subject;		/* whom the jobs are about */

static int serves(void *unused)
{
	job what;

	(void)unused;
	while (read(jobs[0], &what, sizeof(what)) == sizeof(what) && what) {
		long r = what();

		if (write(results[1], &r, sizeof(r)) != sizeof(r))
			break;
	}
	return 0;
}

static void start_other(void)
{
	BAIL_UNLESS(!pipe(jobs) && !pipe(results) && !thread_start(&other, serves, NULL), "no thread");
}

static long by_other(job what)
{
	long r = -1;

	if (write(jobs[1], &what, sizeof(what)) != sizeof(what) || read(results[0], &r, sizeof(r)) != sizeof(r))
		return -1;
	return r;
}

static int tell_end(void *unused)
{
	job nothing = unused;

	return write(jobs[1], &nothing, sizeof(nothing)) != sizeof(nothing);
}

static void end_other(void)
{
	int tid = other.tid;

	if (tid)
		tell_end(NULL);
	thread_join(&other);
	/* That was before it left its family. */
	while (tid && !syscall(SYS_tgkill, getpid(), tid, 0))
		usleep(1000);
	close(jobs[0]);
	close(jobs[1]);
	close(results[0]);
	close(results[1]);
}

/* ---- jobs ---- */

static long seizes(void) { return trace(PTRACE_SEIZE, subject, 0, NULL); }
static long seizes_for_life(void) { return trace(PTRACE_SEIZE, subject, 0, (void *)PTRACE_O_EXITKILL); }
static long interrupts(void) { return trace(PTRACE_INTERRUPT, subject, 0, NULL); }
static long continues(void) { return trace(PTRACE_CONT, subject, 0, NULL); }
static long waits_own(void) { return result(waitpid(subject, NULL, ALL | NO_THREAD | WNOHANG)); }
static long waits_any(void) { return result(waitpid(subject, NULL, ALL | WNOHANG)); }
static long waits_stop(void) { return result(waitpid(subject, NULL, ALL)); }

static long makes_child(void)
{
	subject = (pid_t)syscall(SYS_fork);
	if (subject == 0)
		for (;;)
			pause();
	return subject > 0 ? 0 : -1;
}

static long makes_tracee(void)
{
	subject = (pid_t)syscall(SYS_fork);
	if (subject == 0) {
		trace(PTRACE_TRACEME, 0, 0, NULL);
		syscall(SYS_kill, (pid_t)syscall(SYS_getpid), SIGSTOP);
		for (;;)
			pause();
	}
	return waits_stop() == subject ? 0 : -1;
}

static long makes_mourner(void)
{
	subject = (pid_t)syscall(SYS_fork);
	if (subject == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
		syscall(SYS_kill, (pid_t)syscall(SYS_getpid), SIGSTOP);
		for (;;)
			pause();
	}
	if (waitpid(subject, NULL, WUNTRACED) != subject)
		return -1;
	return kill(subject, SIGCONT);
}

static long execs_check(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", subject);
	execl("/proc/self/exe", "tracers", "still-traces", pid, NULL);
	return -1;
}

/* ---- ---- */

/* Its line of /proc/PID/status, as a number or the first letter. */
static int status_of(pid_t pid, const char *what)
{
	char path[32], text[1024], *at;
	int fd, n;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY);
	n = (int)read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	at = strstr(text, what);
	if (!at)
		return -1;
	at += strlen(what) + 2;
	return *at >= '0' && *at <= '9' ? atoi(at) : *at;
}

static pid_t sleeper(void)
{
	makes_child();
	return subject;
}

/* A process that is not our child. */
static pid_t strangers_child(pid_t *mother)
{
	int ends[2];

	BAIL_UNLESS(!pipe(ends), "a pipe");
	*mother = fork();
	if (*mother == 0) {
		pid_t pid = sleeper();

		if (write(ends[1], &pid, sizeof(pid)) != sizeof(pid))
			_exit(1);
		for (;;)
			pause();
	}
	BAIL_UNLESS(read(ends[0], &subject, sizeof(subject)) == sizeof(subject), "no process");
	close(ends[0]);
	close(ends[1]);
	return subject;
}

static int end_of(pid_t pid, int kill_it)
{
	int status = 0;

	if (kill_it)
		kill(pid, SIGKILL);
	if (waitpid(pid, &status, ALL) != pid)
		return -1;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 256 + WEXITSTATUS(status);
}

static int ends_other_soon(void *nothing)
{
	usleep(50000);
	return tell_end(nothing);
}

static void test_requests(void)
{
	struct abi_user_regs regs;
	struct thread ender;
	pid_t mother, pid = strangers_child(&mother);

	start_other();
	IS(by_other(seizes), 0);
	IS(status_of(pid, "TracerPid"), other.tid);
	IS(interrupts(), -ESRCH);
	IS(by_other(interrupts), 0);
	IS(waits_own(), -ECHILD);
	IS(waits_stop(), pid);
	IS(continues(), -ESRCH);
	IS(trace(PTRACE_GETREGS, pid, 0, &regs), -ESRCH);
	IS(trace(PTRACE_DETACH, pid, 0, NULL), -ESRCH);
	IS(seizes(), -EPERM);
	IS(by_other(continues), 0);
	IS(by_other(waits_own), 0);
	/* The thread ends while we wait for its tracee. */
	thread_start(&ender, ends_other_soon, NULL);
	IS(waits_stop(), -ECHILD);
	thread_join(&ender);
	end_other();
	IS(status_of(pid, "TracerPid"), 0);
	IS(seizes(), 0);
	IS(trace(PTRACE_INTERRUPT, pid, 0, NULL), 0);
	IS(waits_stop(), pid);
	IS(trace(PTRACE_DETACH, pid, 0, NULL), 0);
	kill(pid, SIGKILL);
	end_of(mother, 1);
}

static void test_ends(void)
{
	pid_t pid = sleeper();

	start_other();
	by_other(seizes);
	by_other(interrupts);
	IS(by_other(waits_stop), pid);
	IS(status_of(pid, "State"), 't');
	end_other();
	OK(strchr("RS", status_of(pid, "State")), "what stood still goes on");
	IS(waits_any(), 0);
	IS(end_of(pid, 1), SIGKILL);
	pid = sleeper();
	start_other();
	IS(by_other(seizes_for_life), 0);
	end_other();
	IS(end_of(pid, 0), SIGKILL);
	/* A tracee that has ended is its parent's again. */
	pid = sleeper();
	start_other();
	by_other(seizes);
	kill(pid, SIGKILL);
	usleep(20000);
	end_other();
	IS(end_of(pid, 0), SIGKILL);
}

static void test_traceme(void)
{
	start_other();
	IS(by_other(makes_tracee), 0);
	IS(status_of(subject, "TracerPid"), other.tid);
	IS(continues(), -ESRCH);
	IS(by_other(continues), 0);
	end_other();
	IS(status_of(subject, "TracerPid"), 0);
	IS(end_of(subject, 1), SIGKILL);
}

static void test_children(void)
{
	pid_t ours = sleeper(), its;

	start_other();
	IS(waits_own(), 0);
	IS(by_other(waits_own), -ECHILD);
	IS(by_other(waits_any), 0);
	by_other(makes_child);
	its = subject;
	IS(waits_own(), -ECHILD);
	IS(waits_any(), 0);
	IS(by_other(waits_own), 0);
	kill(its, SIGKILL);
	usleep(20000);
	IS(waits_own(), -ECHILD);
	end_other();
	IS(waitpid(its, NULL, NO_THREAD), its);
	IS(end_of(ours, 1), SIGKILL);
	/* The signal of a parent's death comes when the thread ends. */
	start_other();
	IS(by_other(makes_mourner), 0);
	end_other();
	IS(end_of(subject, 0), SIGTERM);
	IS(waits_any(), -ECHILD);
}

/* A process of two threads execs. 0: the thread that traces; 1: the other one, and what is traced ends. */
static int exec_by(int first_traces, int first_execs)
{
	pid_t pid = fork();

	if (pid == 0) {
		start_other();
		if (first_traces ? seizes_for_life() : by_other(seizes_for_life))
			_exit(100);
		if (first_execs)
			execs_check();
		else
			by_other(execs_check);
		_exit(101);
	}
	return end_of(pid, 0) - 256;
}

static void test_exec(void)
{
	for (int traces = 0; traces < 2; traces++) {
		for (int execs = 0; execs < 2; execs++) {
			pid_t pid = sleeper();

			IS(exec_by(traces, execs), traces == execs ? 0 : ESRCH);
			IS(end_of(pid, 0), SIGKILL);	/* by the tracer's end, or that of the thread */
		}
	}
}

int main(int argc, char **argv)
{
	if (argc > 2) {
		subject = atoi(argv[2]);
		return (int)-interrupts();
	}
	TEST_PLAN(53);
	test_requests();
	test_ends();
	test_traceme();
	test_children();
	test_exec();
	IS(result(waitpid(-1, NULL, WNOHANG)), -ECHILD);
	return test_done();
}
