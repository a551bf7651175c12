/*
 * Simple commands: assignments, functions, builtins and programs.
 *
 * Each function that may be left by shell_error() catches it, puts back what it has changed (descriptors,
 * variables, parameters) and passes it on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "execute.h"
#include "sh.h"

#define MAX_FUNCTION_DEPTH 1000

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
	return substitution_status;
}

int execute_simple(struct node *node, int flags)
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
	/* $? stays what it was while words are expanded, whatever substitutions end with. */
	substitution_status = 0;
	expand_words(node->words, &arguments, arena);
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
