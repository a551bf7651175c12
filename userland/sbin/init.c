/*
 * init: the first process. Mounts what every system needs, runs the local start-up script, keeps a
 * shell on the console and on the screen and, with `imposos.agent` on the kernel's command line, the
 * agent on the second serial line. Reaps whatever loses its parent. Ends the system on signals:
 *
 *	SIGTERM, SIGINT (ctrl-alt-del)	reboot
 *	SIGUSR2, SIGPWR			power off
 *	SIGUSR1				halt
 *
 * Invariant: signals are blocked except inside sigtimedwait(), so nothing is ever lost between a check
 * and a wait. init never exits; if it must give up it says so and sleeps.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A service that ends earlier than this after its start is restarted only after as long a pause. */
#define SHORT_LIFE 2
#define GRACE_SECONDS 3

struct service {
	const char *tty;
	char *argv[4];
	int is_login;		/* a console: session leader with the terminal as its own */
	pid_t pid;
	time_t started;
	time_t not_before;
	int unstartable;	/* its shell cannot run: the next is the static one */
};

static struct service services[] = {
	{ .tty = "/dev/console", .argv = { "-sh" }, .is_login = 1 },
	{ .tty = "/dev/tty1", .argv = { "-sh" }, .is_login = 1 },
	{ .tty = "/dev/ttyS1", .argv = { "agent" } },
};

static int agent_wanted;
static int screen_wanted;
static sigset_t none_blocked;

