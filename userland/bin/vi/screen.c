/* The screen: long lines are continued on the next row; all is drawn anew after each key, in one write. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>
#include "vi.h"

size_t top;
int rows = 24, columns = 80;
int option_number;
char message_text[256];

static struct termios saved;
static int is_started;

void message(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message_text, sizeof(message_text), format, arguments);
	va_end(arguments);
}

static void end_by_signal(int number)
{
	screen_end();
	_exit(128 + number);
}

void screen_start(void)
{
	struct termios raw;

	if (tcgetattr(0, &saved) < 0) {
		fprintf(stderr, "vi: not a terminal\n");
		exit(1);
	}
	raw = saved;
	cfmakeraw(&raw);
	tcsetattr(0, TCSADRAIN, &raw);
	is_started = 1;
	signal(SIGTERM, end_by_signal);
	signal(SIGHUP, end_by_signal);
	setvbuf(stdout, NULL, _IOFBF, 0);
}

void screen_end(void)
{
	if (!is_started)
		return;
	is_started = 0;
	printf("\033[%d;1H\033[K", rows);
	fflush(stdout);
	tcsetattr(0, TCSADRAIN, &saved);
}

void screen_forget(void)
{
	fputs("\033[2J", stdout);
}

size_t next_character(const char *bytes, size_t at)
{
	if (!bytes[at])
		return at;
	at++;
	while (((unsigned char)bytes[at] & 0xc0) == 0x80)
		at++;
	return at;
}

size_t previous_character(const char *bytes, size_t at)
{
	if (!at)
		return 0;
	at--;
	while (at > 0 && ((unsigned char)bytes[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* The columns that the character at p takes when shown from a column on. */
static int width_at(const char *p, int column)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t used;
	int width;

	if (*p == '\t')
		return 8 - column % 8;
	if ((unsigned char)*p < 32 || *p == 127)
		return 2;
	used = mbrtowc(&wide, p, strlen(p), &state);
	if (used == 0 || used > 4)
		return 1;
	width = wcwidth(wide);
	return width < 0 ? 1 : width;
}

int column_of(const struct line *line, size_t at)
{
	int column = 0;

	for (size_t i = 0; i < at && i < line->length; i = next_character(line->bytes, i))
		column += width_at(line->bytes + i, column);
	return column;
}

size_t byte_at(const struct line *line, int wanted)
{
	int column = 0;
	size_t i = 0;

	while (i < line->length) {
		column += width_at(line->bytes + i, column);
		if (column > wanted)
			break;
		i = next_character(line->bytes, i);
	}
	return i;
}

static int text_columns(void)
{
	return option_number ? columns - 8 : columns;
}

int rows_of(const struct line *line)
{
	int all = column_of(line, line->length);

	return all ? (all + text_columns() - 1) / text_columns() : 1;
}

static void draw_line(const struct line *line, size_t number, int *row)
{
	int column = 0, width = text_columns();

	if (option_number)
		printf("%7zu ", number + 1);
	for (size_t i = 0; i < line->length;) {
		size_t next = next_character(line->bytes, i);
		int one = width_at(line->bytes + i, column);
		unsigned char c = (unsigned char)line->bytes[i];

		if (column && column % width == 0) {
			if (++*row >= rows - 1)
				return;
			printf("\033[K\r\n%s", option_number ? "        " : "");
		}
		if (c == '\t')
			printf("%*s", one, "");
		else if (c < 32 || c == 127)
			printf("^%c", c ^ 64);
		else if (c >= 0x80 && next == i + 1)
			putchar('?');
		else
			fwrite(line->bytes + i, 1, next - i, stdout);
		column += one;
		i = next;
	}
	/* After a full row the cursor hangs over its end, where clearing would take the last character. */
	if (!column || column % width)
		fputs("\033[K", stdout);
	fputs("\r\n", stdout);
	++*row;
}

static void find_size(void)
{
	struct winsize size;

	if (!ioctl(1, TIOCGWINSZ, &size) && size.ws_row > 1 && size.ws_col > 10) {
		rows = size.ws_row;
		columns = size.ws_col;
	}
}

/* Moves the top so that the cursor is on the screen; far jumps put it into the middle. */
static void scroll_to(size_t line)
{
	int needed = 0;

	if (line < top) {
		needed = top - line > (size_t)rows / 2 ? rows / 2 : 0;
		top = line > (size_t)needed ? line - (size_t)needed : 0;
		return;
	}
	if (line - top > (size_t)rows * 2)
		top = line > (size_t)rows / 2 ? line - (size_t)rows / 2 : 0;
	for (size_t i = top; i <= line; i++)
		needed += rows_of(text.lines[i]);
	while (needed > rows - 1 && top < line)
		needed -= rows_of(text.lines[top++]);
}

void screen_draw(struct position at, int inserting)
{
	int row = 0, cursor_row = 0, cursor_column;
	char place[64];

	find_size();
	scroll_to(at.line);
	fputs("\033[?25l\033[H", stdout);
	for (size_t i = top; i < text.count && row < rows - 1; i++) {
		if (i == at.line)
			cursor_row = row;
		draw_line(text.lines[i], i, &row);
	}
	for (; row < rows - 1; row++)
		fputs("~\033[K\r\n", stdout);
	snprintf(place, sizeof(place), "%zu,%d", at.line + 1, column_of(text.lines[at.line], at.at) + 1);
	printf("\033[%d;1H%.*s\033[K", rows, columns - 20,
	       *message_text ? message_text : inserting ? "-- INSERT --" : "");
	printf("\033[%d;%dH%s", rows, columns > 20 ? columns - 18 : 1, place);
	cursor_column = column_of(text.lines[at.line], at.at);
	/* On a tab the cursor stands at its end, except while inserting. */
	if (!inserting && text.lines[at.line]->bytes[at.at] == '\t')
		cursor_column += width_at("\t", cursor_column) - 1;
	cursor_row += cursor_column / text_columns();
	printf("\033[%d;%dH\033[?25h", cursor_row + 1, cursor_column % text_columns() + 1 + (option_number ? 8 : 0));
	fflush(stdout);
}
