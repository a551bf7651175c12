/* Programs started from programs: posix_spawn() with its actions and attributes, system(), popen(), the exec family. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../guest/testing.h"

static const char *me;

/* What the program does when it is started anew: `spawning is WHAT ...` ends with 0 if it is so. */
static int is(int argc, char **argv)
{
	sigset_t mask;
	struct sigaction action;
	char text[256];
	ssize_t got;

	if (!strcmp(argv[2], "value"))
		return atoi(argv[3]);
	if (!strcmp(argv[2], "leader"))
		return getpgrp() != getpid();
	if (!strcmp(argv[2], "session"))
		return getsid(0) != getpid();
	if (!strcmp(argv[2], "in"))
		return !getcwd(text, sizeof(text)) || strcmp(text, argv[3]);
	if (!strcmp(argv[2], "closed"))
		return fcntl(atoi(argv[3]), F_GETFD) != -1;
	if (!strcmp(argv[2], "open"))
		return fcntl(atoi(argv[3]), F_GETFD) == -1;
	if (!strcmp(argv[2], "blocked")) {
		sigprocmask(SIG_BLOCK, NULL, &mask);
		return sigismember(&mask, atoi(argv[3])) != 1;
	}
	if (!strcmp(argv[2], "unblocked")) {
		sigprocmask(SIG_BLOCK, NULL, &mask);
		return sigismember(&mask, atoi(argv[3])) != 0;
	}
	if (!strcmp(argv[2], "default") || !strcmp(argv[2], "ignored")) {
		sigaction(atoi(argv[3]), NULL, &action);
		return action.sa_handler != (argv[2][0] == 'd' ? SIG_DFL : SIG_IGN);
	}
	if (!strcmp(argv[2], "variable"))
		return !getenv(argv[3]) || strcmp(getenv(argv[3]), argv[4]);
	if (!strcmp(argv[2], "reads")) {
		got = read(0, text, sizeof(text) - 1);
		text[got < 0 ? 0 : got] = '\0';
		return strcmp(text, argv[3]);
	}
	return 120 + (argc > 100);
}

static int ends(pid_t child)
{
	int status = -1;

	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

static int spawn(const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, const char *what,
		 const char *argument)
{
	const char *argv[] = { "spawning", "is", what, argument, NULL };
	pid_t child = -1;
	int error = posix_spawn(&child, me, actions, attributes, (char **)argv, environ);

	return error ? 2000 + error : ends(child);
}

static void handler(int signal)
{
	(void)signal;
}

static void attributes(void)
{
	posix_spawnattr_t attr;
	sigset_t set;
	short flags;

	IS(posix_spawnattr_init(&attr), 0);
	IS(posix_spawnattr_setflags(&attr, 0x4000), EINVAL);
	IS(posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP), 0);
	IS(posix_spawnattr_getflags(&attr, &flags), 0);
	IS(flags, POSIX_SPAWN_SETPGROUP);
	IS(spawn(NULL, &attr, "leader", NULL), 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
	IS(spawn(NULL, &attr, "session", NULL), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	posix_spawnattr_setsigmask(&attr, &set);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	IS(spawn(NULL, &attr, "blocked", "10"), 0);
	IS(spawn(NULL, NULL, "unblocked", "10"), 0);
	signal(SIGUSR1, handler);
	signal(SIGUSR2, SIG_IGN);
	IS(spawn(NULL, NULL, "default", "10"), 0);
	IS(spawn(NULL, NULL, "ignored", "12"), 0);
	sigaddset(&set, SIGUSR2);
	posix_spawnattr_setsigdefault(&attr, &set);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	IS(spawn(NULL, &attr, "default", "12"), 0);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
	posix_spawnattr_setpgroup(&attr, 999999);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
	IS(spawn(NULL, &attr, "leader", NULL), 2000 + EPERM);
	IS(waitpid(-1, NULL, WNOHANG), -1);
	posix_spawnattr_destroy(&attr);
}

static void actions(void)
{
	posix_spawn_file_actions_t list;
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC), text;
	char number[8];

	snprintf(number, sizeof(number), "%d", fd);
	IS(spawn(NULL, NULL, "closed", number), 0);
	IS(posix_spawn_file_actions_init(&list), 0);
	IS(posix_spawn_file_actions_adddup2(&list, -1, 1), EBADF);
	IS(posix_spawn_file_actions_addclose(&list, -1), EBADF);
	IS(posix_spawn_file_actions_adddup2(&list, fd, fd), 0);
	IS(spawn(&list, NULL, "open", number), 0);
	IS(posix_spawn_file_actions_adddup2(&list, fd, 40), 0);
	IS(spawn(&list, NULL, "open", "40"), 0);
	IS(posix_spawn_file_actions_addclosefrom_np(&list, 30), 0);
	IS(spawn(&list, NULL, "closed", "40"), 0);
	posix_spawn_file_actions_destroy(&list);

	text = open("/tmp/spawn-input", O_CREAT | O_TRUNC | O_WRONLY, 0600);
	IS(write(text, "hello", 5), 5);
	close(text);
	posix_spawn_file_actions_init(&list);
	IS(posix_spawn_file_actions_addopen(&list, 0, "/tmp/spawn-input", O_RDONLY, 0), 0);
	IS(spawn(&list, NULL, "reads", "hello"), 0);
	IS(posix_spawn_file_actions_addchdir_np(&list, "/tmp"), 0);
	IS(spawn(&list, NULL, "in", "/tmp"), 0);
	IS(posix_spawn_file_actions_addopen(&list, 5, "/no/such/file", O_RDONLY, 0), 0);
	IS(spawn(&list, NULL, "value", "0"), 2000 + ENOENT);
	posix_spawn_file_actions_destroy(&list);
	unlink("/tmp/spawn-input");
	close(fd);
}

static void finding(void)
{
	const char *argv[] = { "sh", "-c", "exit 7", NULL }, *script[] = { "script", "9", NULL };
	pid_t child;
	int fd, error;

	error = posix_spawnp(&child, "sh", NULL, NULL, (char **)argv, environ);
	IS(error, 0);
	IS(ends(child), 7);
	IS(posix_spawnp(&child, "no-such-program", NULL, NULL, (char **)argv, environ), ENOENT);
	IS(posix_spawn(&child, "/", NULL, NULL, (char **)argv, environ), EACCES);
	fd = open("/tmp/spawn-script", O_CREAT | O_TRUNC | O_WRONLY, 0700);
	IS(write(fd, "exit $1\n", 8), 8);
	close(fd);
	IS(posix_spawn(&child, "/tmp/spawn-script", NULL, NULL, (char **)script, environ), ENOEXEC);
	error = posix_spawnp(&child, "/tmp/spawn-script", NULL, NULL, (char **)script, environ);
	IS(error, 0);
	IS(ends(child), 9);
	unlink("/tmp/spawn-script");
	IS(waitpid(-1, NULL, WNOHANG), -1);
}

static void shells(void)
{
	struct sigaction action;
	char line[64] = "";
	FILE *stream, *other;
	int status;

	OK(system(NULL) != 0, "there is a shell");
	status = system("exit 12");
	OK(WIFEXITED(status) && WEXITSTATUS(status) == 12, "system() gives the command's status");
	status = system("kill -9 $$");
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "or how it was killed");
	sigaction(SIGINT, NULL, &action);
	OK(action.sa_handler == SIG_DFL, "SIGINT is as it was");
	stream = popen("echo a line; exit 3", "r");
	OK(stream && fgets(line, sizeof(line), stream) && !strcmp(line, "a line\n"), "popen() reads");
	IS(WEXITSTATUS(pclose(stream)), 3);
	stream = popen("cat > /tmp/spawn-output", "w");
	other = popen("cat", "w");
	fputs("written\n", stream);
	/* The second command must not keep the first's pipe open. */
	IS(pclose(stream), 0);
	IS(pclose(other), 0);
	stream = fopen("/tmp/spawn-output", "r");
	OK(stream && fgets(line, sizeof(line), stream) && !strcmp(line, "written\n"), "popen() writes");
	fclose(stream);
	unlink("/tmp/spawn-output");
	OK(!popen("true", "x") && errno == EINVAL, "it has two modes");
	stream = fopen("/dev/null", "r");
	ERRNO(pclose(stream), EINVAL);
	fclose(stream);
}

