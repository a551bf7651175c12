/*
 * The 16550 UART: register numbers (National Semiconductor PC16550D data sheet) and the polled console.
 * Interrupt-driven terminals ttyS0..ttyS3 stand in drivers/serial/uart.c.
 */
#ifndef DRIVERS_SERIAL_H
#define DRIVERS_SERIAL_H

#include <core/types.h>

#define UART_RBR	0	/* read: receive buffer */
#define UART_THR	0	/* write: transmit holding */
#define UART_DLL	0	/* divisor latch low, DLAB = 1 */
#define UART_DLM	1	/* divisor latch high, DLAB = 1 */
#define UART_IER	1
#define UART_IIR	2	/* read */
#define UART_FCR	2	/* write */
#define UART_LCR	3
#define UART_MCR	4
#define UART_LSR	5
#define UART_MSR	6
#define UART_SCR	7

#define IER_RDI		0x01	/* received data */
#define IER_THRI	0x02	/* transmitter holding register empty */
#define IER_RLSI	0x04	/* line status */
#define IER_MSI		0x08	/* modem status */
#define IIR_NO_INT	0x01
#define IIR_FIFO	0xc0	/* both set: working FIFOs */
#define FCR_ENABLE	0x01
#define FCR_CLEAR_RX	0x02
#define FCR_CLEAR_TX	0x04
#define FCR_TRIGGER_8	0x80
#define LCR_8BITS	0x03
#define LCR_STOP	0x04
#define LCR_PARITY	0x08
#define LCR_EVEN	0x10
#define LCR_STICK	0x20
#define LCR_BREAK	0x40
#define LCR_DLAB	0x80
#define MCR_DTR		0x01
#define MCR_RTS		0x02
#define MCR_OUT2	0x08	/* gates the interrupt line on PCs */
#define MCR_LOOP	0x10
#define LSR_DR		0x01
#define LSR_OE		0x02
#define LSR_PE		0x04
#define LSR_FE		0x08
#define LSR_BI		0x10
#define LSR_THRE	0x20
#define LSR_TEMT	0x40
#define MSR_DCTS	0x01
#define MSR_DDSR	0x02
#define MSR_TERI	0x04
#define MSR_DDCD	0x08
#define MSR_CTS		0x10
#define MSR_DSR		0x20
#define MSR_RI		0x40
#define MSR_DCD		0x80

#define UART_FIFO_SIZE	16
#define UART_BASE_BAUD	115200u

#define COM1_PORT	0x3f8
#define COM2_PORT	0x2f8
#define COM3_PORT	0x3e8
#define COM4_PORT	0x2e8

/* A UART answers at this port. Touches only its scratch and interrupt enable registers. */
bool uart_present(u16 port);

/*
 * Makes COM1 the console "ttyS0" at 115200 8N1. The first thing that start-up calls: needs nothing but a stack.
 * Does nothing when there is no COM1. Output goes by polling; a port that takes nothing loses it after a bounded wait.
 */
void serial_console_early(void);

#endif
