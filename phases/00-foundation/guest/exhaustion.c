/*
 * exhaustion: programs that use up memory, processes, descriptors and the disk get an error or are killed; the rest of
 * the system goes on, and what they used comes back.
 */
#include "../../guest/testing.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#define NOBODY 65534
#define PROCESSES 20
#define FILES 32

static int status_of(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* Children of children, each as many as there may be, all alive until the last fork() is refused. */
static void fork_bomb(void)
{
	const struct rlimit limit = {PROCESSES, PROCESSES};
	int ends[2], made = 0;
	char c;

	if (setrlimit(RLIMIT_NPROC, &limit) != 0 || setuid(NOBODY) != 0 || pipe(ends) != 0)
		_exit(1);
	for (;;) {
		pid_t pid = fork();

		if (pid == 0) {
			close(ends[1]);
			(void)!read(ends[0], &c, 1);
			_exit(0);
		}
		if (pid < 0)
			break;
		if (++made > PROCESSES)
			_exit(2);
	}
	_exit(errno == EAGAIN && made == PROCESSES - 1 ? 0 : 3);
}

static void processes(void)
{
	pid_t pid = fork();

	if (pid == 0)
		fork_bomb();
	IS(status_of(pid), 0);
	for (int i = 0; i < 3; i++) {
		pid = fork();
		if (pid == 0)
			_exit(4);
		if (status_of(pid) != 4 << 8)
			break;
	}
	OK(pid > 0, "others still fork");
}

static void descriptors(void)
{
	const struct rlimit limit = {FILES, FILES};
	pid_t pid = fork();

	if (pid == 0) {
		int last = -1, fd, ends[2];

		setrlimit(RLIMIT_NOFILE, &limit);
		while ((fd = dup(1)) >= 0)
			last = fd;
		if (last != FILES - 1 || errno != EMFILE)
			_exit(1);
		if (open("/", O_RDONLY) >= 0 || errno != EMFILE || pipe(ends) == 0 || errno != EMFILE)
			_exit(2);
		close(last);
		if (pipe(ends) == 0 || errno != EMFILE || open("/", O_RDONLY) != last)
			_exit(3);	/* half a pipe leaves nothing open */
		_exit(dup2(1, FILES) == -1 && errno == EBADF ? 0 : 4);
	}
	IS(status_of(pid), 0);
}

static unsigned long long free_memory(void)
{
	struct sysinfo info;

	BAIL_UNLESS(sysinfo(&info) == 0, "no sysinfo");
	return (unsigned long long)info.freeram * info.mem_unit;
}

/* Writes to page after page of twice the machine's memory. */
static void devour(void)
{
	struct sysinfo info;

	sysinfo(&info);
	for (unsigned long long left = (unsigned long long)info.totalram * info.mem_unit * 2; left > 0; left -= 1 << 20) {
		char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			_exit(1);	/* an honest refusal */
		for (int at = 0; at < 1 << 20; at += 4096)
			p[at] = 1;
	}
	_exit(2);
}

static void memory(void)
{
	unsigned long long before = free_memory(), after;
	int ends_well = 1;

	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid == 0)
			devour();
		int status = status_of(pid);
		if (status != SIGKILL && status != 1 << 8)
			ends_well = 0;
		DIAG("who wants it all ends with %x", (unsigned)status);
	}
	OK(ends_well, "who wants more memory than there is is killed or refused");
	after = free_memory();
	OK(after + after / 4 >= before, "its memory comes back");
	DIAG("%llu bytes free before, %llu after", before, after);
}

static void disk(const char *name)
{
	static char block[65536];
	struct statvfs before, full, after;
	long long written = 0;
	ssize_t n;
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600), error;

	BAIL_UNLESS(fd >= 0 && fstatvfs(fd, &before) == 0, "no file");
	memset(block, 'x', sizeof(block));
	while ((n = write(fd, block, sizeof(block))) > 0)
		written += n;
	error = errno;
	OK(n == -1 && error == ENOSPC, "a full disk says so, after %lld bytes", written);
	OK(fstatvfs(fd, &full) == 0 && full.f_bavail * 100 <= before.f_blocks, "hardly a block is free");
	IS(lseek(fd, 0, SEEK_END), written);
	OK(close(fd) == 0 && unlink(name) == 0, "the file goes");
	sync();
	OK(statvfs("/", &after) == 0 && after.f_bfree + 64 >= before.f_bfree, "and its blocks are free");
	DIAG("%lu blocks free before, %lu after", (unsigned long)before.f_bfree, (unsigned long)after.f_bfree);
}

int main(int argc, char **argv)
{
	TEST_PLAN(argc > 1 ? 10 : 5);
	processes();
	descriptors();
	memory();
	if (argc > 1)
		disk(argv[1]);
	return test_done();
}
