/*
 * program.c - starts a program on pipes or on a new pseudo-terminal.
 *
 * The child reports the errno of a failed step through a pipe that closes on exec, so that
 * program_start() returns when the program runs or is known not to. The program leads its own session
 * and process group; every descriptor of the agent's closes on exec.
 */
#define _GNU_SOURCE	/* pipe2() */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#ifndef TIOCGPTN
#define TIOCGPTN	0x80045430u
#define TIOCSPTLCK	0x40045431u
#endif

/* What the child gets as its descriptors 0 to 2, and what stays here. */
struct plumbing {
	int child[3];
	int report[2];
	struct program parent;
};

static void close_all(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);	/* nothing was written through them here */
}

static int set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? errno : 0;
}

static void format_pts(char *path, unsigned number)
{
	char digits[12];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	memcpy(path, "/dev/pts/", 9);
	for (size_t i = 0; i < n; i++)
		path[9 + i] = digits[n - 1 - i];
	path[9 + n] = 0;
}

static int open_terminal(struct plumbing *p, const struct program_request *request)
{
	struct winsize size = {.ws_row = request->rows, .ws_col = request->columns};
	int unlock = 0;
	unsigned number;
	char path[32];

	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (master < 0)
		return errno;
	p->parent.in = p->parent.out = master;
	p->parent.err = -1;
	p->parent.terminal = 1;
	if (ioctl(master, TIOCSPTLCK, &unlock) < 0 || ioctl(master, TIOCGPTN, &number) < 0)
		return errno;
	format_pts(path, number);
	p->child[0] = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (p->child[0] < 0)
		return errno;
	p->child[1] = p->child[2] = p->child[0];
	if (size.ws_row && size.ws_col && ioctl(master, TIOCSWINSZ, &size) < 0)
		return errno;
	return 0;
}

static int open_pipes(struct plumbing *p, const struct program_request *request)
{
	int ends[2];

	if (request->flags & TP_EXEC_NO_STDIN) {
		p->child[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (p->child[0] < 0)
			return errno;
	} else {
		if (pipe2(ends, O_CLOEXEC) < 0)
			return errno;
		p->child[0] = ends[0];
		p->parent.in = ends[1];
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return errno;
	p->parent.out = ends[0];
	p->child[1] = ends[1];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return errno;
	p->parent.err = ends[0];
	p->child[2] = ends[1];
	int error = p->parent.in >= 0 ? set_nonblocking(p->parent.in) : 0;
	if (!error)
		error = set_nonblocking(p->parent.out);
	return error ? error : set_nonblocking(p->parent.err);
}

/* argv and env out of the strings. Returns one block to free, or NULL if they do not add up. */
static char **split(const struct program_request *request, char **cwd, char ***env)
{
	char **list = malloc((request->argc + request->envc + 2) * sizeof(*list));
	char *at = request->strings, *end = at + request->length;
	size_t strings = (size_t)request->argc + request->envc + 1, slot = 0;

	if (!list)
		return NULL;
	for (size_t i = 0; i < strings; i++) {
		char *zero = at < end ? memchr(at, 0, (size_t)(end - at)) : NULL;
		if (!zero) {
			free(list);
			return NULL;
		}
		if (i == 0)
			*cwd = at;
		else
			list[slot++] = at;
		if (i == request->argc)
			list[slot++] = NULL;
		at = zero + 1;
	}
	list[slot] = NULL;
	*env = list + request->argc + 1;
	return list;
}

static const char *search_path(char **env)
{
	for (; *env; env++)
		if (strncmp(*env, "PATH=", 5) == 0)
			return *env + 5;
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* Returns the errno that says best why nothing was run. */
static int execute(char **argv, char **env)
{
	char candidate[4096];
	int denied = 0;

	if (!argv[0][0])
		return ENOENT;
	if (strchr(argv[0], '/')) {
		execve(argv[0], argv, env);
		return errno;
	}
	for (const char *at = search_path(env); at; ) {
		const char *colon = strchr(at, ':');
		size_t directory = colon ? (size_t)(colon - at) : strlen(at), name = strlen(argv[0]);
		if (directory + name + 2 <= sizeof(candidate)) {
			memcpy(candidate, at, directory);
			candidate[directory] = '/';
			memcpy(candidate + directory + (directory != 0), argv[0], name + 1);
			execve(candidate, argv, env);
			if (errno == EACCES)
				denied = 1;
			else if (errno != ENOENT && errno != ENOTDIR)
				return errno;
		}
		at = colon ? colon + 1 : NULL;
	}
	return denied ? EACCES : ENOENT;
}

static int become(const struct program_request *request)
{
	if (!(request->flags & TP_EXEC_USER))
		return 0;
	if (setgroups(0, NULL) < 0 || setgid(request->gid) < 0 || setuid(request->uid) < 0)
		return errno;
	return 0;
}

/* Whether the kernel's out-of-memory killer leaves the agent alone: what it starts is to be like any program. */
static int protected;

static int set_oom_score(const char *score)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, score, strlen(score)) < 0)
		error = errno;
	(void)close(fd);	/* nothing is kept back */
	return error;
}

