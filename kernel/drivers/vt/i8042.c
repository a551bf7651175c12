/*
 * The PS/2 controller (Intel 8042) and its keyboard: set 1 by the controller's translation, or set 2 translated here.
 *
 * Bytes come by interrupt 1. Commands to the keyboard (LEDs) go from a work, which waits a bounded time for the
 * controller to take each byte; the keyboard's answers are dropped by the interrupt. A machine without a controller
 * reads 0xff everywhere and gets no keyboard.
 */
#include <abi/errno.h>
#include <arch/io.h>
#include <core/init.h>
#include <core/irq.h>
#include <core/printk.h>
#include <core/time.h>
#include <core/workqueue.h>
#include <drivers/vt.h>

#define DATA 0x60
#define STATUS 0x64
#define COMMAND 0x64
#define STATUS_OUTPUT 0x01	/* a byte for us */
#define STATUS_INPUT 0x02	/* the controller is not ready for one */
#define STATUS_MOUSE 0x20	/* the byte is the second port's */
#define CMD_READ_CONFIG 0x20
#define CMD_WRITE_CONFIG 0x60
#define CMD_DISABLE_MOUSE 0xa7
#define CMD_DISABLE_KEYBOARD 0xad
#define CMD_ENABLE_KEYBOARD 0xae
#define CONFIG_KEYBOARD_IRQ 0x01
#define CONFIG_MOUSE_IRQ 0x02
#define CONFIG_KEYBOARD_OFF 0x10
#define CONFIG_TRANSLATE 0x40
#define KEYBOARD_IRQ 1
#define KEYBOARD_LEDS 0xed
#define KEYBOARD_ENABLE 0xf4
#define ACK 0xfa
#define RESEND 0xfe
#define SELF_TEST_OK 0xaa
#define ECHO_ANSWER 0xee
#define LIMIT_US 20000

static bool present, set2;
static bool released;			/* set 2: f0 came */
static u8 leds;

/* What the controller's own translation does, for codes below 0x80. */
static const u8 from_set2[128] = {
	0xff, 0x43, 0x41, 0x3f, 0x3d, 0x3b, 0x3c, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3e, 0x0f, 0x29, 0x59,
	0x65, 0x38, 0x2a, 0x70, 0x1d, 0x10, 0x02, 0x5a, 0x66, 0x71, 0x2c, 0x1f, 0x1e, 0x11, 0x03, 0x5b,
	0x67, 0x2e, 0x2d, 0x20, 0x12, 0x05, 0x04, 0x5c, 0x68, 0x39, 0x2f, 0x21, 0x14, 0x13, 0x06, 0x5d,
	0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5e, 0x6a, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5f,
	0x6b, 0x33, 0x25, 0x17, 0x18, 0x0b, 0x0a, 0x60, 0x6c, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0c, 0x61,
	0x6d, 0x73, 0x28, 0x74, 0x1a, 0x0d, 0x62, 0x6e, 0x3a, 0x36, 0x1c, 0x1b, 0x75, 0x2b, 0x63, 0x76,
	0x55, 0x56, 0x77, 0x78, 0x79, 0x7a, 0x0e, 0x7b, 0x7c, 0x4f, 0x7d, 0x4b, 0x47, 0x7e, 0x7f, 0x6f,
	0x52, 0x53, 0x50, 0x4c, 0x4d, 0x48, 0x01, 0x45, 0x57, 0x4e, 0x51, 0x4a, 0x37, 0x49, 0x46, 0x54,
};

static bool wait_ready(void)
{
	for (int us = 0; us < LIMIT_US; us += 10) {
		if (!(inb(STATUS) & STATUS_INPUT))
			return true;
		udelay(10);
	}
	return false;
}

static bool send(u16 port, u8 v)
{
	if (!wait_ready())
		return false;
	outb(port, v);
	return true;
}

/* A byte that the controller owes us, by polling; -EIO when it does not come. */
static int receive(void)
{
	for (int us = 0; us < LIMIT_US; us += 10) {
		if (inb(STATUS) & STATUS_OUTPUT)
			return inb(DATA);
		udelay(10);
	}
	return -EIO;
}

static void drop_input(void)
{
	for (int i = 0; i < 32 && (inb(STATUS) & STATUS_OUTPUT); i++)
		inb(DATA);
}

static void scancode_set2(u8 code)
{
	if (code == 0xf0) {
		released = true;
		return;
	}
	if (code != 0xe0 && code != 0xe1) {
		code = code == 0x83 ? 0x41 : code == 0x84 ? 0x54 : code < 0x80 ? from_set2[code] : code;
		if (released)
			code |= 0x80;
		released = false;
	}
	keyboard_scancode(code);
}

static bool keyboard_interrupt(unsigned irq, void *arg)
{
	bool ours = false;

	(void)irq, (void)arg;
	for (int i = 0; i < 16; i++) {
		u8 status = inb(STATUS), code;

		if (!(status & STATUS_OUTPUT))
			break;
		ours = true;
		code = inb(DATA);
		if (status & STATUS_MOUSE)
			continue;
		/* Answers to commands; none of them is a key in set 1 or 2. */
		if (code == ACK || code == RESEND || code == ECHO_ANSWER || code == 0 || code == 0xff || (set2 && code == SELF_TEST_OK))
			continue;
		if (set2)
			scancode_set2(code);
		else
			keyboard_scancode(code);
	}
	return ours;
}

static void led_work(struct work *w)
{
	(void)w;
	/* The keyboard acknowledges each byte; QEMU's and real ones take the second a few milliseconds later. */
	if (send(DATA, KEYBOARD_LEDS)) {
		sleep_ns(5 * NSEC_PER_MSEC);
		(void)send(DATA, leds);		/* a keyboard that is gone shows no lights */
	}
}

static struct work led = { .link = LIST_HEAD_INIT(led.link), .fn = led_work };

void i8042_set_leds(u8 new_leds)
{
	leds = new_leds;
	if (present)
		work_queue(&led);
}

static int __init i8042_init(void)
{
	int config, ret;

	if (inb(STATUS) == 0xff) {
		pr_info("i8042: no keyboard controller\n");
		return 0;
	}
	if (!send(COMMAND, CMD_DISABLE_KEYBOARD) || !send(COMMAND, CMD_DISABLE_MOUSE))
		return -EIO;
	drop_input();
	if (!send(COMMAND, CMD_READ_CONFIG))
		return -EIO;
	config = receive();
	if (config < 0)
		return -EIO;
	config = (config | CONFIG_KEYBOARD_IRQ | CONFIG_TRANSLATE) & ~(CONFIG_MOUSE_IRQ | CONFIG_KEYBOARD_OFF);
	if (!send(COMMAND, CMD_WRITE_CONFIG) || !send(DATA, (u8)config) || !send(COMMAND, CMD_READ_CONFIG))
		return -EIO;
	config = receive();
	if (config < 0)
		return -EIO;
	set2 = !(config & CONFIG_TRANSLATE);
	ret = irq_request(KEYBOARD_IRQ, keyboard_interrupt, "i8042", &present);
	if (ret)
		return ret;
	present = true;
	if (!send(COMMAND, CMD_ENABLE_KEYBOARD) || !send(DATA, KEYBOARD_ENABLE))
		return -EIO;
	return 0;
}
device_initcall(i8042_init);
