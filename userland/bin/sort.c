/* sort: lines in order, by the whole or by keys. */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common/common.h"

struct flags {
	int blanks, dictionary, fold, printable, numeric, reverse, human, version;
};

struct key {
	struct key *next;
	long first_field, first_char, last_field, last_char;	/* from 1; last_field 0: the end of the line */
	struct flags flags;
	int has_flags;
};

struct line {
	char *text;
	size_t length, number;
};

static struct flags global;
static struct key *keys, **keys_end = &keys;
static int separator = -1, unique, stable, check;
static struct line *lines;
static size_t count;

static int read_flag(char c, struct flags *flags)
{
	switch (c) {
	case 'b': flags->blanks = 1; break;
	case 'd': flags->dictionary = 1; break;
	case 'f': flags->fold = 1; break;
	case 'i': flags->printable = 1; break;
	case 'n': flags->numeric = 1; break;
	case 'h': flags->human = 1; break;
	case 'V': flags->version = 1; break;
	case 'r': flags->reverse = 1; break;
	default: return -1;
	}
	return 0;
}

static char *read_place(char *p, long *field, long *character, struct key *key)
{
	*field = strtol(p, &p, 10);
	*character = 0;
	if (*p == '.')
		*character = strtol(p + 1, &p, 10);
	while (*p && *p != ',') {
		if (read_flag(*p, &key->flags) < 0)
			errx(2, "invalid key: %s", p);
		key->has_flags = 1;
		p++;
	}
	return p;
}

static void add_key(char *text)
{
	struct key *key = must(calloc(1, sizeof(*key)));
	char *p = read_place(text, &key->first_field, &key->first_char, key);

	if (*p == ',')
		read_place(p + 1, &key->last_field, &key->last_char, key);
	if (key->first_field < 1)
		errx(2, "invalid key: %s", text);
	*keys_end = key;
	keys_end = &key->next;
}

/* The start of a field; fields keep the blanks in front of them unless -t. */
static const char *field_start(const char *p, long field)
{
	for (; field > 1 && *p; field--) {
		if (separator >= 0) {
			p = strchrnul(p, separator);
			p += *p != '\0';
		} else {
			while (*p == ' ' || *p == '\t')
				p++;
			while (*p && *p != ' ' && *p != '\t')
				p++;
		}
	}
	return p;
}

static const char *field_end(const char *p)
{
	if (separator >= 0)
		return strchrnul(p, separator);
	while (*p == ' ' || *p == '\t')
		p++;
	while (*p && *p != ' ' && *p != '\t')
		p++;
	return p;
}

static void cut(const struct key *key, const struct flags *flags, const char *text, const char **from, const char **to)
{
	const char *start = field_start(text, key->first_field), *end;

	if (flags->blanks)
		while (*start == ' ' || *start == '\t')
			start++;
	for (long i = 1; i < key->first_char && *start; i++)
		start++;
	if (!key->last_field) {
		end = start + strlen(start);
	} else {
		end = field_start(text, key->last_field);
		if (key->last_char) {
			if (flags->blanks)
				while (*end == ' ' || *end == '\t')
					end++;
			for (long i = 0; i < key->last_char && *end; i++)
				end++;
		} else {
			end = field_end(end);
		}
	}
	*from = start;
	*to = end > start ? end : start;
}

/* Numbers of any length: signs, then whole parts by length, then digits. */
static int compare_numbers(const char *a, const char *a_end, const char *b, const char *b_end)
{
	const char *p[2] = { a, b }, *end[2] = { a_end, b_end }, *whole[2];
	size_t length[2];
	int negative[2], order = 0;

	for (int i = 0; i < 2; i++) {
		while (p[i] < end[i] && (*p[i] == ' ' || *p[i] == '\t'))
			p[i]++;
		negative[i] = p[i] < end[i] && *p[i] == '-';
		p[i] += negative[i];
		while (p[i] < end[i] && *p[i] == '0')
			p[i]++;
		whole[i] = p[i];
		while (p[i] < end[i] && isdigit((unsigned char)*p[i]))
			p[i]++;
		length[i] = (size_t)(p[i] - whole[i]);
	}
	if (length[0] != length[1])
		order = length[0] < length[1] ? -1 : 1;
	else
		order = strncmp(whole[0], whole[1], length[0]);
	if (!order) {
		int has[2];

		for (int i = 0; i < 2; i++) {
			has[i] = p[i] < end[i] && *p[i] == '.';
			p[i] += has[i];
		}
		for (;;) {
			int x = has[0] && p[0] < end[0] && isdigit((unsigned char)*p[0]) ? *p[0]++ : 0;
			int y = has[1] && p[1] < end[1] && isdigit((unsigned char)*p[1]) ? *p[1]++ : 0;

			if (!x && !y)
				break;
			order = (x ? x : '0') - (y ? y : '0');
			if (order)
				break;
		}
	}
	/* Zero has no sign. */
	if (negative[0] != negative[1]) {
		int zero = !order && !length[0];

		return zero ? 0 : negative[0] ? -1 : 1;
	}
	return negative[0] ? -order : order;
}

