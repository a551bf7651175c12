/*
 * Makes the steps of a crash workload, one a line of standard input, and writes a mark to the disk before each:
 *
 *	crash-steps FOLDER DISK OFFSET
 *
 * Works in FOLDER. A mark is a block at OFFSET of DISK, which no filesystem uses: "mark" and the number of the
 * step that follows, so that all steps before have returned when it is seen. It goes to the disk without a flush.
 * Answers each line by "NUMBER RESULT", RESULT being 0 or the errno. The words of a line stand between spaces:
 *
 *	create F | write F OFFSET LENGTH TAG | truncate F SIZE | punch F OFFSET LENGTH | setxattr F VALUE | removexattr F
 *	mkdir D | rmdir D | link OLD NEW | symlink TEXT NEW | unlink F | rename OLD NEW | exchange A B
 *	allocate F OFFSET LENGTH | keep F OFFSET LENGTH | zero F OFFSET LENGTH	(modes of fallocate())
 *	journal F | unjournal F	(its data goes through the log, or not)
 *	acl F MASK | heirs D MASK	(an access control list, and the one that is inherited)
 *	chmod F MODE		(a decimal number)
 *	nameless F		(removed while it is open, and open until the next rmdir)
 *	fsync F | fdatasync F | sync
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#define BLOCK 4096
#define WORDS 6
#define KEEP 1			/* modes of fallocate() */
#define PUNCH_AND_KEEP 3
#define ZERO 0x10
#define WRITE_AND_WAIT 7	/* of sync_file_range(): wait, write, wait */

#define IOC_GETFLAGS 0x80046601u
#define IOC_SETFLAGS 0x40046602u
#define JOURNAL_DATA 0x4000u

#define EXCHANGE 2		/* of renameat2() */

static int disk;
static int nameless = -1;
static off_t mark_offset;

/* Files are filled by 16-byte records that name the write and the place, so that foreign bytes stand out. */
static void fill(char *bytes, size_t length, const char *tag, unsigned long long offset)
{
	char record[32];

	for (size_t i = 0; i < length; i++) {
		unsigned long long at = offset + i;
		if (i == 0 || at % 16 == 0)
			snprintf(record, sizeof(record), "%-6.6s%09llx\n", tag, (at / 16) & 0xfffffffffULL);
		bytes[i] = record[at % 16];
	}
}

static int mark(unsigned number)
{
	static char block[BLOCK];

	snprintf(block, sizeof(block), "mark %u\n", number);
	if (pwrite(disk, block, BLOCK, mark_offset) != BLOCK)
		return -1;
	return (int)syscall(SYS_sync_file_range, disk, (unsigned)mark_offset, (unsigned)(mark_offset >> 32), BLOCK, 0,
			    WRITE_AND_WAIT);
}

static int write_tagged(int fd, off_t offset, size_t length, const char *tag)
{
	char *bytes = malloc(length ? length : 1);
	ssize_t n;

	if (!bytes)
		return -1;
	fill(bytes, length, tag, (unsigned long long)offset);
	n = pwrite(fd, bytes, length, offset);
	free(bytes);
	if (n >= 0 && (size_t)n != length)
		errno = EIO;
	return n == (ssize_t)length ? 0 : -1;
}

static int log_data(int fd, int on)
{
	unsigned flags;

	if (ioctl(fd, IOC_GETFLAGS, &flags))
		return -1;
	flags = on ? flags | JOURNAL_DATA : flags & ~JOURNAL_DATA;
	return ioctl(fd, IOC_SETFLAGS, &flags);
}

