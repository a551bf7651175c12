/*
 * Shell patterns. Only the last '*' is ever retried, so the time is at most the product of the
 * lengths. With FNM_PATHNAME each component is matched on its own.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>
#include <wctype.h>

static int fold(int c, int flags)
{
	return flags & FNM_CASEFOLD ? tolower(c) : c;
}

/*
 * Matches c against the bracket expression at p ('[' passed already). Returns what follows it, with
 * *matched set, or NULL when it has no end.
 */
static const char *bracket(const char *p, int c, int flags, int *matched)
{
	int invert = *p == '!' || *p == '^', found = 0;
	const char *start;

	if (invert)
		p++;
	for (start = p; *p != ']' || p == start;) {
		int from, to;

		if (p[0] == '[' && (p[1] == ':' || p[1] == '.' || p[1] == '=')) {
			const char *name = p + 2, *end = name;
			char text[32];

			while (*end && !(end[0] == p[1] && end[1] == ']'))
				end++;
			if (*end) {
				if (p[1] == ':') {
					if (end - name < (long)sizeof(text)) {
						memcpy(text, name, (size_t)(end - name));
						text[end - name] = '\0';
						if (iswctype((wint_t)c, wctype(text)))
							found = 1;
						if (flags & FNM_CASEFOLD &&
						    (iswctype((wint_t)tolower(c), wctype(text)) ||
						     iswctype((wint_t)toupper(c), wctype(text))))
							found = 1;
					}
				} else if (end - name == 1 && fold((unsigned char)*name, flags) == fold(c, flags)) {
					found = 1;
				}
				p = end + 2;
				continue;
			}
		}
		if (*p == '\\' && !(flags & FNM_NOESCAPE) && p[1])
			p++;
		from = to = (unsigned char)*p;
		if (!from || (from == '/' && flags & FNM_PATHNAME))
			return NULL;
		p++;
		if (p[0] == '-' && p[1] && p[1] != ']') {
			p++;
			if (*p == '\\' && !(flags & FNM_NOESCAPE) && p[1])
				p++;
			to = (unsigned char)*p++;
		}
		if ((c >= from && c <= to) ||
		    (flags & FNM_CASEFOLD && ((tolower(c) >= from && tolower(c) <= to) ||
					      (toupper(c) >= from && toupper(c) <= to))))
			found = 1;
	}
	*matched = found != invert;
	return p + 1;
}

/* Matches string[0..length) as a whole against pattern[0..pattern_end). */
static int match(const char *p, const char *pattern_end, const char *s, const char *end, int flags)
{
	const char *star = NULL, *retry = NULL;

	if (flags & FNM_PERIOD && s < end && *s == '.' &&
	    !(p < pattern_end && (*p == '.' || (*p == '\\' && p[1] == '.' && !(flags & FNM_NOESCAPE)))))
		return FNM_NOMATCH;
	for (;;) {
		int matched = 0;
		const char *next = p;

		if (p < pattern_end && *p == '*') {
			star = ++p;
			retry = s;
			continue;
		}
		if (s == end) {
			if (p == pattern_end)
				return 0;
			return FNM_NOMATCH;
		}
		if (p < pattern_end) {
			if (*p == '?') {
				matched = 1;
				next = p + 1;
			} else if (*p == '[' && (next = bracket(p + 1, (unsigned char)*s, flags, &matched)) &&
				   next <= pattern_end) {
				;
			} else {
				next = p;
				if (*next == '\\' && !(flags & FNM_NOESCAPE) && next + 1 < pattern_end)
					next++;
				matched = fold((unsigned char)*next, flags) == fold((unsigned char)*s, flags);
				next++;
			}
		}
		if (matched) {
			p = next;
			s++;
			continue;
		}
		if (!star)
			return FNM_NOMATCH;
		p = star;
		s = ++retry;
	}
}

/* The end of the pattern's component: a slash inside brackets does not count, nor an escaped one. */
static const char *component(const char *p, int flags)
{
	for (; *p && *p != '/'; p++) {
		int ignored;
		const char *end;

		if (*p == '\\' && !(flags & FNM_NOESCAPE) && p[1]) {
			if (*++p == '/')
				return p;
		} else if (*p == '[' && (end = bracket(p + 1, 0, flags, &ignored))) {
			p = end - 1;
		}
	}
	return p;
}

int fnmatch(const char *pattern, const char *string, int flags)
{
	if (!(flags & FNM_PATHNAME)) {
		if (flags & FNM_LEADING_DIR)
			for (const char *slash = string; (slash = strchr(slash, '/')); slash++)
				if (!match(pattern, pattern + strlen(pattern), string, slash, flags))
					return 0;
		return match(pattern, pattern + strlen(pattern), string, string + strlen(string), flags);
	}
	for (;;) {
		const char *pattern_end = component(pattern, flags), *end = strchrnul(string, '/');

		/* An escaped slash ends the component before its backslash. */
		if (match(pattern, pattern_end > pattern && *pattern_end == '/' && pattern_end[-1] == '\\' ?
					   pattern_end - 1 : pattern_end, string, end, flags))
			return FNM_NOMATCH;
		if (!*pattern_end)
			return !*end || flags & FNM_LEADING_DIR ? 0 : FNM_NOMATCH;
		if (!*end)
			return FNM_NOMATCH;
		pattern = pattern_end + 1;
		string = end + 1;
	}
}
