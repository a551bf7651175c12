/* Commands of the normal mode, and inserting. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "vi.h"

static char *register_bytes;
static size_t register_length;
static int register_linewise;

void set_register(char *bytes, size_t length, int linewise)
{
	free(register_bytes);
	register_bytes = bytes;
	register_length = length;
	register_linewise = linewise;
}

static int is_before(struct position a, struct position b)
{
	return a.line < b.line || (a.line == b.line && a.at < b.at);
}

static void insert_bytes(const char *bytes, size_t length)
{
	cursor = text_put(cursor, bytes, length);
}

static void insert_newline(void)
{
	/* The new line begins as deep as the old. */
	const struct line *line = text.lines[cursor.line];
	size_t indent = strspn(line->bytes, " \t");
	char *bytes;

	if (indent > cursor.at)
		indent = cursor.at;
	bytes = must_have(malloc(indent + 2));
	bytes[0] = '\n';
	memcpy(bytes + 1, line->bytes, indent);
	insert_bytes(bytes, indent + 1);
	free(bytes);
}

static void erase_before(struct position limit, int replacing)
{
	struct position from = cursor;

	if (replacing || !is_before(limit, cursor)) {
		if (cursor.at > 0)
			cursor.at = previous_character(text.lines[cursor.line]->bytes, cursor.at);
		return;
	}
	if (cursor.at > 0) {
		from.at = previous_character(text.lines[cursor.line]->bytes, cursor.at);
	} else if (cursor.line > 0) {
		from.line--;
		from.at = text.lines[from.line]->length;
	}
	text_cut(from, cursor);
	cursor = from;
}

/* Inserts (or replaces) until escape. The keys are part of the command that is recorded. */
static void insert_mode(int replacing)
{
	struct position limit = { 0, 0 };

	for (;;) {
		int key;

		clamp_cursor(1);
		if (!is_replaying())
			screen_draw(cursor, 1);
		key = read_key();
		*message_text = '\0';
		if (key == 27 || key == 3)
			break;
		if (key == 127 || key == 8) {
			erase_before(limit, replacing);
		} else if (key == '\r' || key == '\n') {
			insert_newline();
		} else if (key == KEY_DELETE) {
			struct position to = cursor;

			to.at = next_character(text.lines[cursor.line]->bytes, cursor.at);
			text_cut(cursor, to);
		} else if (key >= 256) {
			struct motion motion = move(key, 1, 0);

			if (!motion.failed)
				cursor = motion.to;
			if (key == KEY_END)
				cursor.at = text.lines[cursor.line]->length;
		} else if (key == 23) {
			struct position from = move('b', 1, 0).to;

			if (from.line == cursor.line) {
				text_cut(from, cursor);
				cursor = from;
			}
		} else if (key >= 32 || key == '\t' || key == 22) {
			char byte = (char)(key == 22 ? read_key() : key);

			if (replacing && cursor.at < text.lines[cursor.line]->length && ((unsigned char)byte & 0xc0) != 0x80) {
				struct position to = cursor;

				to.at = next_character(text.lines[cursor.line]->bytes, cursor.at);
				text_cut(cursor, to);
			}
			insert_bytes(&byte, 1);
		}
	}
	cursor.at = previous_character(text.lines[cursor.line]->bytes, cursor.at);
}

static void yank_lines(size_t first, size_t last)
{
	struct position from = { first, 0 }, to = { last, text.lines[last]->length };
	size_t length;
	char *bytes = text_copy(from, to, &length);

	set_register(bytes, length, 1);
}

static void operate_lines(int operator, size_t first, size_t last)
{
	if (last >= text.count)
		last = text.count - 1;
	if (operator == '<' || operator == '>') {
		for (size_t i = first; i <= last; i++) {
			const struct line *line = text.lines[i];
			char *deeper = must_have(malloc(line->length + 2));
			size_t cut = line->bytes[0] == '\t' ? 1 : strspn(line->bytes, " ");

			if (operator == '>' && line->length) {
				deeper[0] = '\t';
				memcpy(deeper + 1, line->bytes, line->length);
				text_set(i, deeper, line->length + 1);
			} else if (operator == '<') {
				memcpy(deeper, line->bytes, line->length);
				cut = cut > 8 ? 8 : cut;
				text_set(i, deeper + cut, line->length - cut);
			}
			free(deeper);
		}
		cursor.line = first;
		cursor.at = strspn(text.lines[first]->bytes, " \t");
		return;
	}
	yank_lines(first, last);
	if (operator == 'y') {
		cursor.line = first < cursor.line ? first : cursor.line;
		return;
	}
	if (operator == 'c') {
		if (last > first)
			text_delete(first + 1, last - first);
		text_set(first, "", 0);
		cursor = (struct position){ first, 0 };
		insert_mode(0);
		return;
	}
	text_delete(first, last - first + 1);
	cursor.line = first < text.count ? first : text.count - 1;
	cursor.at = strspn(text.lines[cursor.line]->bytes, " \t");
	if (last - first > 1)
		message("%zu lines deleted", last - first + 1);
}

