/* nl_langinfo(): what a locale says of names of days, formats and answers. */
#include <langinfo.h>
#include "locales.h"

/* In the order of <langinfo.h>, from the first item of each category. */
static const char *const times[] = {
	"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat",
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
	"December", "AM", "PM", "%a %b %e %H:%M:%S %Y", "%m/%d/%y", "%H:%M:%S", "%I:%M:%S %p", "", "", "", "", "", "",
};

char *nl_langinfo_l(nl_item item, locale_t locale)
{
	const struct __locale *l = locale == LC_GLOBAL_LOCALE ? &__global_locale : locale;
	unsigned index = (unsigned)(item - ABDAY_1);

	if (item == CODESET)
		return (char *)(l->utf8 & LC_CTYPE_MASK ? "UTF-8" : "ANSI_X3.4-1968");
	if (index < sizeof(times) / sizeof(times[0]))
		return (char *)times[index];
	switch (item) {
	case RADIXCHAR: return (char *)".";
	case YESEXPR: return (char *)"^[yY]";
	case NOEXPR: return (char *)"^[nN]";
	case CRNCYSTR: return (char *)"-";
	default: return (char *)"";
	}
}

char *nl_langinfo(nl_item item)
{
	return nl_langinfo_l(item, (locale_t)__locale_now());
}
