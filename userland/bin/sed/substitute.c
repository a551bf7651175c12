/*
 * Substitution, and the search that addresses share with it.
 *
 * The space may hold any byte: regexec() gets its bounds by REG_STARTEND.
 */
#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include "common/common.h"
#include "sed.h"

static const regex_t *last_regex;

void buffer_add(struct buffer *buffer, const char *data, size_t length)
{
	if (buffer->capacity - buffer->length < length + 1) {
		size_t capacity = buffer->capacity ? buffer->capacity : 256;

		while (capacity - buffer->length < length + 1) {
			if (capacity > (size_t)-1 / 2)
				errx(4, "the line is too long");
			capacity *= 2;
		}
		buffer->data = must(realloc(buffer->data, capacity));
		buffer->capacity = capacity;
	}
	if (length)
		memcpy(buffer->data + buffer->length, data, length);
	buffer->length += length;
	buffer->data[buffer->length] = '\0';
}

int pattern_find(const struct pattern *pattern, const struct buffer *space, size_t from, regmatch_t *matches)
{
	if (pattern->regex)
		last_regex = pattern->regex;
	if (!last_regex)
		errx(1, "no previous regular expression");
	matches[0].rm_so = (regoff_t)from;
	matches[0].rm_eo = (regoff_t)space->length;
	return !regexec(last_regex, space->data, MAX_GROUPS, matches, REG_STARTEND | (from ? REG_NOTBOL : 0));
}

/* How the letters of a replacement change: \U, \L until \E; \u, \l for one. */
struct fold {
	char lasting, once;
};

static void add_folded(struct buffer *out, struct fold *fold, const char *data, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)data[i];
		char how = fold->once ? fold->once : fold->lasting, byte;

		fold->once = 0;
		byte = (char)(how == 'U' || how == 'u' ? toupper(c) : how == 'L' || how == 'l' ? tolower(c) : c);
		buffer_add(out, &byte, 1);
	}
}

static void add_replacement(struct buffer *out, const struct command *command, const struct buffer *space,
			    const regmatch_t *matches)
{
	const char *text = command->replacement, *end = text + command->replacement_length;
	struct fold fold = { 0 };

	for (; text < end; text++) {
		int group = -1;

		if (*text == '&') {
			group = 0;
		} else if (*text == '\\' && text + 1 < end) {
			text++;
			if (isdigit((unsigned char)*text)) {
				group = *text - '0';
			} else if (strchr("ULE", *text)) {
				fold = (struct fold){ .lasting = *text == 'E' ? 0 : *text };
				continue;
			} else if (*text == 'u' || *text == 'l') {
				fold.once = *text;
				continue;
			}
		}
		if (group < 0)
			add_folded(out, &fold, text, 1);
		else if (matches[group].rm_so >= 0)
			add_folded(out, &fold, space->data + matches[group].rm_so,
				   (size_t)(matches[group].rm_eo - matches[group].rm_so));
	}
}

int substitute(struct command *command, struct buffer *space)
{
	regmatch_t matches[MAX_GROUPS];
	struct buffer out = { 0 };
	unsigned long count = 0;
	size_t at = 0, copied = 0, previous = 0;
	int any = 0, has_ended = 0;

	while (!has_ended && at <= space->length && pattern_find(&command->pattern, space, at, matches)) {
		size_t start = (size_t)matches[0].rm_so, end = (size_t)matches[0].rm_eo;

		/* Nothing, right behind the match before, is no match. */
		if (start == end && count && start == previous) {
			at = end + 1;
			continue;
		}
		previous = end;
		count++;
		if (count >= command->occurrence) {
			buffer_add(&out, space->data + copied, start - copied);
			add_replacement(&out, command, space, matches);
			copied = end;
			any = 1;
			has_ended = !command->is_global;
		}
		at = end > start ? end : end + 1;
	}
	if (any) {
		buffer_add(&out, space->data + copied, space->length - copied);
		free(space->data);
		*space = out;
	}
	return any;
}
