/* Absolute values, quotients, pseudo-random numbers. */
#include <inttypes.h>
#include <stdlib.h>
#include "thread.h"

int abs(int number)
{
	return number < 0 ? -number : number;
}

long labs(long number)
{
	return number < 0 ? -number : number;
}

long long llabs(long long number)
{
	return number < 0 ? -number : number;
}

intmax_t imaxabs(intmax_t number)
{
	return llabs(number);
}

div_t div(int numerator, int denominator)
{
	return (div_t){ numerator / denominator, numerator % denominator };
}

ldiv_t ldiv(long numerator, long denominator)
{
	return (ldiv_t){ numerator / denominator, numerator % denominator };
}

lldiv_t lldiv(long long numerator, long long denominator)
{
	return (lldiv_t){ numerator / denominator, numerator % denominator };
}

imaxdiv_t imaxdiv(intmax_t numerator, intmax_t denominator)
{
	return (imaxdiv_t){ numerator / denominator, numerator % denominator };
}

/* A 64-bit linear congruential generator, of which the upper bits are used. */
static uint64_t state = 1;
static volatile int lock;

static int step(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (int)(*state >> 33);
}

int rand(void)
{
	int number;

	__lock(&lock);
	number = step(&state);
	__unlock(&lock);
	return number;
}

void srand(unsigned seed)
{
	__lock(&lock);
	state = seed;
	__unlock(&lock);
}

int rand_r(unsigned *seed)
{
	uint64_t wide = *seed;
	int number = step(&wide);

	*seed = (unsigned)(wide >> 16);
	return number;
}

long random(void)
{
	return rand();
}

void srandom(unsigned seed)
{
	srand(seed);
}
