/* Signals. */
#ifndef LIBC_SIGNAL_H
#define LIBC_SIGNAL_H

#include <bits/types.h>
#include <bits/sigset.h>
#include <abi/signal.h>
#include <bits/mcontext.h>

typedef int sig_atomic_t;
typedef void (*sighandler_t)(int);
typedef void (*__sighandler_t)(int);

#define NSIG (ABI_NSIG + 1)
#define _NSIG NSIG
/* The first three real-time signals are kept for the C library. */
#define SIGRTMIN 35
#define SIGRTMAX 64
#define SIG_DFL ((void (*)(int))0)
#define SIG_IGN ((void (*)(int))1)
#define SIG_ERR ((void (*)(int)) - 1)
#define SIG_HOLD ((void (*)(int))2)

union sigval {
	int sival_int;
	void *sival_ptr;
};

typedef struct {
	int si_signo;
	int si_errno;
	int si_code;
	union {
		int __pad[29];
		struct {
			pid_t si_pid;
			uid_t si_uid;
			union {
				union sigval si_value;
				struct {
					int si_status;
					clock_t si_utime;
					clock_t si_stime;
				} __child;
			} __more;
		} __sender;
		struct {
			int si_timerid;
			int si_overrun;
			union sigval si_value;
		} __timer;
		struct {
			void *si_addr;
			short si_addr_lsb;
		} __fault;
		struct {
			long si_band;
			int si_fd;
		} __poll;
		struct {
			void *si_call_addr;
			int si_syscall;
			unsigned si_arch;
		} __sys;
	} __fields;
} siginfo_t;

#define si_pid __fields.__sender.si_pid
#define si_uid __fields.__sender.si_uid
#define si_value __fields.__sender.__more.si_value
#define si_int si_value.sival_int
#define si_ptr si_value.sival_ptr
#define si_status __fields.__sender.__more.__child.si_status
#define si_utime __fields.__sender.__more.__child.si_utime
#define si_stime __fields.__sender.__more.__child.si_stime
#define si_timerid __fields.__timer.si_timerid
#define si_overrun __fields.__timer.si_overrun
#define si_addr __fields.__fault.si_addr
#define si_band __fields.__poll.si_band
#define si_fd __fields.__poll.si_fd
#define si_call_addr __fields.__sys.si_call_addr
#define si_syscall __fields.__sys.si_syscall

struct sigaction {
	union {
		void (*sa_handler)(int);
		void (*sa_sigaction)(int, siginfo_t *, void *);
	} __handler;
	sigset_t sa_mask;
	int sa_flags;
};
#define sa_handler __handler.sa_handler
#define sa_sigaction __handler.sa_sigaction

typedef struct {
	void *ss_sp;
	int ss_flags;
	size_t ss_size;
} stack_t;

struct sigevent {
	union sigval sigev_value;
	int sigev_signo;
	int sigev_notify;
	void (*sigev_notify_function)(union sigval);
	void *sigev_notify_attributes;
	int __pad[11];
};

typedef struct ucontext {
	unsigned long uc_flags;
	struct ucontext *uc_link;
	stack_t uc_stack;
	mcontext_t uc_mcontext;
	sigset_t uc_sigmask;
} ucontext_t;

int kill(pid_t pid, int signal);
int killpg(pid_t group, int signal);
int raise(int signal);
int tgkill(pid_t group, pid_t thread, int signal);
void psignal(int signal, const char *prefix);
int sigaction(int signal, const struct sigaction *__restrict action, struct sigaction *__restrict old);
int sigaddset(sigset_t *set, int signal);
void psiginfo(const siginfo_t *info, const char *prefix);
int sighold(int signal);
int sigignore(int signal);
int sigpause(int signal);
int sigrelse(int signal);
void (*sigset(int signal, void (*handler)(int)))(int);
int sigaltstack(const stack_t *__restrict stack, stack_t *__restrict old);
int sigdelset(sigset_t *set, int signal);
int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int siginterrupt(int signal, int interrupt);
int sigismember(const sigset_t *set, int signal);
void (*signal(int signal, void (*handler)(int)))(int);
int sigpending(sigset_t *set);
int sigprocmask(int how, const sigset_t *__restrict set, sigset_t *__restrict old);
int sigqueue(pid_t pid, int signal, union sigval value);
int sigsuspend(const sigset_t *mask);
int sigtimedwait(const sigset_t *__restrict set, siginfo_t *__restrict info,
		 const struct timespec *__restrict timeout);
int sigwait(const sigset_t *__restrict set, int *__restrict signal);
int sigwaitinfo(const sigset_t *__restrict set, siginfo_t *__restrict info);

extern const char *const sys_siglist[NSIG];

#endif
