/*
 * Bessel functions. Of the first kind by Miller's method: the recurrence is run downwards from an order far above,
 * where its wrong start dies out, and the sum J0 + 2 J2 + 2 J4 + ... = 1 scales it; those of the second kind of order
 * 0 and 1 are sums over them (Neumann), of higher ones the recurrence upwards. For large arguments Hankel's series.
 */
#include <math.h>
#include <stddef.h>
#include "narrow.h"

#define PI 0xc90fdaa22168c235p-62L
#define EULER 0x93c467e37db0c7a5p-64L
#define LARGE 50.0L

/* Jn(x) and Yn(x) for x above LARGE, n 0 or 1. */
static void hankel(int n, long double x, long double *first, long double *second)
{
	long double mu = 4.0L * n * n, term = 1, p = 1, q = 0, sine, cosine, phase_sine, phase_cosine, scale;

	for (int k = 1; k < 60; k++) {
		long double next = term * (mu - (2.0L * k - 1) * (2.0L * k - 1)) / (k * 8 * x);

		if (fabsl(next) > fabsl(term) || fabsl(next) < 0x1p-70L)
			break;
		term = next;
		if (k & 1)
			q += k & 2 ? -term : term;
		else
			p += k & 2 ? -term : term;
	}
	/* Of x - (n / 2 + 1 / 4) pi, without losing digits to the difference. */
	sincosl(x, &sine, &cosine);
	phase_sine = n ? -(sine + cosine) : sine - cosine;
	phase_cosine = n ? sine - cosine : sine + cosine;
	scale = 1 / sqrtl(PI * x);
	*first = scale * (p * phase_cosine - q * phase_sine);
	*second = scale * (p * phase_sine + q * phase_cosine);
}

/* Jn(x) of 0 < x <= LARGE, or of an n above x; and what Y0 and Y1 are made of. */
static long double miller(int n, long double x, long double *y0, long double *y1)
{
	int top = n > (int)x ? n : (int)x, start = top + 30 + (int)(3 * cbrtl(top + 1) * 3);
	long double above = 0, here = 0x1p-8000L, sum = 0, wanted = 0, even = 0, odd = 0;

	start += start & 1;
	for (int k = start; k >= 0; k--) {
		long double below = 2.0L * (k + 1) / x * here - above;

		above = here;
		here = below;
		if (k == n)
			wanted = here;
		if (!(k & 1))
			sum += k ? 2 * here : here;
		if (k && !(k & 1))
			even += (k / 2 & 1 ? -1 : 1) * here / (k / 2);
		if (k > 1 && k & 1)
			odd += ((k - 1) / 2 & 1 ? -1 : 1) * here * k / ((long double)((k - 1) / 2) * ((k + 1) / 2));
		if (fabsl(here) > 0x1p8000L) {
			above *= 0x1p-8000L;
			here *= 0x1p-8000L;
			sum *= 0x1p-8000L;
			wanted *= 0x1p-8000L;
			even *= 0x1p-8000L;
			odd *= 0x1p-8000L;
		}
	}
	/* Now `here` is J0 and `above` J1, both times sum. */
	if (y0) {
		long double logarithm = logl(x / 2) + EULER;

		*y0 = 2 / PI * (logarithm * here - 2 * even) / sum;
		*y1 = 2 / PI * ((logarithm - 1) * above - here / x - odd) / sum;
	}
	return wanted / sum;
}

long double jnl(int n, long double x)
{
	long double first, second, sign = 1, before;

	if (isnan(x))
		return x;
	if (n < 0) {
		n = -n;
		sign = n & 1 ? -1 : 1;
	}
	if (x < 0) {
		x = -x;
		sign *= n & 1 ? -1 : 1;
	}
	if (x == 0 || isinf(x))
		return x == 0 && !n ? 1 : sign * 0;
	if (x <= LARGE || n > x)
		return sign * miller(n, x, NULL, NULL);
	hankel(0, x, &before, &second);
	if (!n)
		return before;
	hankel(1, x, &first, &second);
	for (int k = 1; k < n; k++) {
		long double next = 2.0L * k / x * first - before;

		before = first;
		first = next;
	}
	return sign * first;
}

long double ynl(int n, long double x)
{
	long double before, now, unused, sign = 1;

	if (isnan(x))
		return x;
	if (n < 0) {
		n = -n;
		sign = n & 1 ? -1 : 1;
	}
	if (x <= 0)
		return x == 0 ? -1 / (x * x) : (x - x) / (x - x);
	if (isinf(x))
		return 0;
	if (x <= LARGE) {
		(void)miller(0, x, &before, &now);
	} else {
		hankel(0, x, &unused, &before);
		hankel(1, x, &unused, &now);
	}
	if (!n)
		return before;
	for (int k = 1; k < n && !isinf(now); k++) {
		long double next = 2.0L * k / x * now - before;

		before = now;
		now = next;
	}
	return sign * now;
}

#define ORDER(n) \
	long double j##n##l(long double x) \
	{ \
		return jnl(n, x); \
	} \
	NARROW1(j##n) \
	long double y##n##l(long double x) \
	{ \
		return ynl(n, x); \
	} \
	NARROW1(y##n)
ORDER(0)
ORDER(1)

double jn(int n, double x)
{
	return (double)jnl(n, x);
}

float jnf(int n, float x)
{
	return (float)jnl(n, x);
}

double yn(int n, double x)
{
	NARROW_BODY(double, ynl(n, x), isfinite(x), isnan(x));
}

float ynf(int n, float x)
{
	NARROW_BODY(float, ynl(n, x), isfinite(x), isnan(x));
}
