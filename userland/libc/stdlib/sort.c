/* Heap sort (in place, never worse than n log n) and binary search. */
#include <stdlib.h>
#include <string.h>

struct sort {
	char *base;
	size_t size;
	int (*compare)(const void *, const void *, void *);
	void *context;
};

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

void qsort_r(void *base, size_t count, size_t size,
	     int (*compare)(const void *, const void *, void *), void *context)
{
	struct sort sort = { base, size, compare, context };

	for (size_t i = count / 2; i > 0; i--)
		sift(&sort, i - 1, count);
	for (size_t i = count; i > 1; i--) {
		swap(&sort, 0, i - 1);
		sift(&sort, 0, i - 1);
	}
}

static int plain(const void *a, const void *b, void *compare)
{
	return ((int (*)(const void *, const void *))compare)(a, b);
}

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	qsort_r(base, count, size, plain, (void *)compare);
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
