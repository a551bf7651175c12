/* more: text a screenful at a time. Space: the next; return: a line; b: back, where that is possible; q: the end. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "common/common.h"

static int keyboard = -1, rows = 24, columns = 80;
static struct termios saved;

static int read_key(void)
{
	struct termios raw = saved;
	char c;
	ssize_t got;

	raw.c_lflag &= ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(keyboard, TCSADRAIN, &raw);
	got = read(keyboard, &c, 1);
	tcsetattr(keyboard, TCSADRAIN, &saved);
	return got == 1 ? c : 'q';
}

/* How many rows of the screen a line takes. */
static int rows_of(const char *line)
{
	int column = 0;

	for (; *line && *line != '\n'; line++) {
		if (*line == '\t')
			column += 8 - column % 8;
		else if (*line == '\b')
			column -= column > 0;
		else if (((unsigned char)*line & 0xc0) != 0x80)
			column++;
	}
	return column > columns ? (column + columns - 1) / columns : 1;
}

/* 1: the user has seen enough. */
static int show(FILE *file, const char *name)
{
	int left = rows - 1;
	char *line = NULL;
	size_t size = 0;
	off_t *pages = must(malloc(sizeof(*pages)));
	size_t count = 1;

	pages[0] = ftello(file);
	while (getline(&line, &size, file) > 0) {
		if (left < rows_of(line)) {
			int key;

			printf("\033[7m--%s--\033[m", name);
			fflush(stdout);
			do
				key = read_key();
			while (!strchr(" \r\nqbfj", key));
			printf("\r\033[K");
			if (key == 'q') {
				free(pages);
				free(line);
				return 1;
			}
			if (key == 'b' && pages[0] >= 0) {
				count = count > 1 ? count - 1 : count;
				if (fseeko(file, pages[count - 1], SEEK_SET) == 0) {
					printf("\033[H\033[2J");
					left = rows - 1;
					continue;
				}
			}
			left = key == ' ' || key == 'f' ? rows - 1 : rows_of(line);
			if (pages[0] >= 0 && left == rows - 1) {
				pages = must(reallocarray(pages, count + 1, sizeof(*pages)));
				pages[count++] = ftello(file) - (off_t)strlen(line);
			}
		}
		left -= rows_of(line);
		fputs(line, stdout);
	}
	free(pages);
	free(line);
	return 0;
}

int main(int argc, char **argv)
{
	struct winsize size;
	int result = 0;

	if (argc < 2 && isatty(0)) {
		fprintf(stderr, "usage: more [file...]\n");
		return 2;
	}
	if (isatty(1)) {
		keyboard = open("/dev/tty", O_RDONLY);
		if (keyboard < 0)
			keyboard = dup(2);
		if (tcgetattr(keyboard, &saved) < 0)
			err(1, "keyboard");
		if (!ioctl(1, TIOCGWINSZ, &size) && size.ws_row > 1 && size.ws_col) {
			rows = size.ws_row;
			columns = size.ws_col;
		}
	}
	for (int i = 1; i < argc || i == 1; i++) {
		FILE *file = argc > 1 ? fopen(argv[i], "r") : stdin;
		int c, quit = 0;

		if (!file) {
			warn("%s", argv[i]);
			result = 1;
			continue;
		}
		if (keyboard >= 0)
			quit = show(file, argc > 1 ? argv[i] : "more");
		else
			while ((c = getc(file)) != EOF)
				putchar(c);
		if (file != stdin)
			fclose(file);
		if (quit)
			break;
	}
	return finish(result);
}
