/* Fifty processes of our own programs: the C library's text is in memory once. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../guest/asleep.h"
#include "../../guest/testing.h"

#define COUNT 50

static FILE *open_of(pid_t pid, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	return fopen(path, "re");
}

struct use {
	unsigned long size, rss, pss, dirty;	/* KiB */
	unsigned long start, end;
};

/* The text of the library in a process, as smaps has it. */
static int read_use(pid_t pid, struct use *use)
{
	FILE *file = open_of(pid, "smaps");
	char line[512];
	int inside = 0;

	memset(use, 0, sizeof(*use));
	while (file && fgets(line, sizeof(line), file)) {
		unsigned long from, to, value;
		char name[32];

		if (sscanf(line, "%lx-%lx", &from, &to) == 2 && strchr(line, '-') < strchr(line, ' ')) {
			inside = strstr(line, "r-xp") && strstr(line, "/ld-imposos.so.1");
			if (inside) {
				use->start = from;
				use->end = to;
			}
		} else if (inside && sscanf(line, "%31[^:]: %lu kB", name, &value) == 2) {
			if (!strcmp(name, "Size"))
				use->size = value;
			else if (!strcmp(name, "Rss"))
				use->rss = value;
			else if (!strcmp(name, "Pss"))
				use->pss = value;
			else if (!strcmp(name, "Private_Dirty"))
				use->dirty = value;
		}
	}
	if (file)
		fclose(file);
	return use->rss > 0;
}

/* The frame of each of the text's pages that is there. */
static int frames_of(pid_t pid, const struct use *use, uint64_t *frames, int room)
{
	char path[64];
	int fd, count = 0;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -1;
	for (unsigned long at = use->start; at < use->end && count < room; at += 4096) {
		uint64_t entry = 0;

		if (pread(fd, &entry, 8, (off_t)(at / 4096 * 8)) != 8)
			break;
		frames[count++] = entry >> 63 ? entry & ((1ULL << 55) - 1) : 0;
	}
	close(fd);
	return count;
}

int main(void)
{
	static uint64_t first[1024], other[1024];
	struct use use[COUNT];
	pid_t pids[COUNT];
	unsigned long pss = 0, dirty = 0, most = 0;
	int missing = 0, pages = 0, differ = 0;

	for (int i = 0; i < COUNT; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			execl("/bin/sleep", "sleep", "60", (char *)NULL);
			_exit(1);
		}
	}
	for (int i = 0; i < COUNT; i++) {
		until_asleep(pids[i]);
		for (int tries = 0; tries < 100 && !read_use(pids[i], &use[i]); tries++)
			usleep(20000);
		missing += !use[i].rss;
		pss += use[i].pss;
		dirty += use[i].dirty;
		most = use[i].rss > most ? use[i].rss : most;
	}
	IS(missing, 0);
	IS(dirty, 0);
	OK(pss <= most + COUNT, "%d processes hold %lu KiB of text together; one alone has %lu of %lu", COUNT, pss, most, use[0].size);
	pages = frames_of(pids[0], &use[0], first, 1024);
	for (int i = 1; i < COUNT; i++) {
		int count = frames_of(pids[i], &use[i], other, 1024);

		for (int k = 0; k < count && k < pages; k++)
			differ += first[k] && other[k] && first[k] != other[k];
	}
	OK(pages > 20 && !differ, "%d pages of text are the same frames in all, %d are not", pages, differ);
	for (int i = 0; i < COUNT; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	return test_done();
}
