/* Keys: escape sequences taken together, and the recording of commands for '.'. */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "vi.h"

static int *recorded, *playing;
static size_t recorded_count, recorded_space, playing_count, playing_at;
static int *kept;
static size_t kept_count;

static int read_byte(void)
{
	unsigned char c;

	for (;;) {
		ssize_t got = read(0, &c, 1);

		if (got == 1)
			return c;
		if (got == 0 || errno != EINTR) {
			screen_end();
			_exit(1);
		}
		/* The window may have another size. */
		screen_draw(cursor, 0);
	}
}

static int read_soon(void)
{
	struct pollfd fd = { .fd = 0, .events = POLLIN };

	return poll(&fd, 1, 50) > 0 ? read_byte() : -1;
}

static int read_sequence(void)
{
	int c = read_soon(), number = 0;

	if (c < 0)
		return 27;
	if (c != '[' && c != 'O')
		return 27;
	for (c = read_soon(); c == ';' || isdigit(c); c = read_soon())
		if (c != ';')
			number = number * 10 + (c - '0');
	switch (c) {
	case 'A': return KEY_UP;
	case 'B': return KEY_DOWN;
	case 'C': return KEY_RIGHT;
	case 'D': return KEY_LEFT;
	case 'H': return KEY_HOME;
	case 'F': return KEY_END;
	case '~':
		return number == 1 || number == 7 ? KEY_HOME : number == 4 || number == 8 ? KEY_END :
		       number == 5 ? KEY_PAGE_UP : number == 6 ? KEY_PAGE_DOWN : number == 3 ? KEY_DELETE : KEY_NONE;
	default: return KEY_NONE;
	}
}

static void record(int key)
{
	if (recorded_count == recorded_space) {
		recorded_space = recorded_space * 2 + 64;
		recorded = must_have(reallocarray(recorded, recorded_space, sizeof(*recorded)));
	}
	recorded[recorded_count++] = key;
}

int read_key(void)
{
	int c;

	if (playing_at < playing_count)
		return playing[playing_at++];
	c = read_byte();
	if (c == 27)
		c = read_sequence();
	record(c);
	return c;
}

int is_replaying(void)
{
	return playing_at < playing_count;
}

void record_start(int first_key)
{
	recorded_count = 0;
	record(first_key);
}

/* What was recorded is the change to be repeated. */
void record_keep(void)
{
	if (is_replaying() || playing)
		return;
	kept = must_have(reallocarray(kept, recorded_count + 1, sizeof(*kept)));
	memcpy(kept, recorded, recorded_count * sizeof(*kept));
	kept_count = recorded_count;
}

void record_replay(int count)
{
	if (!kept_count)
		return;
	while (count-- > 0) {
		playing = kept;
		playing_count = kept_count;
		playing_at = 0;
		normal_command();
	}
	playing = NULL;
	playing_count = playing_at = 0;
}

char *read_line(char prompt)
{
	char *line = must_have(calloc(1, 1));
	size_t length = 0;

	for (;;) {
		int key;

		if (!is_replaying()) {
			printf("\033[%d;1H%c%s\033[K", rows, prompt, line);
			fflush(stdout);
		}
		key = read_key();
		if (key == '\r' || key == '\n')
			return line;
		if (key == 27 || key == 3 || ((key == 127 || key == 8) && !length)) {
			free(line);
			return NULL;
		}
		if (key == 127 || key == 8) {
			length = previous_character(line, length);
			line[length] = '\0';
		} else if (key == 21) {
			line[length = 0] = '\0';
		} else if (key >= 32 && key < 256) {
			line = must_have(realloc(line, length + 2));
			line[length++] = (char)key;
			line[length] = '\0';
		}
	}
}
