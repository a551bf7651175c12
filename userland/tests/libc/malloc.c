/* Blocks keep what is in them however they grow and shrink, those with mappings of their own too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned state = 1;

static unsigned draw(unsigned limit)
{
	state = state * 1103515245 + 12345;
	return (state >> 8) % limit;
}

int main(void)
{
	enum { COUNT = 40 };
	unsigned char *blocks[COUNT] = { 0 };
	size_t sizes[COUNT] = { 0 };
	unsigned long wrong = 0;

	for (int i = 0; i < 4000; i++) {
		int which = (int)draw(COUNT);
		size_t size = draw(10) ? draw(5000) + 1 : draw(700000) + 1, kept;
		unsigned char *block = realloc(blocks[which], size);

		if (!block) {
			printf("no memory\n");
			return 1;
		}
		kept = size < sizes[which] ? size : sizes[which];
		for (size_t at = 0; at < kept; at++)
			wrong += block[at] != which + 1;
		blocks[which] = block;
		sizes[which] = size;
		memset(block, which + 1, size);
	}
	printf("%lu wrong\n", wrong);
	return 0;
}
