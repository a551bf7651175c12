/*
 * Terminals on 16550 UARTs: ttyS0..ttyS3 at COM1..COM4 (PC16550D data sheet; 8250 and 16450 work with a FIFO of one).
 *
 * Invariant: bytes in the transmit ring mean that the transmitter interrupt is enabled, or that output is held by CTS;
 * a timer looks after it once a second, so a lost interrupt delays output and never ends it. Received bytes stay in
 * the UART while the terminal's queue is full (the receive interrupt is off then): an emulated line waits, a real one
 * overruns there instead of here. Closing leaves the ring to drain by itself.
 */
#include <core/init.h>
#include <core/irq.h>
#include <core/printk.h>
#include <core/random.h>
#include <core/string.h>
#include <core/time.h>
#include <abi/errno.h>
#include <arch/io.h>
#include <drivers/serial.h>
#include <tty/tty.h>

#define PORTS 4
#define TX_RING 4096u		/* a power of two */
#define TX_LOW (TX_RING / 4)
#define RX_CHUNK 64
#define PASSES 256		/* of one interrupt: a line that never falls must not hold the processor */
#define WATCH NSEC_PER_SEC

/* Locks: l lock, I immutable after probe */
struct uart {
	u16 port;			/* I */
	u8 irq;				/* I */
	u8 fifo;			/* I bytes that an empty transmitter takes */
	struct tty *tty;		/* I NULL: absent */
	spinlock_t lock;		/* RANK_DEVICE, irqsave */
	bool open;			/* l */
	bool rx_blocked;		/* l the terminal's queue is full */
	bool cts_stopped;		/* l CRTSCTS and the peer says wait */
	bool hw_flow, watch_carrier;	/* l CRTSCTS; not CLOCAL */
	u8 ier, lcr, mcr;		/* l what the registers hold */
	u32 tx_head, tx_tail;		/* l run freely */
	u32 overruns;			/* l */
	u8 tx[TX_RING];			/* l */
	struct timer watch;
};

static struct uart uarts[PORTS] = {
	{ .port = COM1_PORT, .irq = 4 }, { .port = COM2_PORT, .irq = 3 },
	{ .port = COM3_PORT, .irq = 4 }, { .port = COM4_PORT, .irq = 3 },
};

static u8 in(const struct uart *u, unsigned reg) { return inb((u16)(u->port + reg)); }
static void out(const struct uart *u, unsigned reg, u8 v) { outb((u16)(u->port + reg), v); }

static void set_ier(struct uart *u, u8 set, u8 clear)
{
	u->ier = (u8)((u->ier | set) & ~clear);
	out(u, UART_IER, u->ier);
}

/* ---- transmitting; lock held ---- */

static void tx_fill(struct uart *u)
{
	unsigned n = u->fifo;

	while (n-- && u->tx_tail != u->tx_head)
		out(u, UART_THR, u->tx[u->tx_tail++ & (TX_RING - 1)]);
}

static void tx_start(struct uart *u)
{
	if (u->tx_head == u->tx_tail || u->cts_stopped) {
		if (u->ier & IER_THRI)
			set_ier(u, 0, IER_THRI);
		return;
	}
	if (in(u, UART_LSR) & LSR_THRE)
		tx_fill(u);
	if (u->tx_head != u->tx_tail && !(u->ier & IER_THRI))
		set_ier(u, IER_THRI, 0);
}

static void watch_fired(struct timer *w)
{
	struct uart *u = container_of(w, struct uart, watch);
	unsigned long flags;
	bool more;

	spin_lock_irqsave(&u->lock, flags);
	tx_start(u);
	more = u->tx_head != u->tx_tail;
	spin_unlock_irqrestore(&u->lock, flags);
	if (more)
		timer_arm(w, ktime_get() + WATCH);
	else
		tty_wakeup(u->tty);
}

/* ---- interrupts ---- */

struct rx {
	unsigned n;
	u8 c[RX_CHUNK], flag[RX_CHUNK];
};

