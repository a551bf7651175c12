/*
 * top: the processes that use the processor most, again and again. q ends it; P, M, N and T choose the
 * order; k kills. With -b it prints plain text, -n says how often, -d how many seconds apart.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "common/common.h"
#include "common/proc.h"

struct row {
	struct process process;
	uint64_t used;		/* ticks since the last look */
};

static struct process *before;
static size_t before_count;
static struct termios modes;
static int is_raw;
static char order = 'P';

static void restore(void)
{
	if (is_raw) {
		tcsetattr(0, TCSANOW, &modes);
		printf("\033[?25h\n");
		fflush(stdout);
	}
	is_raw = 0;
}

static void quit(int number)
{
	restore();
	_exit(128 + number);
}

static uint64_t ticks(const struct process *process)
{
	return process->user_ticks + process->system_ticks;
}

static int compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	uint64_t left = x->used, right = y->used;

	if (order == 'M') {
		left = x->process.resident;
		right = y->process.resident;
	} else if (order == 'T') {
		left = ticks(&x->process);
		right = ticks(&y->process);
	} else if (order == 'N') {
		left = (uint64_t)x->process.pid;
		right = (uint64_t)y->process.pid;
	}
	if (left != right)
		return left < right ? 1 : -1;
	return (x->process.pid > y->process.pid) - (x->process.pid < y->process.pid);
}

static uint64_t ticks_before(const struct process *process)
{
	for (size_t i = 0; i < before_count; i++)
		if (before[i].pid == process->pid && before[i].start_ticks == process->start_ticks)
			return ticks(&before[i]);
	return 0;
}

static void print_head(size_t count, const struct row *rows, double up, const char *eol)
{
	static const char states[] = "RSTZ";
	int counts[4] = { 0 };
	char *load = read_whole("/proc/loadavg", NULL), clock[16];
	time_t now = time(NULL);
	double loads[3] = { 0 };

	if (load)
		(void)sscanf(load, "%lf %lf %lf", &loads[0], &loads[1], &loads[2]);	/* zeros if it says nothing */
	free(load);
	for (size_t i = 0; i < count; i++) {
		char state = rows[i].process.state;

		for (int j = 0; j < 4; j++)
			counts[j] += state == states[j] || (states[j] == 'S' && (state == 'D' || state == 'I'));
	}
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now));
	printf("top - %s up %d:%02d, load average: %.2f, %.2f, %.2f%s\n", clock, (int)up / 3600, (int)up / 60 % 60,
	       loads[0], loads[1], loads[2], eol);
	printf("Tasks: %zu total, %d running, %d sleeping, %d stopped, %d zombie%s\n", count, counts[0], counts[1],
	       counts[2], counts[3], eol);
	printf("KiB Mem: %lld total, %lld free, %lld available%s\n%s\n", meminfo("MemTotal"), meminfo("MemFree"),
	       meminfo("MemAvailable"), eol, eol);
}

static void show(int rows_fit, int columns, int batch)
{
	static double last_up;
	double up = 0, idle, interval;
	size_t count;
	struct process *list = processes_read(&count);
	struct row *rows = must(calloc(count + 1, sizeof(*rows)));

	if (!list)
		err(1, "/proc");
	(void)read_uptime(&up, &idle);	/* zero if it is not there */
	interval = up - last_up > 0.01 ? up - last_up : 1;
	for (size_t i = 0; i < count; i++) {
		rows[i].process = list[i];
		rows[i].used = last_up > 0 || !before ? ticks(&list[i]) - ticks_before(&list[i]) : 0;
	}
	if (!before)
		interval = up > 1 ? up : 1;
	qsort(rows, count, sizeof(*rows), compare);
	if (!batch)
		printf("\033[H");
	print_head(count, rows, up, batch ? "" : "\033[K");
	printf("%s    PID USER      NI    VIRT    RES S  %%CPU     TIME+ COMMAND%s\n", batch ? "" : "\033[7m",
	       batch ? "" : "\033[K\033[m");
	for (size_t i = 0; i < count && (batch || (int)i < rows_fit - 6); i++) {
		const struct process *p = &rows[i].process;
		char virtual_size[16], resident[16], line[512];
		uint64_t total = ticks(p);

		snprintf(line, sizeof(line), "%7d %-8.8s %3d %7s %6s %c %5.1f %3llu:%02u.%02u %s", (int)p->pid,
			 user_name(p->user), p->nice, human_size(p->size, virtual_size), human_size(p->resident, resident),
			 p->state, (double)rows[i].used / interval, total / 6000, (unsigned)(total / 100 % 60),
			 (unsigned)(total % 100), p->name);
		printf("%.*s%s\n", batch ? (int)sizeof(line) : columns, line, batch ? "" : "\033[K");
	}
	if (!batch)
		printf("\033[J");
	fflush(stdout);
	free(rows);
	free(before);
	before = list;
	before_count = count;
	last_up = up;
}

static void kill_one(void)
{
	char line[64];

	tcsetattr(0, TCSANOW, &modes);
	printf("\033[HPID to kill: \033[K");
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) && atoi(line) > 0 && kill(atoi(line), SIGTERM) < 0) {
		printf("\033[H%s: %s\033[K", strtok(line, "\n"), strerror(errno));
		fflush(stdout);
		sleep(1);
	}
}

int main(int argc, char **argv)
{
	int option, batch = 0, rows = 24, columns = 80;
	long times = -1;
	double delay = 3;
	struct termios raw;
	struct winsize size;

	while ((option = getopt(argc, argv, "bd:n:")) != -1) {
		switch (option) {
		case 'b': batch = 1; break;
		case 'd': delay = atof(optarg); break;
		case 'n': times = atol(optarg); break;
		default:
			fprintf(stderr, "usage: top [-b] [-d seconds] [-n times]\n");
			return 2;
		}
	}
	if (delay < 0.1)
		delay = 0.1;
	if (!batch) {
		if (!isatty(1) || tcgetattr(0, &modes) < 0)
			errx(1, "not a terminal (use -b)");
		raw = modes;
		raw.c_lflag &= ~(ICANON | ECHO);
		tcsetattr(0, TCSANOW, &raw);
		is_raw = 1;
		signal(SIGINT, quit);
		signal(SIGTERM, quit);
		printf("\033[2J\033[?25l");
	}
	for (; times != 0; times -= times > 0) {
		struct pollfd fd = { .fd = 0, .events = POLLIN };
		char key;

		if (!ioctl(1, TIOCGWINSZ, &size) && size.ws_row && size.ws_col) {
			rows = size.ws_row;
			columns = size.ws_col;
		}
		show(rows, columns, batch);
		if (times == 1)
			break;
		if (poll(batch ? NULL : &fd, !batch, (int)(delay * 1000)) <= 0)
			continue;
		if (read(0, &key, 1) != 1 || key == 'q')
			break;
		if (strchr("PMNT", key))
			order = key;
		if (key == 'k') {
			kill_one();
			tcsetattr(0, TCSANOW, &raw);
		}
	}
	restore();
	return finish(0);
}
