/* Searching arrays from end to end, and the links of lists. */
#include <search.h>
#include <string.h>

void *lfind(const void *key, const void *base, size_t *count, size_t width, int (*compare)(const void *, const void *))
{
	const char *at = base;

	for (size_t i = 0; i < *count; i++, at += width)
		if (!compare(key, at))
			return (void *)at;
	return NULL;
}

void *lsearch(const void *key, void *base, size_t *count, size_t width, int (*compare)(const void *, const void *))
{
	void *found = lfind(key, base, count, width, compare);

	return found ? found : memcpy((char *)base + (*count)++ * width, key, width);
}

void insque(void *element, void *previous)
{
	struct qelem *e = element, *p = previous;

	e->q_back = p;
	e->q_forw = p ? p->q_forw : NULL;
	if (!p)
		return;
	if (p->q_forw)
		p->q_forw->q_back = e;
	p->q_forw = e;
}

void remque(void *element)
{
	struct qelem *e = element;

	if (e->q_forw)
		e->q_forw->q_back = e->q_back;
	if (e->q_back)
		e->q_back->q_forw = e->q_forw;
}
