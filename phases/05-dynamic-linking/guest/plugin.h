/* What a plugin of plugin-host has: struct plugin by the name `plugin`. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <stddef.h>

struct plugin {
	const char *name, *describe;
	/* Changes a line in place. */
	void (*apply)(char *line, size_t size);
};

#endif
