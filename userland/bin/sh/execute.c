/*
 * Execution of commands: pipes, lists, subshells, sources. simple.c has simple commands, compound.c the
 * loops and choices.
 *
 * execute() returns the status, which is also left in `status`; after it returns, `skip` may ask every
 * caller to return too. With EXECUTE_LAST it may not return at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "execute.h"
#include "sh.h"

int status;
int substitution_status;
pid_t last_background;
pid_t shell_pid;
int is_subshell;
int current_line;
enum skip skip;
int skip_count;
int loop_depth, function_depth, source_depth;
struct handler *handler;
struct saved_variable **locals;
const char *shell_name;

struct arena *tree_arena;

void shell_warn(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	if (options['i'] && !source_depth)
		fprintf(stderr, "sh: ");
	else
		fprintf(stderr, "%s: %d: ", shell_name, current_line);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

void shell_error(int code, const char *format, ...)
{
	va_list arguments;
	char text[1024];

	if (format) {
		va_start(arguments, format);
		vsnprintf(text, sizeof(text), format, arguments);
		va_end(arguments);
		shell_warn("%s", text);
	}
	status = code;
	if (handler)
		longjmp(handler->jump, 1);
	shell_exit(code);
}

void shell_exit(int code)
{
	status = code;
	trap_exit();
	if (!is_subshell && options['i'])
		history_save();
	fflush(stdout);
	_exit(status & 0xff);
}

void become_subshell(void)
{
	is_subshell = 1;
	traps_reset();
	jobs_forget();
	job_control_set(0);
	options['i'] = 0;
}

void check_errexit(int flags)
{
	if (status && options['e'] && !(flags & EXECUTE_TESTED) && !skip)
		shell_exit(status);
}

/* In a new process: nothing jumps back into the parent's frames. */
static void run_child(struct node *node, int flags) __attribute__((__noreturn__));
static void run_child(struct node *node, int flags)
{
	struct handler top;

	handler = &top;
	top.outer = NULL;
	if (!setjmp(top.jump)) {
		loop_depth = 0;
		execute(node, (flags & EXECUTE_TESTED) | EXECUTE_LAST);
	}
	skip = SKIP_NONE;
	shell_exit(status);
}

char *command_output(struct node *node, struct arena *arena)
{
	struct text text = { 0 };
	char buffer[4096], *copy;
	int fds[2];
	struct job *job;
	ssize_t got;

	if (!node) {
		substitution_status = 0;
		return arena_copy(arena, "", 0);
	}
	fflush(stdout);
	if (pipe2(fds, O_CLOEXEC) < 0)
		shell_error(2, "cannot make a pipe: %s", strerror(errno));
	job = job_new(node, 0);
	if (!job_fork(job, -1)) {
		if (dup2(fds[1], 1) < 0)
			_exit(2);
		run_child(node, 0);
	}
	close(fds[1]);
	text_add(&text, "", 0);
	while ((got = read(fds[0], buffer, sizeof(buffer))) != 0) {
		if (got < 0) {
			if (errno == EINTR && !interrupted)
				continue;
			break;
		}
		/* Variables cannot hold NUL. */
		for (ssize_t i = 0; i < got; i++)
			if (buffer[i])
				text_byte(&text, buffer[i]);
	}
	close(fds[0]);
	substitution_status = job_wait(job);
	while (text.length > 0 && text.data[text.length - 1] == '\n')
		text.length--;
	copy = arena_copy(arena, text.data, text.length);
	free(text.data);
	return copy;
}

static int execute_pipe(struct node *node, int flags)
{
	struct job *job = job_new(node, 0);
	int input = -1, fds[2];

	(void)flags;
	fflush(stdout);
	for (struct node *part = node->first; part; part = part->next) {
		fds[0] = fds[1] = -1;
		if (part->next && pipe2(fds, O_CLOEXEC) < 0)
			shell_error(2, "cannot make a pipe: %s", strerror(errno));
		if (!job_fork(job, 1)) {
			if (input >= 0 && dup2(input, 0) < 0)
				_exit(2);
			if (fds[1] >= 0 && dup2(fds[1], 1) < 0)
				_exit(2);
			if (input > 0)
				close(input);
			if (fds[0] >= 0)
				close(fds[0]);
			if (fds[1] > 1)
				close(fds[1]);
			run_child(part, 0);
		}
		if (input >= 0)
			close(input);
		if (fds[1] >= 0)
			close(fds[1]);
		input = fds[0];
	}
	status = job_wait(job);
	return status;
}

