/* Commands of the colon line. */
#include <ctype.h>
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "vi.h"

char *file_name;

struct range {
	size_t first, last;	/* last is inclusive */
	int given;
};

static char *skip_blanks(char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

/* A number, '.', '$', /pattern/, each with +n or -n. NULL after a message. */
static char *read_address(char *p, long *line, int *given)
{
	struct position found;

	*given = 1;
	if (isdigit((unsigned char)*p)) {
		*line = strtol(p, &p, 10) - 1;
	} else if (*p == '.') {
		*line = (long)cursor.line;
		p++;
	} else if (*p == '$') {
		*line = (long)text.count - 1;
		p++;
	} else if (*p == '/') {
		char *end = strchr(p + 1, '/');

		if (end)
			*end = '\0';
		if (search(p + 1, 0, (struct position){ cursor.line, text.lines[cursor.line]->length }, &found) < 0)
			return NULL;
		*line = (long)found.line;
		p = end ? end + 1 : p + strlen(p);
	} else if (*p == '+' || *p == '-') {
		*line = (long)cursor.line;
	} else {
		*given = 0;
		*line = (long)cursor.line;
		return p;
	}
	while (*p == '+' || *p == '-') {
		int sign = *p == '+' ? 1 : -1;
		long offset = 1;

		p++;
		if (isdigit((unsigned char)*p))
			offset = strtol(p, &p, 10);
		*line += sign * offset;
	}
	return p;
}

static char *read_range(char *p, struct range *range)
{
	long first, last;
	int given;

	if (*p == '%') {
		*range = (struct range){ 0, text.count - 1, 2 };
		return p + 1;
	}
	p = read_address(p, &first, &range->given);
	if (!p)
		return NULL;
	last = first;
	if (*p == ',') {
		p = read_address(p + 1, &last, &given);
		if (!p)
			return NULL;
		range->given = 2;
	}
	if (first == -1 && range->given)
		first = last == -1 ? (last = 0) : 0;
	if (first < 0 || last < first || last >= (long)text.count) {
		message("Invalid range");
		return NULL;
	}
	range->first = (size_t)first;
	range->last = (size_t)last;
	return p;
}

static int write_file(const char *name, struct range range, int force)
{
	size_t bytes, first = range.given ? range.first : 0, last = range.given ? range.last + 1 : text.count;

	if (!*name)
		name = file_name;
	if (!name) {
		message("No file name");
		return -1;
	}
	if (file_name && strcmp(name, file_name) && !force && !access(name, F_OK)) {
		message("%s exists (add ! to overwrite)", name);
		return -1;
	}
	/* An empty text is an empty file. */
	if (text.count == 1 && !text.lines[0]->length)
		last = first;
	if (text_write(name, first, last, &bytes) < 0) {
		message("\"%s\": %s", name, strerror(errno));
		return -1;
	}
	if (!file_name)
		file_name = must_have(strdup(name));
	if (!range.given && !strcmp(name, file_name))
		modified = 0;
	message("\"%s\" %zu lines, %zu bytes", name, last - first, bytes);
	return 0;
}

static void edit_file(const char *name, int force)
{
	size_t lines;

	if (modified && !force) {
		message("No write since last change (add ! to override)");
		return;
	}
	if (*name) {
		char *copy = must_have(strdup(name));

		free(file_name);
		file_name = copy;
	}
	text_clear();
	cursor = (struct position){ 0, 0 };
	top = 0;
	if (!file_name)
		return;
	if (text_read(file_name, 0, &lines) < 0) {
		if (errno == ENOENT)
			message("\"%s\" [New file]", file_name);
		else
			message("\"%s\": %s", file_name, strerror(errno));
	} else {
		message("\"%s\" %zu lines", file_name, lines);
	}
	/* The line that every text has to have. */
	if (lines)
		text_delete(lines, 1);
	modified = 0;
}

static void append(char **result, size_t *length, const char *bytes, size_t count)
{
	*result = must_have(realloc(*result, *length + count + 1));
	memcpy(*result + *length, bytes, count);
	*length += count;
	(*result)[*length] = '\0';
}

/* & and \1 to \9 in the replacement stand for what was matched. */
static void append_replacement(char **result, size_t *length, const char *with, const char *subject,
			       const regmatch_t *matches)
{
	for (; *with; with++) {
		int group = -1;

		if (*with == '&')
			group = 0;
		else if (*with == '\\' && isdigit((unsigned char)with[1]))
			group = *++with - '0';
		else if (*with == '\\' && with[1])
			with++;
		if (group < 0)
			append(result, length, *with == 'r' && with[-1] == '\\' ? "\n" : with, 1);
		else if (matches[group].rm_so >= 0)
			append(result, length, subject + matches[group].rm_so,
			       (size_t)(matches[group].rm_eo - matches[group].rm_so));
	}
}

static int substitute_line(size_t number, regex_t *regex, const char *with, int global)
{
	const char *bytes = text.lines[number]->bytes;
	size_t all = text.lines[number]->length, at = 0, length = 0;
	regmatch_t matches[10];
	char *result = NULL;
	int count = 0;

	append(&result, &length, "", 0);
	while (at <= all && !regexec(regex, bytes + at, 10, matches, at ? REG_NOTBOL : 0)) {
		append(&result, &length, bytes + at, (size_t)matches[0].rm_so);
		append_replacement(&result, &length, with, bytes + at, matches);
		count++;
		if (matches[0].rm_eo == matches[0].rm_so && at + (size_t)matches[0].rm_eo < all) {
			append(&result, &length, bytes + at + matches[0].rm_eo, 1);
			at++;
		} else if (matches[0].rm_eo == matches[0].rm_so) {
			at = all;
			break;
		}
		at += (size_t)matches[0].rm_eo;
		if (!global)
			break;
	}
	if (count) {
		if (at < all)
			append(&result, &length, bytes + at, all - at);
		text_delete(number, 0);
		text_set(number, "", 0);
		text_put((struct position){ number, 0 }, result, length);
	}
	free(result);
	return count;
}

static char *cut_field(char *p, char delimiter)
{
	for (; *p && *p != delimiter; p++)
		if (*p == '\\' && p[1]) {
			if (p[1] == delimiter)
				memmove(p, p + 1, strlen(p));
			else
				p++;
		}
	if (*p)
		*p++ = '\0';
	return p;
}

static void substitute(char *p, struct range range)
{
	char delimiter = *p++, *pattern = p, *with, *options;
	regex_t regex;
	int code, total = 0, global, fold;
	size_t before = text.count;

	if (!delimiter || isalnum((unsigned char)delimiter)) {
		message("Usage: s/pattern/replacement/[gi]");
		return;
	}
	with = cut_field(p, delimiter);
	options = cut_field(with, delimiter);
	global = strchr(options, 'g') != NULL;
	fold = strchr(options, 'i') ? REG_ICASE : 0;
	code = regcomp(&regex, pattern, fold);
	if (code) {
		regerror(code, &regex, message_text, sizeof(message_text));
		return;
	}
	undo_mark(cursor);
	for (size_t i = range.first; i <= range.last + (text.count - before); i++) {
		size_t lines = text.count;
		int count = substitute_line(i, &regex, with, global);

		if (count)
			cursor.line = i;
		total += count;
		i += text.count - lines;
	}
	regfree(&regex);
	message(total ? "%d substitutions" : "Pattern not found", total);
}

static void set_option(const char *name)
{
	if (!strcmp(name, "number") || !strcmp(name, "nu"))
		option_number = 1;
	else if (!strcmp(name, "nonumber") || !strcmp(name, "nonu"))
		option_number = 0;
	else
		message("Unknown option: %s", name);
	screen_forget();
}

static void delete_or_yank(int is_delete, struct range range)
{
	struct position from = { range.first, 0 }, to = { range.last, text.lines[range.last]->length };
	size_t length;
	char *bytes = text_copy(from, to, &length);

	set_register(bytes, length, 1);
	if (is_delete) {
		undo_mark(cursor);
		text_delete(range.first, range.last - range.first + 1);
		cursor.line = range.first;
	}
	message("%zu lines %s", range.last - range.first + 1, is_delete ? "deleted" : "yanked");
}

static void run_shell(const char *command)
{
	screen_end();
	if (system(command) == -1)
		message("%s", strerror(errno));
	fputs("\n[Press return]", stdout);
	fflush(stdout);
	while (1) {
		int c = getchar();

		if (c == '\n' || c == EOF)
			break;
	}
	screen_start();
	screen_forget();
}

static int quit(int force)
{
	if (modified && !force) {
		message("No write since last change (add ! to override)");
		return 0;
	}
	return 1;
}

int ex_command(char *p)
{
	struct range range = { 0 };
	char name[16];
	size_t length = 0, lines;
	int force;

	p = read_range(skip_blanks(p), &range);
	if (!p)
		return 0;
	p = skip_blanks(p);
	if (!*p) {
		if (range.given) {
			cursor.line = range.last;
			cursor.at = strspn(text.lines[cursor.line]->bytes, " \t");
		}
		return 0;
	}
	if (*p == '!') {
		run_shell(p + 1);
		return 0;
	}
	while (isalpha((unsigned char)p[length]) && length < sizeof(name) - 1)
		length++;
	/* s may have a letter for a delimiter no more than anything else, so "s" alone is enough. */
	memcpy(name, p, length);
	name[length] = '\0';
	p += length;
	if (name[0] == 's' && length == 1) {
		substitute(p, range);
		return 0;
	}
	force = *p == '!';
	p = skip_blanks(p + force);
	if (!strcmp(name, "w") || !strcmp(name, "write"))
		write_file(p, range, force);
	else if (!strcmp(name, "q") || !strcmp(name, "quit"))
		return quit(force);
	else if (!strcmp(name, "wq"))
		return write_file(p, range, force) == 0;
	else if (!strcmp(name, "x") || !strcmp(name, "xit"))
		return !modified || write_file(p, range, force) == 0;
	else if (!strcmp(name, "e") || !strcmp(name, "edit"))
		edit_file(p, force);
	else if (!strcmp(name, "r") || !strcmp(name, "read")) {
		undo_mark(cursor);
		if (text_read(p, cursor.line + 1, &lines) < 0)
			message("\"%s\": %s", p, strerror(errno));
		else
			message("\"%s\" %zu lines", p, lines);
	} else if (!strcmp(name, "f") || !strcmp(name, "file")) {
		if (*p) {
			free(file_name);
			file_name = must_have(strdup(p));
		}
		message("\"%s\"%s %zu lines", file_name ? file_name : "", modified ? " [modified]" : "", text.count);
	} else if (!strcmp(name, "d") || !strcmp(name, "y")) {
		delete_or_yank(*name == 'd', range);
	} else if (!strcmp(name, "set") || !strcmp(name, "se")) {
		set_option(p);
	} else if (!strcmp(name, "u") || !strcmp(name, "undo")) {
		if (undo(&cursor) < 0)
			message("Nothing to undo");
	} else {
		message("Not an editor command: %s", name);
	}
	return 0;
}
