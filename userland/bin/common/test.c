/*
 * test, also called [: expressions about files, strings and numbers.
 *
 * Up to four arguments mean what POSIX says of their number; more are parsed by precedence: !, -a, -o.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>
#include "common.h"

struct state {
	char **at;
	int left;
	int bad;
};

static void complain(struct state *state, const char *text, const char *message)
{
	if (!state->bad)
		fprintf(stderr, "test: %s: %s\n", text, message);
	state->bad = 1;
}

static int is_unary(const char *text)
{
	return text[0] == '-' && text[1] && !text[2] && strchr("bcdefgGhkLnoOprsStuwxz", text[1]);
}

static int is_binary(const char *text)
{
	static const char *const operators[] = {
		"=", "==", "!=", "<", ">", "-eq", "-ne", "-gt", "-ge", "-lt", "-le", "-nt", "-ot", "-ef",
	};

	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (!strcmp(operators[i], text))
			return 1;
	return 0;
}

static intmax_t number(struct state *state, const char *text)
{
	intmax_t value;
	char *end;

	errno = 0;
	value = strtoimax(text, &end, 10);
	while (isspace((unsigned char)*end))
		end++;
	if (*end || end == text || errno)
		complain(state, text, errno ? "out of range" : "Illegal number");
	return value;
}

static int unary(struct state *state, char operator, const char *text)
{
	struct stat file;

	switch (operator) {
	case 'n':
		return *text != '\0';
	case 'z':
		return *text == '\0';
	case 't':
		return isatty((int)number(state, text));
	case 'r':
		return !faccessat(AT_FDCWD, text, R_OK, AT_EACCESS);
	case 'w':
		return !faccessat(AT_FDCWD, text, W_OK, AT_EACCESS);
	case 'x':
		return !faccessat(AT_FDCWD, text, X_OK, AT_EACCESS);
	case 'h':
	case 'L':
		return !lstat(text, &file) && S_ISLNK(file.st_mode);
	default:
		break;
	}
	if (stat(text, &file) < 0)
		return 0;
	switch (operator) {
	case 'b':
		return S_ISBLK(file.st_mode);
	case 'c':
		return S_ISCHR(file.st_mode);
	case 'd':
		return S_ISDIR(file.st_mode);
	case 'f':
		return S_ISREG(file.st_mode);
	case 'p':
		return S_ISFIFO(file.st_mode);
	case 'S':
		return S_ISSOCK(file.st_mode);
	case 'g':
		return (file.st_mode & S_ISGID) != 0;
	case 'u':
		return (file.st_mode & S_ISUID) != 0;
	case 'k':
		return (file.st_mode & S_ISVTX) != 0;
	case 's':
		return file.st_size > 0;
	case 'O':
	case 'o':
		return file.st_uid == geteuid();
	case 'G':
		return file.st_gid == getegid();
	default:
		return 1;
	}
}

static int newer(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec != b->st_mtim.tv_sec ? a->st_mtim.tv_sec > b->st_mtim.tv_sec :
							 a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

static int compare_files(const char *a, char operator, const char *b)
{
	struct stat left, right;
	int has_left = !stat(a, &left), has_right = !stat(b, &right);

	if (operator == 'e')
		return has_left && has_right && left.st_dev == right.st_dev && left.st_ino == right.st_ino;
	if (operator == 'n')
		return has_left && (!has_right || newer(&left, &right));
	return has_right && (!has_left || newer(&right, &left));
}

static int binary(struct state *state, const char *a, const char *operator, const char *b)
{
	intmax_t left, right;

	if (*operator == '=')
		return !strcmp(a, b);
	if (*operator == '!')
		return strcmp(a, b) != 0;
	if (*operator == '<')
		return strcmp(a, b) < 0;
	if (*operator == '>')
		return strcmp(a, b) > 0;
	if (!strcmp(operator, "-nt") || !strcmp(operator, "-ot") || !strcmp(operator, "-ef"))
		return compare_files(a, operator[1], b);
	left = number(state, a);
	right = number(state, b);
	switch (operator[1] << 8 | operator[2]) {
	case 'e' << 8 | 'q':
		return left == right;
	case 'n' << 8 | 'e':
		return left != right;
	case 'g' << 8 | 't':
		return left > right;
	case 'g' << 8 | 'e':
		return left >= right;
	case 'l' << 8 | 't':
		return left < right;
	default:
		return left <= right;
	}
}

static int parse_or(struct state *state);

static const char *take(struct state *state)
{
	state->left--;
	return *state->at++;
}

static int parse_primary(struct state *state)
{
	const char *first, *operator;
	int value;

	if (!state->left) {
		complain(state, "expression", "argument expected");
		return 0;
	}
	if (state->left >= 3 && is_binary(state->at[1])) {
		first = take(state);
		operator = take(state);
		return binary(state, first, operator, take(state));
	}
	first = take(state);
	if (!strcmp(first, "!") && state->left)
		return !parse_primary(state);
	if (!strcmp(first, "(") && state->left) {
		value = parse_or(state);
		if (!state->left || strcmp(take(state), ")"))
			complain(state, "(", "closing paren expected");
		return value;
	}
	if (is_unary(first) && state->left)
		return unary(state, first[1], take(state));
	return *first != '\0';
}

static int parse_and(struct state *state)
{
	int value = parse_primary(state);

	while (state->left && !strcmp(*state->at, "-a")) {
		take(state);
		value &= parse_primary(state);
	}
	return value;
}

static int parse_or(struct state *state)
{
	int value = parse_and(state);

	while (state->left && !strcmp(*state->at, "-o")) {
		take(state);
		value |= parse_and(state);
	}
	return value;
}

/* The fixed meanings of few arguments; -1 when there is none. */
static int by_count(struct state *state, int argc, char **argv)
{
	int value;

	switch (argc) {
	case 0:
		return 0;
	case 1:
		return *argv[0] != '\0';
	case 2:
		if (!strcmp(argv[0], "!"))
			return *argv[1] == '\0';
		return is_unary(argv[0]) ? unary(state, argv[0][1], argv[1]) : -1;
	case 3:
		if (is_binary(argv[1]))
			return binary(state, argv[0], argv[1], argv[2]);
		if (!strcmp(argv[1], "-a"))
			return *argv[0] && *argv[2];
		if (!strcmp(argv[1], "-o"))
			return *argv[0] || *argv[2];
		if (!strcmp(argv[0], "!")) {
			value = by_count(state, 2, argv + 1);
			return value < 0 ? -1 : !value;
		}
		if (!strcmp(argv[0], "(") && !strcmp(argv[2], ")"))
			return *argv[1] != '\0';
		return -1;
	case 4:
		if (!strcmp(argv[0], "!")) {
			value = by_count(state, 3, argv + 1);
			return value < 0 ? -1 : !value;
		}
		return -1;
	default:
		return -1;
	}
}

int test_main(int argc, char **argv)
{
	struct state state = { .at = argv + 1, .left = argc - 1 };
	const char *name = strrchr(argv[0], '/');
	int value;

	if (!strcmp(name ? name + 1 : argv[0], "[")) {
		if (strcmp(argv[argc - 1], "]")) {
			fprintf(stderr, "[: missing ]\n");
			return 2;
		}
		argv[argc - 1] = NULL;
		state.left--;
	}
	value = by_count(&state, state.left, state.at);
	if (value < 0 && !state.bad) {
		value = parse_or(&state);
		if (state.left)
			complain(&state, *state.at, "unexpected operator");
	}
	return state.bad ? 2 : !value;
}
