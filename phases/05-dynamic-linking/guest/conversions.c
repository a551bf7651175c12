/*
 * conversions KIND COUNT SEED: printf, strtod, strtol, scanf on pseudo-random input. Of each block of inputs a line
 * with a sum over all that came out, so that two C libraries can be compared; a fourth argument, the number of a
 * block, prints that one's results instead.
 */
#include <float.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 1000

static uint64_t state;
static uint32_t sum;
static int spoken;

static uint64_t random64(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dULL;
}

static unsigned below(unsigned limit)
{
	return (unsigned)(random64() >> 33) % limit;
}

static void result(const char *text)
{
	if (spoken)
		puts(text);
	for (; *text; text++)
		sum = (sum ^ (unsigned char)*text) * 16777619u;
	sum = (sum ^ 10) * 16777619u;
}

/* Any bits, or a number as people write them, or one near a power of two or of ten. */
static double random_double(void)
{
	union {
		uint64_t bits;
		double number;
	} u = { random64() };

	switch (below(5)) {
	case 0:
		return (double)(int64_t)random64() / 1000;
	case 1:
		return (double)below(100000) / 100;
	case 2:
		u.number = 1;
		u.bits += (uint64_t)(below(2000)) << 52;
		u.bits += below(3) - 1;
		return u.number;
	default:
		if ((u.bits >> 52 & 0x7ff) == 0x7ff)
			u.bits &= ~(1ULL << 52);
		return u.number;
	}
}

static long double random_long_double(void)
{
	union {
		struct {
			uint64_t mantissa;
			uint16_t exponent;
		} part;
		long double number;
	} u = { .number = 0 };

	if (below(2))
		return (long double)random_double() * (1 + (long double)random64() * 0x1p-64L);
	u.part.mantissa = random64() | 1ULL << 63;
	u.part.exponent = (uint16_t)(1 + below(32765));
	if (below(2))
		u.part.exponent |= 0x8000;
	return u.number;
}

/* A conversion of floating numbers, with flags, width and precision. */
static void float_format(char *format, int is_long)
{
	char *p = format;

	*p++ = '%';
	for (const char *flag = "-+ #0"; *flag; flag++)
		if (!below(4))
			*p++ = *flag;
	if (below(3))
		p += sprintf(p, "%u", below(40));
	if (below(3))
		p += sprintf(p, ".%u", below(below(10) ? 25 : 120));
	if (is_long)
		*p++ = 'L';
	*p++ = "eEfFgGaA"[below(8)];
	*p = '\0';
}

static void print_one(void)
{
	static const char lengths[5][3] = { "", "l", "ll", "h", "hh" };
	char format[64], text[6000], *p = format;
	int kind = (int)below(8), length;

	if (kind < 4) {
		double value = random_double();

		float_format(format, 0);
		snprintf(text, sizeof(text), format, value);
	} else if (kind == 4) {
		long double value = random_long_double();

		float_format(format, 1);
		snprintf(text, sizeof(text), format, value);
	} else {
		uint64_t value = random64() >> below(64);

		*p++ = '%';
		for (const char *flag = "-+ #0"; *flag; flag++)
			if (!below(4))
				*p++ = *flag;
		if (below(2))
			p += sprintf(p, "%u", below(30));
		if (below(2))
			p += sprintf(p, ".%u", below(30));
		length = (int)below(5);
		p = stpcpy(p, lengths[length]);
		*p++ = "diouxX"[below(6)];
		*p = '\0';
		if (length == 2)
			snprintf(text, sizeof(text), format, (long long)value);
		else
			snprintf(text, sizeof(text), format, (int)value);
	}
	result(text);
}

