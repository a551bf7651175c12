/* Arithmetic: C's integer expressions over variables, in 64 bits; overflow wraps. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

struct state {
	const char *whole;
	const char *at;
	int dry;		/* the value is not wanted: nothing is assigned or divided */
	int depth;
};

#define MAX_DEPTH 1000

static intmax_t comma(struct state *state);
static intmax_t assignment(struct state *state);

__attribute__((__noreturn__)) static void bad(struct state *state, const char *what)
{
	shell_error(2, "arithmetic expression: %s: \"%s\"", what, state->whole);
}

static void blanks(struct state *state)
{
	while (isspace((unsigned char)*state->at))
		state->at++;
}

/* Takes the operator if it is there and is not the beginning of a longer one. */
static int take(struct state *state, const char *operator)
{
	size_t length = strlen(operator);
	char next;

	blanks(state);
	if (strncmp(state->at, operator, length))
		return 0;
	next = state->at[length];
	if (length == 1 && strchr("<>&|", *operator) && next == *operator)
		return 0;
	if (strchr("+-*/%<>&^|", *operator) && next == '=' && !(length == 1 && (*operator == '<' || *operator == '>')))
		return 0;
	if ((!strcmp(operator, "=") || !strcmp(operator, "!")) && next == '=')
		return 0;
	state->at += length;
	return 1;
}

static intmax_t value_of(struct state *state, const char *name)
{
	const char *value = variable_get(name);
	intmax_t number;
	char *end;

	if (!value) {
		if (options['u'])
			shell_error(2, "%s: parameter not set", name);
		return 0;
	}
	while (isspace((unsigned char)*value))
		value++;
	if (!*value)
		return 0;
	errno = 0;
	number = strtoimax(value, &end, 0);
	while (isspace((unsigned char)*end))
		end++;
	if (*end)
		shell_error(2, "Illegal number: %s", value);
	(void)state;
	return number;
}

static char *read_name(struct state *state)
{
	size_t length;
	char *name;

	blanks(state);
	length = name_span(state->at);
	if (!length)
		return NULL;
	name = xmalloc(length + 1);
	memcpy(name, state->at, length);
	name[length] = '\0';
	state->at += length;
	return name;
}

static void store(struct state *state, const char *name, intmax_t value)
{
	char number[24];

	if (state->dry)
		return;
	snprintf(number, sizeof(number), "%jd", value);
	if (variable_set(name, number, 0) < 0)
		shell_error(2, NULL);
}

static intmax_t primary(struct state *state)
{
	intmax_t value;
	char *name, *end;

	if (take(state, "(")) {
		if (++state->depth > MAX_DEPTH)
			bad(state, "nested too deeply");
		value = comma(state);
		if (!take(state, ")"))
			bad(state, "expecting ')'");
		state->depth--;
		return value;
	}
	blanks(state);
	if (isdigit((unsigned char)*state->at)) {
		value = (intmax_t)strtoumax(state->at, &end, 0);
		if (isalnum((unsigned char)*end) || *end == '_')
			bad(state, "bad number");
		state->at = end;
		return value;
	}
	name = read_name(state);
	if (!name)
		bad(state, "expecting primary");
	value = value_of(state, name);
	free(name);
	return value;
}

static intmax_t unary(struct state *state)
{
	intmax_t value;

	if (++state->depth > MAX_DEPTH)
		bad(state, "nested too deeply");
	if (take(state, "!"))
		value = !unary(state);
	else if (take(state, "~"))
		value = ~unary(state);
	else if (take(state, "-"))
		value = (intmax_t)-(uintmax_t)unary(state);
	else if (take(state, "+"))
		value = unary(state);
	else
		value = primary(state);
	state->depth--;
	return value;
}

static intmax_t divide(struct state *state, intmax_t a, intmax_t b, int remainder)
{
	if (state->dry)
		return 0;
	if (!b)
		bad(state, "division by zero");
	if (b == -1)
		return remainder ? 0 : (intmax_t)-(uintmax_t)a;
	return remainder ? a % b : a / b;
}

