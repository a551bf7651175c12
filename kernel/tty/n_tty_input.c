/*
 * Input half of the line discipline: what the driver queued becomes lines or raw bytes, with echo, editing, signals
 * and flow control.
 *
 * Invariant: [tail, canon_head) are whole lines, [canon_head, head) the line being typed, in TTY_RING bytes of which
 * canonical mode keeps one free for the line's end. When whole lines fill the buffer, bytes stay in the driver's
 * queue and the driver is told to throttle; a single line that is too long loses bytes with a bell, as Linux does.
 * Runs in a work, t->lock held.
 */
#include <tty/internal.h>
#include <sched/signal.h>
#include <abi/poll.h>

#define DISABLED 0	/* a special character of this value is off */
#define THROTTLE_AT (TTY_RING / 4 * 3)
#define UNTHROTTLE_AT (TTY_RING / 4)

static u32 used(const struct tty *t)
{
	return t->buf->head - t->buf->tail;
}

static bool is(const struct tty *t, u8 c, unsigned which)
{
	return c != DISABLED && c == CC(t, which);
}

static bool continuation(const struct tty *t, u8 c)
{
	return I(t, IUTF8) && (c & 0xc0) == 0x80;
}

static void put(struct tty *t, u8 c)
{
	struct tty_buffers *b = t->buf;
	u32 at = TTY_MASK(b->head);

	if (used(t) >= TTY_RING)
		return;
	b->line[at] = c;
	b->line_end[at / 32] &= ~(1ul << (at & 31));
	b->head++;
}

/* The line ends with c (DISABLED: end of file, not data). */
static void put_end(struct tty *t, u8 c)
{
	struct tty_buffers *b = t->buf;
	u32 at = TTY_MASK(b->head);

	if (used(t) >= TTY_RING)
		return;
	put(t, c);
	b->line_end[at / 32] |= 1ul << (at & 31);
	b->canon_head = b->head;
	tty_tell_input(t);
}

/* What was typed and not read; bytes that the driver queued behind stay. */
static void drop_line(struct tty *t)
{
	struct tty_buffers *b = t->buf;

	b->head = b->canon_head = b->tail = 0;
	t->lnext = t->erasing = false;
}

void n_tty_flush_input_locked(struct tty *t)
{
	struct tty_buffers *b = t->buf;
	unsigned long flags;

	if (!b)
		return;
	spin_lock_irqsave(&t->in_lock, flags);
	b->in_tail = b->in_head;
	spin_unlock_irqrestore(&t->in_lock, flags);
	drop_line(t);
	if (t->driver->ops->input_space)
		t->driver->ops->input_space(t);
}

/* Canonical mode came or went: what is typed so far becomes readable, or loses its line ends. */
void n_tty_mode_changed_locked(struct tty *t, const struct abi_termios *old)
{
	struct tty_buffers *b = t->buf;

	if (!b || !((old->c_lflag ^ t->termios.c_lflag) & ICANON))
		return;
	memset(b->line_end, 0, sizeof(b->line_end));
	t->lnext = t->erasing = false;
	b->canon_head = b->tail;
	if (L(t, ICANON) && b->head != b->tail) {
		u32 last = TTY_MASK(b->head - 1);

		b->line_end[last / 32] |= 1ul << (last & 31);
		b->canon_head = b->head;
	}
	tty_tell_input(t);
}

/* ---- editing ---- */

static void finish_erasing(struct tty *t)
{
	if (t->erasing) {
		n_tty_echo_locked(t, '/');
		t->erasing = false;
	}
}

static void echo(struct tty *t, u8 c)
{
	finish_erasing(t);
	if (t->buf->canon_head == t->buf->head)
		t->canon_column = t->column;
	n_tty_echo_visible_locked(t, c);
}

