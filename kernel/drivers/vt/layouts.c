/*
 * Keyboard layouts by scan code of set 1: US (QWERTY) and French (AZERTY, with AltGr and dead accents), and what dead
 * accents compose to.
 */
#include <drivers/vt.h>

#define K(a, b, c, d) { a, b, c, d }
#define LETTER(c) K(c, (c) - 32, 0, 0)

static const u16 us[][4] = {
	[0x02] = K('1', '!', 0, 0), [0x03] = K('2', '@', 0, 0), [0x04] = K('3', '#', 0, 0), [0x05] = K('4', '$', 0, 0),
	[0x06] = K('5', '%', 0, 0), [0x07] = K('6', '^', 0, 0), [0x08] = K('7', '&', 0, 0), [0x09] = K('8', '*', 0, 0),
	[0x0a] = K('9', '(', 0, 0), [0x0b] = K('0', ')', 0, 0), [0x0c] = K('-', '_', 0, 0), [0x0d] = K('=', '+', 0, 0),
	[0x10] = LETTER('q'), [0x11] = LETTER('w'), [0x12] = LETTER('e'), [0x13] = LETTER('r'), [0x14] = LETTER('t'),
	[0x15] = LETTER('y'), [0x16] = LETTER('u'), [0x17] = LETTER('i'), [0x18] = LETTER('o'), [0x19] = LETTER('p'),
	[0x1a] = K('[', '{', 0, 0), [0x1b] = K(']', '}', 0, 0),
	[0x1e] = LETTER('a'), [0x1f] = LETTER('s'), [0x20] = LETTER('d'), [0x21] = LETTER('f'), [0x22] = LETTER('g'),
	[0x23] = LETTER('h'), [0x24] = LETTER('j'), [0x25] = LETTER('k'), [0x26] = LETTER('l'), [0x27] = K(';', ':', 0, 0),
	[0x28] = K('\'', '"', 0, 0), [0x29] = K('`', '~', 0, 0), [0x2b] = K('\\', '|', 0, 0),
	[0x2c] = LETTER('z'), [0x2d] = LETTER('x'), [0x2e] = LETTER('c'), [0x2f] = LETTER('v'), [0x30] = LETTER('b'),
	[0x31] = LETTER('n'), [0x32] = LETTER('m'), [0x33] = K(',', '<', 0, 0), [0x34] = K('.', '>', 0, 0), [0x35] = K('/', '?', 0, 0),
	[0x39] = K(' ', ' ', 0, 0), [0x56] = K('\\', '|', 0, 0),
};

static const u16 fr[][4] = {
	[0x02] = K('&', '1', 0, 0), [0x03] = K(0xe9, '2', '~', DEAD_TILDE), [0x04] = K('"', '3', '#', 0),
	[0x05] = K('\'', '4', '{', 0), [0x06] = K('(', '5', '[', 0), [0x07] = K('-', '6', '|', 0),
	[0x08] = K(0xe8, '7', '`', DEAD_GRAVE), [0x09] = K('_', '8', '\\', 0), [0x0a] = K(0xe7, '9', '^', 0),
	[0x0b] = K(0xe0, '0', '@', 0), [0x0c] = K(')', 0xb0, ']', 0), [0x0d] = K('=', '+', '}', 0),
	[0x10] = LETTER('a'), [0x11] = LETTER('z'), [0x12] = K('e', 'E', 0x20ac, 0), [0x13] = LETTER('r'), [0x14] = LETTER('t'),
	[0x15] = LETTER('y'), [0x16] = LETTER('u'), [0x17] = LETTER('i'), [0x18] = LETTER('o'), [0x19] = LETTER('p'),
	[0x1a] = K(DEAD_CIRCUMFLEX, DEAD_DIAERESIS, 0, 0), [0x1b] = K('$', 0xa3, 0xa4, 0),
	[0x1e] = LETTER('q'), [0x1f] = LETTER('s'), [0x20] = LETTER('d'), [0x21] = LETTER('f'), [0x22] = LETTER('g'),
	[0x23] = LETTER('h'), [0x24] = LETTER('j'), [0x25] = LETTER('k'), [0x26] = LETTER('l'), [0x27] = LETTER('m'),
	[0x28] = K(0xf9, '%', 0, 0), [0x29] = K(0xb2, 0, 0xac, 0), [0x2b] = K('*', 0xb5, 0, 0),
	[0x2c] = LETTER('w'), [0x2d] = LETTER('x'), [0x2e] = LETTER('c'), [0x2f] = LETTER('v'), [0x30] = LETTER('b'),
	[0x31] = LETTER('n'), [0x32] = K(',', '?', DEAD_ACUTE, 0), [0x33] = K(';', '.', 0, 0), [0x34] = K(':', '/', 0xb7, 0),
	[0x35] = K('!', 0xa7, 0, 0), [0x39] = K(' ', ' ', 0xa0, 0), [0x56] = K('<', '>', 0, 0),
};

const struct layout layout_us = { .name = "us", .keys = us, .count = ARRAY_SIZE(us) };
const struct layout layout_fr = { .name = "fr", .keys = fr, .count = ARRAY_SIZE(fr), .caps_digits = true };

/* Letters, and what each accent makes of them in Latin-1; 0: nothing. */
static const struct { u8 letter, accented[6]; } composed[] = {
	{ 'a', { 0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0 } }, { 'A', { 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0 } },
	{ 'e', { 0xe8, 0xe9, 0xea, 0, 0xeb, 0 } }, { 'E', { 0xc8, 0xc9, 0xca, 0, 0xcb, 0 } },
	{ 'i', { 0xec, 0xed, 0xee, 0, 0xef, 0 } }, { 'I', { 0xcc, 0xcd, 0xce, 0, 0xcf, 0 } },
	{ 'o', { 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0 } }, { 'O', { 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0 } },
	{ 'u', { 0xf9, 0xfa, 0xfb, 0, 0xfc, 0 } }, { 'U', { 0xd9, 0xda, 0xdb, 0, 0xdc, 0 } },
	{ 'y', { 0, 0xfd, 0, 0, 0xff, 0 } }, { 'Y', { 0, 0xdd, 0, 0, 0, 0 } },
	{ 'n', { 0, 0, 0, 0xf1, 0, 0 } }, { 'N', { 0, 0, 0, 0xd1, 0, 0 } },
	{ 'c', { 0, 0, 0, 0, 0, 0xe7 } }, { 'C', { 0, 0, 0, 0, 0, 0xc7 } },
};

u32 layout_compose(u32 dead, u32 letter)
{
	for (unsigned i = 0; i < ARRAY_SIZE(composed); i++) {
		if (composed[i].letter == letter && dead - KEY_DEAD < 6)
			return composed[i].accented[dead - KEY_DEAD];
	}
	return 0;
}

u32 layout_accent(u32 dead)
{
	static const u8 alone[6] = { '`', '\'', '^', '~', 0xa8, 0xb8 };

	return dead - KEY_DEAD < 6 ? alone[dead - KEY_DEAD] : 0;
}
