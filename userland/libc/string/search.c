/* Lengths, comparisons, and searches in strings. */
#include <ctype.h>
#include <string.h>

size_t strnlen(const char *string, size_t length)
{
	const char *end = memchr(string, 0, length);

	return end ? (size_t)(end - string) : length;
}

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t length)
{
	for (; length > 0 && *a && *a == *b; a++, b++, length--)
		;
	return length ? (unsigned char)*a - (unsigned char)*b : 0;
}

int strcoll(const char *a, const char *b)
{
	return strcmp(a, b);
}

int strcasecmp(const char *a, const char *b)
{
	for (; *a && tolower((unsigned char)*a) == tolower((unsigned char)*b); a++, b++)
		;
	return tolower((unsigned char)*a) - tolower((unsigned char)*b);
}

int strncasecmp(const char *a, const char *b, size_t length)
{
	for (; length > 0 && *a && tolower((unsigned char)*a) == tolower((unsigned char)*b);
	     a++, b++, length--)
		;
	return length ? tolower((unsigned char)*a) - tolower((unsigned char)*b) : 0;
}

char *strchrnul(const char *string, int byte)
{
	while (*string && *string != (char)byte)
		string++;
	return (char *)string;
}

char *strchr(const char *string, int byte)
{
	char *found = strchrnul(string, byte);

	return *found == (char)byte ? found : NULL;
}

char *strrchr(const char *string, int byte)
{
	return memrchr(string, byte, strlen(string) + 1);
}

char *index(const char *string, int byte)
{
	return strchr(string, byte);
}

char *rindex(const char *string, int byte)
{
	return strrchr(string, byte);
}

static size_t span(const char *string, const char *set, int wanted)
{
	unsigned char table[256] = { 0 };
	const char *p = string;

	for (; *set; set++)
		table[(unsigned char)*set] = 1;
	while (*p && table[(unsigned char)*p] == wanted)
		p++;
	return (size_t)(p - string);
}

size_t strspn(const char *string, const char *accept)
{
	return span(string, accept, 1);
}

size_t strcspn(const char *string, const char *reject)
{
	return span(string, reject, 0);
}

char *strpbrk(const char *string, const char *accept)
{
	string += strcspn(string, accept);
	return *string ? (char *)string : NULL;
}

char *strstr(const char *hay, const char *needle)
{
	size_t length = strlen(needle);

	if (!length)
		return (char *)hay;
	for (; (hay = strchr(hay, *needle)); hay++)
		if (!strncmp(hay, needle, length))
			return (char *)hay;
	return NULL;
}

char *strcasestr(const char *hay, const char *needle)
{
	size_t length = strlen(needle);

	for (; strncasecmp(hay, needle, length); hay++)
		if (!*hay)
			return NULL;
	return (char *)hay;
}

char *strsep(char **string, const char *delimiters)
{
	char *start = *string;

	if (!start)
		return NULL;
	*string = strpbrk(start, delimiters);
	if (*string)
		*(*string)++ = '\0';
	return start;
}

char *strtok_r(char *__restrict string, const char *__restrict delimiters, char **__restrict save)
{
	if (!string)
		string = *save;
	if (!string)
		return NULL;
	string += strspn(string, delimiters);
	if (!*string) {
		*save = NULL;
		return NULL;
	}
	*save = string;
	return strsep(save, delimiters);
}

char *strtok(char *__restrict string, const char *__restrict delimiters)
{
	static char *save;

	return strtok_r(string, delimiters, &save);
}

/* Digits compare as numbers; a run with leading zeros is a fraction and sorts before one without. */
int strverscmp(const char *a, const char *b)
{
	size_t i = 0, start, j, k;

	while (a[i] && a[i] == b[i])
		i++;
	if (!a[i] && !b[i])
		return 0;
	for (start = i; start > 0 && isdigit((unsigned char)a[start - 1]); start--)
		;
	if ((isdigit((unsigned char)a[start]) || isdigit((unsigned char)b[start])) &&
	    (start < i || (isdigit((unsigned char)a[i]) && isdigit((unsigned char)b[i])))) {
		if (a[start] != '0' && b[start] != '0') {
			for (j = i; isdigit((unsigned char)a[j]); j++)
				;
			for (k = i; isdigit((unsigned char)b[k]); k++)
				;
			if (j != k)
				return j < k ? -1 : 1;
		} else if (start < i) {
			for (j = start; a[j] == '0' && j < i; j++)
				;
			/* While only zeros were common, the one that ends its zeros here is larger. */
			if (j == i && isdigit((unsigned char)a[i]) != isdigit((unsigned char)b[i]))
				return isdigit((unsigned char)a[i]) ? -1 : 1;
		}
	}
	return (unsigned char)a[i] - (unsigned char)b[i];
}
