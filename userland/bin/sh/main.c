/* sh: the command language interpreter. Options, start-up files, and the choice of input. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "builtins.h"

extern char **environ;

static void run_start_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct handler catch;

	if (fd < 0)
		return;
	catch.outer = handler;
	if (!setjmp(catch.jump)) {
		handler = &catch;
		run_file(fd);
	}
	handler = catch.outer;
	if (skip == SKIP_EXIT)
		shell_exit(status);
	skip = SKIP_NONE;
}

static void run_in_home(const char *name)
{
	const char *home = variable_get("HOME");
	struct text path = { 0 };

	if (!home)
		return;
	text_string(&path, home);
	text_byte(&path, '/');
	text_string(&path, name);
	run_start_file(path.data);
	free(path.data);
}

struct invocation {
	int is_login;
	const char *command;
	int wants_command;
};

static int read_options(int argc, char **argv, struct invocation *invocation)
{
	int first = 1;

	for (; first < argc && (argv[first][0] == '-' || argv[first][0] == '+') && argv[first][1]; first++) {
		int on = argv[first][0] == '-';

		if (!strcmp(argv[first], "--"))
			return first + 1;
		for (const char *c = argv[first] + 1; *c; c++) {
			char letter[2] = { *c, '\0' };

			if (*c == 'c') {
				invocation->wants_command = 1;
			} else if (*c == 'l') {
				invocation->is_login = 1;
			} else if (*c == 'o' && first + 1 < argc) {
				if (option_set(argv[++first], on) < 0) {
					fprintf(stderr, "%s: Illegal option -o %s\n", argv[0], argv[first]);
					exit(2);
				}
				break;
			} else if (*c == 's') {
				options['s'] = (char)on;
			} else if (*c == 'm') {
				options['m'] = (char)on;
			} else if (!strchr("aCbefhinuvxI", *c) || option_set(letter, on) < 0) {
				fprintf(stderr, "%s: Illegal option %c%c\n", argv[0], argv[first][0], *c);
				exit(2);
			}
		}
	}
	if (first < argc && !strcmp(argv[first], "-"))
		first++;
	return first;
}

static void run_startup(const struct invocation *invocation)
{
	struct arena *arena;
	const char *env;

	if (invocation->is_login) {
		run_start_file("/etc/profile");
		run_in_home(".profile");
	}
	env = variable_get("ENV");
	if (options['i'] && env) {
		arena = arena_new();
		run_start_file(expand_string(parse_text(env, arena), arena));
		arena_drop(arena);
	}
}

static struct source *choose_source(int argc, char **argv, int *first, const struct invocation *invocation)
{
	int fd, high;

	if (invocation->wants_command) {
		if (*first >= argc) {
			fprintf(stderr, "%s: -c requires an argument\n", argv[0]);
			exit(2);
		}
		struct source *source = source_string(argv[(*first)++]);

		if (*first < argc)
			shell_name = argv[(*first)++];
		return source;
	}
	if (*first < argc && !options['s']) {
		shell_name = argv[*first];
		fd = open(argv[*first], O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			fprintf(stderr, "%s: cannot open %s: %s\n", argv[0], argv[*first], strerror(errno));
			exit(errno == ENOENT ? 127 : 126);
		}
		++*first;
		high = fcntl(fd, F_DUPFD_CLOEXEC, 10);
		if (high >= 0) {
			close(fd);
			fd = high;
		}
		return source_file(fd, 0);
	}
	options['s'] = 1;
	return options['i'] ? source_interactive() : source_file(0, 1);
}

int main(int argc, char **argv)
{
	struct invocation invocation = { 0 };
	struct handler top;
	struct source *volatile source;
	int first;

	shell_pid = getpid();
	shell_name = argc > 0 ? argv[0] : "sh";
	current_line = 1;
	invocation.is_login = *shell_name == '-';
	variables_init(environ);
	first = read_options(argc, argv, &invocation);
	if (!invocation.wants_command && (first >= argc || options['s']) && isatty(0) && isatty(2))
		options['i'] = 1;
	source = choose_source(argc, argv, &first, &invocation);
	positional_set(argv + first, argc - first);
	traps_init();
	if (options['i'] || options['m']) {
		options['m'] = 0;
		job_control_set(1);
	}
	top.outer = NULL;
	if (setjmp(top.jump)) {
		if (!options['i'] || is_subshell)
			shell_exit(status);
		/* Only errors outside of any command come here; go on with the next. */
		skip = SKIP_NONE;
		loop_depth = function_depth = source_depth = 0;
	} else {
		handler = &top;
		if (options['i'])
			history_load();
		run_startup(&invocation);
	}
	handler = &top;
	execute_source(source);
	if (options['i'])
		fputs("\n", stderr);
	shell_exit(status);
}
