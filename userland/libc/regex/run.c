/*
 * regexec(): all alternatives side by side, so that the time is proportional to the length of the text
 * times that of the program. Of the matches that begin first the longest wins; of those the one whose
 * groups, in order, begin first and then reach furthest.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "regex-program.h"

static int is_word(const struct subject *subject, const char *p)
{
	return p >= subject->context && p < subject->at_end && (isalnum((unsigned char)*p) || *p == '_');
}

int __regex_holds(const struct __regex *regex, enum operation operation, const struct subject *subject,
		  const char *p)
{
	int before = is_word(subject, p - 1), after = is_word(subject, p);

	switch (operation) {
	case OP_BEGIN:
		if (p == subject->context)
			return !(subject->flags & REG_NOTBOL);
		if (p == subject->start && !(subject->flags & REG_NOTBOL))
			return 1;
		return regex->flags & REG_NEWLINE && p[-1] == '\n';
	case OP_END:
		if (p == subject->at_end)
			return !(subject->flags & REG_NOTEOL);
		return regex->flags & REG_NEWLINE && *p == '\n';
	case OP_WORD_BEGIN:
		return !before && after;
	case OP_WORD_END:
		return before && !after;
	case OP_WORD_EDGE:
		return before != after;
	default:
		return before == after;
	}
}

/* The threads of one position: which instructions wait, and each one's slots. */
struct threads {
	int *order;
	int count;
	int *index;		/* into order by instruction, valid when order agrees */
	int *slots;		/* by instruction */
};

struct machine {
	const struct __regex *regex;
	const struct subject *subject;
	int width;		/* slots per thread */
	struct threads lists[2];
	int *best;
	int matched;
};

/* Whether a is the better of two ways to get to the same place. */
static int is_better(const int *a, const int *b, int width)
{
	for (int i = 0; i + 1 < width; i += 2) {
		if (a[i] != b[i])
			return b[i] < 0 || (a[i] >= 0 && a[i] < b[i]);
		if (a[i + 1] != b[i + 1])
			return a[i + 1] > b[i + 1];
	}
	return 0;
}

static int is_listed(const struct threads *threads, int pc)
{
	int i = threads->index[pc];

	return i < threads->count && threads->order[i] == pc;
}

static void add(struct machine *machine, struct threads *threads, int pc, const char *p, int *slots)
{
	size_t size = (size_t)machine->width * sizeof(int);
	const struct instruction *code;
	int saved;

	for (;;) {
		code = &machine->regex->code[pc];
		if (is_listed(threads, pc)) {
			if (!is_better(slots, threads->slots + pc * machine->width, machine->width))
				return;
		} else {
			threads->index[pc] = threads->count;
			threads->order[threads->count++] = pc;
		}
		memcpy(threads->slots + pc * machine->width, slots, size);
		switch (code->operation) {
		case OP_JUMP:
			pc = code->x;
			break;
		case OP_SPLIT:
			add(machine, threads, code->x, p, slots);
			pc = code->y;
			break;
		case OP_SAVE:
			if (code->x >= machine->width) {
				pc++;
				break;
			}
			saved = slots[code->x];
			slots[code->x] = (int)(p - machine->subject->start);
			add(machine, threads, pc + 1, p, slots);
			slots[code->x] = saved;
			return;
		case OP_MARK:
		case OP_MOVED:
			/* An empty iteration comes back to where it was listed already. */
			pc++;
			break;
		case OP_BEGIN:
		case OP_END:
		case OP_WORD_BEGIN:
		case OP_WORD_END:
		case OP_WORD_EDGE:
		case OP_WORD_INSIDE:
			if (!__regex_holds(machine->regex, code->operation, machine->subject, p))
				return;
			pc++;
			break;
		case OP_MATCH:
			if (!machine->matched || slots[0] < machine->best[0] ||
			    (slots[0] == machine->best[0] &&
			     (slots[1] > machine->best[1] ||
			      (slots[1] == machine->best[1] && is_better(slots + 2, machine->best + 2, machine->width - 2)))))
				memcpy(machine->best, slots, size);
			machine->matched = 1;
			return;
		default:
			return;
		}
	}
}

static int takes(const struct __regex *regex, const struct instruction *code, unsigned char c)
{
	switch (code->operation) {
	case OP_CHAR:
		return c == code->x;
	case OP_ANY:
		return 1;
	case OP_ANY_BUT_NEWLINE:
		return c != '\n';
	case OP_SET:
		return set_has(&regex->sets[code->x], c);
	default:
		return 0;
	}
}

