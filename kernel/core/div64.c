/* 64-bit division on a 32-bit processor: what the compiler calls by these names, and div64_u64(). */
#include <core/types.h>

u64 __udivdi3(u64 n, u64 d);
u64 __umoddi3(u64 n, u64 d);
s64 __divdi3(s64 n, s64 d);
s64 __moddi3(s64 n, s64 d);

/* Both are shifted until the divisor fits 32 bits; the estimate is then at most one too large. */
u64 div64_u64(u64 n, u64 d)
{
	unsigned shift;
	u64 q;

	if (!(d >> 32))
		return div_u64(n, (u32)d);
	shift = 32 - (unsigned)__builtin_clz((u32)(d >> 32));
	q = div_u64(n >> shift, (u32)(d >> shift));
	if (q && q * d > n)
		q--;
	else if (n - q * d >= d)
		q++;
	return q;
}

u64 __udivdi3(u64 n, u64 d) { return div64_u64(n, d); }
u64 __umoddi3(u64 n, u64 d) { return n - div64_u64(n, d) * d; }

s64 __divdi3(s64 n, s64 d)
{
	u64 q = div64_u64(n < 0 ? -(u64)n : (u64)n, d < 0 ? -(u64)d : (u64)d);

	return (n < 0) != (d < 0) ? -(s64)q : (s64)q;
}

s64 __moddi3(s64 n, s64 d) { return n - __divdi3(n, d) * d; }
