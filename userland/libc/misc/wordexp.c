/*
 * wordexp(): the shell expands the words; what it must not be asked is found before. It answers with the words, a
 * zero behind each, and one more at the end that says that nothing went wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

/* Behind the parenthesis or brace that closes what begins at p, or NULL. Commands may hold anything but that. */
static const char *skip_nested(const char *p, char close)
{
	char quote = 0;

	for (; *p; p++) {
		if (*p == '\\' && quote != '\'') {
			if (!*++p)
				return NULL;
		} else if (quote) {
			quote = *p == quote ? 0 : quote;
		} else if (*p == '\'' || *p == '"') {
			quote = *p;
		} else if (*p == close) {
			return p + 1;
		} else if (*p == '(' || *p == '{') {
			p = skip_nested(p + 1, *p == '(' ? ')' : '}');
			if (!p--)
				return NULL;
		}
	}
	return NULL;
}

/* 0, or what is wrong. */
static int check(const char *p, int flags)
{
	int quoted = 0;

	while (*p) {
		if (*p == '\\') {
			if (!p[1])
				return WRDE_SYNTAX;
			p += 2;
		} else if (*p == '\'' && !quoted) {
			p = strchr(p + 1, '\'');
			if (!p++)
				return WRDE_SYNTAX;
		} else if (*p == '"') {
			quoted = !quoted;
			p++;
		} else if (*p == '`' || (p[0] == '$' && p[1] == '(' && p[2] != '(')) {
			const char *end = *p == '`' ? strchr(p + 1, '`') : skip_nested(p + 2, ')');

			if (!end)
				return WRDE_SYNTAX;
			if (flags & WRDE_NOCMD)
				return WRDE_CMDSUB;
			p = *p == '`' ? end + 1 : end;
		} else if (p[0] == '$' && (p[1] == '(' || p[1] == '{')) {
			const char *end = skip_nested(p + 2, p[1] == '(' ? ')' : '}');

			if (!end)
				return WRDE_SYNTAX;
			if (flags & WRDE_NOCMD && (memchr(p + 2, '`', (size_t)(end - p - 2)) ||
						   memmem(p + 2, (size_t)(end - p - 2), "$(", 2)))
				return WRDE_CMDSUB;
			p = end;
		} else if (!quoted && strchr("|&;<>(){}\n", *p)) {
			return WRDE_BADCHAR;
		} else {
			p++;
		}
	}
	return quoted ? WRDE_SYNTAX : 0;
}

static int run_shell(const char *words, int flags, int to, pid_t *pid)
{
	static char script[] = "eval \"for w in $1; do printf '%s\\0' \\\"\\$w\\\"; done\" && printf 'x\\0'";
	char option[] = "-u", command[] = "-c", name[] = "sh";
	char *const with[] = { name, option, command, script, name, (char *)words, NULL };
	char *const without[] = { name, command, script, name, (char *)words, NULL };
	posix_spawn_file_actions_t actions;
	int error;

	posix_spawn_file_actions_init(&actions);
	error = posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
	if (!error && !(flags & WRDE_SHOWERR))
		error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (!error)
		error = posix_spawn(pid, "/bin/sh", &actions, NULL, flags & WRDE_UNDEF ? with : without, environ);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

static int add(wordexp_t *result, char *word)
{
	size_t offset = result->we_offs;
	char **more = reallocarray(result->we_wordv, offset + result->we_wordc + 2, sizeof(*more));

	if (!more)
		return -1;
	result->we_wordv = more;
	if (word)
		more[offset + result->we_wordc++] = word;
	more[offset + result->we_wordc] = NULL;
	return 0;
}

/* Takes the words over; the last one is the shell's own. 0 or WRDE_NOSPACE. */
static int read_words(FILE *from, wordexp_t *result, int *complete)
{
	char *word = NULL, *held = NULL;
	size_t size = 0;

	*complete = 0;
	while (getdelim(&word, &size, '\0', from) > 0) {
		if (held && add(result, held) < 0)
			goto out_of_memory;
		held = word;
		word = NULL;
		size = 0;
	}
	*complete = held && !strcmp(held, "x");
	free(held);
	free(word);
	return add(result, NULL) < 0 ? WRDE_NOSPACE : 0;

out_of_memory:
	free(held);
	free(word);
	return WRDE_NOSPACE;
}

static int expand(const char *words, wordexp_t *result, int flags)
{
	int pipe_ends[2], complete, status, answer;
	FILE *from;
	pid_t pid;

	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return WRDE_NOSPACE;
	from = fdopen(pipe_ends[0], "r");
	if (!from || run_shell(words, flags, pipe_ends[1], &pid)) {
		if (from)
			fclose(from);
		else
			close(pipe_ends[0]);
		close(pipe_ends[1]);
		return WRDE_NOSPACE;
	}
	close(pipe_ends[1]);
	answer = read_words(from, result, &complete);
	fclose(from);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!answer && !complete)
		answer = flags & WRDE_UNDEF ? WRDE_BADVAL : WRDE_SYNTAX;
	return answer;
}

int wordexp(const char *__restrict words, wordexp_t *__restrict result, int flags)
{
	wordexp_t old = *result;
	int answer;

	if (flags & WRDE_REUSE)
		wordfree(result);
	if (!(flags & WRDE_APPEND)) {
		result->we_wordc = 0;
		result->we_wordv = NULL;
	}
	if (!(flags & WRDE_DOOFFS))
		result->we_offs = 0;
	answer = check(words, flags);
	if (answer)
		goto failed;
	if (!result->we_wordv) {
		if (add(result, NULL) < 0)
			return WRDE_NOSPACE;
		memset(result->we_wordv, 0, result->we_offs * sizeof(*result->we_wordv));
	}
	answer = expand(words, result, flags);
	if (!answer || answer == WRDE_NOSPACE)
		return answer;
	/* What went wrong otherwise leaves the caller's words alone. */
	if (flags & WRDE_APPEND)
		while (result->we_wordc > old.we_wordc)
			free(result->we_wordv[result->we_offs + --result->we_wordc]);
	else
		wordfree(result);
failed:
	if (!(flags & WRDE_APPEND)) {
		result->we_wordc = 0;
		result->we_wordv = NULL;
	} else if (result->we_wordv) {
		result->we_wordv[result->we_offs + result->we_wordc] = NULL;
	}
	return answer;
}

void wordfree(wordexp_t *result)
{
	for (size_t i = 0; result->we_wordv && i < result->we_wordc; i++)
		free(result->we_wordv[result->we_offs + i]);
	free(result->we_wordv);
	result->we_wordv = NULL;
	result->we_wordc = 0;
}
