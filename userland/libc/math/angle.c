/*
 * Angles modulo pi / 2. The processor has sines of its own, but reduces by a pi of 66 bits. Up to 2^24 quarter turns
 * three parts of pi / 2 are subtracted, of which the first two times a quadrant's number are exact; beyond, the bits
 * of 2 / pi that matter are multiplied with the significand as integers.
 */
#include <stdint.h>
#include "angle.h"
#include "two-over-pi.h"

#define PART1 0xc90fdaa221000000p-63L		/* 40 bits */
#define PART2 0xd18469898c000000p-104L		/* 40 bits */
#define PART3 0xc51701b839a25205p-144L
#define HALF_PI 0xc90fdaa22168c235p-63L
#define HALF_PI_REST -0xece675d1fc8f8cbbp-129L
#define TWO_OVER_PI 0xa2f9836e4e44152ap-64L
#define WORDS 7				/* of 2 / pi: 2 bits of quadrant, and enough behind them */

union parts {
	long double number;
	struct {
		uint64_t mantissa;
		uint16_t exponent;	/* and the sign */
	} part;
};

/* Word number i of 2 / pi's bits from bit `start` on. */
static uint32_t bits_at(unsigned start, unsigned i)
{
	unsigned word = start / 32 + i, shift = start % 32;

	return two_over_pi[word] << shift | (shift ? two_over_pi[word + 1] >> (32 - shift) : 0);
}

/* The top 64 bits of a fraction's words as a number, and what follows as another. */
static void fraction_of(const uint32_t *words, int top, long double *high, long double *low)
{
	int scale = -32;

	*high = *low = 0;
	while (top > 0 && !words[top]) {
		top--;
		scale -= 32;
	}
	for (int i = 0; i < 5 && top - i >= 0; i++, scale -= 32) {
		long double part = __builtin_scalbnl((long double)words[top - i], scale);

		if (i < 2)
			*high += part;
		else
			*low += part;
	}
}

/* x = mantissa * 2^exponent, exponent > -63: the product's bit number 222 is a whole quarter turn. */
static int large(uint64_t mantissa, int exponent, long double *r, long double *tail)
{
	uint32_t product[WORDS + 2] = { 0 }, fraction[7];
	unsigned start = exponent > 1 ? (unsigned)exponent - 2 : 0, unit, quadrant;
	long double high, low, sum;
	int negative = 0;

	for (unsigned i = 0; i < WORDS; i++) {
		uint64_t word = bits_at(start, WORDS - 1 - i), carry;

		carry = word * (uint32_t)mantissa + product[i];
		product[i] = (uint32_t)carry;
		carry = (carry >> 32) + word * (mantissa >> 32) + product[i + 1];
		product[i + 1] = (uint32_t)carry;
		product[i + 2] += (uint32_t)(carry >> 32);
	}
	unit = 32 * WORDS + start - (unsigned)exponent;
	quadrant = product[unit / 32] >> (unit % 32);
	if (unit % 32 > 29 && unit / 32 + 1 < WORDS + 2)
		quadrant |= product[unit / 32 + 1] << (32 - unit % 32);
	/* The bits below the unit, from the top. */
	for (unsigned i = 0; i < 7; i++) {
		unsigned low_bit = unit - 32 * (7 - i), word = low_bit / 32, shift = low_bit % 32;

		if ((int)low_bit < 0)
			fraction[i] = 32 + (int)low_bit > 0 ? product[0] << -(int)low_bit : 0;
		else
			fraction[i] = product[word] >> shift | (shift ? product[word + 1] << (32 - shift) : 0);
	}
	if (fraction[6] >> 31) {
		uint32_t carry = 1;

		negative = 1;
		quadrant++;
		for (int i = 0; i < 7; i++) {
			fraction[i] = ~fraction[i] + carry;
			carry = carry && !fraction[i];
		}
	}
	fraction_of(fraction, 6, &high, &low);
	/* (high + low) * pi / 2, of which the first product's error is found by splitting both. */
	sum = high * HALF_PI;
	*tail = __builtin_fmal(high, HALF_PI, -sum) + (high * HALF_PI_REST + low * HALF_PI);
	*r = sum + *tail;
	*tail = (sum - *r) + *tail;
	if (negative) {
		*r = -*r;
		*tail = -*tail;
	}
	return (int)(quadrant & 3);
}

int __angle(long double x, long double *r, long double *tail)
{
	union parts u = { x };
	int exponent = (u.part.exponent & 0x7fff) - 16383, quadrant;
	long double turns, a, b, error, c;

	if (exponent >= 24) {
		quadrant = large(u.part.mantissa, exponent - 63, r, tail);
		if (x < 0) {
			*r = -*r;
			*tail = -*tail;
			quadrant = -quadrant & 3;
		}
		return quadrant;
	}
	turns = x * TWO_OVER_PI;
	quadrant = (int)(turns + (turns < 0 ? -0.5L : 0.5L));
	turns = quadrant;
	a = x - turns * PART1;
	b = turns * PART2;
	*r = a - b;
	error = (a - *r) - b;
	c = turns * PART3 - error;
	a = *r - c;
	*tail = (*r - a) - c;
	*r = a;
	return quadrant & 3;
}

/* Taylor's series; on this interval the first term that is left out is below 2^-80. */
long double __sin_near(long double r, long double tail)
{
	static const long double terms[] = {
		-0xaaaaaaaaaaaaaaabp-66L, 0x8888888888888889p-70L, -0xd00d00d00d00d00dp-76L, 0xb8ef1d2ab6399c7dp-82L,
		-0xd7322b3faa271c7fp-89L, 0xb092309d43684be5p-96L, -0xd73f9f399dc0f88fp-104L, 0xca963b81856a5359p-112L,
		-0x97a4da340a0ab926p-120L, 0xb8dc77b6e7ab8c5fp-129L, -0xbb0da098b1c0ceccp-138L,
	};
	long double square = r * r, sum = 0;

	for (int i = (int)(sizeof(terms) / sizeof(terms[0])) - 1; i >= 0; i--)
		sum = sum * square + terms[i];
	return r + (sum * square * r + tail * (1 - 0.5L * square));
}

long double __cos_near(long double r, long double tail)
{
	static const long double terms[] = {
		0xaaaaaaaaaaaaaaabp-68L, -0xb60b60b60b60b60bp-73L, 0xd00d00d00d00d00dp-79L, -0x93f27dbbc4fae397p-85L,
		0x8f76c77fc6c4bdaap-92L, -0xc9cba54603e4e906p-100L, 0xd73f9f399dc0f88fp-108L, -0xb413c31dcbecbbdep-116L,
		0xf2a15d201011283dp-125L, -0x8671cb6dbfc294a3p-133L,
	};
	long double square = r * r, sum = 0, half = 0.5L * square, one;

	for (int i = (int)(sizeof(terms) / sizeof(terms[0])) - 1; i >= 0; i--)
		sum = sum * square + terms[i];
	one = 1 - half;
	return one + (((1 - one) - half) + (sum * square * square - r * tail));
}
