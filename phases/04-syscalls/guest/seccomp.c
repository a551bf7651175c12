/*
 * seccomp: what filters let pass, refuse, trap and end; which of several decides; who inherits them; whom they may be put on; a
 * tracer that decides; programs that are none.
 */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <abi/seccomp.h>

#define COUNT(a)	(unsigned short)(sizeof(a) / sizeof((a)[0]))
#define LOAD(at)	{ BPF_LD | BPF_W | BPF_ABS, 0, 0, (at) }
#define IF(value, yes, no) { BPF_JMP | BPF_JEQ | BPF_K, (yes), (no), (value) }
#define RETURN(value)	{ BPF_RET | BPF_K, 0, 0, (value) }

static long install(const struct abi_sock_filter *code, unsigned short n, unsigned flags)
{
	struct abi_sock_fprog program = { n, (uint32_t)(uintptr_t)code };

	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static long no_new_privs(void)
{
	return syscall(__NR_prctl, 38, 1, 0, 0, 0);
}

/* For one call that result, the others pass. */
static long answer(unsigned call, unsigned result, unsigned flags)
{
	const struct abi_sock_filter code[] = { LOAD(0), IF(call, 0, 1), RETURN(result), RETURN(SECCOMP_RET_ALLOW) };

	return install(code, COUNT(code), flags);
}

static int status_of(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* What a child of that body ends with. */
#define CHILD(status, ...) do { \
	pid_t pid_ = fork(); \
	if (pid_ == 0) { \
		__VA_ARGS__; \
		_exit(99); \
	} \
	(status) = status_of(pid_); \
} while (0)

static int status_line(const char *name)
{
	static char text[4096];
	int fd = open("/proc/self/status", O_RDONLY), n = fd < 0 ? 0 : (int)read(fd, text, sizeof(text) - 1);
	const char *at;

	text[n > 0 ? n : 0] = 0;
	close(fd);
	at = strstr(text, name);
	return at ? atoi(at + strlen(name)) : -1;
}

static void strict(void)
{
	int status;

	CHILD(status, syscall(__NR_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL); write(1, "", 0); syscall(__NR_exit, 7));
	OK(WIFEXITED(status) && WEXITSTATUS(status) == 7, "strict: writes and ends");
	CHILD(status, syscall(__NR_prctl, 22, 1); syscall(__NR_getpid));
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "strict: any other call is the end");
	ERRNO(syscall(__NR_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL), EINVAL);
}

static volatile int trapped_call, trapped_code, trapped_data;

static void on_trap(int sig, siginfo_t *info, void *context)
{
	const struct { int signo, error, code; unsigned address; int call; unsigned arch; } *i = (void *)info;

	(void)sig;
	(void)context;
	trapped_call = i->call;
	trapped_code = i->code;
	trapped_data = i->error;
}

static void results(void)
{
	int status;

	CHILD(status, no_new_privs(); answer(__NR_getppid, SECCOMP_RET_ERRNO | EXDEV, 0);
	      _exit(syscall(__NR_getppid) == -1 && errno == EXDEV && getpid() > 0 ? 0 : 1));
	IS(status, 0);
	CHILD(status, no_new_privs(); answer(__NR_getppid, SECCOMP_RET_ERRNO | 0xffff, 0);
	      _exit(syscall(__NR_getppid) == -4095 || errno == 4095 ? 0 : 1));
	IS(status, 0);
	CHILD(status, no_new_privs(); answer(__NR_getppid, SECCOMP_RET_LOG, SECCOMP_FILTER_FLAG_LOG); _exit(syscall(__NR_getppid) > 0 ? 0 : 1));
	IS(status, 0);
	CHILD(status, no_new_privs(); answer(__NR_getppid, SECCOMP_RET_KILL_PROCESS, 0); syscall(__NR_getppid));
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "the process is ended by SIGSYS");
	CHILD(status, no_new_privs(); answer(__NR_getppid, 0x12340000, 0); syscall(__NR_getppid));
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "an action that nobody knows ends the process");
	CHILD(status, no_new_privs(); answer(__NR_getppid, SECCOMP_RET_TRACE | 5, 0); _exit(syscall(__NR_getppid) == -1 && errno == ENOSYS ? 0 : 1));
	IS(status, 0);
	CHILD(status, no_new_privs(); answer(__NR_getppid, SECCOMP_RET_TRAP | 77, 0); syscall(__NR_getppid));
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "a trap that nobody handles ends the process");
	CHILD(status, {
		struct sigaction act = { .sa_flags = SA_SIGINFO };

		act.sa_sigaction = on_trap;
		sigaction(SIGSYS, &act, NULL);
		no_new_privs();
		answer(__NR_getppid, SECCOMP_RET_TRAP | 77, 0);
		syscall(__NR_getppid);
		_exit(trapped_call == __NR_getppid && trapped_code == SYS_SECCOMP && trapped_data == 77 ? 0 : 1);
	});
	IS(status, 0);
	/* The strictest of several decides, the newest of those that say the same. */
	CHILD(status, no_new_privs(); answer(__NR_getppid, SECCOMP_RET_ERRNO | 1, 0); answer(__NR_getppid, SECCOMP_RET_ERRNO | 2, 0);
	      answer(__NR_getppid, SECCOMP_RET_LOG, 0); syscall(__NR_getppid);
	      _exit(errno == 2 && status_line("Seccomp:\t") == 2 && status_line("Seccomp_filters:\t") == 3 &&
		    syscall(__NR_prctl, 21) == 2 ? 0 : 1));
	IS(status, 0);
}

