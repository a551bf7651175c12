/* dlopen() and dlclose(). */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include "debugger.h"
#include "dlerror.h"

void __exit_run_range(uintptr_t start, uintptr_t end) HIDDEN;

static struct map *map_of(uintptr_t address)
{
	for (struct map *map = dl_maps; map; map = map->next)
		if (address >= map->start && address < map->end)
			return map;
	return dl_program;
}

/* Maps from `first` on never came to be: none has run anything yet. */
static void undo(struct map *first)
{
	while (first) {
		struct map *next = first->next;

		if (first != dl_self) {
			if (first->previous)
				first->previous->next = next;
			if (next)
				next->previous = first->previous;
			if (dl_last == first)
				dl_last = first->previous;
			dl_forget_tls(first);
			dl_unmap(first);
		}
		first = next;
	}
}

static int make_global(struct map *root)
{
	struct map **scope = __libc_malloc((dl_global_count + root->scope_count) * sizeof(*scope)), **old = dl_global;
	unsigned count = dl_global_count;
	sigset_t mask;

	if (!scope)
		return dl_fail("%s: no memory", dl_label(root));
	memcpy(scope, dl_global, count * sizeof(*scope));
	for (unsigned i = 0; i < root->scope_count; i++)
		if (!root->scope[i]->global) {
			root->scope[i]->global = 1;
			scope[count++] = root->scope[i];
		}
	__block_all(&mask);
	dl_lock_scope();
	dl_global = scope;
	dl_global_count = count;
	dl_unlock_scope();
	__restore_mask(&mask);
	__libc_free(old);
	return 0;
}

/* Everything but constructors for the maps from `first` on, which come with root. */
static int prepare(struct map *first, struct map *root, int flags)
{
	for (struct map *map = first; map; map = map->next)
		map->root = root;
	if (dl_load_needed(root, 0) < 0)
		return -1;
	for (struct map *map = first; map; map = map->next) {
		map->root = root;
		map->deep = (flags & RTLD_DEEPBIND) != 0;
		if (dl_check_versions(map) < 0)
			return -1;
	}
	for (struct map *map = first; map; map = map->next)
		if (dl_make_scope(map) < 0)
			return -1;
	for (struct map *map = dl_last; map && map != first->previous; map = map->previous)
		if (dl_relocate(map, flags & RTLD_LAZY && !dl_bind_now) < 0)
			return -1;
	return 0;
}

static struct map *open_locked(const char *name, int flags, struct map *caller)
{
	struct map *last = dl_last, *map, *first;

	if (flags & RTLD_NOLOAD) {
		map = dl_loaded(name);
		if (!map || !map->relocated) {
			dl_fail("%s: not loaded", name);
			return NULL;
		}
	} else {
		map = dl_load(name, caller);
		if (!map)
			return NULL;
	}
	first = last->next;
	if (first) {
		dl_debugger_say(1);
		if (prepare(first, map, flags) < 0) {
			undo(first);
			dl_debugger_say(0);
			return NULL;
		}
		dl_debugger_say(0);
	}
	if (flags & RTLD_GLOBAL && make_global(map) < 0)
		return NULL;
	if (flags & RTLD_NODELETE)
		map->no_delete = 1;
	map->opened++;
	dl_initialise(map);
	return map;
}

void *dlopen(const char *name, int flags)
{
	struct map *map;

	dl_lock_load();
	if (!(flags & (RTLD_LAZY | RTLD_NOW)) || flags & ~(0xf | RTLD_GLOBAL | RTLD_NODELETE)) {
		dl_fail("%s: invalid mode for dlopen()", name ? name : "program");
		map = NULL;
	} else if (!name || !*name) {
		map = dl_program;
	} else {
		map = open_locked(name, flags, map_of((uintptr_t)__builtin_return_address(0)));
	}
	if (!map)
		dl_set_error();
	dl_unlock_load();
	return map;
}

static void mark(struct map *map)
{
	if (map->mark)
		return;
	map->mark = 1;
	for (unsigned i = 0; i < map->needed_count; i++)
		mark(map->needed[i]);
}

static void take_out(struct map *map)
{
	unsigned count = 0;

	for (unsigned i = 0; i < dl_global_count; i++)
		if (dl_global[i] != map)
			dl_global[count++] = dl_global[i];
	dl_global_count = count;
	if (map->previous)
		map->previous->next = map->next;
	if (map->next)
		map->next->previous = map->previous;
	if (dl_last == map)
		dl_last = map->previous;
	for (struct map *other = dl_maps; other; other = other->next) {
		if (other->loader == map)
			other->loader = NULL;
		if (other->root == map)
			other->root = other;
	}
}

/* Whatever nobody has opened and nothing that stays needs. */
static void collect(void)
{
	struct map *map, *next;
	sigset_t mask;
	int dead = 0;

	for (map = dl_maps; map; map = map->next)
		map->mark = 0;
	for (map = dl_maps; map; map = map->next)
		if (map->startup || map->opened || map->no_delete || map == dl_self)
			mark(map);
	for (map = dl_maps; map; map = map->next)
		dead += !map->mark;
	if (!dead)
		return;
	dl_finish_unmarked();
	dl_debugger_say(2);
	__block_all(&mask);
	dl_lock_scope();
	for (map = dl_maps; map; map = next) {
		next = map->next;
		if (map->mark || map->opened)
			continue;
		if (dl_debug & DEBUG_FILES)
			dl_say("file=%s; unloaded", dl_label(map));
		take_out(map);
		dl_forget_tls(map);
		dl_unmap(map);
	}
	dl_unlock_scope();
	__restore_mask(&mask);
	dl_debugger_say(0);
}

int dlclose(void *handle)
{
	struct map *map;
	int result = 0;

	dl_lock_load();
	for (map = dl_maps; map && map != handle; map = map->next)
		;
	if (map == dl_program && map) {
		result = 0;
	} else if (!map || !map->opened) {
		result = dl_fail("invalid handle for dlclose()");
		dl_set_error();
	} else if (!--map->opened) {
		collect();
	}
	dl_unlock_load();
	return result;
}
