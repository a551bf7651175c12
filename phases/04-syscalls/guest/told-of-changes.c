/* Signals of changes: F_NOTIFY of directories, O_ASYNC of inotify. Who is told, of what, how often, until when. */
#define _GNU_SOURCE
#include "../../guest/testing.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>

#ifndef DN_ACCESS
#include <abi/fcntl.h>
#endif
#define FOLDER	"/tmp/told-of-changes"
#define SIG	(SIGRTMIN + 3)
#define ALWAYS	((long)DN_MULTISHOT)

static volatile int plain;
static int dir;

static void on_plain(int sig)
{
	(void)sig;
	plain++;
}

/* How many of SIG are pending, and what the last said. */
static int told(siginfo_t *info)
{
	const struct timespec none = { 0, 0 };
	sigset_t set;
	int n = 0;

	sigemptyset(&set);
	sigaddset(&set, SIG);
	while (sigtimedwait(&set, info, &none) == SIG)
		n++;
	return n;
}

static void make(const char *name)
{
	close(open(name, O_CREAT | O_WRONLY, 0644));
}

static void expect(int n, const char *of)
{
	siginfo_t info;
	int got = told(&info);

	test_is(got, n, of, __FILE__, __LINE__);
}

static void kinds(void)
{
	siginfo_t info;
	char c;

	IS(fcntl(dir, F_NOTIFY, ALWAYS | DN_CREATE), 0);
	IS(fcntl(dir, F_GETOWN), getpid());
	make("a");
	IS(told(&info), 1);
	OK(info.si_code == POLL_MSG && info.si_fd == dir && info.si_band == 0x441, "code %d of %d, %lx", info.si_code,
	   info.si_fd, (long)info.si_band);
	IS(fcntl(dir, F_NOTIFY, 0), 0);
	unlink("a");
	make("a");
	expect(0, "nothing after it was asked for nothing");
	fcntl(dir, F_NOTIFY, ALWAYS | DN_MODIFY);
	int fd = open("a", O_RDWR);
	expect(0, "opening is no change");
	(void)!write(fd, "x", 1);
	expect(1, "a write is");
	fcntl(dir, F_NOTIFY, 0);
	fcntl(dir, F_NOTIFY, ALWAYS | DN_ACCESS);
	(void)!pread(fd, &c, 1, 0);
	expect(1, "a read");
	fcntl(dir, F_NOTIFY, 0);
	fcntl(dir, F_NOTIFY, ALWAYS | DN_ATTRIB);
	fchmod(fd, 0600);
	expect(1, "a mode");
	chmod(FOLDER, 0755);
	expect(1, "the directory's own");
	close(fd);
	fcntl(dir, F_NOTIFY, 0);
	fcntl(dir, F_NOTIFY, ALWAYS | DN_RENAME);
	rename("a", "b");
	expect(1, "a name within");
	rename("b", "/tmp/told-elsewhere");
	rename("/tmp/told-elsewhere", "a");
	expect(0, "not one that leaves or comes");
	fcntl(dir, F_NOTIFY, ALWAYS | DN_CREATE | DN_DELETE);
	rename("a", "b");
	expect(3, "kinds add up: gone, come, another name");
	fcntl(dir, F_NOTIFY, 0);
	fcntl(dir, F_NOTIFY, ALWAYS | DN_DELETE);
	unlink("b");
	expect(1, "an end");
	fcntl(dir, F_NOTIFY, 0);
}

static void once(void)
{
	IS(fcntl(dir, F_NOTIFY, DN_CREATE | DN_DELETE), 0);
	make("a");
	unlink("a");
	make("a");
	expect(1, "once");
	IS(fcntl(dir, F_NOTIFY, DN_DELETE), 0);
	unlink("a");
	make("a");
	expect(1, "once more");
	fcntl(dir, F_NOTIFY, 0);
}

static void ends(void)
{
	int other = dup(dir), again = open(FOLDER, O_RDONLY);

	fcntl(dir, F_NOTIFY, ALWAYS | DN_DELETE);
	close(other);
	unlink("a");
	expect(0, "closing any descriptor of the file ends it");
	fcntl(again, F_SETSIG, SIG);
	fcntl(dir, F_NOTIFY, ALWAYS | DN_CREATE);
	fcntl(again, F_NOTIFY, ALWAYS | DN_CREATE);
	make("a");
	expect(2, "two files of one directory");
	close(again);
	unlink("a");
	make("a");
	expect(1, "one of them closed");
	pid_t child = fork();
	if (child == 0) {
		close(dir);			/* another table: not its to end */
		_exit(0);
	}
	waitpid(child, NULL, 0);
	unlink("a");
	make("a");
	expect(1, "a child's close is no end");
	child = fork();
	if (child == 0) {			/* its own wish, told to the owner that is set already */
		if (fcntl(dir, F_NOTIFY, ALWAYS | DN_DELETE) == 0)
			unlink("a");
		_exit(0);
	}
	waitpid(child, NULL, 0);
	expect(1, "a child's wish");
	make("a");
	unlink("a");
	expect(1, "ended with it");
	fcntl(dir, F_NOTIFY, 0);
	fcntl(dir, F_SETSIG, 0);
	plain = 0;
	fcntl(dir, F_NOTIFY, ALWAYS | DN_CREATE);
	make("a");
	OK(plain == 1, "SIGIO without a choice of signal");
	fcntl(dir, F_SETSIG, SIG);
	fcntl(dir, F_NOTIFY, 0);
	int gone = mkdir("sub", 0700) ? -1 : open("sub", O_RDONLY);
	IS(fcntl(gone, F_NOTIFY, ALWAYS | DN_ATTRIB), 0);
	rmdir("sub");
	close(gone);
	expect(0, "of a removed one");
	unlink("a");
}

