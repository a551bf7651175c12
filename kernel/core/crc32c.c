/*
 * CRC-32C (Castagnoli, reflected 0x82f63b78; RFC 3720, B.4): by the processor's instruction where SSE 4.2 has it (it
 * works on general registers), else eight bytes a step by tables that are made at start-up.
 *
 * Emulators carry the instruction out bit by bit: which of the two is faster here is measured once.
 */
#include <arch/cpu.h>
#include <core/string.h>
#include <core/init.h>
#include <core/printk.h>
#include <core/time.h>

static u32 table[8][256];
static bool by_instruction;

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

static u32 crc32c_table(u32 crc, const u8 *p, size_t n)
{
	for (; n >= 8; n -= 8, p += 8) {
		u32 low = *(const u32 *)p ^ crc, high = *(const u32 *)(p + 4);

		crc = table[7][low & 255] ^ table[6][low >> 8 & 255] ^ table[5][low >> 16 & 255] ^ table[4][low >> 24] ^
		      table[3][high & 255] ^ table[2][high >> 8 & 255] ^ table[1][high >> 16 & 255] ^ table[0][high >> 24];
	}
	for (; n; n--)
		crc = crc >> 8 ^ table[0][(crc ^ *p++) & 255];
	return crc;
}

u32 crc32c(u32 crc, const void *data, size_t n)
{
	return by_instruction ? crc32c_sse(crc, data, n) : crc32c_table(crc, data, n);
}

/* Shortest of a few, in nanoseconds: of those that no interrupt fell into. */
static nsec_t __init cost(u32 (*crc)(u32, const u8 *, size_t))
{
	nsec_t best = ~0ull, begin;
	int i;

	for (i = 0; i < 4; i++) {
		begin = ktime_get();
		crc(~0u, (const u8 *)table, sizeof(table));
		best = min_t(nsec_t, best, ktime_get() - begin);
	}
	return best;
}

static int __init crc32c_init(void)
{
	u32 i, j, c;

	for (i = 0; i < 256; i++) {
		for (c = i, j = 0; j < 8; j++)
			c = c & 1 ? c >> 1 ^ 0x82f63b78u : c >> 1;
		table[0][i] = c;
	}
	for (j = 1; j < ARRAY_SIZE(table); j++)
		for (i = 0; i < 256; i++)
			table[j][i] = table[j - 1][i] >> 8 ^ table[0][table[j - 1][i] & 255];
	if (cpu_features.sse42) {
		u32 instruction = (u32)cost(crc32c_sse), tables = (u32)cost(crc32c_table);

		by_instruction = instruction <= tables;
		pr_debug("crc32c: 8 KiB in %u ns by the instruction, in %u ns by tables\n", instruction, tables);
	}
	return 0;
}
core_initcall(crc32c_init);
