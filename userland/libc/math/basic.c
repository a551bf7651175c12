/*
 * The parts of numbers, rounding, remainders. Everything is computed once, in long double, and
 * narrowed: results of float and double are exact here.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>

union parts {
	long double number;
	struct {
		uint64_t mantissa;
		uint16_t exponent;	/* and the sign */
	} part;
};

/* The x87's rounding mode for one operation: 0 nearest, 0x400 down, 0x800 up, 0xc00 to zero. */
static long double round_by(long double x, unsigned short mode)
{
	unsigned short old, new;

	__asm__ volatile("fnstcw %0" : "=m"(old));
	new = (unsigned short)((old & ~0xc00) | mode);
	__asm__ volatile("fldcw %2\n\tfrndint\n\tfldcw %1" : "+t"(x) : "m"(old), "m"(new));
	return x;
}

#define NARROW1(name) \
	double name(double x) \
	{ \
		return (double)name##l(x); \
	} \
	float name##f(float x) \
	{ \
		return (float)name##l(x); \
	}
#define NARROW2(name) \
	double name(double x, double y) \
	{ \
		return (double)name##l(x, y); \
	} \
	float name##f(float x, float y) \
	{ \
		return (float)name##l(x, y); \
	}

long double floorl(long double x)
{
	return round_by(x, 0x400);
}
NARROW1(floor)

long double ceill(long double x)
{
	return round_by(x, 0x800);
}
NARROW1(ceil)

long double truncl(long double x)
{
	return round_by(x, 0xc00);
}
NARROW1(trunc)

long double rintl(long double x)
{
	__asm__("frndint" : "+t"(x));
	return x;
}
NARROW1(rint)

/* Without a trace in the flags. */
long double nearbyintl(long double x)
{
	unsigned short before, status;
	struct {
		unsigned words[7];
	} environment;

	__asm__ volatile("fnstsw %0" : "=a"(before));
	x = rintl(x);
	__asm__ volatile("fnstsw %0" : "=a"(status));
	if ((status ^ before) & 0x20) {
		__asm__ volatile("fnstenv %0" : "=m"(environment));
		environment.words[1] &= ~0x20u;
		__asm__ volatile("fldenv %0" : : "m"(environment));
	}
	return x;
}
NARROW1(nearbyint)

/* Halves away from zero, whatever the mode. */
long double roundl(long double x)
{
	long double whole = truncl(x);

	if (fabsl(x - whole) >= 0.5L)
		whole += x < 0 ? -1 : 1;
	return copysignl(whole, x);
}
NARROW1(round)

long double fabsl(long double x)
{
	return __builtin_fabsl(x);
}
NARROW1(fabs)

long double copysignl(long double x, long double y)
{
	return __builtin_signbit(x) == __builtin_signbit(y) ? x : -x;
}
NARROW2(copysign)

long double fmaxl(long double x, long double y)
{
	return isnan(x) || x < y ? y : x;
}
NARROW2(fmax)

long double fminl(long double x, long double y)
{
	return isnan(x) || x > y ? y : x;
}
NARROW2(fmin)

long double fdiml(long double x, long double y)
{
	return x <= y ? 0 : x - y;
}
NARROW2(fdim)

long double fmodl(long double x, long double y)
{
	unsigned short status;

	do
		__asm__("fprem\n\tfnstsw %1" : "+t"(x), "=a"(status) : "u"(y));
	while (status & 0x400);
	return x;
}
NARROW2(fmod)

long double remainderl(long double x, long double y)
{
	unsigned short status;

	do
		__asm__("fprem1\n\tfnstsw %1" : "+t"(x), "=a"(status) : "u"(y));
	while (status & 0x400);
	return x;
}
NARROW2(remainder)

long double sqrtl(long double x)
{
	__asm__("fsqrt" : "+t"(x));
	return x;
}

/* One instruction in the target's own precision: rounding twice could be off. */
double sqrt(double x)
{
	unsigned short old, new;
	double result;

	__asm__ volatile("fnstcw %0" : "=m"(old));
	new = (unsigned short)((old & ~0x300) | 0x200);
	__asm__ volatile("fldcw %3\n\tfldl %2\n\tfsqrt\n\tfstpl %0\n\tfldcw %1"
			 : "=m"(result) : "m"(old), "m"(x), "m"(new));
	if (x < 0)
		errno = EDOM;
	return result;
}

float sqrtf(float x)
{
	return (float)sqrt(x);
}

long double scalbnl(long double x, int n)
{
	__asm__("fscale" : "+t"(x) : "u"((long double)n));
	return x;
}

