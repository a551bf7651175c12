/* Has a constructor, a destructor, and a variable that each thread counts for itself. */
#include <stdio.h>
#include <string.h>
#include "../plugin.h"
static __thread int lines;
static void apply(char *line, size_t size)
{
	char old[256];

	snprintf(old, sizeof(old), "%s", line);
	snprintf(line, size, "%d: %s", ++lines, old);
}
__attribute__((constructor)) static void begin(void) { puts("number: comes"); }
__attribute__((destructor)) static void end(void) { puts("number: goes"); }
const struct plugin plugin = { "number", "the line's number in front", apply };