static void operate(int operator, struct motion motion)
{
	struct position from = cursor, to = motion.to, kept;
	size_t length;
	char *bytes;

	if (is_before(to, from)) {
		kept = from;
		from = to;
		to = kept;
	}
	if (motion.is_linewise || operator == '<' || operator == '>') {
		operate_lines(operator, from.line, to.line);
		return;
	}
	if (motion.is_inclusive)
		to.at = next_character(text.lines[to.line]->bytes, to.at);
	bytes = text_copy(from, to, &length);
	set_register(bytes, length, 0);
	cursor = from;
	if (operator == 'y')
		return;
	text_cut(from, to);
	if (operator == 'c')
		insert_mode(0);
}

/* After d, c, y, < or >: the motion that says what. */
static void operator_command(int operator, int count, int has_count)
{
	struct motion motion;
	int key = read_key(), inner = 0;

	while (isdigit(key) && (key != '0' || inner)) {
		inner = inner * 10 + (key - '0');
		key = read_key();
	}
	if (inner) {
		count *= inner;
		has_count = 1;
	}
	if (key == operator) {
		undo_mark(cursor);
		operate_lines(operator, cursor.line, cursor.line + (size_t)count - 1);
		record_keep();
		return;
	}
	/* cw changes the word without the blanks after it. */
	if (operator == 'c' && (key == 'w' || key == 'W') && !isspace((unsigned char)text.lines[cursor.line]->bytes[cursor.at])) {
		key = key == 'w' ? 'e' : 'E';
		motion = move(key, count, has_count);
		/* A word of one character ends where it begins. */
		if (count == 1) {
			const char *bytes = text.lines[cursor.line]->bytes;
			size_t next = next_character(bytes, cursor.at);
			int here = isalnum((unsigned char)bytes[cursor.at]) || bytes[cursor.at] == '_';
			int then = isalnum((unsigned char)bytes[next]) || bytes[next] == '_';

			if (!bytes[next] || isspace((unsigned char)bytes[next]) || (key == 'e' && here != then))
				motion.to = cursor;
		}
	} else {
		motion = move(key, count, has_count);
		/* dw at the end of a line stays on it. */
		if ((key == 'w' || key == 'W') && motion.to.line > cursor.line && count == 1)
			motion.to = (struct position){ cursor.line, text.lines[cursor.line]->length };
		if ((key == 'w' || key == 'W') && motion.to.line == cursor.line && motion.to.line + 1 == text.count &&
		    next_character(text.lines[cursor.line]->bytes, motion.to.at) >= text.lines[cursor.line]->length &&
		    !isspace((unsigned char)text.lines[cursor.line]->bytes[cursor.at]) && count == 1)
			motion.is_inclusive = motion.to.at + 1 >= text.lines[cursor.line]->length;
	}
	if (motion.failed)
		return;
	if (operator != 'y')
		undo_mark(cursor);
	operate(operator, motion);
	if (operator != 'y')
		record_keep();
}

static void put(int before, int count)
{
	if (!register_bytes)
		return;
	undo_mark(cursor);
	for (; count > 0; count--) {
		if (register_linewise) {
			size_t line = cursor.line + !before;
			const char *p = register_bytes, *end = p + register_length;

			cursor.line = line;
			for (;;) {
				const char *newline = memchr(p, '\n', (size_t)(end - p));
				size_t length = (size_t)((newline ? newline : end) - p);

				text_insert(line++, p, length);
				if (!newline)
					break;
				p = newline + 1;
			}
			cursor.at = strspn(text.lines[cursor.line]->bytes, " \t");
		} else {
			if (!before)
				cursor.at = next_character(text.lines[cursor.line]->bytes, cursor.at);
			cursor = text_put(cursor, register_bytes, register_length);
			cursor.at = previous_character(text.lines[cursor.line]->bytes, cursor.at);
		}
	}
	record_keep();
}

static void join(int count)
{
	undo_mark(cursor);
	for (count = count > 1 ? count - 1 : 1; count > 0 && cursor.line + 1 < text.count; count--) {
		struct position end = { cursor.line, text.lines[cursor.line]->length }, next = { cursor.line + 1, 0 };
		int needs_blank;

		next.at = strspn(text.lines[next.line]->bytes, " \t");
		needs_blank = end.at > 0 && text.lines[next.line]->bytes[next.at] && text.lines[next.line]->bytes[next.at] != ')' &&
			      text.lines[cursor.line]->bytes[end.at - 1] != ' ';
		text_cut(end, next);
		if (needs_blank)
			text_put(end, " ", 1);
		cursor.at = end.at;
	}
	record_keep();
}

