/* Leases of files: who gets one, who breaks it, who is told, what happens when the holder does nothing. */
#define _GNU_SOURCE
#include "../../guest/asleep.h"
#include "../../guest/testing.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define FOLDER	"/var/tmp/leases"
#define SIG	(SIGRTMIN + 3)

static volatile int plain;

static void on_plain(int sig)
{
	(void)sig;
	plain++;
}

static int told(siginfo_t *info, long ms)
{
	const struct timespec limit = { ms / 1000, ms % 1000 * 1000000 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIG);
	return sigtimedwait(&set, info, &limit) == SIG;
}

static int set_time(const char *seconds)
{
	int fd = open("/proc/sys/fs/lease-break-time", O_WRONLY), ok = fd >= 0 && write(fd, seconds, strlen(seconds)) > 0;

	close(fd);
	return ok;
}

static void giving(void)
{
	int r = open("file", O_RDONLY), r2, w, pipes[2];

	IS(fcntl(r, F_GETLEASE), F_UNLCK);
	ERRNO(fcntl(r, F_SETLEASE, F_UNLCK), EAGAIN);
	ERRNO(fcntl(r, F_SETLEASE, 7), EINVAL);
	IS(fcntl(r, F_SETLEASE, F_RDLCK), 0);
	IS(fcntl(r, F_GETLEASE), F_RDLCK);
	r2 = open("file", O_RDONLY);
	OK(r2 >= 0 && fcntl(r2, F_GETLEASE) == F_UNLCK, "another reader; the lease is not its");
	IS(fcntl(r2, F_SETLEASE, F_RDLCK), 0);
	ERRNO(fcntl(r, F_SETLEASE, F_WRLCK), EAGAIN);
	close(r2);
	IS(fcntl(r, F_SETLEASE, F_WRLCK), 0);
	IS(fcntl(r, F_GETLEASE), F_WRLCK);
	IS(fcntl(r, F_SETLEASE, F_RDLCK), 0);
	IS(fcntl(r, F_SETLEASE, F_UNLCK), 0);
	w = open("file", O_RDWR);
	ERRNO(fcntl(r, F_SETLEASE, F_RDLCK), EAGAIN);
	ERRNO(fcntl(w, F_SETLEASE, F_WRLCK), EAGAIN);
	ERRNO(fcntl(w, F_SETLEASE, F_RDLCK), EAGAIN);
	close(r);
	IS(fcntl(w, F_SETLEASE, F_WRLCK), 0);
	r = dup(w);
	IS(fcntl(r, F_GETLEASE), F_WRLCK);
	close(r);
	IS(fcntl(w, F_GETLEASE), F_WRLCK);
	close(w);
	r = open("file", O_RDWR | O_NONBLOCK);
	OK(r >= 0, "it goes with its last descriptor");
	close(r);
	IS(pipe(pipes), 0);
	ERRNO(fcntl(pipes[0], F_SETLEASE, F_RDLCK), EINVAL);
	close(pipes[0]);
	close(pipes[1]);
	r = open(FOLDER, O_RDONLY | O_DIRECTORY);
	ERRNO(fcntl(r, F_SETLEASE, F_RDLCK), EINVAL);
	close(r);
	r = open("file", O_RDONLY);
	pid_t child = fork();
	if (child == 0) {
		if (setgid(65534) || setuid(65534))
			_exit(9);
		_exit(fcntl(r, F_SETLEASE, F_RDLCK) == -1 && errno == EACCES ? 0 : 1);
	}
	int status = -1;
	waitpid(child, &status, 0);
	OK(status == 0, "not for who does not own the file");
	close(r);
	int off = open("/proc/sys/fs/leases-enable", O_WRONLY);
	r = open("file", O_RDONLY);
	if (off >= 0 && write(off, "0", 1) == 1) {
		ERRNO(fcntl(r, F_SETLEASE, F_RDLCK), EINVAL);
		IS(pwrite(off, "1", 1, 0), 1);
	}
	close(off);
	close(r);
}

/* A child that opens or truncates; its status: 0, or errno. */
static pid_t opener(int flags)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (int fd = 3; fd < 16; fd++)
			close(fd);			/* the holder's file is not its */
		int r = flags == -1 ? truncate("file", 1) : open("file", flags);

		_exit(r < 0 ? errno : 0);
	}
	return pid;
}

static int end(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + status;
}

