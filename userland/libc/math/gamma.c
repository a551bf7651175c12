/*
 * The gamma function and its logarithm. Around 2 there is a series, log gamma(2 + z) = (1 - euler) z +
 * sum (zeta(k) - 1) (-z)^k / k; products lead there from elsewhere, and Stirling's series takes over where they would
 * be long. Near its zeros at negative arguments the logarithm is reckoned from the zero on.
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

/* Of Stirling's series: sum B(2k) / (2k (2k - 1)) x^(1 - 2k). */
static const long double stirling_terms[] = {
	0xaaaaaaaaaaaaaaabp-67L, -0xb60b60b60b60b60bp-72L, 0xd00d00d00d00d00dp-74L, -0x9c09c09c09c09c0ap-74L,
	0xdca8f158c7f91ab8p-74L, -0xfb5586ccc9e3e410p-73L, 0xd20d20d20d20d20dp-71L, -0xf21436587a9cbee1p-69L,
	0xb7f4b1c0f033ffd1p-66L, -0xb23b3808c0f9cf6ep-63L, 0xd672219167002d3ap-60L,
};
#define STIRLING_TERMS ((int)(sizeof(stirling_terms) / sizeof(stirling_terms[0])))

/* log gamma(x), x at least 18. */
static long double stirling(long double x)
{
	long double inverse = 1 / x, square = inverse * inverse, sum = 0;

	for (int i = STIRLING_TERMS - 1; i >= 0; i--)
		sum = sum * square + stirling_terms[i];
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

/* Where log |gamma(e - n)| is 0, n from 2 on: e below 0 and above it, each the sum of two. */
static const struct zero {
	long double high, low;
} zeros[][2] = {
	{ { -0xe9ff25803e1b0558p-65L, 0x9b0675072fc769e6p-131L }, { 0, 0 } },
	{ { -0x9306de4f2cd7bee3p-66L, 0xcb32961322cd5d5ap-135L },
	  { 0x812fbd7909bfcd0dp-65L, -0xad25a320f575fa58p-131L } },
	{ { -0xa139e16656030c3ap-68L, 0xf4f21e7eed53e840p-136L },
	  { 0xb71d5707a035e8f3p-68L, -0x8ac252246d986415p-133L } },
	{ { -0x86a57f0b6d90ca93p-70L, -0xadcb2a729bd98d5ep-137L },
	  { 0x8a8859115032bbccp-70L, -0xaa4076988501d7d8p-136L } },
	{ { -0xb592c4be4676c0f8p-73L, -0xb65b458e172e1ab1p-138L },
	  { 0xb6853705f9504562p-73L, 0xa74d0b38481c701cp-138L } },
	{ { -0xcff7b7f87adf4483p-76L, 0x8c919e1f5536678dp-142L },
	  { 0xd02251e4400c29d9p-76L, 0x9347b805bc17f9ffp-141L } },
	{ { -0xd00a2cfe4fb0659ep-79L, -0xec1cec8576677ca5p-144L },
	  { 0xd00fd4c61e1ab0bfp-79L, -0xb522b0ca9d2e8838p-144L } },
	{ { -0xb8eed1f61b5b6110p-82L, 0x91e5710a4297b09dp-151L },
	  { 0xb8ef685fc00de6c6p-82L, -0xaba492cf3f101087p-147L } },
	{ { -0x93f2777324f68bb3p-85L, 0x87aaef87f3de491cp-150L },
	  { 0x93f2840465f3aa31p-85L, 0xb5f57072c5a2921ap-153L } },
	{ { -0xd7322a62bb2cb4e0p-89L, 0xadf8da0ae37ff91ap-159L },
	  { 0xd7322c1c9924a65bp-89L, -0xb6f4634169391602p-154L } },
	{ { -0x8f76c7731567c0f0p-92L, -0x943ce1e4837d59d6p-158L },
	  { 0x8f76c78c7821be53p-92L, 0xf0b0da1d09f18dcfp-158L } },
	{ { -0xb092309c06683dd2p-96L, 0x8df8391fef50bd48p-161L },
	  { 0xb092309e80685a00p-96L, 0xe2a0aadcb5dbccbbp-162L } },
	{ { -0xc9cba545e94e75ecp-100L, -0xae31eea7c4a03cebp-165L },
	  { 0xc9cba5461e7b5c1fp-100L, 0xc5dd12476e37013ap-165L } },
	{ { -0xd73f9f399bd0e421p-104L, 0xf42c239c9e8edf17p-173L },
	  { 0xd73f9f399fb10cfdp-104L, -0xe3f13a6e6af93c7cp-169L } },
	{ { -0xd73f9f399da1424cp-108L, 0xd88dc1d1060ba500p-177L },
	  { 0xd73f9f399de0aed2p-108L, -0xe5c9a226c4d3e84dp-173L } },
	{ { -0xca963b8185688877p-112L, 0xd697166c4fa893d6p-178L },
	  { 0xca963b81856c1e3cp-112L, -0xd41145c0115331d7p-177L } },
	{ { -0xb413c31dcbeca4c4p-116L, 0x9a00a6896d9a1ce4p-181L },
	  { 0xb413c31dcbecd2f7p-116L, 0x9a91b3cf06f7c68ep-181L } },
	{ { -0x97a4da340a0ab81bp-120L, -0xf63e3e0038e57f23p-185L },
	  { 0x97a4da340a0aba31p-120L, 0x9b3471ede8208b5ap-186L } },
	{ { -0xf2a15d2010112828p-125L, 0xccdd72b00976701dp-190L },
	  { 0xf2a15d2010112853p-125L, 0xc6f9543d5d7ea412p-195L } },
};
#define ZEROS ((int)(sizeof(zeros) / sizeof(zeros[0])))

/* log gamma(b + d) - log gamma(b), b at least 1, by factors of d alone: its digits are the result's. */
static long double difference(long double b, long double d)
{
	long double product = 0, a, inverse, other, square, sum = 0, slope = 0;

	for (; b < 18; b++) {
		long double step = d / b;

		product += step + product * step;
	}
	a = b + d;
	inverse = 1 / a;
	other = 1 / b;
	square = other * other;
	/* The series at 1 / a, and how it rises from 1 / b to there. */
	for (int i = STIRLING_TERMS - 1; i >= 0; i--) {
		slope = slope * square + sum;
		sum = sum * inverse * inverse + stirling_terms[i];
	}
	sum = -d * inverse * other * (sum + other * (inverse + other) * slope);
	return (a - 0.5L) * log1pl(d / b) + d * (logl(b) - 1) + sum - log1pl(product);
}

/*
 * log |gamma(e - n)| close to a zero. gamma(x) gamma(1 - x) is pi / sin(pi x): what both factors on the right side of
 * log |gamma(x)| = log(sin(pi zero) / sin(pi x)) + log gamma(1 - zero) - log gamma(1 - x) add is in proportion to the
 * distance from the zero.
 */
static long double close_to_zero(int n, long double e)
{
	const struct zero *zero = &zeros[n - 2][e > 0];
	long double d = e - zero->high - zero->low;
	long double ratio = -2 * cosl(PI / 2 * (zero->high + e)) * sinl(PI / 2 * d) / sinl(PI * e);

	return log1pl(ratio) + difference(1 + n - e, d);
}

long double lgammal_r(long double x, int *sign)
{
	long double result, nearest;

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
	result = logl(PI / fabsl(x * sin_pi(x))) - positive(-x);
	if (fabsl(result) > 0.5L || x > -2)
		return result;
	nearest = roundl(-x);
	return nearest < ZEROS + 2 ? close_to_zero((int)nearest, x + nearest) : result;
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
