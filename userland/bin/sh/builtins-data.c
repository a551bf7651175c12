/* The builtins about variables, parameters, the working directory and input. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "builtins.h"

/* Joins path to cwd and removes . and .. by the text alone. 0, or -1 when it becomes too long. */
static int logical_path(const char *cwd, const char *path, char result[PATH_MAX])
{
	char joined[2 * PATH_MAX];
	size_t length = 0;

	if (snprintf(joined, sizeof(joined), "%s/%s", *path == '/' ? "" : cwd, path) >= (int)sizeof(joined))
		return -1;
	for (const char *p = joined; *p;) {
		size_t part = strcspn(p, "/");

		if (part == 2 && p[0] == '.' && p[1] == '.') {
			while (length > 0 && result[--length] != '/')
				;
		} else if (part && !(part == 1 && *p == '.')) {
			if (length + part + 2 > PATH_MAX)
				return -1;
			result[length++] = '/';
			memcpy(result + length, p, part);
			length += part;
		}
		p += part;
		p += *p == '/';
	}
	if (!length)
		result[length++] = '/';
	result[length] = '\0';
	return 0;
}

static int change_to(const char *path, int physical, int print)
{
	const char *pwd = variable_get("PWD");
	char result[PATH_MAX], *cwd;

	if (!physical && pwd && *pwd == '/' && !logical_path(pwd, path, result) && !chdir(result))
		path = result;
	else if (chdir(path) < 0)
		return -1;
	else
		physical = 1;
	cwd = physical ? getcwd(NULL, 0) : xstrdup(path);
	variable_set("OLDPWD", pwd ? pwd : "", VAR_EXPORT);
	if (cwd) {
		variable_set("PWD", cwd, VAR_EXPORT);
		if (print)
			printf("%s\n", cwd);
	}
	free(cwd);
	return 0;
}

static int physical_option(int argc, char **argv, int *first)
{
	int physical = 0;

	for (*first = 1; *first < argc && argv[*first][0] == '-' && argv[*first][1]; ++*first) {
		if (!strcmp(argv[*first], "-P"))
			physical = 1;
		else if (!strcmp(argv[*first], "-L"))
			physical = 0;
		else {
			*first += !strcmp(argv[*first], "--");
			break;
		}
	}
	return physical;
}

int builtin_cd(int argc, char **argv)
{
	int first, physical = physical_option(argc, argv, &first), print = 0;
	const char *target = first < argc ? argv[first] : variable_get("HOME"), *search;
	char candidate[PATH_MAX];

	if (!target) {
		shell_warn("cd: HOME not set");
		return 2;
	}
	if (!strcmp(target, "-")) {
		target = variable_get("OLDPWD");
		if (!target || !*target) {
			shell_warn("cd: OLDPWD not set");
			return 2;
		}
		print = 1;
	}
	search = variable_get("CDPATH");
	if (search && *target != '/' && strcmp(target, ".") && strcmp(target, "..") && strncmp(target, "./", 2) &&
	    strncmp(target, "../", 3))
		for (;; search++) {
			size_t length = strcspn(search, ":");

			if (snprintf(candidate, sizeof(candidate), "%.*s%s%s", (int)length, search, length ? "/" : "",
				     target) < (int)sizeof(candidate) &&
			    !change_to(candidate, physical, print || length))
				return 0;
			search += length;
			if (!*search)
				break;
		}
	if (!change_to(target, physical, print))
		return 0;
	shell_warn("cd: can't cd to %s: %s", target, strerror(errno));
	return 2;
}

int builtin_pwd(int argc, char **argv)
{
	int first, physical = physical_option(argc, argv, &first);
	const char *pwd = variable_get("PWD");
	struct stat a, b;
	char *cwd;

	if (!physical && pwd && *pwd == '/' && !stat(pwd, &a) && !stat(".", &b) && a.st_dev == b.st_dev &&
	    a.st_ino == b.st_ino) {
		printf("%s\n", pwd);
		return 0;
	}
	cwd = getcwd(NULL, 0);
	if (!cwd) {
		shell_warn("pwd: %s", strerror(errno));
		return 1;
	}
	printf("%s\n", cwd);
	free(cwd);
	return 0;
}

/* export and readonly */
int builtin_export(int argc, char **argv)
{
	unsigned flag = *argv[0] == 'e' ? VAR_EXPORT : VAR_READONLY;
	char prefix[16];
	int first = 1;

	while (first < argc && (!strcmp(argv[first], "-p") || !strcmp(argv[first], "--")))
		first++;
	if (first >= argc) {
		snprintf(prefix, sizeof(prefix), "%s ", argv[0]);
		variables_print(flag, prefix);
		return 0;
	}
	for (; first < argc; first++) {
		char *equals = strchr(argv[first], '=');
		int result;

		if (equals)
			*equals = '\0';
		if (!is_name(argv[first]))
			shell_error(2, "%s: %s: bad variable name", argv[0], argv[first]);
		result = variable_set(argv[first], equals ? equals + 1 : NULL, flag);
		if (equals)
			*equals = '=';
		if (result < 0)
			shell_error(2, NULL);
	}
	return 0;
}

