/* Motions: where a key takes the cursor. */
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include "vi.h"

struct position cursor;

static char *last_pattern;
static int last_backwards;
static int find_kind, find_byte;	/* of f, F, t, T for ; and , */
static int wanted_column = -1;		/* up and down keep to it */

static const struct line *current(void)
{
	return text.lines[cursor.line];
}

void clamp_cursor(int inserting)
{
	const struct line *line;

	if (cursor.line >= text.count)
		cursor.line = text.count - 1;
	line = current();
	if (cursor.at > line->length)
		cursor.at = line->length;
	if (!inserting && cursor.at == line->length)
		cursor.at = previous_character(line->bytes, line->length);
}

static int class_of(unsigned char c, int big)
{
	if (!c || isspace(c))
		return 0;
	return big || isalnum(c) || c == '_' || c >= 0x80 ? 1 : 2;
}

/* The byte at a position; a newline at the end of a line, 0 at the end of the text. */
static int byte_of(struct position p)
{
	const struct line *line = text.lines[p.line];

	if (p.at < line->length)
		return (unsigned char)line->bytes[p.at];
	return p.line + 1 < text.count ? '\n' : 0;
}

static int step(struct position *p)
{
	const struct line *line = text.lines[p->line];

	if (p->at < line->length) {
		p->at = next_character(line->bytes, p->at);
		if (p->at < line->length || p->line + 1 == text.count)
			return p->at < line->length;
	}
	if (p->line + 1 == text.count)
		return 0;
	p->line++;
	p->at = 0;
	return 1;
}

static int step_back(struct position *p)
{
	if (p->at > 0) {
		p->at = previous_character(text.lines[p->line]->bytes, p->at);
		return 1;
	}
	if (!p->line)
		return 0;
	p->line--;
	p->at = previous_character(text.lines[p->line]->bytes, text.lines[p->line]->length);
	return 1;
}

static int is_empty(struct position p)
{
	return !text.lines[p.line]->length;
}

static struct position word_forward(struct position p, int big)
{
	int class = class_of((unsigned char)byte_of(p), big);
	size_t line = p.line;

	while (class && p.line == line && class_of((unsigned char)byte_of(p), big) == class)
		if (!step(&p))
			return p;
	while (!class_of((unsigned char)byte_of(p), big)) {
		if (is_empty(p) && p.line != line)
			return p;
		if (!step(&p))
			return p;
	}
	return p;
}

static struct position word_end(struct position p, int big)
{
	struct position next;
	int class;

	do
		if (!step(&p))
			return p;
	while (!class_of((unsigned char)byte_of(p), big));
	class = class_of((unsigned char)byte_of(p), big);
	for (next = p; step(&next) && next.line == p.line && class_of((unsigned char)byte_of(next), big) == class;)
		p = next;
	return p;
}

static struct position word_back(struct position p, int big)
{
	struct position next;
	int class;

	do
		if (!step_back(&p))
			return p;
	while (!class_of((unsigned char)byte_of(p), big) && !is_empty(p));
	class = class_of((unsigned char)byte_of(p), big);
	for (next = p; step_back(&next) && next.line == p.line && class_of((unsigned char)byte_of(next), big) == class;)
		p = next;
	return p;
}

static size_t first_nonblank(size_t line)
{
	const char *bytes = text.lines[line]->bytes;

	return strspn(bytes, " \t");
}

static int find_in_line(int kind, int byte, int count, struct motion *motion)
{
	const struct line *line = current();
	size_t at = cursor.at;

	while (count-- > 0) {
		do {
			size_t next = islower(kind) ? next_character(line->bytes, at) : previous_character(line->bytes, at);

			if (next == at || next >= line->length)
				return -1;
			at = next;
		} while ((unsigned char)line->bytes[at] != byte);
	}
	if (kind == 't')
		at = previous_character(line->bytes, at);
	if (kind == 'T')
		at = next_character(line->bytes, at);
	motion->to.at = at;
	motion->is_inclusive = islower(kind);
	return 0;
}

