/* Signals one at a time, as System V had them, and what a siginfo_t says in words. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

static int change(int how, int signal)
{
	sigset_t set;

	sigemptyset(&set);
	return sigaddset(&set, signal) < 0 ? -1 : sigprocmask(how, &set, NULL);
}

int sighold(int signal)
{
	return change(SIG_BLOCK, signal);
}

int sigrelse(int signal)
{
	return change(SIG_UNBLOCK, signal);
}

int sigignore(int signal)
{
	struct sigaction action = { .sa_handler = SIG_IGN };

	return sigaction(signal, &action, NULL);
}

int sigpause(int signal)
{
	sigset_t set;

	if (sigprocmask(SIG_BLOCK, NULL, &set) < 0 || sigdelset(&set, signal) < 0)
		return -1;
	return sigsuspend(&set);
}

/* SIG_HOLD blocks; anything else unblocks too. The answer says how it was. */
void (*sigset(int signal, void (*handler)(int)))(int)
{
	struct sigaction action = { .sa_handler = handler }, old;
	sigset_t set, before;

	sigemptyset(&set);
	if (sigaddset(&set, signal) < 0)
		return SIG_ERR;
	if (handler == SIG_HOLD) {
		if (sigprocmask(SIG_BLOCK, &set, &before) < 0 || sigaction(signal, NULL, &old) < 0)
			return SIG_ERR;
	} else if (sigaction(signal, &action, &old) < 0 || sigprocmask(SIG_UNBLOCK, &set, &before) < 0) {
		return SIG_ERR;
	}
	return sigismember(&before, signal) ? SIG_HOLD : old.sa_handler;
}

void psiginfo(const siginfo_t *info, const char *prefix)
{
	fprintf(stderr, "%s%s%s (code %d", prefix && *prefix ? prefix : "", prefix && *prefix ? ": " : "",
		strsignal(info->si_signo), info->si_code);
	switch (info->si_signo) {
	case SIGILL:
	case SIGFPE:
	case SIGSEGV:
	case SIGBUS:
		fprintf(stderr, ", address %p)\n", info->si_addr);
		break;
	case SIGCHLD:
		fprintf(stderr, ", process %d, status %d, user %u)\n", info->si_pid, info->si_status, info->si_uid);
		break;
	default:
		fprintf(stderr, ", process %d, user %u)\n", info->si_pid, info->si_uid);
	}
}
