/* Backslash escapes of echo and printf. */
#include "common.h"

static int is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/*
 * text is at a backslash. \c sets *stop. Octal is \0ooo for echo and %b, \ooo for printf's format. A
 * backslash before anything else is itself.
 */
const char *escape(const char *text, int is_octal_with_zero, int *value, int *stop)
{
	static const char from[] = "abfnrtv\\", to[] = "\a\b\f\n\r\t\v\\";
	int digits = 3;

	*stop = 0;
	*value = '\\';
	text++;
	if (*text == 'c' && is_octal_with_zero) {
		*stop = 1;
		return text + 1;
	}
	for (int i = 0; from[i]; i++)
		if (*text == from[i]) {
			*value = to[i];
			return text + 1;
		}
	if (is_octal_with_zero) {
		if (*text != '0')
			return text;
		text++;
	} else if (*text == '"' || *text == '\'') {
		*value = *text;
		return text + 1;
	} else if (!is_octal(*text)) {
		return text;
	}
	for (*value = 0; digits-- > 0 && is_octal(*text); text++)
		*value = *value * 8 + (*text - '0');
	*value &= 0xff;
	return text;
}
