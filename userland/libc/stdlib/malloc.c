/*
 * The allocator: size classes over a heap that grows by the break, and mappings for large blocks.
 *
 * Every block has a header of 8 bytes before it and is aligned to 16:
 *
 *	| size of the previous block | size of this block and flags | user's bytes ... |
 *
 * Sizes count the header and are multiples of 16. A block that is mapped on its own (MAPPED) keeps the
 * bytes between the start of its mapping and itself in the first word. Free blocks of the heap hold
 * two list links; neighbours that are free are always merged, so no two free blocks touch. The heap
 * is a series of regions, each of which ends in a block of size 0 that counts as used, so that
 * somebody else's use of the break, or a kernel without one, only costs a new region.
 *
 * The heap is one, under heap_lock. Each thread keeps some small blocks that it has freed for itself: they
 * count as used in the heap and carry CACHED, so that freeing one again is noticed.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "thread.h"

/*
 * The names inside the library: a program may put functions of its own in the place of the public ones, and
 * then those here must not call them.
 */
#define malloc __libc_malloc
#define calloc __libc_calloc
#define realloc __libc_realloc
#define free __libc_free
#define memalign __libc_memalign
#define malloc_usable_size __libc_malloc_usable_size
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *memory, size_t size);
void free(void *memory);
void *memalign(size_t alignment, size_t size);
size_t malloc_usable_size(void *memory);

#define USED	1u
#define MAPPED	2u
#define CACHED	4u
#define FLAGS	15u
#define HEADER	8u
#define MINIMUM 32u			/* header, two links, and the alignment */
#define LARGE	(128u * 1024)		/* from here on blocks are mapped */
#define REGION	(64u * 1024)
#define BINS	80
#define CACHE_LIMIT 512u		/* largest block that a thread keeps */
#define CACHE_DEPTH 16			/* of each size */

struct block {
	uint32_t previous;		/* size of the block before, 0 for the first; of MAPPED ones, see above */
	uint32_t size;			/* and flags */
	struct block *next, *last;	/* of free blocks: neighbours in the bin */
};

static struct block bins[BINS];		/* heads of rings */
static uint32_t occupied[(BINS + 31) / 32];
static struct block *heap_end;		/* the end marker of the newest region */
static volatile int heap_lock;
static __thread struct {
	struct block *first[CACHE_LIMIT / 16 + 1];
	unsigned char count[CACHE_LIMIT / 16 + 1];
} cache;

void __malloc_fork(int stage);
void __malloc_thread_exit(void);

static void lock(void)
{
	if (__threaded)
		__lock(&heap_lock);
}

static void unlock(void)
{
	if (__threaded)
		__unlock(&heap_lock);
}

void __malloc_fork(int stage)
{
	__fork_lock(&heap_lock, stage);
}

static uint32_t size_of(const struct block *block)
{
	return block->size & ~FLAGS;
}

static struct block *after(struct block *block)
{
	return (struct block *)((char *)block + size_of(block));
}

static struct block *block_of(void *memory)
{
	return (struct block *)((char *)memory - HEADER);
}

static void *memory_of(struct block *block)
{
	return (char *)block + HEADER;
}

/* Exact bins for every 16 bytes up to 512, then four for every doubling. */
static unsigned bin_of(uint32_t size)
{
	unsigned order, bin;

	if (size < 512)
		return size / 16;
	order = 31 - (unsigned)__builtin_clz(size);
	bin = 32 + (order - 9) * 4 + ((size >> (order - 2)) & 3);
	return bin < BINS ? bin : BINS - 1;
}

static void insert(struct block *block)
{
	unsigned bin = bin_of(block->size);
	struct block *head = &bins[bin];

	if (!head->next)
		head->next = head->last = head;
	block->next = head->next;
	block->last = head;
	head->next->last = block;
	head->next = block;
	occupied[bin / 32] |= 1u << (bin % 32);
}

static void take_out(struct block *block)
{
	unsigned bin = bin_of(size_of(block));

	block->next->last = block->last;
	block->last->next = block->next;
	if (bins[bin].next == &bins[bin])
		occupied[bin / 32] &= ~(1u << (bin % 32));
}

static _Noreturn void corrupt(const char *what)
{
	(void)!write(2, what, strlen(what));	/* whether anybody hears it or not */
	abort();
}

/* Cuts a block that is not in a bin to size; the rest becomes free. */
static void split(struct block *block, uint32_t size)
{
	uint32_t rest = size_of(block) - size;
	struct block *tail, *next;

	if (rest < MINIMUM)
		return;
	block->size = size | (block->size & FLAGS);
	tail = after(block);
	tail->previous = size;
	tail->size = rest;
	next = after(tail);
	if (!(next->size & USED)) {
		take_out(next);
		tail->size += size_of(next);
		next = after(tail);
	}
	next->previous = size_of(tail);
	insert(tail);
}

