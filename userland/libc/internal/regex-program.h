/*
 * A compiled regular expression: instructions for a machine that follows all alternatives at once (run.c),
 * or, when there are back references, one after the other (backtrack.c).
 */
#ifndef LIBC_INTERNAL_REGEX_PROGRAM_H
#define LIBC_INTERNAL_REGEX_PROGRAM_H

#include <regex.h>
#include <stdint.h>

enum operation {
	OP_CHAR,		/* the byte x */
	OP_ANY,
	OP_ANY_BUT_NEWLINE,
	OP_SET,			/* a byte of sets[x] */
	OP_SPLIT,		/* goes on at x and, after that failed or beside it, at y */
	OP_JUMP,		/* to x */
	OP_SAVE,		/* the position into slot x */
	OP_BEGIN,		/* ^ */
	OP_END,			/* $ */
	OP_WORD_BEGIN, OP_WORD_END, OP_WORD_EDGE, OP_WORD_INSIDE,
	OP_BACK,		/* what group x matched */
	OP_MARK,		/* remembers in x where an iteration began */
	OP_MOVED,		/* fails when nothing was matched since mark x */
	OP_MATCH,
};

struct instruction {
	enum operation operation;
	int x, y;
};

struct set {
	uint32_t bits[8];
};

struct __regex {
	int flags;
	int groups;		/* slots are 2 * (groups + 1) */
	int marks;
	int has_back;
	int count;
	struct instruction *code;
	struct set *sets;
	int set_count;
	struct set first;	/* bytes a match can begin with */
	int may_be_empty;	/* or begin with anything */
};

struct subject {
	const char *start, *at_end;	/* the end, exclusive */
	const char *context;		/* from here on may be looked back at: start, or what is before it */
	int flags;			/* of regexec() */
};

static inline int set_has(const struct set *set, unsigned char c)
{
	return set->bits[c / 32] >> (c % 32) & 1;
}

/* Whether an assertion holds at p. */
int __regex_holds(const struct __regex *regex, enum operation operation, const struct subject *subject,
		  const char *p);
/* Both return 0 and fill slots (offsets, -1 for none), or REG_NOMATCH or REG_ESPACE. */
int __regex_run(const struct __regex *regex, const struct subject *subject, int *slots, int slot_count);
int __regex_backtrack(const struct __regex *regex, const struct subject *subject, int *slots, int slot_count);

#endif
