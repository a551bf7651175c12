/*
 * One block of a directory. Slots are sorted by key and grow upwards from the header; records grow downwards from the
 * checksum. Removed records leave garbage, which is squeezed out when an insertion needs the room.
 */
#include "dirblock.h"

#include <core/string.h>

#define SLOT sizeof(struct impfs_dir_slot)

static inline u32 record_size(u32 name_len)
{
	return (sizeof(struct impfs_dir_record) + name_len + 3) & ~3u;
}

void dirblock_format(void *block, u32 ino, u8 level)
{
	struct impfs_dir_header *head = block;

	memset(block, 0, IMPFS_BLOCK_SIZE);
	head->magic = IMPFS_DIR_MAGIC;
	head->level = level;
	head->ino = ino;
	head->heap = IMPFS_CSUM_OFFSET;
}

static const char *index_problem(void *block)
{
	const struct impfs_dir_header *head = block;
	const struct impfs_dir_index *index = dirblock_index(block);
	u32 i;

	if (head->count == 0 || head->count > IMPFS_DIR_FANOUT)
		return "directory: impossible number of index entries";
	for (i = 2; i < head->count; i++)
		if (index[i].key <= index[i - 1].key)
			return "directory: index out of order";
	return NULL;
}

const char *dirblock_problem(void *block, u32 ino)
{
	const struct impfs_dir_header *head = block;
	const struct impfs_dir_slot *slot = dirblock_slots(block);
	u32 i, used = 0, before = 0;

	if (head->magic != IMPFS_DIR_MAGIC)
		return "directory: no magic number";
	if (head->ino != ino)
		return "directory: block of another one";
	if (head->level >= IMPFS_DIR_LEVELS)
		return "directory: impossible level";
	if (head->level)
		return index_problem(block);
	if (head->heap > IMPFS_CSUM_OFFSET || head->heap < IMPFS_DIR_HEADER + head->count * SLOT)
		return "directory: slots and records overlap";
	for (i = 0; i < head->count; i++, slot++) {
		u32 size = record_size(slot->name_len);

		if (slot->key <= before || slot->key < IMPFS_KEY_MIN || slot->key > IMPFS_KEY_MAX)
			return "directory: impossible key";
		if (slot->name_len == 0 || slot->offset % 4 || slot->offset < head->heap ||
		    slot->offset + size > IMPFS_CSUM_OFFSET)
			return "directory: impossible record";
		used += size;
		before = slot->key;
	}
	if (used + head->garbage != IMPFS_CSUM_OFFSET - head->heap)
		return "directory: wrong count of garbage";
	return NULL;
}

