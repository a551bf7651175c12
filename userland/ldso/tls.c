/*
 * Thread-local storage of many modules. Those that are there at the start have places below the thread block;
 * some room is left for later ones that insist on such a place. All others are allocated when a thread first
 * touches them, and found through its vector, by number.
 */
#include <string.h>
#include "ldso.h"

#define SURPLUS 2048u
#define NUMBERS 4096u

static struct map *by_number[NUMBERS];	/* from 1 */
static size_t numbers, used;

static size_t place(const struct tls_module *module)
{
	size_t align = module->align, skew = (uintptr_t)module->image & (align - 1);
	size_t offset = (used + module->size + align - 1) & -align;

	/* The image's beginning lies as far from a boundary as in the file. */
	return skew ? offset + align - skew : offset;
}

/* At the start: a place for a map's variables. The program's comes first. */
void dl_place_tls(struct map *map)
{
	static struct tls_module **end = &__tls_modules;

	if (!map->has_tls || map->tls_placed)
		return;
	map->tls_placed = 1;
	map->tls.offset = place(&map->tls);
	if (map->tls.align > __tls_align)
		__tls_align = map->tls.align;
	used = map->tls.offset;
	*end = &map->tls;
	end = &map->tls.next;
	(void)dl_number_tls(map);	/* the first hundred do not fail */
	__tls_size = (used + SURPLUS + __tls_align - 1) & -__tls_align;
}

int dl_number_tls(struct map *map)
{
	size_t number = 1;

	if (map->tls.number)
		return 0;
	while (number < NUMBERS && by_number[number])
		number++;
	if (number == NUMBERS)
		return dl_fail("%s: too many libraries with thread-local storage", dl_label(map));
	by_number[number] = map;
	if (number > numbers)
		numbers = number;
	map->tls.number = number;
	return 0;
}

/* Later: a place in the room that is left, in every thread that lives. */
int dl_need_static_tls(struct map *map)
{
	struct thread *first = thread_self(), *thread;
	sigset_t mask;
	size_t offset = place(&map->tls);

	if (map->tls.number || offset > __tls_size || map->tls.align > __tls_align)
		return dl_fail("%s: no room left in static thread-local storage", dl_label(map));
	__block_all(&mask);
	__lock(&__threads_lock);
	map->tls.offset = offset;
	map->tls_placed = 1;
	map->no_delete = 1;
	used = offset;
	map->tls.next = __tls_modules;
	__tls_modules = &map->tls;
	thread = first;
	do {
		memcpy((char *)thread - offset, map->tls.image, map->tls.file_size);
		memset((char *)thread - offset + map->tls.file_size, 0, map->tls.size - map->tls.file_size);
		thread = thread->next;
	} while (thread != first);
	__unlock(&__threads_lock);
	__restore_mask(&mask);
	return dl_number_tls(map);
}

/* The map goes: no thread keeps its variables. */
void dl_forget_tls(struct map *map)
{
	struct thread *first = thread_self(), *thread = first;
	size_t number = map->tls.number;
	sigset_t mask;

	if (!number)
		return;
	__block_all(&mask);
	__lock(&__threads_lock);
	do {
		if (thread->dtv && (size_t)thread->dtv[0] >= number) {
			__libc_free(thread->dtv[number]);
			thread->dtv[number] = NULL;
		}
		thread = thread->next;
	} while (thread != first);
	by_number[number] = NULL;
	__unlock(&__threads_lock);
	__restore_mask(&mask);
}

struct index {
	size_t number, offset;
};
void *__tls_address(const struct index *index) HIDDEN;

__attribute__((noreturn)) static void no_memory(void)
{
	dl_fail("no memory for thread-local variables");
	dl_fatal(NULL);
}

static void *provide(struct thread *self, size_t number)
{
	const struct tls_module *module;
	char *block;

	if (!number || number > numbers || !by_number[number])
		no_memory();
	module = &by_number[number]->tls;
	if (!self->dtv || (size_t)self->dtv[0] < number) {
		size_t count = numbers + 8, old = self->dtv ? (size_t)self->dtv[0] + 1 : 1;
		void **more = __libc_calloc(count + 1, sizeof(*more));

		if (!more)
			no_memory();
		__lock(&__threads_lock);
		if (self->dtv)
			memcpy(more, self->dtv, old * sizeof(*more));
		__libc_free(self->dtv);
		more[0] = (void *)count;
		self->dtv = more;
		__unlock(&__threads_lock);
	}
	if (module->offset)
		return (char *)self - module->offset;
	block = __libc_memalign(module->align > 16 ? module->align : 16, module->size);
	if (!block)
		no_memory();
	memcpy(block, module->image, module->file_size);
	memset(block + module->file_size, 0, module->size - module->file_size);
	self->dtv[number] = block;
	return block;
}

void *__tls_address(const struct index *index)
{
	struct thread *self = thread_self();
	void **vector = self->dtv;
	char *block;

	if (vector && (size_t)vector[0] >= index->number && vector[index->number])
		return (char *)vector[index->number] + index->offset;
	if (index->number && index->number <= numbers && by_number[index->number] &&
	    by_number[index->number]->tls.offset)
		return (char *)self - by_number[index->number]->tls.offset + index->offset;
	block = provide(self, index->number);
	return block + index->offset;
}

/* A thread ends. */
void __tls_thread_exit(void) HIDDEN;
void __tls_thread_exit(void)
{
	struct thread *self = thread_self();
	void **vector = self->dtv;

	if (!vector)
		return;
	__lock(&__threads_lock);
	self->dtv = NULL;
	__unlock(&__threads_lock);
	for (size_t i = 1; i <= (size_t)vector[0]; i++)
		__libc_free(vector[i]);
	__libc_free(vector);
}
