/*
 * The hash of directory names: HalfSipHash-1-3 under the volume's secret, so that nobody outside can make names that
 * all fall into one bucket. Pure functions.
 */
#include "impfs.h"

static inline u32 rotl(u32 v, unsigned n) { return v << n | v >> (32 - n); }

#define SIP_ROUND(v0, v1, v2, v3) do { \
	v0 += v1; v1 = rotl(v1, 5) ^ v0; v0 = rotl(v0, 16); \
	v2 += v3; v3 = rotl(v3, 8) ^ v2; \
	v0 += v3; v3 = rotl(v3, 7) ^ v0; \
	v2 += v1; v1 = rotl(v1, 13) ^ v2; v2 = rotl(v2, 16); \
} while (0)

static u32 half_sip_hash(u32 k0, u32 k1, const u8 *s, u32 len)
{
	u32 v0 = k0, v1 = k1, v2 = 0x6c796765 ^ k0, v3 = 0x74656462 ^ k1, m;
	u32 words = len / 4;

	for (; words; words--, s += 4) {
		__builtin_memcpy(&m, s, 4);
		v3 ^= m;
		SIP_ROUND(v0, v1, v2, v3);
		v0 ^= m;
	}
	m = len << 24;
	switch (len & 3) {
	case 3:
		m |= (u32)s[2] << 16;
		__attribute__((fallthrough));
	case 2:
		m |= (u32)s[1] << 8;
		__attribute__((fallthrough));
	case 1:
		m |= s[0];
		break;
	default:
		break;
	}
	v3 ^= m;
	SIP_ROUND(v0, v1, v2, v3);
	v0 ^= m;
	v2 ^= 0xff;
	SIP_ROUND(v0, v1, v2, v3);
	SIP_ROUND(v0, v1, v2, v3);
	SIP_ROUND(v0, v1, v2, v3);
	return v1 ^ v3;
}

u32 impfs_bucket(const struct impfs *fs, const char *name, u32 len)
{
	u32 bucket = half_sip_hash(fs->hash_seed[0], fs->hash_seed[1], (const u8 *)name, len) >> 8;

	if (bucket < IMPFS_BUCKET_MIN)
		bucket = IMPFS_BUCKET_MIN;
	if (bucket > IMPFS_BUCKET_MAX)
		bucket = IMPFS_BUCKET_MAX;
	return bucket << IMPFS_KEY_SHIFT;
}
