/* r_debug: gdb finds it by DT_DEBUG of the program, and puts a breakpoint on _dl_debug_state(). */
#include <link.h>
#include "debugger.h"

struct r_debug _r_debug;
void _dl_debug_state(void);

__attribute__((noinline)) void _dl_debug_state(void)
{
	__asm__ volatile("");
}

void dl_debugger_say(int state)
{
	_r_debug.r_map = (struct link_map *)dl_maps;
	_r_debug.r_state = state;
	_dl_debug_state();
}

/* Before what is read-only after relocation is so: most programs' dynamic table is among it. */
void dl_debugger_start(struct map *program)
{
	_r_debug.r_version = 1;
	_r_debug.r_brk = (uintptr_t)_dl_debug_state;
	_r_debug.r_ldbase = dl_self->base;
	for (Elf32_Dyn *entry = program->dynamic; entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == DT_DEBUG && dl_in_segment(program, (uintptr_t)entry, sizeof(*entry), PF_W))
			entry->d_un.d_ptr = (uintptr_t)&_r_debug;
	dl_debugger_say(1);
}