double scalbn(double x, int n)
{
	return (double)scalbnl(x, n);
}

float scalbnf(float x, int n)
{
	return (float)scalbnl(x, n);
}

long double ldexpl(long double x, int n)
{
	return scalbnl(x, n);
}

double ldexp(double x, int n)
{
	return scalbn(x, n);
}

float ldexpf(float x, int n)
{
	return scalbnf(x, n);
}

long double frexpl(long double x, int *exponent)
{
	union parts u = { x };
	int e = u.part.exponent & 0x7fff;

	*exponent = 0;
	if (e == 0x7fff || !u.part.mantissa)
		return x;
	if (!e) {
		u.number = x * 0x1p70L;
		e = (u.part.exponent & 0x7fff) - 70;
	}
	*exponent = e - 16382;
	u.part.exponent = (uint16_t)((u.part.exponent & 0x8000) | 16382);
	return u.number;
}

double frexp(double x, int *exponent)
{
	return (double)frexpl(x, exponent);
}

float frexpf(float x, int *exponent)
{
	return (float)frexpl(x, exponent);
}

long double modfl(long double x, long double *whole)
{
	*whole = truncl(x);
	return copysignl(isinf(x) ? 0 : x - *whole, x);
}

double modf(double x, double *whole)
{
	long double w;
	double fraction = (double)modfl(x, &w);

	*whole = (double)w;
	return fraction;
}

float modff(float x, float *whole)
{
	long double w;
	float fraction = (float)modfl(x, &w);

	*whole = (float)w;
	return fraction;
}

int ilogbl(long double x)
{
	int exponent;

	if (x == 0 || isnan(x))
		return FP_ILOGB0;
	if (isinf(x))
		return INT_MAX;
	frexpl(x, &exponent);
	return exponent - 1;
}

int ilogb(double x)
{
	return ilogbl(x);
}

int ilogbf(float x)
{
	return ilogbl(x);
}

long double logbl(long double x)
{
	int exponent;

	if (isinf(x))
		return INFINITY;
	if (isnan(x))
		return x;
	if (x == 0)
		return -1 / fabsl(x);
	frexpl(x, &exponent);
	return exponent - 1;
}
NARROW1(logb)

/* To whole numbers by the rounding mode, and halves away from zero. */
#define WHOLE(type, name, round, number) \
	type name(number x) \
	{ \
		return (type)round(x); \
	}
WHOLE(long, lrint, rintl, double)
WHOLE(long, lrintf, rintl, float)
WHOLE(long, lrintl, rintl, long double)
WHOLE(long long, llrint, rintl, double)
WHOLE(long long, llrintf, rintl, float)
WHOLE(long long, llrintl, rintl, long double)
WHOLE(long, lround, roundl, double)
WHOLE(long, lroundf, roundl, float)
WHOLE(long, lroundl, roundl, long double)
WHOLE(long long, llround, roundl, double)
WHOLE(long long, llroundf, roundl, float)
WHOLE(long long, llroundl, roundl, long double)

/* An n beyond all exponents is as good as the largest of an int. */
static int to_int(long n)
{
	return n > 100000 ? 100000 : n < -100000 ? -100000 : (int)n;
}

double scalbln(double x, long n)
{
	return scalbn(x, to_int(n));
}

float scalblnf(float x, long n)
{
	return scalbnf(x, to_int(n));
}

long double scalblnl(long double x, long n)
{
	return scalbnl(x, to_int(n));
}

double nan(const char *tag)
{
	(void)tag;
	return NAN;
}

float nanf(const char *tag)
{
	(void)tag;
	return NAN;
}

long double nanl(const char *tag)
{
	(void)tag;
	return NAN;
}

/* Of the quotient the sign and the three lowest bits, which fprem1 leaves in the status word. */
long double remquol(long double x, long double y, int *quotient)
{
	unsigned short status;
	int bits, negative = signbit(x) != signbit(y);

	do
		__asm__("fprem1\n\tfnstsw %1" : "+t"(x), "=a"(status) : "u"(y));
	while (status & 0x400);
	bits = (status >> 9 & 1) | (status >> 13 & 2) | (status >> 6 & 4);
	*quotient = negative ? -bits : bits;
	return x;
}

double remquo(double x, double y, int *quotient)
{
	return (double)remquol(x, y, quotient);
}

float remquof(float x, float y, int *quotient)
{
	return (float)remquol(x, y, quotient);
}

double drem(double x, double y) __attribute__((alias("remainder")));
float dremf(float x, float y) __attribute__((alias("remainderf")));
