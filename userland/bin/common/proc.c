/* Reading /proc. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "common.h"
#include "proc.h"

char *read_whole(const char *path, size_t *length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0, space = 4096;
	char *text;

	if (fd < 0)
		return NULL;
	text = must(malloc(space));
	for (;;) {
		ssize_t got = read(fd, text + used, space - 1 - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			close(fd);
			if (got < 0) {
				free(text);
				return NULL;
			}
			text[used] = '\0';
			if (length)
				*length = used;
			return text;
		}
		used += (size_t)got;
		if (used + 1 == space)
			text = must(realloc(text, space *= 2));
	}
}

int process_read(pid_t pid, struct process *process)
{
	char path[48], *text, *open_paren, *close_paren;
	struct stat status;
	long long resident = 0;
	int got;

	memset(process, 0, sizeof(*process));
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (stat(path, &status) < 0)
		return -1;
	text = read_whole(path, NULL);
	if (!text)
		return -1;
	/* The name may hold anything, parentheses too: the last one ends it. */
	open_paren = strchr(text, '(');
	close_paren = strrchr(text, ')');
	if (!open_paren || !close_paren) {
		free(text);
		return -1;
	}
	*close_paren = '\0';
	strlcpy(process->name, open_paren + 1, sizeof(process->name));
	got = sscanf(close_paren + 1, " %c %d %d %d %u %d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %d %d %*d %llu %llu %lld",
		     &process->state, &process->parent, &process->group, &process->session, &process->terminal,
		     &process->foreground, &process->user_ticks, &process->system_ticks, &process->nice, &process->threads,
		     &process->start_ticks, &process->size, &resident);
	free(text);
	if (got < 13)
		return -1;
	process->pid = pid;
	process->user = status.st_uid;
	process->resident = resident > 0 ? (uint64_t)resident * 4096 : 0;
	return 0;
}

static int by_pid(const void *a, const void *b)
{
	const struct process *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

struct process *processes_read(size_t *count)
{
	DIR *directory = opendir("/proc");
	struct process *list = NULL;
	struct dirent *entry;

	*count = 0;
	if (!directory)
		return NULL;
	while ((entry = readdir(directory))) {
		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		list = must(reallocarray(list, *count + 1, sizeof(*list)));
		if (!process_read((pid_t)atoi(entry->d_name), &list[*count]))
			++*count;
	}
	closedir(directory);
	if (*count)
		qsort(list, *count, sizeof(*list), by_pid);
	return list;
}

char *process_command(const struct process *process)
{
	char path[48], *text;
	size_t length = 0;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)process->pid);
	text = read_whole(path, &length);
	while (text && length > 0 && !text[length - 1])
		length--;
	if (!text || !length) {
		free(text);
		text = must(malloc(sizeof(process->name) + 3));
		sprintf(text, "[%s]", process->name);
		return text;
	}
	for (size_t i = 0; i < length; i++)
		if (!text[i])
			text[i] = ' ';
		else if ((unsigned char)text[i] < 32 || text[i] == 127)
			text[i] = '?';
	return text;
}

const char *terminal_name(unsigned device, char text[16])
{
	unsigned minor_number = minor(device);

	switch (major(device)) {
	case 4:
		snprintf(text, 16, minor_number < 64 ? "tty%u" : "ttyS%u",
			 minor_number < 64 ? minor_number : minor_number - 64);
		break;
	case 5:
		strcpy(text, minor_number == 1 ? "console" : "tty");
		break;
	case 136 ... 143:
		snprintf(text, 16, "pts/%u", (major(device) - 136) * 256 + minor_number);
		break;
	default:
		strcpy(text, "?");
	}
	return text;
}

long long meminfo(const char *name)
{
	char *text = read_whole("/proc/meminfo", NULL), *save, *line;
	size_t length = strlen(name);
	long long value = -1;

	for (line = text ? strtok_r(text, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save))
		if (!strncmp(line, name, length) && line[length] == ':')
			value = strtoll(line + length + 1, NULL, 10);
	free(text);
	return value;
}

int read_uptime(double *up, double *idle)
{
	char *text = read_whole("/proc/uptime", NULL);
	int got = text ? sscanf(text, "%lf %lf", up, idle) : 0;

	free(text);
	return got == 2 ? 0 : -1;
}