static void refusals(void)
{
	int file = open("a", O_RDWR | O_CREAT, 0644), path = open(FOLDER, O_PATH);

	ERRNO(fcntl(file, F_NOTIFY, DN_CREATE), ENOTDIR);
	IS(fcntl(file, F_NOTIFY, 0), 0);
	ERRNO(fcntl(path, F_NOTIFY, DN_CREATE), EBADF);
	ERRNO(fcntl(999, F_NOTIFY, DN_CREATE), EBADF);
	close(path);
	close(file);
	int off = open("/proc/sys/fs/dir-notify-enable", O_WRONLY);
	if (off >= 0 && write(off, "0", 1) == 1) {
		ERRNO(fcntl(dir, F_NOTIFY, DN_CREATE), EINVAL);
		IS(pwrite(off, "1", 1, 0), 1);
	}
	close(off);
	unlink("a");
}

static void inotify(void)
{
	char buffer[4096];
	siginfo_t info;
	int in = inotify_init1(IN_NONBLOCK), wd = inotify_add_watch(in, FOLDER, IN_CREATE | IN_DELETE | IN_MOVE);

	IS(fcntl(in, F_SETSIG, SIG), 0);
	IS(fcntl(in, F_SETOWN, getpid()), 0);
	make("a");
	expect(0, "not before O_ASYNC");
	IS(fcntl(in, F_SETFL, O_NONBLOCK | O_ASYNC), 0);
	OK(fcntl(in, F_GETFL) & O_ASYNC, "O_ASYNC is kept");
	unlink("a");
	IS(told(&info), 1);
	OK(info.si_code == POLL_IN && info.si_fd == in && info.si_band == 0x41, "code %d of %d, %lx", info.si_code,
	   info.si_fd, (long)info.si_band);
	make("a");
	rename("a", "b");
	unlink("b");
	expect(4, "each event");
	OK(read(in, buffer, sizeof(buffer)) > 0, "which are there to be read");
	IS(inotify_rm_watch(in, wd), 0);
	expect(1, "a watch's end");
	inotify_add_watch(in, FOLDER, IN_CREATE | IN_ONESHOT);
	make("a");
	expect(2, "one of a single shot, and its end");
	IS(fcntl(in, F_SETFL, O_NONBLOCK), 0);
	inotify_add_watch(in, FOLDER, IN_DELETE);
	unlink("a");
	expect(0, "nothing without O_ASYNC");
	fcntl(in, F_SETFL, O_NONBLOCK | O_ASYNC);
	close(in);
	make("a");
	unlink("a");
	expect(0, "nor when it is closed");
}

/* Events, wishes and closes at the same time, by processes and sharers of a table. */
static int churn(void *arg)
{
	(void)arg;
	for (int i = 0; i < 300; i++) {
		int fd = open(FOLDER, O_RDONLY), copy = dup(fd), in = inotify_init1(IN_NONBLOCK);

		fcntl(fd, F_NOTIFY, (i & 1 ? ALWAYS : 0) | DN_CREATE | DN_DELETE);
		fcntl(in, F_SETOWN, getpid());
		fcntl(in, F_SETFL, O_ASYNC | O_NONBLOCK);
		inotify_add_watch(in, FOLDER, IN_ALL_EVENTS | (i & 2 ? IN_ONESHOT : 0));
		make("c");
		close(i & 4 ? fd : copy);
		unlink("c");
		close(in);
		close(i & 4 ? copy : fd);
	}
	return 0;
}

int main(void)
{
	static char stacks[3][16384] __attribute__((aligned(16)));
	sigset_t set;
	pid_t pids[3];
	int ended = 0;

	sigemptyset(&set);
	sigaddset(&set, SIG);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGIO, on_plain);
	mkdir(FOLDER, 0700);
	BAIL_UNLESS(chdir(FOLDER) == 0, "a folder");
	dir = open(FOLDER, O_RDONLY);
	fcntl(dir, F_SETSIG, SIG);
	kinds();
	once();
	ends();
	refusals();
	inotify();
	for (int i = 0; i < 3; i++)
		pids[i] = clone(churn, stacks[i] + sizeof(stacks[i]), SIGCHLD | (i ? CLONE_FILES : 0), NULL);
	for (int i = 0; i < 3; i++)
		ended += waitpid(pids[i], NULL, 0) == pids[i];
	IS(ended, 3);
	unlink("c");
	close(dir);
	(void)!chdir("/");
	rmdir(FOLDER);
	return test_done();
}
