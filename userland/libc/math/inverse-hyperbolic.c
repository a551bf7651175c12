/* Inverse hyperbolic functions, by logarithms. */
#include <math.h>
#include "narrow.h"

#define LN2 0.693147180559945309417232121458176568L

long double asinhl(long double x)
{
	long double a = fabsl(x), square = a * a;

	if (!isfinite(x) || a < 0x1p-33L)
		return x;
	if (a > 0x1p32L)
		return copysignl(logl(a) + LN2, x);
	return copysignl(log1pl(a + square / (1 + sqrtl(1 + square))), x);
}
NARROW1(asinh)

long double acoshl(long double x)
{
	long double t = x - 1;

	if (x > 0x1p32L)
		return logl(x) + LN2;
	return log1pl(t + sqrtl(2 * t + t * t));
}
NARROW1(acosh)

long double atanhl(long double x)
{
	long double a = fabsl(x);

	if (a < 0x1p-33L)
		return x;
	return copysignl(0.5L * log1pl(2 * a / (1 - a)), x);
}
NARROW1(atanh)
