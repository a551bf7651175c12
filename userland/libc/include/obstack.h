/*
 * Stacks of objects: each grows at the top until it is finished, and freeing one frees all that came after it.
 *
 * A program says where chunks come from by macros of its own before it uses obstack_init(): obstack_chunk_alloc and
 * obstack_chunk_free, which are called as malloc() and free().
 */
#ifndef LIBC_OBSTACK_H
#define LIBC_OBSTACK_H

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

struct _obstack_chunk {
	char *limit;			/* behind its last byte */
	struct _obstack_chunk *prev;
	char contents[];
};

struct obstack {
	size_t chunk_size;
	struct _obstack_chunk *chunk;
	char *object_base, *next_free, *chunk_limit;
	size_t alignment_mask;
	void *(*chunkfun)(size_t size);
	void (*freefun)(void *chunk);
	void *(*chunkfun_extra)(void *extra, size_t size);	/* instead of those, if they are wished */
	void (*freefun_extra)(void *extra, void *chunk);
	void *extra_arg;
	unsigned maybe_empty_object : 1;	/* something in the chunk may be without length */
	unsigned use_extra_arg : 1;
};

/* Called when there is no memory: it must not return. By itself it says so and ends with obstack_exit_failure. */
extern void (*obstack_alloc_failed_handler)(void);
extern int obstack_exit_failure;

/* Size and alignment 0: the usual ones. 1, for what others look at. */
int _obstack_begin(struct obstack *stack, size_t size, size_t alignment, void *(*allocate)(size_t), void (*release)(void *));
int _obstack_begin_1(struct obstack *stack, size_t size, size_t alignment, void *(*allocate)(void *, size_t),
		     void (*release)(void *, void *), void *extra);
void _obstack_newchunk(struct obstack *stack, size_t more);
void _obstack_free(struct obstack *stack, void *object);
int _obstack_allocated_p(struct obstack *stack, void *object);
size_t _obstack_memory_used(struct obstack *stack);
int obstack_printf(struct obstack *stack, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));
int obstack_vprintf(struct obstack *stack, const char *format, va_list arguments)
	__attribute__((__format__(__printf__, 2, 0)));

#define __OBSTACK_FUNCTIONS(allocate, release) \
	(void *(*)(size_t))(void (*)(void))(allocate), (void (*)(void *))(void (*)(void))(release)
#define obstack_init(stack) _obstack_begin((stack), 0, 0, __OBSTACK_FUNCTIONS(obstack_chunk_alloc, obstack_chunk_free))
#define obstack_begin(stack, size) \
	_obstack_begin((stack), (size), 0, __OBSTACK_FUNCTIONS(obstack_chunk_alloc, obstack_chunk_free))
#define obstack_specify_allocation(stack, size, alignment, allocate, release) \
	_obstack_begin((stack), (size), (alignment), __OBSTACK_FUNCTIONS(allocate, release))
#define obstack_specify_allocation_with_arg(stack, size, alignment, allocate, release, extra) \
	_obstack_begin_1((stack), (size), (alignment), (void *(*)(void *, size_t))(void (*)(void))(allocate), \
			 (void (*)(void *, void *))(void (*)(void))(release), (extra))

#define obstack_chunk_size(stack) ((stack)->chunk_size)
#define obstack_alignment_mask(stack) ((stack)->alignment_mask)
#define obstack_memory_used(stack) _obstack_memory_used(stack)
#define obstack_base(stack) ((void *)(stack)->object_base)
#define obstack_next_free(stack) ((void *)(stack)->next_free)
#define obstack_object_size(stack) ((size_t)((stack)->next_free - (stack)->object_base))
#define obstack_room(stack) ((size_t)((stack)->chunk_limit - (stack)->next_free))
#define obstack_empty_p(stack) \
	(!(stack)->chunk->prev && (stack)->next_free == __obstack_align((stack), (stack)->chunk->contents))
#define obstack_1grow_fast(stack, c) ((void)(*(stack)->next_free++ = (char)(c)))
#define obstack_blank_fast(stack, size) ((void)((stack)->next_free += (size)))
#define obstack_ptr_grow_fast(stack, pointer) __obstack_put_pointer((stack), (pointer))
#define obstack_int_grow_fast(stack, number) __obstack_put_int((stack), (number))

static __inline__ char *__obstack_align(const struct obstack *stack, char *at)
{
	return (char *)(((size_t)at + stack->alignment_mask) & ~stack->alignment_mask);
}

static __inline__ void __obstack_put_pointer(struct obstack *stack, const void *pointer)
{
	memcpy(stack->next_free, &pointer, sizeof(pointer));
	stack->next_free += sizeof(pointer);
}

static __inline__ void __obstack_put_int(struct obstack *stack, int number)
{
	memcpy(stack->next_free, &number, sizeof(number));
	stack->next_free += sizeof(number);
}

static __inline__ void obstack_make_room(struct obstack *stack, size_t size)
{
	if (obstack_room(stack) < size)
		_obstack_newchunk(stack, size);
}

static __inline__ void obstack_blank(struct obstack *stack, int size)
{
	if (size > 0)
		obstack_make_room(stack, (size_t)size);
	stack->next_free += size;
}

static __inline__ void obstack_grow(struct obstack *stack, const void *from, size_t size)
{
	obstack_make_room(stack, size);
	memcpy(stack->next_free, from, size);
	stack->next_free += size;
}

static __inline__ void obstack_grow0(struct obstack *stack, const void *from, size_t size)
{
	obstack_make_room(stack, size + 1);
	memcpy(stack->next_free, from, size);
	stack->next_free += size;
	*stack->next_free++ = '\0';
}

static __inline__ void obstack_1grow(struct obstack *stack, char c)
{
	obstack_make_room(stack, 1);
	*stack->next_free++ = c;
}

static __inline__ void obstack_ptr_grow(struct obstack *stack, const void *pointer)
{
	obstack_make_room(stack, sizeof(pointer));
	__obstack_put_pointer(stack, pointer);
}

static __inline__ void obstack_int_grow(struct obstack *stack, int number)
{
	obstack_make_room(stack, sizeof(number));
	__obstack_put_int(stack, number);
}

static __inline__ void *obstack_finish(struct obstack *stack)
{
	char *object = stack->object_base;

	if (stack->next_free == object)
		stack->maybe_empty_object = 1;
	stack->next_free = __obstack_align(stack, stack->next_free);
	if (stack->next_free > stack->chunk_limit)
		stack->next_free = stack->chunk_limit;
	stack->object_base = stack->next_free;
	return object;
}

static __inline__ void *obstack_alloc(struct obstack *stack, size_t size)
{
	obstack_make_room(stack, size);
	stack->next_free += size;
	return obstack_finish(stack);
}

static __inline__ void *obstack_copy(struct obstack *stack, const void *from, size_t size)
{
	obstack_grow(stack, from, size);
	return obstack_finish(stack);
}

static __inline__ void *obstack_copy0(struct obstack *stack, const void *from, size_t size)
{
	obstack_grow0(stack, from, size);
	return obstack_finish(stack);
}

/* NULL frees all, and the stack has to be begun again. */
static __inline__ void obstack_free(struct obstack *stack, void *object)
{
	_obstack_free(stack, object);
}

#endif
