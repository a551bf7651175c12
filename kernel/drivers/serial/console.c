/*
 * The polled console on COM1: the log before interrupts work, and afterwards beside the terminal driver.
 *
 * Invariant: the interrupt enable register is as it was found when a write ends, so the terminal driver's transmitter
 * goes on. A transmitter that stays full for SPIN_LIMIT polls and SPIN_CYCLES (flow stopped, cable pulled, a port that
 * only looks like one) is stuck: from then on a message is tried with one look at the line status and dropped, so
 * logging never hangs.
 * Callers: printk, any context, interrupts off.
 */
#include <core/printk.h>
#include <arch/cpu.h>
#include <arch/io.h>
#include <drivers/serial.h>

/*
 * A character takes 87 us at 115200 baud, a port read about 1 us: this is about half a second. An emulated port is
 * read in a twentieth of that, and whoever reads its line may be kept from it for a while: so many cycles, too.
 */
#define SPIN_LIMIT 500000u
#define SPIN_CYCLES (1ull << 31)

static bool stuck;
static unsigned fifo_size = 1;

bool uart_present(u16 port)
{
	u8 ier = inb(port + UART_IER);
	bool present;

	if (ier == 0xff)
		return false;
	outb(port + UART_SCR, 0x5a);
	present = inb(port + UART_SCR) == 0x5a;
	outb(port + UART_SCR, 0xa5);
	present = present && inb(port + UART_SCR) == 0xa5;
	outb(port + UART_SCR, 0);
	return present;
}

/* Room for a FIFO's worth; false when the transmitter does not drain. */
static bool wait_transmitter(void)
{
	u64 start = cpu_features.tsc ? rdtsc() : 0;

	do {
		for (u32 spins = stuck ? 1 : SPIN_LIMIT; spins > 0; spins--) {
			if (inb(COM1_PORT + UART_LSR) & LSR_THRE) {
				stuck = false;
				return true;
			}
		}
	} while (!stuck && cpu_features.tsc && rdtsc() - start < SPIN_CYCLES);
	stuck = true;
	return false;
}

/* One character; *room counts down the free places of the FIFO. False: lost, the port is stuck. */
static bool put(u8 c, unsigned *room)
{
	if (*room == 0) {
		if (!wait_transmitter())
			return false;
		*room = fifo_size;
	}
	outb(COM1_PORT + UART_THR, c);
	(*room)--;
	return true;
}

static void serial_console_write(const char *s, size_t n)
{
	u8 ier = inb(COM1_PORT + UART_IER);
	unsigned room = 0;

	outb(COM1_PORT + UART_IER, 0);
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n' && !put('\r', &room))
			break;
		if (!put((u8)s[i], &room))
			break;
	}
	outb(COM1_PORT + UART_IER, ier);
}

static struct console serial_console = {
	.name = "ttyS0",
	.write = serial_console_write,
	.enabled = true,
};

void serial_console_early(void)
{
	if (!uart_present(COM1_PORT))
		return;
	outb(COM1_PORT + UART_IER, 0);
	outb(COM1_PORT + UART_LCR, LCR_DLAB);
	outb(COM1_PORT + UART_DLL, 1);
	outb(COM1_PORT + UART_DLM, 0);
	outb(COM1_PORT + UART_LCR, LCR_8BITS);
	outb(COM1_PORT + UART_FCR, FCR_ENABLE | FCR_CLEAR_RX | FCR_CLEAR_TX);
	if ((inb(COM1_PORT + UART_IIR) & IIR_FIFO) == IIR_FIFO)
		fifo_size = UART_FIFO_SIZE;
	outb(COM1_PORT + UART_MCR, MCR_DTR | MCR_RTS);
	console_register(&serial_console);
}
