/* Terminal modes. */
#ifndef LIBC_TERMIOS_H
#define LIBC_TERMIOS_H

#include <bits/types.h>
#include <abi/termios.h>

#define NCCS 32
typedef unsigned char cc_t;
typedef unsigned speed_t;
typedef unsigned tcflag_t;

struct termios {
	tcflag_t c_iflag;
	tcflag_t c_oflag;
	tcflag_t c_cflag;
	tcflag_t c_lflag;
	cc_t c_line;
	cc_t c_cc[NCCS];
	speed_t c_ispeed;
	speed_t c_ospeed;
};

struct winsize {
	unsigned short ws_row;
	unsigned short ws_col;
	unsigned short ws_xpixel;
	unsigned short ws_ypixel;
};

speed_t cfgetispeed(const struct termios *modes);
speed_t cfgetospeed(const struct termios *modes);
void cfmakeraw(struct termios *modes);
int cfsetispeed(struct termios *modes, speed_t speed);
int cfsetospeed(struct termios *modes, speed_t speed);
int cfsetspeed(struct termios *modes, speed_t speed);
int tcdrain(int fd);
int tcflow(int fd, int action);
int tcflush(int fd, int queue);
int tcgetattr(int fd, struct termios *modes);
pid_t tcgetsid(int fd);
int tcgetwinsize(int fd, struct winsize *size);
int tcsendbreak(int fd, int duration);
int tcsetattr(int fd, int action, const struct termios *modes);
int tcsetwinsize(int fd, const struct winsize *size);

#endif
