/* Regular expressions, shell patterns and options, compared with the host's C library. */
#include <fnmatch.h>
#include <getopt.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

static void match(const char *pattern, int flags, const char *text)
{
	regmatch_t m[6];
	regex_t regex;
	int code = regcomp(&regex, pattern, flags);

	printf("%s %d '%s': ", pattern, flags, text);
	if (code) {
		printf("bad\n");
		return;
	}
	code = regexec(&regex, text, 6, m, 0);
	printf("%d nsub %d", code, (int)regex.re_nsub);
	for (int i = 0; !code && i < 6; i++)
		printf(" (%d,%d)", (int)m[i].rm_so, (int)m[i].rm_eo);
	putchar('\n');
	regfree(&regex);
}

int main(void)
{
	static const char *const extended[] = {
		"abc", "a*b", "^a", "b$", "^$", "", "a|b|cd", "(a)(b)(c)", "a+b?", "[a-c]+", "[^a-c]+",
		"x{2}", "x{2,}", "x{1,3}", "(ab){2,3}", "[[:digit:]]+", "[[:alpha:]_][[:alnum:]_]*", "(a*)(a*)", "(a*)*", "(a*)+",
		"a.c", "\\.", "(^a|b$)", "[]a]+", "[a-]+", "(a|b)*c", "((a)|(b))*", "a**", "(", ")", "[", "a{1",
		"x*", "(x+x+)+y", "\\(a\\)", "(a(b(c)))", "a||b", "()", "ab|", "(ab|a)(bc)?", "[[:foo:]]", "[b-a]", "[[.a.]]", "(.)\\1", "^(.*)\\1$",
		"\\bfoo\\b", "\\<f", "\\w+", "(a|b)?c{0}d",
	};
	static const char *const basic[] = {
		"abc", "a*", "*a", "^*a", "\\(a*\\)\\1", "\\(ab\\)\\{2\\}", "a\\{2,3\\}", "a+", "a\\+", "a\\|b", "^a$", "a^b", "a$b", "\\(^a\\)", "\\(a$\\)",
		"[0-9]*\\.[0-9]", "\\(", "\\)", "a\\{1", "\\(.\\)\\(.\\)\\2\\1", "x\\{0\\}y",
	};
	static const char *const texts[] = {
		"", "a", "abc", "xabcx", "aab", "abcd", "abab", "ababab", "cdcd", "foobar", "xxxx", "123 a_b", "a.c", "a\nb", "b\n", "]a-", "aaaa",
		"abba", "xyxy", "(a)", "a+b", "*a", "d", "foo bar", "1.5", "aXbX",
	};
	static const char *const globs[] = { "*", "?", "a*c", "[a-c]*", "[!a]*", "*.c", "a/b", "a/*", "*/b", "\\*", "[]]", "[[:upper:]]*", "a[", "**", "?*?", ".*", "*.*", "[a-", "*b*b*" };
	static const char *const names[] = { "", "a", "abc", "abbc", "x.c", "a/b", ".a", "*", "]", "Upper", "a[", "a\\", "a.b.c", "dir/.x" };

	for (unsigned i = 0; i < sizeof(extended) / sizeof(*extended); i++)
		for (unsigned j = 0; j < sizeof(texts) / sizeof(*texts); j++) {
			match(extended[i], REG_EXTENDED, texts[j]);
			match(extended[i], REG_EXTENDED | REG_ICASE | REG_NEWLINE, texts[j]);
		}
	for (unsigned i = 0; i < sizeof(basic) / sizeof(*basic); i++)
		for (unsigned j = 0; j < sizeof(texts) / sizeof(*texts); j++)
			match(basic[i], 0, texts[j]);
	for (unsigned i = 0; i < sizeof(globs) / sizeof(*globs); i++)
		for (unsigned j = 0; j < sizeof(names) / sizeof(*names); j++)
			for (int flags = 0; flags < 16; flags++)
				printf("%s %s %d: %d\n", globs[i], names[j], flags, fnmatch(globs[i], names[j], flags) != 0);
	{
		static const struct option options[] = { { "alpha", 0, 0, 1 }, { "beta", 1, 0, 2 }, { "beto", 2, 0, 3 }, { 0 } };
		char *arguments[] = { "p", "x", "-a", "-bval", "y", "-b", "v2", "--alpha", "--beta=q", "--beta", "r", "--beto", "--be", "-z", "--al", "--", "-a", "z", 0 };
		int c, n = sizeof(arguments) / sizeof(*arguments) - 1;

		opterr = 0;
		while ((c = getopt_long(n, arguments, "ab:", options, 0)) != -1)
			printf("%d %s\n", c, optarg ? optarg : "-");
		for (; optind < n; optind++)
			puts(arguments[optind]);
	}
	return 0;
}
