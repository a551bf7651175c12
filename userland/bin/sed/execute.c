/*
 * Running a script: for each line, the commands whose addresses it matches; then the space is printed, and
 * what a and r have queued.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include "common/common.h"
#include "input.h"

/* What becomes of a cycle. */
enum outcome { GO_ON, END_CYCLE, DELETE, RESTART, QUIT, QUIT_SILENTLY };

/* What goes out after the cycle. */
struct queued {
	struct queued *next;
	const char *text;	/* the text, or the name of a file */
	int is_file;
};

static struct buffer space, hold;
static int has_newline = 1;
static int has_substituted;
static int exit_status;
static struct queued *queue, **queue_end = &queue;

static void put(struct output *output, const char *data, size_t length, int with_newline)
{
	if (output->lacks_newline)
		putc('\n', output->file);
	output->lacks_newline = !with_newline;
	fwrite(data, 1, length, output->file);
	if (with_newline)
		putc('\n', output->file);
	/* What is written to a file may be read by the same script. */
	if (output != main_output && output != &standard_output)
		fflush(output->file);
	if (ferror(output->file))
		err(4, "%s", output->name);
}

static void put_space(struct output *output)
{
	put(output, space.data, space.length, has_newline);
}

static void put_text(const char *text)
{
	put(main_output, text, strlen(text) - 1, 1);
}

static void put_file(const char *name)
{
	FILE *file = fopen(name, "r");
	char chunk[4096];
	size_t got;

	if (!file)
		return;		/* a file that is not there is an empty one */
	if (main_output->lacks_newline)
		putc('\n', main_output->file);
	main_output->lacks_newline = 0;
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		fwrite(chunk, 1, got, main_output->file);
	fclose(file);
}

static void add_queued(const char *text, int is_file)
{
	struct queued *entry = must(calloc(1, sizeof(*entry)));

	entry->text = text;
	entry->is_file = is_file;
	*queue_end = entry;
	queue_end = &entry->next;
}

static void put_queue(void)
{
	while (queue) {
		struct queued *entry = queue;

		if (entry->is_file)
			put_file(entry->text);
		else
			put_text(entry->text);
		queue = entry->next;
		free(entry);
	}
	queue_end = &queue;
}

static int matches_address(const struct address *address)
{
	regmatch_t matches[MAX_GROUPS];

	switch (address->kind) {
	case ADDRESS_LINE: return line_number == address->line;
	case ADDRESS_LAST: return input_is_last();
	case ADDRESS_PATTERN: return pattern_find(&address->pattern, &space, 0, matches);
	case ADDRESS_STEP:
		if (!address->step)
			return line_number == address->line;
		return line_number >= address->line && (line_number - address->line) % address->step == 0;
	default: return 1;
	}
}

/* At the first line of a range: whether there are more. */
static int range_goes_on(struct command *command)
{
	const struct address *second = &command->second;
	unsigned long step = second->line;

	switch (second->kind) {
	case ADDRESS_LINE: command->range_end = step; break;
	case ADDRESS_COUNT: command->range_end = line_number + step; break;
	case ADDRESS_MULTIPLE: command->range_end = step ? (line_number + step - 1) / step * step : 0; break;
	default: return 1;
	}
	return command->range_end > line_number;
}

static int is_selected(struct command *command)
{
	if (command->second.kind == ADDRESS_NONE)
		return matches_address(&command->first);
	if (!command->is_active) {
		if (!matches_address(&command->first))
			return 0;
		command->is_active = range_goes_on(command);
		return 1;
	}
	switch (command->second.kind) {
	case ADDRESS_LINE:
	case ADDRESS_COUNT:
	case ADDRESS_MULTIPLE:
		command->is_active = line_number < command->range_end;
		return line_number <= command->range_end;
	default:
		command->is_active = !matches_address(&command->second);
		return 1;
	}
}

/* l: the space in characters that can all be seen, in rows of at most the width. */
static void put_visibly(int width)
{
	static const char escapes[] = "\\\\\aa\bb\ff\nn\rr\tt\vv";
	int column = 0;

	for (size_t i = 0; i < space.length; i++) {
		unsigned char c = (unsigned char)space.data[i];
		char text[8];
		int length;

		snprintf(text, sizeof(text), c >= 32 && c < 127 ? "%c" : "\\%03o", c);
		for (const char *escape = escapes; *escape; escape += 2)
			if (c == (unsigned char)*escape)
				snprintf(text, sizeof(text), "\\%c", escape[1]);
		length = (int)strlen(text);
		if (width > 1 && column + length > width - 1) {
			fputs("\\\n", main_output->file);
			column = 0;
		}
		fputs(text, main_output->file);
		column += length;
	}
	fputs("$\n", main_output->file);
}

