/*
 * Files whose data goes through the journal: stores through mappings larger than a transaction, the flag set and cleared
 * under load, and who may set it.
 */
#include "fixture.h"

#include <sys/ioctl.h>
#include <sys/mman.h>

#define IOC_GETFLAGS 0x80046601u
#define IOC_SETFLAGS 0x40046602u
#define JOURNAL_DATA 0x4000u
#define PAGES 3000u		/* more than a transaction of this volume, and than its log */
#define PAGE 4096u
#define BUSY 48u		/* pages that change while the flag does: each in both ways */

static unsigned numbers[PAGES];

static int flags_of(int fd, unsigned *flags)
{
	return ioctl(fd, IOC_GETFLAGS, flags);
}

static int log_data(int fd, int on)
{
	unsigned flags;

	if (flags_of(fd, &flags))
		return -1;
	flags = on ? flags | JOURNAL_DATA : flags & ~JOURNAL_DATA;
	return ioctl(fd, IOC_SETFLAGS, &flags);
}

static void drop_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	BAIL_UNLESS(fd >= 0 && write(fd, "3", 1) == 1, "cannot drop caches");
	close(fd);
}

/* Pages of the file that are not as `numbers` has them: each begins and ends with its number. */
static unsigned wrong_pages(int fd)
{
	static unsigned words[PAGE / 4];
	unsigned wrong = 0;

	for (unsigned i = 0; i < PAGES; i++)
		if (pread(fd, words, PAGE, (off_t)i * PAGE) != (ssize_t)PAGE || words[0] != numbers[i] ||
		    words[PAGE / 4 - 1] != numbers[i])
			wrong++;
	return wrong;
}

static void store(unsigned *page, unsigned i, unsigned number)
{
	page[0] = page[PAGE / 4 - 1] = numbers[i] = number;
}

static void test_mapped(void)
{
	int fd = open("mapped", O_CREAT | O_RDWR, 0644);
	unsigned *p;

	BAIL_UNLESS(fd >= 0 && ftruncate(fd, PAGES * PAGE) == 0 && log_data(fd, 1) == 0, "cannot create");
	p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	BAIL_UNLESS(p != MAP_FAILED, "cannot map");
	for (unsigned i = 0; i < PAGES; i++)
		store(p + i * (PAGE / 4), i, i + 1);
	IS(msync(p, PAGES * PAGE, MS_SYNC), 0);
	drop_caches();
	IS(wrong_pages(fd), 0);
	for (unsigned i = 0; i < PAGES; i += 2)
		store(p + i * (PAGE / 4), i, i + 100000);
	IS(fsync(fd), 0);
	IS(munmap(p, PAGES * PAGE), 0);
	drop_caches();
	IS(wrong_pages(fd), 0);
	close(fd);
}

/* Sets and clears the flag, each time after some more changes. */
static int switch_often(int fd, const volatile unsigned *changes)
{
	for (unsigned i = 0; i < 60; i++) {
		while (*changes < i * 10)
			usleep(100);
		if (log_data(fd, i & 1))
			return 1;
	}
	return 0;
}

/* A child sets and clears the flag while pages change in both ways; nothing of it is lost. */
static void test_switched(void)
{
	volatile unsigned *changes = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fd = open("mapped", O_RDWR), status;
	unsigned *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), state = 7;
	pid_t child;

	BAIL_UNLESS(fd >= 0 && p != MAP_FAILED && changes != MAP_FAILED, "cannot map");
	child = fork();
	if (child == 0)
		_exit(switch_often(fd, changes));
	for (unsigned n = 0; waitpid(child, &status, WNOHANG) == 0; n++) {
		unsigned page[PAGE / 4], i;

		*changes = n;
		state = state * 1664525u + 1013904223u;
		i = (state >> 8) % BUSY;
		if (n & 1) {
			store(p + i * (PAGE / 4), i, state);
			continue;
		}
		memset(page, 0, sizeof(page));
		store(page, i, state);
		if (pwrite(fd, page, PAGE, (off_t)i * PAGE) != (ssize_t)PAGE)
			break;
		if (n % 64 == 0 && fdatasync(fd))
			break;
	}
	OK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the flag is set and cleared under load");
	IS(fsync(fd), 0);
	munmap(p, PAGES * PAGE);
	drop_caches();
	IS(wrong_pages(fd), 0);
	close(fd);
}

static int unprivileged(void)
{
	unsigned flags;
	int fd;

	if (setuid(1000) || (fd = open("own", O_RDWR)) < 0)
		return 1;
	if (log_data(fd, 1) != -1 || errno != EPERM)
		return 2;
	return flags_of(fd, &flags) || flags & JOURNAL_DATA ? 3 : 0;
}

static void test_flag(void)
{
	unsigned flags = 0;
	int folder, fd = open("own", O_CREAT | O_RDWR, 0644);

	BAIL_UNLESS(fd >= 0 && fchown(fd, 1000, 1000) == 0, "cannot create");
	close(fd);
	OK(holds_in_child(unprivileged), "only who is privileged sets it");
	BAIL_UNLESS(mkdir("folder", 0755) == 0, "cannot make a folder");
	folder = open("folder", O_RDONLY | O_DIRECTORY);
	IS(log_data(folder, 1), 0);
	fd = open("folder/new", O_CREAT | O_RDWR, 0644);
	OK(fd >= 0 && flags_of(fd, &flags) == 0 && flags & JOURNAL_DATA, "new files have it of their folder");
	OK(write(fd, "logged", 6) == 6 && fsync(fd) == 0, "and are written to");
	close(fd);
	close(folder);
}

int main(int argc, char **argv)
{
	TEST_PLAN(12);
	enter_folder(argc, argv, "/var/tmp/logged-data");
	test_mapped();
	test_switched();
	test_flag();
	return test_done();
}
