/*
 * diff: the lines in which two files differ, as commands (normal) or with context (-u). 0: the same;
 * 1: different; 2: trouble.
 *
 * Finds the shortest edit by Myers' greedy algorithm ("An O(ND) Difference Algorithm and Its Variations", 1986):
 * for each number of edits, the furthest place on each diagonal. The rows are kept to walk back through, which
 * takes memory of the square of the number of edits; common beginnings and ends, and lines that
 * only one side has, are set aside first.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "common/common.h"

struct line {
	const char *text;	/* not NUL-terminated */
	size_t length;		/* without the newline */
	char *key;		/* what is compared */
	unsigned hash;
	char differs;		/* deleted here, or added there */
};

struct side {
	const char *name;
	char *data;
	size_t length;
	struct line *lines;
	long count;
	int lacks_newline;
	struct timespec time;
};

/* Differing lines that touch: [from[i], to[i]) of each side. */
struct change {
	long from[2], to[2];
};

static int is_unified, is_brief, says_same, folds, ignores_amount, ignores_blanks;
static long context = 3;

static void read_side(struct side *side, const char *name)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "r") : stdin;
	size_t capacity = 0, got;
	struct stat status;

	if (!file || fstat(fileno(file), &status) < 0)
		err(2, "%s", name);
	if (S_ISDIR(status.st_mode))
		errx(2, "%s: is a directory", name);
	side->name = name;
	side->time = status.st_mtim;
	do {
		if (capacity - side->length < 65536) {
			capacity = capacity ? capacity * 2 : 131072;
			side->data = must(realloc(side->data, capacity));
		}
		got = fread(side->data + side->length, 1, capacity - side->length, file);
		side->length += got;
	} while (got > 0);
	if (ferror(file))
		err(2, "%s", name);
	if (file != stdin)
		fclose(file);
}

/* The line as -i, -b and -w see it. */
static void make_key(struct line *line)
{
	char *to = line->key = must(malloc(line->length + 1));

	for (size_t i = 0; i < line->length; i++) {
		unsigned char c = (unsigned char)line->text[i];

		if (isspace(c) && (ignores_blanks || ignores_amount)) {
			while (i + 1 < line->length && isspace((unsigned char)line->text[i + 1]))
				i++;
			/* Blanks at the end do not count either way. */
			if (ignores_amount && !ignores_blanks && i + 1 < line->length)
				*to++ = ' ';
			continue;
		}
		*to++ = (char)(folds ? tolower(c) : c);
	}
	*to = '\0';
	line->hash = 2166136261u;
	for (const char *at = line->key; at < to; at++)
		line->hash = (line->hash ^ (unsigned char)*at) * 16777619u;
	/* A last line without its newline is another line, except where blanks do not count. */
	line->hash ^= (unsigned)(to - line->key);
}

static void split_lines(struct side *side)
{
	const char *at = side->data, *end = at + side->length;
	long capacity = 0;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct line *line;

		if (side->count == capacity) {
			capacity = capacity ? capacity * 2 : 1024;
			side->lines = must(reallocarray(side->lines, (size_t)capacity, sizeof(*side->lines)));
		}
		side->lacks_newline = !stop;
		line = &side->lines[side->count++];
		*line = (struct line){ .text = at, .length = (size_t)((stop ? stop : end) - at) };
		make_key(line);
		if (!stop && !ignores_amount && !ignores_blanks)
			line->hash = ~line->hash;
		at = stop ? stop + 1 : end;
	}
}

static int is_same(const struct line *a, const struct line *b)
{
	return a->hash == b->hash && !strcmp(a->key, b->key);
}

static int compare_hashes(const void *a, const void *b)
{
	unsigned first = *(const unsigned *)a, second = *(const unsigned *)b;

	return (first > second) - (first < second);
}

/* The lines of a side that the other may have too; the rest differs for certain. */
static struct line **keep_common(struct line *lines, long count, const struct line *others, long other_count, long *kept)
{
	unsigned *hashes = must(calloc((size_t)other_count + 1, sizeof(*hashes)));
	struct line **common = must(calloc((size_t)count + 1, sizeof(struct line *)));

	for (long i = 0; i < other_count; i++)
		hashes[i] = others[i].hash;
	qsort(hashes, (size_t)other_count, sizeof(*hashes), compare_hashes);
	*kept = 0;
	for (long i = 0; i < count; i++) {
		if (bsearch(&lines[i].hash, hashes, (size_t)other_count, sizeof(*hashes), compare_hashes))
			common[(*kept)++] = &lines[i];
		else
			lines[i].differs = 1;
	}
	free(hashes);
	return common;
}

