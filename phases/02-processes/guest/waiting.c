/* wait and its kin: every event told once, to whom it is due; who takes over the children of a parent that ended. */
#include "../../guest/testing.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

static pid_t child(int code)
{
	pid_t pid = fork();

	if (pid == 0) {
		while (code < 0)
			pause();
		_exit(code);
	}
	return pid;
}

static void test_ends(void)
{
	int status = 0;
	siginfo_t info;
	struct rusage usage;

	ERRNO(waitpid(-1, &status, 0), ECHILD);
	pid_t pid = child(42);
	OK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 42, "an exit status");
	ERRNO(waitpid(pid, &status, 0), ECHILD);
	pid = child(7);
	memset(&info, 0, sizeof(info));
	OK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0 && info.si_pid == pid && info.si_status == 7 &&
	   info.si_code == CLD_EXITED && info.si_signo == SIGCHLD, "waitid with WNOWAIT");
	IS(kill(pid, 0), 0);
	OK(wait4(pid, &status, 0, &usage) == pid && WEXITSTATUS(status) == 7, "leaves it to be waited for");
	ERRNO(kill(pid, 0), ESRCH);
	pid = child(-1);
	IS(waitpid(pid, &status, WNOHANG), 0);
	info.si_pid = 99;
	OK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0, "waitid with WNOHANG says pid 0");
	kill(pid, SIGTERM);
	OK(waitid(P_PID, (id_t)pid, &info, WEXITED) == 0 && info.si_code == CLD_KILLED && info.si_status == SIGTERM, "killed");
	pid = child(-1);
	OK(kill(pid, SIGSTOP) == 0 && waitpid(pid, &status, WUNTRACED) == pid && WSTOPSIG(status) == SIGSTOP, "a stop");
	IS(waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
	OK(kill(pid, SIGCONT) == 0 && waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status), "and a continuation");
	IS(waitpid(pid, &status, WCONTINUED | WNOHANG), 0);
	kill(pid, SIGSTOP);
	OK(waitid(P_PID, (id_t)pid, &info, WSTOPPED) == 0 && info.si_code == CLD_STOPPED && info.si_status == SIGSTOP, "waitid: a stop");
	kill(pid, SIGKILL);
	OK(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGKILL, "SIGKILL ends what is stopped");
}

static void test_errors(void)
{
	siginfo_t info;
	int status;

	ERRNO(waitpid(-1, &status, 0x100000), EINVAL);
	ERRNO(waitid(P_ALL, 0, &info, 0), EINVAL);
	ERRNO(waitid(P_ALL, 0, &info, WEXITED), ECHILD);
	ERRNO(waitid(P_PID, 0, &info, WEXITED), EINVAL);
	ERRNO(waitid((idtype_t)17, 1, &info, WEXITED), EINVAL);
	ERRNO(waitpid((pid_t)0x80000000, &status, 0), ESRCH);
	pid_t pid = child(3);
	usleep(10000);
	ERRNO(waitpid(pid, (int *)8, 0), EFAULT);
}

static void test_groups(void)
{
	pid_t a = child(-1), b = child(-1);
	int status;

	setpgid(a, a);
	IS(waitpid(-a, &status, WNOHANG), 0);
	ERRNO(waitpid(-b, &status, WNOHANG), ECHILD);
	kill(b, SIGKILL);
	IS(waitpid(0, &status, 0), b);
	ERRNO(waitpid(0, &status, 0), ECHILD);
	kill(a, SIGKILL);
	IS(waitpid(-1, &status, 0), a);
}

static void test_orphans(void)
{
	volatile pid_t *parent = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;

	for (int reaper = 1; reaper >= 0; reaper--) {
		IS(prctl(PR_SET_CHILD_SUBREAPER, reaper), 0);
		*parent = 0;
		pid_t pid = fork();
		if (pid == 0) {
			pid_t me = getpid();
			if (fork() == 0) {
				while (getppid() == me)
					usleep(1000);
				*parent = getppid();
				_exit(9);
			}
			_exit(0);
		}
		waitpid(pid, &status, 0);
		while (!*parent)
			usleep(1000);
		if (reaper) {
			IS(*parent, getpid());
			OK(wait(&status) > 0 && WEXITSTATUS(status) == 9, "whose child it is then");
		} else {
			OK(*parent != getpid(), "without a reaper it is another's: %d", *parent);
			ERRNO(wait(&status), ECHILD);
		}
	}
	/* PR_SET_PDEATHSIG */
	*parent = 0;
	pid_t pid = fork();
	if (pid == 0) {
		pid_t grandchild = fork();
		if (grandchild == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			*parent = getpid();
			for (;;)
				pause();
		}
		while (!*parent)
			usleep(1000);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	for (int i = 0; i < 4000 && kill(*parent, 0) == 0; i++)
		usleep(5000);
	ERRNO(kill(*parent, 0), ESRCH);
}

static void test_crowd(void)
{
	pid_t pids[100];
	int status, right = 0;

	for (int i = 0; i < 100; i++)
		pids[i] = child(i);
	for (int i = 99; i >= 0; i--)
		right += waitpid(pids[i], &status, 0) == pids[i] && WEXITSTATUS(status) == i;
	IS(right, 100);
	signal(SIGCHLD, SIG_IGN);
	for (int i = 0; i < 20; i++)
		child(1);
	ERRNO(waitpid(-1, &status, 0), ECHILD);
	signal(SIGCHLD, SIG_DFL);
}

int main(void)
{
	TEST_PLAN(37);
	setpgid(0, 0);
	test_ends();
	test_errors();
	test_groups();
	test_orphans();
	test_crowd();
	return test_done();
}
