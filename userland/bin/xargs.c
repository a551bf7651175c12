/* xargs: makes arguments of its input. */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "common/common.h"

#define MAX_BYTES 100000

static char **words;
static size_t count, bytes;
static char **base;
static size_t base_count, base_bytes;
static size_t max_words = SIZE_MAX, max_bytes = MAX_BYTES;
static int by_nul, trace, no_run_if_empty, result, ran;
static const char *replace;

static void run(void)
{
	char **argv = must(calloc(base_count + count + 1, sizeof(*argv)));
	int status;
	pid_t pid;

	memcpy(argv, base, base_count * sizeof(*argv));
	if (count)
		memcpy(argv + base_count, words, count * sizeof(*argv));
	if (trace) {
		for (size_t i = 0; argv[i]; i++)
			fprintf(stderr, "%s%s", i ? " " : "", argv[i]);
		fputc('\n', stderr);
	}
	ran = 1;
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		execvp(argv[0], argv);
		warn("%s", argv[0]);
		_exit(errno == ENOENT ? 127 : 126);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			err(1, "wait");
	if (WIFSIGNALED(status))
		errx(125, "%s: killed by signal %d", argv[0], WTERMSIG(status));
	if (WEXITSTATUS(status) == 255)
		errx(124, "%s: ended with status 255", argv[0]);
	if (WEXITSTATUS(status) >= 126)
		exit(WEXITSTATUS(status));
	if (WEXITSTATUS(status))
		result = 123;
	for (size_t i = 0; i < count; i++)
		free(words[i]);
	free(argv);
	count = 0;
	bytes = base_bytes;
}

static void run_replaced(const char *line)
{
	char **kept = base, **argv = must(calloc(base_count + 1, sizeof(*argv)));

	for (size_t i = 0; i < base_count; i++) {
		const char *p = base[i], *hit;
		char *text = must(strdup("")), *more;

		while ((hit = strstr(p, replace))) {
			if (asprintf(&more, "%s%.*s%s", text, (int)(hit - p), p, line) < 0)
				err(1, NULL);
			free(text);
			text = more;
			p = hit + strlen(replace);
		}
		if (asprintf(&more, "%s%s", text, p) < 0)
			err(1, NULL);
		free(text);
		argv[i] = more;
	}
	base = argv;
	run();
	base = kept;
	for (size_t i = 0; i < base_count; i++)
		free(argv[i]);
	free(argv);
}

static void add(char *word)
{
	size_t length = strlen(word) + 5;

	if (replace) {
		run_replaced(word);
		free(word);
		return;
	}
	if (count && (count >= max_words || bytes + length > max_bytes))
		run();
	if (bytes + length > max_bytes)
		errx(1, "argument too long");
	words = must(reallocarray(words, count + 1, sizeof(*words)));
	words[count++] = word;
	bytes += length;
}

/* The next word: up to a NUL, a line (with -I), or blanks outside of quotes. NULL at the end. */
static char *read_word(void)
{
	char *word = NULL;
	size_t length = 0, space = 0;
	int c, quote = 0, started = 0;

	while ((c = getchar()) != EOF) {
		if (by_nul) {
			started = 1;
			if (!c)
				break;
		} else if (quote) {
			if (c == quote) {
				quote = 0;
				continue;
			}
			if (c == '\n')
				errx(1, "unmatched quote");
		} else if (c == '\n' || (!replace && isspace(c))) {
			if (started)
				break;
			continue;
		} else if (replace && !started && isspace(c)) {
			continue;
		} else if (c == '"' || c == '\'') {
			quote = c;
			started = 1;
			continue;
		} else if (c == '\\' && (c = getchar()) == EOF) {
			break;
		}
		started = 1;
		if (length + 2 > space)
			word = must(realloc(word, space = space * 2 + 64));
		word[length++] = (char)c;
	}
	if (quote)
		errx(1, "unmatched quote");
	if (!started)
		return NULL;
	if (!word)
		word = must(malloc(1));
	word[length] = '\0';
	return word;
}

int main(int argc, char **argv)
{
	static char echo[] = "echo";
	static char *only[] = { echo, NULL };
	char *word;
	int option;

	while ((option = getopt(argc, argv, "+0I:n:rs:tx")) != -1) {
		switch (option) {
		case '0': by_nul = 1; break;
		case 'I': replace = optarg; break;
		case 'n': max_words = strtoul(optarg, NULL, 10); break;
		case 'r': no_run_if_empty = 1; break;
		case 's': max_bytes = strtoul(optarg, NULL, 10); break;
		case 't': trace = 1; break;
		case 'x': break;
		default:
			fprintf(stderr, "usage: xargs [-0rtx] [-I text] [-n count] [-s bytes] [program [argument...]]\n");
			return 2;
		}
	}
	if (!max_words)
		errx(1, "-n must be at least 1");
	base = optind < argc ? argv + optind : only;
	while (base[base_count])
		base_bytes += strlen(base[base_count++]) + 5;
	bytes = base_bytes;
	while ((word = read_word()))
		add(word);
	if (count || (!ran && !no_run_if_empty && !replace))
		run();
	return result;
}
