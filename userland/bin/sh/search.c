/* Finding commands: the search of PATH, what was found remembered; command, type and hash. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sh.h"

struct hashed {
	struct hashed *next;
	char *name, *path;
};

static struct hashed *hashed;

void hash_clear(void)
{
	while (hashed) {
		struct hashed *next = hashed->next;

		free(hashed->name);
		free(hashed->path);
		free(hashed);
		hashed = next;
	}
}

static int is_program(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISREG(status.st_mode) && !access(path, X_OK);
}

static char *search(const char *name, const char *path, struct arena *arena)
{
	char candidate[PATH_MAX];

	for (;; path++) {
		size_t length = strcspn(path, ":");

		if (snprintf(candidate, sizeof(candidate), "%.*s%s%s", (int)length, path, length ? "/" : "", name) <
			    (int)sizeof(candidate) &&
		    is_program(candidate))
			return arena_copy(arena, candidate, strlen(candidate));
		path += length;
		if (!*path)
			return NULL;
	}
}

char *find_command(const char *name, const char *path, struct arena *arena)
{
	struct hashed *entry;
	char *found;

	if (strchr(name, '/'))
		return arena_copy(arena, name, strlen(name));
	if (!path || !*name)
		return NULL;
	if (path == variable_get("PATH"))
		for (entry = hashed; entry; entry = entry->next)
			if (!strcmp(entry->name, name) && is_program(entry->path))
				return arena_copy(arena, entry->path, strlen(entry->path));
	found = search(name, path, arena);
	if (found && path == variable_get("PATH") && *found == '/') {
		entry = xmalloc(sizeof(*entry));
		*entry = (struct hashed){ hashed, xstrdup(name), xstrdup(found) };
		hashed = entry;
	}
	return found;
}

void exec_command(const char *path, char **argv, char **environment)
{
	int code;

	execve(path, argv, environment);
	if (errno == ENOEXEC) {
		/* A script without a first line that says so: this shell runs it. */
		size_t count = 0;
		char **script;

		while (argv[count])
			count++;
		script = xmalloc((count + 2) * sizeof(*script));
		script[0] = "sh";
		script[1] = (char *)path;
		for (size_t i = 1; i <= count; i++)
			script[i + 1] = argv[i];
		execve("/proc/self/exe", script, environment);
		execve("/bin/sh", script, environment);
	}
	code = errno == ENOENT || errno == ENOTDIR ? 127 : 126;
	if (code == 127)
		shell_warn("%s: not found", argv[0]);
	else
		shell_warn("%s: %s", argv[0], strerror(errno));
	fflush(stderr);
	_exit(code);
}

static int describe(const char *name, int verbose, const char *path)
{
	static const char *const reserved[] = {
		"!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until",
		"while",
	};
	const struct builtin *builtin;
	struct arena *arena;
	const char *found;
	int result = 0;

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (!strcmp(reserved[i], name)) {
			printf(verbose ? "%s is a shell keyword\n" : "%s\n", name);
			return 0;
		}
	if (alias_find(name)) {
		if (verbose) {
			printf("%s is an alias for %s\n", name, alias_find(name));
		} else {
			printf("alias %s=", name);
			print_quoted(alias_find(name));
			putchar('\n');
		}
		return 0;
	}
	builtin = builtin_find(name);
	if (function_find(name) && !(builtin && builtin->is_special)) {
		printf(verbose ? "%s is a shell function\n" : "%s\n", name);
		return 0;
	}
	if (builtin) {
		printf(verbose ? builtin->is_special ? "%s is a special shell builtin\n" : "%s is a shell builtin\n" : "%s\n",
		       name);
		return 0;
	}
	arena = arena_new();
	found = find_command(name, path, arena);
	if (found && (!strchr(name, '/') || is_program(found))) {
		if (verbose)
			printf("%s is %s\n", name, found);
		else
			printf("%s\n", found);
	} else {
		if (verbose)
			printf("%s: not found\n", name);
		result = 127;
	}
	arena_drop(arena);
	return result;
}

int builtin_type(int argc, char **argv)
{
	int result = 0;

	for (int i = 1; i < argc; i++)
		if (describe(argv[i], 1, variable_get("PATH")))
			result = 127;
	return result;
}

/* command [-p] [-v|-V] name [argument...]: no functions, and special builtins lose what is special. */
int builtin_command(int argc, char **argv)
{
	const char *path = variable_get("PATH");
	const struct builtin *builtin;
	int first = 1, describes = 0, result;
	struct arena *arena;
	struct job *job;
	char *found;

	for (; first < argc && argv[first][0] == '-' && argv[first][1]; first++) {
		if (!strcmp(argv[first], "--")) {
			first++;
			break;
		}
		for (const char *c = argv[first] + 1; *c; c++) {
			if (*c == 'p')
				path = "/usr/sbin:/usr/bin:/sbin:/bin";
			else if (*c == 'v' || *c == 'V')
				describes = *c;
			else {
				shell_warn("command: Illegal option -%c", *c);
				return 2;
			}
		}
	}
	if (first >= argc)
		return 0;
	if (describes)
		return describe(argv[first], describes == 'V', path);
	builtin = strchr(argv[first], '/') ? NULL : builtin_find(argv[first]);
	if (builtin) {
		struct handler catch;
		int failed;

		catch.outer = handler;
		failed = setjmp(catch.jump);
		if (!failed) {
			handler = &catch;
			result = builtin->function(argc - first, argv + first);
		}
		handler = catch.outer;
		return failed ? status : result;
	}
	arena = arena_new();
	found = find_command(argv[first], path, arena);
	if (!found) {
		shell_warn("%s: not found", argv[first]);
		arena_drop(arena);
		return 127;
	}
	fflush(stdout);
	job = job_new(NULL, 0);
	if (!job_fork(job, 1))
		exec_command(found, argv + first, variables_environment(arena));
	arena_drop(arena);
	return job_wait(job);
}

int builtin_hash(int argc, char **argv)
{
	struct arena *arena;
	int result = 0;

	if (argc > 1 && !strcmp(argv[1], "-r")) {
		hash_clear();
		return 0;
	}
	if (argc == 1)
		for (struct hashed *entry = hashed; entry; entry = entry->next)
			printf("%s\n", entry->path);
	arena = arena_new();
	for (int i = 1; i < argc; i++)
		if (!find_command(argv[i], variable_get("PATH"), arena) && !builtin_find(argv[i])) {
			shell_warn("hash: %s: not found", argv[i]);
			result = 1;
		}
	arena_drop(arena);
	return result;
}
