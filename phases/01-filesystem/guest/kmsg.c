/* /dev/kmsg: records, their numbers, what is escaped, where a reader begins, who is too slow; and what may be written. */
#include "../../guest/testing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SEEK_DATA
#define SEEK_DATA 3
#endif
#define SYSLOG_CLEAR 5

static char record[4096];

static ssize_t next(int fd)
{
	ssize_t n = read(fd, record, sizeof(record) - 1);

	record[n > 0 ? n : 0] = 0;
	return n;
}

static void put(const char *text)
{
	int fd = open("/dev/kmsg", O_WRONLY);

	BAIL_UNLESS(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "kmsg takes no text: errno %d", errno);
	close(fd);
}

/* Whether the next record is this text of this priority. */
static int is(int fd, int priority, const char *text)
{
	unsigned long long number, us;
	int got, at = 0;

	if (next(fd) < 0 || sscanf(record, "%d,%llu,%llu,-;%n", &got, &number, &us, &at) != 3 || at == 0)
		return 0;
	return got == priority && strncmp(record + at, text, strlen(text)) == 0 && strcmp(record + at + strlen(text), "\n") == 0;
}

static void test_order(int fd)
{
	unsigned long long number, us, last = 0, before = 0;
	int records = 0, wrong = 0;

	while (next(fd) > 0) {
		if (sscanf(record, "%*d,%llu,%llu,-;", &number, &us) != 2 || number != (unsigned)records || us < before)
			wrong++;
		last = number;
		before = us;
		records++;
	}
	OK(errno == EAGAIN, "the end is EAGAIN: errno %d", errno);
	OK(records > 10 && wrong == 0, "%d records, numbered from 0 to %llu, in the order of time", records, last);
}

static void test_written(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	static char big[1025];

	OK(poll(&p, 1, 0) == 0, "nothing to read yet");
	put("plain\n");
	OK(poll(&p, 1, 0) == 1 && p.revents == POLLIN, "something to read: %x", p.revents);
	OK(is(fd, 12, "plain"), "a text is a user's warning: %s", record);
	put("<3>level");
	OK(is(fd, 11, "level"), "a level alone is the user's too: %s", record);
	put("<30>daemon");
	OK(is(fd, 30, "daemon"), "facility and level: %s", record);
	put("a\tb\\c\x7f\xc3\xa4");
	OK(is(fd, 12, "a\\x09b\\x5cc\\x7f\\xc3\\xa4"), "what a terminal should not get is escaped: %s", record);
	put("<x>y");
	OK(is(fd, 12, "<x>y"), "what is no priority is text: %s", record);
	put("<15>");
	OK(is(fd, 15, ""), "an empty text: %s", record);
	put("<15>one\ntwo\n");
	OK(is(fd, 15, "one") && is(fd, 15, "two"), "a line is a record: %s", record);
	memset(big, 'x', sizeof(big));
	memcpy(big, "<15>", 4);
	OK(write(fd, big, 1025) == -1 && errno == EINVAL, "1025 bytes are too many");
	OK(write(fd, big, 1024) == 1024 && next(fd) > 1020, "1024 are not");
	put("<15>short");
	OK(read(fd, record, 10) == -1 && errno == EINVAL, "a buffer that is too small");
	OK(is(fd, 15, "short"), "costs nothing: %s", record);
}

static void test_places(int fd)
{
	OK(lseek(fd, 0, SEEK_SET) == 0 && next(fd) > 0 && strstr(record, ",0,") != NULL, "from the beginning: %s", record);
	OK(lseek(fd, 0, SEEK_END) == 0 && next(fd) == -1 && errno == EAGAIN, "from the end");
	BAIL_UNLESS(syscall(SYS_syslog, SYSLOG_CLEAR, NULL, 0) == 0, "the log is not cleared");
	put("<15>new");
	OK(lseek(fd, 0, SEEK_DATA) == 0 && is(fd, 15, "new"), "what is new: %s", record);
	OK(lseek(fd, 1, SEEK_SET) == -1 && errno == ESPIPE, "no other place");
	OK(lseek(fd, 0, SEEK_CUR) == -1 && errno == EINVAL, "not from here");
}

static void test_slow(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char line[1000];
	unsigned long long before, number;

	lseek(fd, 0, SEEK_SET);
	BAIL_UNLESS(next(fd) > 0 && sscanf(record, "%*d,%llu", &before) == 1, "no record");
	memset(line, 'y', sizeof(line));
	memcpy(line, "<15>", 4);
	line[sizeof(line) - 1] = 0;
	for (int i = 0; i < 400; i++)
		put(line);
	OK(poll(&p, 1, 0) == 1 && (p.revents & (POLLIN | POLLERR)) == (POLLIN | POLLERR), "poll() tells that records are lost: %x", p.revents);
	OK(next(fd) == -1 && errno == EPIPE, "so does read(): errno %d", errno);
	OK(next(fd) > 0 && sscanf(record, "%*d,%llu", &number) == 1 && number > before + 1, "then it goes on, with a gap: %llu after %llu",
	   number, before);
	OK(strstr(record, ",-;yyy") != NULL, "with a whole record: %.40s", record);
}

int main(void)
{
	int fd = open("/dev/kmsg", O_RDWR | O_NONBLOCK);

	BAIL_UNLESS(fd >= 0, "no /dev/kmsg: errno %d", errno);
	test_order(fd);
	test_written(fd);
	test_places(fd);
	test_slow(fd);
	return test_done();
}
