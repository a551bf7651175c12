/*
 * Functions that scripts define.
 *
 * A function keeps the arena that its body was parsed into; a new definition of a name drops the old one.
 * A body that is running may be unset: whoever calls it holds its arena until it returns.
 */
#include <stdlib.h>
#include <string.h>
#include "sh.h"

static struct function *functions;

struct function *function_find(const char *name)
{
	for (struct function *function = functions; function; function = function->next)
		if (!strcmp(function->name, name))
			return function;
	return NULL;
}

int function_unset(const char *name)
{
	for (struct function **link = &functions; *link; link = &(*link)->next)
		if (!strcmp((*link)->name, name)) {
			struct function *function = *link;

			*link = function->next;
			arena_drop(function->arena);
			free(function->name);
			free(function);
			return 1;
		}
	return 0;
}

void function_define(const char *name, struct node *body, struct arena *arena)
{
	struct function *function = xmalloc(sizeof(*function));

	function_unset(name);
	function->name = xstrdup(name);
	function->body = body;
	function->arena = arena;
	arena_hold(arena);
	function->next = functions;
	functions = function;
}
