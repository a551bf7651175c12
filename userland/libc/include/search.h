/* Tables for searching: hashed, trees, plain arrays, linked lists. */
#ifndef LIBC_SEARCH_H
#define LIBC_SEARCH_H

#define __need_size_t
#include <stddef.h>

typedef struct entry {
	char *key;
	void *data;
} ENTRY;

typedef enum { FIND, ENTER } ACTION;
typedef enum { preorder, postorder, endorder, leaf } VISIT;

struct qelem {
	struct qelem *q_forw;
	struct qelem *q_back;
	char q_data[1];
};

/* What the _r functions work on; all zero before hcreate_r(). */
struct hsearch_data {
	struct __hash_slot *__slots;
	size_t __size, __used;
};

int hcreate(size_t count);
void hdestroy(void);
ENTRY *hsearch(ENTRY item, ACTION action);
int hcreate_r(size_t count, struct hsearch_data *table);
void hdestroy_r(struct hsearch_data *table);
int hsearch_r(ENTRY item, ACTION action, ENTRY **result, struct hsearch_data *table);

void *tdelete(const void *__restrict key, void **__restrict root, int (*compare)(const void *, const void *));
void tdestroy(void *root, void (*destroy)(void *key));
void *tfind(const void *key, void *const *root, int (*compare)(const void *, const void *));
void *tsearch(const void *key, void **root, int (*compare)(const void *, const void *));
void twalk(const void *root, void (*action)(const void *node, VISIT which, int depth));
void twalk_r(const void *root, void (*action)(const void *node, VISIT which, void *closure), void *closure);

void *lfind(const void *key, const void *base, size_t *count, size_t width, int (*compare)(const void *, const void *));
void *lsearch(const void *key, void *base, size_t *count, size_t width, int (*compare)(const void *, const void *));

void insque(void *element, void *previous);
void remque(void *element);

#endif
