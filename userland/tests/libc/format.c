/* Formatted output and input of numbers, compared with the host's C library. */
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static uint64_t state = 88172645463325252ULL;

static uint64_t random64(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void floats(double d)
{
	static const char *const formats[] = {
		"%f", "%e", "%g", "%a", "%.0f", "%.1f", "%.3e", "%.10g", "%.17g", "%#g", "%+.2f", "% g", "%020.3f",
		"%-20.3e|", "%.0e", "%#.0e", "%G", "%E", "%A", "%.1a", "%.0a", "%.40f", "%25.12a|", "%.50e", "%#.0f",
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		printf(formats[i], d);
		putchar('\n');
	}
}

static void parse(const char *string)
{
	char *end;
	double d;
	float f;
	long double l;

	errno = 0;
	d = strtod(string, &end);
	printf("%s: %a %d %d", string, d, (int)(end - string), errno);
	errno = 0;
	f = strtof(string, &end);
	printf(" %a %d %d", f, (int)(end - string), errno);
	errno = 0;
	l = strtold(string, &end);
	printf(" %La %d %d\n", l, (int)(end - string), errno);
}

static void integers(long long n)
{
	static const char *const formats[] = {
		"%lld", "%llu", "%llx", "%#llX", "%llo", "%#llo", "%20lld|", "%-20lld|", "%020lld", "%+lld", "% lld",
		"%.5lld", "%10.5lld", "%-10.5llx|", "%#.3llx", "%.0lld", "%#.0llo", "%+.0lld|", "%hhd", "%hu", "%d", "%lx",
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		printf(formats[i], n);
		putchar('\n');
	}
}

static void scan(const char *string, const char *format)
{
	int a = -1, b = -1, n = -1, count;
	char text[64] = "-";

	count = sscanf(string, format, &a, &b, text, &n);
	printf("scan %s with %s: %d %d %d %s %d\n", string, format, count, a, b, text, n);
}

int main(void)
{
	static const double values[] = {
		0.0, -0.0, 1, -1, 0.5, 0.1, 1.5, 2.5, 3.5, 0.25, 0.125, 9.5, 9.995, 99.5, 999998.5, 1e5, 1e6, 123456789,
		1e15, 1e16, 1e17, 1e22, 1e23, 1e100, 1e300, DBL_MAX, DBL_MIN, 4.9e-324, 2.2250738585072011e-308, 1e-5,
		1e-4, 0.0001234, 3.141592653589793, INFINITY, -INFINITY, 1.0 / 3, 2.0 / 3, 5e-7, 1e-10, 0x1.fffffep+127,
	};
	static const char *const numbers[] = {
		"0", "-0", "1", "1.5", ".5", "5.", ".", "", "e5", "1e", "1e+", "1e5", "1E-5", "0x", "0x1p4", "0x.8", "0x1.8p-2",
		"inf", "-Infinity", "nan", "nan(123)", "infin", "1e400", "-1e400", "1e-400", "4.9e-324", "2.4e-324", "2.5e-324",
		"2.2250738585072011e-308", "2.2250738585072012e-308", "2.2250738585072014e-308", "1.7976931348623157e308",
		"1.7976931348623159e308", "9007199254740993", "9007199254740992.5", "9007199254740993.0000000000000001",
		"0.1", "0.3", "123456789012345678901234567890", "1e23", "8.5e22", "  42xyz", "+7", "--7", "1e4931", "1e-4950",
		"3.6e-4951", "1e5000", "1e-5000", "1e999999999999", "0e999999999", "0x1.fffffffffffff8p0", "0x1.fffffffffffff7p0",
		"0x1p-1074", "0x1p-1075", "0x1.8p-1075", "16777217", "16777219", "3.4028235e38", "3.4028236e38", "7.0e-46", "7.1e-46",
	};
	static const long long ints[] = { 0, 1, -1, 42, INT_MAX, INT_MIN, LLONG_MAX, LLONG_MIN, 255, 65535, 1000000007 };
	char buffer[64];
	int n;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		floats(values[i]);
	for (int i = 0; i < 2000; i++) {
		union {
			uint64_t bits;
			double d;
		} u = { random64() };

		if (isfinite(u.d))
			printf("%.17g %.3f %a %g %.25e\n", u.d, u.d, u.d, u.d, u.d);
		snprintf(buffer, sizeof(buffer), "%llu.%llue%d", (unsigned long long)random64() >> (i % 50),
			 (unsigned long long)random64(), (int)(random64() % 640) - 330);
		parse(buffer);
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		parse(numbers[i]);
	for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]); i++)
		integers(ints[i]);
	printf("%Lf %Le %Lg %La %.30Lf\n", 1.1L, 1e4000L, 0.1L, 0.1L, 1e-20L);
	printf("%La %La %.3La\n", LDBL_MAX, LDBL_MIN, 1.0L / 3);
	printf("%s|%10s|%-10s|%.2s|%.*s|%*s|%c|%%|%5c|\n", "abc", "abc", "abc", "abc", 1, "abc", 6, "x", 'q', 'r');
	printf("%2$s %1$s %3$*3$d|%4$.*5$f\n", "one", "two", 5, 2.5, 0);
	printf("%p %p %s\n", (void *)0, (void *)0x1234, (char *)0);
	printf("%ls|%lc|%.3ls|\n", L"hello", (wint_t)'w', L"xyzzy");
	printf("%d%n", 12345, &n);
	printf(" %d\n", n);
	printf("%d\n", snprintf(buffer, 5, "hello %d", 12));
	puts(buffer);
	printf("%d\n", snprintf(NULL, 0, "%1000d", 1));
	scan("12 34 word", "%d %d %s%n");
	scan("12,34;word", "%d,%d;%[a-z]%n");
	scan("0x1f 077 x", "%i %i %s%n");
	scan("abc", "%d %d %s%n");
	scan("", "%d %d %s%n");
	scan("12", "%d %d %s%n");
	scan("123456", "%3d%2d%s%n");
	scan("5 %6 z", "%d %%%d %s%n");
	scan("-5 +6 ]a-", "%d %d %[]a-]%n");
	scan("99999999999 1 a", "%d %d %s%n");
	scan("1 2 abcdef", "%d %d %3s%n");
	scan("1 2 abcdef", "%d %d %3c%n");
	{
		float f = 0;
		double d = 0;
		long long ll = 0;
		short h = 0;
		char *m = NULL;

		n = sscanf("1.5 2.5e3 123456789012 70000 malloced", "%f %lf %lld %hd %ms", &f, &d, &ll, &h, &m);
		printf("%d %g %g %lld %d %s\n", n, f, d, ll, h, m);
		free(m);
		n = sscanf("0x1.8p1 nan inf", "%lf %f %lf", &d, &f, (double *)&ll);
		printf("%d %g\n", n, d);
	}
	return 0;
}
