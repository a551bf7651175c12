/* Variables: a hash table of names; some have effects when they are set. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

#define BUCKETS 61

static struct variable *table[BUCKETS];
struct parameters positional;

static unsigned hash(const char *name, size_t length)
{
	unsigned sum = 5381;

	for (size_t i = 0; i < length; i++)
		sum = sum * 33 + (unsigned char)name[i];
	return sum % BUCKETS;
}

size_t name_span(const char *text)
{
	size_t length = 0;

	if (isdigit((unsigned char)*text))
		return 0;
	while (isalnum((unsigned char)text[length]) || text[length] == '_')
		length++;
	return length;
}

int is_name(const char *text)
{
	size_t length = name_span(text);

	return length > 0 && !text[length];
}

struct variable *variable_find(const char *name, int create)
{
	struct variable **link = &table[hash(name, strlen(name))];

	for (; *link; link = &(*link)->next)
		if (!strcmp((*link)->name, name))
			return *link;
	if (!create)
		return NULL;
	*link = xmalloc(sizeof(**link));
	**link = (struct variable){ .name = xstrdup(name) };
	return *link;
}

const char *variable_get(const char *name)
{
	struct variable *variable = variable_find(name, 0);

	return variable ? variable->value : NULL;
}

static void changed(const char *name)
{
	if (!strcmp(name, "PATH"))
		hash_clear();
	else if (!strcmp(name, "OPTIND"))
		positional.optind_base = 0;
}

int variable_set(const char *name, const char *value, unsigned flags)
{
	struct variable *variable = variable_find(name, 1);
	char *copy;

	if (variable->flags & VAR_READONLY && value) {
		shell_warn("%s: is read only", name);
		return -1;
	}
	variable->flags |= flags | (options['a'] && value ? VAR_EXPORT : 0);
	if (value) {
		copy = xstrdup(value);
		free(variable->value);
		variable->value = copy;
		changed(name);
	}
	return 0;
}

int variable_unset(const char *name)
{
	struct variable *variable = variable_find(name, 0);

	if (!variable)
		return 0;
	if (variable->flags & VAR_READONLY) {
		shell_warn("%s: is read only", name);
		return -1;
	}
	free(variable->value);
	variable->value = NULL;
	variable->flags = 0;
	changed(name);
	return 0;
}

void variable_save(struct saved_variable **list, const char *name)
{
	struct variable *variable = variable_find(name, 0);
	struct saved_variable *saved = xmalloc(sizeof(*saved));

	saved->name = xstrdup(name);
	saved->value = variable && variable->value ? xstrdup(variable->value) : NULL;
	saved->flags = variable ? variable->flags : 0;
	saved->was_set = variable != NULL;
	saved->next = *list;
	*list = saved;
}

void variables_restore(struct saved_variable *list)
{
	while (list) {
		struct saved_variable *next = list->next;
		struct variable *variable = variable_find(list->name, 1);

		free(variable->value);
		variable->value = list->value;
		variable->flags = list->flags;
		changed(list->name);
		free(list->name);
		free(list);
		list = next;
	}
}

char **variables_environment(struct arena *arena)
{
	size_t count = 0;
	char **environment;

	for (int i = 0; i < BUCKETS; i++)
		for (struct variable *v = table[i]; v; v = v->next)
			count += v->flags & VAR_EXPORT && v->value;
	environment = arena_alloc(arena, (count + 1) * sizeof(*environment));
	count = 0;
	for (int i = 0; i < BUCKETS; i++)
		for (struct variable *v = table[i]; v; v = v->next)
			if (v->flags & VAR_EXPORT && v->value) {
				size_t length = strlen(v->name), value_length = strlen(v->value);
				char *entry = arena_alloc(arena, length + value_length + 2);

				memcpy(entry, v->name, length);
				entry[length] = '=';
				memcpy(entry + length + 1, v->value, value_length);
				environment[count++] = entry;
			}
	return environment;
}

void print_quoted(const char *text)
{
	putchar('\'');
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\"'\"'", stdout);
		else
			putchar(*text);
	}
	putchar('\'');
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct variable *const *)a)->name, (*(struct variable *const *)b)->name);
}

/* Those that have all the flags, each after the prefix, in a form that can be read again. */
void variables_print(unsigned flags, const char *prefix)
{
	struct variable **list = NULL;
	size_t count = 0;

	for (int i = 0; i < BUCKETS; i++)
		for (struct variable *v = table[i]; v; v = v->next)
			if ((v->flags & flags) == flags && (flags || v->value)) {
				list = xrealloc(list, (count + 1) * sizeof(*list));
				list[count++] = v;
			}
	if (count)
		qsort(list, count, sizeof(*list), by_name);
	for (size_t i = 0; i < count; i++) {
		printf("%s%s", prefix, list[i]->name);
		if (list[i]->value) {
			putchar('=');
			print_quoted(list[i]->value);
		}
		putchar('\n');
	}
	free(list);
}

void variables_init(char **environment)
{
	const char *pwd;
	char number[16];
	char *cwd;

	for (; *environment; environment++) {
		size_t length = name_span(*environment);
		char *name;

		if (!length || (*environment)[length] != '=')
			continue;
		name = xmalloc(length + 1);
		memcpy(name, *environment, length);
		name[length] = '\0';
		variable_set(name, *environment + length + 1, VAR_EXPORT);
		free(name);
	}
	variable_set("IFS", " \t\n", 0);
	variable_set("OPTIND", "1", 0);
	variable_set("PS4", "+ ", 0);
	variable_set("PS2", "> ", 0);
	if (!variable_get("PS1"))
		variable_set("PS1", geteuid() ? "$ " : "# ", 0);
	if (!variable_get("PATH"))
		variable_set("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 0);
	snprintf(number, sizeof(number), "%d", (int)getppid());
	variable_set("PPID", number, 0);
	cwd = get_current_dir_name();
	pwd = cwd;
	if (pwd)
		variable_set("PWD", pwd, VAR_EXPORT);
	free(cwd);
}

void positional_set(char **values, int count)
{
	char **copy = xmalloc(((size_t)count + 1) * sizeof(*copy));

	for (int i = 0; i < count; i++)
		copy[i] = xstrdup(values[i]);
	copy[count] = NULL;
	for (int i = 0; i < positional.count; i++)
		free(positional.values[i]);
	free(positional.values);
	positional.values = copy;
	positional.count = count;
	positional.optind_base = 0;
}
