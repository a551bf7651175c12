#include <ctype.h>
#include "../plugin.h"
static void apply(char *line, size_t size)
{
	(void)size;
	for (; *line; line++)
		*line = (char)toupper((unsigned char)*line);
}
const struct plugin plugin = { "upper", "capital letters", apply };
