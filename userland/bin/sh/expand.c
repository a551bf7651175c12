/*
 * Expansion of words.
 *
 * A word is expanded into a row of marked bytes, which is then cut into fields, and each field matched
 * against file names. A byte's mark tells whether it was quoted (it stands for itself), came from an
 * expansion (it may separate fields) or stood in the word; some items of the row are marks alone.
 */
#include <ctype.h>
#include <glob.h>
#include <fnmatch.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

#define QUOTED	0x100
#define FROM	0x200		/* of an expansion, not quoted */
#define EXISTS	0x400		/* no byte: the field exists, even if it is empty */
#define BREAK	0x800		/* no byte: the field ends here */

struct row {
	struct arena *arena;
	unsigned short *items;
	size_t count, space;
	int splits;		/* into fields: $@ makes several */
};

static void add(struct row *row, unsigned item)
{
	if (row->count == row->space) {
		unsigned short *more = arena_alloc(row->arena, (row->space * 2 + 64) * sizeof(*more));

		if (row->count)
			memcpy(more, row->items, row->count * sizeof(*more));
		row->items = more;
		row->space = row->space * 2 + 64;
	}
	row->items[row->count++] = (unsigned short)item;
}

static void add_string(struct row *row, const char *text, unsigned mark)
{
	for (; *text; text++)
		add(row, (unsigned char)*text | mark);
}

static void expand_parts(struct row *row, struct part *parts, int quoted, int is_assignment);

const char *parameter_value(const char *name, struct arena *arena)
{
	char number[24];

	if (isalpha((unsigned char)*name) || *name == '_') {
		if (!strcmp(name, "LINENO")) {
			snprintf(number, sizeof(number), "%d", current_line);
			return arena_copy(arena, number, strlen(number));
		}
		return variable_get(name);
	}
	if (isdigit((unsigned char)*name)) {
		long index = strtol(name, NULL, 10);

		if (!index)
			return shell_name;
		return index <= positional.count ? positional.values[index - 1] : NULL;
	}
	switch (*name) {
	case '#':
		snprintf(number, sizeof(number), "%d", positional.count);
		break;
	case '?':
		snprintf(number, sizeof(number), "%d", status);
		break;
	case '$':
		snprintf(number, sizeof(number), "%d", (int)shell_pid);
		break;
	case '!':
		if (!last_background)
			return NULL;
		snprintf(number, sizeof(number), "%d", (int)last_background);
		break;
	case '-': {
		size_t length = 0;

		for (int c = 0; c < 256 && length < sizeof(number) - 1; c++)
			if (options[c])
				number[length++] = (char)c;
		number[length] = '\0';
		break;
	}
	default:
		return NULL;
	}
	return arena_copy(arena, number, strlen(number));
}

/* $* and $@ as one string. */
static char *joined(struct arena *arena, char separator)
{
	struct text text = { 0 };
	char *copy;

	text_add(&text, "", 0);
	for (int i = 0; i < positional.count; i++) {
		if (i && separator)
			text_byte(&text, separator);
		text_string(&text, positional.values[i]);
	}
	copy = arena_copy(arena, text.data, text.length);
	free(text.data);
	return copy;
}

static char ifs_first(void)
{
	const char *ifs = variable_get("IFS");

	return ifs ? *ifs : ' ';
}

static void add_positional(struct row *row, int star, int quoted)
{
	unsigned mark = quoted ? QUOTED : FROM;

	if (!row->splits) {
		add_string(row, joined(row->arena, star ? ifs_first() : ' '), QUOTED);
		return;
	}
	if (star && quoted) {
		add_string(row, joined(row->arena, ifs_first()), QUOTED);
		return;
	}
	for (int i = 0; i < positional.count; i++) {
		if (i)
			add(row, BREAK);
		if (quoted)
			add(row, EXISTS);
		add_string(row, positional.values[i], mark);
	}
}

static char *row_string(const struct row *row, size_t from, size_t to)
{
	char *text = arena_alloc(row->arena, to - from + 1);
	size_t length = 0;

	for (size_t i = from; i < to; i++)
		if (!(row->items[i] & (EXISTS | BREAK)))
			text[length++] = (char)row->items[i];
	return text;
}

/* Every byte that could mean something in a pattern, but was quoted, gets a backslash. */
static char *row_pattern(const struct row *row, size_t from, size_t to)
{
	char *text = arena_alloc(row->arena, (to - from) * 2 + 1);
	size_t length = 0;

	for (size_t i = from; i < to; i++) {
		unsigned item = row->items[i];

		if (item & (EXISTS | BREAK))
			continue;
		if (item & QUOTED && strchr("*?[]\\-!^", (int)(item & 0xff)))
			text[length++] = '\\';
		text[length++] = (char)item;
	}
	return text;
}