/* Arguments are 64 bits wide, of which these calls use the lower half; the architecture and all operations of the code. */
static void code(void)
{
	const struct abi_sock_filter second[] = {
		LOAD(4), IF(AUDIT_ARCH_I386, 1, 0), RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(0), IF(__NR_lseek, 0, 6),
		LOAD(16 + 8), { BPF_ST, 0, 0, 3 },				/* the offset */
		{ BPF_LDX | BPF_MEM, 0, 0, 3 }, { BPF_MISC | BPF_TXA, 0, 0, 0 },
		{ BPF_ALU | BPF_AND | BPF_K, 0, 0, 0xff }, IF(42, 1, 0),
		RETURN(SECCOMP_RET_ALLOW), RETURN(SECCOMP_RET_ERRNO | EDOM),
	};
	int status, fd = open("/etc/passwd", O_RDONLY);

	CHILD(status, no_new_privs(); install(second, COUNT(second), 0);
	      _exit(syscall(__NR_lseek, fd, 0x12a, 0) == -1 && errno == EDOM && syscall(__NR_lseek, fd, 0x12b, 0) == 0x12b ? 0 : 1));
	IS(status, 0);
	close(fd);
	static const struct { const char *what; struct abi_sock_filter code[3]; unsigned short n; } bad[] = {
		{ "nothing", { RETURN(0) }, 0 },
		{ "no return", { LOAD(0) }, 1 },
		{ "beyond the description", { LOAD(64), RETURN(0) }, 2 },
		{ "between words", { LOAD(2), RETURN(0) }, 2 },
		{ "a jump out", { IF(1, 1, 0), RETURN(0) }, 2 },
		{ "a division by 0", { { BPF_ALU | BPF_DIV | BPF_K, 0, 0, 0 }, RETURN(0) }, 2 },
		{ "a shift by 32", { { BPF_ALU | BPF_LSH | BPF_K, 0, 0, 32 }, RETURN(0) }, 2 },
		{ "memory that is not there", { { BPF_ST, 0, 0, 16 }, RETURN(0) }, 2 },
		{ "memory that was not written", { { BPF_LD | BPF_MEM, 0, 0, 1 }, RETURN(0) }, 2 },
		{ "a packet's byte", { { 0x30, 0, 0, 0 }, RETURN(0) }, 2 },
		{ "no code", { { 0xffff, 0, 0, 0 }, RETURN(0) }, 2 },
	};
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		long result = install(bad[i].code, bad[i].n, 0);

		OK(result == -1 && errno == EINVAL, "a filter is refused: %s", bad[i].what);
	}
	ERRNO(install((void *)8, 1, 0), EFAULT);
	ERRNO(syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, (void *)8), EFAULT);
	ERRNO(install(bad[0].code, 1, 0x80), EINVAL);
	ERRNO(syscall(__NR_seccomp, 77, 0, NULL), EINVAL);
	unsigned known = SECCOMP_RET_LOG, unknown = 0x12340000;
	IS(syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &known), 0);
	ERRNO(syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &unknown), EOPNOTSUPP);
	/* An ordinary user first gives up to become more. */
	CHILD(status, syscall(__NR_setresuid32, 65534, 65534, 65534); if (answer(0, SECCOMP_RET_ALLOW, 0) != -1 || errno != EACCES) _exit(1);
	      no_new_privs(); _exit(answer(0, SECCOMP_RET_ALLOW, 0) == 0 ? 0 : 2));
	IS(status, 0);
	/* All filters together have a limit. */
	CHILD(status, {
		static struct abi_sock_filter large[4096];

		for (int i = 0; i < 4095; i++)
			large[i] = (struct abi_sock_filter){ BPF_LD | BPF_IMM, 0, 0, 0 };
		large[4095] = (struct abi_sock_filter)RETURN(SECCOMP_RET_ALLOW);
		no_new_privs();
		for (int i = 0; i < 7; i++)
			if (install(large, 4096, 0))
				_exit(1);
		_exit(install(large, 4096, 0) == -1 && errno == ENOMEM ? 0 : 2);
	});
	IS(status, 0);
}

