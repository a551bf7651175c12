/* Conversions between character sets: every byte of the sets of one, and back; UTF of all widths and its errors. */
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>

static void dump(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		printf("%02x", (unsigned char)bytes[i]);
	puts("");
}

static const char *error_name(size_t answer)
{
	if (answer != (size_t)-1)
		return "";
	return errno == E2BIG ? "E2BIG" : errno == EILSEQ ? "EILSEQ" : errno == EINVAL ? "EINVAL" : "?";
}

static void convert(const char *to, const char *from, const char *bytes, size_t length, size_t room)
{
	iconv_t cd = iconv_open(to, from);
	char out[256], *at = out, *in = (char *)bytes;
	size_t left = length, space = room, answer;

	printf("%s from %s: ", to, from);
	if (cd == (iconv_t)-1) {
		printf("none, %d\n", errno == EINVAL);
		return;
	}
	errno = 0;
	answer = iconv(cd, &in, &left, &at, &space);
	printf("%d %s %d ", (int)answer, error_name(answer), (int)left);
	dump(out, room - space);
	iconv_close(cd);
}

/* The byte of a code point in a set, or -1. */
static int byte_of(iconv_t cd, unsigned c)
{
	char wide[4] = { (char)c, (char)(c >> 8), 0, 0 }, out[8], *in = wide, *at = out;
	size_t length = 4, space = sizeof(out);

	return iconv(cd, &in, &length, &at, &space) == 0 && space == sizeof(out) - 1 ? (unsigned char)out[0] : -1;
}

int main(void)
{
	static const char *const names[] = {
		"ISO-8859-1", "ISO-8859-2", "ISO-8859-3", "ISO-8859-4", "ISO-8859-5", "ISO-8859-6", "ISO-8859-7", "ISO-8859-8",
		"ISO-8859-9", "ISO-8859-10", "ISO-8859-11", "ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "CP1252",
		"CP1251", "CP1250", "KOI8-R", "CP437", "CP850", "CP866", "ASCII", "LATIN1", "iso_8859-15",
	};
	static const char mixed[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		iconv_t cd = iconv_open(names[i], "UTF-32LE");

		for (int c = 0; c < 256; c++) {
			char byte = (char)c;

			convert("UTF-8", names[i], &byte, 1, 16);
		}
		for (unsigned c = 1; c < 0x2700; c++)
			if (byte_of(cd, c) >= 0)
				printf("%s %x %02x\n", names[i], c, (unsigned)byte_of(cd, c));
		iconv_close(cd);
	}
	convert("UTF-16LE", "UTF-8", mixed, strlen(mixed), 64);
	convert("UTF-16BE", "UTF-8", mixed, strlen(mixed), 64);
	convert("UTF-16", "UTF-8", mixed, strlen(mixed), 64);
	convert("UTF-32", "UTF8", mixed, strlen(mixed), 64);
	convert("UTF-32BE", "utf-8", mixed, strlen(mixed), 64);
	convert("UCS-2LE", "UTF-8", mixed, strlen(mixed), 64);
	convert("UTF-16LE", "UTF-8", mixed, strlen(mixed), 5);
	convert("UTF-16", "UTF-8", mixed, strlen(mixed), 1);
	convert("UTF-8", "UTF-16", "\xfe\xff\0a\x20\xac", 6, 64);
	convert("UTF-8", "UTF-16", "\xff\xfe" "a\0\xac\x20", 6, 64);
	convert("UTF-8", "UTF-16", "a\0", 2, 64);
	convert("UTF-8", "UTF-16LE", "\x3d\xd8\x00\xde", 4, 64);
	convert("UTF-8", "UTF-16LE", "\x3d\xd8", 2, 64);
	convert("UTF-8", "UTF-16LE", "\x00\xde", 2, 64);
	convert("UTF-8", "UTF-32LE", "\x00\x00\x11\x00", 4, 64);
	convert("UTF-16LE", "UTF-8", "ab\xc3", 3, 64);
	convert("UTF-16LE", "UTF-8", "ab\xff", 3, 64);
	convert("ISO-8859-1", "UTF-8", mixed, strlen(mixed), 64);
	convert("no-such-set", "UTF-8", "a", 1, 64);
	return 0;
}