/* Marks the differing lines of what lies between the common beginning and end. */
static void find_edits(struct line **a, long n, struct line **b, long m)
{
	long most = n + m, edits, k = 0, x, y, *ends, **rows;

	if (!most)
		return;
	rows = must(calloc((size_t)most + 1, sizeof(*rows)));
	ends = must(calloc((size_t)(2 * most + 3), sizeof(*ends)));
	ends += most + 1;
	for (edits = 0;; edits++) {
		/* The row as it was before these edits: diagonals -edits to edits. */
		rows[edits] = must(malloc((size_t)(2 * edits + 3) * sizeof(long)));
		memcpy(rows[edits], ends - edits - 1, (size_t)(2 * edits + 3) * sizeof(long));
		for (k = -edits; k <= edits; k += 2) {
			x = k == -edits || (k != edits && ends[k - 1] < ends[k + 1]) ? ends[k + 1] : ends[k - 1] + 1;
			y = x - k;
			while (x < n && y < m && is_same(a[x], b[y])) {
				x++;
				y++;
			}
			ends[k] = x;
			if (x >= n && y >= m)
				goto found;
		}
	}
found:
	x = n;
	y = m;
	for (; edits > 0; edits--) {
		const long *row = rows[edits] + edits + 1;
		int is_added;

		k = x - y;
		is_added = k == -edits || (k != edits && row[k - 1] < row[k + 1]);
		x = is_added ? row[k + 1] : row[k - 1];
		y = x - (is_added ? k + 1 : k - 1);
		if (is_added)
			b[y]->differs = 1;
		else
			a[x]->differs = 1;
		free(rows[edits]);
	}
	free(rows[0]);
	free(rows);
	free(ends - (n + m) - 1);
}

/* The end of the differing lines from a place on. */
static long run_end(const struct side *side, long from)
{
	while (from < side->count && side->lines[from].differs)
		from++;
	return from;
}

/*
 * Of ways to say the same, the one with the change furthest down reads best. Moves lines that are only added or
 * only deleted, until they meet a change of the other side.
 */
static void slide_down(struct side *sides)
{
	long at[2] = { 0, 0 };

	while (at[0] < sides[0].count || at[1] < sides[1].count) {
		long end[2] = { run_end(&sides[0], at[0]), run_end(&sides[1], at[1]) };
		int has_first = end[0] > at[0], has_second = end[1] > at[1];
		struct side *side = &sides[has_second], *other = &sides[!has_second];
		long *start = &at[has_second], *stop = &end[has_second], *beside = &at[!has_second];

		if (!has_first && !has_second) {
			at[0]++;
			at[1]++;
			continue;
		}
		while (has_first != has_second && *stop < side->count && *beside < other->count &&
		       !other->lines[*beside].differs && is_same(&side->lines[*start], &side->lines[*stop])) {
			side->lines[(*start)++].differs = 0;
			side->lines[*stop].differs = 1;
			*stop = run_end(side, *stop);
			(*beside)++;
		}
		*start = *stop;
		*beside = run_end(other, *beside);
	}
}

static struct change *collect(struct side *sides, size_t *count)
{
	struct change *changes = NULL;
	long a = 0, b = 0;

	*count = 0;
	while (a < sides[0].count || b < sides[1].count) {
		struct change change = { { a, b }, { a, b } };

		while (change.to[0] < sides[0].count && sides[0].lines[change.to[0]].differs)
			change.to[0]++;
		while (change.to[1] < sides[1].count && sides[1].lines[change.to[1]].differs)
			change.to[1]++;
		if (change.to[0] == a && change.to[1] == b) {
			a++;
			b++;
			continue;
		}
		changes = must(reallocarray(changes, *count + 1, sizeof(*changes)));
		changes[(*count)++] = change;
		a = change.to[0];
		b = change.to[1];
	}
	return changes;
}

static void put_lines(const struct side *side, long from, long to, const char *mark)
{
	for (; from < to; from++) {
		fputs(mark, stdout);
		fwrite(side->lines[from].text, 1, side->lines[from].length, stdout);
		putchar('\n');
		if (from == side->count - 1 && side->lacks_newline)
			puts("\\ No newline at end of file");
	}
}

static void put_range(long from, long to)
{
	if (to - from > 1)
		printf("%ld,%ld", from + 1, to);
	else
		printf("%ld", to > from ? from + 1 : from);
}

static void put_normal(const struct side *sides, const struct change *change)
{
	int deletes = change->to[0] > change->from[0], adds = change->to[1] > change->from[1];

	put_range(change->from[0], change->to[0]);
	putchar(deletes && adds ? 'c' : adds ? 'a' : 'd');
	put_range(change->from[1], change->to[1]);
	putchar('\n');
	put_lines(&sides[0], change->from[0], change->to[0], "< ");
	if (deletes && adds)
		puts("---");
	put_lines(&sides[1], change->from[1], change->to[1], "> ");
}

static void put_header(const struct side *side, const char *mark)
{
	struct tm *local = localtime(&side->time.tv_sec);
	char date[32] = "", zone[8] = "";

	if (local) {
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", local);
		strftime(zone, sizeof(zone), "%z", local);
	}
	printf("%s %s\t%s.%09ld %s\n", mark, side->name, date, side->time.tv_nsec, zone);
}

