/*
 * Signals and traps. Handlers only take notes; traps run between commands. An interactive shell that
 * is interrupted gives up the command at hand.
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "sh.h"

volatile sig_atomic_t signal_pending;
volatile sig_atomic_t interrupted;

static char *traps[NSIG];		/* 0 is EXIT; an empty one ignores */
static volatile sig_atomic_t caught[NSIG];
static char ignored_at_start[NSIG];
static int in_trap;

static const struct {
	const char *name;
	int number;
} names[] = {
	{ "EXIT", 0 }, { "HUP", SIGHUP }, { "INT", SIGINT }, { "QUIT", SIGQUIT }, { "ILL", SIGILL }, { "TRAP", SIGTRAP },
	{ "ABRT", SIGABRT }, { "BUS", SIGBUS }, { "FPE", SIGFPE }, { "KILL", SIGKILL }, { "USR1", SIGUSR1 },
	{ "SEGV", SIGSEGV }, { "USR2", SIGUSR2 }, { "PIPE", SIGPIPE }, { "ALRM", SIGALRM }, { "TERM", SIGTERM },
	{ "STKFLT", SIGSTKFLT }, { "CHLD", SIGCHLD }, { "CONT", SIGCONT }, { "STOP", SIGSTOP }, { "TSTP", SIGTSTP },
	{ "TTIN", SIGTTIN }, { "TTOU", SIGTTOU }, { "URG", SIGURG }, { "XCPU", SIGXCPU }, { "XFSZ", SIGXFSZ },
	{ "VTALRM", SIGVTALRM }, { "PROF", SIGPROF }, { "WINCH", SIGWINCH }, { "IO", SIGIO }, { "PWR", SIGPWR },
	{ "SYS", SIGSYS },
};

int signal_number(const char *name)
{
	char *end;
	long number;

	if (isdigit((unsigned char)*name)) {
		number = strtol(name, &end, 10);
		return *end || number >= NSIG ? -1 : (int)number;
	}
	if (!strncasecmp(name, "SIG", 3))
		name += 3;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcasecmp(names[i].name, name))
			return names[i].number;
	return -1;
}

const char *signal_name(int number)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == number)
			return names[i].name;
	return NULL;
}

static void note(int number)
{
	if (traps[number]) {
		caught[number] = 1;
		signal_pending = 1;
	}
	if (number == SIGINT) {
		interrupted = 1;
		signal_pending = 1;
	}
}

static void set_action(int number, void (*handler)(int))
{
	struct sigaction action = { 0 };

	action.sa_handler = handler;
	(void)sigaction(number, &action, NULL);	/* refused for KILL and STOP, as it should be */
}

/* What the signal does to the shell as things are. */
static void update(int number)
{
	if (!number || number == SIGKILL || number == SIGSTOP)
		return;
	if (ignored_at_start[number] && !options['i'])
		return;
	if (traps[number])
		set_action(number, *traps[number] ? note : SIG_IGN);
	else if (options['i'] && !is_subshell && number == SIGINT)
		set_action(number, note);
	else if (options['i'] && !is_subshell && (number == SIGTERM || number == SIGQUIT))
		set_action(number, SIG_IGN);
	else if (options['m'] && !is_subshell && (number == SIGTSTP || number == SIGTTIN || number == SIGTTOU))
		set_action(number, SIG_IGN);
	else
		set_action(number, SIG_DFL);
}

void traps_init(void)
{
	for (int i = 1; i < NSIG; i++) {
		struct sigaction action;

		ignored_at_start[i] = !sigaction(i, NULL, &action) && action.sa_handler == SIG_IGN;
	}
	traps_update();
}

/* After a change of the options i or m. */
void traps_update(void)
{
	update(SIGINT);
	update(SIGTERM);
	update(SIGQUIT);
	update(SIGTSTP);
	update(SIGTTIN);
	update(SIGTTOU);
}

void signals_for_child(int background)
{
	static const int own[] = { SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (ignored_at_start[own[i]] && !options['i'])
			continue;
		if (!traps[own[i]] || *traps[own[i]])
			set_action(own[i], SIG_DFL);
	}
	if (background) {
		set_action(SIGINT, SIG_IGN);
		set_action(SIGQUIT, SIG_IGN);
	}
}

/* Traps that do something are forgotten, signals that are ignored stay so. */
void traps_reset(void)
{
	signal_pending = interrupted = 0;
	for (int i = 0; i < NSIG; i++) {
		caught[i] = 0;
		if (traps[i] && *traps[i]) {
			free(traps[i]);
			traps[i] = NULL;
			if (i)
				set_action(i, SIG_DFL);
		}
	}
}

static void run(int number)
{
	int saved = status, saved_skip = skip, saved_count = skip_count;
	char *action = xstrdup(traps[number]);

	skip = SKIP_NONE;
	in_trap++;
	execute_string(action);
	in_trap--;
	free(action);
	if (skip == SKIP_NONE) {
		skip = (enum skip)saved_skip;
		skip_count = saved_count;
		status = saved;
	}
}

void traps_run(void)
{
	signal_pending = 0;
	if (interrupted && options['i'] && !is_subshell && !traps[SIGINT]) {
		interrupted = 0;
		status = 128 + SIGINT;
		fputc('\n', stderr);
		if (handler)
			longjmp(handler->jump, 1);
	}
	interrupted = 0;
	for (int i = 1; i < NSIG; i++)
		if (caught[i]) {
			caught[i] = 0;
			if (traps[i] && *traps[i])
				run(i);
		}
}

void trap_exit(void)
{
	char *action = traps[0];
	struct handler top;

	if (!action || !*action)
		return;
	traps[0] = NULL;
	top.outer = NULL;
	if (!setjmp(top.jump)) {
		int saved = status;

		handler = &top;
		skip = SKIP_NONE;
		execute_string(action);
		if (skip != SKIP_EXIT)
			status = saved;
	}
	free(action);
}

static void print_traps(void)
{
	for (int i = 0; i < NSIG; i++)
		if (traps[i]) {
			printf("trap -- ");
			print_quoted(traps[i]);
			if (signal_name(i))
				printf(" %s\n", signal_name(i));
			else
				printf(" %d\n", i);
		}
}

int builtin_trap(int argc, char **argv)
{
	const char *action;
	int first = 1, result = 0;

	if (argc > 1 && !strcmp(argv[1], "--"))
		first++;
	if (first >= argc) {
		print_traps();
		return 0;
	}
	/* A first argument that is a number means that there is no action. */
	if (isdigit((unsigned char)argv[first][0]) || first + 1 == argc)
		action = NULL;
	else
		action = argv[first++];
	if (action && !strcmp(action, "-"))
		action = NULL;
	for (; first < argc; first++) {
		int number = signal_number(argv[first]);

		if (number < 0) {
			shell_warn("trap: %s: bad trap", argv[first]);
			result = 1;
			continue;
		}
		free(traps[number]);
		traps[number] = action ? xstrdup(action) : NULL;
		update(number);
	}
	return result;
}
