/*
 * Execution of commands.
 *
 * execute() returns the status, which is also left in `status`; after it returns, `skip` may ask every
 * caller to return too. With EXECUTE_LAST it may not return at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

int status;
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

/* Arena of the tree being executed, for functions defined in it. */
static struct arena *tree_arena;

#define MAX_FUNCTION_DEPTH 1000

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

static void check_errexit(int flags)
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
		status = 0;
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
	status = job_wait(job);
	while (text.length > 0 && text.data[text.length - 1] == '\n')
		text.length--;
	copy = arena_copy(arena, text.data, text.length);
	free(text.data);
	return copy;
}

static void trace(struct arguments *assignments, struct arguments *arguments)
{
	struct arena *arena = arena_new();
	const char *prompt = variable_get("PS4");

	fflush(stdout);
	fputs(prompt ? expand_string(parse_text(prompt, arena), arena) : "+ ", stderr);
	for (int i = 0; i < assignments->count; i++)
		fprintf(stderr, "%s%s", i ? " " : "", assignments->values[i]);
	for (int i = 0; i < arguments->count; i++)
		fprintf(stderr, "%s%s", i || assignments->count ? " " : "", arguments->values[i]);
	fputc('\n', stderr);
	arena_drop(arena);
}

/* NAME=value as it was written, with the value expanded. */
static char *expand_one_assignment(struct word *word, struct arena *arena)
{
	struct part first = *word->parts, *rest = &first;
	size_t length = name_span(first.text) + 1;
	char *value, *assignment;

	first.text += length;
	if (!*first.text)
		rest = first.next;
	value = expand_assignment(rest, arena);
	assignment = arena_alloc(arena, length + strlen(value) + 1);
	memcpy(assignment, word->parts->text, length);
	strcpy(assignment + length, value);
	return assignment;
}

static int assign(char *assignment, unsigned flags, struct saved_variable **saved)
{
	char *equals = strchr(assignment, '=');
	int result;

	*equals = '\0';
	if (saved)
		variable_save(saved, assignment);
	result = variable_set(assignment, equals + 1, flags);
	*equals = '=';
	return result;
}

static int assign_all(struct arguments *assignments, unsigned flags, struct saved_variable **saved)
{
	for (int i = 0; i < assignments->count; i++)
		if (assign(assignments->values[i], flags, saved) < 0)
			return -1;
	return 0;
}

/* The function's own parameters and local variables hide the caller's. */
static int call_function(struct function *function, struct arguments *arguments)
{
	struct parameters outer = positional;
	struct saved_variable *own = NULL, **outer_locals = locals;
	struct arena *arena = function->arena, *outer_tree = tree_arena;
	struct handler catch;
	int outer_loops = loop_depth, failed;

	if (function_depth >= MAX_FUNCTION_DEPTH)
		shell_error(2, "%s: functions are nested too deeply", function->name);
	arena_hold(arena);
	positional = (struct parameters){ 0 };
	positional_set(arguments->values + 1, arguments->count - 1);
	locals = &own;
	loop_depth = 0;
	function_depth++;
	tree_arena = arena;
	catch.outer = handler;
	failed = setjmp(catch.jump);
	if (!failed) {
		handler = &catch;
		execute(function->body, 0);
	}
	handler = catch.outer;
	tree_arena = outer_tree;
	function_depth--;
	loop_depth = outer_loops;
	locals = outer_locals;
	variables_restore(own);
	positional_set(NULL, 0);
	free(positional.values);
	positional = outer;
	arena_drop(arena);
	if (failed)
		shell_error(status, NULL);
	if (skip == SKIP_RETURN)
		skip = SKIP_NONE;
	return status;
}

static int run_builtin(const struct builtin *builtin, struct arguments *arguments)
{
	int result = builtin->function(arguments->count, arguments->values);

	if (fflush(stdout) < 0 || ferror(stdout)) {
		if (!result && errno != EPIPE)
			shell_warn("%s: write error: %s", builtin->name, strerror(errno));
		clearerr(stdout);
		if (!result)
			result = 1;
	}
	return result;
}

