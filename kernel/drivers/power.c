/*
 * Power off and restart: ACPI first, then the ways that PCs had before it.
 *
 * Callers have quiesced devices. What happens here runs with interrupts off and does not come back, unless the machine
 * has no way to switch itself off.
 */
#include <arch/io.h>
#include <core/device.h>
#include <core/init.h>
#include <core/irqflags.h>
#include <core/printk.h>
#include <core/time.h>
#include <core/workqueue.h>
#include <drivers/power.h>
#include <sched/signal.h>

#define DEBUG_EXIT_PORT 0xf4
#define RESET_CONTROL 0xcf9		/* PIIX reset control register */
#define KEYBOARD_COMMAND 0x64

bool ctrl_alt_del_restarts = true;

void debug_exit(u8 code)
{
	/* A PC has nothing at this port: the write is lost. QEMU's device ends it here. */
	outb(DEBUG_EXIT_PORT, code);
}

static void keyboard_reset(void)
{
	for (int i = 0; i < 1000 && (inb(KEYBOARD_COMMAND) & 2); i++)
		udelay(10);
	outb(KEYBOARD_COMMAND, 0xfe);
	udelay(1000);
}

void power_restart(void)
{
	struct { u16 limit; u32 base; } __packed no_idt = { 0, 0 };

	irq_disable();
	(void)acpi_reset();	/* most machines of this age have none */
	keyboard_reset();
	outb(RESET_CONTROL, 0x02);
	udelay(50);
	outb(RESET_CONTROL, 0x06);
	udelay(1000);
	/* No interrupt table: the next exception is a triple fault, which every processor answers by a reset. */
	__asm__ volatile("lidt %0; int3" :: "m"(no_idt));
	for (;;)
		__asm__ volatile("cli; hlt");
}

void power_off(void)
{
	unsigned long flags;

	if (cmdline_has("imposos.debug-exit"))
		debug_exit(DEBUG_EXIT_SUCCESS);
	flags = irq_save();
	(void)acpi_power_off();		/* if it comes back, there is nothing else to try */
	irq_restore(flags);
	pr_err("this machine cannot switch itself off: it is safe to do so by hand\n");
}

void power_halt(void)
{
	irq_disable();
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* ---- Ctrl-Alt-Del ---- */

static void restart_work(struct work *w)
{
	(void)w;
	devices_shutdown();
	power_restart();
}

static struct work restart = { .link = LIST_HEAD_INIT(restart.link), .fn = restart_work };

static void tell_init(int sig)
{
	struct task *init = task_find_get(1);

	if (!init)
		return;
	/* Its queue full: somebody told it already. */
	(void)signal_send(sig, init);
	task_put(init);
}

void ctrl_alt_del(void)
{
	if (ctrl_alt_del_restarts)
		work_queue(&restart);
	else
		tell_init(SIGINT);
}

void power_button(void)
{
	tell_init(SIGPWR);
}
