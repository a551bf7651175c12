/*
 * ps: processes. As POSIX has it (-A -a -d -e -f -l -o -p -t -u), and with the letters without dash that
 * people type (ps aux).
 */
#include <ctype.h>
#include <err.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "common/common.h"
#include "common/proc.h"

struct column {
	const char *name, *header;
	int width;		/* negative: to the left */
	void (*print)(const struct process *process, char *text, size_t size);
};

static double up;
static time_t now;
static long long total_kb;

static void print_time(char *text, size_t size, uint64_t seconds)
{
	if (seconds >= 86400)
		snprintf(text, size, "%llu-%02u:%02u:%02u", seconds / 86400, (unsigned)(seconds / 3600 % 24),
			 (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60));
	else
		snprintf(text, size, "%02u:%02u:%02u", (unsigned)(seconds / 3600), (unsigned)(seconds / 60 % 60),
			 (unsigned)(seconds % 60));
}

#define COLUMN(name, ...) \
	static void name(const struct process *process, char *text, size_t size) \
	{ \
		snprintf(text, size, __VA_ARGS__); \
	}
COLUMN(show_pid, "%d", (int)process->pid)
COLUMN(show_ppid, "%d", (int)process->parent)
COLUMN(show_pgid, "%d", (int)process->group)
COLUMN(show_sid, "%d", (int)process->session)
COLUMN(show_uid, "%u", process->user)
COLUMN(show_user, "%s", user_name(process->user))
COLUMN(show_vsz, "%llu", (unsigned long long)process->size / 1024)
COLUMN(show_rss, "%llu", (unsigned long long)process->resident / 1024)
COLUMN(show_nice, "%d", process->nice)
COLUMN(show_comm, "%s", process->name)
COLUMN(show_state, "%c", process->state)
COLUMN(show_threads, "%d", process->threads)

static void show_stat(const struct process *process, char *text, size_t size)
{
	snprintf(text, size, "%c%s%s%s%s", process->state, process->nice > 0 ? "N" : process->nice < 0 ? "<" : "",
		 process->session == process->pid ? "s" : "", process->threads > 1 ? "l" : "",
		 process->foreground == process->group ? "+" : "");
}

static void show_tty(const struct process *process, char *text, size_t size)
{
	char name[16];

	snprintf(text, size, "%s", terminal_name(process->terminal, name));
}

static void show_time(const struct process *process, char *text, size_t size)
{
	print_time(text, size, (process->user_ticks + process->system_ticks) / 100);
}

static double age(const struct process *process)
{
	double seconds = up - (double)process->start_ticks / 100;

	return seconds > 0 ? seconds : 0;
}

static void show_etime(const struct process *process, char *text, size_t size)
{
	print_time(text, size, (uint64_t)age(process));
}

static void show_stime(const struct process *process, char *text, size_t size)
{
	time_t start = now - (time_t)age(process);

	if (!strftime(text, size, now - start < 86400 ? "%H:%M" : "%b%d", localtime(&start)))
		*text = '\0';
}

static void show_cpu(const struct process *process, char *text, size_t size)
{
	double seconds = age(process), used = (double)(process->user_ticks + process->system_ticks) / 100;

	snprintf(text, size, "%.1f", seconds > 0.01 ? used * 100 / seconds : 0.0);
}

static void show_mem(const struct process *process, char *text, size_t size)
{
	snprintf(text, size, "%.1f", total_kb > 0 ? (double)process->resident / 10.24 / (double)total_kb : 0.0);
}

static void show_args(const struct process *process, char *text, size_t size)
{
	char *command = process_command(process);

	strlcpy(text, command, size);
	free(command);
}

static const struct column columns[] = {
	{ "pid", "PID", 7, show_pid }, { "ppid", "PPID", 7, show_ppid }, { "pgid", "PGID", 7, show_pgid },
	{ "sid", "SID", 7, show_sid }, { "sess", "SESS", 7, show_sid }, { "uid", "UID", 5, show_uid },
	{ "user", "USER", -8, show_user }, { "ruser", "RUSER", -8, show_user }, { "vsz", "VSZ", 7, show_vsz },
	{ "rss", "RSS", 6, show_rss }, { "nice", "NI", 3, show_nice }, { "ni", "NI", 3, show_nice },
	{ "comm", "COMMAND", -15, show_comm }, { "ucmd", "CMD", -15, show_comm }, { "state", "S", 1, show_state },
	{ "s", "S", 1, show_state }, { "stat", "STAT", -4, show_stat }, { "tty", "TT", -8, show_tty },
	{ "tname", "TTY", -8, show_tty }, { "time", "TIME", 8, show_time }, { "etime", "ELAPSED", 11, show_etime },
	{ "stime", "STIME", 5, show_stime }, { "start", "START", 5, show_stime }, { "pcpu", "%CPU", 5, show_cpu },
	{ "%cpu", "%CPU", 5, show_cpu }, { "pmem", "%MEM", 5, show_mem }, { "%mem", "%MEM", 5, show_mem },
	{ "args", "COMMAND", -27, show_args }, { "cmd", "CMD", -27, show_args }, { "command", "COMMAND", -27, show_args },
	{ "nlwp", "NLWP", 4, show_threads },
};

struct chosen {
	struct column column;
	char header[32];
};

static struct chosen chosen[64];
static int chosen_count;