/* room: what the terminal takes, asked for before u->lock, which is taken below the terminal's locks. */
static void rx_take(struct uart *u, struct rx *rx, size_t room)
{
	u8 lsr = in(u, UART_LSR);

	rx->n = 0;
	if (!u->open)
		room = RX_CHUNK;	/* read and dropped: nobody listens */
	if (!room) {
		u->rx_blocked = true;
		set_ier(u, 0, IER_RDI | IER_RLSI);
		return;
	}
	while ((lsr & (LSR_DR | LSR_BI)) && rx->n < min_t(size_t, room, RX_CHUNK)) {
		rx->c[rx->n] = in(u, UART_RBR);
		rx->flag[rx->n++] = lsr & LSR_BI ? TTY_BREAK : lsr & LSR_PE ? TTY_PARITY : lsr & LSR_FE ? TTY_FRAME : TTY_NORMAL;
		u->overruns += !!(lsr & LSR_OE);
		lsr = in(u, UART_LSR);
	}
}

static void rx_deliver(struct uart *u, const struct rx *rx)
{
	unsigned i = 0;

	if (!u->open)
		return;
	while (i < rx->n) {
		unsigned run = i;

		while (run < rx->n && rx->flag[run] == TTY_NORMAL)
			run++;
		if (run > i)
			tty_input(u->tty, rx->c + i, run - i);
		if (run < rx->n) {
			tty_input_flag(u->tty, rx->c[run], rx->flag[run]);
			run++;
		}
		i = run;
	}
}

/* Modem lines changed: true when the terminal must be hung up. lock held. */
static bool modem_changed(struct uart *u)
{
	u8 msr = in(u, UART_MSR);

	if (u->hw_flow) {
		bool stop = !(msr & MSR_CTS);

		if (u->cts_stopped != stop) {
			u->cts_stopped = stop;
			tx_start(u);
		}
	}
	return (msr & MSR_DDCD) && !(msr & MSR_DCD) && u->watch_carrier && u->open;
}

static bool uart_interrupt(unsigned irq, void *arg)
{
	struct uart *u = arg;
	struct rx rx;
	bool ours = false;

	(void)irq;
	for (unsigned pass = 0; pass < PASSES; pass++) {
		size_t room = tty_input_room(u->tty);
		bool hang, wake;

		spin_lock(&u->lock);
		if (in(u, UART_IIR) & IIR_NO_INT) {
			spin_unlock(&u->lock);
			break;
		}
		ours = true;
		rx_take(u, &rx, room);
		hang = modem_changed(u);
		tx_start(u);
		wake = u->tx_head - u->tx_tail <= TX_LOW;
		spin_unlock(&u->lock);
		rx_deliver(u, &rx);
		if (wake)
			tty_wakeup(u->tty);
		if (hang)
			tty_hangup(u->tty);
	}
	return ours;
}

/* ---- the terminal's operations ---- */

static size_t uart_write(struct tty *t, const u8 *buf, size_t n)
{
	struct uart *u = tty_driver_data(t);
	unsigned long flags;
	size_t done = 0;
	bool idle;

	spin_lock_irqsave(&u->lock, flags);
	idle = u->tx_head == u->tx_tail;
	while (done < n && u->tx_head - u->tx_tail < TX_RING)
		u->tx[u->tx_head++ & (TX_RING - 1)] = buf[done++];
	tx_start(u);
	idle = idle && u->tx_head != u->tx_tail;
	spin_unlock_irqrestore(&u->lock, flags);
	if (idle)
		timer_arm(&u->watch, ktime_get() + WATCH);
	return done;
}

static size_t uart_write_room(struct tty *t)
{
	struct uart *u = tty_driver_data(t);

	return TX_RING - (READ_ONCE(u->tx_head) - READ_ONCE(u->tx_tail));
}

static size_t uart_chars_in_buffer(struct tty *t)
{
	struct uart *u = tty_driver_data(t);

	return READ_ONCE(u->tx_head) - READ_ONCE(u->tx_tail);
}

static void uart_flush_output(struct tty *t)
{
	struct uart *u = tty_driver_data(t);
	unsigned long flags;

	spin_lock_irqsave(&u->lock, flags);
	u->tx_tail = u->tx_head;
	spin_unlock_irqrestore(&u->lock, flags);
}

static void uart_input_space(struct tty *t)
{
	struct uart *u = tty_driver_data(t);
	unsigned long flags;

	if (!READ_ONCE(u->rx_blocked))
		return;
	spin_lock_irqsave(&u->lock, flags);
	u->rx_blocked = false;
	if (u->open)
		set_ier(u, IER_RDI | IER_RLSI, 0);
	spin_unlock_irqrestore(&u->lock, flags);
}

