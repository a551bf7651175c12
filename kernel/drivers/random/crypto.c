/* BLAKE2s and ChaCha20. See drivers/crypto.h; constants are the RFCs'. */
#include <core/string.h>
#include <drivers/crypto.h>

static inline u32 rol(u32 v, int n) { return v << n | v >> (32 - n); }
static inline u32 ror(u32 v, int n) { return v >> n | v << (32 - n); }

void wipe(void *p, size_t n)
{
	memset(p, 0, n);
	__asm__ volatile("" :: "r"(p) : "memory");
}

/* ---- BLAKE2s ---- */

static const u32 iv[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static const u8 sigma[10][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
	{ 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
	{ 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
	{ 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
	{ 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
	{ 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
	{ 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
	{ 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
	{ 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
};

static void mix(u32 *v, int a, int b, int c, int d, u32 x, u32 y)
{
	v[a] += v[b] + x;
	v[d] = ror(v[d] ^ v[a], 16);
	v[c] += v[d];
	v[b] = ror(v[b] ^ v[c], 12);
	v[a] += v[b] + y;
	v[d] = ror(v[d] ^ v[a], 8);
	v[c] += v[d];
	v[b] = ror(v[b] ^ v[c], 7);
}

static void compress(struct blake2s *s, bool last)
{
	u32 m[16], v[16];

	memcpy(m, s->block, sizeof(m));
	for (int i = 0; i < 8; i++) {
		v[i] = s->h[i];
		v[i + 8] = iv[i];
	}
	v[12] ^= (u32)s->count;
	v[13] ^= (u32)(s->count >> 32);
	if (last)
		v[14] = ~v[14];
	for (int r = 0; r < 10; r++) {
		const u8 *p = sigma[r];

		for (int i = 0; i < 4; i++)
			mix(v, i, i + 4, i + 8, i + 12, m[p[2 * i]], m[p[2 * i + 1]]);
		for (int i = 0; i < 4; i++)
			mix(v, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12, m[p[8 + 2 * i]], m[p[9 + 2 * i]]);
	}
	for (int i = 0; i < 8; i++)
		s->h[i] ^= v[i] ^ v[i + 8];
}

void blake2s_init(struct blake2s *s, const void *key, size_t keylen)
{
	memset(s, 0, sizeof(*s));
	for (int i = 0; i < 8; i++)
		s->h[i] = iv[i];
	s->h[0] ^= 0x01010000 ^ (u32)keylen << 8 ^ BLAKE2S_HASH;
	if (keylen) {
		memcpy(s->block, key, keylen);
		s->used = sizeof(s->block);
	}
}

void blake2s_update(struct blake2s *s, const void *data, size_t n)
{
	const u8 *p = data;

	while (n) {
		size_t part;

		/* The last block is compressed by final(): a full one waits for more. */
		if (s->used == sizeof(s->block)) {
			s->count += sizeof(s->block);
			compress(s, false);
			s->used = 0;
		}
		part = min_t(size_t, n, sizeof(s->block) - s->used);
		memcpy(s->block + s->used, p, part);
		s->used += part;
		p += part;
		n -= part;
	}
}

void blake2s_final(struct blake2s *s, u8 out[BLAKE2S_HASH])
{
	s->count += s->used;
	memset(s->block + s->used, 0, sizeof(s->block) - s->used);
	compress(s, true);
	memcpy(out, s->h, BLAKE2S_HASH);
	wipe(s, sizeof(*s));
}

/* ---- ChaCha20 ---- */

void chacha20_init(struct chacha20 *c, const u8 key[32])
{
	c->word[0] = 0x61707865;
	c->word[1] = 0x3320646e;
	c->word[2] = 0x79622d32;
	c->word[3] = 0x6b206574;
	memcpy(&c->word[4], key, 32);
	memset(&c->word[12], 0, 16);
}

#define QUARTER(a, b, c, d) do { \
		a += b; d = rol(d ^ a, 16); c += d; b = rol(b ^ c, 12); \
		a += b; d = rol(d ^ a, 8); c += d; b = rol(b ^ c, 7); \
	} while (0)

void chacha20_block(struct chacha20 *c, u8 out[64])
{
	u32 x[16];

	memcpy(x, c->word, sizeof(x));
	for (int i = 0; i < 10; i++) {
		QUARTER(x[0], x[4], x[8], x[12]);
		QUARTER(x[1], x[5], x[9], x[13]);
		QUARTER(x[2], x[6], x[10], x[14]);
		QUARTER(x[3], x[7], x[11], x[15]);
		QUARTER(x[0], x[5], x[10], x[15]);
		QUARTER(x[1], x[6], x[11], x[12]);
		QUARTER(x[2], x[7], x[8], x[13]);
		QUARTER(x[3], x[4], x[9], x[14]);
	}
	for (int i = 0; i < 16; i++)
		x[i] += c->word[i];
	memcpy(out, x, sizeof(x));
	if (!++c->word[12])
		c->word[13]++;
}
