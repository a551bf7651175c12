/* Aliases. */
#include <stdlib.h>
#include <string.h>
#include "sh.h"

struct alias {
	struct alias *next;
	char *name, *text;
};

static struct alias *aliases;		/* sorted */

static struct alias **find(const char *name)
{
	struct alias **link = &aliases;

	while (*link && strcmp((*link)->name, name) < 0)
		link = &(*link)->next;
	return link;
}

const char *alias_find(const char *name)
{
	struct alias *alias = *find(name);

	return alias && !strcmp(alias->name, name) ? alias->text : NULL;
}

static void print(const char *name, const char *text)
{
	printf("%s=", name);
	print_quoted(text);
	putchar('\n');
}

int builtin_alias(int argc, char **argv)
{
	int result = 0;

	if (argc == 1)
		for (struct alias *alias = aliases; alias; alias = alias->next)
			print(alias->name, alias->text);
	for (int i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		struct alias **link, *alias;

		if (!equals || equals == argv[i]) {
			if (alias_find(argv[i])) {
				print(argv[i], alias_find(argv[i]));
			} else {
				shell_warn("alias: %s not found", argv[i]);
				result = 1;
			}
			continue;
		}
		*equals = '\0';
		link = find(argv[i]);
		if (*link && !strcmp((*link)->name, argv[i])) {
			free((*link)->text);
			(*link)->text = xstrdup(equals + 1);
		} else {
			alias = xmalloc(sizeof(*alias));
			*alias = (struct alias){ *link, xstrdup(argv[i]), xstrdup(equals + 1) };
			*link = alias;
		}
		*equals = '=';
	}
	return result;
}

static void drop(struct alias **link)
{
	struct alias *alias = *link;

	*link = alias->next;
	free(alias->name);
	free(alias->text);
	free(alias);
}

int builtin_unalias(int argc, char **argv)
{
	int result = 0;

	if (argc > 1 && !strcmp(argv[1], "-a"))
		while (aliases)
			drop(&aliases);
	else
		for (int i = 1; i < argc; i++) {
			struct alias **link = find(argv[i]);

			if (*link && !strcmp((*link)->name, argv[i])) {
				drop(link);
			} else {
				shell_warn("unalias: %s not found", argv[i]);
				result = 1;
			}
		}
	return result;
}
