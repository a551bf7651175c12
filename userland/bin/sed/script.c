/*
 * Reading of scripts: all parts are joined by newlines into one text, which is then read by a cursor.
 * Errors name the place and end the program; nothing has been written by then.
 */
#include <ctype.h>
#include <err.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "common/common.h"
#include "sed.h"

int regex_flags;

static struct buffer script;
static const char *at;
static struct output *outputs;

static void bad(const char *format, ...) __attribute__((__noreturn__, __format__(__printf__, 1, 2)));
static void bad(const char *format, ...)
{
	va_list arguments;
	char text[256];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	errx(1, "character %zu of the script: %s", (size_t)(at - script.data), text);
}

void script_add(const char *text)
{
	if (script.data)
		buffer_add(&script, "\n", 1);
	buffer_add(&script, text, strlen(text));
}

void script_add_file(const char *name)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "r") : stdin;
	struct buffer text = { 0 };
	char chunk[4096];
	size_t got;

	if (!file)
		err(1, "%s", name);
	buffer_add(&text, "", 0);
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buffer_add(&text, chunk, got);
	if (ferror(file))
		err(1, "%s", name);
	if (text.length && text.data[text.length - 1] == '\n')
		text.data[--text.length] = '\0';
	script_add(text.data);
	free(text.data);
	if (file != stdin)
		fclose(file);
}

static void skip_blanks(void)
{
	while (*at == ' ' || *at == '\t')
		at++;
}

static unsigned long read_number(void)
{
	char *end;
	unsigned long number = strtoul(at, &end, 10);

	at = end;
	return number;
}

/* The length of the bracket expression at the cursor; 1 when it has no end. */
static size_t bracket_span(void)
{
	const char *end = at + 1;

	end += *end == '^';
	end += *end == ']';
	for (; *end && *end != '\n' && *end != ']'; end++) {
		char kind = end[1];
		const char *close = end + 2;

		if (*end != '[' || !kind || !strchr(":.=", kind))
			continue;
		while (*close && (*close != kind || close[1] != ']'))
			close++;
		if (*close)
			end = close + 1;
	}
	return *end == ']' ? (size_t)(end - at) + 1 : 1;
}

/*
 * The text up to an unescaped delimiter, the cursor behind it. An escaped delimiter loses its backslash, \n
 * and \t are the characters; all other escapes stay for who uses the text. In a regular expression brackets
 * hide the delimiter.
 */
static struct buffer read_delimited(char delimiter, int is_regex)
{
	struct buffer text = { 0 };
	const char *bracket_end = at;

	buffer_add(&text, "", 0);
	for (; *at != delimiter || at < bracket_end; at++) {
		if (!*at)
			bad("no %c at the end", delimiter);
		if (is_regex && *at == '[' && at >= bracket_end)
			bracket_end = at + bracket_span();
		if (*at != '\\') {
			buffer_add(&text, at, 1);
			continue;
		}
		/* In brackets a backslash is a character like others. */
		if (at < bracket_end && !strchr("nt", at[1]) && at[1] != delimiter) {
			buffer_add(&text, at, 1);
			continue;
		}
		at++;
		if (!*at)
			bad("no %c at the end", delimiter);
		if (*at == 'n')
			buffer_add(&text, "\n", 1);
		else if (*at == 't')
			buffer_add(&text, "\t", 1);
		else if (*at == delimiter || *at == '\n')
			buffer_add(&text, at, 1);
		else
			buffer_add(&text, at - 1, 2);
	}
	at++;
	return text;
}

static void compile(struct pattern *pattern, struct buffer *text, int flags)
{
	char message[128];
	int code;

	if (text->length) {
		pattern->regex = must(malloc(sizeof(*pattern->regex)));
		code = regcomp(pattern->regex, text->data, regex_flags | flags);
		if (code) {
			regerror(code, pattern->regex, message, sizeof(message));
			bad("%s: %s", text->data, message);
		}
	}
	free(text->data);
}

