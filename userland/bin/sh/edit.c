/*
 * The line editor: emacs keys, history, search, completion, over an ANSI terminal.
 *
 * The line is drawn anew after each key: go back to the first row, print, clear the rest, go to the
 * cursor. Everything for one key is written at once. Widths are those of UTF-8 characters.
 */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>
#include "sh.h"

enum key {
	KEY_UP = 256, KEY_DOWN, KEY_LEFT, KEY_RIGHT, KEY_HOME, KEY_END, KEY_DELETE, KEY_WORD_LEFT, KEY_WORD_RIGHT,
	KEY_KILL_WORD, KEY_NONE, KEY_END_OF_INPUT,
};

#define CONTROL(c) ((c) & 31)

struct editor {
	const char *prompt;
	struct text line;
	size_t cursor;
	int columns;
	int row;		/* of the cursor, counted from the prompt's */
	int back;		/* how far in the history; 0 is the new line */
	char *kept;		/* the new line while the history is shown */
	char *killed;
	struct termios modes;
};

int edit_possible(void)
{
	const char *term = variable_get("TERM");

	return isatty(0) && isatty(2) && !(term && !strcmp(term, "dumb"));
}

static void send(const struct text *text)
{
	size_t done = 0;

	while (done < text->length) {
		ssize_t wrote = write(2, text->data + done, text->length - done);

		if (wrote < 0 && errno != EINTR)
			return;
		if (wrote > 0)
			done += (size_t)wrote;
	}
}

/* The bytes and columns of the character at text. */
static size_t character(const char *text, int *width)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t length = mbrtowc(&wide, text, strlen(text), &state);

	if (length == 0 || length > 4) {
		*width = *text ? 1 : 0;
		return *text ? 1 : 0;
	}
	*width = wcwidth(wide);
	if (*width < 0)
		*width = 2;	/* shown as ^X */
	return length;
}

static int width_of(const char *text, size_t length)
{
	int total = 0, width;

	for (size_t i = 0; i < length && text[i];) {
		/* Escape sequences in a prompt take no room. */
		if (text[i] == '\033' && text[i + 1] == '[') {
			for (i += 2; i < length && text[i] && !isalpha((unsigned char)text[i]); i++)
				;
			i++;
			continue;
		}
		i += character(text + i, &width);
		total += width;
	}
	return total;
}

static void move(struct text *out, int count, char direction)
{
	char sequence[16];

	if (count > 0) {
		snprintf(sequence, sizeof(sequence), "\033[%d%c", count, direction);
		text_string(out, sequence);
	}
}

static void draw(struct editor *editor)
{
	const char *last_line = strrchr(editor->prompt, '\n');
	const char *prompt = last_line ? last_line + 1 : editor->prompt;
	struct text out = { 0 };
	int before = width_of(prompt, strlen(prompt)), all, at, columns = editor->columns;

	at = before + width_of(editor->line.data, editor->cursor);
	all = before + width_of(editor->line.data, editor->line.length);
	text_add(&out, "\r", 1);
	move(&out, editor->row, 'A');
	text_string(&out, prompt);
	for (size_t i = 0; i < editor->line.length; i++) {
		char c = editor->line.data[i];

		if ((unsigned char)c < 32 || c == 127) {
			text_byte(&out, '^');
			text_byte(&out, (char)(c ^ 64));
		} else {
			text_byte(&out, c);
		}
	}
	/* At the right margin the terminal waits with going to the next row: make it go. */
	if (all > 0 && all % columns == 0)
		text_string(&out, " \r");
	text_string(&out, "\033[J");
	move(&out, all / columns - at / columns, 'A');
	text_byte(&out, '\r');
	move(&out, at % columns, 'C');
	editor->row = at / columns;
	send(&out);
	free(out.data);
}

