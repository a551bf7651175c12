/*
 * The error function: a series of positive terms up to 2.25, and a continued fraction of its complement beyond. The
 * square in the exponent is taken in two parts, of which the first is exact.
 */
#include <math.h>
#include "narrow.h"

#define TWO_OVER_ROOT_PI 0x906eba8214db688dp-63L
#define ONE_OVER_ROOT_PI 0x906eba8214db688dp-64L

/* e^-x^2 */
static long double bell(long double x)
{
	long double top = (float)x;

	return expl(-top * top) * expl((top - x) * (top + x));
}

/* erf(x) of a small positive x. */
static long double series(long double x)
{
	long double term = x, sum = x, square = x * x;

	for (int n = 1; term > sum * 0x1p-67L; n++) {
		term *= 2 * square / (2 * n + 1);
		sum += term;
	}
	return TWO_OVER_ROOT_PI * sum * bell(x);
}

/* erfc(x), x at least 2: Lentz's method needs fewer steps the larger it is, so the fraction is taken from its end. */
static long double fraction(long double x)
{
	long double value = x;

	for (int k = 20 + (int)(600 / (x * x)); k > 0; k--)
		value = x + 0.5L * k / value;
	return ONE_OVER_ROOT_PI * bell(x) / value;
}

long double erfl(long double x)
{
	long double a = fabsl(x);

	if (isnan(x) || a < 0x1p-40L)
		return TWO_OVER_ROOT_PI * x;
	if (a > 7)
		return copysignl(1, x);
	return copysignl(a < 2.25L ? series(a) : 1 - fraction(a), x);
}
NARROW1(erf)

long double erfcl(long double x)
{
	if (isnan(x))
		return x;
	if (x > 110)
		return 0;
	if (x < -7)
		return 2;
	if (x < 0.4L)
		return 1 - erfl(x);
	return x < 1.5L ? 0.5L - (series(x) - 0.5L) : fraction(x);
}
NARROW1(erfc)
