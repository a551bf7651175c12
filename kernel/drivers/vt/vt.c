/*
 * Virtual terminals tty1..tty6: terminals whose wire is a screen and the keyboard; the kernel's log on the one in
 * front; switching.
 *
 * Invariant (screen_lock, irqsave): `front` is the screen that the hardware shows; the others change in memory only.
 * Screens are made when first opened or switched to; the first one is static, so that the log has a place early.
 * Nothing is woken, printed or fed to a terminal with the lock held.
 */
#include <core/init.h>
#include <core/printk.h>
#include <core/string.h>
#include <core/time.h>
#include <core/workqueue.h>
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/ioctl.h>
#include <arch/io.h>
#include <arch/uaccess.h>
#include <drivers/vt.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>

#define FIRST_CELLS (60 * VT_MAX_COLS)
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND 0x43
#define PIT_HZ 1193182u
#define SPEAKER_PORT 0x61

DEFINE_SPINLOCK(screen_lock, RANK_SCREEN);

/* Locks: l screen_lock, I immutable after start-up */
static struct vt {
	struct screen screen;		/* l */
	struct tty *tty;		/* I */
	bool made;			/* l */
	bool graphics;			/* l KD_GRAPHICS: a program draws, we do not */
} vts[VT_COUNT];
static unsigned front;			/* l */
static unsigned wanted;			/* l: what switch_work makes ready */
static unsigned rows, cols;		/* I */
static u16 first_cells[FIRST_CELLS];
static DEFINE_WAIT_QUEUE(switched);	/* VT_WAITACTIVE */

/* ---- showing; lock held ---- */

static void show(struct vt *v)
{
	struct screen *s = &v->screen;

	if (v != &vts[front] || v->graphics) {
		s->dirty_first = s->rows;
		s->dirty_last = 0;
		return;
	}
	if (s->dirty_first <= s->dirty_last && s->dirty_first < s->rows)
		vga_show(s, s->dirty_first, s->dirty_last);
	s->dirty_first = s->rows;
	s->dirty_last = 0;
	vga_cursor(s);
}

static void show_all(struct vt *v)
{
	screen_touch(&v->screen, 0, v->screen.rows - 1);
	show(v);
}

/* ---- bell ---- */

static void speaker(unsigned hz)
{
	unsigned long flags = irq_save();
	u8 gate = inb(SPEAKER_PORT);

	if (hz) {
		u32 divisor = PIT_HZ / hz;

		outb(PIT_COMMAND, 0xb6);
		outb(PIT_CHANNEL2, (u8)divisor);
		outb(PIT_CHANNEL2, (u8)(divisor >> 8));
		outb(SPEAKER_PORT, gate | 3);
	} else {
		outb(SPEAKER_PORT, gate & (u8)~3);
	}
	irq_restore(flags);
}

static void bell_over(struct timer *t)
{
	(void)t;
	speaker(0);
}

static struct timer bell_timer = { .fn = bell_over };

void vt_bell(unsigned hz, unsigned ms)
{
	if (hz && hz < 20)
		hz = 20;
	speaker(hz);
	if (hz && ms)
		timer_arm(&bell_timer, ktime_get() + ms * NSEC_PER_MSEC);
}

/* ---- switching ---- */

static void make_ready(struct vt *v, u16 *cells)
{
	screen_init(&v->screen, cells, rows, cols);
	v->made = true;
}

/* Task context. 0 or -ENOMEM. */
static int ensure(struct vt *v)
{
	unsigned long flags;
	u16 *cells;

	if (READ_ONCE(v->made))
		return 0;
	cells = kmalloc(rows * cols * sizeof(u16), GFP_KERNEL);
	if (!cells)
		return -ENOMEM;
	spin_lock_irqsave(&screen_lock, flags);
	if (!v->made) {
		make_ready(v, cells);
		cells = NULL;
	}
	spin_unlock_irqrestore(&screen_lock, flags);
	kfree(cells);
	return 0;
}

static void bring_forward(unsigned index)
{
	unsigned long flags;

	spin_lock_irqsave(&screen_lock, flags);
	front = index;
	if (!vts[index].graphics)
		show_all(&vts[index]);
	spin_unlock_irqrestore(&screen_lock, flags);
	wake_up_all(&switched);
}