static void run(struct machine *machine, int *slots)
{
	const struct subject *subject = machine->subject;
	struct threads *now = &machine->lists[0], *then = &machine->lists[1], *swap;

	now->count = then->count = 0;
	for (const char *p = subject->start;; p++) {
		if (!machine->matched) {
			if (!now->count && !machine->regex->may_be_empty) {
				while (p < subject->at_end && !set_has(&machine->regex->first, (unsigned char)*p))
					p++;
				if (p == subject->at_end)
					return;
			}
			for (int i = 0; i < machine->width; i++)
				slots[i] = -1;
			add(machine, now, 0, p, slots);
		}
		if (p == subject->at_end)
			return;
		then->count = 0;
		for (int i = 0; i < now->count; i++) {
			int pc = now->order[i];
			int *own = now->slots + pc * machine->width;

			if (machine->matched && own[0] > machine->best[0])
				continue;
			if (takes(machine->regex, &machine->regex->code[pc], (unsigned char)*p)) {
				memcpy(slots, own, (size_t)machine->width * sizeof(int));
				add(machine, then, pc + 1, p + 1, slots);
			}
		}
		swap = now;
		now = then;
		then = swap;
		if (machine->matched && !now->count)
			return;
	}
}

int __regex_run(const struct __regex *regex, const struct subject *subject, int *result, int slot_count)
{
	struct machine machine = { .regex = regex, .subject = subject, .width = slot_count };
	size_t count = (size_t)regex->count, width = (size_t)slot_count;
	int *memory = calloc(2 * (2 * count + count * width) + 2 * width, sizeof(*memory)), *at = memory;

	if (!memory)
		return REG_ESPACE;
	for (int i = 0; i < 2; i++) {
		machine.lists[i].order = at;
		machine.lists[i].index = at + count;
		machine.lists[i].slots = at + 2 * count;
		at += 2 * count + count * width;
	}
	machine.best = at;
	run(&machine, at + width);
	if (machine.matched)
		memcpy(result, machine.best, width * sizeof(int));
	free(memory);
	return machine.matched ? 0 : REG_NOMATCH;
}

int regexec(const regex_t *__restrict compiled, const char *__restrict string, size_t count,
	    regmatch_t matches[__restrict], int flags)
{
	const struct __regex *regex = compiled->__program;
	struct subject subject = { .start = string, .flags = flags };
	size_t wanted = regex->flags & REG_NOSUB ? 0 : count;
	int slot_count = 2, few[32], *slots = few, result;
	regoff_t base = 0;

	if (flags & REG_STARTEND) {
		base = matches[0].rm_so;
		subject.start = string + base;
		subject.at_end = string + matches[0].rm_eo;
	} else {
		subject.at_end = string + strlen(string);
	}
	/* What begins inside a line knows what is before it. */
	subject.context = flags & REG_NOTBOL ? string : subject.start;
	if (wanted > 1 || regex->has_back)
		slot_count = 2 * (regex->groups + 1);
	if (slot_count > 32) {
		slots = calloc((size_t)slot_count, sizeof(*slots));
		if (!slots)
			return REG_ESPACE;
	}
	result = (regex->has_back ? __regex_backtrack : __regex_run)(regex, &subject, slots, slot_count);
	for (size_t i = 0; !result && i < wanted; i++) {
		int has = (int)i * 2 + 1 < slot_count && slots[i * 2] >= 0 && slots[i * 2 + 1] >= 0;

		matches[i].rm_so = has ? base + slots[i * 2] : -1;
		matches[i].rm_eo = has ? base + slots[i * 2 + 1] : -1;
	}
	if (slots != few)
		free(slots);
	return result;
}

size_t regerror(int code, const regex_t *__restrict regex, char *__restrict buffer, size_t size)
{
	static const char *const messages[] = {
		"No error", "No match", "Invalid regular expression", "Invalid collation character",
		"Invalid character class name", "Trailing backslash", "Invalid back reference", "Unmatched [ or [^",
		"Unmatched ( or \\(", "Unmatched { or \\{", "Invalid content of {}", "Invalid range end",
		"Memory exhausted", "Invalid preceding regular expression",
	};
	const char *message = code >= 0 && code <= REG_BADRPT ? messages[code] : "Unknown error";

	(void)regex;
	if (size)
		strlcpy(buffer, message, size);
	return strlen(message) + 1;
}
