/*
 * Matching with back references: every way is tried, the longest kept. Time can be exponential in the
 * pattern, as it must be; ways that are open wait on a stack of our own, so that a long text does not
 * exhaust the process's.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "regex-program.h"

struct way {
	int pc;
	const char *p;
};

struct search {
	const struct __regex *regex;
	const struct subject *subject;
	int width;			/* slots and marks */
	char *stack;			/* records of a struct way and its slots */
	size_t used, space, record;
	int *slots;
	int *best;
	int matched;
};

static int push(struct search *search, int pc, const char *p)
{
	struct way way = { pc, p };

	if (search->used + search->record > search->space) {
		size_t want = search->space ? search->space * 2 : 64 * search->record;
		char *more = realloc(search->stack, want);

		if (!more)
			return -1;
		search->stack = more;
		search->space = want;
	}
	memcpy(search->stack + search->used, &way, sizeof(way));
	memcpy(search->stack + search->used + sizeof(way), search->slots, search->record - sizeof(way));
	search->used += search->record;
	return 0;
}

static int same_text(const struct search *search, const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (a[i] != b[i] && !(search->regex->flags & REG_ICASE &&
				      tolower((unsigned char)a[i]) == tolower((unsigned char)b[i])))
			return 0;
	return 1;
}

/* Follows one way to its end. -1: no memory. */
static int follow(struct search *search, int slot_count, int pc, const char *p)
{
	const struct subject *subject = search->subject;

	for (;;) {
		const struct instruction *code = &search->regex->code[pc++];
		int *slots = search->slots;

		switch (code->operation) {
		case OP_JUMP:
			pc = code->x;
			break;
		case OP_SPLIT:
			if (push(search, code->y, p) < 0)
				return -1;
			pc = code->x;
			break;
		case OP_SAVE:
			slots[code->x] = (int)(p - subject->start);
			break;
		case OP_MARK:
			slots[slot_count + code->x] = (int)(p - subject->start);
			break;
		case OP_MOVED:
			if (slots[slot_count + code->x] == (int)(p - subject->start))
				return 0;
			break;
		case OP_BACK: {
			int from = slots[code->x * 2], to = slots[code->x * 2 + 1];

			if (from < 0 || to < 0 || to - from > subject->at_end - p ||
			    !same_text(search, subject->start + from, p, (size_t)(to - from)))
				return 0;
			p += to - from;
			break;
		}
		case OP_MATCH:
			if (!search->matched || slots[1] > search->best[1])
				memcpy(search->best, slots, (size_t)slot_count * sizeof(int));
			search->matched = 1;
			return 0;
		case OP_CHAR:
			if (p == subject->at_end || (unsigned char)*p != code->x)
				return 0;
			p++;
			break;
		case OP_ANY:
		case OP_ANY_BUT_NEWLINE:
			if (p == subject->at_end || (code->operation == OP_ANY_BUT_NEWLINE && *p == '\n'))
				return 0;
			p++;
			break;
		case OP_SET:
			if (p == subject->at_end || !set_has(&search->regex->sets[code->x], (unsigned char)*p))
				return 0;
			p++;
			break;
		default:
			if (!__regex_holds(search->regex, code->operation, subject, p))
				return 0;
		}
	}
}

int __regex_backtrack(const struct __regex *regex, const struct subject *subject, int *result, int slot_count)
{
	struct search search = { .regex = regex, .subject = subject, .width = slot_count + regex->marks };
	size_t slots_size = (size_t)search.width * sizeof(int);
	int failed = 0;

	search.record = sizeof(struct way) + slots_size;
	search.slots = malloc(2 * slots_size);
	if (!search.slots)
		return REG_ESPACE;
	search.best = search.slots + search.width;
	for (const char *start = subject->start; start <= subject->at_end && !search.matched && !failed; start++) {
		memset(search.slots, -1, slots_size);
		failed = push(&search, 0, start) < 0;
		while (search.used > 0 && !failed) {
			struct way way;

			search.used -= search.record;
			memcpy(&way, search.stack + search.used, sizeof(way));
			memcpy(search.slots, search.stack + search.used + sizeof(way), slots_size);
			failed = follow(&search, slot_count, way.pc, way.p) < 0;
			/* Nothing is longer than all. */
			if (search.matched && subject->start + search.best[1] == subject->at_end)
				search.used = 0;
		}
	}
	if (search.matched)
		memcpy(result, search.best, (size_t)slot_count * sizeof(int));
	free(search.slots);
	free(search.stack);
	return failed ? REG_ESPACE : search.matched ? 0 : REG_NOMATCH;
}