/* Column of the cursor after what is left of the line being typed. */
static unsigned line_column(const struct tty *t)
{
	const struct tty_buffers *b = t->buf;
	unsigned column = t->canon_column;

	for (u32 i = b->canon_head; i != b->head; i++) {
		u8 c = b->line[TTY_MASK(i)];

		if (c == '\t')
			column = (column | 7) + 1;
		else if (c < ' ' || c == 0x7f)
			column += L(t, ECHOCTL) ? 2 : 0;
		else if (!continuation(t, c))
			column++;
	}
	return column;
}

/* The character c, just removed from the line, goes from the screen. */
static void echo_erased(struct tty *t, u8 c)
{
	unsigned back;

	if (c == '\t') {
		back = line_column(t);
		back = 8 - (back & 7);
		while (back--)
			n_tty_echo_locked(t, '\b');
		return;
	}
	back = c >= ' ' && c != 0x7f ? 1 : L(t, ECHOCTL) ? 2 : 0;
	while (back--)
		n_tty_echo_string_locked(t, "\b \b");
}

/* Remove the last character, all bytes of it; false: the line is empty. *first is its first byte. */
static bool remove_last(struct tty *t, u8 *first)
{
	struct tty_buffers *b = t->buf;
	u32 head = b->head;

	if (head == b->canon_head)
		return false;
	do {
		head--;
		*first = b->line[TTY_MASK(head)];
	} while (continuation(t, *first) && head != b->canon_head);
	b->head = head;
	return true;
}

static void show_removed(struct tty *t, u8 c, u8 key, u32 old_head)
{
	struct tty_buffers *b = t->buf;

	if (!L(t, ECHO))
		return;
	if (L(t, ECHOPRT)) {
		if (!t->erasing) {
			n_tty_echo_locked(t, '\\');
			t->erasing = true;
		}
		for (u32 i = b->head; i != old_head; i++)
			n_tty_echo_visible_locked(t, b->line[TTY_MASK(i)]);
	} else if (key == CC(t, VERASE) && !L(t, ECHOE)) {
		n_tty_echo_visible_locked(t, key);
	} else {
		echo_erased(t, c);
	}
}

