/*
 * Functions of double and float by that of long double: one rounding more, of a result that has eleven bits to spare.
 * What has no number for an answer is EDOM, what has too large a one ERANGE.
 */
#ifndef LIBC_INTERNAL_NARROW_H
#define LIBC_INTERNAL_NARROW_H

#include <errno.h>
#include <math.h>

static inline __attribute__((always_inline)) long double __told(long double result, int was_finite, int was_nan)
{
	if (!isfinite(result)) {
		if (isnan(result) && !was_nan)
			errno = EDOM;
		else if (isinf(result) && was_finite)
			errno = ERANGE;
	}
	return result;
}

/* A result that is finite and no longer so when it is narrowed was too large too. */
#define NARROW_BODY(type, value, finite, nan) \
	type narrow = (type)(value); \
	if (!isfinite(narrow)) \
		(void)__told(narrow, finite, nan); \
	return narrow

#define NARROW1(name) \
	double name(double x) \
	{ \
		NARROW_BODY(double, name##l(x), isfinite(x), isnan(x)); \
	} \
	float name##f(float x) \
	{ \
		NARROW_BODY(float, name##l(x), isfinite(x), isnan(x)); \
	}
#define NARROW2(name) \
	double name(double x, double y) \
	{ \
		NARROW_BODY(double, name##l(x, y), isfinite(x) && isfinite(y), isnan(x) || isnan(y)); \
	} \
	float name##f(float x, float y) \
	{ \
		NARROW_BODY(float, name##l(x, y), isfinite(x) && isfinite(y), isnan(x) || isnan(y)); \
	}

#endif
