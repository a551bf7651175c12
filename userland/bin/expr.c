/*
 * expr: the value of an expression of arguments. Ends with 0 when it is neither empty nor zero, with 1 when
 * it is, with 2 when the expression is wrong.
 *
 * One function per rank of operators, the loosest first. Values are strings; a number is a string that looks
 * like one. What | and & leave out is still read, without being computed: divisions in it are not errors.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/common.h"

static char **at;
static int is_skipped;

static char *read_or(void);

static char *text_of(const char *text, size_t length)
{
	return must(strndup(text, length));
}

static char *number_text(long long number)
{
	char *text;

	if (asprintf(&text, "%lld", number) < 0)
		err(3, NULL);
	return text;
}

/* Whether the text is a whole number, without looking at its size. */
static int is_number(const char *text)
{
	text += *text == '-';
	return *text && strspn(text, "0123456789") == strlen(text);
}

static int is_null(const char *text)
{
	const char *digits = text + (*text == '-');

	return !*text || (*digits && strspn(digits, "0") == strlen(digits));
}

static long long number_of(const char *text)
{
	long long number;

	if (!is_number(text))
		errx(2, "non-integer argument");
	errno = 0;
	number = strtoll(text, NULL, 10);
	if (errno)
		errx(2, "%s: %s", text, strerror(errno));
	return number;
}

static int take(const char *word)
{
	if (!*at || strcmp(*at, word))
		return 0;
	at++;
	return 1;
}

static char *take_operand(void)
{
	if (!*at)
		errx(2, "syntax error: missing argument after '%s'", at[-1]);
	at++;
	return text_of(at[-1], strlen(at[-1]));
}

/* What the first group matches, or how much the whole expression does. Both are anchored at the start. */
static char *match(const char *text, const char *expression)
{
	regmatch_t matches[2] = { { -1, -1 }, { -1, -1 } };
	char message[128], *anchored, *result;
	regex_t regex;
	int code, is_found;

	if (asprintf(&anchored, "^%s", *expression == '^' ? expression + 1 : expression) < 0)
		err(3, NULL);
	code = regcomp(&regex, anchored, 0);
	if (code) {
		regerror(code, &regex, message, sizeof(message));
		errx(2, "%s", message);
	}
	is_found = !regexec(&regex, text, 2, matches, 0);
	if (!regex.re_nsub)
		result = number_text(is_found ? matches[0].rm_eo : 0);
	else if (is_found && matches[1].rm_so >= 0)
		result = text_of(text + matches[1].rm_so, (size_t)(matches[1].rm_eo - matches[1].rm_so));
	else
		result = text_of("", 0);
	regfree(&regex);
	free(anchored);
	return result;
}

static char *substring(const char *text, long long from, long long length)
{
	long long all = (long long)strlen(text);

	if (from < 1 || from > all || length < 1)
		return text_of("", 0);
	return text_of(text + from - 1, (size_t)(length < all - from + 1 ? length : all - from + 1));
}

static char *read_primary(void)
{
	char *text, *other, *third;

	if (take("(")) {
		text = read_or();
		if (!take(")"))
			errx(2, *at ? "syntax error: expecting ')' instead of '%s'" :
				      "syntax error: expecting ')' after '%s'", *at ? *at : at[-1]);
		return text;
	}
	if (take("+"))
		return take_operand();
	if (take("length"))
		return number_text((long long)strlen(read_primary()));
	if (take("match")) {
		text = read_primary();
		other = read_primary();
		return is_skipped ? text : match(text, other);
	}
	if (take("index")) {
		size_t place;

		text = read_primary();
		other = read_primary();
		place = strcspn(text, other);
		return number_text(text[place] ? (long long)place + 1 : 0);
	}
	if (take("substr")) {
		text = read_primary();
		other = read_primary();
		third = read_primary();
		return is_number(other) && is_number(third) ? substring(text, number_of(other), number_of(third)) :
							      text_of("", 0);
	}
	if (*at && !strcmp(*at, ")"))
		errx(2, "syntax error: unexpected ')'");
	return take_operand();
}