static int run_external(struct node *node, struct arguments *arguments, struct arguments *assignments,
			struct arena *arena, int flags)
{
	struct job *job = NULL;
	char *path;

	/* Found in the parent, so that it is found only once. */
	path = find_command(arguments->values[0], variable_get("PATH"), arena);
	fflush(stdout);
	if (!(flags & EXECUTE_LAST) || job_control) {
		job = job_new(node, 0);
		if (job_fork(job, 1))
			return job_wait(job);
	} else {
		signals_for_child(0);
	}
	if (redirect_all(node->redirects, NULL) < 0)
		_exit(2);
	if (assign_all(assignments, VAR_EXPORT, NULL) < 0)
		_exit(2);
	if (!path || assignments->count)
		path = find_command(arguments->values[0], variable_get("PATH"), arena);
	if (!path) {
		shell_warn("%s: not found", arguments->values[0]);
		fflush(stderr);
		_exit(127);
	}
	exec_command(path, arguments->values, variables_environment(arena));
}

/* exec with a command; without one its redirections stay. */
static int is_exec(const struct arguments *arguments)
{
	return arguments->count > 0 && !strcmp(arguments->values[0], "exec");
}

/* A function or builtin, within the shell. */
static int run_inside(struct node *node, struct arguments *arguments, struct arguments *assignments,
		      const struct builtin *builtin, struct function *function)
{
	struct saved_fds *saved = NULL;
	struct saved_variable *variables = NULL;
	struct handler catch;
	int special = builtin && builtin->is_special, failed;
	volatile int result;

	fflush(stdout);
	if (redirect_all(node->redirects, &saved) < 0) {
		redirect_undo(saved);
		if (special)
			shell_error(2, NULL);
		return 2;
	}
	catch.outer = handler;
	failed = setjmp(catch.jump);
	if (!failed) {
		handler = &catch;
		if (assign_all(assignments, special ? 0 : VAR_EXPORT, special ? NULL : &variables) < 0)
			shell_error(2, NULL);
		result = function ? call_function(function, arguments) : run_builtin(builtin, arguments);
	}
	handler = catch.outer;
	fflush(stdout);
	variables_restore(variables);
	if (!failed && is_exec(arguments))
		redirect_keep(saved);
	else
		redirect_undo(saved);
	if (failed)
		shell_error(status, NULL);
	return result;
}

/* Assignments without a command: each sees the ones before it. */
static int only_assign(struct node *node, struct arena *arena)
{
	struct arguments done = { 0 }, none = { 0 };
	struct saved_fds *saved = NULL;
	int result = redirect_all(node->redirects, &saved);

	redirect_undo(saved);
	if (result < 0)
		return 1;
	for (struct word *word = node->assignments; word; word = word->next) {
		char *assignment = expand_one_assignment(word, arena);

		if (assign(assignment, 0, NULL) < 0)
			shell_error(2, NULL);
		add_argument(&done, arena, assignment);
	}
	if (options['x'] && done.count)
		trace(&done, &none);
	return status;
}