static void uart_throttle(struct tty *t, bool on)
{
	struct uart *u = tty_driver_data(t);
	unsigned long flags;

	spin_lock_irqsave(&u->lock, flags);
	if (u->hw_flow) {
		u->mcr = on ? (u8)(u->mcr & ~MCR_RTS) : u->mcr | MCR_RTS;
		out(u, UART_MCR, u->mcr);
	}
	spin_unlock_irqrestore(&u->lock, flags);
}

/* lock held. */
static void set_divisor(struct uart *u, u32 divisor)
{
	out(u, UART_LCR, u->lcr | LCR_DLAB);
	out(u, UART_DLL, (u8)divisor);
	out(u, UART_DLM, (u8)(divisor >> 8));
	out(u, UART_LCR, u->lcr);
}

static u8 line_control(u32 cflag)
{
	u8 lcr = (u8)((cflag & CSIZE) >> 4);

	if (cflag & CSTOPB)
		lcr |= LCR_STOP;
	if (cflag & PARENB)
		lcr |= LCR_PARITY;
	if (!(cflag & PARODD))
		lcr |= LCR_EVEN;
	if (cflag & CMSPAR)
		lcr |= LCR_STICK;
	return lcr;
}

static void uart_set_termios(struct tty *t, const struct abi_termios *old)
{
	struct uart *u = tty_driver_data(t);
	u32 cflag = tty_termios(t)->c_cflag, baud = tty_output_speed(t), divisor = 1;
	unsigned long flags;

	(void)old;
	if (baud) {
		divisor = (UART_BASE_BAUD + baud / 2) / baud;
		divisor = divisor < 1 ? 1 : divisor > 0xffff ? 0xffff : divisor;
		/* Within 3 %, as receivers stand it, the wish counts as met. */
		if (UART_BASE_BAUD / divisor > baud + baud / 32 || UART_BASE_BAUD / divisor < baud - baud / 32)
			tty_encode_speed(t, UART_BASE_BAUD / divisor);
	}
	spin_lock_irqsave(&u->lock, flags);
	u->lcr = (u8)((u->lcr & LCR_BREAK) | line_control(cflag));
	u->hw_flow = cflag & CRTSCTS;
	u->watch_carrier = !(cflag & CLOCAL);
	u->cts_stopped = u->hw_flow && !(in(u, UART_MSR) & MSR_CTS);
	set_divisor(u, divisor);
	if (!baud)
		u->mcr &= (u8)~(MCR_DTR | MCR_RTS);
	else if (u->open)
		u->mcr |= MCR_DTR | MCR_RTS;
	out(u, UART_MCR, u->mcr);
	tx_start(u);
	spin_unlock_irqrestore(&u->lock, flags);
}

static int uart_open(struct tty *t)
{
	struct uart *u = tty_driver_data(t);
	unsigned long flags;

	spin_lock_irqsave(&u->lock, flags);
	u->open = true;
	u->rx_blocked = false;
	u->mcr |= MCR_DTR | MCR_RTS;
	out(u, UART_MCR, u->mcr);
	set_ier(u, IER_RDI | IER_RLSI | IER_MSI, 0);
	spin_unlock_irqrestore(&u->lock, flags);
	return 0;
}

static void uart_close(struct tty *t)
{
	struct uart *u = tty_driver_data(t);
	unsigned long flags;

	spin_lock_irqsave(&u->lock, flags);
	u->open = false;
	set_ier(u, 0, IER_RDI | IER_RLSI | IER_MSI);
	if (tty_termios(t)->c_cflag & HUPCL) {
		u->mcr &= (u8)~(MCR_DTR | MCR_RTS);
		out(u, UART_MCR, u->mcr);
	}
	spin_unlock_irqrestore(&u->lock, flags);
}

