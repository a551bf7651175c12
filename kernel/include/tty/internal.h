/* The inside of a terminal: for tty/ only. */
#ifndef TTY_INTERNAL_H
#define TTY_INTERNAL_H

#include <core/atomic.h>
#include <core/workqueue.h>
#include <fs/fasync.h>
#include <fs/vfs.h>
#include <tty/tty.h>

#define TTY_RING	4096u		/* a power of two: input queue, line buffer */
#define TTY_ECHO	1024u		/* a power of two: echoes that the driver had no room for */
#define TTY_MASK(i)	((i) & (TTY_RING - 1))

/* Allocated while the terminal is open. Indexes run freely and are masked at use. */
struct tty_buffers {
	/* From the driver, not processed yet. Under in_lock. */
	u8 in[TTY_RING];
	u8 in_flag[TTY_RING];
	u32 in_head, in_tail;

	/*
	 * The discipline's line buffer, under lock:
	 *
	 *   tail ......... canon_head ......... head
	 *   whole lines    the line being typed
	 *
	 * In raw mode all of [tail, head) is readable. line_end has a bit for each byte that ends a line; one that is
	 * __DISABLED (0) stands for the end-of-file character and is not given to the reader.
	 */
	u8 line[TTY_RING];
	unsigned long line_end[TTY_RING / 32];
	u32 head, canon_head, tail;

	u8 echo[TTY_ECHO];		/* lock */
	u32 echo_head, echo_tail;	/* lock */
};

/*
 * Locks: o open_lock, l lock, q in_lock, t tasklist_lock, I immutable, a atomic
 * Order: open_lock, write_lock, lock, tasklist_lock, in_lock.
 */
struct tty {
	atomic_t count;			/* a */
	struct tty_driver *driver;	/* I */
	unsigned index;			/* I */
	void *driver_data;		/* I */
	char name[16];			/* I */
	dev_t dev;			/* I */

	struct mutex open_lock;		/* RANK_TTY_OUTER: opening, closing, hanging up */
	unsigned openers;		/* o files, hung up ones too */
	unsigned console_openers;	/* o of these /dev/console's, which survive hang-ups */
	bool active;			/* o the driver is open */
	bool exclusive;			/* o TIOCEXCL */
	bool gone;			/* o the device was removed: no new opener */
	bool keep_buffers;		/* o input is taken while nobody has it open (pseudo terminals) */
	unsigned generation;		/* o files of an older one are hung up */

	struct pid *pgrp, *session;	/* t counted */

	struct mutex write_lock;	/* RANK_TTY_WRITE */
	struct mutex lock;		/* RANK_TTY */
	struct abi_termios termios;	/* l */
	struct abi_termios locked;	/* l bits and characters set here do not change (TIOCSLCKTRMIOS) */
	u32 ispeed, ospeed;		/* l bits per second */
	struct abi_winsize winsize;	/* l */
	struct tty_buffers *buf;	/* l and q: both to change it */
	unsigned column, canon_column;	/* l of the cursor; where the line being typed began */
	bool lnext, erasing;		/* l next byte is literal; within \.../ of ECHOPRT */
	bool stopped;			/* l by ^S or TCOOFF: nothing goes to the driver */
	bool sent_stop;			/* l we told the peer to stop (IXOFF, modem lines) */

	spinlock_t in_lock;		/* RANK_DEVICE, irqsave */
	struct work in_work, hangup_work;
	struct wait_queue read_wait, write_wait;
	struct fasync fasync;		/* told of input and room by signal, from works and calls */
	bool no_room;			/* a writer found none: the next in_work tells when there is */
};

/* What an open file of a terminal holds in file->private. */
struct tty_file {
	struct tty *tty;		/* counted */
	unsigned generation;
	bool console;			/* /dev/console: hanging up leaves it alone */
};
static inline struct tty *file_tty(const struct file *f) { return ((struct tty_file *)f->private)->tty; }
void tty_own_file(struct file *f, struct tty *t);	/* t NULL: a master */
void tty_tell_input(struct tty *t);		/* readers: there is something; not from interrupts */
bool tty_file_hung(const struct file *f);

