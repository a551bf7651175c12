/*
 * Jobs: the processes of a pipeline, and control of the terminal.
 *
 * With job control every job has a process group of its own, and the one in the foreground has the
 * terminal. A job is freed when it was waited for in the foreground, or reported, or asked for by wait.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "sh.h"

enum state { RUNNING, STOPPED, DONE };

struct process {
	pid_t pid;
	enum state state;
	int status;		/* as wait() tells */
};

struct job {
	struct job *next;
	int number;		/* from 1, once it is in the background or stopped */
	pid_t group;
	struct process *processes;
	int count;
	int is_dead;		/* to be freed */
	int reported;		/* its present state was shown */
	int is_controlled;	/* has its own group */
	char *text;
	struct termios modes;	/* of the terminal when it was stopped */
	int has_modes;
};

int job_control;

static struct job *jobs;	/* the newest first */
static int terminal = -1;
static pid_t own_group;
static struct termios own_modes;

static void free_job(struct job *job)
{
	struct job **link = &jobs;

	job->is_dead = 1;
	while (*link) {
		struct job *each = *link;

		if (!each->is_dead) {
			link = &each->next;
			continue;
		}
		*link = each->next;
		free(each->processes);
		free(each->text);
		free(each);
	}
}

void jobs_forget(void)
{
	struct job *next;

	for (struct job *job = jobs; job; job = next) {
		next = job->next;
		free(job->processes);
		free(job->text);
		free(job);
	}
	jobs = NULL;
}

static void give_terminal(pid_t group)
{
	sigset_t block, old;

	/* A shell in the background may hand the terminal out only with SIGTTOU blocked. */
	sigemptyset(&block);
	sigaddset(&block, SIGTTOU);
	sigprocmask(SIG_BLOCK, &block, &old);
	(void)tcsetpgrp(terminal, group);	/* the group may have ended already */
	sigprocmask(SIG_SETMASK, &old, NULL);
}

void job_control_set(int on)
{
	if (on == job_control)
		return;
	if (!on) {
		job_control = 0;
		options['m'] = 0;
		if (!is_subshell && terminal >= 0) {
			close(terminal);
			terminal = -1;
		}
		return;
	}
	terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (terminal < 0)
		terminal = fcntl(2, F_DUPFD_CLOEXEC, 10);
	if (terminal >= 0 && terminal < 10) {
		int high = fcntl(terminal, F_DUPFD_CLOEXEC, 10);

		close(terminal);
		terminal = high;
	}
	if (terminal < 0 || tcgetpgrp(terminal) < 0) {
		shell_warn("can't access tty; job control turned off");
		options['m'] = 0;
		return;
	}
	/* Wait until we are in the foreground. */
	while (tcgetpgrp(terminal) != getpgrp())
		kill(0, SIGTTIN);
	own_group = getpid();
	options['m'] = 1;
	if (setpgid(0, own_group) < 0 && errno != EPERM)
		shell_warn("cannot make a process group: %s", strerror(errno));
	own_group = getpgrp();
	job_control = 1;
	traps_update();
	give_terminal(own_group);
	(void)tcgetattr(terminal, &own_modes);	/* it is a terminal, as was just seen */
}

struct job *job_new(struct node *node, int background)
{
	struct job *job = xmalloc(sizeof(*job));
	struct text text = { 0 };

	memset(job, 0, sizeof(*job));
	(void)background;
	text_add(&text, "", 0);
	if (options['i'] || job_control || background)
		print_command(node, &text);
	job->text = text.data;
	job->next = jobs;
	jobs = job;
	return job;
}

static int new_number(void)
{
	int number = 1;

	for (struct job *job = jobs; job; job = job->next)
		if (job->number >= number)
			number = job->number + 1;
	return number;
}

pid_t job_fork(struct job *job, int foreground)
{
	int controlled = job_control && foreground >= 0;
	pid_t pid, group;

	while ((pid = fork()) < 0 && errno == EAGAIN && job->count == 0 && jobs->next) {
		/* Perhaps a child that has ended can make room. */
		if (waitpid(-1, NULL, WNOHANG) <= 0)
			break;
	}
	if (pid < 0)
		shell_error(2, "cannot fork: %s", strerror(errno));
	group = job->group ? job->group : pid ? pid : getpid();
	if (controlled) {
		/* Both sides do this, since either may run first. */
		(void)setpgid(pid, group);
		if (!pid && foreground)
			give_terminal(group);
	}
	if (!pid) {
		become_subshell();
		signals_for_child(!foreground && !controlled);
		return 0;
	}
	job->processes = xrealloc(job->processes, (size_t)(job->count + 1) * sizeof(*job->processes));
	job->processes[job->count++] = (struct process){ .pid = pid };
	job->group = group;
	job->is_controlled = controlled;
	if (!foreground)
		last_background = pid;
	return pid;
}