char *expand_string(struct part *parts, struct arena *arena)
{
	struct row row = { .arena = arena };

	expand_parts(&row, parts, 0, 0);
	return row_string(&row, 0, row.count);
}

char *expand_assignment(struct part *parts, struct arena *arena)
{
	struct row row = { .arena = arena };

	expand_parts(&row, parts, 0, 1);
	return row_string(&row, 0, row.count);
}

char *expand_pattern(struct part *parts, struct arena *arena)
{
	struct row row = { .arena = arena };

	expand_parts(&row, parts, 0, 0);
	return row_pattern(&row, 0, row.count);
}

/* Cuts what the pattern matches off one end; the smallest or the largest piece. */
static const char *trim(struct arena *arena, const char *value, const char *pattern, char operator)
{
	size_t length = strlen(value);
	char *copy = arena_copy(arena, value, length);

	for (size_t i = 0; i <= length; i++) {
		/* How many bytes to try: from few to many or the other way round. */
		size_t piece = operator == '#' || operator == '%' ? i : length - i;

		if (operator == '#' || operator == 'S') {
			char kept = copy[piece];

			copy[piece] = '\0';
			if (!fnmatch(pattern, copy, 0))
				return value + piece;
			copy[piece] = kept;
		} else if (!fnmatch(pattern, copy + length - piece, 0)) {
			copy[length - piece] = '\0';
			return copy;
		}
	}
	return value;
}

static void expand_word_of(struct row *row, struct part *part, int quoted)
{
	/* Whatever is not quoted in the word came from an expansion now. */
	size_t from = row->count;

	expand_parts(row, part->parts, quoted, 0);
	for (size_t i = from; i < row->count; i++)
		if (!(row->items[i] & (QUOTED | EXISTS | BREAK)))
			row->items[i] |= FROM;
}

static void assign_default(struct row *row, struct part *part, int quoted)
{
	char *value;

	if (!is_name(part->text))
		shell_error(2, "%s: bad variable name", part->text);
	value = expand_string(part->parts, row->arena);
	if (variable_set(part->text, value, 0) < 0)
		shell_error(2, NULL);
	add_string(row, value, quoted ? QUOTED : FROM);
}

static void expand_parameter(struct row *row, struct part *part, int quoted)
{
	int all = (*part->text == '@' || *part->text == '*') && !part->text[1];
	const char *value = all ? (positional.count ? "" : NULL) : parameter_value(part->text, row->arena);
	unsigned mark = quoted ? QUOTED : FROM;
	int missing;
	char number[24];

	if (part->bad)
		shell_error(2, "Bad substitution");
	if (all && part->colon)
		missing = !*joined(row->arena, 0);
	else
		missing = !value || (part->colon && !*value);
	switch (part->operator) {
	case '-':
		if (missing) {
			expand_word_of(row, part, quoted);
			return;
		}
		break;
	case '=':
		if (missing) {
			assign_default(row, part, quoted);
			return;
		}
		break;
	case '?':
		if (missing) {
			char *message = expand_string(part->parts, row->arena);

			if (!*message)
				message = part->colon ? "parameter not set or null" : "parameter not set";
			shell_error(2, "%s: %s", part->text, message);
		}
		break;
	case '+':
		if (!missing)
			expand_word_of(row, part, quoted);
		return;
	default:
		if (!value && !all && options['u'])
			shell_error(2, "%s: parameter not set", part->text);
	}
	if (part->operator == 'L') {
		snprintf(number, sizeof(number), "%zu",
			 all ? strlen(joined(row->arena, *part->text == '@' ? ' ' : ifs_first())) :
			       value ? strlen(value) : 0);
		add_string(row, number, mark);
		return;
	}
	if (part->operator && strchr("%#PS", part->operator)) {
		if (all)
			value = joined(row->arena, ifs_first());
		if (value)
			value = trim(row->arena, value, expand_pattern(part->parts, row->arena), part->operator);
		all = 0;
	}
	if (all)
		add_positional(row, *part->text == '*', quoted);
	else if (value)
		add_string(row, value, mark);
}

static const char *home_of(const char *name, struct arena *arena)
{
	struct passwd *user;

	if (!*name)
		return variable_get("HOME");
	user = getpwnam(name);
	return user ? arena_copy(arena, user->pw_dir, strlen(user->pw_dir)) : NULL;
}

/* Expands a tilde at text; returns what follows it, or text itself. */
static const char *expand_tilde(struct row *row, const char *text, int is_assignment, int is_last)
{
	size_t length = strcspn(text, is_assignment ? "/:" : "/");
	const char *home;

	/* A name that goes on in another part is no name. */
	if (!text[length] && !is_last)
		return text;
	home = home_of(arena_copy(row->arena, text + 1, length - 1), row->arena);
	if (!home)
		return text;
	add(row, EXISTS);
	add_string(row, home, QUOTED);
	return text + length;
}

