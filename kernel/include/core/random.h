/*
 * The random generator: ChaCha20 with fast key erasure, keyed from a BLAKE2s pool of everything unpredictable that the
 * machine offers. Any context unless said. drivers/random/random.c
 */
#ifndef CORE_RANDOM_H
#define CORE_RANDOM_H

#include <core/types.h>

struct file_ops;

void random_bytes(void *buf, size_t n);			/* never blocks; before seeding, best effort */
u32 random_u32(void);
bool random_ready(void);				/* 256 bits of entropy have been credited once */
int random_wait_ready(void);				/* sleeps, gathers jitter meanwhile; 0 or -ERESTARTSYS */
void random_add(const void *data, size_t n, unsigned entropy_bits);	/* credit only what nobody else can know */
void random_add_interrupt(unsigned irq);		/* jitter, from the interrupt path */
void random_reseed(void);				/* what the pool has goes into the key now */
int random_entropy(void);				/* bits credited, at most 256 */

extern const struct file_ops random_file_ops, urandom_file_ops;

#endif