static void switch_work(struct work *w)
{
	unsigned index = READ_ONCE(wanted);

	(void)w;
	if (ensure(&vts[index]))
		pr_err("tty%u: no memory for its screen\n", index + 1);
	else
		bring_forward(index);
}

static struct work switcher = { .link = LIST_HEAD_INIT(switcher.link), .fn = switch_work };

void vt_switch(unsigned index)
{
	if (index >= VT_COUNT || !vts[index].tty || index == front || vts[front].graphics)
		return;
	WRITE_ONCE(wanted, index);
	work_queue(&switcher);
}

static struct tty *front_tty(void)
{
	return tty_get(vts[READ_ONCE(front)].tty);
}

bool vt_application_keys(void)
{
	return vts[front].screen.application_keys;
}

void vt_input(const u8 *buf, size_t n)
{
	struct tty *t = vts[READ_ONCE(front)].tty;

	/* A full queue loses keys, as a keyboard without a buffer would. */
	if (t)
		tty_input(t, buf, n);
}

/* ---- the terminals' operations ---- */

static struct vt *vt_of(struct tty *t) { return tty_driver_data(t); }

static int vt_open(struct tty *t)
{
	struct abi_winsize ws = { .ws_row = (u16)rows, .ws_col = (u16)cols };
	int ret = ensure(vt_of(t));

	if (!ret)
		tty_resize(t, &ws);
	return ret;
}

static size_t vt_write(struct tty *t, const u8 *buf, size_t n)
{
	struct vt *v = vt_of(t);
	struct screen *s = &v->screen;
	u8 answer[sizeof(s->reply)];
	unsigned answer_len;
	unsigned long flags;
	bool ring;

	spin_lock_irqsave(&screen_lock, flags);
	screen_write(s, buf, n);
	show(v);
	answer_len = s->reply_len;
	memcpy(answer, s->reply, answer_len);
	s->reply_len = 0;
	ring = s->bell;
	s->bell = false;
	spin_unlock_irqrestore(&screen_lock, flags);
	if (answer_len)
		tty_input(t, answer, answer_len);
	if (ring)
		vt_bell(750, 125);
	return n;
}

static size_t vt_write_room(struct tty *t)
{
	(void)t;
	return 4096;	/* a screen is never full */
}

/* ---- requests ---- */

static int may_control(struct tty *t)
{
	return current->signal->tty == t || capable(CAP_SYS_TTY_CONFIG) ? 0 : -EPERM;
}

static int set_graphics(struct vt *v, unsigned long mode)
{
	unsigned long flags;

	if (mode != KD_TEXT && mode != KD_GRAPHICS)
		return -EINVAL;
	spin_lock_irqsave(&screen_lock, flags);
	v->graphics = mode == KD_GRAPHICS;
	if (!v->graphics && v == &vts[front])
		show_all(v);
	spin_unlock_irqrestore(&screen_lock, flags);
	return 0;
}

static int state_ioctl(unsigned cmd, unsigned long arg)
{
	struct abi_vt_stat st = { .v_active = (u16)(front + 1), .v_state = 1 };
	struct abi_vt_mode mode = { .mode = 0 };

	switch (cmd) {
	case VT_GETSTATE:
		for (unsigned i = 0; i < VT_COUNT; i++)
			st.v_state |= (u16)(vts[i].made << (i + 1));
		return copy_to_user((void __user *)arg, &st, sizeof(st)) ? -EFAULT : 0;
	case VT_OPENQRY:
		for (unsigned i = 0; i < VT_COUNT; i++) {
			if (!vts[i].made)
				return put_user((s32)(i + 1), (s32 __user *)arg);
		}
		return put_user((s32)-1, (s32 __user *)arg);
	case VT_GETMODE:
		return copy_to_user((void __user *)arg, &mode, sizeof(mode)) ? -EFAULT : 0;
	case VT_SETMODE:
		if (copy_from_user(&mode, (const void __user *)arg, sizeof(mode)))
			return -EFAULT;
		return mode.mode == 0 ? 0 : -EINVAL;	/* VT_AUTO is the only one */
	}
	return -ENOIOCTLCMD;
}

static int activate_ioctl(struct tty *t, unsigned cmd, unsigned long arg)
{
	unsigned index = (unsigned)arg - 1;

	if (cmd != VT_ACTIVATE && cmd != VT_WAITACTIVE)
		return -ENOIOCTLCMD;
	if (may_control(t))
		return -EPERM;
	if (index >= VT_COUNT)
		return -ENXIO;
	if (cmd == VT_ACTIVATE) {
		vt_switch(index);
		return 0;
	}
	return (int)wait_event_interruptible(&switched, front == index);
}