/* tty/tty_core.c */
extern const struct file_ops tty_file_ops;
struct tty *tty_alloc(struct tty_driver *d, unsigned index, void *driver_data);	/* NULL: no memory */
int tty_open_file(struct tty *t, struct file *f, bool console);	/* consumes a reference to t on success */
int tty_keep_buffers(struct tty *t);			/* from now until the device is removed; 0, -ENOMEM */
void tty_do_hangup(struct tty *t, bool from_exit);
void tty_wait_drained(struct tty *t, nsec_t limit);	/* until the driver's buffer is empty, a signal, or the limit */

/* tty/n_tty_*.c: the discipline. ..._locked: t->lock held. */
void n_tty_input_work(struct work *w);
void tty_queue_input(struct tty *t);	/* n_tty_input_work() soon, holding a reference; any context */
void n_tty_receive_locked(struct tty *t, u8 c, unsigned flag);
bool n_tty_readable_locked(const struct tty *t, size_t amount);
ssize_t n_tty_read(struct tty *t, struct file *f, struct iov_iter *it);
ssize_t n_tty_write(struct tty *t, struct file *f, struct iov_iter *it);
bool n_tty_writable(struct tty *t);
unsigned n_tty_poll(struct tty *t, struct file *f, struct poll_table *pt);
void n_tty_flush_input_locked(struct tty *t);
void n_tty_mode_changed_locked(struct tty *t, const struct abi_termios *old);
size_t n_tty_count_locked(const struct tty *t);		/* FIONREAD */
/* Through output processing as far as the driver has room; bytes of buf consumed. */
size_t n_tty_output_locked(struct tty *t, const u8 *buf, size_t n);
void n_tty_echo_locked(struct tty *t, u8 c);		/* as it is, output processing applies */
void n_tty_echo_visible_locked(struct tty *t, u8 c);	/* control characters as ^X under ECHOCTL */
void n_tty_echo_string_locked(struct tty *t, const char *s);
bool n_tty_flush_echo_locked(struct tty *t);		/* true: none is left */
void tty_flush_output_locked(struct tty *t);
void tty_stop_locked(struct tty *t);
void tty_start_locked(struct tty *t);
void tty_send_char_locked(struct tty *t, u8 c);		/* flow control character: ahead of all, even when stopped */

/* tty/tty_jobs.c: sessions and foreground groups. */
struct pid *tty_pgrp_get(struct tty *t);		/* counted or NULL */
void tty_signal_pgrp(struct tty *t, int sig);
int tty_check_background_read(struct tty *t);		/* 0, -EIO, -ERESTARTSYS */
int tty_check_change(struct tty *t, int sig);		/* 0, -EIO, -ERESTARTSYS: SIGTTOU for a background group */
void tty_open_controlling(struct tty *t, struct file *f);
struct tty *tty_current_get(void);			/* counted or NULL */
bool tty_is_current(const struct tty *t);
void tty_session_hangup(struct tty *t, bool from_exit);
void tty_session_clear(struct tty *t);
long tty_jobs_ioctl(struct tty *t, struct file *f, unsigned cmd, unsigned long arg);	/* -ENOIOCTLCMD */

/* tty/devpts.c: the nodes of pseudo terminals. Sleep. */
struct path;
int devpts_create(unsigned index, dev_t dev, struct dentry **out);	/* 0, -ENOMEM; a reference */
void devpts_remove(struct dentry *d);			/* drops the reference */
int devpts_path(struct dentry *d, struct path *out);	/* referenced */

/* tty/tty_ioctl.c */
long tty_ioctl(struct tty *t, struct file *f, unsigned cmd, unsigned long arg);
u32 tty_baud_rate(u32 cbaud, u32 other);		/* CBAUD bits to bits per second */

#define L(t, flag)	((t)->termios.c_lflag & (flag))
#define I(t, flag)	((t)->termios.c_iflag & (flag))
#define O(t, flag)	((t)->termios.c_oflag & (flag))
#define CC(t, i)	((t)->termios.c_cc[i])

#endif