static void replace_characters(int count)
{
	int key = read_key();
	struct position to = cursor;
	char byte = (char)key;

	if (key == 27 || key > 255)
		return;
	for (int i = 0; i < count; i++) {
		if (to.at >= text.lines[to.line]->length)
			return;
		to.at = next_character(text.lines[to.line]->bytes, to.at);
	}
	undo_mark(cursor);
	text_cut(cursor, to);
	if (byte == '\r')
		byte = '\n';
	for (int i = 0; i < count; i++)
		insert_bytes(&byte, 1);
	if (byte != '\n')
		cursor.at = previous_character(text.lines[cursor.line]->bytes, cursor.at);
	record_keep();
}

static void swap_case(int count)
{
	undo_mark(cursor);
	for (; count > 0 && cursor.at < text.lines[cursor.line]->length; count--) {
		char c = text.lines[cursor.line]->bytes[cursor.at];
		struct position to = { cursor.line, cursor.at + 1 };

		if (isalpha((unsigned char)c)) {
			c ^= 32;
			text_cut(cursor, to);
			insert_bytes(&c, 1);
		} else {
			cursor.at = next_character(text.lines[cursor.line]->bytes, cursor.at);
		}
	}
	record_keep();
}

static void start_inserting(int key)
{
	undo_mark(cursor);
	switch (key) {
	case 'a': cursor.at = next_character(text.lines[cursor.line]->bytes, cursor.at); break;
	case 'A': cursor.at = text.lines[cursor.line]->length; break;
	case 'I': cursor.at = strspn(text.lines[cursor.line]->bytes, " \t"); break;
	case 'o':
		cursor.at = text.lines[cursor.line]->length;
		insert_newline();
		break;
	case 'O':
		text_insert(cursor.line, text.lines[cursor.line]->bytes, strspn(text.lines[cursor.line]->bytes, " \t"));
		cursor.at = text.lines[cursor.line]->length;
		break;
	default: break;
	}
	insert_mode(key == 'R');
	record_keep();
}

/* x, X, D, C, s, S and Y are short for an operator with a motion. */
static int shorthand(int key, int count)
{
	static const struct {
		char key, operator, motion;
	} table[] = {
		{ 'x', 'd', 'l' }, { 'X', 'd', 'h' }, { 'D', 'd', '$' }, { 'C', 'c', '$' }, { 's', 'c', 'l' },
	};
	struct motion motion;

	if (key == KEY_DELETE)
		key = 'x';
	if (key == 'Y' || key == 'S') {
		undo_mark(cursor);
		operate_lines(key == 'Y' ? 'y' : 'c', cursor.line, cursor.line + (size_t)count - 1);
		if (key == 'S')
			record_keep();
		return 1;
	}
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].key != key)
			continue;
		motion = move(table[i].motion, count, 1);
		if (motion.failed && table[i].operator == 'd')
			return 1;
		undo_mark(cursor);
		if (table[i].motion == '$' && !text.lines[cursor.line]->length) {
			if (table[i].operator == 'c')
				insert_mode(0);
		} else {
			operate(table[i].operator, motion);
		}
		record_keep();
		return 1;
	}
	return 0;
}

static int quit_command(void)
{
	char command[] = "x";
	int key = read_key();

	if (key == 'Z')
		return ex_command(command);
	if (key == 'Q') {
		char quit[] = "q!";

		return ex_command(quit);
	}
	return 0;
}

int normal_command(void)
{
	int count = 0, has_count, key = read_key(), result = 0;
	struct motion motion;
	char *line;

	*message_text = '\0';
	if (!is_replaying())
		record_start(key);
	while (isdigit(key) && (key != '0' || count)) {
		count = count > 10000000 ? count : count * 10 + (key - '0');
		key = read_key();
	}
	has_count = count > 0;
	if (!has_count)
		count = 1;
	switch (key) {
	case 'd':
	case 'c':
	case 'y':
	case '<':
	case '>': operator_command(key, count, has_count); break;
	case 'i':
	case 'a':
	case 'A':
	case 'I':
	case 'o':
	case 'O':
	case 'R': start_inserting(key); break;
	case 'p':
	case 'P': put(key == 'P', count); break;
	case 'J': join(count); break;
	case 'r': replace_characters(count); break;
	case '~': swap_case(count); break;
	case 'u':
		if (undo(&cursor) < 0)
			message("Nothing to undo");
		break;
	case 18:
		if (redo(&cursor) < 0)
			message("Nothing to redo");
		break;
	case '.': record_replay(count); break;
	case ':':
		line = read_line(':');
		if (line)
			result = ex_command(line);
		free(line);
		break;
	case 'Z': result = quit_command(); break;
	case 12: screen_forget(); break;
	case 7:
		message("\"%s\"%s line %zu of %zu", file_name ? file_name : "", modified ? " [modified]" : "",
			cursor.line + 1, text.count);
		break;
	case 'z':
		key = read_key();
		top = key == '\r' || key == 't' ? cursor.line : cursor.line > (size_t)rows / 2 ? cursor.line - (size_t)rows / 2 : 0;
		break;
	case 27: break;
	default:
		if (shorthand(key, count))
			break;
		motion = move(key, count, has_count);
		if (!motion.failed)
			cursor = motion.to;
	}
	clamp_cursor(0);
	return result;
}
