/*
 * fdatasync of a page that another process is about to write: it has taken the dirty mark off, holds the lock, and waits
 * for the disk to tell where the page goes. Who asks then has to wait for the write that is not begun yet.
 *
 * The disk is in the caller's hand, who is told "dirty", stops it for all but one read and one write and sends a line; is
 * told "waiting", stops it for writes alone and sends another; and is told whether fdatasync has "returned" or "waits".
 */
#include "fixture.h"

#include <poll.h>

#define BLOCK 4096
#define FAR 100		/* a block of the file behind an indirect one */

/* Tells the caller something, and waits for its answer. */
static void say(const char *what)
{
	char answer;

	printf("%s\n", what);
	fflush(stdout);
	while (read(0, &answer, 1) == 1 && answer != '\n')
		;
}

/* The process's state: D while it waits for what signals do not interrupt, Z when it has ended. */
static char state_of(pid_t pid)
{
	char path[40], text[200], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	BAIL_UNLESS(f, "process %d is gone", pid);
	if (fgets(text, sizeof(text), f) && strrchr(text, ')'))
		state = strrchr(text, ')')[2];
	fclose(f);
	return state;
}

static int waits(pid_t pid)
{
	return state_of(pid) == 'D';
}

/* Starts a call in a process of its own, and goes on when it waits for the disk or has ended. */
static pid_t begin(int (*call)(int fd), int fd)
{
	pid_t pid = fork();

	BAIL_UNLESS(pid >= 0, "no process");
	if (pid == 0)
		_exit(call(fd) ? 1 : 0);
	while (!strchr("DZ", state_of(pid)))
		poll(NULL, 0, 10);
	return pid;
}

static int sync_range(int fd, unsigned flags)
{
	return (int)syscall(SYS_sync_file_range, fd, 0, 0, 0, 0, flags);
}

static int start_writing(int fd)
{
	return sync_range(fd, 2);		/* begins to write */
}

static int open_file(const char *name)
{
	int fd = open(name, O_RDWR);

	BAIL_UNLESS(fd >= 0, "no %s", name);
	return fd;
}

int main(int argc, char **argv)
{
	static char page[BLOCK];
	int file, to_read, to_write;
	pid_t writer, syncer;

	BAIL_UNLESS(argc == 2 && chdir(argv[1]) == 0, "usage: fsync-race FOLDER");
	file = open_file("file");
	to_read = open_file("read");
	to_write = open_file("write");
	memset(page, 'n', sizeof(page));
	BAIL_UNLESS(pwrite(file, page, BLOCK, (off_t)FAR * BLOCK) == BLOCK, "the page cannot be written to");
	/* It stays; the indirect block that says where it goes does not. */
	BAIL_UNLESS(put_text("/proc/sys/vm/drop_caches", "1\n") > 0, "no drop_caches");
	say("dirty");
	BAIL_UNLESS(read(to_read, page, BLOCK) == BLOCK, "the one read fails");
	BAIL_UNLESS(write(to_write, page, BLOCK) == BLOCK && sync_range(to_write, 7) == 0, "the one write fails");
	writer = begin(start_writing, file);
	syncer = begin(fdatasync, file);
	say("waiting");
	BAIL_UNLESS(waitpid(writer, NULL, 0) == writer, "the page is not written");
	for (int i = 0; i < 50 && waits(syncer); i++)
		poll(NULL, 0, 10);
	say(waits(syncer) ? "waits" : "returned");
	return 0;
}