static int find_match(struct motion *motion)
{
	static const char pairs[] = "()[]{}";
	struct position p = cursor;
	const struct line *line = current();
	const char *found;
	int depth = 0, forward, c;

	while (p.at < line->length && !strchr(pairs, line->bytes[p.at]))
		p.at = next_character(line->bytes, p.at);
	if (p.at >= line->length)
		return -1;
	found = strchr(pairs, line->bytes[p.at]);
	forward = (found - pairs) % 2 == 0;
	do {
		c = byte_of(p);
		if (c == *found)
			depth++;
		else if (c == found[forward ? 1 : -1])
			depth--;
		if (!depth) {
			motion->to = p;
			motion->is_inclusive = 1;
			return 0;
		}
	} while (forward ? step(&p) : step_back(&p));
	return -1;
}

int search(const char *pattern, int backwards, struct position from, struct position *found)
{
	regmatch_t match;
	regex_t regex;
	int code = regcomp(&regex, pattern, 0), result = -1;

	if (code) {
		regerror(code, &regex, message_text, sizeof(message_text));
		return -1;
	}
	for (size_t i = 0; i <= text.count && result < 0; i++) {
		size_t number = backwards ? (from.line + text.count - i % text.count) % text.count :
					    (from.line + i) % text.count;
		const char *bytes = text.lines[number]->bytes;
		size_t start = 0;

		if (!backwards && i == 0)
			start = next_character(bytes, from.at);
		if (!backwards && i == 0 && start == from.at && from.at >= text.lines[number]->length)
			continue;
		while (start <= text.lines[number]->length &&
		       !regexec(&regex, bytes + start, 1, &match, start ? REG_NOTBOL : 0)) {
			struct position here = { number, start + (size_t)match.rm_so };

			if (backwards && i == 0 && here.at >= from.at)
				break;
			*found = here;
			result = 0;
			if (!backwards || here.at >= text.lines[number]->length)
				break;
			start = next_character(bytes, here.at);
		}
	}
	regfree(&regex);
	if (result < 0)
		message("Pattern not found: %s", pattern);
	return result;
}

int search_again(int reverse, struct position *found)
{
	if (!last_pattern) {
		message("No previous pattern");
		return -1;
	}
	return search(last_pattern, last_backwards != reverse, cursor, found);
}

static int search_new(int backwards, struct position *found)
{
	char *pattern = read_line(backwards ? '?' : '/');

	if (!pattern)
		return -1;
	if (*pattern) {
		free(last_pattern);
		last_pattern = pattern;
	} else {
		free(pattern);
	}
	last_backwards = backwards;
	return search_again(0, found);
}

static struct motion vertical(long lines)
{
	struct motion motion = { .to = cursor, .is_linewise = 1 };
	long target = (long)cursor.line + lines;

	if (target < 0 || target >= (long)text.count)
		motion.failed = labs(lines) == 1;
	if (target < 0)
		target = 0;
	if (target >= (long)text.count)
		target = (long)text.count - 1;
	if (wanted_column < 0)
		wanted_column = column_of(current(), cursor.at);
	motion.to.line = (size_t)target;
	motion.to.at = byte_at(text.lines[target], wanted_column);
	return motion;
}

static struct motion to_line(size_t line)
{
	struct motion motion = { .is_linewise = 1 };

	motion.to.line = line < text.count ? line : text.count - 1;
	motion.to.at = first_nonblank(motion.to.line);
	return motion;
}

static size_t paragraph(int direction, int count)
{
	long line = (long)cursor.line;

	while (count-- > 0) {
		while (line >= 0 && line < (long)text.count && !text.lines[line]->length)
			line += direction;
		while (line >= 0 && line < (long)text.count && text.lines[line]->length)
			line += direction;
	}
	return line < 0 ? 0 : (size_t)line;
}

struct motion move(int key, int count, int has_count)
{
	struct motion motion = { .to = cursor };
	int is_vertical = 0;

