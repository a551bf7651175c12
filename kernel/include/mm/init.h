/* How start-up brings memory management up, in this order. One caller each (core/main.c, arch boot). */
#ifndef MM_INIT_H
#define MM_INIT_H

#include <core/types.h>

struct mem_region {
	phys_t start, end;		/* bytes, end exclusive; any alignment */
};

/*
 * Frames. The direct map is complete. regions: usable RAM without the kernel image, boot modules and what the
 * firmware keeps, in any order, not overlapping. RAM beyond the direct map is counted and left alone. The frame
 * table itself is carved from the first region at or above kernel_end that holds it.
 */
void mm_init_frames(const struct mem_region *regions, unsigned n, phys_t kernel_end);
void mm_init_objects(void);		/* kmalloc() works from here on */
void mm_init_vmalloc(void);		/* vmalloc(), ioremap(), kernel stacks */
void mm_init_late(void);		/* after sched_init(): user address spaces; turns sleep checks on */

#endif
