/* The clock source beneath core/time.h: nanoseconds since clock_init(), any context. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <core/types.h>

nsec_t clock_read(void);

#endif
