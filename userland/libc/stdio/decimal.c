/*
 * Exact decimal expansion of floating numbers.
 *
 * A number is a row of words of nine decimal digits, most significant first; the words before
 * POINT are its integer part. Every finite long double has at most 4933 digits before and 16445
 * behind the point, so the row always has room.
 */
#include <stdint.h>
#include <string.h>
#include "stream.h"

#define BILLION 1000000000u
#define POINT	550			/* words for the integer part */
#define WORDS	(POINT + 1829)

struct row {
	uint32_t words[WORDS];
	int first, end;			/* all words outside are 0 */
};

static void double_by(struct row *row, int shift)
{
	uint32_t carry = 0;

	for (int i = row->end - 1; i >= row->first; i--) {
		uint64_t wide = ((uint64_t)row->words[i] << shift) + carry;
		uint32_t low = (uint32_t)wide, high = (uint32_t)(wide >> 32);

		/* The quotient is below 2^32: one division is enough. */
		__asm__("divl %4" : "=a"(carry), "=d"(row->words[i]) : "0"(low), "1"(high), "rm"(BILLION));
	}
	if (carry)
		row->words[--row->first] = carry;
}

static void halve_by(struct row *row, int shift)
{
	uint32_t rest = 0, unit = BILLION >> shift;

	for (int i = row->first; i < row->end; i++) {
		uint32_t word = row->words[i];

		row->words[i] = (word >> shift) + rest * unit;
		rest = word & ((1u << shift) - 1);
	}
	if (rest)
		row->words[row->end++] = rest * unit;
	while (row->first < row->end && !row->words[row->first])
		row->first++;
}

void __decimal_from(struct decimal *decimal, long double value)
{
	union {
		long double number;
		struct {
			uint64_t mantissa;
			uint16_t exponent;
		} part;
	} bits = { .number = value };
	int exponent = (bits.part.exponent & 0x7fff) - 16383 - 63;
	struct row row;
	size_t count = 0;

	decimal->negative = bits.part.exponent >> 15;
	decimal->count = 0;
	decimal->point = 0;
	if (!bits.part.mantissa)
		return;
	if (!(bits.part.exponent & 0x7fff))
		exponent++;
	row.first = POINT - 3;
	row.end = POINT;
	row.words[POINT - 1] = (uint32_t)(bits.part.mantissa % BILLION);
	row.words[POINT - 2] = (uint32_t)(bits.part.mantissa / BILLION % BILLION);
	row.words[POINT - 3] = (uint32_t)(bits.part.mantissa / BILLION / BILLION);
	while (!row.words[row.first])
		row.first++;
	for (; exponent > 0; exponent -= exponent < 29 ? exponent : 29)
		double_by(&row, exponent < 29 ? exponent : 29);
	for (; exponent < 0; exponent += -exponent < 9 ? -exponent : 9)
		halve_by(&row, -exponent < 9 ? -exponent : 9);

	for (int i = row.first; i < row.end; i++) {
		uint32_t word = row.words[i];

		for (int j = 8; j >= 0; j--, word /= 10)
			decimal->digits[count + (size_t)j] = (char)('0' + word % 10);
		count += 9;
	}
	decimal->point = (POINT - row.first) * 9;
	for (size_t skip = 0; skip < count; skip++)
		if (decimal->digits[skip] != '0') {
			memmove(decimal->digits, decimal->digits + skip, count - skip);
			count -= skip;
			decimal->point -= (int)skip;
			break;
		}
	while (count > 0 && decimal->digits[count - 1] == '0')
		count--;
	decimal->count = count;
}

void __decimal_round(struct decimal *decimal, long count)
{
	size_t keep;
	int up;

	if (count < 0) {
		decimal->count = 0;
		return;
	}
	keep = (size_t)count;
	if (keep >= decimal->count)
		return;
	if (decimal->digits[keep] != '5' || decimal->count > keep + 1)
		up = decimal->digits[keep] >= '5';
	else
		up = keep > 0 && (decimal->digits[keep - 1] & 1);
	while (up && keep > 0) {
		if (decimal->digits[keep - 1] != '9') {
			decimal->digits[keep - 1]++;
			up = 0;
		} else {
			keep--;
		}
	}
	if (up) {
		decimal->digits[keep++] = '1';
		decimal->point++;
	}
	while (keep > 0 && decimal->digits[keep - 1] == '0')
		keep--;
	decimal->count = keep;
}