static int in_child(void (*function)(void))
{
	pid_t child = fork();

	if (!child) {
		function();
		_exit(200);
	}
	return ends(child);
}

static void by_execl(void) { execl(me, "spawning", "is", "value", "21", (char *)NULL); }
static void by_execlp(void) { execlp("sh", "sh", "-c", "exit 22", (char *)NULL); }

static void by_execle(void)
{
	char *const environment[] = { "ONE=1", NULL };

	execle(me, "spawning", "is", "variable", "ONE", "1", (char *)NULL, environment);
}

static void by_execv(void)
{
	char *const argv[] = { "spawning", "is", "value", "23", NULL };

	execv(me, argv);
}

static void by_execvpe(void)
{
	char *const argv[] = { "spawning", "is", "variable", "TWO", "2", NULL }, *const environment[] = { "TWO=2", NULL };

	execvpe(me, argv, environment);
}

static void by_fexecve(void)
{
	char *const argv[] = { "spawning", "is", "value", "24", NULL };

	fexecve(open(me, O_RDONLY), argv, environ);
}

static void *threads_exec(void *argument)
{
	by_execl();
	return argument;
}

static void exec_by_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, threads_exec, NULL);
	pthread_join(thread, NULL);
}

static void execs(void)
{
	IS(in_child(by_execl), 21);
	IS(in_child(by_execlp), 22);
	IS(in_child(by_execle), 0);
	IS(in_child(by_execv), 23);
	IS(in_child(by_execvpe), 0);
	IS(in_child(by_fexecve), 24);
	IS(in_child(exec_by_thread), 21);
	ERRNO(execl("/no/such", "x", (char *)NULL), ENOENT);
	ERRNO(execl("/tmp", "x", (char *)NULL), EACCES);
	ERRNO(execlp("", "x", (char *)NULL), ENOENT);
}

static void *spawns(void *argument)
{
	long good = 0;

	for (int i = 0; i < 10; i++)
		good += spawn(NULL, NULL, "value", argument) == atoi(argument);
	return (void *)good;
}

static void from_threads(void)
{
	static const char *const values[] = { "1", "2", "3", "4" };
	pthread_t threads[4];
	long good = 0;

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, spawns, (void *)values[i]);
	for (int i = 0; i < 4; i++) {
		void *result;

		pthread_join(threads[i], &result);
		good += (long)result;
	}
	IS(good, 40);
}

int main(int argc, char **argv)
{
	me = argv[0];
	if (argc > 2 && !strcmp(argv[1], "is"))
		return is(argc, argv);
	attributes();
	actions();
	finding();
	shells();
	execs();
	from_threads();
	return test_done();
}