static int keyboard_ioctl(struct tty *t, unsigned cmd, unsigned long arg)
{
	switch (cmd) {
	case KDGKBTYPE: return put_user((u8)KB_101, (u8 __user *)arg);
	case KDGKBMODE: return put_user((s32)keyboard_mode(), (s32 __user *)arg);
	case KDGETLED: return put_user(keyboard_leds(), (u8 __user *)arg);
	case KDGETMODE: return put_user((s32)(vt_of(t)->graphics ? KD_GRAPHICS : KD_TEXT), (s32 __user *)arg);
	case KDSKBMODE: case KDSETLED: case KDSETMODE: case KDMKTONE: case KIOCSOUND:
		break;
	default:
		return -ENOIOCTLCMD;
	}
	if (may_control(t))
		return -EPERM;
	switch (cmd) {
	case KDSKBMODE: return keyboard_set_mode((u8)min(arg, 255ul));
	case KDSETLED: keyboard_set_leds((u8)min(arg, 255ul)); return 0;
	case KDSETMODE: return set_graphics(vt_of(t), arg);
	case KDMKTONE: vt_bell(arg & 0xffff ? PIT_HZ / (arg & 0xffff) : 0, (unsigned)(arg >> 16)); return 0;
	default: vt_bell(arg ? PIT_HZ / arg : 0, 0); return 0;
	}
}

static int vt_ioctl(struct tty *t, unsigned cmd, unsigned long arg)
{
	int ret = keyboard_ioctl(t, cmd, arg);

	if (ret == -ENOIOCTLCMD)
		ret = activate_ioctl(t, cmd, arg);
	return ret == -ENOIOCTLCMD ? state_ioctl(cmd, arg) : ret;
}

static const struct tty_driver_ops vt_ops = {
	.open = vt_open,
	.write = vt_write,
	.write_room = vt_write_room,
	.ioctl = vt_ioctl,
};

static struct tty_driver vt_driver = {
	.name = "tty",
	.first = MKDEV(4, 1),
	.first_index = 1,
	.count = VT_COUNT,
	.ops = &vt_ops,
	.reset_termios = true,
};

/* ---- the log ---- */

static void log_write(const char *text, size_t n)
{
	struct vt *v = &vts[front];
	struct screen *s = &v->screen;
	unsigned long flags;

	spin_lock_irqsave(&screen_lock, flags);
	/* A program may be in the middle of a sequence: the log does not become part of it, nor wear its colours. */
	{
		struct vt_pen pen = s->c.pen;
		enum vt_state state = s->state;
		u8 continuation = s->continuation;

		s->c.pen = (struct vt_pen){ .fg = 16, .bg = 8 };
		s->state = VT_GROUND;
		s->continuation = 0;
		for (size_t i = 0; i < n; i++) {
			if (text[i] == '\n')
				screen_write(s, (const u8 *)"\r", 1);
			screen_write(s, (const u8 *)text + i, 1);
		}
		s->c.pen = pen;
		s->state = state;
		s->continuation = continuation;
	}
	show(v);
	spin_unlock_irqrestore(&screen_lock, flags);
}

static struct console vt_console = { .name = "tty0", .write = log_write, .enabled = true };

static int __init vt_early_init(void)
{
	if (!vga_init(&rows, &cols))
		return 0;
	make_ready(&vts[0], first_cells);
	console_register(&vt_console);
	return 0;
}
core_initcall(vt_early_init);

static int __init vt_init(void)
{
	int ret;

	if (!rows)
		return 0;	/* no screen: no terminals on it */
	vt_driver.init_termios = tty_std_termios;
	vt_driver.init_termios.c_iflag |= IUTF8;
	ret = tty_driver_register(&vt_driver);
	if (ret)
		return ret;
	for (unsigned i = 0; i < VT_COUNT; i++) {
		struct tty *t = tty_device_add(&vt_driver, i, &vts[i]);

		if (IS_ERR(t))
			return (int)PTR_ERR(t);
		vts[i].tty = t;
	}
	tty_foreground_vt = front_tty;
	return 0;
}
device_initcall(vt_init);