static enum state state_of(const struct job *job)
{
	enum state state = DONE;

	for (int i = 0; i < job->count; i++) {
		if (job->processes[i].state == RUNNING)
			return RUNNING;
		if (job->processes[i].state == STOPPED)
			state = STOPPED;
	}
	return state;
}

static int code_of(int wait_status)
{
	if (WIFEXITED(wait_status))
		return WEXITSTATUS(wait_status);
	return 128 + (WIFSTOPPED(wait_status) ? WSTOPSIG(wait_status) : WTERMSIG(wait_status));
}

static int job_code(const struct job *job)
{
	int code = job->count ? code_of(job->processes[job->count - 1].status) : 0;

	if (pipefail)
		for (int i = job->count - 1; i >= 0 && !code; i--)
			code = code_of(job->processes[i].status);
	return code;
}

static void take_note(pid_t pid, int wait_status)
{
	for (struct job *job = jobs; job; job = job->next)
		for (int i = 0; i < job->count; i++)
			if (job->processes[i].pid == pid && job->processes[i].state != DONE) {
				job->processes[i].status = wait_status;
				job->processes[i].state = WIFSTOPPED(wait_status) ? STOPPED :
							  WIFCONTINUED(wait_status) ? RUNNING : DONE;
				job->reported = 0;
				return;
			}
}

/* Waits for any child. 0, or -1: none, or a signal came in. */
static int wait_any(int flags)
{
	int wait_status;
	pid_t pid = waitpid(-1, &wait_status, flags | (job_control ? WUNTRACED : 0));

	if (pid <= 0)
		return -1;
	take_note(pid, wait_status);
	return 0;
}

static void say_signal(const struct job *job)
{
	int last = job->processes[job->count - 1].status;

	if (!WIFSIGNALED(last) || WTERMSIG(last) == SIGPIPE)
		return;
	if (WTERMSIG(last) == SIGINT) {
		if (options['i'])
			fputc('\n', stderr);
		return;
	}
	fprintf(stderr, "%s%s\n", strsignal(WTERMSIG(last)), WCOREDUMP(last) ? " (core dumped)" : "");
}

static void show(struct job *job, int pids, FILE *to);

int job_wait(struct job *job)
{
	int code;

	while (state_of(job) == RUNNING)
		if (wait_any(0) < 0 && errno != EINTR) {
			/* Somebody else took our children. */
			free_job(job);
			return 127;
		}
	if (job->is_controlled && !is_subshell) {
		if (state_of(job) == STOPPED)
			job->has_modes = !tcgetattr(terminal, &job->modes);
		give_terminal(own_group);
		/* What a command that failed has left behind is put right. */
		if (state_of(job) == STOPPED || job_code(job) > 128)
			(void)tcsetattr(terminal, TCSADRAIN, &own_modes);
		else
			(void)tcgetattr(terminal, &own_modes);
	}
	code = job_code(job);
	if (state_of(job) == STOPPED) {
		if (!job->number)
			job->number = new_number();
		fputc('\n', stderr);
		show(job, 0, stderr);
		job->reported = 1;
		return code;
	}
	if (!is_subshell || options['i'])
		say_signal(job);
	/* An interrupted command interrupts what it was part of. */
	if (options['i'] && !is_subshell && WIFSIGNALED(job->processes[job->count - 1].status) &&
	    WTERMSIG(job->processes[job->count - 1].status) == SIGINT) {
		free_job(job);
		status = code;
		if (handler)
			longjmp(handler->jump, 1);
	}
	free_job(job);
	return code;
}

void job_background(struct job *job)
{
	job->number = new_number();
	if (options['i'] && !is_subshell)
		fprintf(stderr, "[%d] %d\n", job->number, (int)job->processes[job->count - 1].pid);
}

/* The current job (%+) is the one stopped last, or else the newest; the previous one comes after it. */
static struct job *current(int previous)
{
	struct job *first = NULL, *second = NULL;

	for (int stopped = 1; stopped >= 0; stopped--)
		for (struct job *job = jobs; job; job = job->next) {
			if (!job->number || state_of(job) == DONE || (state_of(job) == STOPPED) != stopped)
				continue;
			if (!first)
				first = job;
			else if (!second)
				second = job;
		}
	return previous ? second : first;
}

