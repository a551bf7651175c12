/*
 * regcomp(): from pattern to program. The pattern becomes a tree first, since repetitions copy what they
 * repeat.
 *
 * As extensions known from elsewhere, basic expressions have \+ \? and \|, and both have \< \> \b \B \w \W
 * \s \S.
 */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>
#include "regex-program.h"

#define MAX_CODE 1000000

enum kind { EMPTY, SIMPLE, GROUP, CONCATENATION, ALTERNATION, REPETITION };

struct tree {
	enum kind kind;
	struct tree *left, *right;
	struct instruction simple;
	int group;
	int minimum, maximum;		/* -1: no limit */
	struct tree *all;		/* every node made, for freeing */
};

struct compiler {
	const char *p;
	int flags;
	int error;
	int open_groups;
	struct tree *all;
	struct __regex *regex;
	int code_space;
	int depth;
	int closed[10];			/* groups that back references may name */
};

static struct tree *fail(struct compiler *compiler, int error)
{
	if (!compiler->error)
		compiler->error = error;
	return NULL;
}

static struct tree *node(struct compiler *compiler, enum kind kind, struct tree *left, struct tree *right)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return fail(compiler, REG_ESPACE);
	tree->kind = kind;
	tree->left = left;
	tree->right = right;
	tree->all = compiler->all;
	compiler->all = tree;
	return tree;
}

static struct tree *simple(struct compiler *compiler, enum operation operation, int x)
{
	struct tree *tree = node(compiler, SIMPLE, NULL, NULL);

	if (tree)
		tree->simple = (struct instruction){ operation, x, 0 };
	return tree;
}

static void set_add(struct set *set, int c, int fold)
{
	set->bits[c / 32] |= 1U << (c % 32);
	if (fold && isalpha(c))
		set->bits[(c ^ 32) / 32] |= 1U << ((c ^ 32) % 32);
}

static struct tree *set_node(struct compiler *compiler, const struct set *set)
{
	struct __regex *regex = compiler->regex;
	struct set *more = reallocarray(regex->sets, (size_t)regex->set_count + 1, sizeof(*more));

	if (!more)
		return fail(compiler, REG_ESPACE);
	regex->sets = more;
	more[regex->set_count] = *set;
	return simple(compiler, OP_SET, regex->set_count++);
}

static struct tree *character(struct compiler *compiler, int c)
{
	struct set set = { 0 };

	if (!(compiler->flags & REG_ICASE) || !isalpha(c))
		return simple(compiler, OP_CHAR, c);
	set_add(&set, c, 1);
	return set_node(compiler, &set);
}

static int add_class(struct compiler *compiler, struct set *set, const char *name, size_t length)
{
	char text[16];
	wctype_t class;

	if (length >= sizeof(text))
		return -1;
	memcpy(text, name, length);
	text[length] = '\0';
	class = wctype(text);
	if (!class)
		return -1;
	for (int c = 0; c < 128; c++)
		if (iswctype((wint_t)c, class))
			set_add(set, c, compiler->flags & REG_ICASE);
	return 0;
}

/* One end of a range: a byte, [.x.] or [=x=]. -1 with an error set. */
static int bracket_byte(struct compiler *compiler)
{
	const char *p = compiler->p;
	int c;

	if (p[0] == '[' && (p[1] == '.' || p[1] == '=')) {
		if (!p[2] || p[3] != p[1] || p[4] != ']') {
			fail(compiler, REG_ECOLLATE);
			return -1;
		}
		c = (unsigned char)p[2];
		compiler->p = p + 5;
		return c;
	}
	c = (unsigned char)*p;
	if (!c) {
		fail(compiler, REG_EBRACK);
		return -1;
	}
	compiler->p++;
	return c;
}

/* After the opening bracket. */
static struct tree *bracket(struct compiler *compiler)
{
	struct set set = { 0 };
	int invert = *compiler->p == '^', first = 1;

