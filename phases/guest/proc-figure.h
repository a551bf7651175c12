/* proc-figure.h - numbers out of files such as /proc/meminfo, /proc/vmstat and /proc/self/smaps_rollup. */
#ifndef IMPOSOS_PROC_FIGURE_H
#define IMPOSOS_PROC_FIGURE_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What stands behind `name`, and a colon, space or tab, at the start of a line; -1: no line has it. */
__attribute__((unused))
static long proc_figure(const char *file, const char *name)
{
	static char text[65536];
	size_t have = 0, length = strlen(name);
	int fd = open(file, O_RDONLY);
	ssize_t n;

	while (have < sizeof(text) - 1 && (n = read(fd, text + have, sizeof(text) - 1 - have)) > 0)
		have += (size_t)n;
	close(fd);
	text[have] = 0;
	for (char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strncmp(line, name, length) == 0 && line[length] && strchr(": \t", line[length]))
			return atol(line + length + 1);
	return -1;
}

#endif