void program_protect(void)
{
	protected = !set_oom_score("-1000");
}

static int child_setup(const struct plumbing *p, const struct program_request *request, const char *cwd)
{
	struct sigaction default_action;
	sigset_t none;

	memset(&default_action, 0, sizeof(default_action));
	default_action.sa_handler = SIG_DFL;
	sigemptyset(&none);
	if (sigaction(SIGPIPE, &default_action, NULL) < 0 || sigaction(SIGHUP, &default_action, NULL) < 0 ||
	    sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return errno;
	if (setsid() < 0)
		return errno;
	if (p->parent.terminal && ioctl(p->child[0], TIOCSCTTY, 0) < 0)
		return errno;
	for (int i = 0; i < 3; i++)
		if (dup2(p->child[i], i) < 0)
			return errno;
	if (*cwd && chdir(cwd) < 0)
		return errno;
	int error = protected ? set_oom_score("0") : 0;
	return error ? error : become(request);
}

static void child(const struct plumbing *p, const struct program_request *request)
{
	char *cwd = NULL, **env = NULL;
	char **argv = split(request, &cwd, &env);
	int error = argv ? child_setup(p, request, cwd) : EINVAL;

	if (!error)
		error = execute(argv, env);
	(void)!write(p->report[1], &error, sizeof(error));	/* the parent sees the end of file instead */
	_exit(127);
}

static int wait_for_exec(const struct plumbing *p)
{
	int error = 0;
	ssize_t n;

	do
		n = read(p->report[0], &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	while (waitpid(p->parent.pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return n == (ssize_t)sizeof(error) && error ? error : EIO;
}

int program_start(struct program *program, const struct program_request *request)
{
	struct plumbing p = {
		.child = {-1, -1, -1}, .report = {-1, -1}, .parent = {.in = -1, .out = -1, .err = -1},
	};
	int error;

	if (!request->argc)
		return EINVAL;
	error = request->flags & TP_EXEC_TTY ? open_terminal(&p, request) : open_pipes(&p, request);
	if (!error && pipe2(p.report, O_CLOEXEC) < 0)
		error = errno;
	if (error)
		goto out_close;
	p.parent.pid = fork();
	if (p.parent.pid < 0) {
		error = errno;
		goto out_close;
	}
	if (p.parent.pid == 0)
		child(&p, request);
	(void)close(p.report[1]);	/* so that the read below ends */
	p.report[1] = -1;
	error = wait_for_exec(&p);
out_close:
	close_all(p.child, p.parent.terminal ? 1 : 3);
	close_all(p.report, 2);
	if (error) {
		int mine[3] = {p.parent.in, p.parent.terminal ? -1 : p.parent.out, p.parent.err};
		close_all(mine, 3);
		return error;
	}
	*program = p.parent;
	return 0;
}
