/*
 * Terminals: the line discipline (N_TTY) between a driver and the readers and writers of a tty file.
 * A driver feeds input by tty_input() (any context) and takes output by its write operation.
 */
#ifndef TTY_TTY_H
#define TTY_TTY_H

#include <core/mutex.h>
#include <abi/termios.h>

struct tty;
struct pid;

struct tty_driver_ops {
	int (*open)(struct tty *t);
	void (*close)(struct tty *t);
	/* Takes up to n bytes, returns how many (0: full; call tty_wakeup() when there is room). Must not sleep. */
	size_t (*write)(struct tty *t, const u8 *buf, size_t n);
	size_t (*write_room)(struct tty *t);
	size_t (*chars_in_buffer)(struct tty *t);
	void (*set_termios)(struct tty *t, const struct abi_termios *old);
	void (*flush_output)(struct tty *t);
	void (*throttle)(struct tty *t, bool on);
	void (*hangup)(struct tty *t);
	int (*ioctl)(struct tty *t, unsigned cmd, unsigned long arg);	/* -ENOIOCTLCMD (-515): not mine */
	int (*modem)(struct tty *t, unsigned set, unsigned clear);	/* TIOCM_*; returns the lines */
	void (*send_break)(struct tty *t, bool on);
};
struct tty_driver {
	const char *name;		/* "ttyS" */
	dev_t first;
	unsigned count;
	const struct tty_driver_ops *ops;
	struct abi_termios init_termios;
};
int tty_driver_register(struct tty_driver *d);
struct tty *tty_device_add(struct tty_driver *d, unsigned index, void *driver_data);	/* makes the node; ERR_PTR */
void tty_device_remove(struct tty *t);
void *tty_driver_data(struct tty *t);
const struct abi_termios *tty_termios(const struct tty *t);

void tty_input(struct tty *t, const u8 *buf, size_t n);		/* any context; queued, processed in a work */
void tty_input_flag(struct tty *t, u8 c, unsigned flag);	/* TTY_BREAK, TTY_PARITY, … */
void tty_wakeup(struct tty *t);					/* driver has room again; any context */
void tty_hangup(struct tty *t);					/* any context */
void tty_resize(struct tty *t, const struct abi_winsize *ws);	/* SIGWINCH */
struct tty *tty_get(struct tty *t);
void tty_put(struct tty *t);
/* Session leader exits: terminal is given up, SIGHUP to the foreground group. Called by do_exit(). */
void tty_session_end(void);
/* /dev/tty of current, for /proc/PID/stat: device number and foreground group. */
dev_t tty_dev(const struct tty *t);
pid_t tty_foreground_pgrp(struct tty *t);
#define TTY_NORMAL 0
#define TTY_BREAK 1
#define TTY_PARITY 2
#define TTY_FRAME 3
#define TTY_OVERRUN 4

#endif
