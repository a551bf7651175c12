/* sed: what its parts share. A script is parsed once into a list of commands, then run over the input. */
#ifndef BIN_SED_SED_H
#define BIN_SED_SED_H

#include <regex.h>
#include <stdio.h>

#define MAX_GROUPS 10

/* Bytes with a NUL behind them that the length does not count. */
struct buffer {
	char *data;
	size_t length, capacity;
};

/* A regular expression, or the one used last when regex is NULL. */
struct pattern {
	regex_t *regex;
};

enum address_kind { ADDRESS_NONE, ADDRESS_LINE, ADDRESS_LAST, ADDRESS_PATTERN, ADDRESS_STEP, ADDRESS_COUNT,
	ADDRESS_MULTIPLE };

struct address {
	enum address_kind kind;
	unsigned long line;		/* also what is added (,+N), or the multiple (,~N) */
	unsigned long step;
	struct pattern pattern;
};

/* What is written to: each file of w and s///w is opened once, when the script is read. */
struct output {
	struct output *next;
	const char *name;
	FILE *file;
	int lacks_newline;		/* its last line came without one */
};

struct command {
	struct command *next;
	struct address first, second;
	int is_negated;
	int is_active;			/* inside its range */
	unsigned long range_end;	/* the last line of the range, when it is known */
	char name;
	char *text;			/* a, i, c: lines; r: the file; b, t, T, : the label */
	struct command *target;		/* b, t, T: where to; {: behind its }; NULL: the end of the script */
	int status;			/* q, Q; the width of l */
	struct output *output;		/* w, s///w */
	/* s and y */
	struct pattern pattern;
	char *replacement;		/* \1 and & still in it; y: a table of 256 bytes */
	size_t replacement_length;
	unsigned long occurrence;
	int is_global, is_printed;
};

/* script.c: reads scripts. Errors in them end the program. */
extern int regex_flags;			/* REG_EXTENDED with -E */
void script_add(const char *text);
void script_add_file(const char *name);
/* Resolves labels once all is read. */
struct command *script_finish(void);

/* execute.c */
extern struct output standard_output;
struct options {
	int is_quiet;			/* -n, or #n on the first line */
	int is_separate;		/* -s, -i: line numbers and $ are each file's own */
	const char *suffix;		/* -i: "" keeps no copy; NULL: output goes to standard output */
};
extern struct options options;
/* Runs the script over the files. The status to end with. */
int execute(struct command *script, char **files);

/* substitute.c */
/* Replaces in the space as an s command says. Whether anything was. */
int substitute(struct command *command, struct buffer *space);
/* Whether a pattern matches somewhere from a place on; remembers it as the last one used. */
int pattern_find(const struct pattern *pattern, const struct buffer *space, size_t from, regmatch_t *matches);
void buffer_add(struct buffer *buffer, const char *data, size_t length);

#endif