/* Binary operators, by precedence from 0 (loosest). */
static const char *const levels[][5] = {
	{ "|" }, { "^" }, { "&" }, { "==", "!=" }, { "<=", ">=", "<", ">" }, { "<<", ">>" }, { "+", "-" },
	{ "*", "/", "%" },
};
#define LEVELS (int)(sizeof(levels) / sizeof(levels[0]))

static intmax_t apply(struct state *state, const char *operator, intmax_t a, intmax_t b)
{
	switch (*operator) {
	case '|': return a | b;
	case '^': return a ^ b;
	case '&': return a & b;
	case '=': return a == b;
	case '!': return a != b;
	case '<': return operator[1] == '<' ? (intmax_t)((uintmax_t)a << (b & 63)) : operator[1] ? a <= b : a < b;
	case '>': return operator[1] == '>' ? a >> (b & 63) : operator[1] ? a >= b : a > b;
	case '+': return (intmax_t)((uintmax_t)a + (uintmax_t)b);
	case '-': return (intmax_t)((uintmax_t)a - (uintmax_t)b);
	case '*': return (intmax_t)((uintmax_t)a * (uintmax_t)b);
	default: return divide(state, a, b, *operator == '%');
	}
}

static intmax_t binary(struct state *state, int level)
{
	intmax_t value;

	if (level == LEVELS)
		return unary(state);
	value = binary(state, level + 1);
	for (;;) {
		int i;

		for (i = 0; i < 5 && levels[level][i]; i++)
			if (take(state, levels[level][i]))
				break;
		if (i == 5 || !levels[level][i])
			return value;
		value = apply(state, levels[level][i], value, binary(state, level + 1));
	}
}

static intmax_t logical_and(struct state *state)
{
	intmax_t value = binary(state, 0);

	while (take(state, "&&")) {
		int dry = state->dry;
		intmax_t right;

		state->dry |= !value;
		right = binary(state, 0);
		state->dry = dry;
		value = value && right;
	}
	return value;
}

static intmax_t logical_or(struct state *state)
{
	intmax_t value = logical_and(state);

	while (take(state, "||")) {
		int dry = state->dry;
		intmax_t right;

		state->dry |= value != 0;
		right = logical_and(state);
		state->dry = dry;
		value = value || right;
	}
	return value;
}

static intmax_t conditional(struct state *state)
{
	intmax_t value = logical_or(state), yes, no;
	int dry = state->dry;

	if (!take(state, "?"))
		return value;
	state->dry = dry | !value;
	yes = comma(state);
	if (!take(state, ":"))
		bad(state, "expecting ':'");
	state->dry = dry | (value != 0);
	no = conditional(state);
	state->dry = dry;
	return value ? yes : no;
}

static intmax_t assignment(struct state *state)
{
	static const char *const operators[] = { "<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=" };
	const char *start = state->at;
	char *name = read_name(state);
	intmax_t value;

	if (name) {
		if (take(state, "=")) {
			value = assignment(state);
			store(state, name, value);
			free(name);
			return value;
		}
		for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
			size_t length = strlen(operators[i]);

			blanks(state);
			if (strncmp(state->at, operators[i], length))
				continue;
			state->at += length;
			value = value_of(state, name);
			value = apply(state, operators[i], value, assignment(state));
			store(state, name, value);
			free(name);
			return value;
		}
		free(name);
	}
	state->at = start;
	return conditional(state);
}

static intmax_t comma(struct state *state)
{
	intmax_t value = assignment(state);

	while (take(state, ","))
		value = assignment(state);
	return value;
}

intmax_t arithmetic(const char *expression)
{
	struct state state = { .whole = expression, .at = expression };
	intmax_t value;

	blanks(&state);
	if (!*state.at)
		return 0;
	value = comma(&state);
	blanks(&state);
	if (*state.at)
		bad(&state, "expecting EOF");
	return value;
}
