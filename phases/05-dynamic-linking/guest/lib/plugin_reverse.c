#include <string.h>
#include "../plugin.h"
static void apply(char *line, size_t size)
{
	size_t length = strlen(line);

	(void)size;
	for (size_t i = 0; i < length / 2; i++) {
		char c = line[i];

		line[i] = line[length - 1 - i];
		line[length - 1 - i] = c;
	}
}
const struct plugin plugin = { "reverse", "the other way round", apply };
