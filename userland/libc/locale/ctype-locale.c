/* Character classes with a locale named: those of bytes are the same in all of them. */
#include <ctype.h>
#include <wctype.h>

#define BYTES(name) \
	int name##_l(int c, locale_t locale) \
	{ \
		(void)locale; \
		return name(c); \
	}
#define WIDE(type, name) \
	type name##_l(wint_t c, locale_t locale) \
	{ \
		(void)locale; \
		return name(c); \
	}
#define BOTH(class) BYTES(is##class) WIDE(int, isw##class)
BOTH(alnum)
BOTH(alpha)
BOTH(blank)
BOTH(cntrl)
BOTH(digit)
BOTH(graph)
BOTH(lower)
BOTH(print)
BOTH(punct)
BOTH(space)
BOTH(upper)
BOTH(xdigit)
BYTES(tolower)
BYTES(toupper)
WIDE(wint_t, towlower)
WIDE(wint_t, towupper)

wctype_t wctype_l(const char *name, locale_t locale)
{
	(void)locale;
	return wctype(name);
}

int iswctype_l(wint_t c, wctype_t class, locale_t locale)
{
	(void)locale;
	return iswctype(c, class);
}

wctrans_t wctrans_l(const char *name, locale_t locale)
{
	(void)locale;
	return wctrans(name);
}

wint_t towctrans_l(wint_t c, wctrans_t translation, locale_t locale)
{
	(void)locale;
	return towctrans(c, translation);
}
