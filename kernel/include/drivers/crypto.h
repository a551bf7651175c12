/* BLAKE2s (RFC 7693) and ChaCha20 (RFC 8439), as the random generator needs them. Pure functions; any context. */
#ifndef DRIVERS_CRYPTO_H
#define DRIVERS_CRYPTO_H

#include <core/types.h>

#define BLAKE2S_HASH 32

struct blake2s {
	u32 h[8];
	u64 count;		/* bytes so far */
	u8 block[64];
	unsigned used;
};
void blake2s_init(struct blake2s *s, const void *key, size_t keylen);	/* keylen 0..32 */
void blake2s_update(struct blake2s *s, const void *data, size_t n);
void blake2s_final(struct blake2s *s, u8 out[BLAKE2S_HASH]);		/* s is wiped */

/* 64 bytes of key stream; the block counter in state words 12 and 13 goes up. */
struct chacha20 { u32 word[16]; };
void chacha20_init(struct chacha20 *c, const u8 key[32]);		/* counter and nonce 0 */
void chacha20_block(struct chacha20 *c, u8 out[64]);

/* Clears memory that held secrets; the compiler keeps it. */
void wipe(void *p, size_t n);

#endif
