/* The drand48 family: X' = a X + c modulo 2^48, of which the upper bits are used. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static unsigned short own[3];
static uint64_t factor = 0x5deece66dULL;
static unsigned short addend = 11;

static uint64_t step(unsigned short x[3])
{
	uint64_t next = x[0] | (uint32_t)x[1] << 16 | (uint64_t)x[2] << 32;

	next = (next * factor + addend) & 0xffffffffffffULL;
	x[0] = (unsigned short)next;
	x[1] = (unsigned short)(next >> 16);
	x[2] = (unsigned short)(next >> 32);
	return next;
}

double erand48(unsigned short x[3])
{
	return (double)step(x) * 0x1p-48;
}

long nrand48(unsigned short x[3])
{
	return (long)(step(x) >> 17);
}

long jrand48(unsigned short x[3])
{
	return (int32_t)(step(x) >> 16);
}

double drand48(void)
{
	return erand48(own);
}

long lrand48(void)
{
	return nrand48(own);
}

long mrand48(void)
{
	return jrand48(own);
}

unsigned short *seed48(unsigned short seed[3])
{
	static unsigned short before[3];

	memcpy(before, own, sizeof(before));
	memcpy(own, seed, sizeof(own));
	factor = 0x5deece66dULL;
	addend = 11;
	return before;
}

void srand48(long seed)
{
	seed48((unsigned short[3]){ 0x330e, (unsigned short)seed, (unsigned short)((unsigned long)seed >> 16) });
}

void lcong48(unsigned short parameters[7])
{
	memcpy(own, parameters, sizeof(own));
	factor = parameters[3] | (uint32_t)parameters[4] << 16 | (uint64_t)parameters[5] << 32;
	addend = parameters[6];
}
