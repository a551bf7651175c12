/* Locales: "C" (also called POSIX) and "C.UTF-8". */
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const char *current = "C";

static const char *known(const char *name)
{
	if (!strcmp(name, "C") || !strcmp(name, "POSIX"))
		return "C";
	/* Of other locales there is the character set, when it is ours. */
	if (strstr(name, "UTF-8") || strstr(name, "utf8"))
		return "C.UTF-8";
	return NULL;
}

char *setlocale(int category, const char *locale)
{
	if (category < LC_CTYPE || category > LC_ALL)
		return NULL;
	if (locale && !*locale) {
		static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

		locale = "C";
		for (int i = 0; i < 3; i++) {
			const char *value = getenv(names[i]);

			if (value && *value) {
				locale = value;
				break;
			}
		}
	}
	if (locale) {
		locale = known(locale);
		if (!locale)
			return NULL;
		if (category == LC_CTYPE || category == LC_ALL)
			current = locale;
	}
	return (char *)(category == LC_CTYPE || category == LC_ALL ? current : "C");
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
		.p_sign_posn = CHAR_MAX, .n_sign_posn = CHAR_MAX,
	};

	return &c;
}

char *nl_langinfo(nl_item item)
{
	if (item != CODESET)
		return "";
	return strcmp(current, "C") ? "UTF-8" : "ANSI_X3.4-1968";
}
