/*
 * The gamma function and its logarithm. Around 2 there is a series, log gamma(2 + z) = (1 - euler) z +
 * sum (zeta(k) - 1) (-z)^k / k; products lead there from elsewhere, and Stirling's series takes over where they would
 * be long. Near its zeros at negative arguments the logarithm has lost digits.
 */
#include <math.h>
#include "narrow.h"

#define PI 0xc90fdaa22168c235p-62L
#define LN_PI 0x928682473d0de85fp-63L
#define HALF_LN_2PI 0xeb3f8e4325f5a535p-64L
#define ONE_LESS_EULER 0xd8773039049e70b6p-65L

int signgam;

/* log gamma(2 + z), |z| at most 1/2. */
static long double near_two(long double z)
{
	static const long double terms[] = {
		0xa51a6625307d3231p-65L, -0x89f000d2abb03409p-67L, 0xa8991563ec241b60p-69L, -0xf2027e10c7af8c37p-71L,
		0xbd6eb756db617ea5p-72L, -0x9c562e15fc703e76p-73L, 0x859b57c31cb745f3p-74L, -0xe9fea63b697e3e38p-76L,
		0xd093d878beb2d19dp-77L, -0xbc6f2debe40f7797p-78L, 0xac06e77337581126p-79L, -0x9e5e4b1e7112142bp-80L,
		0x92cbd1cf9a555c81p-81L, -0x88d975bb3caa08e4p-82L, 0x803266f5917879d0p-83L, -0xf13006c9e7e975dap-85L,
		0xe3b5dd9f83d26bb3p-86L, -0xd7ad365dfc54bb2cp-87L, 0xccdc9e1038587a06p-88L, -0xc31639a6f9f56366p-89L,
		0xba34ed667d6e6593p-90L, -0xb21a54223d75681bp-91L, 0xaaad43bffe9614f1p-92L, -0xa3d8b3c92c68720ap-93L,
		0x9d8ae9597e085e28p-94L, -0x97b4d4fd5f1efcbdp-95L, 0x92499519ba1a620cp-96L, -0x8d3e13761291e29fp-97L,
		0x8888b7349f6cbc72p-98L, -0x8421265e2a1ec141p-99L, 0x80001371fb227a6bp-100L, -0xf83e28a7e4f8505dp-102L,
		0xf0f1013557e6bd3bp-103L, -0xea0eab72f7170ebcp-104L, 0xe38e3fb78871b5fep-105L, -0xdd67cd13de44d6b6p-106L,
		0xd79438c5086b7141p-107L, -0xd20d22b01f2dad3bp-108L,
	};
	long double sum = 0;

	for (int i = (int)(sizeof(terms) / sizeof(terms[0])) - 1; i >= 0; i--)
		sum = sum * z + terms[i];
	return z * (sum * z + ONE_LESS_EULER);
}

/* log gamma(x), x at least 18. */
static long double stirling(long double x)
{
	static const long double terms[] = {
		0xaaaaaaaaaaaaaaabp-67L, -0xb60b60b60b60b60bp-72L, 0xd00d00d00d00d00dp-74L, -0x9c09c09c09c09c0ap-74L,
		0xdca8f158c7f91ab8p-74L, -0xfb5586ccc9e3e410p-73L, 0xd20d20d20d20d20dp-71L, -0xf21436587a9cbee1p-69L,
		0xb7f4b1c0f033ffd1p-66L, -0xb23b3808c0f9cf6ep-63L, 0xd672219167002d3ap-60L,
	};
	long double inverse = 1 / x, square = inverse * inverse, sum = 0;

	for (int i = (int)(sizeof(terms) / sizeof(terms[0])) - 1; i >= 0; i--)
		sum = sum * square + terms[i];
	return (x - 0.5L) * (logl(x) - 1) + (HALF_LN_2PI - 0.5L + sum * inverse);
}

/* sin(pi x) for a negative x that is no integer: its parity is left out. */
static long double sin_pi(long double x)
{
	long double rest = x - floorl(x);

	return sinl(PI * (rest > 0.5L ? 1 - rest : rest));
}

/* log gamma(x) of a positive x. */
static long double positive(long double x)
{
	long double product = 1;

	if (x >= 18)
		return stirling(x);
	if (x < 0.5L)
		return near_two(x) - logl(x) - log1pl(x);	/* gamma(2 + x) / ((1 + x) x) */
	if (x < 1.5L)
		return near_two(x - 1) - logl(x);
	for (; x > 2.5L; x--)
		product *= x - 1;
	return logl(product) + near_two(x - 2);
}

long double lgammal_r(long double x, int *sign)
{
	long double reflected;

	*sign = signbit(x) ? -1 : 1;
	if (isnan(x))
		return x;
	if (isinf(x))
		return INFINITY;
	if (x == 0)
		return 1 / fabsl(x);
	if (fabsl(x) < 0x1p-60L)
		return -logl(fabsl(x));
	if (x > 0)
		return positive(x);
	if (x == floorl(x)) {
		*sign = 1;
		return 1 / (x - x);
	}
	*sign = fmodl(floorl(x), 2) == 0 ? 1 : -1;
	reflected = logl(PI / fabsl(x * sin_pi(x)));
	return reflected - positive(-x);
}

double lgamma_r(double x, int *sign)
{
	NARROW_BODY(double, lgammal_r(x, sign), isfinite(x), isnan(x));
}

float lgammaf_r(float x, int *sign)
{
	NARROW_BODY(float, lgammal_r(x, sign), isfinite(x), isnan(x));
}

long double lgammal(long double x)
{
	return lgammal_r(x, &signgam);
}

double lgamma(double x)
{
	return lgamma_r(x, &signgam);
}

float lgammaf(float x)
{
	return lgammaf_r(x, &signgam);
}

/* Whatever is further from 2 than 1/2 is multiplied or divided step by step. */
long double tgammal(long double x)
{
	long double above = 1, below = 1;

	if (isnan(x) || (isinf(x) && x > 0))
		return x;
	if (x == 0)
		return 1 / x;
	if (x < 0 && x == floorl(x))
		return (x - x) / (x - x);
	if (x > 1760)
		return INFINITY;
	if (x < -1800)
		return fmodl(floorl(x), 2) == 0 ? 0.0L : -0.0L;
	if (x < -20) {
		long double other = tgammal(1 - x);

		return (fmodl(floorl(x), 2) == 0 ? PI : -PI) / sin_pi(x) / other;
	}
	for (; x > 2.5L; x--)
		above *= x - 1;
	for (; x < 1.5L; x++)
		below *= x;
	return expl(near_two(x - 2)) * above / below;
}
NARROW1(tgamma)
