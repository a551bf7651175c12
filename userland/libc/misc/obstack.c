/* Stacks of objects in chunks, each of which names the one before it. */
#include <obstack.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define USUAL_SIZE 4064			/* a page, without what an allocator needs for itself */
#define USUAL_ALIGNMENT 16

int obstack_exit_failure = EXIT_FAILURE;

static void say_exhausted(void)
{
	fputs("memory exhausted\n", stderr);
	exit(obstack_exit_failure);
}

void (*obstack_alloc_failed_handler)(void) = say_exhausted;

/* The size counts the chunk's own head. */
static struct _obstack_chunk *new_chunk(struct obstack *stack, size_t size)
{
	struct _obstack_chunk *chunk = stack->use_extra_arg ? stack->chunkfun_extra(stack->extra_arg, size) :
							      stack->chunkfun(size);

	if (!chunk) {
		obstack_alloc_failed_handler();
		abort();
	}
	chunk->limit = (char *)chunk + size;
	return chunk;
}

static void free_chunk(struct obstack *stack, struct _obstack_chunk *chunk)
{
	if (stack->use_extra_arg)
		stack->freefun_extra(stack->extra_arg, chunk);
	else
		stack->freefun(chunk);
}

static void go_to(struct obstack *stack, struct _obstack_chunk *chunk)
{
	stack->chunk = chunk;
	stack->chunk_limit = chunk->limit;
}

static int begin(struct obstack *stack, size_t size, size_t alignment)
{
	stack->chunk_size = size ? size : USUAL_SIZE;
	stack->alignment_mask = (alignment ? alignment : USUAL_ALIGNMENT) - 1;
	stack->maybe_empty_object = 0;
	if (stack->chunk_size < sizeof(struct _obstack_chunk) + stack->alignment_mask)
		stack->chunk_size = sizeof(struct _obstack_chunk) + stack->alignment_mask;
	go_to(stack, new_chunk(stack, stack->chunk_size));
	stack->chunk->prev = NULL;
	stack->object_base = stack->next_free = __obstack_align(stack, stack->chunk->contents);
	return 1;
}

int _obstack_begin(struct obstack *stack, size_t size, size_t alignment, void *(*allocate)(size_t), void (*release)(void *))
{
	stack->chunkfun = allocate;
	stack->freefun = release;
	stack->use_extra_arg = 0;
	return begin(stack, size, alignment);
}

int _obstack_begin_1(struct obstack *stack, size_t size, size_t alignment, void *(*allocate)(void *, size_t),
		     void (*release)(void *, void *), void *extra)
{
	stack->chunkfun_extra = allocate;
	stack->freefun_extra = release;
	stack->extra_arg = extra;
	stack->use_extra_arg = 1;
	return begin(stack, size, alignment);
}

/* The object that grows moves into it. A chunk that it had to itself is freed, unless an empty object may lie there. */
void _obstack_newchunk(struct obstack *stack, size_t more)
{
	struct _obstack_chunk *old = stack->chunk, *chunk;
	size_t have = obstack_object_size(stack), want;
	char *base;

	if (__builtin_add_overflow(have, more, &want) ||
	    __builtin_add_overflow(want, have / 8 + sizeof(*chunk) + stack->alignment_mask + 100, &want)) {
		obstack_alloc_failed_handler();
		abort();
	}
	chunk = new_chunk(stack, want > stack->chunk_size ? want : stack->chunk_size);
	base = __obstack_align(stack, chunk->contents);
	memcpy(base, stack->object_base, have);
	chunk->prev = old;
	if (!stack->maybe_empty_object && stack->object_base == __obstack_align(stack, old->contents)) {
		chunk->prev = old->prev;
		free_chunk(stack, old);
	}
	go_to(stack, chunk);
	stack->object_base = base;
	stack->next_free = base + have;
	stack->maybe_empty_object = 0;
}

/* An object may be empty and lie at a chunk's very end. */
static int is_in(const struct _obstack_chunk *chunk, const void *object)
{
	return (uintptr_t)object > (uintptr_t)chunk && (uintptr_t)object <= (uintptr_t)chunk->limit;
}

int _obstack_allocated_p(struct obstack *stack, void *object)
{
	struct _obstack_chunk *chunk = stack->chunk;

	while (chunk && !is_in(chunk, object))
		chunk = chunk->prev;
	return chunk != NULL;
}

void _obstack_free(struct obstack *stack, void *object)
{
	struct _obstack_chunk *chunk = stack->chunk;

	while (chunk && !(object && is_in(chunk, object))) {
		struct _obstack_chunk *previous = chunk->prev;

		free_chunk(stack, chunk);
		chunk = previous;
		/* What ends there may have been followed by an empty object. */
		stack->maybe_empty_object = 1;
	}
	if (chunk) {
		go_to(stack, chunk);
		stack->object_base = stack->next_free = object;
	} else if (object) {
		abort();		/* it is of another stack */
	}
}

size_t _obstack_memory_used(struct obstack *stack)
{
	size_t sum = 0;

	for (const struct _obstack_chunk *chunk = stack->chunk; chunk; chunk = chunk->prev)
		sum += (size_t)(chunk->limit - (const char *)chunk);
	return sum;
}

/* The text grows the object, without a zero behind it. */
int obstack_vprintf(struct obstack *stack, const char *format, va_list arguments)
{
	size_t room = obstack_room(stack);
	va_list again;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(stack->next_free, room, format, arguments);
	if (length >= 0 && (size_t)length >= room) {
		obstack_make_room(stack, (size_t)length + 1);
		length = vsnprintf(stack->next_free, (size_t)length + 1, format, again);
	}
	va_end(again);
	if (length > 0)
		stack->next_free += length;
	return length;
}

int obstack_printf(struct obstack *stack, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = obstack_vprintf(stack, format, arguments);
	va_end(arguments);
	return length;
}
