/* openpty() and forkpty(). */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int ptsname_r(int fd, char *name, size_t size)
{
	char digits[12], *p = digits + sizeof(digits);
	unsigned number;

	if (ioctl(fd, TIOCGPTN, &number) < 0)
		return errno;
	*--p = '\0';
	do
		*--p = (char)('0' + number % 10);
	while (number /= 10);
	if (strlcpy(name, "/dev/pts/", size) >= size || strlcat(name, p, size) >= size)
		return errno = ERANGE;
	return 0;
}

int openpty(int *master, int *slave, char *name, const struct termios *modes, const struct winsize *size)
{
	char path[32];
	int m = posix_openpt(O_RDWR | O_NOCTTY), s;

	if (m < 0)
		return -1;
	if (grantpt(m) < 0 || unlockpt(m) < 0 || ptsname_r(m, path, sizeof(path)))
		goto out_master;
	s = open(path, O_RDWR | O_NOCTTY);
	if (s < 0)
		goto out_master;
	if ((modes && tcsetattr(s, TCSAFLUSH, modes) < 0) || (size && ioctl(s, TIOCSWINSZ, size) < 0)) {
		close(s);
		goto out_master;
	}
	if (name)
		strcpy(name, path);
	*master = m;
	*slave = s;
	return 0;

out_master:
	close(m);
	return -1;
}

int login_tty(int fd)
{
	setsid();		/* a leader of a group has a session already, or the next call says so */
	if (ioctl(fd, TIOCSCTTY, 0) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		if (dup2(fd, i) < 0)
			return -1;
	if (fd > 2)
		close(fd);
	return 0;
}

int forkpty(int *master, char *name, const struct termios *modes, const struct winsize *size)
{
	int m, s;
	pid_t pid;

	if (openpty(&m, &s, name, modes, size) < 0)
		return -1;
	pid = fork();
	if (pid < 0) {
		close(m);
		close(s);
		return -1;
	}
	if (!pid) {
		close(m);
		if (login_tty(s) < 0)
			_exit(1);
		return 0;
	}
	close(s);
	*master = m;
	return pid;
}
