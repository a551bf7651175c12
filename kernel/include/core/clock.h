/* The clock source beneath core/time.h: nanoseconds since clock_init(), any context. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <core/types.h>

nsec_t clock_read(void);
/* What it is made of: ns = (TSC - *base) * *mult >> *shift. */
void clock_source(u64 *base, u32 *mult, u32 *shift);

s64 clock_real_offset(void);			/* from there to the wall clock; core/timer.c */
void clock_real_changed(s64 offset);		/* arch: user space reads the clock too; interrupts are off */

#endif
