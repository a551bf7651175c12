/* Sources of commands, byte by byte. Standard input is read one byte at a time, since commands read it too. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "input.h"

static struct source *new_source(void)
{
	struct source *source = xmalloc(sizeof(*source));

	memset(source, 0, sizeof(*source));
	source->fd = -1;
	source->line = 1;
	return source;
}

struct source *source_string(const char *text)
{
	struct source *source = new_source();

	source->string = text;
	return source;
}

struct source *source_file(int fd, int is_stdin)
{
	struct source *source = new_source();

	source->fd = fd;
	source->is_stdin = is_stdin;
	return source;
}

struct source *source_interactive(void)
{
	struct source *source = source_file(0, 1);

	source->is_interactive = 1;
	return source;
}

void source_free(struct source *source)
{
	while (source->pushed) {
		struct pushed *pushed = source->pushed;

		source->pushed = pushed->outer;
		free(pushed->text);
		free(pushed);
	}
	if (!source->is_stdin && source->fd >= 0)
		close(source->fd);
	free(source->line_buffer);
	free(source);
}

int source_line(const struct source *source)
{
	return source->line;
}

static const char *prompt(const struct source *source)
{
	const char *value = variable_get(source->continued ? "PS2" : "PS1");
	static char *expanded;
	struct arena *arena;

	if (!value)
		return "";
	arena = arena_new();
	free(expanded);
	expanded = xstrdup(expand_string(parse_text(value, arena), arena));
	arena_drop(arena);
	return expanded;
}

static int fill_from_editor(struct source *source)
{
	char *line;

	jobs_check(1);
	line = edit_line(prompt(source));
	if (!line)
		return 0;
	free(source->line_buffer);
	source->line_buffer = line;
	source->at = 0;
	source->filled = strlen(line);
	source->continued = 1;
	return 1;
}

static int fill(struct source *source)
{
	size_t size = source->is_stdin ? 1 : 4096;
	ssize_t got;

	if (source->is_interactive)
		return fill_from_editor(source);
	if (!source->line_buffer)
		source->line_buffer = xmalloc(4096);
	do {
		got = read(source->fd, source->line_buffer, size);
		if (got < 0 && errno == EINTR)
			traps_run();
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		shell_warn("cannot read commands: %s", strerror(errno));
	source->at = 0;
	source->filled = got > 0 ? (size_t)got : 0;
	return got > 0;
}

int input_peek(struct source *source)
{
	if (source->pushed) {
		unsigned char c = (unsigned char)source->pushed->text[source->pushed->at];

		return c ? c : INPUT_ALIAS_END;
	}
	if (source->string)
		return *source->string ? (unsigned char)*source->string : INPUT_EOF;
	if (source->at == source->filled && (source->ended || !fill(source))) {
		source->ended = 1;
		return INPUT_EOF;
	}
	return (unsigned char)source->line_buffer[source->at];
}

int input_next(struct source *source)
{
	int c = input_peek(source);

	if (c == INPUT_EOF)
		return c;
	if (c == INPUT_ALIAS_END) {
		struct pushed *pushed = source->pushed;

		source->pushed = pushed->outer;
		free(pushed->text);
		free(pushed);
		return c;
	}
	if (source->pushed) {
		source->pushed->at++;
		return c;
	}
	if (source->string)
		source->string++;
	else
		source->at++;
	if (c == '\n')
		source->line++;
	return c;
}

void input_push(struct source *source, const char *text, const char *alias)
{
	struct pushed *pushed = xmalloc(sizeof(*pushed));
	size_t length = strlen(text);

	pushed->outer = source->pushed;
	pushed->text = xstrdup(text);
	pushed->at = 0;
	pushed->alias = alias;
	pushed->ends_blank = length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t');
	source->pushed = pushed;
}

int input_in_alias(const struct source *source, const char *name)
{
	for (const struct pushed *pushed = source->pushed; pushed; pushed = pushed->outer)
		if (pushed->alias && !strcmp(pushed->alias, name))
			return 1;
	return 0;
}
