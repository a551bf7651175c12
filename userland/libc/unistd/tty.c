/* Terminals. The kernel's struct termios has fewer control characters than ours. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include "libc.h"

int tcgetattr(int fd, struct termios *modes)
{
	struct abi_termios kernel;

	if (ioctl(fd, TCGETS, &kernel) < 0)
		return -1;
	memset(modes, 0, sizeof(*modes));
	modes->c_iflag = kernel.c_iflag;
	modes->c_oflag = kernel.c_oflag;
	modes->c_cflag = kernel.c_cflag;
	modes->c_lflag = kernel.c_lflag;
	modes->c_line = kernel.c_line;
	memcpy(modes->c_cc, kernel.c_cc, ABI_NCCS);
	modes->c_ispeed = modes->c_ospeed = kernel.c_cflag & CBAUD;
	return 0;
}

int tcsetattr(int fd, int action, const struct termios *modes)
{
	struct abi_termios kernel = {
		.c_iflag = modes->c_iflag, .c_oflag = modes->c_oflag, .c_cflag = modes->c_cflag,
		.c_lflag = modes->c_lflag, .c_line = modes->c_line,
	};

	if (action < TCSANOW || action > TCSAFLUSH) {
		errno = EINVAL;
		return -1;
	}
	memcpy(kernel.c_cc, modes->c_cc, ABI_NCCS);
	return ioctl(fd, TCSETS + (unsigned)action, &kernel);
}

speed_t cfgetispeed(const struct termios *modes)
{
	return modes->c_cflag & CBAUD;
}

speed_t cfgetospeed(const struct termios *modes)
{
	return modes->c_cflag & CBAUD;
}

int cfsetospeed(struct termios *modes, speed_t speed)
{
	if (speed & ~CBAUD) {
		errno = EINVAL;
		return -1;
	}
	modes->c_cflag = (modes->c_cflag & ~CBAUD) | speed;
	modes->c_ospeed = modes->c_ispeed = speed;
	return 0;
}

/* Lines have one speed; an input speed of 0 means the output's. */
int cfsetispeed(struct termios *modes, speed_t speed)
{
	return speed ? cfsetospeed(modes, speed) : 0;
}

int cfsetspeed(struct termios *modes, speed_t speed)
{
	return cfsetospeed(modes, speed);
}

void cfmakeraw(struct termios *modes)
{
	modes->c_iflag &= ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
	modes->c_oflag &= ~OPOST;
	modes->c_lflag &= ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	modes->c_cflag &= ~(CSIZE | PARENB);
	modes->c_cflag |= CS8;
	modes->c_cc[VMIN] = 1;
	modes->c_cc[VTIME] = 0;
}

int tcdrain(int fd)
{
	return ioctl(fd, TCSBRK, 1);
}

int tcflow(int fd, int action)
{
	return ioctl(fd, TCXONC, action);
}

int tcflush(int fd, int queue)
{
	return ioctl(fd, TCFLSH, queue);
}

int tcsendbreak(int fd, int duration)
{
	(void)duration;		/* its meaning is left to the system: always the standard quarter second */
	return ioctl(fd, TCSBRK, 0);
}

pid_t tcgetsid(int fd)
{
	int session;

	return ioctl(fd, TIOCGSID, &session) < 0 ? -1 : session;
}

pid_t tcgetpgrp(int fd)
{
	int group;

	return ioctl(fd, TIOCGPGRP, &group) < 0 ? -1 : group;
}

int tcsetpgrp(int fd, pid_t group)
{
	return ioctl(fd, TIOCSPGRP, &group);
}

int tcgetwinsize(int fd, struct winsize *size)
{
	return ioctl(fd, TIOCGWINSZ, size);
}

int tcsetwinsize(int fd, const struct winsize *size)
{
	return ioctl(fd, TIOCSWINSZ, size);
}

int isatty(int fd)
{
	struct abi_termios modes;

	return ioctl(fd, TCGETS, &modes) == 0;
}

int ttyname_r(int fd, char *name, size_t size)
{
	char link[32];
	ssize_t length;
	struct stat a, b;

	if (!isatty(fd))
		return errno;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, name, size);
	if (length < 0)
		return errno;
	if ((size_t)length >= size)
		return ERANGE;
	name[length] = '\0';
	if (stat(name, &a) < 0 || fstat(fd, &b) < 0)
		return errno;
	return a.st_dev == b.st_dev && a.st_ino == b.st_ino ? 0 : ENODEV;
}

char *ttyname(int fd)
{
	static char name[64];
	int error = ttyname_r(fd, name, sizeof(name));

	if (error) {
		errno = error;
		return NULL;
	}
	return name;
}

char *ctermid(char *name)
{
	static char own[] = "/dev/tty";

	return name ? strcpy(name, own) : own;
}

int posix_openpt(int flags)
{
	return open("/dev/ptmx", flags);
}

/* The pty filesystem gives a new slave to its opener. */
int grantpt(int fd)
{
	unsigned number;

	return ioctl(fd, TIOCGPTN, &number);
}

int unlockpt(int fd)
{
	int lock = 0;

	return ioctl(fd, TIOCSPTLCK, &lock);
}

char *ptsname(int fd)
{
	static char name[32];
	unsigned number;

	if (ioctl(fd, TIOCGPTN, &number) < 0)
		return NULL;
	snprintf(name, sizeof(name), "/dev/pts/%u", number);
	return name;
}
