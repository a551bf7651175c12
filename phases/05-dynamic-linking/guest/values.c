/*
 * values FUNCTION COUNT SEED: results of a function of double on pseudo-random arguments, as records of three
 * doubles: x, y (0 for functions of one), f(x, y). judge.c reads them.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Where arguments lie: evenly in [low, high]; with `wide` 1 by exponents in [low, high] and of either sign; with 2 at any
 * distance of the integers there.
 */
struct range {
	double low, high;
	int wide, positive;
};

/* Orders of Bessel functions are integers. */
static double jn_of(double x, double order)
{
	return jn((int)fmod(order, 30), x);
}

static double yn_of(double x, double order)
{
	return yn((int)fmod(order, 30), x);
}

static const struct {
	const char *name;
	double (*one)(double);
	double (*two)(double, double);
	struct range ranges[4];
} functions[] = {
#define ONE(f, ...) { #f, f, NULL, { __VA_ARGS__ } }
#define TWO(f, ...) { #f, NULL, f, { __VA_ARGS__ } }
	ONE(acos, { -1, 1, 0, 0 }), ONE(acosh, { 1, 20, 0, 0 }, { 0, 1000, 1, 1 }), ONE(asin, { -1, 1, 0, 0 }, { -40, -1, 1, 0 }),
	ONE(asinh, { -20, 20, 0, 0 }, { -40, 1000, 1, 0 }), ONE(atan, { -10, 10, 0, 0 }, { -40, 100, 1, 0 }),
	ONE(atanh, { -1, 1, 0, 0 }, { -40, -1, 1, 0 }), ONE(cbrt, { -1000, 1000, 1, 0 }), ONE(cos, { -100, 100, 0, 0 }, { -20, 1023, 1, 0 }),
	ONE(cosh, { -700, 700, 0, 0 }, { -30, 8, 1, 0 }), ONE(exp, { -708, 709, 0, 0 }, { -40, 8, 1, 0 }),
	ONE(exp2, { -1021, 1023, 0, 0 }, { -40, 8, 1, 0 }), ONE(expm1, { -40, 700, 0, 0 }, { -60, 6, 1, 0 }),
	ONE(log, { 0.5, 2, 0, 0 }, { -1020, 1023, 1, 1 }), ONE(log10, { 0.5, 2, 0, 0 }, { -1020, 1023, 1, 1 }),
	ONE(log1p, { -1, 2, 0, 0 }, { -60, 1000, 1, 1 }), ONE(log2, { 0.5, 2, 0, 0 }, { -1020, 1023, 1, 1 }),
	ONE(sin, { -100, 100, 0, 0 }, { -40, 1023, 1, 0 }), ONE(sinh, { -700, 700, 0, 0 }, { -40, 8, 1, 0 }),
	ONE(sqrt, { -1000, 1000, 1, 1 }), ONE(tan, { -100, 100, 0, 0 }, { -40, 1023, 1, 0 }), ONE(tanh, { -20, 20, 0, 0 }, { -40, 2, 1, 0 }),
	TWO(atan2, { -10, 10, 0, 0 }, { -100, 100, 1, 0 }), TWO(hypot, { -10, 10, 0, 0 }, { -400, 400, 1, 0 }),
	TWO(pow, { 0, 100, 0, 0 }, { -8, 8, 1, 1 }), TWO(fmod, { -100, 100, 0, 0 }, { -200, 200, 1, 0 }),
	ONE(erf, { -6, 6, 0, 0 }, { -40, 2, 1, 0 }), ONE(erfc, { -6, 26, 0, 0 }, { -40, 4, 1, 0 }),
	ONE(lgamma, { 0, 30, 0, 0 }, { -40, 1000, 1, 1 }, { -30, 0, 0, 0 }, { -25, -1, 2, 0 }),
	ONE(tgamma, { -30, 170, 0, 0 }, { -40, 2, 1, 0 }),
	ONE(j0, { -100, 100, 0, 0 }), ONE(j1, { -100, 100, 0, 0 }), ONE(y0, { 0, 100, 0, 0 }), ONE(y1, { 0, 100, 0, 0 }),
	{ "jn", NULL, jn_of, { { 0, 100, 0, 0 } } }, { "yn", NULL, yn_of, { { 0, 100, 0, 0 } } },
};

static uint64_t state;

static uint64_t random64(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dULL;
}

static double argument(const struct range *range)
{
	double unit = (double)(random64() >> 11) * 0x1p-53;

	if (!range->wide)
		return range->low + unit * (range->high - range->low);
	if (range->wide == 2) {
		double nearest = floor(range->low + unit * (range->high - range->low + 1));
		double distance = ldexp(1 + unit, -1 - (int)(random64() % 55));

		return nearest + (random64() & 1 ? distance : -distance);
	}
	unit = ldexp(1 + unit, (int)(range->low + (double)(random64() % (uint64_t)(range->high - range->low + 1))));
	return range->positive || random64() & 1 ? unit : -unit;
}

int main(int argc, char **argv)
{
	long count = argc > 2 ? atol(argv[2]) : 0;

	state = argc > 3 ? strtoull(argv[3], NULL, 10) * 0x9e3779b97f4a7c15ULL + 1 : 1;
	for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		int ranges = 0;

		if (argc < 2 || strcmp(functions[i].name, argv[1]))
			continue;
		while (ranges < 4 && functions[i].ranges[ranges].low != functions[i].ranges[ranges].high)
			ranges++;
		for (long n = 0; n < count; n++) {
			const struct range *range = &functions[i].ranges[n % ranges];
			double record[3] = { argument(range), 0, 0 };

			if (functions[i].two) {
				record[1] = argument(range);
				record[2] = functions[i].two(record[0], record[1]);
			} else {
				record[2] = functions[i].one(record[0]);
			}
			if (fwrite(record, sizeof(record), 1, stdout) != 1)
				return 1;
		}
		return 0;
	}
	for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		printf("%s\n", functions[i].name);
	return 0;
}