/* Numbers as text: of few digits and many, halves between two neighbours, and what is no number. */
static void make_number(char *text)
{
	char *p = text;
	unsigned digits;

	switch (below(6)) {
	case 0:
		sprintf(text, "%.*e", (int)below(40), random_double());
		return;
	case 1: {
		/* Exactly between two doubles, or a little beside. */
		union {
			uint64_t bits;
			double number;
		} u = { .number = random_double() }, v;

		v.bits = u.bits + 1;
		sprintf(text, "%.*Le", 30 + (int)below(800), ((long double)u.number + v.number) / 2);
		return;
	}
	case 2:
		sprintf(text, "%a", random_double());
		if (below(2))
			sprintf(strchr(text, 'p') ? strchr(text, 'p') : text + strlen(text), "%xp%d", below(65536), (int)below(2200) - 1100);
		return;
	case 3:
		sprintf(text, "%llu%s", (unsigned long long)random64(), below(2) ? ".5" : "e-30");
		return;
	}
	if (!below(3))
		*p++ = "+-"[below(2)];
	for (digits = below(below(20) ? 25 : 900); digits > 0; digits--)
		*p++ = (char)('0' + below(10));
	if (below(3))
		*p++ = '.';
	for (digits = below(30); digits > 0; digits--)
		*p++ = (char)('0' + below(10));
	if (below(2))
		p += sprintf(p, "e%d", (int)below(700) - 350);
	*p = '\0';
	if (!below(50))
		strcpy(text, below(2) ? "  inf" : "nanx");
}

static void parse_one(void)
{
	char text[2000], out[200], *end;
	union {
		double number;
		uint64_t bits;
	} d;
	union {
		float number;
		uint32_t bits;
	} f;
	union {
		long double number;
		struct {
			uint64_t mantissa;
			uint16_t exponent;
		} part;
	} l;
	int used, scanned;
	double other = 0;

	make_number(text);
	d.number = strtod(text, &end);
	used = (int)(end - text);
	f.number = strtof(text, NULL);
	l.number = strtold(text, NULL);
	scanned = sscanf(text, "%lf", &other);
	if (d.number != d.number || l.number != l.number)
		sprintf(out, "nan %d %d", used, scanned);
	else
		sprintf(out, "%016llx %08x %016llx %04x %d %d %d", (unsigned long long)d.bits, f.bits,
			(unsigned long long)l.part.mantissa, l.part.exponent, used, scanned, scanned != 1 || other == d.number);
	if (spoken)
		printf("%s: ", text);
	result(out);
}

static void integer_one(void)
{
	char text[100], out[300], *end;
	int base = (int)below(36) + 1, count;
	long long ll;
	unsigned u = 0;
	long i = 0;

	if (base == 1)
		base = 0;
	sprintf(text, below(2) ? "%llu" : below(2) ? "%#llx" : "-%#llo", (unsigned long long)(random64() >> below(64)));
	if (!below(4))
		sprintf(text + strlen(text), "%c%u", "zZaA_ "[below(6)], below(100));
	ll = strtoll(text, &end, base);
	count = sscanf(text, "%li%u", &i, &u);
	sprintf(out, "%lld %d %ld %lu %d %ld %u", ll, (int)(end - text), strtol(text, NULL, base), strtoul(text, NULL, base),
		count, i, u);
	result(out);
}

int main(int argc, char **argv)
{
	void (*one)(void);
	long count, block;

	if (argc < 4)
		return 2;
	one = !strcmp(argv[1], "printf") ? print_one : !strcmp(argv[1], "strtod") ? parse_one : integer_one;
	count = atol(argv[2]);
	state = strtoull(argv[3], NULL, 10) * 0x9e3779b97f4a7c15ULL + 1;
	block = argc > 4 ? atol(argv[4]) : -1;
	for (long i = 0; i < count; i++) {
		spoken = i / BLOCK == block;
		one();
		if (i % BLOCK == BLOCK - 1 || i == count - 1) {
			if (block < 0)
				printf("%ld %08x\n", i / BLOCK, sum);
			sum = 0;
		}
	}
	return 0;
}