static int read_address(struct address *address)
{
	struct buffer text;
	char delimiter = '/';
	int flags = 0;

	if (isdigit((unsigned char)*at)) {
		address->kind = ADDRESS_LINE;
		address->line = read_number();
		if (*at == '~') {
			at++;
			address->kind = ADDRESS_STEP;
			address->step = read_number();
		}
	} else if (*at == '$') {
		address->kind = ADDRESS_LAST;
		at++;
	} else if (*at == '/' || (*at == '\\' && at[1] && at[1] != '\n')) {
		if (*at == '\\')
			delimiter = *++at;
		at++;
		text = read_delimited(delimiter, 1);
		for (; *at == 'I'; at++)
			flags = REG_ICASE;
		address->kind = ADDRESS_PATTERN;
		compile(&address->pattern, &text, flags);
	} else {
		return 0;
	}
	return 1;
}

static void read_addresses(struct command *command)
{
	if (!read_address(&command->first))
		return;
	skip_blanks();
	if (*at == ',') {
		at++;
		skip_blanks();
		if ((*at == '+' || *at == '~') && isdigit((unsigned char)at[1])) {
			command->second.kind = *at++ == '+' ? ADDRESS_COUNT : ADDRESS_MULTIPLE;
			command->second.line = read_number();
		} else if (!read_address(&command->second)) {
			bad("an address is missing behind the comma");
		}
	}
	/* 0,/x/ is a range that has begun before the first line. */
	if (command->first.kind == ADDRESS_LINE && !command->first.line) {
		if (command->second.kind != ADDRESS_PATTERN)
			bad("line 0 is only good before a regular expression");
		command->is_active = 1;
	}
}

/* The rest of the line. */
static char *read_line(void)
{
	size_t length;
	char *line;

	skip_blanks();
	length = strcspn(at, "\n");
	line = must(strndup(at, length));
	at += length;
	return line;
}

static char *read_label(void)
{
	size_t length;
	char *label;

	skip_blanks();
	length = strcspn(at, " \t\n;}");
	label = must(strndup(at, length));
	at += length;
	return label;
}

/* The text of a, i and c: behind "a\" and a newline, or on the command's own line. */
static char *read_text(void)
{
	struct buffer text = { 0 };

	buffer_add(&text, "", 0);
	skip_blanks();
	if (*at == '\\') {
		const char *behind = at + 1 + strspn(at + 1, " \t");

		if (*behind == '\n')
			at = behind + 1;
		else
			at++;	/* keeps the blanks that follow */
	}
	if (!*at)
		bad("there is no text");
	for (; *at && *at != '\n'; at++) {
		if (*at == '\\' && at[1])
			at++;
		buffer_add(&text, at, 1);
	}
	buffer_add(&text, "\n", 1);
	return text.data;
}

static struct output *open_output(void)
{
	char *name = read_line();
	struct output *output;

	if (!*name)
		bad("the name of a file is missing");
	if (!strcmp(name, "/dev/stdout")) {
		free(name);
		return &standard_output;
	}
	for (output = outputs; output; output = output->next)
		if (!strcmp(output->name, name)) {
			free(name);
			return output;
		}
	output = must(calloc(1, sizeof(*output)));
	output->name = name;
	output->file = fopen(name, "w");
	if (!output->file)
		err(4, "%s", name);
	output->next = outputs;
	outputs = output;
	return output;
}

static void read_flags(struct command *command, int *flags)
{
	command->occurrence = 1;
	for (;; at++) {
		switch (*at) {
		case 'g': command->is_global = 1; break;
		case 'p': command->is_printed = 1; break;
		case 'i':
		case 'I': *flags |= REG_ICASE; break;
		case 'w':
			at++;
			command->output = open_output();
			return;
		default:
			if (!isdigit((unsigned char)*at))
				return;
			command->occurrence = read_number();
			if (!command->occurrence)
				bad("there is no match number 0");
			at--;
		}
	}
}

static void read_substitution(struct command *command)
{
	char delimiter = *at;
	struct buffer pattern, replacement;
	int flags = 0;

	if (!delimiter || delimiter == '\n' || delimiter == '\\')
		bad("s needs a delimiter");
	at++;
	pattern = read_delimited(delimiter, 1);
	replacement = read_delimited(delimiter, 0);
	read_flags(command, &flags);
	compile(&command->pattern, &pattern, flags);
	command->replacement = replacement.data;
	command->replacement_length = replacement.length;
	for (size_t i = 0; i + 1 < replacement.length; i++) {
		if (replacement.data[i] != '\\')
			continue;
		i++;
		if (isdigit((unsigned char)replacement.data[i]) && command->pattern.regex &&
		    (size_t)(replacement.data[i] - '0') > command->pattern.regex->re_nsub)
			bad("the expression has no group \\%c", replacement.data[i]);
	}
}