/* Makes a block free and merges it with its neighbours; leaves it in no bin. */
static struct block *merge(struct block *block)
{
	struct block *next = after(block);

	block->size &= ~USED;
	if (!(next->size & USED)) {
		take_out(next);
		block->size += size_of(next);
	}
	if (block->previous) {
		struct block *before = (struct block *)((char *)block - block->previous);

		if (!(before->size & USED)) {
			take_out(before);
			before->size += size_of(block);
			block = before;
		}
	}
	after(block)->previous = size_of(block);
	return block;
}

/* More heap, as one free block of at least size bytes that is in no bin, or NULL. */
static struct block *grow(uint32_t size)
{
	uint32_t want = (size + 2 * HEADER + 16 + REGION - 1) & -REGION;
	char *start = sbrk((intptr_t)want);
	struct block *block, *end;
	uintptr_t first;

	if (start == (char *)-1) {
		start = mmap(NULL, want, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (start == MAP_FAILED)
			return NULL;
	}
	end = (struct block *)((((uintptr_t)start + want - 16) & ~(uintptr_t)15) + 16 - HEADER);
	if (heap_end && (char *)heap_end + HEADER == start) {
		/* The new bytes follow the old: the end marker becomes their header. */
		block = heap_end;
		block->size = (uint32_t)((char *)end - (char *)block) | USED;
	} else {
		first = (((uintptr_t)start + HEADER + 15) & ~(uintptr_t)15) - HEADER;
		block = (struct block *)first;
		block->previous = 0;
		block->size = (uint32_t)((char *)end - (char *)block) | USED;
	}
	end->size = 0 | USED;
	end->previous = size_of(block);
	heap_end = end;
	return merge(block);
}

static struct block *find(uint32_t size)
{
	unsigned bin = bin_of(size);

	/* In its own bin beyond the exact ones, blocks may be too small. */
	if (bins[bin].next)
		for (struct block *block = bins[bin].next; block != &bins[bin]; block = block->next)
			if (block->size >= size) {
				take_out(block);
				return block;
			}
	for (unsigned word = (bin + 1) / 32; word < (BINS + 31) / 32; word++) {
		uint32_t mask = occupied[word];

		if (word == (bin + 1) / 32)
			mask &= ~0u << ((bin + 1) % 32);
		if (mask) {
			struct block *block = bins[word * 32 + (unsigned)__builtin_ctz(mask)].next;

			take_out(block);
			return block;
		}
	}
	return grow(size);
}

static void *map(size_t size, size_t alignment)
{
	size_t pad = alignment > 16 ? alignment : 16, total;
	struct block *block;
	char *start;
	uintptr_t memory;

	if (__builtin_add_overflow(size, pad + HEADER + 4095, &total) || total > PTRDIFF_MAX) {
		errno = ENOMEM;
		return NULL;
	}
	total &= ~(size_t)4095;
	start = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED) {
		errno = ENOMEM;
		return NULL;
	}
	memory = ((uintptr_t)start + HEADER + pad - 1) & -(uintptr_t)pad;
	block = block_of((void *)memory);
	block->previous = (uint32_t)((char *)block - start);
	/* From the header to the end of the mapping: a multiple of 8, kept above the flags of 4 bits. */
	block->size = (uint32_t)((((start + total) - (char *)block) & ~15) | USED | MAPPED);
	return (void *)memory;
}

/* What a block for so many bytes, fewer than LARGE, takes. */
static uint32_t needed(size_t size)
{
	uint32_t need = ((uint32_t)size + HEADER + 15) & ~15u;

	return need < MINIMUM ? MINIMUM : need;
}

void *malloc(size_t size)
{
	struct block *block;
	uint32_t need;

	if (size >= LARGE)
		return map(size, 16);
	need = needed(size);
	if (need <= CACHE_LIMIT && cache.first[need / 16]) {
		block = cache.first[need / 16];
		cache.first[need / 16] = block->next;
		cache.count[need / 16]--;
		block->size &= ~CACHED;
		return memory_of(block);
	}
	lock();
	block = find(need);
	if (block) {
		block->size |= USED;
		split(block, need);
	}
	unlock();
	if (block)
		return memory_of(block);
	errno = ENOMEM;
	return NULL;
}

/* The whole mapping around a MAPPED block. */
static char *mapping(struct block *block, size_t *length)
{
	char *start = (char *)block - block->previous;

	*length = ((size_t)block->previous + size_of(block) + 4095) & ~(size_t)4095;
	return start;
}

void free(void *memory)
{
	struct block *block;
	uint32_t size;

	if (!memory)
		return;
	block = block_of(memory);
	if ((block->size & (USED | CACHED)) != USED || (uintptr_t)memory % 16)
		corrupt("free(): not an allocated block\n");
	size = size_of(block);
	if (block->size & MAPPED) {
		int error = errno;
		size_t length;
		char *start = mapping(block, &length);

		(void)munmap(start, length);	/* nothing to be done about a failure */
		errno = error;
	} else if (size <= CACHE_LIMIT && cache.count[size / 16] < CACHE_DEPTH) {
		block->size |= CACHED;
		block->next = cache.first[size / 16];
		cache.first[size / 16] = block;
		cache.count[size / 16]++;
	} else {
		lock();
		insert(merge(block));
		unlock();
	}
}