static char *read_match(void)
{
	char *left = read_primary();

	while (take(":")) {
		char *right = read_primary();

		if (!is_skipped)
			left = match(left, right);
	}
	return left;
}

static char *compute(char operator, const char *left, const char *right)
{
	long long a, b, result = 0;
	int overflows = 0;

	if (is_skipped)
		return text_of("", 0);
	a = number_of(left);
	b = number_of(right);
	switch (operator) {
	case '+': overflows = __builtin_add_overflow(a, b, &result); break;
	case '-': overflows = __builtin_sub_overflow(a, b, &result); break;
	case '*': overflows = __builtin_mul_overflow(a, b, &result); break;
	default:
		if (!b)
			errx(2, "division by zero");
		if (b == -1)	/* the smallest number has no opposite */
			overflows = operator == '/' && __builtin_sub_overflow(0LL, a, &result);
		else
			result = operator == '/' ? a / b : a % b;
	}
	if (overflows)
		errx(2, "%s: %s", left, strerror(ERANGE));
	return number_text(result);
}

static char *read_product(void)
{
	char *left = read_match();

	while (*at && strlen(*at) == 1 && strchr("*/%", **at)) {
		char operator = **at++;

		left = compute(operator, left, read_match());
	}
	return left;
}

static char *read_sum(void)
{
	char *left = read_product();

	while (*at && strlen(*at) == 1 && strchr("+-", **at)) {
		char operator = **at++;

		left = compute(operator, left, read_product());
	}
	return left;
}

/* Numbers of any size: by sign, then length, then digits. */
static int compare_numbers(const char *a, const char *b)
{
	int a_negative = *a == '-', b_negative = *b == '-', order;
	size_t a_length, b_length;

	a += a_negative;
	b += b_negative;
	a += strspn(a, "0");
	b += strspn(b, "0");
	a_length = strlen(a);
	b_length = strlen(b);
	if (!a_length && !b_length)
		return 0;
	if (a_negative != b_negative)
		return a_negative ? -1 : 1;
	order = a_length != b_length ? (a_length < b_length ? -1 : 1) : strcmp(a, b);
	return a_negative ? -order : order;
}

static char *read_comparison(void)
{
	static const char *const operators[] = { "<", "<=", "=", "==", "!=", ">=", ">" };
	char *left = read_sum();

	for (;;) {
		size_t which = 0;
		char *right;
		int order, holds;

		while (which < 7 && (!*at || strcmp(*at, operators[which])))
			which++;
		if (which == 7)
			return left;
		at++;
		right = read_sum();
		order = is_number(left) && is_number(right) ? compare_numbers(left, right) : strcoll(left, right);
		switch (which) {
		case 0: holds = order < 0; break;
		case 1: holds = order <= 0; break;
		case 2:
		case 3: holds = order == 0; break;
		case 4: holds = order != 0; break;
		case 5: holds = order >= 0; break;
		default: holds = order > 0;
		}
		left = number_text(holds);
	}
}

static char *read_and(void)
{
	char *left = read_comparison();

	while (take("&")) {
		int skips = is_null(left);
		char *right;

		is_skipped += skips;
		right = read_comparison();
		is_skipped -= skips;
		if (skips || is_null(right))
			left = number_text(0);
	}
	return left;
}

static char *read_or(void)
{
	char *left = read_and();

	while (take("|")) {
		int skips = !is_null(left);
		char *right;

		is_skipped += skips;
		right = read_and();
		is_skipped -= skips;
		if (!skips)
			left = is_null(right) ? number_text(0) : right;
	}
	return left;
}

int main(int argc, char **argv)
{
	char *result;

	at = argv + 1;
	if (argc > 1 && !strcmp(*at, "--"))
		at++;
	if (!*at) {
		fprintf(stderr, "usage: expr expression\n");
		return 2;
	}
	result = read_or();
	if (*at)
		errx(2, "syntax error: unexpected argument '%s'", *at);
	puts(result);
	return finish(0) ? 3 : is_null(result);
}
