/*
 * Compound commands: groups, loops, choices. Redirections of the whole command have been made by the caller.
 *
 * break and continue are seen through skip: whoever runs a part returns as soon as it is set, up to the loop
 * that it means.
 */
#include <fnmatch.h>
#include <string.h>
#include "execute.h"
#include "sh.h"

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

int execute_compound(struct node *node, int flags)
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