u32 dirblock_search(void *block, u32 key)
{
	const struct impfs_dir_slot *slot = dirblock_slots(block);
	u32 low = 0, high = dirblock_header(block)->count;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (slot[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

u32 dirblock_child(void *block, u32 key)
{
	const struct impfs_dir_index *index = dirblock_index(block);
	u32 low = 0, high = dirblock_header(block)->count - 1u;

	while (low < high) {
		u32 middle = (low + high + 1) / 2;

		if (index[middle].key <= key)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* Packs the records against the end. The lowest gap is closed first to last by offset order of the records. */
static void squeeze(void *block)
{
	struct impfs_dir_header *head = block;
	struct impfs_dir_slot *slot = dirblock_slots(block);
	u32 top = IMPFS_CSUM_OFFSET, below = IMPFS_CSUM_OFFSET, i;

	for (;;) {
		struct impfs_dir_slot *highest = NULL;
		u32 size;

		/* The highest record that was not moved yet: at most 254 rounds over 254 slots, and rarely. */
		for (i = 0; i < head->count; i++)
			if (slot[i].offset < below && (!highest || slot[i].offset > highest->offset))
				highest = &slot[i];
		if (!highest)
			break;
		below = highest->offset;
		size = record_size(highest->name_len);
		top -= size;
		if (top != highest->offset)
			memmove((u8 *)block + top, (u8 *)block + highest->offset, size);
		highest->offset = (u16)top;
	}
	memset((u8 *)block + head->heap, 0, top - head->heap);
	head->heap = (u16)top;
	head->garbage = 0;
}

bool dirblock_insert(void *block, u32 key, const char *name, u32 len, u32 ino, u8 type)
{
	struct impfs_dir_header *head = block;
	struct impfs_dir_slot *slot = dirblock_slots(block);
	u32 size = record_size(len), slots_end = IMPFS_DIR_HEADER + head->count * SLOT, at;
	u32 gap = head->heap - slots_end;
	u8 *record;

	if (gap + head->garbage < size + SLOT)
		return false;
	if (gap < size + SLOT)
		squeeze(block);
	at = dirblock_search(block, key);
	memmove(&slot[at + 1], &slot[at], (head->count - at) * SLOT);
	head->heap -= size;
	head->count++;
	record = (u8 *)block + head->heap;
	*(u32 *)(record + size - 4) = 0;	/* the padding; a name covers the rest */
	((struct impfs_dir_record *)record)->ino = ino;
	__builtin_memcpy(record + sizeof(struct impfs_dir_record), name, len);
	slot[at].key = key;
	slot[at].offset = head->heap;
	slot[at].name_len = (u8)len;
	slot[at].type = type;
	return true;
}

void dirblock_remove(void *block, u32 at)
{
	struct impfs_dir_header *head = block;
	struct impfs_dir_slot *slot = dirblock_slots(block);
	u32 size = record_size(slot[at].name_len);

	if (slot[at].offset == head->heap)
		head->heap += size;
	else
		head->garbage += size;
	head->count--;
	memmove(&slot[at], &slot[at + 1], (head->count - at) * SLOT);
	if (head->count == 0) {
		head->heap = IMPFS_CSUM_OFFSET;
		head->garbage = 0;
	}
}

void dirblock_insert_index(void *block, u32 at, u32 key, u32 child)
{
	struct impfs_dir_header *head = block;
	struct impfs_dir_index *index = dirblock_index(block);

	memmove(&index[at + 1], &index[at], (head->count - at) * sizeof(*index));
	index[at].key = key;
	index[at].block = child;
	head->count++;
}

static void copy_slots(void *to, void *from, u32 first, u32 last)
{
	const struct impfs_dir_slot *slot = dirblock_slots(from);
	u32 i;

	for (i = first; i < last; i++)
		(void)dirblock_insert(to, slot[i].key, dirblock_name(from, &slot[i]), slot[i].name_len,
				      dirblock_ino(from, &slot[i]), slot[i].type);	/* half of a block fits one */
}

u32 dirblock_split_leaf(void *block, void *to, void *scratch)
{
	struct impfs_dir_header *head = scratch;
	const struct impfs_dir_slot *slot = dirblock_slots(scratch);
	u32 total, bytes = 0, cut = 0;

	memcpy(scratch, block, IMPFS_BLOCK_SIZE);
	total = IMPFS_CSUM_OFFSET - head->heap - head->garbage;
	while (cut + 1 < head->count && (cut == 0 || bytes < total / 2))
		bytes += record_size(slot[cut++].name_len);
	dirblock_format(block, head->ino, 0);
	copy_slots(block, scratch, 0, cut);
	copy_slots(to, scratch, cut, head->count);
	return slot[cut].key;
}

u32 dirblock_split_index(void *block, void *to)
{
	struct impfs_dir_header *head = block, *upper = to;
	struct impfs_dir_index *index = dirblock_index(block);
	u32 cut = head->count / 2u, n = head->count - cut;

	__builtin_memcpy(dirblock_index(to), &index[cut], n * sizeof(*index));
	__builtin_memset(&index[cut], 0, n * sizeof(*index));
	upper->count = (u16)n;
	head->count = (u16)cut;
	return dirblock_index(to)[0].key;
}