	compiler->p += invert;
	for (; *compiler->p != ']' || first; first = 0) {
		int from, to;

		if (!*compiler->p)
			return fail(compiler, REG_EBRACK);
		if (compiler->p[0] == '[' && compiler->p[1] == ':') {
			const char *name = compiler->p + 2, *end = strstr(name, ":]");

			if (!end)
				return fail(compiler, REG_EBRACK);
			if (add_class(compiler, &set, name, (size_t)(end - name)) < 0)
				return fail(compiler, REG_ECTYPE);
			compiler->p = end + 2;
			continue;
		}
		from = to = bracket_byte(compiler);
		if (from < 0)
			return NULL;
		if (compiler->p[0] == '-' && compiler->p[1] != ']') {
			compiler->p++;
			to = bracket_byte(compiler);
			if (to < 0)
				return NULL;
			if (to < from)
				return fail(compiler, REG_ERANGE);
		}
		for (int c = from; c <= to; c++)
			set_add(&set, c, compiler->flags & REG_ICASE);
	}
	compiler->p++;
	if (invert) {
		for (int i = 0; i < 8; i++)
			set.bits[i] = ~set.bits[i];
		set.bits[0] &= ~1U;
		if (compiler->flags & REG_NEWLINE)
			set.bits[0] &= ~(1U << '\n');
	}
	return set_node(compiler, &set);
}

static struct tree *named_set(struct compiler *compiler, int c)
{
	struct set set = { 0 };

	for (int b = 1; b < 256; b++) {
		int is = (c | 32) == 'w' ? isalnum(b) || b == '_' : isspace(b);

		if ((is != 0) == (islower(c) != 0))
			set.bits[b / 32] |= 1U << (b % 32);
	}
	return set_node(compiler, &set);
}

static struct tree *alternation(struct compiler *compiler);

static int is_extended(const struct compiler *compiler)
{
	return compiler->flags & REG_EXTENDED;
}

/* Whether an operator stands here: bare in extended, escaped in basic expressions. */
static int at(const struct compiler *compiler, char operator)
{
	if (is_extended(compiler))
		return compiler->p[0] == operator;
	return compiler->p[0] == '\\' && compiler->p[1] == operator;
}

static void skip_operator(struct compiler *compiler)
{
	compiler->p += is_extended(compiler) ? 1 : 2;
}

static struct tree *group(struct compiler *compiler)
{
	int number = ++compiler->regex->groups;
	struct tree *inside, *tree;

	if (++compiler->depth > 250)
		return fail(compiler, REG_ESPACE);
	skip_operator(compiler);
	compiler->open_groups++;
	inside = alternation(compiler);
	if (!inside)
		return NULL;
	if (!at(compiler, ')'))
		return fail(compiler, REG_EPAREN);
	skip_operator(compiler);
	compiler->open_groups--;
	compiler->depth--;
	tree = node(compiler, GROUP, inside, NULL);
	if (tree)
		tree->group = number;
	if (number < 10)
		compiler->closed[number] = 1;
	return tree;
}

static struct tree *escaped(struct compiler *compiler)
{
	int c = (unsigned char)compiler->p[1];

	if (!c)
		return fail(compiler, REG_EESCAPE);
	compiler->p += 2;
	switch (c) {
	case '<':
		return simple(compiler, OP_WORD_BEGIN, 0);
	case '>':
		return simple(compiler, OP_WORD_END, 0);
	case 'b':
		return simple(compiler, OP_WORD_EDGE, 0);
	case 'B':
		return simple(compiler, OP_WORD_INSIDE, 0);
	case 'w':
	case 'W':
	case 's':
	case 'S':
		return named_set(compiler, c);
	default:
		break;
	}
	if (c >= '1' && c <= '9') {
		if (!compiler->closed[c - '0'])
			return fail(compiler, REG_ESUBREG);
		compiler->regex->has_back = 1;
		return simple(compiler, OP_BACK, c - '0');
	}
	return character(compiler, c);
}

static struct tree *atom(struct compiler *compiler, int is_first)
{
	const char *p = compiler->p;

	if (at(compiler, '('))
		return group(compiler);
	if (*p == '[') {
		compiler->p++;
		return bracket(compiler);
	}
	if (*p == '.') {
		compiler->p++;
		return simple(compiler, compiler->flags & REG_NEWLINE ? OP_ANY_BUT_NEWLINE : OP_ANY, 0);
	}
	if (*p == '^' && (is_extended(compiler) || is_first)) {
		compiler->p++;
		return simple(compiler, OP_BEGIN, 0);
	}
	if (*p == '$' && (is_extended(compiler) || !p[1] || !strncmp(p + 1, "\\)", 2) || !strncmp(p + 1, "\\|", 2))) {
		compiler->p++;
		return simple(compiler, OP_END, 0);
	}
	if (*p == '\\')
		return escaped(compiler);
	compiler->p++;
	return character(compiler, (unsigned char)*p);
}

