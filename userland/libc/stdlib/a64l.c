/* Numbers of 32 bits in six digits of 64 each, least significant first: ./0-9A-Za-z. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

long a64l(const char *string)
{
	uint32_t value = 0;
	const char *digit;

	for (int shift = 0; shift < 36 && *string && (digit = strchr(digits, *string)); shift += 6, string++)
		value |= (uint32_t)(digit - digits) << shift;
	return (int32_t)value;
}

char *l64a(long number)
{
	static char text[7];
	uint32_t value = (uint32_t)number;
	char *p = text;

	for (; value; value >>= 6)
		*p++ = digits[value & 63];
	*p = '\0';
	return text;
}
