/* vi: the visual editor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "vi.h"

int main(int argc, char **argv)
{
	char command[4096 + 8];
	const char *first = NULL;
	int arg = 1;

	if (arg < argc && argv[arg][0] == '+')
		first = argv[arg++] + 1;
	if (arg < argc && argv[arg][0] == '-' && argv[arg][1]) {
		fprintf(stderr, "usage: vi [+command] [file]\n");
		return 2;
	}
	text_insert(0, "", 0);
	modified = 0;
	screen_start();
	screen_forget();
	if (arg < argc) {
		snprintf(command, sizeof(command), "e! %s", argv[arg]);
		ex_command(command);
	}
	if (first) {
		snprintf(command, sizeof(command), "%s", *first ? first : "$");
		ex_command(command);
		clamp_cursor(0);
	}
	do
		screen_draw(cursor, 0);
	while (!normal_command());
	screen_end();
	return 0;
}
