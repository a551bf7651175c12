/*
 * Floating numbers from text, rounded correctly (half to even).
 *
 * The decimal digits become one big integer; 10^k is multiplied in, or the quotient by 5^k is taken
 * bit by bit, until 66 bits and a sticky bit decide the rounding. Digits past the 800th (12000th for a long
 * double) can only break ties, so a single sticky digit stands for them.
 */
#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "stream.h"

/* 12000 digits are 39864 bits; 5^16500 has 38312 bits; either is shifted by up to 128 more. */
#define LIMBS 1260

struct big {
	int count;			/* limbs in use, least significant first; no leading zero limbs */
	uint32_t limbs[LIMBS];
};

static void multiply_add(struct big *big, uint32_t factor, uint32_t carry)
{
	for (int i = 0; i < big->count; i++) {
		uint64_t wide = (uint64_t)big->limbs[i] * factor + carry;

		big->limbs[i] = (uint32_t)wide;
		carry = (uint32_t)(wide >> 32);
	}
	if (carry)
		big->limbs[big->count++] = carry;
}

static void times_power_of_5(struct big *big, long power)
{
	for (; power >= 13; power -= 13)
		multiply_add(big, 1220703125, 0);
	for (; power > 0; power--)
		multiply_add(big, 5, 0);
}

static long bit_length(const struct big *big)
{
	return big->count ? 32L * big->count - __builtin_clz(big->limbs[big->count - 1]) : 0;
}

static void shift_left(struct big *big, long bits)
{
	int limbs = (int)(bits / 32), rest = (int)(bits % 32);

	if (!big->count)
		return;
	if (rest)
		multiply_add(big, 1u << rest, 0);
	if (limbs) {
		memmove(big->limbs + limbs, big->limbs, (size_t)big->count * 4);
		memset(big->limbs, 0, (size_t)limbs * 4);
		big->count += limbs;
	}
}

static int compare(const struct big *a, const struct big *b)
{
	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	for (int i = a->count - 1; i >= 0; i--)
		if (a->limbs[i] != b->limbs[i])
			return a->limbs[i] < b->limbs[i] ? -1 : 1;
	return 0;
}

static void subtract(struct big *a, const struct big *b)
{
	int64_t borrow = 0;

	for (int i = 0; i < a->count; i++) {
		borrow += (int64_t)a->limbs[i] - (i < b->count ? b->limbs[i] : 0);
		a->limbs[i] = (uint32_t)borrow;
		borrow >>= 32;
	}
	while (a->count > 0 && !a->limbs[a->count - 1])
		a->count--;
}

/*
 * What lies below the 64 bits of a significand: bit 1 of *below is the next bit, bit 0 tells whether
 * anything follows that.
 */

/* value = top * 2^exponent */
static void normalize(const struct big *big, uint64_t *top, long *exponent, int *below)
{
	long bits = bit_length(big), low = bits - 64;
	uint64_t value = 0;

	for (long bit = bits - 1; bit >= 0 && bit >= low; bit--)
		value = value << 1 | ((big->limbs[bit / 32] >> (bit % 32)) & 1);
	if (low < 0)
		value <<= -low;
	for (long bit = 0; bit < low; bit += 32) {
		uint32_t limb = big->limbs[bit / 32];

		if (low - bit <= 32) {
			*below |= (limb >> (low - bit - 1) & 1) << 1;
			limb &= (1u << (low - bit - 1)) - 1;
		}
		if (limb)
			*below |= 1;
	}
	*top = value;
	*exponent += low;
}