/* What is left of y's strings: \\ is a backslash. */
static void unescape(struct buffer *text)
{
	size_t to = 0;

	for (size_t i = 0; i < text->length; i++) {
		if (text->data[i] == '\\') {
			if (text->data[i + 1] != '\\')
				bad("y knows no \\%c", text->data[i + 1]);
			i++;
		}
		text->data[to++] = text->data[i];
	}
	text->length = to;
}

static void read_transliteration(struct command *command)
{
	char delimiter = *at;
	struct buffer from, to;

	if (!delimiter || delimiter == '\n' || delimiter == '\\')
		bad("y needs a delimiter");
	at++;
	from = read_delimited(delimiter, 0);
	to = read_delimited(delimiter, 0);
	unescape(&from);
	unescape(&to);
	if (from.length != to.length)
		bad("y needs strings of one length");
	command->replacement = must(malloc(256));
	for (int i = 0; i < 256; i++)
		command->replacement[i] = (char)i;
	for (size_t i = from.length; i-- > 0;)
		command->replacement[(unsigned char)from.data[i]] = to.data[i];
	free(from.data);
	free(to.data);
}

static void read_end(void)
{
	skip_blanks();
	if (*at && *at != '\n' && *at != ';' && *at != '}' && *at != '#')
		bad("more than one command belongs on a line of its own");
}

static void read_arguments(struct command *command)
{
	switch (command->name) {
	case 'a':
	case 'i':
	case 'c': command->text = read_text(); break;
	case ':':
		if (command->first.kind)
			bad("a label takes no address");
		command->text = read_label();
		if (!*command->text)
			bad("the label has no name");
		break;
	case 'b':
	case 't':
	case 'T': command->text = read_label(); break;
	case 'r':
		command->text = read_line();
		if (!*command->text)
			bad("the name of a file is missing");
		break;
	case 'w': command->output = open_output(); break;
	case 's': read_substitution(command); break;
	case 'y': read_transliteration(command); break;
	case 'q':
	case 'Q':
	case 'l':
		skip_blanks();
		command->status = isdigit((unsigned char)*at) ? (int)read_number() : command->name == 'l' ? 70 : 0;
		break;
	default:
		if (!strchr("{}=dDgGhHnNpPxz", command->name))
			bad("there is no command %c", command->name);
	}
	if (command->name != '{')
		read_end();
}

/* Gives { and } and branches their targets. */
static void resolve(struct command *first)
{
	for (struct command *command = first; command; command = command->next) {
		struct command *other = first;
		int depth = 0;

		if (command->name == '{') {
			for (other = command; other; other = other->next) {
				depth += other->name == '{' ? 1 : other->name == '}' ? -1 : 0;
				if (!depth)
					break;
			}
			if (!other)
				bad("a { has no }");
			command->target = other;
		} else if (strchr("btT", command->name) && *command->text) {
			while (other && (other->name != ':' || strcmp(other->text, command->text)))
				other = other->next;
			if (!other)
				errx(1, "there is no label %s", command->text);
			command->target = other;
		}
	}
}

struct command *script_finish(void)
{
	struct command *first = NULL, **end = &first;
	int depth = 0;

	at = script.data;
	if (at[0] == '#' && at[1] == 'n' && (!at[2] || at[2] == '\n'))
		options.is_quiet = 1;
	for (;;) {
		struct command *command;

		at += strspn(at, " \t\n;");
		if (!*at)
			break;
		if (*at == '#') {
			at += strcspn(at, "\n");
			continue;
		}
		command = must(calloc(1, sizeof(*command)));
		read_addresses(command);
		skip_blanks();
		for (; *at == '!' || *at == ' '; at++)
			command->is_negated |= *at == '!';
		if (!*at || *at == '\n')
			bad("a command is missing");
		command->name = *at++;
		if (command->name == '}' && (command->first.kind || --depth < 0))
			bad("} does not belong here");
		depth += command->name == '{';
		read_arguments(command);
		*end = command;
		end = &command->next;
	}
	resolve(first);
	return first;
}
