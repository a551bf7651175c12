/* The next number in a direction, by the bits: numbers of one sign are ordered as their bits are. */
#include <math.h>
#include <stdint.h>

union parts {
	long double number;
	struct {
		uint64_t mantissa;
		uint16_t exponent;
	} part;
};

long double nextafterl(long double x, long double y)
{
	union parts u = { x };

	if (isnan(x) || isnan(y))
		return x + y;
	if (x == y)
		return y;
	if (x == 0) {
		u.part.mantissa = 1;
		u.part.exponent = signbit(y) ? 0x8000 : 0;
		return u.number;
	}
	if ((x < y) == (x > 0)) {
		if (!(++u.part.mantissa & ~(1ULL << 63))) {
			u.part.mantissa = 1ULL << 63;
			u.part.exponent++;
		}
	} else if (isinf(x)) {
		u.part.mantissa = UINT64_MAX;
		u.part.exponent--;
	} else if (!(u.part.mantissa-- & ~(1ULL << 63)) && u.part.exponent & 0x7fff) {
		u.part.exponent--;
		u.part.mantissa = u.part.exponent & 0x7fff ? UINT64_MAX : UINT64_MAX >> 1;
	}
	return u.number;
}

double nexttoward(double x, long double y)
{
	union {
		double number;
		int64_t bits;
	} u = { x };

	if (isnan(x) || isnan(y))
		return x + (double)y;
	if (x == y)
		return (double)y;
	if (x == 0) {
		u.bits = 1;
		return signbit(y) ? -u.number : u.number;
	}
	u.bits += (x < y) == (x > 0) ? 1 : -1;
	return u.number;
}

double nextafter(double x, double y)
{
	return nexttoward(x, y);
}

float nexttowardf(float x, long double y)
{
	union {
		float number;
		int32_t bits;
	} u = { x };

	if (isnan(x) || isnan(y))
		return x + (float)y;
	if (x == y)
		return (float)y;
	if (x == 0) {
		u.bits = 1;
		return signbit(y) ? -u.number : u.number;
	}
	u.bits += (x < y) == (x > 0) ? 1 : -1;
	return u.number;
}

float nextafterf(float x, float y)
{
	return nexttowardf(x, y);
}

long double nexttowardl(long double x, long double y)
{
	return nextafterl(x, y);
}
