/*
 * Terminals: the line discipline (N_TTY) between a driver and the readers and writers of a tty file.
 * A driver feeds input by tty_input() (any context) and takes output by its write operation.
 *
 * Numbers: a driver owns a range of device numbers from `first` on. Serial lines and virtual terminals exist for ever;
 * pseudo terminals come and go (tty/pty.c).
 */
#ifndef TTY_TTY_H
#define TTY_TTY_H

#include <core/mutex.h>
#include <abi/termios.h>

struct tty;
struct pid;

#define ENOIOCTLCMD 515		/* a driver's ioctl: not mine, try the next */

/*
 * open, close, set_termios, hangup, modem, send_break and ioctl run in task context and may sleep. write, write_room,
 * chars_in_buffer, flush_output, throttle and input_space must not sleep. All but open may be NULL except write and
 * write_room.
 */
struct tty_driver_ops {
	int (*open)(struct tty *t);		/* first opener; 0 or -errno */
	void (*close)(struct tty *t);		/* last closer, output drained or given up */
	/* Takes up to n bytes, returns how many (0: full; call tty_wakeup() when there is room). */
	size_t (*write)(struct tty *t, const u8 *buf, size_t n);
	size_t (*write_room)(struct tty *t);	/* at least that many bytes will be taken */
	size_t (*chars_in_buffer)(struct tty *t);	/* not on the wire yet */
	void (*set_termios)(struct tty *t, const struct abi_termios *old);
	void (*flush_output)(struct tty *t);
	void (*throttle)(struct tty *t, bool on);	/* readers are behind: stop the peer by the modem lines */
	void (*input_space)(struct tty *t);	/* the input queue has emptied: a pseudo terminal's writer may go on */
	void (*hangup)(struct tty *t);
	int (*ioctl)(struct tty *t, unsigned cmd, unsigned long arg);	/* -ENOIOCTLCMD: not mine */
	int (*modem)(struct tty *t, unsigned set, unsigned clear);	/* TIOCM_*; returns the lines */
	void (*send_break)(struct tty *t, bool on);
	bool (*carrier)(struct tty *t);		/* open waits for it unless CLOCAL; NULL: always */
	void (*resized)(struct tty *t);
	void (*flow)(struct tty *t, bool stop);	/* output stopped by ^S or started again (packet mode) */
	void (*free)(struct tty *t);		/* the last reference to t is gone: driver_data may go too */
};
struct tty_driver {
	const char *name;		/* "ttyS" */
	const char *parent;		/* the path in /sys of what they are part of; NULL: nothing */
	dev_t first;
	unsigned first_index;		/* number in the name of `first`: 1 for tty1 */
	unsigned count;
	const struct tty_driver_ops *ops;
	struct abi_termios init_termios;
	bool reset_termios;		/* settings are lost with the last close */
	bool no_nodes;			/* nodes are made elsewhere (devpts) */
	struct tty **ttys;		/* core's, under its lock */
	struct list_head link;		/* core's */
};
/* What a terminal starts with: cooked, echo, 38400 baud; a driver edits its copy. */
extern const struct abi_termios tty_std_termios;

int tty_driver_register(struct tty_driver *d);	/* 0, -EBUSY, -ENOMEM */
struct tty *tty_device_add(struct tty_driver *d, unsigned index, void *driver_data);	/* makes the node; ERR_PTR */
void tty_device_remove(struct tty *t);		/* hangs up, removes the node, drops the table's reference; sleeps */
void *tty_driver_data(struct tty *t);
unsigned tty_index(const struct tty *t);
const struct abi_termios *tty_termios(const struct tty *t);	/* stable in set_termios; a hint elsewhere */
u32 tty_output_speed(const struct tty *t);	/* bits per second; 0: hang up (B0) */
void tty_encode_speed(struct tty *t, u32 baud);	/* from set_termios: what the hardware really does */

size_t tty_input(struct tty *t, const u8 *buf, size_t n);	/* any context; bytes queued (the rest had no room), processed in a work */
size_t tty_input_room(struct tty *t);
void tty_input_flag(struct tty *t, u8 c, unsigned flag);	/* TTY_BREAK, TTY_PARITY, … */
void tty_wakeup(struct tty *t);					/* driver has room again; any context */
void tty_hangup(struct tty *t);					/* any context; done by a work */
void tty_resize(struct tty *t, const struct abi_winsize *ws);	/* SIGWINCH */
struct tty *tty_get(struct tty *t);		/* NULL passes through */
void tty_put(struct tty *t);
/* Session leader exits: terminal is given up, SIGHUP to the foreground group. Called by do_exit(). */
void tty_session_end(void);
/* /dev/tty of current, for /proc/PID/stat: device number and foreground group. */
dev_t tty_dev(const struct tty *t);
const char *tty_name(const struct tty *t);
pid_t tty_foreground_pgrp(struct tty *t);
#define TTY_NORMAL 0
#define TTY_BREAK 1
#define TTY_PARITY 2
#define TTY_FRAME 3
#define TTY_OVERRUN 4

/* /dev/tty0: which virtual terminal is in front. Set by drivers/vt. */
extern struct tty *(*tty_foreground_vt)(void);

#endif