static void inheritance(const char *self)
{
	int status;

	CHILD(status, {
		no_new_privs();
		answer(__NR_getppid, SECCOMP_RET_ERRNO | EXDEV, 0);
		if (fork() == 0)
			_exit(syscall(__NR_getppid) == -1 && errno == EXDEV ? 5 : 1);
		int inner = -1;
		wait(&inner);
		if (WEXITSTATUS(inner) != 5)
			_exit(1);
		execl(self, self, "refused", NULL);
	});
	IS(status, 0);
}

static volatile int go, thread_error;

static void *thread(void *own)
{
	if (own)
		answer(0x7fffffff, SECCOMP_RET_ALLOW, 0);
	go = 1;
	while (go != 2)
		syscall(__NR_sched_yield);
	thread_error = syscall(__NR_getppid) == -1 ? errno : 0;
	return NULL;
}

static void *ended(void *unused)
{
	(void)unused;
	answer(__NR_getppid, SECCOMP_RET_KILL_THREAD, 0);
	syscall(__NR_getppid);
	go = 3;
	return NULL;
}

static void threads(void)
{
	int status;

	for (int all = 0; all < 2; all++) {
		CHILD(status, {
			pthread_t t;

			no_new_privs();
			go = 0;
			pthread_create(&t, NULL, thread, NULL);
			while (!go)
				syscall(__NR_sched_yield);
			answer(__NR_getppid, SECCOMP_RET_ERRNO | EXDEV, all ? SECCOMP_FILTER_FLAG_TSYNC : 0);
			go = 2;
			pthread_join(t, NULL);
			_exit(thread_error == (all ? EXDEV : 0) ? 0 : 1);
		});
		OK(status == 0, all ? "the other threads are brought into line" : "a filter is for the thread that puts it on");
	}
	CHILD(status, {
		pthread_t t;

		no_new_privs();
		go = 0;
		pthread_create(&t, NULL, thread, (void *)1);
		while (!go)
			syscall(__NR_sched_yield);
		long who = answer(__NR_getppid, SECCOMP_RET_ERRNO | EXDEV, SECCOMP_FILTER_FLAG_TSYNC);
		long refused = answer(__NR_getppid, SECCOMP_RET_ERRNO | EXDEV, SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH);
		_exit(who > 0 && who != getpid() && refused == -1 && errno == ESRCH && syscall(__NR_getppid) > 0 ? 0 : 1);
	});
	OK(status == 0, "a thread with a filter of its own is in the way, and named");
	CHILD(status, {
		pthread_t t;

		no_new_privs();
		go = 0;
		pthread_create(&t, NULL, ended, NULL);
		usleep(50000);
		_exit(go == 0 ? 0 : 1);
	});
	OK(status == 0, "one thread ends, the others go on");
}

/* A tracer is asked, changes the call, leaves it out. */
static void tracing(void)
{
	unsigned long message = 0;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		syscall(__NR_ptrace, 0, 0, 0, 0);
		raise(SIGSTOP);
		no_new_privs();
		answer(__NR_getppid, SECCOMP_RET_TRACE | 9, 0);
		if (syscall(__NR_getppid) <= 0)
			_exit(1);
		_exit(syscall(__NR_getppid) == -1 && errno == ENOSYS ? 0 : 2);
	}
	waitpid(pid, &status, 0);
	syscall(__NR_ptrace, 0x4200, pid, 0, 0x80 | 0x100000);		/* PTRACE_O_TRACESECCOMP, EXITKILL */
	syscall(__NR_ptrace, 7, pid, 0, 0);
	waitpid(pid, &status, 0);
	IS(status >> 8, SIGTRAP | 7 << 8);
	syscall(__NR_ptrace, 0x4201, pid, 0, &message);
	IS((int)message, 9);
	struct { unsigned char op, pad[3]; unsigned arch; unsigned long long ip, sp, nr, args[6]; unsigned data; } info;
	IS(syscall(__NR_ptrace, 0x420e, pid, sizeof(info), &info), 84);
	OK(info.op == 3 && info.nr == __NR_getppid && info.data == 9, "the tracer is told the call and the filter's word");
	syscall(__NR_ptrace, 7, pid, 0, 0);
	waitpid(pid, &status, 0);
	IS(status >> 8, SIGTRAP | 7 << 8);
	syscall(__NR_ptrace, 6, pid, 11 * 4, -1);			/* orig_eax: no call */
	syscall(__NR_ptrace, 7, pid, 0, 0);
	IS(status_of(pid), 0);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return syscall(__NR_getppid) == -1 && errno == EXDEV ? 0 : 1;
	strict();
	results();
	code();
	inheritance(argv[0]);
	threads();
	tracing();
	return test_done();
}