/* top = numerator / denominator with 66 bits or so, by long division. */
static void divide(struct big *numerator, struct big *denominator, uint64_t *top, long *exponent, int *below)
{
	long shift = bit_length(denominator) - bit_length(numerator);
	uint64_t quotient = 0;

	/* Make 1 <= numerator / denominator < 2, then take 64 bits. */
	if (shift > 0)
		shift_left(numerator, shift);
	else
		shift_left(denominator, -shift);
	*exponent -= shift;
	if (compare(numerator, denominator) < 0) {
		shift_left(numerator, 1);
		--*exponent;
	}
	for (int i = 0; i < 64; i++) {
		quotient <<= 1;
		if (compare(numerator, denominator) >= 0) {
			subtract(numerator, denominator);
			quotient |= 1;
		}
		shift_left(numerator, 1);
	}
	*exponent -= 63;
	if (compare(numerator, denominator) >= 0) {
		subtract(numerator, denominator);
		*below |= 2;
	}
	if (numerator->count)
		*below |= 1;
	*top = quotient;
}

/* Rounds top * 2^exponent (top normalized to 64 bits) to the target format. */
static long double assemble(uint64_t top, long exponent, int below, int bits, int minimum, int maximum)
{
	/* As <float.h> counts: value = 0.1xxx * 2^e */
	long e = exponent + 64;
	int drop = 64 - bits;
	long double value;

	if (!top)
		return 0;
	if (e < minimum)
		drop += minimum - e > 66 ? 66 : (int)(minimum - e);
	if (drop > 64) {
		errno = ERANGE;
		return 0;
	}
	if (drop > 0) {
		uint64_t rest = drop == 64 ? top : top & ((1ULL << drop) - 1), half = 1ULL << (drop - 1);
		uint64_t kept = drop == 64 ? 0 : top >> drop;

		if (e < minimum && (rest || below))
			errno = ERANGE;
		if (rest > half || (rest == half && (below || kept & 1)))
			kept++;
		value = ldexpl((long double)kept, (int)(exponent + drop));
		if (!kept)
			return 0;
	} else {
		value = ldexpl((long double)top, (int)exponent);
		if (below & 2 && (below & 1 || top & 1))
			value = top + 1 ? ldexpl((long double)(top + 1), (int)exponent) :
					  ldexpl(1, (int)exponent + 64);
	}
	if (e > maximum || value > (bits == 24 ? FLT_MAX : bits == 53 ? DBL_MAX : LDBL_MAX)) {
		errno = ERANGE;
		return INFINITY;
	}
	return value;
}

static const char *read_exponent(const char *p, long *exponent)
{
	const char *digits = p + 1;
	int negative = *digits == '-';
	long value = 0;

	if (*digits == '-' || *digits == '+')
		digits++;
	if (!isdigit((unsigned char)*digits))
		return p;
	for (; isdigit((unsigned char)*digits); digits++)
		if (value < 100000000)
			value = value * 10 + (*digits - '0');
	*exponent += negative ? -value : value;
	return digits;
}

static long double parse_decimal(const char *p, const char **end, int bits, int minimum, int maximum)
{
	struct big number, power;
	size_t limit = bits == 64 ? 12000 : 800, count = 0;
	int point = 0, any = 0, sticky = 0, below = 0;
	long exponent = 0, binary = 0;
	uint64_t top;

	number.count = 0;
	for (; isdigit((unsigned char)*p) || (*p == '.' && !point); p++) {
		if (*p == '.') {
			point = 1;
			continue;
		}
		any = 1;
		if (point)
			exponent--;
		if (count == 0 && *p == '0')
			continue;
		if (count >= limit) {
			exponent++;
			if (*p != '0')
				sticky = 1;
			continue;
		}
		multiply_add(&number, 10, (uint32_t)(*p - '0'));
		count++;
	}
	if (!any)
		return 0;
	if ((*p | 32) == 'e')
		p = read_exponent(p, &exponent);
	*end = p;
	if (!number.count)
		return 0;
	if ((long)count + exponent > 5000) {
		errno = ERANGE;
		return INFINITY;
	}
	if ((long)count + exponent < -5100) {
		errno = ERANGE;
		return 0;
	}
	if (sticky) {
		multiply_add(&number, 10, 1);
		exponent--;
	}
	binary = exponent;
	if (exponent >= 0) {
		times_power_of_5(&number, exponent);
		normalize(&number, &top, &binary, &below);
	} else {
		power.count = 1;
		power.limbs[0] = 1;
		times_power_of_5(&power, -exponent);
		divide(&number, &power, &top, &binary, &below);
	}
	return assemble(top, binary, below, bits, minimum, maximum);
}