/* The numbers of {m,n}, at the digit. */
static int interval(struct compiler *compiler, int *minimum, int *maximum)
{
	char *end;
	long low = 0, high;

	if (isdigit((unsigned char)*compiler->p))
		low = strtol(compiler->p, &end, 10);
	else if (*compiler->p == ',')
		end = (char *)compiler->p;
	else
		return fail(compiler, REG_BADBR), -1;
	high = low;
	if (*end == ',') {
		end++;
		high = -1;
		if (isdigit((unsigned char)*end))
			high = strtol(end, &end, 10);
	}
	compiler->p = end;
	if (!*end)
		return fail(compiler, REG_EBRACE), -1;
	if (low > RE_DUP_MAX || high > RE_DUP_MAX || (high >= 0 && high < low) || !at(compiler, '}'))
		return fail(compiler, REG_BADBR), -1;
	skip_operator(compiler);
	*minimum = (int)low;
	*maximum = (int)high;
	return 0;
}

static struct tree *repeated(struct compiler *compiler, struct tree *tree)
{
	for (;;) {
		int minimum, maximum;

		if (*compiler->p == '*') {
			minimum = 0;
			maximum = -1;
			compiler->p++;
		} else if (at(compiler, '+')) {
			minimum = 1;
			maximum = -1;
			skip_operator(compiler);
		} else if (at(compiler, '?')) {
			minimum = 0;
			maximum = 1;
			skip_operator(compiler);
		} else if (at(compiler, '{') && !(is_extended(compiler) && !isdigit((unsigned char)compiler->p[1]) &&
						  compiler->p[1] != ',')) {
			skip_operator(compiler);
			if (interval(compiler, &minimum, &maximum) < 0)
				return NULL;
		} else {
			return tree;
		}
		tree = node(compiler, REPETITION, tree, NULL);
		if (!tree)
			return NULL;
		tree->minimum = minimum;
		tree->maximum = maximum;
	}
}

static struct tree *concatenation(struct compiler *compiler)
{
	struct tree *tree = NULL;
	int is_first = 1;

	while (*compiler->p && !at(compiler, '|') && !(at(compiler, ')') && (compiler->open_groups || !is_extended(compiler)))) {
		struct tree *next;
		int is_anchor = *compiler->p == '^' && is_first;

		/* A star with nothing before it is itself. */
		if (is_first && *compiler->p == '*') {
			compiler->p++;
			next = character(compiler, '*');
		} else {
			next = atom(compiler, is_first);
		}
		/* ... as it is after the anchor of a basic expression. */
		if (next && !(is_anchor && !is_extended(compiler)))
			next = repeated(compiler, next);
		if (!next)
			return NULL;
		is_first = is_anchor && !is_extended(compiler);
		tree = tree ? node(compiler, CONCATENATION, tree, next) : next;
		if (!tree)
			return NULL;
	}
	return tree ? tree : node(compiler, EMPTY, NULL, NULL);
}

static struct tree *alternation(struct compiler *compiler)
{
	struct tree *tree = concatenation(compiler);

	while (tree && at(compiler, '|')) {
		struct tree *right;

		skip_operator(compiler);
		right = concatenation(compiler);
		tree = right ? node(compiler, ALTERNATION, tree, right) : NULL;
	}
	return tree;
}

static int emit(struct compiler *compiler, enum operation operation, int x, int y)
{
	struct __regex *regex = compiler->regex;

	if (compiler->error)
		return 0;
	if (regex->count == compiler->code_space) {
		int want = compiler->code_space ? compiler->code_space * 2 : 32;
		struct instruction *more = want > MAX_CODE ? NULL :
							    reallocarray(regex->code, (size_t)want, sizeof(*more));

		if (!more) {
			fail(compiler, REG_ESPACE);
			return 0;
		}
		regex->code = more;
		compiler->code_space = want;
	}
	regex->code[regex->count] = (struct instruction){ operation, x, y };
	return regex->count++;
}

static void set_target(struct compiler *compiler, int at_code, int is_second, int target)
{
	if (compiler->error)
		return;
	if (is_second)
		compiler->regex->code[at_code].y = target;
	else
		compiler->regex->code[at_code].x = target;
}

static void generate(struct compiler *compiler, const struct tree *tree);