static bool word_byte(u8 c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static void kill_line(struct tty *t)
{
	struct tty_buffers *b = t->buf;
	u8 c;

	if (L(t, ECHO) && L(t, ECHOK) && L(t, ECHOKE) && L(t, ECHOE)) {
		for (u32 old = b->head; remove_last(t, &c); old = b->head)
			show_removed(t, c, CC(t, VKILL), old);
		finish_erasing(t);
		return;
	}
	b->head = b->canon_head;
	if (!L(t, ECHO))
		return;
	finish_erasing(t);
	n_tty_echo_visible_locked(t, CC(t, VKILL));
	if (L(t, ECHOK))
		n_tty_echo_locked(t, '\n');
}

static void erase(struct tty *t, u8 key)
{
	struct tty_buffers *b = t->buf;
	bool word = key != CC(t, VERASE), seen = false;
	u32 old = b->head;
	u8 c;

	while (remove_last(t, &c)) {
		if (word && seen && !word_byte(c)) {
			b->head = old;
			break;
		}
		seen = seen || word_byte(c);
		show_removed(t, c, key, old);
		if (!word)
			break;
		old = b->head;
	}
	if (b->head == b->canon_head && L(t, ECHO))
		finish_erasing(t);
}

static void reprint(struct tty *t)
{
	struct tty_buffers *b = t->buf;

	finish_erasing(t);
	n_tty_echo_visible_locked(t, CC(t, VREPRINT));
	n_tty_echo_locked(t, '\n');
	t->canon_column = t->column;
	for (u32 i = b->canon_head; i != b->head; i++)
		n_tty_echo_visible_locked(t, b->line[TTY_MASK(i)]);
}

/* ---- bytes ---- */

static void signal_char(struct tty *t, int sig, u8 c)
{
	tty_signal_pgrp(t, sig);
	if (!L(t, NOFLSH)) {
		drop_line(t);
		tty_flush_output_locked(t);
	}
	if (I(t, IXON))
		tty_start_locked(t);
	if (L(t, ECHO)) {
		finish_erasing(t);
		n_tty_echo_visible_locked(t, c);
	}
}

/* Flow control and signals; true: consumed. */
static bool receive_special(struct tty *t, u8 c)
{
	if (I(t, IXON)) {
		if (is(t, c, VSTART)) {
			tty_start_locked(t);
			return true;
		}
		if (is(t, c, VSTOP)) {
			tty_stop_locked(t);
			return true;
		}
	}
	if (L(t, ISIG)) {
		int sig = is(t, c, VINTR) ? SIGINT : is(t, c, VQUIT) ? SIGQUIT : is(t, c, VSUSP) ? SIGTSTP : 0;

		if (sig) {
			signal_char(t, sig, c);
			return true;
		}
	}
	if (t->stopped && I(t, IXANY) && I(t, IXON))
		tty_start_locked(t);
	return false;
}

/* Room for c and the end of the line; rings when there is none. */
static bool line_room(struct tty *t, unsigned bytes)
{
	if (used(t) + bytes < TTY_RING)
		return true;
	if (I(t, IMAXBEL))
		n_tty_echo_locked(t, '\a');
	return false;
}

static void put_data(struct tty *t, u8 c, bool show)
{
	bool twice = c == 0xff && I(t, PARMRK);

	if (!line_room(t, twice ? 2 : 1))
		return;
	if (show && L(t, ECHO))
		echo(t, c);
	if (twice)
		put(t, c);
	put(t, c);
}

/* Canonical editing characters; true: consumed. */
static bool receive_canonical(struct tty *t, u8 c)
{
	struct tty_buffers *b = t->buf;
	bool ext = L(t, IEXTEN);

	if (is(t, c, VERASE) || (ext && is(t, c, VWERASE))) {
		erase(t, c);
	} else if (is(t, c, VKILL)) {
		kill_line(t);
	} else if (ext && is(t, c, VLNEXT)) {
		t->lnext = true;
		if (L(t, ECHO)) {
			finish_erasing(t);
			if (L(t, ECHOCTL)) {
				if (b->canon_head == b->head)
					t->canon_column = t->column;
				n_tty_echo_string_locked(t, "^\b");
			}
		}
	} else if (ext && L(t, ECHO) && is(t, c, VREPRINT)) {
		reprint(t);
	} else if (c == '\n') {
		if (L(t, ECHO) || L(t, ECHONL)) {
			finish_erasing(t);
			n_tty_echo_locked(t, '\n');
		}
		put_end(t, c);
	} else if (is(t, c, VEOF)) {
		put_end(t, DISABLED);
	} else if (is(t, c, VEOL) || (ext && is(t, c, VEOL2))) {
		if (L(t, ECHO))
			echo(t, c);
		put_end(t, c);
	} else {
		return false;
	}
	return true;
}

static void receive_break(struct tty *t)
{
	if (I(t, IGNBRK))
		return;
	if (I(t, BRKINT)) {
		drop_line(t);
		tty_flush_output_locked(t);
		tty_signal_pgrp(t, SIGINT);
		return;
	}
	if (I(t, PARMRK)) {
		put(t, 0xff);
		put(t, 0);
	}
	put(t, 0);
}

static void receive_bad(struct tty *t, u8 c)
{
	if (!I(t, INPCK)) {
		put_data(t, c, true);
	} else if (!I(t, IGNPAR)) {
		if (I(t, PARMRK)) {
			put(t, 0xff);
			put(t, 0);
			put(t, c);
		} else {
			put(t, 0);
		}
	}
}

void n_tty_receive_locked(struct tty *t, u8 c, unsigned flag)
{
	assert_locked(&t->lock);
	switch (flag) {
	case TTY_NORMAL:
		break;
	case TTY_BREAK:
		receive_break(t);
		return;
	case TTY_PARITY:
	case TTY_FRAME:
		receive_bad(t, c);
		return;
	default:
		return;		/* overrun: the driver counts and reports it */
	}
	if (I(t, ISTRIP))
		c &= 0x7f;
	if (I(t, IUCLC) && L(t, IEXTEN) && c >= 'A' && c <= 'Z')
		c = (u8)(c - 'A' + 'a');
	if (t->lnext) {
		t->lnext = false;
		put_data(t, c, true);
		return;
	}
	if (receive_special(t, c))
		return;
	if (c == '\r') {
		if (I(t, IGNCR))
			return;
		if (I(t, ICRNL))
			c = '\n';
	} else if (c == '\n' && I(t, INLCR)) {
		c = '\r';
	}
	if (L(t, ICANON)) {
		if (!receive_canonical(t, c))
			put_data(t, c, true);
		return;
	}
	put_data(t, c, true);
}

/* ---- the driver's queue ---- */

size_t n_tty_count_locked(const struct tty *t)
{
	const struct tty_buffers *b = t->buf;
	size_t n = 0;

	if (!L(t, ICANON))
		return b->head - b->tail;
	for (u32 i = b->tail; i != b->canon_head; i++) {
		u32 at = TTY_MASK(i);

		if (b->line[at] != DISABLED || !(b->line_end[at / 32] >> (at & 31) & 1))
			n++;
	}
	return n;
}

/* How many bytes may be processed now; the rest waits in the driver's queue. */
static u32 budget(const struct tty *t)
{
	u32 room = TTY_RING - used(t);

	if (L(t, ICANON) && t->buf->canon_head == t->buf->tail)
		return room > 256 ? 64 : 1;	/* no line to read: the typist must be able to end or edit this one */
	return room > 4 ? (room - 1) / 3 : 0;	/* a marked byte takes three */
}

static void update_throttle(struct tty *t, u32 queued)
{
	if (!t->sent_stop && queued >= THROTTLE_AT) {
		t->sent_stop = true;
		if (I(t, IXOFF))
			tty_send_char_locked(t, CC(t, VSTOP));
		if (t->driver->ops->throttle)
			t->driver->ops->throttle(t, true);
	} else if (t->sent_stop && queued <= UNTHROTTLE_AT) {
		t->sent_stop = false;
		if (I(t, IXOFF))
			tty_send_char_locked(t, CC(t, VSTART));
		if (t->driver->ops->throttle)
			t->driver->ops->throttle(t, false);
	}
}

/* Up to n bytes of the driver's queue; how many. *queued: what is left. */
static u32 take(struct tty *t, u8 *bytes, u8 *flags_out, u32 n, u32 *queued)
{
	struct tty_buffers *b = t->buf;
	unsigned long flags;
	u32 got = 0;

	spin_lock_irqsave(&t->in_lock, flags);
	while (got < n && b->in_tail != b->in_head) {
		u32 at = TTY_MASK(b->in_tail++);

		bytes[got] = b->in[at];
		flags_out[got++] = b->in_flag[at];
	}
	*queued = b->in_head - b->in_tail;
	spin_unlock_irqrestore(&t->in_lock, flags);
	return got;
}

void n_tty_input_work(struct work *w)
{
	struct tty *t = container_of(w, struct tty, in_work);
	u8 bytes[64], flags[64];
	u32 queued = 0, got, before;

	mutex_lock(&t->lock);
	if (!t->buf) {
		mutex_unlock(&t->lock);
		return;
	}
	if (READ_ONCE(t->no_room) && n_tty_writable(t)) {
		WRITE_ONCE(t->no_room, false);
		fasync_tell(&t->fasync, POLL_OUT);
	}
	n_tty_flush_echo_locked(t);
	do {
		before = t->buf->head;
		got = take(t, bytes, flags, min_t(u32, budget(t), sizeof(bytes)), &queued);
		for (u32 i = 0; i < got; i++)
			n_tty_receive_locked(t, bytes[i], flags[i]);
		update_throttle(t, queued);
		if (!L(t, ICANON) && t->buf->head != before)
			tty_tell_input(t);
		if (got && t->driver->ops->input_space)
			t->driver->ops->input_space(t);
	} while (got);
	n_tty_flush_echo_locked(t);
	mutex_unlock(&t->lock);
}