static int execute_simple(struct node *node, int flags)
{
	struct arena *arena = arena_new();
	struct arguments arguments = { 0 }, assignments = { 0 };
	const struct builtin *builtin = NULL;
	struct function *volatile function = NULL;
	struct handler catch;
	volatile int result;
	int failed;

	catch.outer = handler;
	failed = setjmp(catch.jump);
	if (failed)
		goto out;
	handler = &catch;
	current_line = node->line;
	expand_words(node->words, &arguments, arena);
	/* Without a command the status is that of the last substitution, if there is one. */
	if (!arguments.count)
		status = 0;
	if (!arguments.count) {
		result = only_assign(node, arena);
	} else {
		for (struct word *word = node->assignments; word; word = word->next)
			add_argument(&assignments, arena, expand_one_assignment(word, arena));
		if (options['x'])
			trace(&assignments, &arguments);
		builtin = strchr(arguments.values[0], '/') ? NULL : builtin_find(arguments.values[0]);
		if (!builtin || !builtin->is_special)
			function = function_find(arguments.values[0]);
		if (builtin || function)
			result = run_inside(node, &arguments, &assignments, function ? NULL : builtin, function);
		else
			result = run_external(node, &arguments, &assignments, arena, flags);
	}
	status = result;
out:
	handler = catch.outer;
	arena_drop(arena);
	if (failed)
		shell_error(status, NULL);
	check_errexit(flags);
	return status;
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

	fflush(stdout);
	if (!job_fork(job, 0)) {
		/* Without job control nobody but the shell reads the terminal. */
		if (!job_control) {
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

/* After a part of a loop's body or condition: whether the loop ends. */
static int loop_ends(void)
{
	if (skip == SKIP_NONE)
		return 0;
	if (skip != SKIP_BREAK && skip != SKIP_CONTINUE)
		return 1;
	if (--skip_count > 0)
		return 1;
	if (skip == SKIP_BREAK) {
		skip = SKIP_NONE;
		return 1;
	}
	skip = SKIP_NONE;
	return 0;
}

static int execute_while(struct node *node, int flags)
{
	int result = 0, until = node->kind == NODE_UNTIL;

	loop_depth++;
	for (;;) {
		execute(node->first, EXECUTE_TESTED);
		if (skip) {
			if (loop_ends())
				break;
			continue;
		}
		if ((status == 0) == until)
			break;
		result = execute(node->second, flags & EXECUTE_TESTED);
		if (loop_ends())
			break;
	}
	loop_depth--;
	if (skip != SKIP_RETURN && skip != SKIP_EXIT)
		status = result;
	return status;
}

static int execute_for(struct node *node, int flags)
{
	struct arena *arena = arena_new();
	struct arguments values = { 0 };
	struct handler catch;
	int failed;

	catch.outer = handler;
	failed = setjmp(catch.jump);
	if (failed)
		goto out;
	handler = &catch;
	current_line = node->line;
	if (node->has_list)
		expand_words(node->words, &values, arena);
	else
		for (int i = 0; i < positional.count; i++)
			add_argument(&values, arena, arena_copy(arena, positional.values[i],
								strlen(positional.values[i])));
	loop_depth++;
	if (!values.count)
		status = 0;
	for (int i = 0; i < values.count; i++) {
		if (variable_set(node->name, values.values[i], 0) < 0)
			shell_error(2, NULL);
		execute(node->second, flags & EXECUTE_TESTED);
		if (loop_ends())
			break;
	}
	loop_depth--;
out:
	handler = catch.outer;
	arena_drop(arena);
	if (failed)
		shell_error(status, NULL);
	return status;
}

static int execute_case(struct node *node, int flags)
{
	struct arena *arena = arena_new();
	struct case_item *item;
	struct handler catch;
	const char *subject;
	int failed;

	catch.outer = handler;
	failed = setjmp(catch.jump);
	if (failed)
		goto out;
	handler = &catch;
	current_line = node->line;
	subject = expand_string(node->subject->parts, arena);
	for (item = node->items; item; item = item->next) {
		struct word *pattern = item->patterns;

		while (pattern && fnmatch(expand_pattern(pattern->parts, arena), subject, 0))
			pattern = pattern->next;
		if (pattern)
			break;
	}
	status = 0;
	for (; item; item = item->next) {
		if (item->body)
			execute(item->body, flags & ~EXECUTE_LAST);
		else
			status = 0;
		if (!item->fall || skip)
			break;
	}
out:
	handler = catch.outer;
	arena_drop(arena);
	if (failed)
		shell_error(status, NULL);
	return status;
}

static int execute_compound(struct node *node, int flags)
{
	switch (node->kind) {
	case NODE_GROUP:
		return execute(node->first, flags & ~EXECUTE_LAST);
	case NODE_FOR:
		return execute_for(node, flags);
	case NODE_WHILE:
	case NODE_UNTIL:
		return execute_while(node, flags);
	case NODE_CASE:
		return execute_case(node, flags);
	default:
		execute(node->first, EXECUTE_TESTED);
		if (skip)
			return status;
		if (!status)
			return execute(node->second, flags & ~EXECUTE_LAST);
		if (node->third)
			return execute(node->third, flags & ~EXECUTE_LAST);
		status = 0;
		return 0;
	}
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
