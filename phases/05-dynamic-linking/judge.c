/*
 * judge FUNCTION <records: how far the results of values.c are from the true values, which libquadmath has with 113
 * bits: one line of the worst distance in units in the last place, or, for functions with zeros that cannot be met
 * (`absolute`), in units of the last place of 1 at most; its argument; and how many were judged.
 */
#include <math.h>
#include <quadmath.h>
#include <stdio.h>
#include <string.h>

static __float128 jn_of(__float128 x, __float128 order)
{
	return jnq((int)order % 30, x);
}

static __float128 yn_of(__float128 x, __float128 order)
{
	return ynq((int)order % 30, x);
}

static const struct {
	const char *name;
	__float128 (*one)(__float128);
	__float128 (*two)(__float128, __float128);
	int absolute;
} functions[] = {
#define ONE(f) { #f, f##q, NULL, 0 }
#define TWO(f) { #f, NULL, f##q, 0 }
	ONE(acos), ONE(acosh), ONE(asin), ONE(asinh), ONE(atan), ONE(atanh), ONE(cbrt), ONE(cos), ONE(cosh), ONE(exp),
	ONE(exp2), ONE(expm1), ONE(log), ONE(log10), ONE(log1p), ONE(log2), ONE(sin), ONE(sinh), ONE(sqrt), ONE(tan), ONE(tanh),
	TWO(atan2), TWO(hypot), TWO(pow), TWO(fmod), ONE(erf), ONE(erfc), ONE(lgamma), ONE(tgamma),
	{ "jn", NULL, jn_of, 1 }, { "yn", NULL, yn_of, 1 },
	{ "j0", j0q, NULL, 1 }, { "j1", j1q, NULL, 1 }, { "y0", y0q, NULL, 1 }, { "y1", y1q, NULL, 1 },
};

/* The distance of neighbours around a value. */
static __float128 unit(__float128 value, int absolute)
{
	int exponent;

	frexpq(value, &exponent);
	if (absolute && exponent < 0)
		exponent = 0;
	return ldexpq(1, (exponent < -1021 ? -1021 : exponent) - 53);
}

int main(int argc, char **argv)
{
	double record[3], worst = 0, at[2] = { 0, 0 };
	long judged = 0, wrong = 0;
	unsigned f = 0;

	while (f < sizeof(functions) / sizeof(functions[0]) && argc > 1 && strcmp(functions[f].name, argv[1]))
		f++;
	if (argc < 2 || f == sizeof(functions) / sizeof(functions[0]))
		return 2;
	while (fread(record, sizeof(record), 1, stdin) == 1) {
		__float128 truth = functions[f].one ? functions[f].one(record[0]) : functions[f].two(record[0], record[1]);
		double distance, nearest = (double)truth;

		judged++;
		if (isnan(nearest) || isinf(nearest)) {
			/* What is no number, or too large for one, is the same here. */
			if (memcmp(&nearest, &record[2], 8) && !(isnan(nearest) && isnan(record[2])))
				wrong++;
			continue;
		}
		distance = (double)(fabsq((__float128)record[2] - truth) / unit(truth, functions[f].absolute));
		if (!(distance <= worst)) {
			worst = distance;
			at[0] = record[0];
			at[1] = record[1];
		}
	}
	printf("%s %.4f %ld %ld %a %a\n", argv[1], worst, judged, wrong, at[0], at[1]);
	return 0;
}
