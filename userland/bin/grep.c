/* grep: lines that match. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/common.h"

struct pattern {
	struct pattern *next;
	regex_t regex;
	char *fixed;		/* -F */
};

static struct pattern *patterns, **patterns_end = &patterns;
static int flags = 0, fixed, invert, count_only, names_only, names_without, quiet, silent, numbers, whole_line, whole_word,
	   only_matching, recursive, fold;
static int show_names = -1;
static long after, before, limit = -1;
static int found_any, failed;

static void add_one(const char *text, size_t length)
{
	struct pattern *pattern = must(calloc(1, sizeof(*pattern)));
	char *copy = must(strndup(text, length)), *full = copy, message[128];
	int code;

	if (fixed) {
		pattern->fixed = copy;
	} else {
		if (whole_line &&
		    asprintf(&full, flags & REG_EXTENDED ? "^(%s)$" : "^\\(%s\\)$", copy) < 0)
			err(2, NULL);
		code = regcomp(&pattern->regex, full, flags);
		if (code) {
			regerror(code, &pattern->regex, message, sizeof(message));
			errx(2, "%s: %s", copy, message);
		}
	}
	*patterns_end = pattern;
	patterns_end = &pattern->next;
}

/* A pattern per line. */
static void add_patterns(const char *text)
{
	for (;;) {
		size_t length = strcspn(text, "\n");

		add_one(text, length);
		if (!text[length])
			return;
		text += length + 1;
	}
}

static void add_file(const char *name)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "r") : stdin;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	if (!file)
		err(2, "%s", name);
	while ((length = getline(&line, &size, file)) > 0) {
		if (line[length - 1] == '\n')
			length--;
		add_one(line, (size_t)length);
	}
	free(line);
	if (file != stdin)
		fclose(file);
}

