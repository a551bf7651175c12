/* The builtins about the shell itself. Those about variables and input are in builtins-data.c. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <unistd.h>
#include "../common/common.h"
#include "builtins.h"

int number_argument(const char *who, const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end || number > INT_MAX || number < 0)
		shell_error(2, "%s: Illegal number: %s", who, text);
	return (int)number;
}

static int builtin_colon(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static int builtin_false(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}

static int leave_loop(int argc, char **argv, enum skip how)
{
	int count = argc > 1 ? number_argument(argv[0], argv[1]) : 1;

	if (count < 1)
		shell_error(2, "%s: Illegal number: %s", argv[0], argv[1]);
	if (!loop_depth)
		return 0;
	skip = how;
	skip_count = count > loop_depth ? loop_depth : count;
	return 0;
}

static int builtin_break(int argc, char **argv)
{
	return leave_loop(argc, argv, SKIP_BREAK);
}

static int builtin_continue(int argc, char **argv)
{
	return leave_loop(argc, argv, SKIP_CONTINUE);
}

static int builtin_return(int argc, char **argv)
{
	int code = argc > 1 ? number_argument(argv[0], argv[1]) : status;

	skip = function_depth || source_depth ? SKIP_RETURN : SKIP_EXIT;
	return code;
}

static int builtin_exit(int argc, char **argv)
{
	int code = argc > 1 ? number_argument(argv[0], argv[1]) : status;

	shell_exit(code);
}

static int builtin_eval(int argc, char **argv)
{
	struct text text = { 0 };
	char *command;
	int failed, depth = source_depth;
	struct handler catch;

	if (argc < 2)
		return 0;
	for (int i = 1; i < argc; i++) {
		if (i > 1)
			text_byte(&text, ' ');
		text_string(&text, argv[i]);
	}
	command = text.data;
	catch.outer = handler;
	failed = setjmp(catch.jump);
	if (!failed) {
		handler = &catch;
		status = 0;
		execute_string(command);
	}
	handler = catch.outer;
	source_depth = depth;
	free(command);
	if (failed)
		shell_error(status, NULL);
	return status;
}

static int open_script(const char *name)
{
	const char *path = variable_get("PATH");
	char candidate[PATH_MAX];

	if (strchr(name, '/') || !path)
		return open(name, O_RDONLY | O_CLOEXEC);
	for (;; path++) {
		size_t length = strcspn(path, ":");
		struct stat file;

		if (snprintf(candidate, sizeof(candidate), "%.*s%s%s", (int)length, path, length ? "/" : "", name) <
			    (int)sizeof(candidate) &&
		    !stat(candidate, &file) && S_ISREG(file.st_mode)) {
			int fd = open(candidate, O_RDONLY | O_CLOEXEC);

			if (fd >= 0)
				return fd;
		}
		path += length;
		if (!*path)
			break;
	}
	errno = ENOENT;
	return -1;
}

int run_file(int fd)
{
	struct source *source;
	struct handler catch;
	int failed, high = fcntl(fd, F_DUPFD_CLOEXEC, 10);

	if (high >= 0) {
		close(fd);
		fd = high;
	}
	source = source_file(fd, 0);
	source_depth++;
	catch.outer = handler;
	failed = setjmp(catch.jump);
	if (!failed) {
		handler = &catch;
		execute_source(source);
	}
	handler = catch.outer;
	source_depth--;
	source_free(source);
	if (failed)
		shell_error(status, NULL);
	return status;
}

static int builtin_dot(int argc, char **argv)
{
	int fd, result;

	if (argc < 2)
		shell_error(2, ".: a file name is required");
	fd = open_script(argv[1]);
	if (fd < 0)
		shell_error(2, ".: cannot open %s: %s", argv[1], strerror(errno));
	result = run_file(fd);
	if (skip == SKIP_RETURN)
		skip = SKIP_NONE;
	return result;
}

static int builtin_exec(int argc, char **argv)
{
	struct arena *arena;
	char *path;

	if (argc > 1 && !strcmp(argv[1], "--")) {
		argc--;
		argv++;
	}
	if (argc < 2)
		return 0;
	arena = arena_new();
	path = find_command(argv[1], variable_get("PATH"), arena);
	if (!path) {
		shell_warn("exec: %s: not found", argv[1]);
		shell_exit(127);
	}
	job_control_set(0);
	signals_for_child(0);
	exec_command(path, argv + 1, variables_environment(arena));
}

static int builtin_times(int argc, char **argv)
{
	struct tms used;
	long ticks = sysconf(_SC_CLK_TCK);
	const clock_t *values[] = { &used.tms_utime, &used.tms_stime, &used.tms_cutime, &used.tms_cstime };

	(void)argc;
	(void)argv;
	if (times(&used) == (clock_t)-1 && errno)
		return 1;
	for (int i = 0; i < 4; i++)
		printf("%ldm%ld.%02lds%c", *values[i] / ticks / 60, *values[i] / ticks % 60,
		       *values[i] % ticks * 100 / ticks, i & 1 ? '\n' : ' ');
	return 0;
}

static int builtin_umask(int argc, char **argv)
{
	mode_t mask = umask(0), new;
	int symbolic = argc > 1 && !strcmp(argv[1], "-S");
	const char *text = argc > 1 + symbolic ? argv[1 + symbolic] : NULL;
	char *end;

	umask(mask);
	if (!text) {
		if (symbolic) {
			for (int i = 6; i >= 0; i -= 3)
				printf("%c=%s%s%s%c", "ogu"[i / 3], mask >> i & 4 ? "" : "r", mask >> i & 2 ? "" : "w",
				       mask >> i & 1 ? "" : "x", i ? ',' : '\n');
		} else {
			printf("%04o\n", mask);
		}
		return 0;
	}
	if (isdigit((unsigned char)*text)) {
		new = (mode_t)strtoul(text, &end, 8);
		if (*end || new > 0777)
			shell_error(2, "umask: Illegal number: %s", text);
	} else {
		new = ~mask & 0777;
		if (parse_mode(text, &new, 0, 0) < 0)
			shell_error(2, "umask: Illegal mode: %s", text);
		new = ~new & 0777;
	}
	umask(new);
	return 0;
}

static const struct {
	char letter;
	int resource;
	unsigned unit;
	const char *name;
} limits[] = {
	{ 't', RLIMIT_CPU, 1, "time(seconds)" }, { 'f', RLIMIT_FSIZE, 512, "file(blocks)" },
	{ 'd', RLIMIT_DATA, 1024, "data(kbytes)" }, { 's', RLIMIT_STACK, 1024, "stack(kbytes)" },
	{ 'c', RLIMIT_CORE, 512, "coredump(blocks)" }, { 'm', RLIMIT_RSS, 1024, "memory(kbytes)" },
	{ 'l', RLIMIT_MEMLOCK, 1024, "locked memory(kbytes)" }, { 'p', RLIMIT_NPROC, 1, "process" },
	{ 'n', RLIMIT_NOFILE, 1, "nofiles" }, { 'v', RLIMIT_AS, 1024, "vmemory(kbytes)" },
};

static void print_limit(size_t i, int hard, int named)
{
	struct rlimit limit;
	rlim_t value;

	if (getrlimit(limits[i].resource, &limit) < 0)
		shell_error(2, "ulimit: %s", strerror(errno));
	value = hard ? limit.rlim_max : limit.rlim_cur;
	if (named)
		printf("%-20s ", limits[i].name);
	if (value == RLIM_INFINITY)
		printf("unlimited\n");
	else
		printf("%llu\n", (unsigned long long)(value / limits[i].unit));
}

static int builtin_ulimit(int argc, char **argv)
{
	int hard = 0, soft = 0, all = 0, first = 1;
	char letter = 'f';
	struct rlimit limit;
	rlim_t value;
	char *end;
	size_t i;

	for (; first < argc && argv[first][0] == '-'; first++)
		for (const char *c = argv[first] + 1; *c; c++) {
			if (*c == 'H')
				hard = 1;
			else if (*c == 'S')
				soft = 1;
			else if (*c == 'a')
				all = 1;
			else
				letter = *c;
		}
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (all)
			print_limit(i, hard, 1);
		else if (limits[i].letter == letter)
			break;
	}
	if (all)
		return 0;
	if (i == sizeof(limits) / sizeof(limits[0]))
		shell_error(2, "ulimit: Illegal option -%c", letter);
	if (first >= argc) {
		print_limit(i, hard, 0);
		return 0;
	}
	if (!strcmp(argv[first], "unlimited")) {
		value = RLIM_INFINITY;
	} else {
		value = strtoull(argv[first], &end, 10);
		if (*end || !isdigit((unsigned char)argv[first][0]))
			shell_error(2, "ulimit: Illegal number: %s", argv[first]);
		value *= limits[i].unit;
	}
	if (getrlimit(limits[i].resource, &limit) < 0)
		shell_error(2, "ulimit: %s", strerror(errno));
	if (hard || !soft)
		limit.rlim_max = value;
	if (soft || !hard)
		limit.rlim_cur = value;
	if (setrlimit(limits[i].resource, &limit) < 0)
		shell_error(2, "ulimit: error setting limit: %s", strerror(errno));
	return 0;
}

const struct builtin builtins[] = {
	{ ".", builtin_dot, 1 }, { ":", builtin_colon, 1 }, { "[", test_main, 0 }, { "alias", builtin_alias, 0 },
	{ "bg", builtin_bg, 0 }, { "break", builtin_break, 1 }, { "cd", builtin_cd, 0 },
	{ "command", builtin_command, 0 }, { "continue", builtin_continue, 1 }, { "echo", echo_main, 0 },
	{ "eval", builtin_eval, 1 }, { "exec", builtin_exec, 1 }, { "exit", builtin_exit, 1 },
	{ "export", builtin_export, 1 }, { "false", builtin_false, 0 }, { "fg", builtin_fg, 0 },
	{ "getopts", builtin_getopts, 0 }, { "hash", builtin_hash, 0 }, { "history", builtin_history, 0 },
	{ "jobs", builtin_jobs, 0 }, { "kill", builtin_kill, 0 }, { "local", builtin_local, 0 },
	{ "printf", printf_main, 0 }, { "pwd", builtin_pwd, 0 }, { "read", builtin_read, 0 },
	{ "readonly", builtin_export, 1 }, { "return", builtin_return, 1 }, { "set", builtin_set, 1 },
	{ "shift", builtin_shift, 1 }, { "test", test_main, 0 }, { "times", builtin_times, 1 },
	{ "trap", builtin_trap, 1 }, { "true", builtin_colon, 0 }, { "type", builtin_type, 0 },
	{ "ulimit", builtin_ulimit, 0 }, { "umask", builtin_umask, 0 }, { "unalias", builtin_unalias, 0 },
	{ "unset", builtin_unset, 1 }, { "wait", builtin_wait, 0 },
};
const size_t builtins_count = sizeof(builtins) / sizeof(builtins[0]);

const struct builtin *builtin_find(const char *name)
{
	size_t low = 0, high = builtins_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, builtins[middle].name);

		if (!order)
			return &builtins[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
