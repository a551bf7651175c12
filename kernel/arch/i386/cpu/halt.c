/* The machine stops: QEMU's isa-debug-exit ends the run with 0x11, other machines wait for their user. */
#include <arch/arch.h>
#include <arch/io.h>

#define DEBUG_EXIT_PORT 0xf4
#define DEBUG_EXIT_PANIC 0x11

void arch_halt(void)
{
	outb(DEBUG_EXIT_PORT, DEBUG_EXIT_PANIC);
	for (;;)
		__asm__ volatile("cli; hlt");
}