static void expand_literal(struct row *row, struct part *part, int is_first, int is_assignment)
{
	const char *text = part->text;

	if (is_first && *text == '~')
		text = expand_tilde(row, text, is_assignment, !part->next);
	while (*text) {
		char c = *text++;

		add(row, (unsigned char)c);
		if (c == ':' && is_assignment && *text == '~')
			text = expand_tilde(row, text, is_assignment, !part->next);
	}
}

/* Whether the quotes hold nothing but $@, of which there is none: then there is no field either. */
static int vanishes(const struct part *parts)
{
	if (positional.count || !parts)
		return 0;
	for (; parts; parts = parts->next)
		if (parts->kind != PART_PARAMETER || strcmp(parts->text, "@") || parts->operator)
			return 0;
	return 1;
}

static void expand_parts(struct row *row, struct part *parts, int quoted, int is_assignment)
{
	unsigned mark = quoted ? QUOTED : FROM;
	int is_first = 1;
	char number[24];

	for (struct part *part = parts; part; part = part->next, is_first = 0) {
		switch (part->kind) {
		case PART_LITERAL:
			expand_literal(row, part, is_first, is_assignment);
			break;
		case PART_QUOTED:
			add(row, EXISTS);
			add_string(row, part->text, QUOTED);
			break;
		case PART_DOUBLE:
			if (!vanishes(part->parts))
				add(row, EXISTS);
			expand_parts(row, part->parts, 1, 0);
			break;
		case PART_PARAMETER:
			expand_parameter(row, part, quoted);
			break;
		case PART_COMMAND:
			add_string(row, command_output(part->command, row->arena), mark);
			break;
		case PART_ARITHMETIC:
			snprintf(number, sizeof(number), "%jd", arithmetic(expand_string(part->parts, row->arena)));
			add_string(row, number, mark);
			break;
		}
	}
}

void add_argument(struct arguments *arguments, struct arena *arena, char *value)
{
	if (arguments->count + 1 >= arguments->space) {
		char **more;

		arguments->space = arguments->space * 2 + 8;
		more = arena_alloc(arena, (size_t)arguments->space * sizeof(*more));
		if (arguments->count)
			memcpy(more, arguments->values, (size_t)arguments->count * sizeof(*more));
		arguments->values = more;
	}
	arguments->values[arguments->count++] = value;
	arguments->values[arguments->count] = NULL;
}

static int has_pattern(const struct row *row, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		unsigned item = row->items[i];

		if (!(item & (QUOTED | EXISTS | BREAK)) && strchr("*?[", (int)(item & 0xff)) && item & 0xff)
			return 1;
	}
	return 0;
}

static void add_field(struct row *row, size_t from, size_t to, struct arguments *arguments)
{
	glob_t found;

	if (!options['f'] && has_pattern(row, from, to)) {
		if (!glob(row_pattern(row, from, to), 0, NULL, &found)) {
			for (size_t i = 0; i < found.gl_pathc; i++)
				add_argument(arguments, row->arena,
					     arena_copy(row->arena, found.gl_pathv[i], strlen(found.gl_pathv[i])));
			globfree(&found);
			return;
		}
	}
	add_argument(arguments, row->arena, row_string(row, from, to));
}

/* Cuts the row into fields at breaks and at separators that came from expansions. */
static void split(struct row *row, struct arguments *arguments)
{
	const char *ifs = variable_get("IFS");
	size_t start = 0;
	int have = 0, after_blank = 0;

	if (!ifs)
		ifs = " \t\n";
	for (size_t i = 0; i < row->count; i++) {
		unsigned item = row->items[i];
		char c = (char)item;

		if (item & BREAK) {
			if (have)
				add_field(row, start, i, arguments);
			have = after_blank = 0;
			start = i + 1;
		} else if (item & FROM && c && strchr(ifs, c)) {
			int is_blank = c == ' ' || c == '\t' || c == '\n';

			if (have || (!is_blank && !after_blank))
				add_field(row, start, i, arguments);
			after_blank = have ? is_blank : after_blank && is_blank;
			have = 0;
			start = i + 1;
		} else {
			if (!have)
				start = i;
			have = 1;
			after_blank = 0;
		}
	}
	if (have)
		add_field(row, start, row->count, arguments);
}

void expand_words(struct word *words, struct arguments *to, struct arena *arena)
{
	for (; words; words = words->next) {
		struct row row = { .arena = arena, .splits = 1 };

		expand_parts(&row, words->parts, 0, 0);
		split(&row, to);
	}
}
