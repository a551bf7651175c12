/*
 * Files of time zones, as RFC 9636 describes them: versions 1 to 4. A file stays in memory as it is, numbers with their
 * high byte first, and is checked once, so that look-ups need not.
 *
 *	| header | block with times of 4 bytes | header | block with times of 8 bytes | \n rule \n |
 *
 * Version 1 is the first two of them; later ones repeat all in the larger form, which is what counts then. A block is
 *
 *	| times | a kind's number for each | kinds | characters of names | leap seconds | bytes that nobody needs |
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "zone.h"

#define LARGEST (1 << 20)		/* of a file; the largest there are have some 4000 bytes */
#define KINDS 256
#define KIND_SIZE 6
#define HEADER_SIZE 44

struct zone_file {
	const unsigned char *times, *numbers, *kinds, *names, *leaps;
	uint32_t time_count, kind_count, name_size, leap_count;
	unsigned width;			/* of a time in bytes */
	int has_rule;
	struct zone_rule rule;
	struct zone_kind kind[KINDS];
	unsigned char bytes[];
};

static uint32_t word(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static long long read_time(const struct zone_file *file, const unsigned char *p)
{
	return file->width == 4 ? (int32_t)word(p) : (long long)((uint64_t)word(p) << 32 | word(p + 4));
}

static long long time_at(const struct zone_file *file, uint32_t index)
{
	return read_time(file, file->times + index * file->width);
}

static long long leap_at(const struct zone_file *file, uint32_t index)
{
	return read_time(file, file->leaps + index * (file->width + 4));
}

/* Seconds by which clocks that count leap seconds are ahead after it. */
static long leap_sum(const struct zone_file *file, uint32_t index)
{
	return (int32_t)word(file->leaps + index * (file->width + 4) + file->width);
}

/* Where a block's parts are. Its size with its header, or 0 if it ends outside the file. */
static size_t lay_out(struct zone_file *file, const unsigned char *header, size_t left, unsigned width)
{
	uint64_t size = HEADER_SIZE;
	uint32_t universal, standard;

	if (left < HEADER_SIZE || memcmp(header, "TZif", 4))
		return 0;
	universal = word(header + 20);
	standard = word(header + 24);
	file->leap_count = word(header + 28);
	file->time_count = word(header + 32);
	file->kind_count = word(header + 36);
	file->name_size = word(header + 40);
	file->width = width;
	file->times = header + size;
	size += (uint64_t)file->time_count * width;
	file->numbers = file->times + (uint64_t)file->time_count * width;
	size += file->time_count;
	file->kinds = file->numbers + file->time_count;
	size += (uint64_t)file->kind_count * KIND_SIZE;
	file->names = file->kinds + (uint64_t)file->kind_count * KIND_SIZE;
	size += file->name_size;
	file->leaps = file->names + file->name_size;
	size += (uint64_t)file->leap_count * (width + 4) + standard + universal;
	return size <= left ? (size_t)size : 0;
}

static int check_block(struct zone_file *file)
{
	if (!file->kind_count || file->kind_count > KINDS || !file->name_size || file->names[file->name_size - 1])
		return -1;
	for (uint32_t i = 0; i < file->kind_count; i++) {
		const unsigned char *kind = file->kinds + i * KIND_SIZE;
		int32_t offset = (int32_t)word(kind);
		const char *name = (const char *)file->names + kind[5];

		if (offset < -25 * 3600 || offset > 26 * 3600 || kind[4] > 1 || kind[5] >= file->name_size)
			return -1;
		file->kind[i] = (struct zone_kind){ offset, kind[4], __zone_name(name, strlen(name)) };
	}
	for (uint32_t i = 0; i < file->time_count; i++)
		if (file->numbers[i] >= file->kind_count || (i && time_at(file, i) <= time_at(file, i - 1)))
			return -1;
	for (uint32_t i = 1; i < file->leap_count; i++)
		if (leap_at(file, i) <= leap_at(file, i - 1))
			return -1;
	return 0;
}

/* The rule at a file's end, between two newlines; there may be nothing between them. */
static int read_footer(struct zone_file *file, const unsigned char *p, size_t left)
{
	const unsigned char *end = left > 1 && *p == '\n' ? memchr(p + 1, '\n', left - 1) : NULL;
	char text[256];
	size_t length;

	if (!end)
		return -1;
	length = (size_t)(end - p) - 1;
	if (length >= sizeof(text))
		return -1;
	memcpy(text, p + 1, length);
	text[length] = '\0';
	file->has_rule = length > 0;
	return length ? __zone_read_rule(&file->rule, text) : 0;
}

static int parse(struct zone_file *file, size_t size)
{
	size_t first = lay_out(file, file->bytes, size, 4), second;

	if (!first)
		return -1;
	if (!file->bytes[4])
		return check_block(file);
	second = lay_out(file, file->bytes + first, size - first, 8);
	if (!second || check_block(file) < 0)
		return -1;
	return read_footer(file, file->bytes + first + second, size - first - second);
}

static struct zone_file *read_file(int fd)
{
	struct zone_file *file;
	struct stat status;
	size_t size, have = 0;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size < HEADER_SIZE || status.st_size > LARGEST)
		return NULL;
	size = (size_t)status.st_size;
	file = malloc(sizeof(*file) + size);
	if (!file)
		return NULL;
	memset(file, 0, sizeof(*file));
	while (have < size) {
		ssize_t got = read(fd, file->bytes + have, size - have);

		if (got <= 0)
			break;
		have += (size_t)got;
	}
	if (have == size && parse(file, size) == 0)
		return file;
	free(file);
	return NULL;
}

