/* Accesses that may fault, for tests: what each of them raises. */
#ifndef TEST_FAULTS_H
#define TEST_FAULTS_H

#include <setjmp.h>
#include <signal.h>

static sigjmp_buf out;
static volatile int code;
static void *volatile where;

static void caught(int sig, siginfo_t *info, void *context)
{
	(void)context;
	code = sig == SIGSEGV ? info->si_code : -sig;
	where = info->si_addr;
	siglongjmp(out, 1);
}

/* 0: it went well; SEGV_ACCERR and its kin; -SIGBUS. */
__attribute__((unused))
static int run(void *p)
{
	void (*volatile f)(void) = (void (*)(void))p;

	code = 0;
	if (!sigsetjmp(out, 1))
		f();
	return code;
}

__attribute__((unused))
static int store(void *p)
{
	code = 0;
	if (!sigsetjmp(out, 1))
		*(volatile char *)p = (char)0xc3;	/* which returns, if it is executed */
	return code;
}

__attribute__((unused))
static int load(void *p)
{
	code = 0;
	if (!sigsetjmp(out, 1))
		(void)*(volatile char *)p;
	return code;
}

/* On a stack of its own, so that stacks may overflow. */
__attribute__((unused))
static void catch_faults(void)
{
	static char room[16384];
	stack_t other = { .ss_sp = room, .ss_size = sizeof(room) };
	struct sigaction sa = { .sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaltstack(&other, 0);
	sa.sa_sigaction = caught;
	sigaction(SIGSEGV, &sa, 0);
	sigaction(SIGBUS, &sa, 0);
}

#endif
