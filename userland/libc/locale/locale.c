/*
 * Locales. There are two: "C" (also called POSIX) and "C.UTF-8"; of any other's name the character set counts.
 * Multibyte characters are UTF-8 in both.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "locales.h"
#include "thread.h"

#define CATEGORIES LC_ALL

static const char names[CATEGORIES][12] = {
	"LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES",
};

struct __locale __global_locale;
static volatile int lock;

int __locale_named(const char *name, int category)
{
	if (!*name) {
		const char *const variables[] = { "LC_ALL", names[category], "LANG" };

		name = "C";
		for (int i = 0; i < 3; i++) {
			const char *value = getenv(variables[i]);

			if (value && *value) {
				name = value;
				break;
			}
		}
	}
	if (!strcmp(name, "C") || !strcmp(name, "POSIX"))
		return 0;
	if (strstr(name, "UTF-8") || strstr(name, "utf8"))
		return 1;
	return -1;
}

/* Of a mixed locale's name, "LC_CTYPE=C.UTF-8;LC_NUMERIC=C;...", what it says of a category. */
static int of_mixed(const char *name, int category)
{
	size_t length = strlen(names[category]);

	for (; name; name = strchr(name, ';') ? strchr(name, ';') + 1 : NULL)
		if (!strncmp(name, names[category], length) && name[length] == '=') {
			char value[32];
			size_t size = strcspn(name + length + 1, ";");

			if (size >= sizeof(value))
				return -1;
			memcpy(value, name + length + 1, size);
			value[size] = '\0';
			return *value ? __locale_named(value, category) : -1;
		}
	return -1;
}

/* The bits of a mask's categories that a name sets, or -1. */
static int bits_of(const char *name, int mask)
{
	int bits = 0, mixed = strchr(name, '=') != NULL;

	for (int i = 0; i < CATEGORIES; i++) {
		int known = !(mask & 1 << i) ? 0 : mixed ? of_mixed(name, i) : __locale_named(name, i);

		if (known < 0)
			return -1;
		bits |= known << i;
	}
	return bits;
}

static char *mixed_name(unsigned utf8)
{
	static char text[6 * 24];
	char *p = text;

	for (int i = 0; i < CATEGORIES; i++) {
		p = stpcpy(stpcpy(p, names[i]), utf8 & 1u << i ? "=C.UTF-8" : "=C");
		*p++ = ';';
	}
	p[-1] = '\0';
	return text;
}

char *setlocale(int category, const char *name)
{
	int mask = category == LC_ALL ? LC_ALL_MASK : 1 << category, bits = 0;
	char *answer;

	if (category < LC_CTYPE || category > LC_ALL)
		return NULL;
	if (name) {
		bits = bits_of(name, mask);
		if (bits < 0)
			return NULL;
	}
	__lock(&lock);
	if (name)
		__global_locale.utf8 = (__global_locale.utf8 & ~(unsigned)mask) | (unsigned)bits;
	bits = (int)__global_locale.utf8 & mask;
	answer = !bits ? (char *)"C" : bits == mask ? (char *)"C.UTF-8" : mixed_name((unsigned)bits);
	__unlock(&lock);
	return answer;
}

struct lconv *localeconv(void)
{
	static char empty[] = "", point[] = ".";
	static struct lconv c = {
		.decimal_point = point, .thousands_sep = empty, .grouping = empty, .int_curr_symbol = empty,
		.currency_symbol = empty, .mon_decimal_point = empty, .mon_thousands_sep = empty,
		.mon_grouping = empty, .positive_sign = empty, .negative_sign = empty,
		.int_frac_digits = CHAR_MAX, .frac_digits = CHAR_MAX, .p_cs_precedes = CHAR_MAX,
		.p_sep_by_space = CHAR_MAX, .n_cs_precedes = CHAR_MAX, .n_sep_by_space = CHAR_MAX,
		.p_sign_posn = CHAR_MAX, .n_sign_posn = CHAR_MAX, .int_p_cs_precedes = CHAR_MAX,
		.int_p_sep_by_space = CHAR_MAX, .int_n_cs_precedes = CHAR_MAX, .int_n_sep_by_space = CHAR_MAX,
		.int_p_sign_posn = CHAR_MAX, .int_n_sign_posn = CHAR_MAX,
	};

	return &c;
}

/* Objects. */

static const struct __locale constants[2] = { { 0 }, { LC_ALL_MASK } };
static __thread locale_t own;

const struct __locale *__locale_now(void)
{
	return own ? own : &__global_locale;
}

static int is_constant(locale_t locale)
{
	return locale == &constants[0] || locale == &constants[1];
}

locale_t newlocale(int mask, const char *name, locale_t base)
{
	unsigned before = base ? base->utf8 : 0;
	locale_t fresh;
	int bits;

	if (mask & ~LC_ALL_MASK || !name) {
		errno = EINVAL;
		return NULL;
	}
	bits = bits_of(name, mask);
	if (bits < 0) {
		errno = ENOENT;
		return NULL;
	}
	before = (before & ~(unsigned)mask) | (unsigned)bits;
	if (base && !is_constant(base)) {
		base->utf8 = before;
		return base;
	}
	if (!before || before == LC_ALL_MASK)
		return (locale_t)&constants[before != 0];
	fresh = malloc(sizeof(*fresh));
	if (fresh)
		fresh->utf8 = before;
	return fresh;
}

locale_t duplocale(locale_t locale)
{
	locale_t copy;

	if (is_constant(locale))
		return locale;
	copy = malloc(sizeof(*copy));
	if (copy)
		*copy = locale == LC_GLOBAL_LOCALE ? __global_locale : *locale;
	return copy;
}

void freelocale(locale_t locale)
{
	if (!is_constant(locale))
		free(locale);
}

locale_t uselocale(locale_t locale)
{
	locale_t before = own ? own : LC_GLOBAL_LOCALE;

	if (locale)
		own = locale == LC_GLOBAL_LOCALE ? NULL : locale;
	return before;
}
