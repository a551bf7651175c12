/* wcsftime(): strftime() on the format as UTF-8, and back. */
#include <stdlib.h>
#include <time.h>
#include <wchar.h>
#include "wide-text.h"

size_t wcsftime(wchar_t *__restrict to, size_t count, const wchar_t *__restrict format, const struct tm *__restrict tm)
{
	struct narrow_text text;
	const char *from;
	size_t size = count * 4 + 1, length = 0;
	char *bytes;

	if (!count || size < count || !__narrow_text(&text, format))
		return 0;
	bytes = malloc(size);
	if (bytes && strftime(bytes, size, text.text, tm)) {
		mbstate_t state = { 0 };

		from = bytes;
		length = mbsrtowcs(to, &from, count, &state);
		if (from || length == (size_t)-1)
			length = 0;
	}
	free(bytes);
	__narrow_done(&text);
	return length;
}
