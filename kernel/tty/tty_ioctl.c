/*
 * Requests on terminals: settings, window size, flow control, breaks, modem lines. Sessions are tty_jobs.c's.
 * Settings that the hardware cannot have are corrected by the driver's set_termios, with t->lock held.
 */
#include <tty/internal.h>
#include <sched/signal.h>
#include <abi/capability.h>
#include <arch/uaccess.h>

static const struct { u32 code, rate; } speeds[] = {
	{ B0, 0 }, { B50, 50 }, { B75, 75 }, { B110, 110 }, { B134, 134 }, { B150, 150 }, { B200, 200 }, { B300, 300 },
	{ B600, 600 }, { B1200, 1200 }, { B1800, 1800 }, { B2400, 2400 }, { B4800, 4800 }, { B9600, 9600 },
	{ B19200, 19200 }, { B38400, 38400 }, { B57600, 57600 }, { B115200, 115200 }, { B230400, 230400 },
	{ B460800, 460800 }, { B500000, 500000 }, { B576000, 576000 }, { B921600, 921600 }, { B1000000, 1000000 },
	{ B1152000, 1152000 }, { B1500000, 1500000 }, { B2000000, 2000000 }, { B2500000, 2500000 },
	{ B3000000, 3000000 }, { B3500000, 3500000 }, { B4000000, 4000000 },
};

u32 tty_baud_rate(u32 cbaud, u32 other)
{
	if (cbaud == BOTHER)
		return other;
	for (unsigned i = 0; i < ARRAY_SIZE(speeds); i++) {
		if (speeds[i].code == cbaud)
			return speeds[i].rate;
	}
	return other;
}

void tty_encode_speed(struct tty *t, u32 baud)
{
	u32 code = BOTHER;

	assert_locked(&t->lock);
	for (unsigned i = 0; i < ARRAY_SIZE(speeds); i++) {
		if (speeds[i].rate == baud)
			code = speeds[i].code;
	}
	t->ispeed = t->ospeed = baud;
	t->termios.c_cflag = (t->termios.c_cflag & ~(u32)(CBAUD | CIBAUD)) | code;
}

static void drain(struct tty *t)
{
	tty_wait_drained(t, MAX_SCHEDULE_TIMEOUT);
}

/* ---- settings ---- */

static void get_termios2(struct tty *t, struct abi_termios2 *k)
{
	mutex_lock(&t->lock);
	*k = (struct abi_termios2){
		.c_iflag = t->termios.c_iflag, .c_oflag = t->termios.c_oflag, .c_cflag = t->termios.c_cflag,
		.c_lflag = t->termios.c_lflag, .c_line = t->termios.c_line, .c_ispeed = t->ispeed, .c_ospeed = t->ospeed,
	};
	memcpy(k->c_cc, t->termios.c_cc, sizeof(k->c_cc));
	mutex_unlock(&t->lock);
}

enum when { NOW, DRAIN, FLUSH };

/* What is locked keeps its old value. t->lock held. */
static void keep_locked(struct tty *t, const struct abi_termios *old)
{
	const struct abi_termios *l = &t->locked;
	struct abi_termios *k = &t->termios;

	k->c_iflag ^= (k->c_iflag ^ old->c_iflag) & l->c_iflag;
	k->c_oflag ^= (k->c_oflag ^ old->c_oflag) & l->c_oflag;
	k->c_cflag ^= (k->c_cflag ^ old->c_cflag) & l->c_cflag;
	k->c_lflag ^= (k->c_lflag ^ old->c_lflag) & l->c_lflag;
	for (unsigned i = 0; i < ARRAY_SIZE(k->c_cc); i++) {
		if (l->c_cc[i])
			k->c_cc[i] = old->c_cc[i];
	}
}

