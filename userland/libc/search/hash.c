/* hsearch(): a table of strings, open addressing, doubled when it is three quarters full. Entries keep their places. */
#include <errno.h>
#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct __hash_slot {
	uint32_t hash;
	ENTRY *entry;			/* NULL: free */
};

static struct hsearch_data table;

static uint32_t hash_of(const char *key)
{
	uint32_t hash = 2166136261u;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 16777619u;
	return hash;
}

/* Where a key is or would be. */
static struct __hash_slot *find(const struct hsearch_data *t, const char *key, uint32_t hash)
{
	for (size_t i = hash & (t->__size - 1);; i = (i + 1) & (t->__size - 1)) {
		struct __hash_slot *slot = &t->__slots[i];

		if (!slot->entry || (slot->hash == hash && !strcmp(slot->entry->key, key)))
			return slot;
	}
}

static int resize(struct hsearch_data *t, size_t size)
{
	struct hsearch_data fresh = { calloc(size, sizeof(struct __hash_slot)), size, t->__used };

	if (!fresh.__slots)
		return 0;
	for (size_t i = 0; i < t->__size; i++)
		if (t->__slots[i].entry)
			*find(&fresh, t->__slots[i].entry->key, t->__slots[i].hash) = t->__slots[i];
	free(t->__slots);
	*t = fresh;
	return 1;
}

int hcreate_r(size_t count, struct hsearch_data *t)
{
	size_t size = 8;

	if (t->__slots) {
		errno = EINVAL;
		return 0;
	}
	if (count > SIZE_MAX / 4 / sizeof(struct __hash_slot)) {
		errno = ENOMEM;
		return 0;
	}
	while (size < count + count / 3 + 1)
		size *= 2;
	return resize(t, size);
}

void hdestroy_r(struct hsearch_data *t)
{
	for (size_t i = 0; i < t->__size; i++)
		free(t->__slots[i].entry);
	free(t->__slots);
	memset(t, 0, sizeof(*t));
}

int hsearch_r(ENTRY item, ACTION action, ENTRY **result, struct hsearch_data *t)
{
	uint32_t hash = hash_of(item.key);
	struct __hash_slot *slot;

	*result = NULL;
	if (!t->__slots) {
		errno = EINVAL;
		return 0;
	}
	slot = find(t, item.key, hash);
	if (!slot->entry && action == FIND) {
		errno = ESRCH;
		return 0;
	}
	if (!slot->entry) {
		ENTRY *entry = malloc(sizeof(*entry));

		if (entry && (t->__used + 1) * 4 > t->__size * 3) {
			if (!resize(t, t->__size * 2)) {
				free(entry);
				return 0;
			}
			slot = find(t, item.key, hash);
		}
		if (!entry)
			return 0;
		*entry = item;
		*slot = (struct __hash_slot){ hash, entry };
		t->__used++;
	}
	*result = slot->entry;
	return 1;
}

int hcreate(size_t count)
{
	return hcreate_r(count, &table);
}

void hdestroy(void)
{
	hdestroy_r(&table);
}

ENTRY *hsearch(ENTRY item, ACTION action)
{
	ENTRY *result;

	hsearch_r(item, action, &result, &table);
	return result;
}