static void find_columns(struct editor *editor)
{
	struct winsize size;

	editor->columns = !ioctl(2, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

static int read_byte(void)
{
	unsigned char c;

	for (;;) {
		ssize_t got = read(0, &c, 1);

		if (got == 1)
			return c;
		if (got == 0 || errno != EINTR)
			return -1;
		if (signal_pending)
			traps_run();
	}
}

/* The next byte of a sequence, unless none comes soon. */
static int read_soon(void)
{
	struct pollfd fd = { .fd = 0, .events = POLLIN };

	return poll(&fd, 1, 50) > 0 ? read_byte() : -1;
}

static int read_sequence(void)
{
	int c = read_soon(), number = 0, modifier = 0;

	if (c == 'b')
		return KEY_WORD_LEFT;
	if (c == 'f')
		return KEY_WORD_RIGHT;
	if (c == 'd')
		return KEY_KILL_WORD;
	if (c != '[' && c != 'O')
		return KEY_NONE;
	for (c = read_soon(); c == ';' || isdigit(c); c = read_soon()) {
		if (c == ';') {
			modifier = 1;
			continue;
		}
		if (!modifier)
			number = number * 10 + (c - '0');
	}
	switch (c) {
	case 'A': return KEY_UP;
	case 'B': return KEY_DOWN;
	case 'C': return modifier ? KEY_WORD_RIGHT : KEY_RIGHT;
	case 'D': return modifier ? KEY_WORD_LEFT : KEY_LEFT;
	case 'H': return KEY_HOME;
	case 'F': return KEY_END;
	case '~':
		return number == 1 || number == 7 ? KEY_HOME : number == 4 || number == 8 ? KEY_END :
		       number == 3 ? KEY_DELETE : KEY_NONE;
	default: return KEY_NONE;
	}
}

static int read_key(void)
{
	int c = read_byte();

	if (c < 0)
		return KEY_END_OF_INPUT;
	return c == 27 ? read_sequence() : c;
}

static void insert(struct editor *editor, const char *from, size_t length)
{
	struct text *line = &editor->line;
	size_t rest = line->length - editor->cursor;

	text_add(line, from, length);
	memmove(line->data + editor->cursor + length, line->data + editor->cursor, rest);
	memcpy(line->data + editor->cursor, from, length);
	editor->cursor += length;
}

static void erase(struct editor *editor, size_t from, size_t to, int keep)
{
	struct text *line = &editor->line;

	if (from >= to)
		return;
	if (keep) {
		free(editor->killed);
		editor->killed = xmalloc(to - from + 1);
		memcpy(editor->killed, line->data + from, to - from);
		editor->killed[to - from] = '\0';
	}
	memmove(line->data + from, line->data + to, line->length - to + 1);
	line->length -= to - from;
	editor->cursor = from;
}

static size_t left_of(const struct editor *editor, size_t at)
{
	if (!at)
		return 0;
	at--;
	while (at > 0 && ((unsigned char)editor->line.data[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static size_t right_of(const struct editor *editor, size_t at)
{
	int width;

	return at < editor->line.length ? at + character(editor->line.data + at, &width) : at;
}

static size_t word_left(const struct editor *editor, int to_blank)
{
	const char *data = editor->line.data;
	size_t at = editor->cursor;

	while (at > 0 && (to_blank ? data[at - 1] == ' ' : !isalnum((unsigned char)data[at - 1])))
		at--;
	while (at > 0 && (to_blank ? data[at - 1] != ' ' : isalnum((unsigned char)data[at - 1]) != 0))
		at--;
	return at;
}

static size_t word_right(const struct editor *editor)
{
	const char *data = editor->line.data;
	size_t at = editor->cursor;

	while (at < editor->line.length && !isalnum((unsigned char)data[at]))
		at++;
	while (at < editor->line.length && isalnum((unsigned char)data[at]))
		at++;
	return at;
}

static void replace(struct editor *editor, const char *with)
{
	editor->line.length = 0;
	text_string(&editor->line, with);
	editor->cursor = editor->line.length;
}

static void go_history(struct editor *editor, int back)
{
	const char *line = back ? history_line(back) : editor->kept;

	if (!line)
		return;
	if (!editor->back) {
		free(editor->kept);
		editor->kept = xstrdup(editor->line.data);
		if (!back)
			return;
	}
	editor->back = back;
	replace(editor, line);
}

/* ^R: searches as it is typed; any other key takes what was found. Returns that key. */
static int search_history(struct editor *editor)
{
	struct text wanted = { 0 }, prompt = { 0 };
	const char *outer = editor->prompt, *found = "";
	int back = 0, key;

	text_add(&wanted, "", 0);
	for (;;) {
		prompt.length = 0;
		text_string(&prompt, "(search) `");
		text_string(&prompt, wanted.data);
		text_string(&prompt, "': ");
		editor->prompt = prompt.data;
		replace(editor, found);
		draw(editor);
		key = read_key();
		if (key == CONTROL('R')) {
			back++;
		} else if (key == 127 || key == 8) {
			if (wanted.length)
				wanted.data[--wanted.length] = '\0';
			back = 1;
		} else if (key >= 32 && key < 256) {
			text_byte(&wanted, (char)key);
			if (!back)
				back = 1;
		} else {
			break;
		}
		for (int i = back ? back : 1; history_line(i); i++)
			if (strstr(history_line(i), wanted.data)) {
				found = history_line(i);
				back = i;
				break;
			}
	}
	editor->prompt = outer;
	if (key == CONTROL('G') || key == CONTROL('C'))
		replace(editor, "");
	free(wanted.data);
	free(prompt.data);
	return key == CONTROL('G') ? KEY_NONE : key;
}

static void list_words(struct editor *editor, char **words, size_t count)
{
	struct text out = { 0 };
	int widest = 0, across;

	for (size_t i = 0; i < count; i++) {
		const char *slash = strrchr(words[i], '/');
		int width;

		if (slash && slash[1])
			memmove(words[i], slash + 1, strlen(slash));
		width = width_of(words[i], strlen(words[i]));
		if (width > widest)
			widest = width;
	}
	across = editor->columns / (widest + 2);
	if (across < 1)
		across = 1;
	text_string(&out, "\n\r");
	for (size_t i = 0; i < count; i++) {
		text_string(&out, words[i]);
		if ((int)(i % (size_t)across) == across - 1 || i + 1 == count)
			text_string(&out, "\n\r");
		else
			for (int pad = width_of(words[i], strlen(words[i])); pad < widest + 2; pad++)
				text_byte(&out, ' ');
	}
	send(&out);
	free(out.data);
	editor->row = 0;
}

/* Inserts what all words have in common; when that is nothing more, shows them. */
static void complete_word(struct editor *editor)
{
	char **words;
	size_t start, typed, common, count = complete(editor->line.data, editor->cursor, &words, &start);

	if (count) {
		typed = editor->cursor - start;
		common = strlen(words[0]);
		for (size_t i = 1; i < count; i++)
			for (size_t j = 0; j < common; j++)
				if (words[i][j] != words[0][j])
					common = j;
		if (common > typed || count == 1) {
			for (size_t i = typed; i < common; i++) {
				if (strchr(" \t'\"\\$`&;|<>()*?[#!", words[0][i]))
					insert(editor, "\\", 1);
				insert(editor, &words[0][i], 1);
			}
			if (count == 1 && words[0][common - 1] != '/')
				insert(editor, " ", 1);
		} else {
			list_words(editor, words, count);
		}
	}
	for (size_t i = 0; i < count; i++)
		free(words[i]);
	free(words);
}

static void transpose(struct editor *editor)
{
	char *data = editor->line.data, kept;
	size_t at = editor->cursor;

	if (at == editor->line.length && at > 0)
		at--;
	/* Bytes of longer characters are left alone. */
	if (!at || (data[at] | data[at - 1]) & 0x80)
		return;
	kept = data[at - 1];
	data[at - 1] = data[at];
	data[at] = kept;
	editor->cursor = at + 1;
}

/* What a key does to the line. 1: the line is finished; 2: it is given up; 3: end of input. */
static int do_key(struct editor *editor, int key)
{
	char byte = (char)key;

	switch (key) {
	case '\r':
	case '\n': return 1;
	case CONTROL('C'): return 2;
	case KEY_END_OF_INPUT: return 3;
	case CONTROL('D'):
		if (!editor->line.length)
			return 3;
		erase(editor, editor->cursor, right_of(editor, editor->cursor), 0);
		break;
	case KEY_DELETE: erase(editor, editor->cursor, right_of(editor, editor->cursor), 0); break;
	case 127:
	case CONTROL('H'): erase(editor, left_of(editor, editor->cursor), editor->cursor, 0); break;
	case CONTROL('A'):
	case KEY_HOME: editor->cursor = 0; break;
	case CONTROL('E'):
	case KEY_END: editor->cursor = editor->line.length; break;
	case CONTROL('B'):
	case KEY_LEFT: editor->cursor = left_of(editor, editor->cursor); break;
	case CONTROL('F'):
	case KEY_RIGHT: editor->cursor = right_of(editor, editor->cursor); break;
	case KEY_WORD_LEFT: editor->cursor = word_left(editor, 0); break;
	case KEY_WORD_RIGHT: editor->cursor = word_right(editor); break;
	case CONTROL('P'):
	case KEY_UP: go_history(editor, editor->back + 1); break;
	case CONTROL('N'):
	case KEY_DOWN:
		if (editor->back)
			go_history(editor, editor->back - 1);
		break;
	case CONTROL('K'): erase(editor, editor->cursor, editor->line.length, 1); break;
	case CONTROL('U'): erase(editor, 0, editor->cursor, 1); break;
	case CONTROL('W'): erase(editor, word_left(editor, 1), editor->cursor, 1); break;
	case KEY_KILL_WORD: erase(editor, editor->cursor, word_right(editor), 1); break;
	case CONTROL('Y'):
		if (editor->killed)
			insert(editor, editor->killed, strlen(editor->killed));
		break;
	case CONTROL('T'): transpose(editor); break;
	case CONTROL('L'): {
		struct text clear = { 0 };

		text_string(&clear, "\033[H\033[2J");
		send(&clear);
		free(clear.data);
		editor->row = 0;
		break;
	}
	case CONTROL('R'): return do_key(editor, search_history(editor));
	case '\t': complete_word(editor); break;
	case CONTROL('V'):
		key = read_byte();
		byte = (char)key;
		if (key > 0)
			insert(editor, &byte, 1);
		break;
	default:
		if (key >= 32 && key < 256)
			insert(editor, &byte, 1);
	}
	return 0;
}

/* Without a terminal that can be drawn on: the line as it comes. */
static char *plain_line(const char *prompt)
{
	struct text line = { 0 };
	int c;

	fputs(prompt, stderr);
	fflush(stderr);
	while ((c = read_byte()) >= 0) {
		text_byte(&line, (char)c);
		if (c == '\n')
			break;
	}
	return line.data;
}

static char *finish_line(struct editor *editor, int how)
{
	editor->cursor = editor->line.length;
	draw(editor);
	fputs(how == 2 ? "^C\r\n" : "\r\n", stderr);
	tcsetattr(0, TCSADRAIN, &editor->modes);
	free(editor->kept);
	free(editor->killed);
	if (how == 1) {
		text_byte(&editor->line, '\n');
		history_add(editor->line.data);
		return editor->line.data;
	}
	free(editor->line.data);
	if (how == 3)
		return NULL;
	status = 128 + SIGINT;
	if (handler)
		longjmp(handler->jump, 1);
	return xstrdup("\n");
}

char *edit_line(const char *prompt)
{
	struct editor editor = { .prompt = prompt };
	struct termios raw;
	const char *last_line = strrchr(prompt, '\n');
	int how = 0;

	fflush(stdout);
	if (!edit_possible() || tcgetattr(0, &editor.modes) < 0)
		return plain_line(prompt);
	raw = editor.modes;
	raw.c_iflag &= ~(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
	raw.c_lflag &= ~(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(0, TCSADRAIN, &raw) < 0)
		return plain_line(prompt);
	if (last_line)
		fprintf(stderr, "%.*s\r\n", (int)(last_line - prompt), prompt);
	text_add(&editor.line, "", 0);
	find_columns(&editor);	/* a line that was typed ahead is finished without being drawn */
	while (!how) {
		struct pollfd more = { .fd = 0, .events = POLLIN };

		/* When keys come faster than they can be drawn, draw less often. */
		if (poll(&more, 1, 0) <= 0) {
			find_columns(&editor);
			draw(&editor);
		}
		how = do_key(&editor, read_key());
	}
	return finish_line(&editor, how);
}