/* Steps on an open file. Returns 0 or -1 with errno. */
static int on_file(char **word)
{
	const char *what = word[0];
	int flags = strcmp(what, "create") == 0 ? O_RDWR | O_CREAT : O_RDWR, result = -1, saved;
	struct stat st;
	int fd;

	if (stat(word[1], &st) == 0 && S_ISDIR(st.st_mode))
		flags = O_RDONLY | O_DIRECTORY;
	fd = open(word[1], flags, 0644);
	if (fd < 0)
		return -1;
	errno = EINVAL;
	if (strcmp(what, "create") == 0)
		result = 0;
	else if (strcmp(what, "write") == 0 && word[4])
		result = write_tagged(fd, atoll(word[2]), (size_t)atoi(word[3]), word[4]);
	else if (strcmp(what, "truncate") == 0 && word[2])
		result = ftruncate(fd, atoll(word[2]));
	else if (strcmp(what, "punch") == 0 && word[3])
		result = fallocate(fd, PUNCH_AND_KEEP, atoll(word[2]), atoll(word[3]));
	else if (strcmp(what, "allocate") == 0 && word[3])
		result = fallocate(fd, 0, atoll(word[2]), atoll(word[3]));
	else if (strcmp(what, "keep") == 0 && word[3])
		result = fallocate(fd, KEEP, atoll(word[2]), atoll(word[3]));
	else if (strcmp(what, "zero") == 0 && word[3])
		result = fallocate(fd, ZERO, atoll(word[2]), atoll(word[3]));
	else if (strcmp(what, "journal") == 0 || strcmp(what, "unjournal") == 0)
		result = log_data(fd, *what == 'j');
	else if (strcmp(what, "fsync") == 0)
		result = fsync(fd);
	else if (strcmp(what, "fdatasync") == 0)
		result = fdatasync(fd);
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}

static int make_nameless(const char *path)
{
	if (nameless >= 0)
		close(nameless);
	nameless = open(path, O_RDWR);
	return nameless < 0 ? -1 : unlink(path);
}

static int remove_folder(const char *path)
{
	if (nameless >= 0)
		close(nameless);
	nameless = -1;
	return rmdir(path);
}

/* A list for the user 1000, with a mask. */
static int set_list(const char *path, const char *name, unsigned mask)
{
	const uint32_t none = 0xffffffff;
	const uint32_t list[] = { 2, 1 | 6 << 16, none, 2 | 7 << 16, 1000, 4, none, 16 | mask << 16, none, 32, none };

	return setxattr(path, name, list, sizeof(list), 0);
}

static int run(char **word)
{
	const char *what = word[0];

	if (strcmp(what, "sync") == 0)
		return sync(), 0;
	errno = EINVAL;
	if (!word[1])
		return -1;
	if (strcmp(what, "mkdir") == 0)
		return mkdir(word[1], 0755);
	if (strcmp(what, "rmdir") == 0)
		return remove_folder(word[1]);
	if (strcmp(what, "nameless") == 0)
		return make_nameless(word[1]);
	if (strcmp(what, "removexattr") == 0)
		return removexattr(word[1], "user.crash");
	if (strcmp(what, "acl") == 0 && word[2])
		return set_list(word[1], "system.posix_acl_access", (unsigned)atoi(word[2]));
	if (strcmp(what, "heirs") == 0 && word[2])
		return set_list(word[1], "system.posix_acl_default", (unsigned)atoi(word[2]));
	if (strcmp(what, "chmod") == 0 && word[2])
		return chmod(word[1], (mode_t)atoi(word[2]));
	if (strcmp(what, "exchange") == 0 && word[2])
		return (int)syscall(SYS_renameat2, AT_FDCWD, word[1], AT_FDCWD, word[2], EXCHANGE);
	if (strcmp(what, "unlink") == 0)
		return unlink(word[1]);
	if (strcmp(what, "link") == 0 && word[2])
		return link(word[1], word[2]);
	if (strcmp(what, "symlink") == 0 && word[2])
		return symlink(word[1], word[2]);
	if (strcmp(what, "rename") == 0 && word[2])
		return rename(word[1], word[2]);
	if (strcmp(what, "setxattr") == 0 && word[2])
		return setxattr(word[1], "user.crash", word[2], strlen(word[2]), 0);
	return on_file(word);
}

int main(int argc, char **argv)
{
	char line[512];
	unsigned number = 0;

	if (argc != 4 || chdir(argv[1]) || (disk = open(argv[2], O_RDWR)) < 0) {
		fprintf(stderr, "crash-steps: FOLDER DISK OFFSET: %s\n", strerror(errno));
		return 2;
	}
	mark_offset = atoll(argv[3]);
	while (fgets(line, sizeof(line), stdin)) {
		char *word[WORDS + 1] = { NULL }, *rest = line, *next;
		int count = 0;

		while (count < WORDS && (next = strtok_r(count ? NULL : line, " \n", &rest)))
			word[count++] = next;
		if (count == 0)
			continue;
		if (mark(number)) {
			fprintf(stderr, "crash-steps: cannot mark: %s\n", strerror(errno));
			return 3;
		}
		errno = 0;
		printf("%u %d\n", number++, run(word) ? errno : 0);
	}
	return mark(number) ? 3 : 0;
}