static void describe(const struct job *job, char text[64])
{
	int last = job->count ? job->processes[job->count - 1].status : 0;

	switch (state_of(job)) {
	case RUNNING:
		strcpy(text, "Running");
		break;
	case STOPPED:
		strcpy(text, "Stopped");
		for (int i = 0; i < job->count; i++)
			if (job->processes[i].state == STOPPED)
				snprintf(text, 64, "%s", strsignal(WSTOPSIG(job->processes[i].status)));
		break;
	default:
		if (WIFSIGNALED(last))
			snprintf(text, 64, "%s", strsignal(WTERMSIG(last)));
		else if (WEXITSTATUS(last))
			snprintf(text, 64, "Done(%d)", WEXITSTATUS(last));
		else
			strcpy(text, "Done");
	}
}

static void show(struct job *job, int pids, FILE *to)
{
	char text[64];

	describe(job, text);
	fprintf(to, "[%d] %c ", job->number, job == current(0) ? '+' : job == current(1) ? '-' : ' ');
	if (pids)
		fprintf(to, "%d ", (int)job->group);
	fprintf(to, "%-24s %s\n", text, job->text);
}

void jobs_check(int show_changes)
{
	struct job *next;

	while (wait_any(WNOHANG | (job_control ? WCONTINUED : 0)) == 0)
		;
	for (struct job *job = jobs; job; job = next) {
		next = job->next;
		if (!job->number || job->reported || state_of(job) == RUNNING)
			continue;
		if (show_changes) {
			show(job, 0, stderr);
			job->reported = 1;
			if (state_of(job) == DONE)
				free_job(job);
		}
	}
}

static struct job *find_job(const char *name, const char *who)
{
	struct job *found = NULL;

	if (*name != '%') {
		pid_t pid = (pid_t)atoi(name);

		for (struct job *job = jobs; job; job = job->next)
			for (int i = 0; i < job->count; i++)
				if (job->processes[i].pid == pid)
					return job;
		return NULL;
	}
	name++;
	if (!*name || !strcmp(name, "%") || !strcmp(name, "+"))
		found = current(0);
	else if (!strcmp(name, "-"))
		found = current(1);
	else
		for (struct job *job = jobs; job; job = job->next) {
			if (!job->number)
				continue;
			if (isdigit((unsigned char)*name) ? job->number == atoi(name) :
			    *name == '?' ? strstr(job->text, name + 1) != NULL :
					   !strncmp(job->text, name, strlen(name)))
				found = job;
		}
	if (!found)
		shell_warn("%s: No such job: %%%s", who, name);
	return found;
}

int builtin_jobs(int argc, char **argv)
{
	int pids = 0, only = 0, first = 1, result = 0;
	struct job **list = NULL, *next;
	int count = 0;

	for (; first < argc && argv[first][0] == '-'; first++) {
		pids |= strchr(argv[first], 'l') != NULL;
		only |= strchr(argv[first], 'p') != NULL;
	}
	jobs_check(0);
	for (struct job *job = jobs; job; job = job->next)
		if (job->number) {
			list = xrealloc(list, (size_t)(count + 1) * sizeof(*list));
			list[count++] = job;
		}
	if (first < argc) {
		count = 0;
		for (; first < argc; first++) {
			next = find_job(argv[first], "jobs");
			if (!next) {
				result = 1;
				continue;
			}
			list = xrealloc(list, (size_t)(count + 1) * sizeof(*list));
			list[count++] = next;
		}
	}
	/* The list of jobs has the newest first. */
	for (int i = count - 1; i >= 0; i--) {
		if (only)
			printf("%d\n", (int)list[i]->group);
		else
			show(list[i], pids, stdout);
		list[i]->reported = 1;
		if (state_of(list[i]) == DONE)
			free_job(list[i]);
	}
	free(list);
	return result;
}

static void resume(struct job *job)
{
	for (int i = 0; i < job->count; i++)
		if (job->processes[i].state == STOPPED)
			job->processes[i].state = RUNNING;
	job->reported = 0;
	kill(-job->group, SIGCONT);
}

int builtin_fg(int argc, char **argv)
{
	struct job *job;

	if (!job_control) {
		shell_warn("fg: no job control");
		return 2;
	}
	job = find_job(argc > 1 ? argv[1] : "%+", "fg");
	if (!job)
		return 2;
	printf("%s\n", job->text);
	fflush(stdout);
	give_terminal(job->group);
	if (job->has_modes)
		(void)tcsetattr(terminal, TCSADRAIN, &job->modes);
	resume(job);
	return job_wait(job);
}