/* Comma or blank separated names, each perhaps with =header (which takes the rest). */
static void choose(const char *list)
{
	while (*list) {
		size_t length = strcspn(list, ", ="), i;

		for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
			if (strlen(columns[i].name) == length && !strncmp(columns[i].name, list, length))
				break;
		if (i == sizeof(columns) / sizeof(columns[0]))
			errx(1, "unknown column: %.*s", (int)length, list);
		if (chosen_count == 64)
			errx(1, "too many columns");
		chosen[chosen_count].column = columns[i];
		strlcpy(chosen[chosen_count].header, columns[i].header, sizeof(chosen[0].header));
		list += length;
		if (*list == '=') {
			strlcpy(chosen[chosen_count++].header, list + 1, sizeof(chosen[0].header));
			return;
		}
		chosen_count++;
		list += strspn(list, ", ");
	}
}

static void print_line(const struct process *process, int width)
{
	char line[8192], text[4096];
	size_t used = 0;

	for (int i = 0; i < chosen_count && used < sizeof(line) - 1; i++) {
		const struct column *column = &chosen[i].column;
		int last = i + 1 == chosen_count;

		if (process)
			column->print(process, text, sizeof(text));
		else
			strlcpy(text, chosen[i].header, sizeof(text));
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%*s", i ? " " : "",
					 last && column->width < 0 ? 0 : column->width, text);
	}
	if (used > sizeof(line) - 1)
		used = sizeof(line) - 1;
	if (width > 0 && used > (size_t)width)
		used = (size_t)width;
	printf("%.*s\n", (int)used, line);
}

struct filter {
	int all;		/* 'A': all; 'a': with a terminal, but session leaders; 'd': all but those; 'x' */
	const char *pids, *users, *terminals;
};

static int listed(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (; *list; list += strspn(list, ", ")) {
		size_t part = strcspn(list, ", ");

		if (part == length && !strncmp(list, name, length))
			return 1;
		list += part;
	}
	return 0;
}

static int is_wanted(const struct process *process, const struct filter *filter, const struct process *self)
{
	char text[16];

	if (filter->pids || filter->users || filter->terminals) {
		snprintf(text, sizeof(text), "%d", (int)process->pid);
		if (filter->pids && listed(filter->pids, text))
			return 1;
		snprintf(text, sizeof(text), "%u", process->user);
		if (filter->users && (listed(filter->users, user_name(process->user)) || listed(filter->users, text)))
			return 1;
		return filter->terminals && listed(filter->terminals, terminal_name(process->terminal, text));
	}
	switch (filter->all) {
	case 'A':
		return 1;
	case 'a':
		return process->terminal && process->session != process->pid;
	case 'd':
		return process->session != process->pid;
	default:
		return process->user == self->user && process->terminal == self->terminal;
	}
}

static void read_letters(const char *letters, struct filter *filter, const char **format)
{
	int others = 0, without = 0;

	for (; *letters; letters++) {
		others |= *letters == 'a';
		without |= *letters == 'x';
		if (*letters == 'u')
			*format = "user,pid,%cpu,%mem,vsz,rss,tname,stat,start,time,command";
		else if (*letters == 'l')
			*format = "s,uid,pid,ppid,nice,vsz,rss,stat,tname,time,command";
		else if (*letters == 'j')
			*format = "ppid,pid,pgid,sid,tname,stat,uid,time,command";
		else if (!strchr("axwef", *letters))
			errx(1, "unknown option: %c", *letters);
	}
	if (others || without)
		filter->all = 'A';
	if (!*format)
		*format = "pid,tname,stat,time,command";
}

int main(int argc, char **argv)
{
	struct filter filter = { 0 };
	const char *format = NULL;
	struct process self, *list;
	struct winsize size;
	int option, width = 0, wide = 0;
	double idle;
	size_t count;

	if (argc > 1 && isalpha((unsigned char)argv[1][0])) {
		read_letters(argv[1], &filter, &format);
		wide = strstr(argv[1], "ww") != NULL;
		optind = 2;
	}
	while ((option = getopt(argc, argv, "Aadefjlo:p:t:u:U:w")) != -1) {
		switch (option) {
		case 'A':
		case 'e': filter.all = 'A'; break;
		case 'a':
		case 'd': filter.all = option; break;
		case 'f': format = "user,pid,ppid,stime,tname,time,cmd"; break;
		case 'j': format = "pid,pgid,sid,tname,time,ucmd"; break;
		case 'l': format = "s,uid,pid,ppid,nice,vsz,tname,time,ucmd"; break;
		case 'o': choose(optarg); break;
		case 'p': filter.pids = optarg; break;
		case 't': filter.terminals = optarg; break;
		case 'u':
		case 'U': filter.users = optarg; break;
		case 'w': wide = 1; break;
		default:
			fprintf(stderr, "usage: ps [-Aadefjlw] [-o format] [-p pids] [-t terminals] [-u users] | ps [aujlxw]\n");
			return 2;
		}
	}
	if (!chosen_count)
		choose(format ? format : "pid,tname,time,ucmd");
	if (!wide && isatty(1) && !ioctl(1, TIOCGWINSZ, &size))
		width = size.ws_col;
	list = processes_read(&count);
	if (!list)
		err(1, "/proc");
	if (process_read(getpid(), &self) < 0)
		errx(1, "/proc shows no processes");
	if (read_uptime(&up, &idle) < 0)
		up = 0;
	time(&now);
	total_kb = meminfo("MemTotal");
	for (int i = 0; i < chosen_count; i++)
		if (*chosen[i].header) {
			print_line(NULL, width);
			break;
		}
	option = 1;
	for (size_t i = 0; i < count; i++)
		if (is_wanted(&list[i], &filter, &self)) {
			print_line(&list[i], width);
			option = 0;
		}
	free(list);
	return finish(option);
}