/* Whatever the ending thread kept goes back to the heap. */
void __malloc_thread_exit(void)
{
	lock();
	for (size_t i = 0; i < sizeof(cache.first) / sizeof(cache.first[0]); i++)
		while (cache.first[i]) {
			struct block *block = cache.first[i];

			cache.first[i] = block->next;
			block->size &= ~CACHED;
			insert(merge(block));
		}
	unlock();
	memset(&cache, 0, sizeof(cache));
}

void *calloc(size_t count, size_t size)
{
	size_t total;
	void *memory;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	memory = malloc(total);
	/* Fresh mappings are zero already. */
	if (memory && !(block_of(memory)->size & MAPPED))
		memset(memory, 0, total);
	return memory;
}

size_t malloc_usable_size(void *memory)
{
	return memory ? size_of(block_of(memory)) - HEADER : 0;
}

/* Grows a block of the heap into the free block behind it, if that is enough. */
static int extend(struct block *block, uint32_t need)
{
	struct block *next = after(block);

	if (next->size & USED || size_of(block) + next->size < need)
		return 0;
	take_out(next);
	block->size += size_of(next);
	after(block)->previous = size_of(block);
	return 1;
}

void *realloc(void *memory, size_t size)
{
	struct block *block;
	size_t usable;
	void *fresh;

	if (!memory)
		return malloc(size);
	block = block_of(memory);
	usable = malloc_usable_size(memory);
	if (block->size & MAPPED) {
		size_t length, want;
		char *start = mapping(block, &length);
		uint32_t offset = block->previous;	/* the block is gone when the mapping has moved */

		if (size <= usable && size >= LARGE / 2 && size >= usable / 2)
			return memory;
		if (size >= LARGE && !__builtin_add_overflow(size, offset + HEADER + 15 + 4095, &want) &&
		    want <= PTRDIFF_MAX) {
			want &= ~(size_t)4095;
			start = mremap(start, length, want, MREMAP_MAYMOVE);
			if (start != MAP_FAILED) {
				block = (struct block *)(start + offset);
				block->size = (uint32_t)(((want - offset) & ~15u) | USED | MAPPED);
				return memory_of(block);
			}
		}
	} else if (size < LARGE) {
		uint32_t need = needed(size);
		int fits;

		lock();
		fits = need <= size_of(block) || extend(block, need);
		if (fits)
			split(block, need);
		unlock();
		if (fits)
			return memory;
	}
	fresh = malloc(size);
	if (!fresh)
		return NULL;
	memcpy(fresh, memory, size < usable ? size : usable);
	free(memory);
	return fresh;
}

void *memalign(size_t alignment, size_t size)
{
	struct block *block, *aligned;
	uintptr_t memory;
	char *wide;

	if (!alignment || alignment & (alignment - 1)) {
		errno = EINVAL;
		return NULL;
	}
	if (alignment <= 16)
		return malloc(size);
	if (size >= LARGE || alignment >= LARGE || size + alignment + MINIMUM >= LARGE)
		return map(size, alignment);
	wide = malloc(size + alignment + MINIMUM);
	if (!wide)
		return NULL;
	lock();
	block = block_of(wide);
	memory = ((uintptr_t)wide + alignment - 1) & -alignment;
	if (memory != (uintptr_t)wide) {
		uint32_t gap;

		/* The part in front must be able to stand as a free block. */
		while (memory - (uintptr_t)wide < MINIMUM)
			memory += alignment;
		aligned = block_of((void *)memory);
		gap = (uint32_t)((char *)aligned - (char *)block);
		aligned->previous = gap;
		aligned->size = (size_of(block) - gap) | USED;
		after(aligned)->previous = size_of(aligned);
		block->size = gap | USED;
		insert(merge(block));
		block = aligned;
	}
	split(block, needed(size));
	unlock();
	return memory_of(block);
}

#undef malloc
#undef calloc
#undef realloc
#undef free
#undef memalign
#undef malloc_usable_size
#define PUBLIC(name) extern __typeof__(name) name __attribute__((alias("__libc_" #name)))
PUBLIC(malloc);
PUBLIC(calloc);
PUBLIC(realloc);
PUBLIC(free);
PUBLIC(memalign);
PUBLIC(malloc_usable_size);

void *reallocarray(void *memory, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(memory, total);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	int error = errno;
	void *fresh;

	if (alignment % sizeof(void *) || !alignment || alignment & (alignment - 1))
		return EINVAL;
	fresh = memalign(alignment, size);
	if (!fresh) {
		errno = error;
		return ENOMEM;
	}
	*memory = fresh;
	return 0;
}