static void generate_repetition(struct compiler *compiler, const struct tree *tree)
{
	struct __regex *regex = compiler->regex;
	int split, mark;

	for (int i = 0; i < tree->minimum && !compiler->error; i++)
		generate(compiler, tree->left);
	if (tree->maximum < 0) {
		/* The mark keeps an empty iteration from going on for ever. */
		mark = regex->marks++;
		split = emit(compiler, OP_SPLIT, regex->count + 1, 0);
		emit(compiler, OP_MARK, mark, 0);
		generate(compiler, tree->left);
		emit(compiler, OP_MOVED, mark, 0);
		emit(compiler, OP_JUMP, split, 0);
		set_target(compiler, split, 1, regex->count);
		return;
	}
	/* Each further one may be left out, and then all that follow are. */
	{
		int *splits, optional = tree->maximum - tree->minimum;

		if (!optional)
			return;
		splits = calloc((size_t)optional, sizeof(*splits));
		if (!splits) {
			fail(compiler, REG_ESPACE);
			return;
		}
		for (int i = 0; i < optional && !compiler->error; i++) {
			splits[i] = emit(compiler, OP_SPLIT, regex->count + 1, 0);
			generate(compiler, tree->left);
		}
		for (int i = 0; i < optional && !compiler->error; i++)
			set_target(compiler, splits[i], 1, regex->count);
		free(splits);
	}
}

static void generate(struct compiler *compiler, const struct tree *tree)
{
	struct __regex *regex = compiler->regex;
	int split, jump;

	if (compiler->error)
		return;
	switch (tree->kind) {
	case EMPTY:
		break;
	case SIMPLE:
		emit(compiler, tree->simple.operation, tree->simple.x, 0);
		break;
	case GROUP:
		emit(compiler, OP_SAVE, tree->group * 2, 0);
		generate(compiler, tree->left);
		emit(compiler, OP_SAVE, tree->group * 2 + 1, 0);
		break;
	case CONCATENATION:
		generate(compiler, tree->left);
		generate(compiler, tree->right);
		break;
	case ALTERNATION:
		split = emit(compiler, OP_SPLIT, regex->count + 1, 0);
		generate(compiler, tree->left);
		jump = emit(compiler, OP_JUMP, 0, 0);
		set_target(compiler, split, 1, regex->count);
		generate(compiler, tree->right);
		set_target(compiler, jump, 0, regex->count);
		break;
	case REPETITION:
		generate_repetition(compiler, tree);
		break;
	}
}

/* What a match can begin with, by following everything that takes no byte. */
static void find_first(struct __regex *regex, int pc, char *seen)
{
	for (;;) {
		const struct instruction *code = &regex->code[pc];

		if (seen[pc])
			return;
		seen[pc] = 1;
		switch (code->operation) {
		case OP_CHAR:
			set_add(&regex->first, code->x, 0);
			return;
		case OP_SET:
			for (int i = 0; i < 8; i++)
				regex->first.bits[i] |= regex->sets[code->x].bits[i];
			return;
		case OP_SPLIT:
			find_first(regex, code->x, seen);
			pc = code->y;
			break;
		case OP_JUMP:
			pc = code->x;
			break;
		case OP_ANY:
		case OP_ANY_BUT_NEWLINE:
		case OP_BACK:
		case OP_MATCH:
			regex->may_be_empty = 1;
			return;
		default:
			pc++;
		}
	}
}

int regcomp(regex_t *__restrict result, const char *__restrict pattern, int flags)
{
	struct compiler compiler = { .p = pattern, .flags = flags };
	struct tree *tree, *next;
	char *seen;

	compiler.regex = calloc(1, sizeof(*compiler.regex));
	if (!compiler.regex)
		return REG_ESPACE;
	compiler.regex->flags = flags;
	tree = alternation(&compiler);
	if (tree && *compiler.p)
		fail(&compiler, REG_EPAREN);
	if (!compiler.error) {
		emit(&compiler, OP_SAVE, 0, 0);
		generate(&compiler, tree);
		emit(&compiler, OP_SAVE, 1, 0);
		emit(&compiler, OP_MATCH, 0, 0);
	}
	for (tree = compiler.all; tree; tree = next) {
		next = tree->all;
		free(tree);
	}
	seen = compiler.error ? NULL : calloc((size_t)compiler.regex->count, 1);
	if (!compiler.error && !seen)
		compiler.error = REG_ESPACE;
	result->__program = compiler.regex;
	if (compiler.error) {
		regfree(result);
		return compiler.error;
	}
	find_first(compiler.regex, 0, seen);
	free(seen);
	result->re_nsub = (size_t)compiler.regex->groups;
	return 0;
}

void regfree(regex_t *regex)
{
	if (!regex->__program)
		return;
	free(regex->__program->code);
	free(regex->__program->sets);
	free(regex->__program);
	regex->__program = NULL;
}
