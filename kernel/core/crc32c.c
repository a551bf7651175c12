/*
 * CRC-32C (Castagnoli, reflected 0x82f63b78; RFC 3720, B.4): by the processor's instruction where SSE 4.2 has it (it
 * works on general registers), else four bytes a step by tables that are made at start-up.
 */
#include <arch/cpu.h>
#include <core/string.h>
#include <core/init.h>

static u32 table[4][256];

static int __init crc32c_init(void)
{
	u32 i, j, c;

	for (i = 0; i < 256; i++) {
		for (c = i, j = 0; j < 8; j++)
			c = c & 1 ? c >> 1 ^ 0x82f63b78u : c >> 1;
		table[0][i] = c;
	}
	for (i = 0; i < 256; i++)
		for (j = 1; j < 4; j++)
			table[j][i] = table[j - 1][i] >> 8 ^ table[0][table[j - 1][i] & 255];
	return 0;
}
core_initcall(crc32c_init);

#define STEP(crc, p) __asm__("crc32l %1,%0" : "+r"(crc) : "m"(*(const u32 *)(p)))

static u32 crc32c_sse(u32 crc, const u8 *p, size_t n)
{
	for (; n >= 32; n -= 32, p += 32) {
		STEP(crc, p);
		STEP(crc, p + 4);
		STEP(crc, p + 8);
		STEP(crc, p + 12);
		STEP(crc, p + 16);
		STEP(crc, p + 20);
		STEP(crc, p + 24);
		STEP(crc, p + 28);
	}
	for (; n >= 4; n -= 4, p += 4)
		STEP(crc, p);
	for (; n; n--, p++)
		__asm__("crc32b %1,%0" : "+r"(crc) : "m"(*p));
	return crc;
}

u32 crc32c(u32 crc, const void *data, size_t n)
{
	const u8 *p = data;

	if (likely(cpu_features.sse42))
		return crc32c_sse(crc, p, n);
	for (; n >= 4; n -= 4, p += 4) {
		crc ^= *(const u32 *)p;
		crc = table[3][crc & 255] ^ table[2][crc >> 8 & 255] ^ table[1][crc >> 16 & 255] ^ table[0][crc >> 24];
	}
	for (; n; n--)
		crc = crc >> 8 ^ table[0][(crc ^ *p++) & 255];
	return crc;
}
