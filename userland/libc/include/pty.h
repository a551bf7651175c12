/* Pairs of terminals. */
#ifndef LIBC_PTY_H
#define LIBC_PTY_H

#include <termios.h>

int forkpty(int *master, char *name, const struct termios *modes, const struct winsize *size);
int login_tty(int fd);
int openpty(int *master, int *slave, char *name, const struct termios *modes, const struct winsize *size);

#endif