static void put_hunk_range(long from, long to)
{
	if (to - from == 1)
		printf("%ld", from + 1);
	else
		printf("%ld,%ld", to > from ? from + 1 : from, to - from);
}

/* Changes whose contexts touch share a hunk. Returns how many this one took. */
static size_t put_hunk(const struct side *sides, const struct change *changes, size_t count)
{
	size_t taken = 1;
	long before = changes->from[0] < changes->from[1] ? changes->from[0] : changes->from[1], after, at;
	const struct change *last;

	while (taken < count && changes[taken].from[0] - changes[taken - 1].to[0] <= 2 * context)
		taken++;
	last = &changes[taken - 1];
	before = before < context ? before : context;
	after = sides[0].count - last->to[0];
	after = after < context ? after : context;
	fputs("@@ -", stdout);
	put_hunk_range(changes->from[0] - before, last->to[0] + after);
	fputs(" +", stdout);
	put_hunk_range(changes->from[1] - before, last->to[1] + after);
	puts(" @@");
	at = changes->from[0] - before;
	for (size_t i = 0; i < taken; i++) {
		put_lines(&sides[0], at, changes[i].from[0], " ");
		put_lines(&sides[0], changes[i].from[0], changes[i].to[0], "-");
		put_lines(&sides[1], changes[i].from[1], changes[i].to[1], "+");
		at = changes[i].to[0];
	}
	put_lines(&sides[0], at, at + after, " ");
	return taken;
}

static int compare(struct side *sides)
{
	struct line **common[2];
	long start = 0, n, m, kept[2];
	struct change *changes;
	size_t count;

	split_lines(&sides[0]);
	split_lines(&sides[1]);
	n = sides[0].count;
	m = sides[1].count;
	while (start < n && start < m && is_same(&sides[0].lines[start], &sides[1].lines[start]))
		start++;
	while (n > start && m > start && is_same(&sides[0].lines[n - 1], &sides[1].lines[m - 1])) {
		n--;
		m--;
	}
	common[0] = keep_common(sides[0].lines + start, n - start, sides[1].lines + start, m - start, &kept[0]);
	common[1] = keep_common(sides[1].lines + start, m - start, sides[0].lines + start, n - start, &kept[1]);
	find_edits(common[0], kept[0], common[1], kept[1]);
	slide_down(sides);
	changes = collect(sides, &count);
	if (!count)
		return 0;
	if (is_brief) {
		printf("Files %s and %s differ\n", sides[0].name, sides[1].name);
		return 1;
	}
	if (is_unified) {
		put_header(&sides[0], "---");
		put_header(&sides[1], "+++");
	}
	for (size_t i = 0; i < count;) {
		if (is_unified) {
			i += put_hunk(sides, changes + i, count - i);
		} else {
			put_normal(sides, &changes[i++]);
		}
	}
	free(changes);
	return 1;
}

/* A folder stands for the file in it that is called like the other. */
static const char *resolve(const char *name, const char *other)
{
	struct stat status;
	const char *base = strrchr(other, '/');

	if (!strcmp(name, "-") || stat(name, &status) < 0 || !S_ISDIR(status.st_mode))
		return name;
	return join_path(name, base ? base + 1 : other);
}

int main(int argc, char **argv)
{
	struct side sides[2] = { 0 };
	int option, result;
	char *end;

	while ((option = getopt(argc, argv, "biqsuU:w")) != -1) {
		switch (option) {
		case 'b': ignores_amount = 1; break;
		case 'i': folds = 1; break;
		case 'q': is_brief = 1; break;
		case 's': says_same = 1; break;
		case 'u': is_unified = 1; break;
		case 'U':
			is_unified = 1;
			errno = 0;
			context = strtol(optarg, &end, 10);
			if (*end || end == optarg || context < 0 || errno || context > 1000000000)
				errx(2, "%s: not a number of lines", optarg);
			break;
		case 'w': ignores_blanks = 1; break;
		default: argc = 0;
		}
	}
	if (argc - optind != 2) {
		fprintf(stderr, "usage: diff [-biqsuw] [-U lines] file1 file2\n");
		return 2;
	}
	read_side(&sides[0], resolve(argv[optind], argv[optind + 1]));
	read_side(&sides[1], resolve(argv[optind + 1], argv[optind]));
	if (sides[0].length == sides[1].length && !memcmp(sides[0].data, sides[1].data, sides[0].length)) {
		result = 0;
	} else if (memchr(sides[0].data, 0, sides[0].length) || memchr(sides[1].data, 0, sides[1].length)) {
		printf("%s %s and %s differ\n", is_brief ? "Files" : "Binary files", sides[0].name, sides[1].name);
		return finish(0) ? 2 : 1;
	} else {
		result = compare(sides);
	}
	if (!result && says_same)
		printf("Files %s and %s are identical\n", sides[0].name, sides[1].name);
	return finish(0) ? 2 : result;
}
