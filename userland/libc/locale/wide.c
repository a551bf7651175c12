/*
 * Multibyte characters: UTF-8. Sequences are checked strictly (no overlong forms, surrogates or values
 * beyond 0x10ffff). A conversion state holds the value so far and the bytes still to come.
 */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

size_t __mb_cur_max(void)
{
	return 4;
}

int mbsinit(const mbstate_t *state)
{
	return !state || !state->__left;
}

/* In a state, __left's low byte counts the bytes to come, the next the allowed minimum of the second. */
size_t mbrtowc(wchar_t *__restrict wide, const char *__restrict string, size_t length,
	       mbstate_t *__restrict state)
{
	static mbstate_t own;
	unsigned value, left, low = 0x80, high = 0xbf;
	size_t used = 0;

	if (!state)
		state = &own;
	if (!string)
		return mbrtowc(NULL, "", 1, state);
	value = state->__value;
	left = state->__left;
	if (left >> 8) {
		low = (left >> 8) & 0xff;
		high = left >> 16;
		left &= 0xff;
	}
	if (!length)
		return (size_t)-2;
	if (!left) {
		unsigned char c = (unsigned char)string[used++];

		if (c < 0x80) {
			if (wide)
				*wide = c;
			return c != 0;
		}
		if (c < 0xc2 || c > 0xf4)
			goto invalid;
		left = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		value = c & (0x3fu >> left);
		low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
		high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	}
	for (; left > 0; left--) {
		unsigned char c;

		if (used == length) {
			state->__value = value;
			state->__left = left | low << 8 | high << 16;
			return (size_t)-2;
		}
		c = (unsigned char)string[used];
		if (c < low || c > high)
			goto invalid;
		used++;
		value = value << 6 | (c & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	state->__value = state->__left = 0;
	if (wide)
		*wide = (wchar_t)value;
	return used;

invalid:
	state->__value = state->__left = 0;
	errno = EILSEQ;
	return (size_t)-1;
}

size_t mbrlen(const char *__restrict string, size_t length, mbstate_t *__restrict state)
{
	static mbstate_t own;

	return mbrtowc(NULL, string, length, state ? state : &own);
}

int mbtowc(wchar_t *__restrict wide, const char *__restrict string, size_t length)
{
	mbstate_t state = { 0 };
	size_t used;

	if (!string)
		return 0;
	used = mbrtowc(wide, string, length, &state);
	if (used == (size_t)-2)
		errno = EILSEQ;
	return used >= (size_t)-2 ? -1 : (int)used;
}

int mblen(const char *string, size_t length)
{
	return mbtowc(NULL, string, length);
}

size_t wcrtomb(char *__restrict string, wchar_t wide, mbstate_t *__restrict state)
{
	unsigned value = (unsigned)wide;

	(void)state;
	if (!string)
		return 1;
	if (value < 0x80) {
		string[0] = (char)value;
		return 1;
	}
	if (value < 0x800) {
		string[0] = (char)(0xc0 | value >> 6);
		string[1] = (char)(0x80 | (value & 0x3f));
		return 2;
	}
	if (value - 0xd800 < 0x800 || value > 0x10ffff) {
		errno = EILSEQ;
		return (size_t)-1;
	}
	if (value < 0x10000) {
		string[0] = (char)(0xe0 | value >> 12);
		string[1] = (char)(0x80 | (value >> 6 & 0x3f));
		string[2] = (char)(0x80 | (value & 0x3f));
		return 3;
	}
	string[0] = (char)(0xf0 | value >> 18);
	string[1] = (char)(0x80 | (value >> 12 & 0x3f));
	string[2] = (char)(0x80 | (value >> 6 & 0x3f));
	string[3] = (char)(0x80 | (value & 0x3f));
	return 4;
}

int wctomb(char *string, wchar_t wide)
{
	return string ? (int)wcrtomb(string, wide, NULL) : 0;
}

/* At most length bytes; what they leave of a character stays in the state. */
size_t mbsnrtowcs(wchar_t *__restrict wide, const char **__restrict string, size_t length, size_t count,
		  mbstate_t *__restrict state)
{
	static mbstate_t own;
	mbstate_t copy;
	const char *p = *string;
	size_t done = 0;

	if (!state)
		state = &own;
	if (!wide) {
		copy = *state;		/* whoever only counts changes nothing */
		state = &copy;
	}
	for (; (!wide || done < count) && length > 0; done++) {
		wchar_t c;
		size_t used = mbrtowc(&c, p, length < 4 ? length : 4, state);

		if (used == (size_t)-1) {
			if (wide)
				*string = p;
			return used;
		}
		if (used == (size_t)-2) {
			p += length < 4 ? length : 4;
			break;
		}
		if (wide)
			wide[done] = c;
		if (!used) {
			if (wide)
				*string = NULL;
			return done;
		}
		p += used;
		length -= used;
	}
	if (wide)
		*string = p;
	return done;
}

size_t mbsrtowcs(wchar_t *__restrict wide, const char **__restrict string, size_t count,
		 mbstate_t *__restrict state)
{
	static mbstate_t own;

	return mbsnrtowcs(wide, string, SIZE_MAX, count, state ? state : &own);
}

size_t wcsnrtombs(char *__restrict string, const wchar_t **__restrict wide, size_t count, size_t size,
		  mbstate_t *__restrict state)
{
	const wchar_t *p = *wide;
	char bytes[MB_LEN_MAX];
	size_t done = 0;

	for (; count > 0; p++, count--) {
		size_t length = wcrtomb(bytes, *p, state);

		if (length == (size_t)-1) {
			if (string)
				*wide = p;
			return length;
		}
		if (string && done + length > size)
			break;
		if (string)
			memcpy(string + done, bytes, length);
		if (!*p) {
			if (string)
				*wide = NULL;
			return done;
		}
		done += length;
	}
	if (string)
		*wide = p;
	return done;
}

size_t wcsrtombs(char *__restrict string, const wchar_t **__restrict wide, size_t size,
		 mbstate_t *__restrict state)
{
	return wcsnrtombs(string, wide, SIZE_MAX, size, state);
}

size_t mbstowcs(wchar_t *__restrict wide, const char *__restrict string, size_t count)
{
	mbstate_t state = { 0 };
	const char *from = string;

	return mbsrtowcs(wide, &from, count, &state);
}

size_t wcstombs(char *__restrict string, const wchar_t *__restrict wide, size_t size)
{
	const wchar_t *from = wide;

	return wcsrtombs(string, &from, size, NULL);
}

wint_t btowc(int c)
{
	return (unsigned)c < 128 ? (wint_t)c : WEOF;
}

int wctob(wint_t wide)
{
	return wide < 128 ? (int)wide : EOF;
}
