/* Memory: arenas that are freed as a whole, and malloc() that does not fail. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

#define CHUNK 4000

struct chunk {
	struct chunk *next;
	size_t used, size;
	char bytes[] __attribute__((aligned(8)));
};

struct arena {
	struct chunk *chunks;
	int holders;
};

void *xmalloc(size_t size)
{
	return xrealloc(NULL, size);
}

void *xrealloc(void *memory, size_t size)
{
	void *fresh = realloc(memory, size ? size : 1);

	if (!fresh) {
		static const char message[] = "sh: out of memory\n";

		(void)!write(2, message, sizeof(message) - 1);	/* and that was that */
		_exit(2);
	}
	return fresh;
}

char *xstrdup(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(xmalloc(size), text, size);
}

struct arena *arena_new(void)
{
	struct arena *arena = xmalloc(sizeof(*arena));

	arena->chunks = NULL;
	arena->holders = 1;
	return arena;
}

void arena_hold(struct arena *arena)
{
	arena->holders++;
}

void arena_drop(struct arena *arena)
{
	struct chunk *next;

	if (--arena->holders > 0)
		return;
	for (struct chunk *chunk = arena->chunks; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
}

/* The memory is zeroed. */
void *arena_alloc(struct arena *arena, size_t size)
{
	struct chunk *chunk = arena->chunks;
	void *memory;

	size = (size + 7) & ~(size_t)7;
	if (!chunk || chunk->size - chunk->used < size) {
		size_t want = size > CHUNK ? size : CHUNK;

		chunk = xmalloc(sizeof(*chunk) + want);
		chunk->size = want;
		chunk->used = 0;
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	memory = chunk->bytes + chunk->used;
	chunk->used += size;
	return memset(memory, 0, size);
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

void text_add(struct text *text, const char *from, size_t length)
{
	if (text->length + length + 1 > text->space) {
		text->space = (text->length + length + 1) * 2;
		text->data = xrealloc(text->data, text->space);
	}
	memcpy(text->data + text->length, from, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_byte(struct text *text, char c)
{
	text_add(text, &c, 1);
}

void text_string(struct text *text, const char *from)
{
	text_add(text, from, strlen(from));
}
