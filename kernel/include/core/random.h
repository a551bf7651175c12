/* The random generator (ChaCha20 over hashed entropy). Any context unless said. drivers/random.c */
#ifndef CORE_RANDOM_H
#define CORE_RANDOM_H

#include <core/types.h>

void random_bytes(void *buf, size_t n);			/* never blocks; before seeding, best effort */
u32 random_u32(void);
bool random_ready(void);
int random_wait_ready(void);				/* sleeps; 0 or -ERESTARTSYS */
void random_add(const void *data, size_t n, unsigned entropy_bits);
void random_add_interrupt(unsigned irq);		/* jitter, from the interrupt path */

#endif