	switch (key) {
	case 'h':
	case KEY_LEFT:
	case 8:
	case 127:
		motion.failed = !cursor.at;
		while (count-- > 0)
			motion.to.at = previous_character(current()->bytes, motion.to.at);
		break;
	case 'l':
	case ' ':
	case KEY_RIGHT:
		motion.failed = cursor.at >= current()->length;
		while (count-- > 0)
			motion.to.at = next_character(current()->bytes, motion.to.at);
		break;
	case 'j':
	case KEY_DOWN:
	case 14: motion = vertical(count); is_vertical = 1; break;
	case 'k':
	case KEY_UP:
	case 16: motion = vertical(-count); is_vertical = 1; break;
	case '+':
	case '\r': motion = to_line(cursor.line + (size_t)count); break;
	case '-': motion = to_line(cursor.line > (size_t)count ? cursor.line - (size_t)count : 0); break;
	case '_': motion = to_line(cursor.line + (size_t)count - 1); break;
	case 'G': motion = to_line(has_count ? (size_t)count - 1 : text.count - 1); break;
	case 'g':
		if (read_key() == 'g')
			motion = to_line(has_count ? (size_t)count - 1 : 0);
		else
			motion.failed = 1;
		break;
	case 'H': motion = to_line(top + (size_t)count - 1); break;
	case 'M': motion = to_line(top + (size_t)(rows - 1) / 2); break;
	case 'L': motion = to_line(top + (size_t)(rows - 1 - count)); break;
	case '0':
	case KEY_HOME: motion.to.at = 0; break;
	case '^': motion.to.at = first_nonblank(cursor.line); break;
	case '|': motion.to.at = byte_at(current(), count - 1); break;
	case '$':
	case KEY_END:
		motion.to.line += (size_t)count - 1;
		if (motion.to.line >= text.count)
			motion.to.line = text.count - 1;
		motion.to.at = previous_character(text.lines[motion.to.line]->bytes, text.lines[motion.to.line]->length);
		motion.is_inclusive = 1;
		wanted_column = 1000000;
		return motion;
	case 'w':
	case 'W':
		while (count-- > 0)
			motion.to = word_forward(motion.to, key == 'W');
		break;
	case 'b':
	case 'B':
		while (count-- > 0)
			motion.to = word_back(motion.to, key == 'B');
		break;
	case 'e':
	case 'E':
		while (count-- > 0)
			motion.to = word_end(motion.to, key == 'E');
		motion.is_inclusive = 1;
		break;
	case '{':
	case '}':
		motion.to.line = paragraph(key == '{' ? -1 : 1, count);
		motion.to.at = 0;
		if (motion.to.line >= text.count) {
			motion.to.line = text.count - 1;
			motion.to.at = text.lines[motion.to.line]->length;
		}
		break;
	case 'f':
	case 'F':
	case 't':
	case 'T':
		find_kind = key;
		find_byte = read_key();
		motion.failed = find_in_line(find_kind, find_byte, count, &motion) < 0;
		break;
	case ';':
	case ',':
		motion.failed = !find_kind ||
				find_in_line(key == ';' ? find_kind : find_kind ^ 32, find_byte, count, &motion) < 0;
		break;
	case '%': motion.failed = find_match(&motion) < 0; break;
	case '/':
	case '?': motion.failed = search_new(key == '?', &motion.to) < 0; break;
	case 'n':
	case 'N':
		while (count-- > 0 && !motion.failed) {
			struct position kept = cursor;

			cursor = motion.to;
			motion.failed = search_again(key == 'N', &motion.to) < 0;
			cursor = kept;
		}
		break;
	case 6:
	case KEY_PAGE_DOWN: motion = vertical((long)(rows - 3) * count); top = motion.to.line; break;
	case 2:
	case KEY_PAGE_UP: motion = vertical(-(long)(rows - 3) * count); break;
	case 4: motion = vertical(rows / 2); break;
	case 21: motion = vertical(-(rows / 2)); break;
	default: motion.failed = 2;
	}
	if (!is_vertical)
		wanted_column = -1;
	return motion;
}