int builtin_local(int argc, char **argv)
{
	if (!locals)
		shell_error(2, "local: not in a function");
	for (int i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		int result;

		if (equals)
			*equals = '\0';
		if (!is_name(argv[i]))
			shell_error(2, "local: %s: bad variable name", argv[i]);
		variable_save(locals, argv[i]);
		/* Without a value the variable keeps the outer one's. */
		result = equals ? variable_set(argv[i], equals + 1, 0) : 0;
		if (equals)
			*equals = '=';
		if (result < 0)
			shell_error(2, NULL);
	}
	return 0;
}

int builtin_unset(int argc, char **argv)
{
	int functions = 0, first = 1, result = 0;

	for (; first < argc && argv[first][0] == '-'; first++) {
		if (!strcmp(argv[first], "--")) {
			first++;
			break;
		}
		functions = argv[first][1] == 'f';
	}
	for (; first < argc; first++) {
		if (functions)
			function_unset(argv[first]);
		else if (!is_name(argv[first]))
			shell_error(2, "unset: %s: bad variable name", argv[first]);
		else if (variable_unset(argv[first]) < 0)
			result = 2;
	}
	if (result)
		shell_error(2, NULL);
	return 0;
}

int builtin_shift(int argc, char **argv)
{
	int count = argc > 1 ? number_argument("shift", argv[1]) : 1;

	if (count > positional.count)
		shell_error(2, "shift: can't shift that many");
	for (int i = 0; i < count; i++)
		free(positional.values[i]);
	memmove(positional.values, positional.values + count,
		(size_t)(positional.count - count + 1) * sizeof(*positional.values));
	positional.count -= count;
	positional.optind_base = 0;
	return 0;
}

int builtin_set(int argc, char **argv)
{
	int first = 1;

	if (argc == 1) {
		variables_print(0, "");
		return 0;
	}
	for (; first < argc && (argv[first][0] == '-' || argv[first][0] == '+') && argv[first][1]; first++) {
		int on = argv[first][0] == '-';

		if (!strcmp(argv[first], "--")) {
			positional_set(argv + first + 1, argc - first - 1);
			return 0;
		}
		for (const char *c = argv[first] + 1; *c; c++) {
			char letter[2] = { *c, '\0' };

			if (*c == 'o') {
				if (first + 1 >= argc)
					options_print(!on);
				else if (option_set(argv[++first], on) < 0 || !argv[first][1])
					shell_error(2, "set: Illegal option %co %s", on ? '-' : '+', argv[first]);
				break;
			}
			if (!strchr("aCbefhmnuvxIi", *c) || option_set(letter, on) < 0)
				shell_error(2, "set: Illegal option %c%c", on ? '-' : '+', *c);
		}
	}
	if (first < argc) {
		if (!strcmp(argv[first], "-"))
			first++;
		positional_set(argv + first, argc - first);
	}
	return 0;
}

/* optind_base: how far into a group of letters the last call came. */
int builtin_getopts(int argc, char **argv)
{
	const char *optind_text = variable_get("OPTIND"), *options_text, *found;
	char **values = argc > 3 ? argv + 3 : positional.values;
	int count = argc > 3 ? argc - 3 : positional.count, index, within = positional.optind_base, silent;
	char name[2] = { '?', '\0' }, number[16];
	const char *argument = NULL;
	int result = 0;

	if (argc < 3)
		shell_error(2, "getopts: usage: getopts optstring var [arg ...]");
	options_text = argv[1];
	silent = *options_text == ':';
	index = optind_text ? atoi(optind_text) - 1 : 0;
	if (index < 0)
		index = 0;
	if (!within) {
		if (index >= count || values[index][0] != '-' || !values[index][1]) {
			result = 1;
			goto out;
		}
		if (!strcmp(values[index], "--")) {
			index++;
			result = 1;
			goto out;
		}
		within = 1;
	}
	name[0] = values[index][within++];
	found = name[0] == ':' ? NULL : strchr(options_text, name[0]);
	if (!found) {
		char bad[2] = { name[0], '\0' };

		if (silent)
			variable_set("OPTARG", bad, 0);
		else
			fprintf(stderr, "Illegal option -%c\n", name[0]);
		name[0] = '?';
		if (!silent)
			variable_unset("OPTARG");
	} else if (found[1] == ':') {
		if (values[index][within]) {
			argument = values[index] + within;
		} else if (index + 1 < count) {
			argument = values[++index];
		} else {
			char bad[2] = { name[0], '\0' };

			if (silent) {
				variable_set("OPTARG", bad, 0);
				name[0] = ':';
			} else {
				fprintf(stderr, "No arg for -%c option\n", name[0]);
				variable_unset("OPTARG");
				name[0] = '?';
			}
		}
		if (argument)
			variable_set("OPTARG", argument, 0);
		index++;
		within = 0;
	} else {
		variable_unset("OPTARG");
	}
	if (within && !values[index][within]) {
		index++;
		within = 0;
	}
out:
	if (result) {
		variable_unset("OPTARG");
		within = 0;
	}
	snprintf(number, sizeof(number), "%d", index + 1);
	variable_set("OPTIND", number, 0);
	positional.optind_base = within;
	if (variable_set(argv[2], name, 0) < 0)
		shell_error(2, NULL);
	return result;
}