struct zone_file *__zone_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct zone_file *file;

	if (fd < 0)
		return NULL;
	file = read_file(fd);
	close(fd);
	return file;
}

/* How many of the times are not after it. */
static uint32_t count_until(const struct zone_file *file, long long time)
{
	uint32_t low = 0, high = file->time_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (time_at(file, middle) <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first kind is that of times before all. */
struct zone_span __zone_by_file(const struct zone_file *file, long long time)
{
	uint32_t passed = count_until(file, time);
	struct zone_span span = { ALWAYS_BEGAN, NEVER_ENDS, file->kind[passed ? file->numbers[passed - 1] : 0] };
	long long last = passed ? time_at(file, passed - 1) : ALWAYS_BEGAN;

	if (passed == file->time_count && file->has_rule) {
		const long leaps = file->leap_count ? leap_sum(file, file->leap_count - 1) : 0;

		span = __zone_by_rule(&file->rule, time - leaps);
		span.from = span.from < last ? last : span.from + leaps;
		if (span.until != NEVER_ENDS)
			span.until += leaps;
		return span;
	}
	span.from = last;
	if (passed < file->time_count)
		span.until = time_at(file, passed);
	return span;
}

const struct zone_kind *__zone_kind(const struct zone_file *file, unsigned index)
{
	return index < file->kind_count ? &file->kind[index] : NULL;
}

const struct zone_rule *__zone_rule_at(const struct zone_file *file, long long time)
{
	return file->has_rule && count_until(file, time) == file->time_count ? &file->rule : NULL;
}

const struct zone_kind *__zone_nearest(const struct zone_file *file, long long time, int summer)
{
	uint32_t here = count_until(file, time), before = here, after = here;
	const struct zone_kind *earlier = NULL, *later = NULL;

	while (before > 0 && !earlier)
		if (file->kind[file->numbers[--before]].summer == summer)
			earlier = &file->kind[file->numbers[before]];
	for (; after < file->time_count && !later; after++)
		if (file->kind[file->numbers[after]].summer == summer)
			later = &file->kind[file->numbers[after]];
	if (earlier && later) {
		/* An earlier one held until the next change. */
		long long since = before + 1 < here ? time - time_at(file, before + 1) : 0;

		return since <= time_at(file, after - 1) - time ? earlier : later;
	}
	return earlier ? earlier : later;
}

long __zone_leaps(const struct zone_file *file, long long time, int *within)
{
	uint32_t i = file->leap_count;

	*within = 0;
	while (i > 0 && leap_at(file, i - 1) > time)
		i--;
	if (!i)
		return 0;
	*within = time == leap_at(file, i - 1) && leap_sum(file, i - 1) > (i > 1 ? leap_sum(file, i - 2) : 0);
	return leap_sum(file, i - 1);
}

long __zone_leaps_before(const struct zone_file *file, long long utc)
{
	uint32_t i = file->leap_count;

	while (i > 0 && leap_at(file, i - 1) >= utc + leap_sum(file, i - 1))
		i--;
	return i ? leap_sum(file, i - 1) : 0;
}
