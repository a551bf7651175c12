/*
 * Start-up calls. Each is `static int __init f(void)`; an error is printed by name, start-up goes on.
 * Order within a level is link order. Interrupts are on and the scheduler runs from INIT_CORE on (kernel thread 1).
 */
#ifndef CORE_INIT_H
#define CORE_INIT_H

#include <core/types.h>

typedef int (*initcall_t)(void);
struct initcall {
	initcall_t call;
	const char *name;
};

#define INITCALL(level, f) \
	static const struct initcall initcall_##f __used __section(".initcall." #level) = { f, #f }
#define core_initcall(f)	INITCALL(1, f)	/* needs only memory and the scheduler */
#define bus_initcall(f)		INITCALL(2, f)	/* buses, block layer, VFS caches, chrdev tables */
#define fs_initcall(f)		INITCALL(3, f)	/* filesystems, pseudo-filesystems, tty core */
#define device_initcall(f)	INITCALL(4, f)	/* drivers */
#define late_initcall(f)	INITCALL(5, f)	/* after all devices */

/* False while start-up runs alone on the boot stack: sleeping primitives then never have to sleep. */
extern bool scheduler_running;

void stack_guard_init(void);	/* a random stack canary */

/* Kernel command line: values of `name=value`, NULL if absent ("" for a bare flag). */
const char *cmdline(void);
bool cmdline_get(const char *name, char *buf, size_t size);	/* false if absent */
bool cmdline_has(const char *name);

#endif
