/* Power off, reset, and the way out to an emulator. */
#ifndef DRIVERS_POWER_H
#define DRIVERS_POWER_H

#include <core/types.h>

/* Filesystems are synced and devices quiet (devices_shutdown()) already. Any context. */
void power_off(void);			/* returns where the machine cannot switch itself off */
void power_restart(void) __noreturn;
void power_halt(void) __noreturn;	/* stays as it is until a person acts */

#define DEBUG_EXIT_SUCCESS 0x10
#define DEBUG_EXIT_PANIC 0x11
/* isa-debug-exit at port 0xf4, if there is one: QEMU ends with status 2 * code + 1. Returns if there is none. Any context. */
void debug_exit(u8 code);

/* Whether Ctrl-Alt-Del restarts at once (LINUX_REBOOT_CMD_CAD_ON) or send SIGINT to init. */
extern bool ctrl_alt_del_restarts;
void ctrl_alt_del(void);		/* any context */
void power_button(void);		/* any context: SIGPWR to init, which switches off in order */

/* drivers/acpi: 0 after S5 was asked for (the machine is about to go off), -ENODEV */
int acpi_power_off(void);
int acpi_reset(void);

#endif
