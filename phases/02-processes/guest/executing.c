/* exec: arguments and environment, scripts, what cannot be run and why, execveat, what survives. */
#include "../../guest/testing.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define EXECVEAT 358

static char *self;
static char *environment[] = {(char *)"A=b", (char *)"LONG=ccc", NULL};

/* The status of argv[0] run; 100 + errno when it cannot be. */
static int run(char **argv)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execve(argv[0], argv, environment);
		_exit(errno < 100 ? 100 + errno : 250);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -status;
}

static void put(const char *path, const void *data, size_t size, mode_t mode)
{
	unlink(path);
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0700);
	BAIL_UNLESS(fd >= 0 && write(fd, data, size) == (ssize_t)size, "cannot write %s", path);
	close(fd);
	chmod(path, mode);
}

static int run_file(const char *path, const char *argument)
{
	char *argv[] = {(char *)path, (char *)argument, NULL};

	return run(argv);
}

static void test_arguments(void)
{
	char *argv[] = {self, (char *)"echo", (char *)"x", (char *)"", NULL};
	static char text[131072 + 1];
	int status;

	IS(run(argv), 4 + 10 * 2);
	char *large[] = {self, (char *)"count", text, text, text, NULL};
	memset(text, 'z', 131072);
	IS(run(large), 100 + E2BIG);
	text[131071] = 0;
	IS(run(large), 5);
	char **many = malloc(sizeof(char *) * 300001);
	BAIL_UNLESS(many, "no memory");
	many[0] = self;
	many[1] = (char *)"count";
	for (int i = 2; i < 300000; i++)
		many[i] = (char *)"abc";
	many[100000] = NULL;
	IS(run(many), 100000 % 256);
	for (int i = 2; i < 300000; i++)
		many[i] = text;
	many[300000] = NULL;
	IS(run(many), 100 + E2BIG);
	free(many);
	ERRNO(syscall(SYS_execve, self, 1, 0), EFAULT);
	ERRNO(syscall(SYS_execve, 3, 0, 0), EFAULT);
	pid_t pid = fork();
	if (pid == 0) {
		syscall(SYS_execve, self, 0, 0);	/* Linux gives such a program an empty argv[0] */
		_exit(1);
	}
	OK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 55, "without arguments there is one, empty");
	DIAG("status %x", status);
}

static void test_scripts(void)
{
	char line[300];
	size_t n = strlen(self);

	memcpy(line, "#! ", 3);
	memcpy(line + 3, self, n);
	memcpy(line + 3 + n, "  echo  \n", 9);
	put("/tmp/script", line, n + 12, 0755);
	IS(run_file("/tmp/script", "q"), 4 + 10 * 2);
	put("/tmp/bare", line, n + 3, 0755);		/* no end of line, no argument */
	IS(run_file("/tmp/bare", "count"), 56);
	put("/tmp/loop", "#!/tmp/loop\n", 12, 0755);
	IS(run_file("/tmp/loop", NULL), 100 + ELOOP);
	put("/tmp/none", "#!/no/such\n", 11, 0755);
	IS(run_file("/tmp/none", NULL), 100 + ENOENT);
	put("/tmp/empty", "#!\n", 3, 0755);
	IS(run_file("/tmp/empty", NULL), 100 + ENOEXEC);
	put("/tmp/text", "hello\n", 6, 0755);
	IS(run_file("/tmp/text", NULL), 100 + ENOEXEC);
	put("/tmp/plain", line, n + 12, 0644);
	IS(run_file("/tmp/plain", NULL), 100 + EACCES);
}

static void test_refused(void)
{
	IS(run_file("/no/such", NULL), 100 + ENOENT);
	IS(run_file("/tmp", NULL), 100 + EACCES);
	IS(run_file("/bin/sh/x", NULL), 100 + ENOTDIR);
	put("/tmp/zero", "", 0, 0755);
	IS(run_file("/tmp/zero", NULL), 100 + ENOEXEC);
	int fd = open("/tmp/busy", O_CREAT | O_WRONLY, 0755);
	IS(write(fd, "#!/bin/sh\n", 10), 10);
	IS(run_file("/tmp/busy", NULL), 100 + ETXTBSY);
	close(fd);
	ERRNO(open(self, O_WRONLY), ETXTBSY);
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		int own = open(self, O_RDONLY | O_CLOEXEC);
		char *argv[] = {self, (char *)"count", NULL};
		syscall(EXECVEAT, own, "", argv, environment, AT_EMPTY_PATH);
		_exit(100 + errno);
	}
	OK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 2, "execveat of a descriptor");
	pid = fork();
	if (pid == 0) {
		char *argv[] = {(char *)"sh", (char *)"-c", (char *)"exit 6", NULL};
		syscall(EXECVEAT, open("/bin", O_RDONLY), "sh", argv, environment, 0);
		_exit(100 + errno);
	}
	OK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 6, "and from a directory");
	ERRNO(syscall(EXECVEAT, 99, "sh", NULL, NULL, 0), EBADF);
	ERRNO(syscall(EXECVEAT, 99, "/bin/sh", NULL, NULL, 0x40000000), EINVAL);
}

/* A program file cut short or with a header of nonsense is refused or dies alone. */
static void test_broken(void)
{
	static const int lengths[] = {4, 16, 51, 52, 60, 100, 200};
	static unsigned char image[8192], copy[8192];
	unsigned random = 12345;
	int fd = open(self, O_RDONLY), right = 1, status;

	BAIL_UNLESS(fd >= 0 && read(fd, image, sizeof(image)) == (ssize_t)sizeof(image), "cannot read myself");
	close(fd);
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		put("/tmp/cut", image, (size_t)lengths[i], 0755);
		right &= run_file("/tmp/cut", NULL) == 100 + ENOEXEC;
	}
	OK(right, "cut within its headers: ENOEXEC");
	for (int round = 0; round < 100; round++) {
		memcpy(copy, image, sizeof(copy));
		for (int i = 0; i < 3; i++) {
			random = random * 1103515245 + 12345;
			copy[16 + (random >> 8) % (52 + 32 * 4 - 16)] = (unsigned char)(random >> 24);
		}
		put("/tmp/nonsense", copy, sizeof(copy), 0755);
		truncate("/tmp/nonsense", 100000);
		pid_t pid = fork();
		if (pid == 0) {
			int null = open("/dev/null", O_RDWR);
			dup2(null, 1), dup2(null, 2);
			alarm(1);
			execl("/tmp/nonsense", "nonsense", "count", (char *)NULL);
			_exit(1);
		}
		right &= waitpid(pid, &status, 0) == pid;
	}
	OK(right, "a hundred headers of nonsense hurt nobody");
}

int main(int argc, char **argv, char **envp)
{
	int variables = 0;

	while (envp[variables])
		variables++;
	if (argc == 1 && argv[0][0] == 0)
		return 55;
	if (argc > 2 && strcmp(argv[2], "count") == 0)
		return 56;
	if (argc > 1 && strcmp(argv[1], "echo") == 0)
		return argc + 10 * variables;
	if (argc > 1 && strcmp(argv[1], "count") == 0)
		return argc & 255;
	self = argv[0];
	TEST_PLAN(28);
	test_arguments();
	test_scripts();
	test_refused();
	test_broken();
	return test_done();
}
