/* Wide characters: classes of every code point, strings, numbers, formatted output and input, streams. */
#define _GNU_SOURCE
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

static unsigned sum;

static void mix(unsigned value)
{
	sum = (sum ^ value) * 16777619u;
}

static void classes(void)
{
	static int (*const tests[])(wint_t) = {
		iswalpha, iswalnum, iswblank, iswcntrl, iswdigit, iswgraph, iswlower, iswprint, iswpunct, iswspace,
		iswupper, iswxdigit,
	};

	for (unsigned c = 0; c < 0x110000; c++) {
		unsigned bits = 0;

		for (unsigned i = 0; i < 12; i++)
			bits |= (unsigned)(tests[i](c) != 0) << i;
		mix(bits);
		mix(towlower(c));
		mix(towupper(c));
		mix((unsigned)wcwidth((wchar_t)c));
		if (c % 4096 == 4095)
			printf("classes to %x: %08x\n", c, sum);
	}
	printf("%d %d %d\n", iswctype(L'a', wctype("alpha")), (int)wctype("none"), (int)towctrans(0xe9, wctrans("toupper")));
}

static void print(const wchar_t *format, ...)
{
	wchar_t buffer[200];
	va_list arguments;
	int count;

	va_start(arguments, format);
	count = vswprintf(buffer, 200, format, arguments);
	va_end(arguments);
	printf("%d:", count);
	for (int i = 0; i < count; i++)
		printf(" %x", (unsigned)buffer[i]);
	puts("");
}

static void numbers(const wchar_t *text)
{
	wchar_t *end;
	double d = wcstod(text, &end);

	printf("%a %d", d, (int)(end - text));
	printf(" %ld %d", wcstol(text, &end, 0), (int)(end - text));
	printf(" %llu %d", wcstoull(text, &end, 16), (int)(end - text));
	printf(" %lld %d\n", wcstoll(text, &end, 10), (int)(end - text));
}

static void scan(const wchar_t *text, const wchar_t *format)
{
	wchar_t wide[64] = { 0 };
	char narrow[64] = { 0 };
	int number = -1, count = swscanf(text, format, &number, wide, narrow);

	printf("%d %d '%ls' '%s'\n", count, number, wide, narrow);
}

static void strings(void)
{
	wchar_t text[64], *save, *p;
	const wchar_t *from = L"gr\u00fc\u00df \u20ac \U0001f600";
	const char *bytes = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
	mbstate_t state = { 0 };
	char out[64];

	printf("%zu\n", wcsnrtombs(out, &from, 3, 64, &state));
	printf("%d\n", (int)mbsnrtowcs(text, &bytes, 4, 64, &state));
	printf("%d %zu\n", (int)mbsnrtowcs(text, &bytes, 9, 64, &state), wcslen(text));
	wcscpy(text, L"one,two;;three");
	for (p = wcstok(text, L",;", &save); p; p = wcstok(NULL, L",;", &save))
		printf("<%ls>", p);
	printf("\n%d %d %d\n", wcscasecmp(L"\u00c9COLE", L"\u00e9cole") , wcsncasecmp(L"abcX", L"ABCY", 3), wcscmp(L"a", L"b") < 0);
	printf("%d %d %d %d\n", (int)wcsspn(L"aabbc", L"ab"), (int)wcscspn(L"aabbc", L"c"), (int)(wcsstr(L"hay needle", L"nee") != NULL),
	       wmemcmp(L"abc", L"abd", 3) < 0);
	printf("%d %d\n", wcswidth(L"a\u4e00e\u0301", 10), wcwidth(0x1f600));
	printf("%ls|\n", wcsncat(wcscpy(text, L"ab"), L"cdef", 2));
}

static void streams(const char *path)
{
	FILE *f = fopen(path, "w+");
	wchar_t line[64];
	wint_t c;
	int n = 0;
	wchar_t *memory;
	size_t count;

	printf("%d ", fwide(f, 0));
	fputws(L"z\u00fcrich \u20ac\n", f);
	printf("%d ", fwide(f, -1) > 0);
	fputwc(0x1f600, f);
	fwprintf(f, L"%5ls|%-5s|%.2ls\n%d items\n", L"\u00e9", "\xc3\xa8", L"\u4e00\u4e8c\u4e09", 7);
	rewind(f);
	printf("%d\n", fgetws(line, 64, f) && !wcscmp(line, L"z\u00fcrich \u20ac\n"));
	c = fgetwc(f);
	printf("%x\n", (unsigned)c);
	ungetwc(c, f);
	printf("%x\n", (unsigned)getwc(f));
	fgetws(line, 64, f);
	for (wchar_t *p = line; *p; p++)
		printf("%x ", (unsigned)*p);
	printf("%d ", fwscanf(f, L"%d %ls", &n, line));
	printf("%d %ls\n", n, line);
	printf("%x %d\n", (unsigned)fgetwc(f), (unsigned)fgetwc(f) == WEOF);
	fclose(f);
	f = open_wmemstream(&memory, &count);
	fwprintf(f, L"%ls %d", L"\u20ac uro", 42);
	fclose(f);
	printf("%zu %ls\n", count, memory);
	free(memory);
	f = fopen(path, "w");
	fwrite("ok\xff\n", 1, 4, f);
	fclose(f);
	f = fopen(path, "r");
	printf("%x %x", (unsigned)fgetwc(f), (unsigned)fgetwc(f));
	printf(" %x %d\n", (unsigned)fgetwc(f), ferror(f));
	fclose(f);
	remove(path);
}

int main(void)
{
	char narrow[64], path[] = "/tmp/libc-wide.XXXXXX";
	wchar_t wide[64] = { 0 };

	setlocale(LC_ALL, "C.UTF-8");
	classes();
	print(L"%d|%5d|%-5d|%x", 1, 2, 3, 255);
	print(L"%s|%ls|%10s|%.2s|%-4ls|", "gr\xc3\xbc\xc3\x9f", L"\u20ac", "\xc3\xa9", "\xc3\xa9\xc3\xa8\xc3\xaa", L"\u4e00");
	print(L"%lc%c %f %g %%", (wint_t)0x1f600, 'c', 1.5, 1e-7);
	print(L"%2$ls %1$d \u00e9", 5, L"x");
	print(L"%s", "\xff");
	print(L"%300d", 1);
	numbers(L"12.5e3xyz");
	numbers(L" \u2003 -42 rest");
	numbers(L"0x1fg");
	numbers(L"\u00e9");
	numbers(L"inf");
	numbers(L"99999999999999999999");
	scan(L"12 h\u00e9llo world", L"%d %ls %s");
	scan(L"7 abc\u00e9 d\u00e9f", L"%d %3ls%s");
	scan(L"7 \u00e0\u00e9x rest", L"%d %l[\u00e0-\u00e9] x%s");
	scan(L"-3 \u20ac\u20acz", L"%d %l[^z]%2c");
	scan(L"5 x y", L"%d %1lcq%s");
	printf("%d ", sscanf("h\xc3\xa9llo w\xc3\xb6rld", "%ls %3s", wide, narrow));
	printf("%ls %s\n", wide, narrow);
	printf("%d ", sscanf("\xc3\xa9\xc3\xa8\xc3\xaa", "%2lc", wide));
	printf("%x %x\n", (unsigned)wide[0], (unsigned)wide[1]);
	printf("%d ", sscanf("\xc3\xa9x!", "%l[\xc3\xa9x]", wide));
	printf("%ls\n", wide);
	strings();
	close(mkstemp(path));
	streams(path);
	return 0;
}
