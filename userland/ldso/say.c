/* What the loader says: errors, and the lines that LD_DEBUG asks for. No stream is used: there may be none yet. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "ldso.h"

char dl_message[512];
unsigned dl_debug;

static void put(int fd, const char *line, size_t length)
{
	while (length > 0) {
		long done = __syscall(SYS_write, (long)fd, (long)line, (long)length);

		if (done == -EINTR)
			continue;
		if (done <= 0)
			return;
		line += done;
		length -= (size_t)done;
	}
}

static size_t format_line(char *line, size_t size, size_t used, const char *format, va_list arguments)
{
	int more = vsnprintf(line + used, size - used, format, arguments);

	return used + (size_t)(more < 0 ? 0 : more) >= size ? size - 1 : used + (size_t)more;
}

void dl_print(int fd, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	va_start(arguments, format);
	put(fd, line, format_line(line, sizeof(line), 0, format, arguments));
	va_end(arguments);
}

void dl_say(const char *format, ...)
{
	char line[1024];
	va_list arguments;
	size_t used = (size_t)snprintf(line, sizeof(line), "%10d:\t", (int)__syscall(SYS_getpid));

	va_start(arguments, format);
	used = format_line(line, sizeof(line) - 1, used, format, arguments);
	va_end(arguments);
	line[used++] = '\n';
	put(2, line, used);
}

int dl_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(dl_message, sizeof(dl_message), format, arguments);
	va_end(arguments);
	return -1;
}

int dl_fail_for(const struct map *map)
{
	size_t used = strlen(dl_message);

	snprintf(dl_message + used, sizeof(dl_message) - used, " (needed by %s)", dl_label(map));
	return -1;
}

const char *dl_label(const struct map *map)
{
	return *map->name ? map->name : dl_argv && dl_argv[0] ? dl_argv[0] : "program";
}

void dl_fatal(const char *kind)
{
	dl_print(2, "%s: %s%s%s\n", dl_argv && dl_argv[0] ? dl_argv[0] : "ld-imposos.so.1", kind ? kind : "", kind ? ": " : "",
		 dl_message);
	_exit(127);
}

static const struct {
	const char *name;
	unsigned bits;
	const char *help;
} words[] = {
	{ "libs", DEBUG_LIBS, "where libraries are looked for" },
	{ "files", DEBUG_FILES, "what is loaded, initialised and finished" },
	{ "bindings", DEBUG_BINDINGS, "which symbol is bound to which library" },
	{ "symbols", DEBUG_SYMBOLS, "where symbols are looked for" },
	{ "versions", DEBUG_VERSIONS, "versions that are needed" },
	{ "reloc", DEBUG_RELOC, "what is relocated" },
	{ "statistics", DEBUG_STATISTICS, "how much was done" },
	{ "all", ~0U, "all of these" },
};

void dl_read_debug(const char *list)
{
	while (*list) {
		size_t length = strcspn(list, ", :"), i;

		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strlen(words[i].name) == length && !strncmp(list, words[i].name, length))
				break;
		if (i < sizeof(words) / sizeof(words[0])) {
			dl_debug |= words[i].bits;
		} else if (length == 4 && !strncmp(list, "help", 4)) {
			dl_print(1, "LD_DEBUG knows these words, separated by commas:\n\n");
			for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
				dl_print(1, "  %-12s%s\n", words[i].name, words[i].help);
			_exit(0);
		} else if (length) {
			dl_print(2, "warning: debug option `%.*s' unknown; try LD_DEBUG=help\n", (int)length, list);
		}
		list += length + (list[length] != '\0');
	}
}

char *dl_copy(const char *text, size_t length)
{
	char *copy = __libc_malloc(length + 1);

	if (copy) {
		memcpy(copy, text, length);
		copy[length] = '\0';
	}
	return copy;
}
