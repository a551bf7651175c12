/*
 * Powers, logarithms, inverse angles, by the x87. Computed in long double and narrowed, so that errors are about half
 * a unit in the last place of a double.
 */
#include <math.h>
#include "narrow.h"

#define LN2 0.693147180559945309417232121458176568L
#define LOG10_2 0.301029995663981195213738894724493027L

/* y * log2(x) */
static long double y_log2(long double y, long double x)
{
	__asm__("fyl2x" : "+t"(x) : "u"(y) : "st(1)");
	return x;
}

long double log2l(long double x)
{
	return y_log2(1, x);
}
NARROW1(log2)

long double logl(long double x)
{
	return y_log2(LN2, x);
}
NARROW1(log)

long double log10l(long double x)
{
	return y_log2(LOG10_2, x);
}
NARROW1(log10)

long double log1pl(long double x)
{
	long double result = x;

	if (fabsl(x) > 0.29L)
		return logl(1 + x);
	__asm__("fyl2xp1" : "+t"(result) : "u"(LN2) : "st(1)");
	return result;
}
NARROW1(log1p)

long double exp2l(long double x)
{
	long double whole, fraction;

	if (isinf(x))
		return x > 0 ? x : 0;
	if (isnan(x))
		return x;
	whole = rintl(x);
	fraction = x - whole;
	__asm__("f2xm1" : "+t"(fraction));
	return scalbnl(fraction + 1, whole > 20000 ? 20000 : whole < -20000 ? -20000 : (int)whole);
}
NARROW1(exp2)

/* log2(e) in two parts, so that large arguments lose nothing of the fraction. */
long double expl(long double x)
{
	static const long double high = 0x1.71547652p+0L, low = 0x1.705fc2eefa1ffb42p-33L;
	long double whole, fraction;

	if (isnan(x))
		return x;
	if (x > 12000)
		return INFINITY;
	if (x < -12000)
		return 0;
	whole = rintl(x * 1.44269504088896340735992468100189214L);
	/* whole is small: with 32 bits of x at a time the products are exact enough. */
	{
		long double top = (float)x, rest = x - top;

		fraction = (top * high - whole) + (rest * high + x * low);
	}
	return exp2l(fraction) * 1.0L == 0 ? 0 : scalbnl(exp2l(fraction), (int)whole);
}
NARROW1(exp)

long double expm1l(long double x)
{
	long double scaled = x * 1.44269504088896340735992468100189214L;

	if (fabsl(scaled) >= 1 || isnan(x))
		return expl(x) - 1;
	__asm__("f2xm1" : "+t"(scaled));
	return scaled;
}
NARROW1(expm1)

static long double power_by_squaring(long double x, unsigned long n)
{
	long double result = 1;

	for (; n; n >>= 1, x *= x)
		if (n & 1)
			result *= x;
	return result;
}

/* log2 of the normalized x in two parts keeps y * log2(x) exact to the last bit of a double. */
static long double power(long double x, long double y)
{
	int exponent;
	long double fraction = frexpl(x, &exponent), high, low, whole, product;

	if (fraction < 0.70710678118654752440L) {
		fraction *= 2;
		exponent--;
	}
	high = log2l(fraction);
	low = (float)high;
	high -= low;
	product = y * exponent;
	whole = rintl(product + y * (low + high));
	return fabsl(whole) > 20000 ? (whole > 0 ? INFINITY : 0) :
				      scalbnl(exp2l((product - whole) + y * low + y * high), (int)whole);
}

long double powl(long double x, long double y)
{
	int odd;

	if (y == 0 || x == 1)
		return 1;
	if (isnan(x) || isnan(y))
		return x + y;
	odd = fabsl(y) < 0x1p63L && rintl(y) == y && ((long long)y & 1);
	if (x == 0) {
		long double zero = odd ? x : 0;

		return y > 0 ? zero : 1 / zero;
	}
	if (isinf(y)) {
		if (fabsl(x) == 1)
			return 1;
		return (fabsl(x) > 1) == (y > 0) ? INFINITY : 0;
	}
	if (isinf(x))
		return y < 0 ? (odd && x < 0 ? -0.0L : 0) : odd ? x : INFINITY;
	if (x < 0) {
		if (rintl(y) != y) {
			return (x - x) / (x - x);
		}
		return odd ? -powl(-x, y) : powl(-x, y);
	}
	if (rintl(y) == y && fabsl(y) <= 64) {
		long double result = power_by_squaring(x, (unsigned long)fabsl(y));

		if (!isinf(result) && result != 0)
			return y < 0 ? 1 / result : result;
	}
	return power(x, y);
}
NARROW2(pow)

long double atan2l(long double y, long double x)
{
	__asm__("fpatan" : "+t"(x) : "u"(y) : "st(1)");
	return x;
}
NARROW2(atan2)

long double atanl(long double x)
{
	return atan2l(x, 1);
}
NARROW1(atan)

long double asinl(long double x)
{
	return atan2l(x, sqrtl((1 - x) * (1 + x)));
}
NARROW1(asin)

long double acosl(long double x)
{
	return atan2l(sqrtl((1 - x) * (1 + x)), x);
}
NARROW1(acos)

long double sinhl(long double x)
{
	long double e;

	if (fabsl(x) > 11000)
		return x * INFINITY;
	e = expm1l(fabsl(x));
	return copysignl((e + e / (e + 1)) / 2, x);
}
NARROW1(sinh)

long double coshl(long double x)
{
	long double e = expl(fabsl(x));

	return (e + 1 / e) / 2;
}
NARROW1(cosh)

long double tanhl(long double x)
{
	long double e;

	if (fabsl(x) > 40)
		return copysignl(1, x);
	e = expm1l(2 * fabsl(x));
	return copysignl(e / (e + 2), x);
}
NARROW1(tanh)

long double hypotl(long double x, long double y)
{
	int exponent;
	long double larger;

	if (isinf(x) || isinf(y))
		return INFINITY;
	larger = fmaxl(fabsl(x), fabsl(y));
	if (larger == 0 || isnan(x) || isnan(y))
		return x + y;
	frexpl(larger, &exponent);
	x = scalbnl(x, -exponent);
	y = scalbnl(y, -exponent);
	return scalbnl(sqrtl(x * x + y * y), exponent);
}
NARROW2(hypot)

long double cbrtl(long double x)
{
	long double root;

	if (x == 0 || isnan(x) || isinf(x))
		return x;
	root = exp2l(log2l(fabsl(x)) / 3);
	/* One step of Newton's method removes the error of the logarithm. */
	root -= (root - fabsl(x) / (root * root)) / 3;
	return copysignl(root, x);
}
NARROW1(cbrt)

/* 10^x = 2^(x log2(10)), with the logarithm in two parts as above. */
long double exp10l(long double x)
{
	static const long double high = 0xd49a784b00000000p-62L, low = 0xcd1b8afe492bf6ffp-94L;
	long double whole, top = (float)x, rest = x - top;

	if (isnan(x))
		return x;
	if (fabsl(x) > 5000)
		return x > 0 ? INFINITY : 0;
	if (rintl(x) == x && fabsl(x) <= 27) {
		long double power = power_by_squaring(10, (unsigned long)fabsl(x));

		return x < 0 ? 1 / power : power;
	}
	whole = rintl(x * high);
	return scalbnl(exp2l((top * high - whole) + (rest * high + x * low)), (int)whole);
}
NARROW1(exp10)

long double pow10l(long double x) __attribute__((alias("exp10l")));
double pow10(double x) __attribute__((alias("exp10")));
float pow10f(float x) __attribute__((alias("exp10f")));
