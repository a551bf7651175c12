/*
 * Sorting by merging, which takes the fewest comparisons and keeps equal elements in their order, with half a copy of
 * the elements beside them; without memory for that, heap sort, in place and never worse than n log n. Binary search.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef int (*compare_function)(const void *, const void *, void *);

struct sort {
	char *base;
	size_t size;
	compare_function compare;
	void *context;
	char *spare;
};

#define SMALL 2048		/* bytes of spare room on the stack */
#define LARGE_ELEMENT 64	/* larger ones are sorted by pointers to them */

static void swap(const struct sort *sort, size_t i, size_t j)
{
	char *a = sort->base + i * sort->size, *b = sort->base + j * sort->size;
	char saved[256];

	for (size_t left = sort->size; left > 0;) {
		size_t part = left < sizeof(saved) ? left : sizeof(saved);

		memcpy(saved, a, part);
		memcpy(a, b, part);
		memcpy(b, saved, part);
		a += part;
		b += part;
		left -= part;
	}
}

static int less(const struct sort *sort, size_t i, size_t j)
{
	return sort->compare(sort->base + i * sort->size, sort->base + j * sort->size, sort->context) < 0;
}

static void sift(const struct sort *sort, size_t root, size_t count)
{
	for (;;) {
		size_t child = 2 * root + 1;

		if (child >= count)
			return;
		if (child + 1 < count && less(sort, child, child + 1))
			child++;
		if (!less(sort, root, child))
			return;
		swap(sort, root, child);
		root = child;
	}
}

static void heap_sort(const struct sort *sort, size_t count)
{
	for (size_t i = count / 2; i > 0; i--)
		sift(sort, i - 1, count);
	for (size_t i = count; i > 1; i--) {
		swap(sort, 0, i - 1);
		sift(sort, 0, i - 1);
	}
}

/* Elements of one word: the lower half goes aside and is merged with the upper one from below. */
static void merge_words(const struct sort *sort, uint32_t *base, size_t count)
{
	size_t half = count / 2;
	uint32_t *aside = (uint32_t *)(void *)sort->spare, *end = aside + half, *upper = base + half, *last = base + count;
	compare_function compare = sort->compare;
	void *context = sort->context;

	if (count == 2) {
		if (compare(base, base + 1, context) > 0) {
			uint32_t first = base[0];

			base[0] = base[1];
			base[1] = first;
		}
		return;
	}
	if (half > 1)
		merge_words(sort, base, half);
	merge_words(sort, upper, count - half);
	/* What is in order already stays. */
	if (compare(upper - 1, upper, context) <= 0)
		return;
	memcpy(aside, base, half * sizeof(*base));
	while (aside < end) {
		if (upper == last) {
			memcpy(base, aside, (size_t)(end - aside) * sizeof(*base));
			break;
		}
		*base++ = compare(aside, upper, context) <= 0 ? *aside++ : *upper++;
	}
}

static void merge_any(const struct sort *sort, char *base, size_t count)
{
	size_t half = count / 2, size = sort->size;
	char *aside = sort->spare, *end = aside + half * size, *upper = base + half * size, *last = base + count * size;

	if (half > 1)
		merge_any(sort, base, half);
	if (count - half > 1)
		merge_any(sort, upper, count - half);
	if (sort->compare(upper - size, upper, sort->context) <= 0)
		return;
	memcpy(aside, base, half * size);
	while (aside < end) {
		if (upper == last) {
			memcpy(base, aside, (size_t)(end - aside));
			break;
		}
		if (sort->compare(aside, upper, sort->context) <= 0) {
			memcpy(base, aside, size);
			aside += size;
		} else {
			memcpy(base, upper, size);
			upper += size;
		}
		base += size;
	}
}

static int compare_pointers(const void *a, const void *b, void *context)
{
	const struct sort *sort = context;

	return sort->compare(*(char *const *)a, *(char *const *)b, sort->context);
}

/* Sorts pointers, then moves each element once, along the circles of who takes whose place. */
static int sort_by_pointers(const struct sort *sort, size_t count)
{
	char **pointers = malloc((count + count / 2) * sizeof(*pointers) + sort->size), *held;
	struct sort inner = { (char *)pointers, sizeof(*pointers), compare_pointers, (void *)sort, NULL };

	if (!pointers)
		return -1;
	inner.spare = (char *)(pointers + count);
	held = (char *)(pointers + count + count / 2);
	for (size_t i = 0; i < count; i++)
		pointers[i] = sort->base + i * sort->size;
	merge_words(&inner, (uint32_t *)(void *)pointers, count);
	for (size_t i = 0; i < count; i++) {
		char *place = sort->base + i * sort->size;
		size_t hole = i;

		if (pointers[i] == place)
			continue;
		memcpy(held, place, sort->size);
		for (;;) {
			char *to = sort->base + hole * sort->size, *from = pointers[hole];

			pointers[hole] = to;
			if (from == place)
				break;
			memcpy(to, from, sort->size);
			hole = (size_t)(from - sort->base) / sort->size;
		}
		memcpy(sort->base + hole * sort->size, held, sort->size);
	}
	free(pointers);
	return 0;
}

void qsort_r(void *base, size_t count, size_t size, compare_function compare, void *context)
{
	struct sort sort = { base, size, compare, context, NULL };
	uint32_t small[SMALL / sizeof(uint32_t)];
	size_t room;

	if (count < 2 || !size)
		return;
	if (size > LARGE_ELEMENT && count <= SIZE_MAX / 2 / sizeof(char *) && !sort_by_pointers(&sort, count))
		return;
	room = count / 2 * size;
	sort.spare = room <= sizeof(small) ? (char *)small : malloc(room);
	if (!sort.spare) {
		heap_sort(&sort, count);
		return;
	}
	if (size == sizeof(uint32_t) && (uintptr_t)base % sizeof(uint32_t) == 0)
		merge_words(&sort, base, count);
	else
		merge_any(&sort, base, count);
	if (sort.spare != (char *)small)
		free(sort.spare);
}

/* A function with fewer parameters than it is given finds those it has: arguments lie on the stack in order. */
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	qsort_r(base, count, size, (compare_function)(void (*)(void))compare, NULL);
}

void *bsearch(const void *key, const void *base, size_t count, size_t size,
	      int (*compare)(const void *, const void *))
{
	const char *low = base;

	while (count > 0) {
		const char *middle = low + count / 2 * size;
		int order = compare(key, middle);

		if (!order)
			return (void *)middle;
		if (order > 0) {
			low = middle + size;
			count -= count / 2 + 1;
		} else {
			count /= 2;
		}
	}
	return NULL;
}
