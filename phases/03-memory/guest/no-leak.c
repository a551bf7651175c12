/*
 * no-leak KIND COUNT: what processes used comes back: frames, swap slots, and objects of every cache, counted before and
 * after COUNT of them. KIND: exec, that fork, exec and end; pressure, that end by turns with part of their memory in swap;
 * threads; files, that map, unlink and end. Runs in a machine that does nothing else.
 */
#include "../../guest/proc-figure.h"
#include "../../guest/testing.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define PAGE 4096
#define CACHES 160

static char text[65536];

static char *slurp(const char *file)
{
	size_t have = 0;
	int fd = open(file, O_RDONLY), n;

	while (have < sizeof(text) - 1 && (n = read(fd, text + have, sizeof(text) - 1 - have)) > 0)
		have += n;
	close(fd);
	text[have] = 0;
	return text;
}

static struct { char name[32]; long before, after; } caches[CACHES];
static unsigned ncaches;

/* Active objects of each cache, as /proc/slabinfo has them. */
static void count_objects(int after)
{
	char *line = slurp("/proc/slabinfo");

	while ((line = strchr(line, '\n'))) {
		char *name = ++line, *end = strchr(name, ' ');
		unsigned i;

		if (!end || *name == '#' || !*name || (size_t)(end - name) >= sizeof(caches[0].name))
			continue;
		*end = 0;
		for (i = 0; i < ncaches && strcmp(caches[i].name, name); i++)
			;
		if (i == ncaches && ncaches < CACHES)
			strcpy(caches[ncaches++].name, name);
		if (i < CACHES)
			*(after ? &caches[i].after : &caches[i].before) = atol(end + 1);
		line = end + 1;
	}
}

static void drop_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	for (int i = 0; i < 3; i++) {
		sync();
		write(fd, "3", 1);
		usleep(200000);
	}
	close(fd);
}

/* ---- kinds ---- */

static char *self;

static int exec_once(void)
{
	char *argv[] = { self, (char *)"child", NULL }, *env[] = { NULL };
	int status;
	pid_t pid = fork();

	if (!pid) {
		execve(self, argv, env);
		_exit(126);
	}
	return waitpid(pid, &status, 0) == pid && status == 7 << 8;
}

/* A child with memory, pushed out in part, ends by itself or is killed; another one waits for its turn meanwhile. */
static int pressure_once(void)
{
	unsigned pages = 768;
	int status;
	pid_t pid = fork();

	if (!pid) {
		char *p = mmap(0, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		for (unsigned i = 0; i < pages; i++)
			p[i * PAGE] = 1;
		madvise(p, pages / 2 * PAGE, MADV_PAGEOUT);
		if (!fork()) {
			for (unsigned i = 0; i < pages; i += 3)
				p[i * PAGE] = 2;
			_exit(0);
		}
		for (unsigned i = 0; i < pages; i += 5)
			p[i * PAGE] = 3;
		if (getpid() & 1)
			kill(getpid(), SIGKILL);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		return 0;
	return status == 0 || status == SIGKILL;
}

static void *thread(void *arg)
{
	return arg;
}

static int threads_once(void)
{
	pthread_t t[4];

	for (unsigned i = 0; i < 4; i++)
		if (pthread_create(&t[i], 0, thread, 0))
			return 0;
	for (unsigned i = 0; i < 4; i++)
		if (pthread_join(t[i], 0))
			return 0;
	return 1;
}

static int files_once(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		int fd = open("/var/tmp/no-leak", O_RDWR | O_CREAT, 0600), ends[2];
		char *p;

		if (fd < 0 || ftruncate(fd, 16 * PAGE) || pipe(ends))
			_exit(1);
		p = mmap(0, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		memset(p, 1, 8 * PAGE);
		mmap(0, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
		write(ends[1], p, 100);
		if (memfd_create("x", 0) < 0 || fcntl(fd, F_SETLK, &(struct flock){ .l_type = F_WRLCK }))
			_exit(1);
		_exit(unlink("/var/tmp/no-leak"));
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static const struct { const char *name; int (*once)(void); } kinds[] = {
	{ "exec", exec_once }, { "pressure", pressure_once }, { "threads", threads_once }, { "files", files_once },
};

static void measure(int (*once)(void), int count)
{
	long free_before, swap_before, leaked = 0;
	int done = 0;

	for (int i = 0; i < 30; i++)
		once();			/* what is kept once is kept */
	while (waitpid(-1, 0, WNOHANG) > 0)
		;
	drop_caches();
	count_objects(0);
	free_before = proc_figure("/proc/meminfo", "MemFree");
	swap_before = proc_figure("/proc/meminfo", "SwapFree");
	while (done < count && once())
		done++;
	IS(done, count);
	drop_caches();
	count_objects(1);
	/* Some caches grow with what happened to be cached: a leak is one or more for every so many. */
	for (unsigned i = 0; i < ncaches; i++)
		if (caches[i].after - caches[i].before > 16 + count / 50) {
			DIAG("%s: %ld objects before, %ld after", caches[i].name, caches[i].before, caches[i].after);
			leaked++;
		}
	IS(leaked, 0);
	IS(swap_before - proc_figure("/proc/meminfo", "SwapFree"), 0);
	OK(free_before - proc_figure("/proc/meminfo", "MemFree") <= 512 + count / 50 * 4, "no frame is lost");
	DIAG("%ld KiB free before, %ld after %d", free_before, proc_figure("/proc/meminfo", "MemFree"), count);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "child"))
		return 7;
	self = argv[0];
	TEST_PLAN(4);
	for (unsigned i = 0; argc > 2 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(argv[1], kinds[i].name))
			measure(kinds[i].once, atoi(argv[2]));
	return test_done();
}
