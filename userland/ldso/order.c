/* Constructors and destructors: a library's before those of whoever needs it, and the other way round at the end. */
#include <stdlib.h>
#include "dlerror.h"

extern char **environ;
void __exit_run_range(uintptr_t start, uintptr_t end) HIDDEN;

/* In the order in which they were initialised, for the end. Grows at its end only. */
static struct map **order;
static unsigned order_count, order_space;

static void remember(struct map *map)
{
	if (order_count == order_space) {
		unsigned space = order_space ? order_space * 2 : 32;
		struct map **more = __libc_realloc(order, space * sizeof(*more));

		if (!more)
			return;		/* its destructors will not run */
		order = more;
		order_space = space;
	}
	order[order_count++] = map;
}

static void construct(struct map *map)
{
	if (dl_debug & DEBUG_FILES)
		dl_say("calling init: %s", dl_label(map));
	remember(map);
	if (map->init)
		map->init(dl_argc, dl_argv, environ);
	for (size_t i = 0; i < map->init_count; i++)
		if (map->init_array[i] && map->init_array[i] != (void *)-1)
			map->init_array[i](dl_argc, dl_argv, environ);
	map->initialised = 1;
}

/* Of libraries that need each other, the one that is reached last comes first. */
void dl_initialise(struct map *map)
{
	if (map->init_begun)
		return;
	map->init_begun = 1;
	for (unsigned i = 0; i < map->needed_count; i++)
		dl_initialise(map->needed[i]);
	construct(map);
}

void dl_finish(struct map *map)
{
	for (unsigned i = 0; i < order_count; i++)
		if (order[i] == map) {
			for (; i + 1 < order_count; i++)
				order[i] = order[i + 1];
			order_count--;
		}
	if (!map->init_begun)
		return;
	if (dl_debug & DEBUG_FILES)
		dl_say("calling fini: %s", dl_label(map));
	map->init_begun = 0;
	for (size_t i = map->fini_count; i > 0; i--)
		if (map->fini_array[i - 1] && map->fini_array[i - 1] != (void *)-1)
			map->fini_array[i - 1]();
	if (map->fini)
		map->fini();
}

/* Libraries that are about to go: the last to be initialised first. */
void dl_finish_unmarked(void)
{
	for (unsigned i = order_count; i > 0; i--) {
		struct map *map = i <= order_count ? order[i - 1] : NULL;

		if (!map || map->mark || map->opened)
			continue;
		__exit_run_range(map->start, map->end);
		dl_finish(map);
	}
}

/* exit()'s part. A destructor may open libraries. */
void __dl_fini(void)
{
	while (order_count > 0)
		dl_finish(order[order_count - 1]);
}