static const struct {
	const char *source, *target, *type;
	unsigned long flags;
	const char *data;
} mounts[] = {
	{ "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
	{ "devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755" },
	{ "sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
	{ "devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "mode=0620,gid=5,ptmxmode=0666" },
	{ "tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777" },
	{ "tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755" },
	{ "tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777" },
};

static void say(const char *format, ...)
{
	char text[256];
	va_list arguments;
	int length, fd;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (length >= (int)sizeof(text))
		length = sizeof(text) - 1;
	fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		fd = 2;
	(void)!write(fd, "init: ", 6);	/* there is nobody else to tell */
	(void)!write(fd, text, (size_t)length);
	(void)!write(fd, "\n", 1);
	if (fd != 2)
		close(fd);
}

static time_t now(void)
{
	struct timespec time = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &time);	/* cannot fail for this clock */
	return time.tv_sec;
}

static int is_mount_point(const char *path)
{
	struct stat self, parent;
	char above[64];

	snprintf(above, sizeof(above), "%s/..", path);
	return !stat(path, &self) && !stat(above, &parent) && self.st_dev != parent.st_dev;
}

/* What the kernel has mounted already (/dev) or does not offer is left as it is. */
static void mount_all(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		if (is_mount_point(mounts[i].target))
			continue;
		if (mkdir(mounts[i].target, 0755) < 0 && errno != EEXIST && errno != EROFS)
			say("%s: %s", mounts[i].target, strerror(errno));
		if (mount(mounts[i].source, mounts[i].target, mounts[i].type, mounts[i].flags, mounts[i].data) < 0 &&
		    errno != EBUSY && errno != ENODEV)
			say("cannot mount %s on %s: %s", mounts[i].type, mounts[i].target, strerror(errno));
	}
}

/* Reads a small file into text, without the newline at its end. */
static int read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;

	if (fd < 0)
		return -1;
	while (used < size - 1) {
		ssize_t got = read(fd, text + used, size - 1 - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	close(fd);
	while (used > 0 && text[used - 1] == '\n')
		used--;
	text[used] = '\0';
	return 0;
}

static void set_hostname(void)
{
	char name[65];

	if (read_file("/etc/hostname", name, sizeof(name)) < 0 || !*name)
		strcpy(name, "imposos");
	if (sethostname(name, strlen(name)) < 0)
		say("cannot set the host name: %s", strerror(errno));
}

static void read_command_line(void)
{
	char line[4096], *save, *word;

	if (read_file("/proc/cmdline", line, sizeof(line)) < 0)
		return;
	for (word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save))
		if (!strcmp(word, "imposos.agent"))
			agent_wanted = 1;
}

static void reset_signals(void)
{
	struct sigaction action = { 0 };

	action.sa_handler = SIG_DFL;
	for (int signal = 1; signal < NSIG; signal++)
		(void)sigaction(signal, &action, NULL);	/* refused for the two that cannot be caught */
	sigprocmask(SIG_SETMASK, &none_blocked, NULL);
}

/* In the child: the terminal becomes descriptors 0 to 2. Does not return. */
static void become(const struct service *service)
{
	const char *shell = service->unstartable ? "/sbin/rescue-sh" : "/bin/sh";
	const char *path = service->is_login ? shell : "/usr/libexec/imposos/agent";
	int fd;

	setsid();
	fd = open(service->tty, O_RDWR | O_NOCTTY);
	if (fd < 0) {
		say("cannot open %s: %s", service->tty, strerror(errno));
		_exit(126);
	}
	if (service->is_login && ioctl(fd, TIOCSCTTY, 1) < 0)
		say("%s does not become the controlling terminal: %s", service->tty, strerror(errno));
	for (int to = 0; to < 3; to++)
		if (fd != to && dup2(fd, to) < 0)
			_exit(126);
	if (fd > 2)
		close(fd);
	reset_signals();
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("USER", "root", 1);
	setenv("LOGNAME", "root", 1);
	setenv("SHELL", "/bin/sh", 1);
	setenv("TERM", "linux", 0);
	if (service->is_login && chdir("/root") < 0)
		(void)!chdir("/");		/* always there */
	execv(path, service->argv);
	say("cannot run %s: %s", path, strerror(errno));
	_exit(127);
}

static void start(struct service *service)
{
	pid_t pid = fork();

	if (!pid)
		become(service);
	if (pid < 0) {
		say("cannot fork: %s", strerror(errno));
		service->not_before = now() + SHORT_LIFE;
		return;
	}
	service->pid = pid;
	service->started = now();
}

/* The screen has a shell of its own unless there is none, or it is the console that has one already. */
static void look_for_screen(void)
{
	struct stat screen;
	unsigned console = 0;
	int fd = open("/dev/console", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && ioctl(fd, TIOCGDEV, &console) < 0)
		console = 0;
	if (fd >= 0)
		close(fd);
	screen_wanted = !stat("/dev/tty1", &screen) && S_ISCHR(screen.st_mode) && screen.st_rdev != console;
}

static int is_wanted(const struct service *service)
{
	if (!strcmp(service->tty, "/dev/tty1"))
		return screen_wanted;
	return service->is_login || agent_wanted;
}

/* Starts what should run and does not. Returns the seconds until the next is due, or -1. */
static long start_all(void)
{
	long wait = -1;

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		struct service *service = &services[i];

		if (service->pid || !is_wanted(service))
			continue;
		if (service->not_before <= now()) {
			start(service);
		}
		if (!service->pid && (wait < 0 || service->not_before - now() < wait))
			wait = service->not_before > now() ? (long)(service->not_before - now()) : 1;
	}
	return wait;
}

/* A shell that ends with 127 at once has no loader or no library: there is one that needs neither. */
static void ended(struct service *service, int status)
{
	int brief = now() - service->started < SHORT_LIFE;

	service->pid = 0;
	if (brief)
		service->not_before = now() + SHORT_LIFE;
	if (!service->is_login)
		return;
	if (brief && !service->unstartable && WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		say("/bin/sh does not start: %s gets /sbin/rescue-sh", service->tty);
		service->unstartable = 1;
		service->not_before = 0;
	} else if (!brief) {
		service->unstartable = 0;
	}
}

static void reap(void)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
			if (services[i].pid == pid)
				ended(&services[i], status);
}

