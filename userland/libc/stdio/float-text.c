/* Floating numbers as text, in all of printf's styles, rounded correctly. */
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "stream.h"

static void add(struct float_text *text, char c)
{
	text->body[text->length++] = c;
}

static char digit(const struct decimal *decimal, long i)
{
	return i >= 0 && (size_t)i < decimal->count ? decimal->digits[i] : '0';
}

static void add_exponent(struct float_text *text, char letter, int exponent, int least)
{
	char digits[6];
	int count = 0;
	unsigned magnitude = exponent < 0 ? (unsigned)-exponent : (unsigned)exponent;

	text->suffix[text->suffix_length++] = letter;
	text->suffix[text->suffix_length++] = exponent < 0 ? '-' : '+';
	for (; magnitude || count < least; magnitude /= 10)
		digits[count++] = (char)('0' + magnitude % 10);
	while (count > 0)
		text->suffix[text->suffix_length++] = digits[--count];
}

/* The fraction's digits from digit number `from`: what is stored, and the rest as zeros. */
static void add_fraction(struct float_text *text, const struct decimal *decimal, long from, long precision)
{
	long stored = (long)decimal->count - from;

	if (stored < 0)
		stored = 0;
	if (stored > precision)
		stored = precision;
	for (long i = 0; i < stored; i++)
		add(text, digit(decimal, from + i));
	text->zeros = precision - stored;
}

static void fixed(struct float_text *text, const struct decimal *decimal, int alternate, long precision)
{
	if (decimal->point <= 0 || !decimal->count)
		add(text, '0');
	else
		for (long i = 0; i < decimal->point; i++)
			add(text, digit(decimal, i));
	if (precision > 0 || alternate)
		add(text, '.');
	add_fraction(text, decimal, decimal->count ? decimal->point : 0, precision);
}

static void exponential(struct float_text *text, const struct decimal *decimal, int alternate, long precision,
			char letter)
{
	add(text, digit(decimal, 0));
	if (precision > 0 || alternate)
		add(text, '.');
	add_fraction(text, decimal, 1, precision);
	add_exponent(text, letter, decimal->count ? decimal->point - 1 : 0, 2);
}

static void decimal_text(struct float_text *text, char kind, int alternate, int precision, long double value)
{
	struct decimal decimal;
	int style = kind | 32, upper = kind & 32 ? 0 : 1;
	long p = precision < 0 ? 6 : precision;

	__decimal_from(&decimal, value);
	if (style == 'f') {
		__decimal_round(&decimal, decimal.point + p);
		fixed(text, &decimal, alternate, p);
	} else if (style == 'e') {
		__decimal_round(&decimal, p + 1);
		exponential(text, &decimal, alternate, p, upper ? 'E' : 'e');
	} else {
		int exponent;

		if (p == 0)
			p = 1;
		__decimal_round(&decimal, p);
		exponent = decimal.count ? decimal.point - 1 : 0;
		if (exponent < -4 || exponent >= p) {
			p--;
			if (!alternate && p > (long)decimal.count - 1)
				p = decimal.count ? (long)decimal.count - 1 : 0;
			exponential(text, &decimal, alternate, p, upper ? 'E' : 'e');
		} else {
			p -= exponent + 1;
			if (!alternate && p > (long)decimal.count - decimal.point)
				p = (long)decimal.count > decimal.point ? (long)decimal.count - decimal.point : 0;
			fixed(text, &decimal, alternate, p);
		}
	}
}

/* One digit before the point: 1 for a double, the top four bits of a long double's significand. */
static void hexadecimal(struct float_text *text, char kind, int alternate, int precision, long double value,
			int is_long)
{
	const char *digits = kind == 'A' ? "0123456789ABCDEF" : "0123456789abcdef";
	union {
		long double number;
		struct {
			uint64_t mantissa;
			uint16_t exponent;
		} part;
	} bits = { .number = value };
	uint64_t mantissa = bits.part.mantissa;
	int exponent = (bits.part.exponent & 0x7fff) - 16383, places = 16;
	unsigned lead;

	if (!mantissa)
		exponent = 0;
	else if (!(bits.part.exponent & 0x7fff))
		exponent++;
	if (!is_long && mantissa && exponent < -1022) {
		/* A subnormal double, which the long double holds normalized: 0.xxx * 2^-1022. */
		mantissa = exponent < -1022 - 63 ? 0 : mantissa >> (-1022 - exponent);
		exponent = -1022;
	}
	if (is_long) {
		lead = (unsigned)(mantissa >> 60);
		mantissa <<= 4;
		exponent -= mantissa || lead ? 3 : 0;
		places = 15;
	} else {
		lead = (unsigned)(mantissa >> 63);
		mantissa <<= 1;
	}
	if (precision >= 0 && precision < places) {
		int drop = 64 - 4 * precision;
		uint64_t rest = drop == 64 ? mantissa : mantissa & ((1ULL << drop) - 1), half = 1ULL << (drop - 1);
		uint64_t kept = drop == 64 ? 0 : mantissa >> drop;
		int odd = precision ? (int)(kept & 1) : (int)(lead & 1);

		if (rest > half || (rest == half && odd)) {
			kept++;
			if (drop == 64 || kept >> (64 - drop)) {
				lead++;
				kept = 0;
			}
		}
		mantissa = drop == 64 ? 0 : kept << drop;
		if (lead == 16) {
			lead = 1;
			exponent += 4;
		}
	}
	text->prefix[text->prefix_length++] = '0';
	text->prefix[text->prefix_length++] = kind == 'A' ? 'X' : 'x';
	add(text, digits[lead]);
	if (mantissa || precision > 0 || alternate)
		add(text, '.');
	for (places = 0; mantissa && (precision < 0 || places < precision); places++, mantissa <<= 4)
		add(text, digits[mantissa >> 60]);
	text->zeros = precision > places ? precision - places : 0;
	add_exponent(text, kind == 'A' ? 'P' : 'p', exponent, 1);
}

void __float_text(struct float_text *text, char kind, int alternate, int precision, char sign,
		  long double value, int is_long)
{
	text->prefix_length = text->length = text->suffix_length = 0;
	text->zeros = 0;
	text->finite = isfinite(value);
	if (signbit(value))
		sign = '-';
	if (sign)
		text->prefix[text->prefix_length++] = sign;
	if (!text->finite) {
		const char *name = isnan(value) ? "nan" : "inf";

		while (*name) {
			add(text, kind & 32 ? *name : (char)toupper(*name));
			name++;
		}
	} else if ((kind | 32) == 'a') {
		hexadecimal(text, kind, alternate, precision, value, is_long);
	} else {
		decimal_text(text, kind, alternate, precision, value);
	}
}
