/*
 * Complex functions, in long double: what would overflow or cancel in a double does not there. Infinities and NaNs
 * follow from those of the real functions.
 */
#include <complex.h>
#include <math.h>

#define NARROW1(name) \
	double complex name(double complex z) \
	{ \
		return (double complex)name##l(z); \
	} \
	float complex name##f(float complex z) \
	{ \
		return (float complex)name##l(z); \
	}
#define NARROW_REAL(name) \
	double name(double complex z) \
	{ \
		return (double)name##l(z); \
	} \
	float name##f(float complex z) \
	{ \
		return (float)name##l(z); \
	}

long double creall(long double complex z)
{
	return __real__ z;
}
NARROW_REAL(creal)

long double cimagl(long double complex z)
{
	return __imag__ z;
}
NARROW_REAL(cimag)

long double cabsl(long double complex z)
{
	return hypotl(__real__ z, __imag__ z);
}
NARROW_REAL(cabs)

long double cargl(long double complex z)
{
	return atan2l(__imag__ z, __real__ z);
}
NARROW_REAL(carg)

long double complex conjl(long double complex z)
{
	return CMPLXL(__real__ z, -__imag__ z);
}
NARROW1(conj)

long double complex cprojl(long double complex z)
{
	if (isinf(__real__ z) || isinf(__imag__ z))
		return CMPLXL(INFINITY, copysignl(0, __imag__ z));
	return z;
}
NARROW1(cproj)

/* i z and -i z */
static long double complex times_i(long double complex z)
{
	return CMPLXL(-__imag__ z, __real__ z);
}

static long double complex over_i(long double complex z)
{
	return CMPLXL(__imag__ z, -__real__ z);
}

long double complex cexpl(long double complex z)
{
	long double size = expl(__real__ z), sine, cosine;

	if (__imag__ z == 0)
		return CMPLXL(size, __imag__ z);
	sincosl(__imag__ z, &sine, &cosine);
	if (isinf(size) && isfinite(__real__ z)) {
		/* The parts may be finite yet. */
		size = expl(__real__ z - 1000);
		return CMPLXL(size * cosine * expl(500) * expl(500), size * sine * expl(500) * expl(500));
	}
	return CMPLXL(size * cosine, size * sine);
}
NARROW1(cexp)

/* log |z| of a z near 1 is by what its square exceeds 1. */
static long double log_size(long double x, long double y)
{
	long double size = hypotl(x, y);

	x = fabsl(x);
	y = fabsl(y);
	if (size > 0.5L && size < 2) {
		long double larger = fmaxl(x, y), smaller = fminl(x, y);

		return 0.5L * log1pl(fmal(smaller, smaller, (larger - 1) * (larger + 1)));
	}
	return logl(size);
}

long double complex clogl(long double complex z)
{
	return CMPLXL(log_size(__real__ z, __imag__ z), cargl(z));
}
NARROW1(clog)

long double complex csqrtl(long double complex z)
{
	long double x = __real__ z, y = __imag__ z, t;

	if (x == 0 && y == 0)
		return CMPLXL(0, y);
	if (isinf(y))
		return CMPLXL(INFINITY, y);
	if (isnan(x) || isnan(y))
		return isinf(x) && x < 0 ? CMPLXL(fabsl(y), INFINITY) : CMPLXL(x, isinf(x) ? y : x + y);
	if (isinf(x))
		return x > 0 ? CMPLXL(x, copysignl(0, y)) : CMPLXL(0, copysignl(INFINITY, y));
	t = sqrtl((fabsl(x) / 2 + hypotl(x / 2, y / 2)));
	if (x >= 0)
		return CMPLXL(t, y / (2 * t));
	return CMPLXL(fabsl(y) / (2 * t), copysignl(t, y));
}
NARROW1(csqrt)

long double complex cpowl(long double complex z, long double complex w)
{
	if (__real__ w == 0 && __imag__ w == 0)
		return 1;
	if (__real__ z == 0 && __imag__ z == 0)
		return __real__ w > 0 ? 0 : CMPLXL(NAN, NAN);
	return cexpl(w * clogl(z));
}

double complex cpow(double complex z, double complex w)
{
	return (double complex)cpowl(z, w);
}

float complex cpowf(float complex z, float complex w)
{
	return (float complex)cpowl(z, w);
}