static int is_word(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

static int search_fixed(const struct pattern *pattern, const char *line, size_t from, size_t length, regmatch_t *match)
{
	size_t wanted = strlen(pattern->fixed);
	const char *at = line + from;

	if (whole_line) {
		if (from || wanted != length || (fold ? strncasecmp : strncmp)(line, pattern->fixed, length))
			return 0;
	} else if (fold) {
		for (;; at++) {
			if ((size_t)(at - line) + wanted > length)
				return 0;
			if (!strncasecmp(at, pattern->fixed, wanted))
				break;
		}
	} else {
		at = memmem(at, length - from, pattern->fixed, wanted);
		if (!at)
			return 0;
	}
	match->rm_so = at - line;
	match->rm_eo = match->rm_so + (regoff_t)wanted;
	return 1;
}

/* The first match from a place on; of several patterns the leftmost, then longest. */
static int search(const char *line, size_t from, size_t length, regmatch_t *best)
{
	int found = 0;

	for (struct pattern *pattern = patterns; pattern; pattern = pattern->next) {
		size_t start = from;
		regmatch_t match;

		for (;;) {
			int hit;

			if (pattern->fixed) {
				hit = search_fixed(pattern, line, start, length, &match);
			} else {
				/* The line as a whole is the subject: what is before from is context. */
				match.rm_so = (regoff_t)start;
				match.rm_eo = (regoff_t)length;
				hit = !regexec(&pattern->regex, line, 1, &match, REG_STARTEND | (start ? REG_NOTBOL : 0));
			}
			if (hit && whole_word &&
			    ((match.rm_so > 0 && is_word(line[match.rm_so - 1])) ||
			     ((size_t)match.rm_eo < length && is_word(line[match.rm_eo])))) {
				start = (size_t)match.rm_so + 1;
				if (start <= length)
					continue;
				hit = 0;
			}
			if (hit && (!found || match.rm_so < best->rm_so ||
				    (match.rm_so == best->rm_so && match.rm_eo > best->rm_eo))) {
				*best = match;
				found = 1;
			}
			break;
		}
	}
	return found;
}

struct context {
	char **lines;
	long kept, next;	/* a ring of `before` lines */
};

static void print_prefix(const char *name, unsigned long number, char separator)
{
	if (show_names > 0)
		printf("%s%c", name, separator);
	if (numbers)
		printf("%lu%c", number, separator);
}

static void print_matches(const char *name, unsigned long number, const char *line, size_t length)
{
	regmatch_t match;

	for (size_t from = 0; from <= length && search(line, from, length, &match);) {
		if (match.rm_eo > match.rm_so) {
			print_prefix(name, number, ':');
			printf("%.*s\n", (int)(match.rm_eo - match.rm_so), line + match.rm_so);
		}
		from = (size_t)match.rm_eo + (match.rm_eo == match.rm_so);
	}
}

static int grep_stream(FILE *file, const char *name)
{
	struct context context = { 0 };
	unsigned long number = 0, last_printed = 0;
	long count = 0, trailing = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	static int printed;

	if (before)
		context.lines = must(calloc((size_t)before, sizeof(char *)));
	while ((limit < 0 || count < limit || trailing > 0) && (length = getline(&line, &size, file)) > 0) {
		regmatch_t match;
		int hit;

		number++;
		if (line[length - 1] == '\n')
			line[--length] = '\0';
		hit = (limit < 0 || count < limit) && search(line, 0, (size_t)length, &match) != invert;
		if (hit) {
			count++;
			found_any = 1;
			if (quiet)
				exit(0);
			if (names_only || names_without || count_only) {
				if (!count_only)
					break;
				continue;
			}
			if ((before || after) && printed && last_printed + 1 < number - (unsigned long)context.kept)
				printf("--\n");
			for (long i = context.kept; i > 0; i--) {
				char *old = context.lines[(context.next - i + before * 2) % before];

				print_prefix(name, number - (unsigned long)i, '-');
				puts(old);
			}
			context.kept = 0;
			printed = 1;
			last_printed = number;
			if (only_matching && !invert) {
				print_matches(name, number, line, (size_t)length);
			} else {
				print_prefix(name, number, ':');
				fwrite(line, 1, (size_t)length, stdout);
				putchar('\n');
			}
			trailing = after;
		} else if (trailing > 0) {
			trailing--;
			print_prefix(name, number, '-');
			puts(line);
			last_printed = number;
		} else if (before) {
			free(context.lines[context.next]);
			context.lines[context.next] = must(strdup(line));
			context.next = (context.next + 1) % before;
			if (context.kept < before)
				context.kept++;
		}
	}
	if (ferror(file)) {
		if (!silent)
			warn("%s", name);
		failed = 1;
	}
	if (count_only) {
		print_prefix(name, 0, ':');
		printf("%ld\n", count);
	}
	if ((names_only && count) || (names_without && !count))
		puts(name);
	for (long i = 0; i < before; i++)
		free(context.lines[i]);
	free(context.lines);
	free(line);
	return 0;
}

static void grep_path(const char *path, int is_named)
{
	struct stat status;
	struct dirent *entry;
	DIR *directory;
	FILE *file;

	if (!strcmp(path, "-")) {
		grep_stream(stdin, "(standard input)");
		return;
	}
	if ((is_named ? stat(path, &status) : lstat(path, &status)) < 0)
		goto fail;
	if (S_ISDIR(status.st_mode)) {
		if (!recursive) {
			if (!silent)
				warnx("%s: Is a directory", path);
			return;
		}
		directory = opendir(path);
		if (!directory)
			goto fail;
		while ((entry = readdir(directory))) {
			char *inner;

			if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
				continue;
			inner = join_path(path, entry->d_name);
			grep_path(inner, 0);
			free(inner);
		}
		closedir(directory);
		return;
	}
	if (!is_named && !S_ISREG(status.st_mode))
		return;
	file = fopen(path, "r");
	if (!file)
		goto fail;
	grep_stream(file, path);
	fclose(file);
	return;

fail:
	if (!silent)
		warn("%s", path);
	failed = 1;
}

static long number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*end || end == text || value < 0)
		errx(2, "invalid number: %s", text);
	return value;
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "color", optional_argument, NULL, 256 }, { "ignore-case", no_argument, NULL, 'i' },
		{ "invert-match", no_argument, NULL, 'v' }, { "count", no_argument, NULL, 'c' },
		{ "quiet", no_argument, NULL, 'q' }, { "recursive", no_argument, NULL, 'r' }, { 0 },
	};
	char **texts = must(calloc((size_t)argc + 1, sizeof(char *)));
	char kinds[256];
	int option, given = 0;

	if (!strcmp(program_invocation_short_name, "egrep"))
		flags = REG_EXTENDED;
	if (!strcmp(program_invocation_short_name, "fgrep"))
		fixed = 1;
	while ((option = getopt_long(argc, argv, "A:B:C:EFGHLce:f:hilm:noqrRsvwx", long_options, NULL)) != -1) {
		switch (option) {
		case 'A': after = number(optarg); break;
		case 'B': before = number(optarg); break;
		case 'C': after = before = number(optarg); break;
		case 'E': flags |= REG_EXTENDED; break;
		case 'F': fixed = 1; break;
		case 'G': flags &= ~REG_EXTENDED; break;
		case 'H': show_names = 1; break;
		case 'L': names_without = 1; break;
		case 'c': count_only = 1; break;
		case 'e':
		case 'f':
			if (given == 255)
				errx(2, "too many -e and -f");
			kinds[given] = (char)option;
			texts[given++] = optarg;
			break;
		case 'h': show_names = 0; break;
		case 'i': flags |= REG_ICASE; fold = 1; break;
		case 'l': names_only = 1; break;
		case 'm': limit = number(optarg); break;
		case 'n': numbers = 1; break;
		case 'o': only_matching = 1; break;
		case 'q': quiet = 1; break;
		case 'r':
		case 'R': recursive = 1; break;
		case 's': silent = 1; break;
		case 'v': invert = 1; break;
		case 'w': whole_word = 1; break;
		case 'x': whole_line = 1; break;
		case 256: break;
		default:
			fprintf(stderr, "usage: grep [-EFGHLchilnoqrsvwx] [-ABC lines] [-m count] [-e pattern | -f file] [pattern] [file...]\n");
			return 2;
		}
	}
	for (int i = 0; i < given; i++) {
		if (kinds[i] == 'e')
			add_patterns(texts[i]);
		else
			add_file(texts[i]);
	}
	if (!given) {
		if (optind == argc)
			errx(2, "a pattern is required");
		add_patterns(argv[optind++]);
	}
	if (show_names < 0)
		show_names = argc - optind > 1 || (recursive && optind < argc) || (recursive && optind == argc);
	if (optind == argc)
		grep_path(recursive ? "." : "-", 1);
	for (; optind < argc; optind++)
		grep_path(argv[optind], 1);
	return finish(failed && !(quiet && found_any) ? 2 : !found_any);
}
