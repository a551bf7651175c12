/*
 * Hardware interrupts. Handlers run with interrupts off on the interrupted task's kernel stack; they must not
 * sleep. Lines may be shared: a handler returns whether its device had raised the line.
 */
#ifndef CORE_IRQ_H
#define CORE_IRQ_H

#include <core/types.h>

typedef bool (*irq_handler_t)(unsigned irq, void *arg);

int irq_request(unsigned irq, irq_handler_t handler, const char *name, void *arg);	/* unmasks; -EBUSY, -EINVAL */
void irq_free(unsigned irq, void *arg);
/* For /proc/interrupts. NULL past the last line or for an unused one; *count is how often. */
const char *irq_describe(unsigned irq, u64 *count);
#define NR_IRQS 24

#endif