int builtin_bg(int argc, char **argv)
{
	int result = 0;

	if (!job_control) {
		shell_warn("bg: no job control");
		return 2;
	}
	for (int i = 1; i < argc || i == 1; i++) {
		struct job *job = find_job(argc > 1 ? argv[i] : "%+", "bg");

		if (!job) {
			result = 2;
			continue;
		}
		printf("[%d] %s\n", job->number, job->text);
		resume(job);
		if (job->count)
			last_background = job->processes[job->count - 1].pid;
	}
	return result;
}

/* Until the job is no longer running, or a signal with a trap comes: then 1. */
static int wait_interruptibly(struct job *job)
{
	while (job ? state_of(job) == RUNNING : 1) {
		if (signal_pending)
			return 1;
		if (!job) {
			int running = 0;

			for (struct job *each = jobs; each; each = each->next)
				running |= state_of(each) == RUNNING;
			if (!running)
				return 0;
		}
		if (wait_any(0) < 0 && errno != EINTR)
			return 0;
	}
	return 0;
}

static int code_of_interruption(void)
{
	/* The trap runs after us, and knows which signal it was; we only say that there was one. */
	traps_run();
	return 128 + SIGTERM;
}

int builtin_wait(int argc, char **argv)
{
	int result = 0;
	struct job *next;

	if (argc == 1) {
		if (wait_interruptibly(NULL))
			return code_of_interruption();
		for (struct job *job = jobs; job; job = next) {
			next = job->next;
			if (state_of(job) == DONE)
				free_job(job);
		}
		return 0;
	}
	for (int i = 1; i < argc; i++) {
		struct job *job = find_job(argv[i], "wait");

		if (!job) {
			result = 127;
			continue;
		}
		if (wait_interruptibly(job))
			return code_of_interruption();
		result = job_code(job);
		if (state_of(job) == DONE)
			free_job(job);
	}
	return result;
}

static int list_signals(int argc, char **argv)
{
	if (argc > 2) {
		int number = signal_number(argv[2]);

		if (number > 128)
			number -= 128;
		if (isdigit((unsigned char)*argv[2])) {
			number = atoi(argv[2]) > 128 ? atoi(argv[2]) - 128 : atoi(argv[2]);
			if (!signal_name(number)) {
				shell_warn("kill: %s: bad signal", argv[2]);
				return 1;
			}
			printf("%s\n", signal_name(number));
		} else {
			printf("%d\n", number);
		}
		return number < 0;
	}
	for (int i = 1; i < NSIG; i++)
		if (signal_name(i))
			printf("%s\n", signal_name(i));
	return 0;
}

int builtin_kill(int argc, char **argv)
{
	int number = SIGTERM, first = 1, result = 0;

	if (argc > 1 && !strcmp(argv[1], "-l"))
		return list_signals(argc, argv);
	if (argc > 2 && !strcmp(argv[1], "-s")) {
		number = signal_number(argv[2]);
		first = 3;
	} else if (argc > 1 && argv[1][0] == '-' && argv[1][1] && strcmp(argv[1], "--")) {
		number = signal_number(argv[1] + 1);
		first = 2;
	}
	if (number < 0) {
		shell_warn("kill: bad signal");
		return 2;
	}
	if (first < argc && !strcmp(argv[first], "--"))
		first++;
	if (first >= argc) {
		shell_warn("kill: usage: kill [-s signal | -signal] pid | %%job ...");
		return 2;
	}
	for (; first < argc; first++) {
		struct job *job = NULL;
		char *end;
		long pid;

		if (argv[first][0] == '%') {
			job = find_job(argv[first], "kill");
			if (!job) {
				result = 1;
				continue;
			}
			pid = job->is_controlled ? -job->group : job->group;
		} else {
			pid = strtol(argv[first], &end, 10);
			if (*end || end == argv[first]) {
				shell_warn("kill: Illegal number: %s", argv[first]);
				result = 2;
				continue;
			}
		}
		if (kill((pid_t)pid, number) < 0) {
			shell_warn("kill: %s: %s", argv[first], strerror(errno));
			result = 1;
		} else if (job && state_of(job) == STOPPED && (number == SIGTERM || number == SIGHUP)) {
			/* A stopped job must run to see it. */
			kill((pid_t)pid, SIGCONT);
		}
	}
	return result;
}
