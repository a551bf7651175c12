/*
 * The caches of names and inodes: they keep what was looked at, and give it back when memory is wanted.
 *
 *	caches FOLDER FILES ABSENT	FILES: how many files to make and look at; ABSENT: names that are not there
 *
 * Caches go by /proc/sys/fs/dentry-state and inode-nr: what is cached and what of it nobody uses.
 */
#include "fixture.h"
#include "../../guest/proc-figure.h"

#include <dirent.h>
#include <sys/mman.h>

#define A_FOLDER 400

static int files, absent;

struct counts {
	long names, unused_names, inodes, unused_inodes;
};

static struct counts cached(void)
{
	struct counts c = { 0 };
	FILE *f = fopen("/proc/sys/fs/dentry-state", "r");

	BAIL_UNLESS(f && fscanf(f, "%ld %ld", &c.names, &c.unused_names) == 2, "no dentry-state");
	fclose(f);
	f = fopen("/proc/sys/fs/inode-nr", "r");
	BAIL_UNLESS(f && fscanf(f, "%ld %ld", &c.inodes, &c.unused_inodes) == 2, "no inode-nr");
	fclose(f);
	DIAG("names %ld, unused %ld; inodes %ld, unused %ld", c.names, c.unused_names, c.inodes, c.unused_inodes);
	return c;
}

static int drop(const char *what)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY), done;

	if (fd < 0)
		return 0;
	done = write(fd, what, strlen(what)) == (ssize_t)strlen(what);
	close(fd);
	return done;
}

static void name_of(char *out, size_t size, int i)
{
	snprintf(out, size, "%d/file-%d", i / A_FOLDER, i);
}

static int make_tree(void)
{
	char name[64];
	int fd;

	for (int i = 0; i < files; i++) {
		if (i % A_FOLDER == 0) {
			snprintf(name, sizeof(name), "%d", i / A_FOLDER);
			if (mkdir(name, 0755) != 0)
				return i;
		}
		name_of(name, sizeof(name), i);
		fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0600 + i % 64);
		if (fd < 0)
			return i;
		close(fd);
	}
	return files;
}

/* Looks at every file as find does. Returns how many are as they were made. */
static int look_at_all(void)
{
	char name[64];
	struct stat st;
	int good = 0;

	for (int i = 0; i < files; i++) {
		name_of(name, sizeof(name), i);
		good += lstat(name, &st) == 0 && (st.st_mode & 07777) == 0600u + (unsigned)i % 64 && st.st_nlink == 1;
	}
	return good;
}

static int look_for_absent(void)
{
	char name[64];
	int good = 0;

	for (int i = 0; i < absent; i++) {
		snprintf(name, sizeof(name), "%d/absent-%d", i % (files / A_FOLDER), i);
		good += access(name, F_OK) == -1 && errno == ENOENT;
	}
	return good;
}

/* Takes memory until a little is left that only caches hold. Returns the bytes that could be had. */
static size_t take_memory(size_t bytes)
{
	volatile char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t got = 0;

	if (at == MAP_FAILED)
		return 0;
	for (; got < bytes; got += 4096)
		at[got] = 1;
	munmap((void *)at, bytes);
	return got;
}

/* A child that makes, finds and removes names for as long as its parent lives. */
static pid_t churn(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (unsigned i = 0;; i++) {
		char name[64];
		int fd;

		snprintf(name, sizeof(name), "%d/churn-%u", (int)(i % (unsigned)(files / A_FOLDER)), i);
		fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0644);
		if (fd < 0 || close(fd) != 0 || access(name, F_OK) != 0 || unlink(name) != 0 || access(name, F_OK) == 0)
			_exit(1);
	}
}

int main(int argc, char **argv)
{
	struct counts full, after;
	long total = proc_figure("/proc/meminfo", "MemAvailable"), killed = proc_figure("/proc/vmstat", "oom_kill");
	size_t want;
	int status;
	pid_t pid;

	umask(0);
	enter_folder(argc, argv, "/var/tmp/caches");
	files = argc > 2 ? atoi(argv[2]) : 8000;
	absent = argc > 3 ? atoi(argv[3]) : 100000;
	IS(make_tree(), files);
	sync();

	OK(drop("2"), "drop_caches takes 2");
	after = cached();
	OK(after.unused_names < 200, "names are dropped: %ld are left unused", after.unused_names);
	IS(look_at_all(), files);
	IS(look_for_absent(), absent);
	full = cached();
	OK(full.unused_names > (files + absent < 30000 ? files + absent : 30000) / 2, "names are kept: %ld", full.unused_names);

	/* More than is free without what caches hold: all of it has to be had, beside a busy neighbour. */
	pid = churn();
	want = (size_t)(total / 100) * 90 * 1024 & ~(size_t)4095;
	OK(take_memory(want) == want, "%ld MiB of %ld can be had", (long)(want >> 20), total >> 10);
	after = cached();
	OK(after.names < full.names / 2, "names made room: %ld of %ld are left", after.names, full.names);
	OK(proc_figure("/proc/vmstat", "oom_kill") == killed, "nobody was killed for it");
	OK(waitpid(pid, &status, WNOHANG) == 0, "the neighbour has met no error");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);

	/* What was given back is read again, and right. */
	IS(look_at_all(), files);
	OK(drop("3"), "drop_caches takes 3");
	after = cached();
	OK(after.unused_names < 200 && after.unused_inodes < 200, "both are dropped again: %ld and %ld are left unused", after.unused_names,
	   after.unused_inodes);
	IS(look_at_all(), files);
	return test_done();
}