static long termios_lock(struct tty *t, bool set, struct abi_termios __user *u)
{
	struct abi_termios k;

	if (set && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (set && copy_from_user(&k, u, sizeof(k)))
		return -EFAULT;
	mutex_lock(&t->lock);
	if (set)
		t->locked = k;
	else
		k = t->locked;
	mutex_unlock(&t->lock);
	return !set && copy_to_user(u, &k, sizeof(k)) ? -EFAULT : 0;
}

static long set_termios2(struct tty *t, const struct abi_termios2 *k, enum when when)
{
	struct abi_termios old;
	u32 cbaud, cibaud;

	if (when != NOW) {
		drain(t);
		if (signal_pending(current))
			return -ERESTARTSYS;
	}
	mutex_lock(&t->lock);
	if (when == FLUSH)
		n_tty_flush_input_locked(t);
	old = t->termios;
	t->termios = (struct abi_termios){
		.c_iflag = k->c_iflag, .c_oflag = k->c_oflag, .c_cflag = k->c_cflag, .c_lflag = k->c_lflag, .c_line = N_TTY,
	};
	memcpy(t->termios.c_cc, k->c_cc, sizeof(k->c_cc));
	keep_locked(t, &old);
	cbaud = t->termios.c_cflag & CBAUD;
	cibaud = (t->termios.c_cflag & CIBAUD) >> IBSHIFT;
	t->ospeed = tty_baud_rate(cbaud, k->c_ospeed);
	t->ispeed = cibaud ? tty_baud_rate(cibaud, k->c_ispeed) : t->ospeed;
	if (t->driver->ops->set_termios)
		t->driver->ops->set_termios(t, &old);
	n_tty_mode_changed_locked(t, &old);
	if (!I(t, IXON) && (old.c_iflag & IXON))
		tty_start_locked(t);
	mutex_unlock(&t->lock);
	return 0;
}

/* The form without speeds: with BOTHER they stay. */
static long set_from_termios(struct tty *t, const struct abi_termios __user *u, enum when when)
{
	struct abi_termios k;
	struct abi_termios2 k2;

	if (copy_from_user(&k, u, sizeof(k)))
		return -EFAULT;
	get_termios2(t, &k2);
	k2.c_iflag = k.c_iflag;
	k2.c_oflag = k.c_oflag;
	k2.c_cflag = k.c_cflag;
	k2.c_lflag = k.c_lflag;
	memcpy(k2.c_cc, k.c_cc, sizeof(k.c_cc));
	return set_termios2(t, &k2, when);
}

static long set_from_termio(struct tty *t, const struct abi_termio __user *u, enum when when)
{
	struct abi_termio k;
	struct abi_termios2 k2;

	if (copy_from_user(&k, u, sizeof(k)))
		return -EFAULT;
	get_termios2(t, &k2);
	k2.c_iflag = (k2.c_iflag & 0xffff0000) | k.c_iflag;
	k2.c_oflag = (k2.c_oflag & 0xffff0000) | k.c_oflag;
	k2.c_cflag = (k2.c_cflag & 0xffff0000) | k.c_cflag;
	k2.c_lflag = (k2.c_lflag & 0xffff0000) | k.c_lflag;
	memcpy(k2.c_cc, k.c_cc, sizeof(k.c_cc));
	return set_termios2(t, &k2, when);
}

static long set_from_termios2(struct tty *t, const struct abi_termios2 __user *u, enum when when)
{
	struct abi_termios2 k;

	return copy_from_user(&k, u, sizeof(k)) ? -EFAULT : set_termios2(t, &k, when);
}

static long put_termios(struct tty *t, unsigned cmd, void __user *u)
{
	struct abi_termios2 k;
	struct abi_termio small;

	get_termios2(t, &k);
	switch (cmd) {
	case TCGETS:
		return copy_to_user(u, &k, sizeof(struct abi_termios)) ? -EFAULT : 0;
	case TCGETS2:
		return copy_to_user(u, &k, sizeof(k)) ? -EFAULT : 0;
	}
	small = (struct abi_termio){
		.c_iflag = (u16)k.c_iflag, .c_oflag = (u16)k.c_oflag, .c_cflag = (u16)k.c_cflag, .c_lflag = (u16)k.c_lflag,
		.c_line = k.c_line,
	};
	memcpy(small.c_cc, k.c_cc, sizeof(small.c_cc));
	return copy_to_user(u, &small, sizeof(small)) ? -EFAULT : 0;
}
_Static_assert(offsetof(struct abi_termios2, c_ispeed) == sizeof(struct abi_termios), "termios is termios2's head");

static long settings_ioctl(struct tty *t, unsigned cmd, void __user *u)
{
	long ret;

	switch (cmd) {
	case TCGETS:
	case TCGETS2:
	case TCGETA:
		return put_termios(t, cmd, u);
	case TCSETS: case TCSETSW: case TCSETSF:
	case TCSETS2: case TCSETSW2: case TCSETSF2:
	case TCSETA: case TCSETAW: case TCSETAF:
		break;
	default:
		return -ENOIOCTLCMD;
	}
	ret = tty_check_change(t, SIGTTOU);
	if (ret)
		return ret;
	switch (cmd) {
	case TCSETS: return set_from_termios(t, u, NOW);
	case TCSETSW: return set_from_termios(t, u, DRAIN);
	case TCSETSF: return set_from_termios(t, u, FLUSH);
	case TCSETS2: return set_from_termios2(t, u, NOW);
	case TCSETSW2: return set_from_termios2(t, u, DRAIN);
	case TCSETSF2: return set_from_termios2(t, u, FLUSH);
	case TCSETA: return set_from_termio(t, u, NOW);
	case TCSETAW: return set_from_termio(t, u, DRAIN);
	default: return set_from_termio(t, u, FLUSH);
	}
}

/* ---- flow, flushing, breaks ---- */

static long flow_control(struct tty *t, unsigned long arg)
{
	long ret = 0;

	mutex_lock(&t->lock);
	switch (arg) {
	case TCOOFF:
		tty_stop_locked(t);
		break;
	case TCOON:
		tty_start_locked(t);
		break;
	case TCIOFF:
		if (CC(t, VSTOP))
			tty_send_char_locked(t, CC(t, VSTOP));
		break;
	case TCION:
		if (CC(t, VSTART))
			tty_send_char_locked(t, CC(t, VSTART));
		break;
	default:
		ret = -EINVAL;
	}
	mutex_unlock(&t->lock);
	return ret;
}

static long flush_queues(struct tty *t, unsigned long arg)
{
	if (arg > TCIOFLUSH)
		return -EINVAL;
	mutex_lock(&t->lock);
	if (arg != TCOFLUSH)
		n_tty_flush_input_locked(t);
	if (arg != TCIFLUSH)
		tty_flush_output_locked(t);
	mutex_unlock(&t->lock);
	return 0;
}

static long send_break(struct tty *t, u32 ms)
{
	nsec_t left = ms * NSEC_PER_MSEC;
	long ret;

	drain(t);
	if (signal_pending(current))
		return -ERESTARTSYS;
	if (!t->driver->ops->send_break || !ms)
		return 0;
	t->driver->ops->send_break(t, true);
	/* Nobody wakes it: only time and signals end the break. */
	ret = wait_event_interruptible_timeout(&t->write_wait, false, &left);
	t->driver->ops->send_break(t, false);
	return ret ? -EINTR : 0;
}

static long flow_ioctl(struct tty *t, unsigned cmd, unsigned long arg)
{
	long ret;

	switch (cmd) {
	case TCXONC: case TCFLSH: case TCSBRK: case TCSBRKP: case TIOCSBRK: case TIOCCBRK:
		break;
	default:
		return -ENOIOCTLCMD;
	}
	ret = tty_check_change(t, SIGTTOU);
	if (ret)
		return ret;
	switch (cmd) {
	case TCXONC: return flow_control(t, arg);
	case TCFLSH: return flush_queues(t, arg);
	case TCSBRK: return send_break(t, arg ? 0 : 250);
	case TCSBRKP: return send_break(t, arg ? min_t(u32, arg, 600) * 100 : 250);
	}
	if (t->driver->ops->send_break)
		t->driver->ops->send_break(t, cmd == TIOCSBRK);
	return 0;
}

/* ---- modem lines ---- */

static long modem_ioctl(struct tty *t, unsigned cmd, u32 __user *u)
{
	u32 bits = 0;

	switch (cmd) {
	case TIOCMGET: case TIOCMSET: case TIOCMBIS: case TIOCMBIC:
		break;
	default:
		return -ENOIOCTLCMD;
	}
	if (!t->driver->ops->modem)
		return -ENOTTY;
	if (cmd == TIOCMGET)
		return put_user((u32)t->driver->ops->modem(t, 0, 0), u);
	if (get_user(bits, u))
		return -EFAULT;
	t->driver->ops->modem(t, cmd == TIOCMBIC ? 0 : bits, cmd == TIOCMSET ? ~bits : cmd == TIOCMBIC ? bits : 0);
	return 0;
}

/* ---- the rest ---- */

static long insert_byte(struct tty *t, const u8 __user *u)
{
	u8 c;

	/* Typing into another's terminal runs commands as that user: only for the administrator. */
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (get_user(c, u))
		return -EFAULT;
	return tty_input(t, &c, 1) ? 0 : -EAGAIN;
}

static long window_ioctl(struct tty *t, unsigned cmd, struct abi_winsize __user *u)
{
	struct abi_winsize ws;

	if (cmd == TIOCSWINSZ) {
		if (copy_from_user(&ws, u, sizeof(ws)))
			return -EFAULT;
		tty_resize(t, &ws);
		return 0;
	}
	mutex_lock(&t->lock);
	ws = t->winsize;
	mutex_unlock(&t->lock);
	return copy_to_user(u, &ws, sizeof(ws)) ? -EFAULT : 0;
}

static long count_ioctl(struct tty *t, unsigned cmd, u32 __user *u)
{
	size_t n;

	if (cmd == TIOCOUTQ)
		return put_user((u32)(t->driver->ops->chars_in_buffer ? t->driver->ops->chars_in_buffer(t) : 0), u);
	mutex_lock(&t->lock);
	n = t->buf ? n_tty_count_locked(t) : 0;
	mutex_unlock(&t->lock);
	return put_user((u32)n, u);
}

static long set_discipline(const u32 __user *u)
{
	u32 n;

	if (get_user(n, u))
		return -EFAULT;
	return n == N_TTY ? 0 : -EINVAL;
}

static long software_carrier(struct tty *t, const u32 __user *u)
{
	struct abi_termios2 k;
	u32 on;

	if (get_user(on, u))
		return -EFAULT;
	get_termios2(t, &k);
	k.c_cflag = on ? k.c_cflag | CLOCAL : k.c_cflag & ~(u32)CLOCAL;
	return set_termios2(t, &k, NOW);
}

long tty_ioctl(struct tty *t, struct file *f, unsigned cmd, unsigned long arg)
{
	void __user *u = (void __user *)arg;
	long ret;

	if (t->driver->ops->ioctl) {
		ret = t->driver->ops->ioctl(t, cmd, arg);
		if (ret != -ENOIOCTLCMD)
			return ret;
	}
	ret = settings_ioctl(t, cmd, u);
	if (ret == -ENOIOCTLCMD)
		ret = flow_ioctl(t, cmd, arg);
	if (ret == -ENOIOCTLCMD)
		ret = modem_ioctl(t, cmd, u);
	if (ret == -ENOIOCTLCMD)
		ret = tty_jobs_ioctl(t, f, cmd, arg);
	if (ret != -ENOIOCTLCMD)
		return ret;
	switch (cmd) {
	case TIOCGWINSZ: case TIOCSWINSZ: return window_ioctl(t, cmd, u);
	case FIONREAD: case TIOCOUTQ: return count_ioctl(t, cmd, u);
	case TIOCGLCKTRMIOS: return termios_lock(t, false, u);
	case TIOCSLCKTRMIOS: return termios_lock(t, true, u);
	case TIOCSTI: return insert_byte(t, u);
	case TIOCEXCL: t->exclusive = true; return 0;
	case TIOCNXCL: t->exclusive = false; return 0;
	case TIOCGEXCL: return put_user((u32)t->exclusive, (u32 __user *)u);
	case TIOCGETD: return put_user((u32)N_TTY, (u32 __user *)u);
	case TIOCSETD: return set_discipline(u);
	case TIOCGDEV: return put_user((u32)t->dev, (u32 __user *)u);
	case TIOCGSOFTCAR: return put_user((u32)!!(t->termios.c_cflag & CLOCAL), (u32 __user *)u);
	case TIOCSSOFTCAR: return software_carrier(t, u);
	case TIOCVHANGUP:
		if (!capable(CAP_SYS_ADMIN))
			return -EPERM;
		tty_do_hangup(t, false);
		return 0;
	}
	return -ENOTTY;
}