static void delete_first_line(size_t length)
{
	memmove(space.data, space.data + length, space.length - length + 1);
	space.length -= length;
}

/* n and N: the line after this one, in place of the space or behind it. */
static enum outcome read_next(int append)
{
	/* Without one, the space is printed and that is the end. */
	if (input_is_over())
		return QUIT;
	if (!append && !options.is_quiet)
		put_space(main_output);
	put_queue();
	if (append)
		buffer_add(&space, "\n", 1);
	else
		space.length = 0;
	return input_next(&space, &has_newline) ? GO_ON : QUIT;
}

static void copy_buffer(struct buffer *to, const struct buffer *from, int append)
{
	if (append)
		buffer_add(to, "\n", 1);
	else
		to->length = 0;
	buffer_add(to, from->data, from->length);
}

static enum outcome run_substitution(struct command *command)
{
	if (!substitute(command, &space))
		return GO_ON;
	has_substituted = 1;
	if (command->is_printed)
		put_space(main_output);
	if (command->output)
		put_space(command->output == &standard_output ? &standard_output : command->output);
	return GO_ON;
}

/* Commands that neither branch nor group. */
static enum outcome run_command(struct command *command)
{
	size_t line = strcspn(space.data, "\n");
	struct buffer other;

	switch (command->name) {
	case '=':
		if (main_output->lacks_newline)
			put(main_output, "", 0, 1);
		fprintf(main_output->file, "%lu\n", line_number);
		break;
	case 'a': add_queued(command->text, 0); break;
	case 'r': add_queued(command->text, 1); break;
	case 'i': put_text(command->text); break;
	case 'c':
		if (command->second.kind == ADDRESS_NONE || command->is_negated || !command->is_active)
			put_text(command->text);
		return DELETE;
	case 'd': return DELETE;
	case 'D':
		if (line == space.length)
			return DELETE;
		delete_first_line(line + 1);
		return RESTART;
	case 'g': copy_buffer(&space, &hold, 0); break;
	case 'G': copy_buffer(&space, &hold, 1); break;
	case 'h': copy_buffer(&hold, &space, 0); break;
	case 'H': copy_buffer(&hold, &space, 1); break;
	case 'x':
		other = space;
		space = hold;
		hold = other;
		break;
	case 'z':
		space.length = 0;
		space.data[0] = '\0';
		break;
	case 'l': put_visibly(command->status); break;
	case 'n': return read_next(0);
	case 'N': return read_next(1);
	case 'p': put_space(main_output); break;
	case 'P': put(main_output, space.data, line, 1); break;
	case 'q':
	case 'Q':
		exit_status = command->status;
		return command->name == 'q' ? QUIT : QUIT_SILENTLY;
	case 's': return run_substitution(command);
	case 'w': put_space(command->output); break;
	case 'y':
		for (size_t i = 0; i < space.length; i++)
			space.data[i] = command->replacement[(unsigned char)space.data[i]];
		break;
	}
	return GO_ON;
}

static enum outcome run_script(struct command *script)
{
	struct command *command = script;

	while (command) {
		enum outcome outcome;
		int is_branch;

		if (is_selected(command) == command->is_negated) {
			command = command->name == '{' ? command->target : command->next;
			continue;
		}
		is_branch = command->name == 'b' || (command->name == 't' && has_substituted) ||
			    (command->name == 'T' && !has_substituted);
		if (command->name == 't' || command->name == 'T')
			has_substituted = 0;
		if (is_branch) {
			if (!command->target)
				return END_CYCLE;
			command = command->target;
			continue;
		}
		outcome = run_command(command);
		if (outcome != GO_ON)
			return outcome;
		command = command->next;
	}
	return END_CYCLE;
}

int execute(struct command *script, char **files)
{
	enum outcome outcome = END_CYCLE;

	input_start(files);
	buffer_add(&hold, "", 0);
	buffer_add(&space, "", 0);
	while (outcome < QUIT) {
		if (outcome != RESTART) {
			space.length = 0;
			if (!input_next(&space, &has_newline))
				break;
			has_substituted = 0;
		}
		outcome = run_script(script);
		if ((outcome == END_CYCLE || outcome == QUIT) && !options.is_quiet)
			put_space(main_output);
		if (outcome != QUIT_SILENTLY)
			put_queue();
	}
	input_end();
	return exit_status ? exit_status : input_failed ? 2 : 0;
}