static long double parse_hexadecimal(const char *p, const char **end, int bits, int minimum, int maximum)
{
	uint64_t top = 0;
	long exponent = 0;
	int point = 0, any = 0, sticky = 0, extra = -1, below;

	for (; isxdigit((unsigned char)*p) || (*p == '.' && !point); p++) {
		unsigned value;

		if (*p == '.') {
			point = 1;
			continue;
		}
		any = 1;
		value = isdigit((unsigned char)*p) ? (unsigned)(*p - '0') : (unsigned)((*p | 32) - 'a' + 10);
		if (top >> 60) {
			exponent += point ? 0 : 4;
			/* The first digit that does not fit decides; it is moved in after the loop. */
			if (extra < 0)
				extra = (int)value;
			else
				sticky |= value != 0;
			continue;
		}
		top = top << 4 | value;
		exponent -= point ? 4 : 0;
	}
	if (!any)
		return 0;
	if ((*p | 32) == 'p')
		p = read_exponent(p, &exponent);
	*end = p;
	if (!top)
		return 0;
	/* At most three bits of the extra digit are still to come into the 64. */
	below = extra > 0 ? extra : 0;
	for (; !(top >> 63); exponent--) {
		top = top << 1 | ((unsigned)below >> 3 & 1);
		below = below << 1 & 15;
	}
	below = (below & 8 ? 2 : 0) | ((below & 7) || sticky);
	if (exponent > 40000)
		exponent = 40000;
	if (exponent < -40000)
		exponent = -40000;
	return assemble(top, exponent, below, bits, minimum, maximum);
}

long double __parse_float(const char *string, const char **end, int bits, int minimum, int maximum)
{
	const char *p = string, *after;
	long double value;
	int negative = 0;

	while (isspace((unsigned char)*p))
		p++;
	if (*p == '+' || *p == '-')
		negative = *p++ == '-';
	after = p;
	if (!strncasecmp(p, "inf", 3)) {
		after = p + (strncasecmp(p, "infinity", 8) ? 3 : 8);
		value = INFINITY;
	} else if (!strncasecmp(p, "nan", 3)) {
		after = p + 3;
		value = NAN;
		if (*after == '(') {
			const char *close = after + 1;

			while (isalnum((unsigned char)*close) || *close == '_')
				close++;
			if (*close == ')')
				after = close + 1;
		}
	} else if (p[0] == '0' && (p[1] | 32) == 'x' &&
		   (isxdigit((unsigned char)p[2]) || (p[2] == '.' && isxdigit((unsigned char)p[3])))) {
		value = parse_hexadecimal(p + 2, &after, bits, minimum, maximum);
	} else {
		value = parse_decimal(p, &after, bits, minimum, maximum);
	}
	if (after == p) {
		*end = string;
		return 0;
	}
	*end = after;
	return negative ? -value : value;
}

float strtof(const char *__restrict string, char **__restrict end)
{
	const char *after;
	long double value = __parse_float(string, &after, FLT_MANT_DIG, FLT_MIN_EXP, FLT_MAX_EXP);

	if (end)
		*end = (char *)after;
	return (float)value;
}

double strtod(const char *__restrict string, char **__restrict end)
{
	const char *after;
	long double value = __parse_float(string, &after, DBL_MANT_DIG, DBL_MIN_EXP, DBL_MAX_EXP);

	if (end)
		*end = (char *)after;
	return (double)value;
}

long double strtold(const char *__restrict string, char **__restrict end)
{
	const char *after;
	long double value = __parse_float(string, &after, LDBL_MANT_DIG, LDBL_MIN_EXP, LDBL_MAX_EXP);

	if (end)
		*end = (char *)after;
	return value;
}

double atof(const char *string)
{
	return strtod(string, NULL);
}