static int going(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

static void breaking(void)
{
	siginfo_t info;
	pid_t child;
	int fd = open("file", O_RDONLY);

	fcntl(fd, F_SETSIG, SIG);
	IS(fcntl(fd, F_SETLEASE, F_RDLCK), 0);
	IS(fcntl(fd, F_GETOWN), getpid());
	child = opener(O_RDONLY);
	IS(end(child), 0);
	OK(!told(&info, 0), "a reader does not break a read lease");
	ERRNO(open("file", O_WRONLY | O_NONBLOCK), EAGAIN);
	OK(told(&info, 5000) && info.si_code == POLL_MSG && info.si_fd == fd, "a writer does; the holder is told");
	IS(fcntl(fd, F_GETLEASE), F_UNLCK);
	ERRNO(open("file", O_WRONLY | O_NONBLOCK), EAGAIN);
	OK(!told(&info, 0), "told once");
	child = opener(O_WRONLY);
	usleep(100000);
	OK(going(child), "who waits, waits");
	IS(fcntl(fd, F_SETLEASE, F_UNLCK), 0);
	IS(end(child), 0);

	IS(fcntl(fd, F_GETSIG), 0);		/* who gave it up is told of nothing more */
	IS(fcntl(fd, F_GETOWN), 0);
	fcntl(fd, F_SETSIG, SIG);
	IS(fcntl(fd, F_SETLEASE, F_RDLCK), 0);
	child = opener(-1);
	OK(told(&info, 5000), "truncation by name breaks it too");
	OK(going(child), "and waits");
	close(fd);
	IS(end(child), 0);

	fd = open("file", O_RDWR);
	fcntl(fd, F_SETSIG, SIG);
	IS(fcntl(fd, F_SETLEASE, F_WRLCK), 0);
	child = opener(O_RDONLY);
	OK(told(&info, 5000), "a reader breaks a write lease");
	IS(fcntl(fd, F_GETLEASE), F_RDLCK);
	OK(going(child), "and waits until it is");
	IS(fcntl(fd, F_SETLEASE, F_UNLCK), 0);
	IS(end(child), 0);
	close(fd);

	fd = open("file", O_RDONLY);
	fcntl(fd, F_SETSIG, SIG);
	IS(fcntl(fd, F_SETLEASE, F_WRLCK), 0);
	child = opener(O_RDONLY);
	OK(told(&info, 5000), "of a file open for reading");
	pid_t writer = opener(O_WRONLY);
	OK(told(&info, 5000), "a writer asks for more");
	IS(fcntl(fd, F_GETLEASE), F_UNLCK);
	OK(going(child) && going(writer), "both wait");
	kill(writer, SIGKILL);
	IS(end(writer), 256 + SIGKILL);
	IS(fcntl(fd, F_SETLEASE, F_UNLCK), 0);
	IS(end(child), 0);
	fcntl(fd, F_SETSIG, 0);
	IS(fcntl(fd, F_SETLEASE, F_RDLCK), 0);
	plain = 0;
	ERRNO(open("file", O_RDWR | O_NONBLOCK), EAGAIN);
	OK(plain == 1, "SIGIO without a choice of signal");
	close(fd);
}

static void no_answer(void)
{
	struct timespec from, to;
	siginfo_t info;
	char text[4096];
	pid_t child;
	int fd = open("file", O_RDONLY), locks;

	if (!set_time("1"))
		return;
	fcntl(fd, F_SETSIG, SIG);
	IS(fcntl(fd, F_SETLEASE, F_WRLCK), 0);
	clock_gettime(CLOCK_MONOTONIC, &from);
	child = opener(O_RDONLY);
	OK(told(&info, 5000), "told");
	locks = open("/proc/locks", O_RDONLY);
	ssize_t n = read(locks, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = 0;
	OK(strstr(text, "LEASE  BREAKING  READ "), "/proc/locks says so: %s", text);
	close(locks);
	IS(end(child), 0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	OK((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000 >= 900, "about a second later");
	IS(fcntl(fd, F_GETLEASE), F_RDLCK);
	child = opener(O_WRONLY);
	OK(told(&info, 5000), "told again");
	IS(end(child), 0);
	IS(fcntl(fd, F_GETLEASE), F_UNLCK);
	/* No time at all is all the time there is. */
	IS(set_time("0"), 1);
	fcntl(fd, F_SETSIG, SIG);
	IS(fcntl(fd, F_SETLEASE, F_WRLCK), 0);
	child = opener(O_WRONLY);
	OK(told(&info, 5000), "told");
	IS(fcntl(fd, F_GETLEASE), F_UNLCK);
	OK(until_asleep(child), "it waits");
	IS(fcntl(fd, F_SETLEASE, F_UNLCK), 0);
	IS(end(child), 0);
	close(fd);
	set_time("45");
}

/* Interrupted waits, holders that end, and openers at the same time. */
static void together(void)
{
	pid_t holders[3], openers[3];
	int fd = open("file", O_RDONLY), ended = 0;
	siginfo_t info;

	fcntl(fd, F_SETSIG, SIG);
	IS(fcntl(fd, F_SETLEASE, F_RDLCK), 0);
	pid_t child = fork();
	if (child == 0) {
		sigaction(SIGALRM, &(struct sigaction){ .sa_handler = on_plain }, NULL);
		when_asleep_kill(SIGALRM);
		_exit(open("file", O_WRONLY) == -1 && errno == EINTR ? 0 : 1);
	}
	OK(told(&info, 5000), "told");
	OK(end(child) == 0, "a signal ends the wait");
	close(fd);
	for (int i = 0; i < 3; i++) {
		holders[i] = fork();
		if (holders[i] == 0) {
			for (int n = 0; n < 200; n++) {
				int f = open("file", O_RDONLY);

				fcntl(f, F_SETLEASE, n & 1 ? F_RDLCK : F_WRLCK);
				close(f);
			}
			_exit(0);
		}
		openers[i] = fork();
		if (openers[i] == 0) {
			for (int n = 0; n < 200; n++)
				close(open("file", (n & 1 ? O_RDONLY : O_RDWR) | (n & 2 ? O_NONBLOCK : 0)));
			_exit(0);
		}
	}
	for (int i = 0; i < 3; i++)
		ended += (end(holders[i]) == 0) + (end(openers[i]) == 0);
	IS(ended, 6);
}

int main(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIG);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGIO, on_plain);
	mkdir(FOLDER, 0755);
	BAIL_UNLESS(chdir(FOLDER) == 0, "a folder");
	close(open("file", O_CREAT | O_RDWR, 0666));
	giving();
	breaking();
	no_answer();
	together();
	unlink("file");
	(void)!chdir("/");
	rmdir(FOLDER);
	return test_done();
}
