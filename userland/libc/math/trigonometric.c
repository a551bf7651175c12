/* Sines, cosines and tangents. */
#include <math.h>
#include "angle.h"
#include "narrow.h"

static long double of_quadrant(int quadrant, long double r, long double tail)
{
	long double value = quadrant & 1 ? __cos_near(r, tail) : __sin_near(r, tail);

	return quadrant & 2 ? -value : value;
}

long double sinl(long double x)
{
	long double r, tail;
	int quadrant;

	if (!isfinite(x))
		return x - x;
	if (fabsl(x) < 0x1p-33L)
		return x;
	quadrant = __angle(x, &r, &tail);
	return of_quadrant(quadrant, r, tail);
}
NARROW1(sin)

long double cosl(long double x)
{
	long double r, tail;
	int quadrant;

	if (!isfinite(x))
		return x - x;
	quadrant = __angle(x, &r, &tail);
	return of_quadrant(quadrant + 1, r, tail);
}
NARROW1(cos)

long double tanl(long double x)
{
	long double r, tail, s, c;
	int quadrant;

	if (!isfinite(x))
		return x - x;
	if (fabsl(x) < 0x1p-33L)
		return x;
	quadrant = __angle(x, &r, &tail);
	s = __sin_near(r, tail);
	c = __cos_near(r, tail);
	return quadrant & 1 ? -c / s : s / c;
}
NARROW1(tan)

void sincosl(long double x, long double *sine, long double *cosine)
{
	long double r, tail;
	int quadrant;

	if (!isfinite(x)) {
		*sine = *cosine = x - x;
		return;
	}
	quadrant = __angle(x, &r, &tail);
	*sine = fabsl(x) < 0x1p-33L ? x : of_quadrant(quadrant, r, tail);
	*cosine = of_quadrant(quadrant + 1, r, tail);
}

void sincos(double x, double *sine, double *cosine)
{
	*sine = sin(x);
	*cosine = cos(x);
}

void sincosf(float x, float *sine, float *cosine)
{
	*sine = sinf(x);
	*cosine = cosf(x);
}
