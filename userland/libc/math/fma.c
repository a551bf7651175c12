/*
 * x * y + z with one rounding. The product is taken apart into two numbers without an error (Dekker), the sum of its
 * larger part and z too (Knuth); what is left over is added rounding to odd, after which one more rounding cannot be
 * wrong (Boldo and Melquiond).
 */
#include <math.h>
#include <stdint.h>

union parts {
	long double number;
	struct {
		uint64_t mantissa;
		uint16_t exponent;
	} part;
};

/* *sum + *rest is a + b. */
static void add(long double a, long double b, long double *sum, long double *rest)
{
	volatile long double s = a + b, part = s - a;

	*sum = s;
	*rest = (a - (s - part)) + (b - part);
}

static void multiply(long double a, long double b, long double *product, long double *rest)
{
	const long double factor = 0x1p32L + 1;
	long double a_high = a * factor, b_high = b * factor;

	a_high -= a_high - a;
	b_high -= b_high - b;
	*product = a * b;
	*rest = ((a_high * b_high - *product) + a_high * (b - b_high) + (a - a_high) * b_high) + (a - a_high) * (b - b_high);
}

/* a + b, the last bit being set unless it is exact. */
static long double add_odd(long double a, long double b)
{
	union parts u;
	long double rest;

	add(a, b, &u.number, &rest);
	if (rest != 0 && !(u.part.mantissa & 1)) {
		/* Towards the rest, by one in the last place: the even one is its neighbour. */
		if ((rest > 0) == (u.number > 0))
			u.part.mantissa++;
		else if (u.part.mantissa-- == 0x8000000000000000ULL) {
			u.part.mantissa = UINT64_MAX;
			u.part.exponent--;
		}
	}
	return u.number;
}

/* Scaled so that no part of the product is too small or too large, and back. */
long double fmal(long double x, long double y, long double z)
{
	long double product, product_rest, sum, sum_rest, rest;
	int scale_x, scale_y, scale;

	if (!isfinite(x) || !isfinite(y) || !isfinite(z) || x == 0 || y == 0)
		return x * y + z;
	if (z == 0)
		return x * y;
	x = frexpl(x, &scale_x);
	y = frexpl(y, &scale_y);
	scale = scale_x + scale_y;
	frexpl(z, &scale_x);
	/* Too far apart to matter but for the rounding: a z that is as small as matters. */
	if (scale_x - scale > 140)
		return z + copysignl(__builtin_scalbnl(fabsl(z), -70), x * y);
	if (scale_x - scale < -200)
		z = copysignl(0x1p-200L, z);
	else
		z = scalbnl(z, -scale);
	multiply(x, y, &product, &product_rest);
	add(product, z, &sum, &sum_rest);
	rest = add_odd(product_rest, sum_rest);
	if (scale > -16000)
		return scalbnl(sum + rest, scale);
	/* A result that may be subnormal is rounded once, by the scaling. */
	return scalbnl(add_odd(sum, rest), scale);
}

/* The product is exact in a long double of 128 bits only: the same, in the last step rounding to odd. */
double fma(double x, double y, double z)
{
	long double product, product_rest, sum, sum_rest;

	if (!isfinite(x) || !isfinite(y) || !isfinite(z) || x == 0 || y == 0)
		return x * y + z;
	if (z == 0)
		return (double)((long double)x * y);
	multiply(x, y, &product, &product_rest);
	add(product, z, &sum, &sum_rest);
	return (double)add_odd(sum, add_odd(product_rest, sum_rest));
}

/* The product of two floats is exact. */
float fmaf(float x, float y, float z)
{
	return isfinite(x) && isfinite(y) && isfinite(z) ? (float)add_odd((long double)x * y, z) : x * y + z;
}