static int execute_background(struct node *node)
{
	struct job *job = job_new(node->first, 1);
	int controlled = job_control;	/* the child has none of its own */

	fflush(stdout);
	if (!job_fork(job, 0)) {
		/* Without job control nobody but the shell reads the terminal. */
		if (!controlled) {
			int null = open("/dev/null", O_RDONLY);

			if (null > 0) {
				dup2(null, 0);
				close(null);
			}
		}
		run_child(node->first, 0);
	}
	job_background(job);
	status = 0;
	return 0;
}

static int execute_subshell(struct node *node, int flags)
{
	struct job *job;

	fflush(stdout);
	if (flags & EXECUTE_LAST && !job_control) {
		become_subshell();
	} else {
		job = job_new(node, 0);
		if (job_fork(job, 1)) {
			status = job_wait(job);
			return status;
		}
	}
	if (redirect_all(node->redirects, NULL) < 0)
		_exit(2);
	run_child(node->first, flags);
}

static int execute_redirected(struct node *node, int flags)
{
	struct saved_fds *saved = NULL;
	struct handler catch;
	int failed;

	if (!node->redirects)
		return execute_compound(node, flags);
	fflush(stdout);
	current_line = node->line;
	if (redirect_all(node->redirects, &saved) < 0) {
		redirect_undo(saved);
		status = 2;
		check_errexit(flags);
		return status;
	}
	catch.outer = handler;
	failed = setjmp(catch.jump);
	if (!failed) {
		handler = &catch;
		execute_compound(node, flags);
	}
	handler = catch.outer;
	fflush(stdout);
	redirect_undo(saved);
	if (failed)
		shell_error(status, NULL);
	return status;
}

int execute(struct node *node, int flags)
{
	if (!node)
		return status;
	if (signal_pending)
		traps_run();
	if (skip)
		return status;
	switch (node->kind) {
	case NODE_SIMPLE:
		execute_simple(node, flags);
		break;
	case NODE_PIPE:
		execute_pipe(node, flags);
		check_errexit(flags);
		break;
	case NODE_AND:
	case NODE_OR:
		execute(node->first, EXECUTE_TESTED);
		if (!skip && (status == 0) == (node->kind == NODE_AND))
			execute(node->second, flags);
		break;
	case NODE_NOT:
		execute(node->first, EXECUTE_TESTED);
		if (!skip)
			status = !status;
		break;
	case NODE_LIST:
		for (struct node *part = node->first; part && !skip; part = part->next)
			execute(part, part->next ? flags & ~EXECUTE_LAST : flags);
		break;
	case NODE_BACKGROUND:
		execute_background(node);
		break;
	case NODE_SUBSHELL:
		execute_subshell(node, flags);
		check_errexit(flags);
		break;
	case NODE_FUNCTION:
		function_define(node->name, node->first, tree_arena);
		status = 0;
		break;
	default:
		execute_redirected(node, flags);
	}
	if (signal_pending)
		traps_run();
	return status;
}

int execute_source(struct source *source)
{
	struct arena *outer = tree_arena;
	struct node *node;
	volatile int any = 0;
	int failed = 0;

	for (;;) {
		struct arena *arena = arena_new();
		struct handler catch;
		int result;

		result = parse_command(source, arena, &node);
		if (result < 0 || (result == 0 && interrupted && options['i']))
			status = 2;
		if (result || skip) {
			arena_drop(arena);
			if (result < 0 && options['i'] && source_depth == 0)
				continue;
			failed = result < 0;
			break;
		}
		if (!node || options['n']) {
			arena_drop(arena);
			continue;
		}
		any = 1;
		catch.outer = handler;
		failed = setjmp(catch.jump);
		if (!failed) {
			handler = &catch;
			tree_arena = arena;
			execute(node, 0);
		}
		handler = catch.outer;
		tree_arena = outer;
		arena_drop(arena);
		if (failed && !(options['i'] && source_depth == 0 && !is_subshell))
			break;
		failed = 0;
		if (options['i'] && source_depth == 0) {
			loop_depth = function_depth = 0;
			if (skip == SKIP_EXIT)
				break;
			skip = SKIP_NONE;
		}
	}
	if (failed)
		shell_error(status ? status : 2, NULL);
	if (!any)
		status = 0;
	return status;
}

int execute_string(const char *text)
{
	struct source *source = source_string(text);
	struct handler catch;
	int failed;

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
