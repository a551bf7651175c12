/*
 * Where commands are read from: a string, a file, or the line editor, with text pushed back in front
 * of it (aliases). One byte of look-ahead.
 */
#ifndef SH_INPUT_H
#define SH_INPUT_H

#include "sh.h"

#define INPUT_EOF (-1)
/* Stands between an alias's text and what follows it, so that the lexer knows where the alias ends. */
#define INPUT_ALIAS_END (-2)

struct pushed {
	struct pushed *outer;
	char *text;
	size_t at;
	const char *alias;	/* not expanded again inside itself */
	int ends_blank;		/* the next word may be an alias too */
};

struct source {
	const char *string;	/* or NULL */
	int fd;
	int is_stdin;
	int is_interactive;
	char *line_buffer;	/* of the editor, or of the file */
	size_t at, filled;
	struct pushed *pushed;
	int line;
	int ended;
	int continued;		/* the next prompt is PS2 */
};

int input_peek(struct source *source);
int input_next(struct source *source);
/* Reads the text before going on; alias names what it came from. */
void input_push(struct source *source, const char *text, const char *alias);
int input_in_alias(const struct source *source, const char *name);

#endif