static int uart_modem(struct tty *t, unsigned set, unsigned clear)
{
	static const struct { u16 tiocm; u8 mcr; } outputs[] = {
		{ TIOCM_DTR, MCR_DTR }, { TIOCM_RTS, MCR_RTS }, { 0x8000 /* TIOCM_LOOP */, MCR_LOOP },
	};
	static const struct { u16 tiocm; u8 msr; } inputs[] = {
		{ TIOCM_CTS, MSR_CTS }, { TIOCM_DSR, MSR_DSR }, { TIOCM_RI, MSR_RI }, { TIOCM_CD, MSR_DCD },
	};
	struct uart *u = tty_driver_data(t);
	unsigned long flags;
	int lines = 0;
	u8 msr;

	spin_lock_irqsave(&u->lock, flags);
	for (unsigned i = 0; i < ARRAY_SIZE(outputs); i++) {
		if (clear & outputs[i].tiocm)
			u->mcr &= (u8)~outputs[i].mcr;
		if (set & outputs[i].tiocm)
			u->mcr |= outputs[i].mcr;
		if (u->mcr & outputs[i].mcr)
			lines |= outputs[i].tiocm;
	}
	if (set | clear)
		out(u, UART_MCR, u->mcr);
	msr = in(u, UART_MSR);
	spin_unlock_irqrestore(&u->lock, flags);
	for (unsigned i = 0; i < ARRAY_SIZE(inputs); i++) {
		if (msr & inputs[i].msr)
			lines |= inputs[i].tiocm;
	}
	return lines;
}

static bool uart_carrier(struct tty *t)
{
	struct uart *u = tty_driver_data(t);

	return in(u, UART_MSR) & MSR_DCD;
}

static void uart_send_break(struct tty *t, bool on)
{
	struct uart *u = tty_driver_data(t);
	unsigned long flags;

	spin_lock_irqsave(&u->lock, flags);
	u->lcr = on ? u->lcr | LCR_BREAK : (u8)(u->lcr & ~LCR_BREAK);
	out(u, UART_LCR, u->lcr);
	spin_unlock_irqrestore(&u->lock, flags);
}

static const struct tty_driver_ops uart_ops = {
	.open = uart_open,
	.close = uart_close,
	.write = uart_write,
	.write_room = uart_write_room,
	.chars_in_buffer = uart_chars_in_buffer,
	.set_termios = uart_set_termios,
	.flush_output = uart_flush_output,
	.throttle = uart_throttle,
	.input_space = uart_input_space,
	.modem = uart_modem,
	.send_break = uart_send_break,
	.carrier = uart_carrier,
};

static struct tty_driver uart_driver = {
	.name = "ttyS",
	.parent = "devices/platform/serial8250",
	.first = MKDEV(4, 64),
	.count = PORTS,
	.ops = &uart_ops,
};

/* ---- probing ---- */

static int __init setup(struct uart *u, unsigned index)
{
	struct tty *t;
	int ret;

	spin_lock_init(&u->lock, RANK_DEVICE);
	timer_init(&u->watch, watch_fired);
	out(u, UART_IER, 0);
	out(u, UART_FCR, FCR_ENABLE | FCR_TRIGGER_8);
	u->fifo = (in(u, UART_IIR) & IIR_FIFO) == IIR_FIFO ? UART_FIFO_SIZE : 1;
	u->lcr = LCR_8BITS;
	set_divisor(u, 1);
	u->mcr = MCR_OUT2 | MCR_DTR | MCR_RTS;
	out(u, UART_MCR, u->mcr);
	t = tty_device_add(&uart_driver, index, u);
	if (IS_ERR(t))
		return (int)PTR_ERR(t);
	u->tty = t;
	ret = irq_request(u->irq, uart_interrupt, tty_name(t), u);
	if (ret) {
		u->tty = NULL;
		tty_device_remove(t);
		return ret;
	}
	pr_info("%s: port 0x%x, interrupt %u, %s\n", tty_name(t), u->port, u->irq, u->fifo > 1 ? "16550A" : "8250");
	return 0;
}

static int __init uart_init(void)
{
	int ret, first_error = 0;

	uart_driver.init_termios = tty_std_termios;
	uart_driver.init_termios.c_cflag = B115200 | CS8 | CREAD | HUPCL | CLOCAL;
	ret = tty_driver_register(&uart_driver);
	if (ret)
		return ret;
	for (unsigned i = 0; i < PORTS; i++) {
		if (!uart_present(uarts[i].port))
			continue;
		ret = setup(&uarts[i], i);
		if (ret && !first_error)
			first_error = ret;
	}
	return first_error;
}
device_initcall(uart_init);