static double human_value(const char *p, const char *end)
{
	static const char units[] = "KMGTPE";
	char text[64], *after;
	double value;

	snprintf(text, sizeof(text), "%.*s", (int)(end - p < 60 ? end - p : 60), p);
	value = strtod(text, &after);
	if (*after == 'k')
		value *= 1024;
	else if (*after && strchr(units, *after))
		for (const char *unit = units; unit <= strchr(units, *after); unit++)
			value *= 1024;
	return value;
}

static int skipped(unsigned char c, const struct flags *flags)
{
	return (flags->dictionary && !isalnum(c) && c != ' ' && c != '\t') || (flags->printable && !isprint(c));
}

static int compare_text(const char *a, const char *a_end, const char *b, const char *b_end, const struct flags *flags)
{
	for (;;) {
		int x, y;

		while (a < a_end && skipped((unsigned char)*a, flags))
			a++;
		while (b < b_end && skipped((unsigned char)*b, flags))
			b++;
		if (a == a_end || b == b_end)
			return (a < a_end) - (b < b_end);
		x = (unsigned char)*a++;
		y = (unsigned char)*b++;
		if (flags->fold) {
			x = toupper(x);
			y = toupper(y);
		}
		if (x != y)
			return x - y;
	}
}

static int compare_range(const char *a, const char *a_end, const char *b, const char *b_end, const struct flags *flags)
{
	int order;

	if (flags->numeric) {
		order = compare_numbers(a, a_end, b, b_end);
	} else if (flags->human) {
		double x = human_value(a, a_end), y = human_value(b, b_end);

		order = (x > y) - (x < y);
	} else if (flags->version) {
		order = strverscmp(a, b);
	} else {
		order = compare_text(a, a_end, b, b_end, flags);
	}
	return flags->reverse ? -order : order;
}

static int compare_keys(const struct line *x, const struct line *y)
{
	if (!keys) {
		const char *a = x->text, *b = y->text;

		while (global.blanks && (*a == ' ' || *a == '\t'))
			a++;
		while (global.blanks && (*b == ' ' || *b == '\t'))
			b++;
		return compare_range(a, x->text + x->length, b, y->text + y->length, &global);
	}
	for (const struct key *key = keys; key; key = key->next) {
		const struct flags *flags = key->has_flags ? &key->flags : &global;
		const char *a, *a_end, *b, *b_end;
		int order;

		cut(key, flags, x->text, &a, &a_end);
		cut(key, flags, y->text, &b, &b_end);
		order = compare_range(a, a_end, b, b_end, flags);
		if (order)
			return order;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = compare_keys(x, y);

	if (!order && !unique && !stable) {
		order = strcmp(x->text, y->text);
		if (global.reverse)
			order = -order;
	}
	/* What is equal stays in its order. */
	return order ? order : (x->number > y->number) - (x->number < y->number);
}

static void read_lines(FILE *file)
{
	static size_t space;
	char *text = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&text, &size, file)) > 0) {
		if (text[length - 1] == '\n')
			text[--length] = '\0';
		if (count == space) {
			space = space * 2 + 256;
			lines = must(reallocarray(lines, space, sizeof(*lines)));
		}
		lines[count] = (struct line){ text, (size_t)length, count };
		count++;
		text = NULL;
		size = 0;
	}
	free(text);
}

static int check_order(void)
{
	for (size_t i = 1; i < count; i++) {
		int order = compare_keys(&lines[i - 1], &lines[i]);

		if (order > 0 || (unique && !order)) {
			if (check == 'c')
				warnx("disorder: %s", lines[i].text);
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *output = NULL;
	int option;

	while ((option = getopt(argc, argv, "bcCdfhik:mno:rst:uV")) != -1) {
		switch (option) {
		case 'c':
		case 'C': check = option; break;
		case 'k': add_key(optarg); break;
		case 'm': break;
		case 'o': output = optarg; break;
		case 's': stable = 1; break;
		case 't': separator = (unsigned char)*optarg; break;
		case 'u': unique = 1; break;
		default:
			if (read_flag((char)option, &global) < 0) {
				fprintf(stderr, "usage: sort [-bcCdfhimnrsuV] [-k from[,to]] [-t char] [-o file] [file...]\n");
				return 2;
			}
		}
	}
	if (optind == argc)
		read_lines(stdin);
	for (; optind < argc; optind++) {
		FILE *file = strcmp(argv[optind], "-") ? fopen(argv[optind], "r") : stdin;

		if (!file)
			err(2, "%s", argv[optind]);
		read_lines(file);
		if (ferror(file))
			err(2, "%s", argv[optind]);
		if (file != stdin)
			fclose(file);
	}
	if (check)
		return check_order();
	if (count)
		qsort(lines, count, sizeof(*lines), compare);
	if (output && !freopen(output, "w", stdout))
		err(2, "%s", output);
	for (size_t i = 0; i < count; i++)
		if (!unique || !i || compare_keys(&lines[i - 1], &lines[i])) {
			fwrite(lines[i].text, 1, lines[i].length, stdout);
			putchar('\n');
		} else {
			/* The first of equals stands for all. */
			lines[i] = lines[i - 1];
		}
	return finish(0);
}