long double complex csinhl(long double complex z)
{
	long double sine, cosine;

	if (__imag__ z == 0)
		return CMPLXL(sinhl(__real__ z), __imag__ z);
	sincosl(__imag__ z, &sine, &cosine);
	if (isinf(__real__ z) && !isfinite(__imag__ z))
		return CMPLXL(__real__ z, NAN);
	return CMPLXL(sinhl(__real__ z) * cosine, coshl(__real__ z) * sine);
}
NARROW1(csinh)

long double complex ccoshl(long double complex z)
{
	long double sine, cosine;

	if (__imag__ z == 0)
		return CMPLXL(coshl(__real__ z), __real__ z > 0 ? __imag__ z : -__imag__ z);
	sincosl(__imag__ z, &sine, &cosine);
	if (isinf(__real__ z) && !isfinite(__imag__ z))
		return CMPLXL(INFINITY, NAN);
	return CMPLXL(coshl(__real__ z) * cosine, sinhl(__real__ z) * sine);
}
NARROW1(ccosh)

/* (sinh 2x + i sin 2y) / (cosh 2x + cos 2y) */
long double complex ctanhl(long double complex z)
{
	long double x = __real__ z, y = __imag__ z, sine, cosine, sh, ch, below;

	if (fabsl(x) > 25) {
		long double small = isfinite(y) && !isinf(x) ? 4 * sinl(y) * cosl(y) * expl(-2 * fabsl(x)) : copysignl(0, y);

		return CMPLXL(copysignl(1, x), small);
	}
	sincosl(y, &sine, &cosine);
	sh = sinhl(x);
	ch = coshl(x);
	below = sh * sh + cosine * cosine;
	return CMPLXL(sh * ch / below, y == 0 ? y : sine * cosine / below);
}
NARROW1(ctanh)

long double complex csinl(long double complex z)
{
	return over_i(csinhl(times_i(z)));
}
NARROW1(csin)

long double complex ccosl(long double complex z)
{
	return ccoshl(times_i(z));
}
NARROW1(ccos)

long double complex ctanl(long double complex z)
{
	return over_i(ctanhl(times_i(z)));
}
NARROW1(ctan)

/* Kahan's formulas, which keep the sides of the cuts apart. */
long double complex casinhl(long double complex z)
{
	return times_i(casinl(over_i(z)));
}
NARROW1(casinh)

long double complex casinl(long double complex z)
{
	long double complex below = csqrtl(CMPLXL(1 - __real__ z, -__imag__ z));
	long double complex above = csqrtl(CMPLXL(1 + __real__ z, __imag__ z));

	return CMPLXL(atan2l(__real__ z, __real__ below * __real__ above - __imag__ below * __imag__ above),
		      asinhl(__real__ below * __imag__ above - __imag__ below * __real__ above));
}
NARROW1(casin)

long double complex cacosl(long double complex z)
{
	long double complex below = csqrtl(CMPLXL(1 - __real__ z, -__imag__ z));
	long double complex above = csqrtl(CMPLXL(1 + __real__ z, __imag__ z));

	return CMPLXL(2 * atan2l(__real__ below, __real__ above),
		      asinhl(__real__ above * __imag__ below - __imag__ above * __real__ below));
}
NARROW1(cacos)

long double complex cacoshl(long double complex z)
{
	long double complex below = csqrtl(CMPLXL(__real__ z - 1, __imag__ z));
	long double complex above = csqrtl(CMPLXL(__real__ z + 1, __imag__ z));

	return CMPLXL(asinhl(__real__ below * __real__ above + __imag__ below * __imag__ above),
		      2 * atan2l(__imag__ below, __real__ above));
}
NARROW1(cacosh)

long double complex catanhl(long double complex z)
{
	long double x = __real__ z, y = __imag__ z, square;

	if (x == 0)
		return CMPLXL(x, atanl(y));
	if (isinf(x) || isinf(y) || hypotl(x, y) > 0x1p60L)
		return CMPLXL(copysignl(0, x), copysignl(1.57079632679489661923132169163975144L, y));
	square = (1 - fabsl(x)) * (1 - fabsl(x)) + y * y;
	return CMPLXL(copysignl(0.25L * log1pl(4 * fabsl(x) / square), x),
		      y == 0 && fabsl(x) <= 1 ? y : 0.5L * atan2l(2 * y, (1 - x) * (1 + x) - y * y));
}
NARROW1(catanh)

long double complex catanl(long double complex z)
{
	return over_i(catanhl(times_i(z)));
}
NARROW1(catan)