struct input_line {
	struct text text;
	struct text quoted;		/* 1 for each byte that a backslash preceded */
	int ended;
};

/* One byte at a time: what follows the line belongs to others. */
static int read_input(struct input_line *line, int raw)
{
	int escaped = 0;

	text_add(&line->text, "", 0);
	text_add(&line->quoted, "", 0);
	for (;;) {
		char c;
		ssize_t got = read(0, &c, 1);

		if (got < 0 && errno == EINTR) {
			if (signal_pending)
				traps_run();
			continue;
		}
		if (got <= 0) {
			if (got < 0)
				shell_warn("read: %s", strerror(errno));
			return 1;
		}
		if (!c)
			continue;
		if (escaped) {
			escaped = 0;
			if (c == '\n')
				continue;
			text_byte(&line->text, c);
			text_byte(&line->quoted, 1);
			continue;
		}
		if (c == '\\' && !raw) {
			escaped = 1;
			continue;
		}
		if (c == '\n')
			return 0;
		text_byte(&line->text, c);
		text_byte(&line->quoted, 0);
	}
}

static int separates(const struct input_line *line, size_t i, const char *ifs, int blank)
{
	char c = line->text.data[i];

	if (line->quoted.data[i] || !strchr(ifs, c))
		return 0;
	return (c == ' ' || c == '\t' || c == '\n') == blank;
}

static int assign_fields(struct input_line *line, char **names, int count)
{
	const char *ifs = variable_get("IFS");
	size_t at = 0, length = line->text.length;
	int result = 0;

	if (!ifs)
		ifs = " \t\n";
	while (at < length && separates(line, at, ifs, 1))
		at++;
	for (int i = 0; i < count; i++) {
		size_t start = at, end, next;
		char kept;

		while (at < length && !separates(line, at, ifs, 0) && !separates(line, at, ifs, 1))
			at++;
		end = next = at;
		while (next < length && separates(line, next, ifs, 1))
			next++;
		if (next < length && separates(line, next, ifs, 0)) {
			next++;
			while (next < length && separates(line, next, ifs, 1))
				next++;
		}
		if (i == count - 1 && next < length) {
			/* The last takes the rest with its separators, but without blanks at the end. */
			end = length;
			while (end > start && separates(line, end - 1, ifs, 1))
				end--;
		}
		at = next;
		kept = line->text.data[end];
		line->text.data[end] = '\0';
		if (variable_set(names[i], line->text.data + start, 0) < 0)
			result = 2;
		line->text.data[end] = kept;
	}
	return result;
}

int builtin_read(int argc, char **argv)
{
	struct input_line line = { 0 };
	static char reply[] = "REPLY";
	char *only[] = { reply };
	int raw = 0, first = 1, result, failed;
	const char *prompt = NULL;

	for (; first < argc && argv[first][0] == '-' && argv[first][1]; first++) {
		if (!strcmp(argv[first], "--")) {
			first++;
			break;
		}
		if (!strcmp(argv[first], "-r")) {
			raw = 1;
		} else if (!strcmp(argv[first], "-p") && first + 1 < argc) {
			prompt = argv[++first];
		} else {
			shell_warn("read: Illegal option %s", argv[first]);
			return 2;
		}
	}
	for (int i = first; i < argc; i++)
		if (!is_name(argv[i]))
			shell_error(2, "read: %s: bad variable name", argv[i]);
	if (prompt && isatty(0)) {
		fputs(prompt, stderr);
		fflush(stderr);
	}
	fflush(stdout);
	result = read_input(&line, raw);
	failed = assign_fields(&line, first < argc ? argv + first : only, first < argc ? argc - first : 1);
	free(line.text.data);
	free(line.quoted.data);
	return failed ? failed : result;
}