static void run_and_wait(const char *path)
{
	pid_t pid;

	if (access(path, X_OK) < 0)
		return;
	pid = fork();
	if (!pid) {
		reset_signals();
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Whether any process but us is left, waiting for it at most the given time. */
static int wait_for_all(int seconds)
{
	time_t end = now() + seconds;
	struct timespec pause = { .tv_nsec = 20000000 };

	while (now() <= end) {
		reap();
		if (kill(-1, 0) < 0 && errno == ESRCH)
			return 0;
		nanosleep(&pause, NULL);
	}
	return 1;
}

/* Swap files are open as long as they are in use. */
static void swap_off_all(void)
{
	static char text[4096];
	char *save, *line;

	if (read_file("/proc/swaps", text, sizeof(text)) < 0)
		return;
	line = strtok_r(text, "\n", &save);		/* the heading */
	while (line && (line = strtok_r(NULL, "\n", &save))) {
		line[strcspn(line, " \t")] = '\0';
		if (swapoff(line) < 0)
			say("swapoff %s: %s", line, strerror(errno));
	}
}

/* Unmounts from the last to the first, then makes the root read-only. */
static void unmount_all(void)
{
	static char text[16384];
	char *lines[256], *save, *line;
	int count = 0;

	if (read_file("/proc/mounts", text, sizeof(text)) < 0)
		return;
	for (line = strtok_r(text, "\n", &save); line && count < 256; line = strtok_r(NULL, "\n", &save))
		lines[count++] = line;
	while (count > 0) {
		char *target = strchr(lines[--count], ' ');

		if (!target)
			continue;
		target[1 + strcspn(target + 1, " ")] = '\0';
		/* Busy ones hold nothing that sync() has not written. */
		if (strcmp(target + 1, "/") && strcmp(target + 1, "/dev") && strcmp(target + 1, "/proc"))
			(void)umount2(target + 1, MNT_DETACH);
	}
	sync();
	if (mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0 && errno != ENOSYS && errno != EINVAL)
		say("cannot make / read-only: %s", strerror(errno));
}

static void end_system(int command, const char *what)
{
	say("%s", what);
	run_and_wait("/etc/rc.shutdown");
	kill(-1, SIGTERM);
	/* Shells at a prompt take no notice of that; what runs in them is hung up with their terminal. */
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (services[i].pid && services[i].is_login)
			kill(services[i].pid, SIGHUP);
	kill(-1, SIGCONT);
	if (wait_for_all(GRACE_SECONDS)) {
		kill(-1, SIGKILL);
		(void)wait_for_all(1);	/* those that cannot die, the kernel takes along */
	}
	sync();
	swap_off_all();
	unmount_all();
	reboot(command);
	say("reboot(2) failed: %s", strerror(errno));
}

static void handle(int signal)
{
	switch (signal) {
	case SIGTERM:
	case SIGINT:
		end_system(RB_AUTOBOOT, "rebooting");
		break;
	case SIGUSR1:
		end_system(RB_HALT_SYSTEM, "halting");
		break;
	case SIGUSR2:
	case SIGPWR:
		end_system(RB_POWER_OFF, "powering off");
		break;
	default:
		reap();
	}
}

int main(void)
{
	static const int handled[] = { SIGCHLD, SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGPWR };
	sigset_t set;

	if (getpid() != 1) {
		fprintf(stderr, "init: runs as process 1 only\n");
		return 1;
	}
	sigemptyset(&none_blocked);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
		sigaddset(&set, handled[i]);
	sigprocmask(SIG_SETMASK, &set, NULL);
	(void)!chdir("/");	/* always there */
	umask(022);
	mount_all();
	read_command_line();
	look_for_screen();
	set_hostname();
	/* From now on ctrl-alt-del asks us instead of resetting the machine. */
	if (reboot(RB_DISABLE_CAD) < 0 && errno != ENOSYS)
		say("cannot take over ctrl-alt-del: %s", strerror(errno));
	run_and_wait("/etc/rc");
	for (;;) {
		long wait = start_all();
		struct timespec timeout = { .tv_sec = wait };
		int signal = wait < 0 ? sigwaitinfo(&set, NULL) : sigtimedwait(&set, NULL, &timeout);

		if (signal > 0)
			handle(signal);
		else
			reap();
	}
}
