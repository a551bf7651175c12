/* One block of a directory: a leaf of slots and records, or an index. Works on memory alone; the caller locks. */
#ifndef FS_IMPFS_DIRBLOCK_H
#define FS_IMPFS_DIRBLOCK_H

#include <abi/impfs.h>
#include <core/types.h>

static inline struct impfs_dir_header *dirblock_header(void *block) { return block; }
static inline struct impfs_dir_slot *dirblock_slots(void *block)
{
	return (struct impfs_dir_slot *)((u8 *)block + IMPFS_DIR_HEADER);
}
static inline struct impfs_dir_index *dirblock_index(void *block)
{
	return (struct impfs_dir_index *)((u8 *)block + IMPFS_DIR_HEADER);
}
static inline u32 dirblock_ino(void *block, const struct impfs_dir_slot *slot)
{
	return ((const struct impfs_dir_record *)((u8 *)block + slot->offset))->ino;
}
static inline const char *dirblock_name(void *block, const struct impfs_dir_slot *slot)
{
	return (const char *)block + slot->offset + sizeof(struct impfs_dir_record);
}

/* Makes an empty block. */
void dirblock_format(void *block, u32 ino, u8 level);
/* What is wrong with a block read from disk, or NULL: after this no field leads outside it. */
const char *dirblock_problem(void *block, u32 ino);
/* The first slot whose key is not below key; count if there is none. */
u32 dirblock_search(void *block, u32 key);
/* The index entry whose child a key belongs to. */
u32 dirblock_child(void *block, u32 key);
/* Adds an entry; false if there is no room. */
bool dirblock_insert(void *block, u32 key, const char *name, u32 len, u32 ino, u8 type);
void dirblock_remove(void *block, u32 slot);
/* Adds an index entry at a position; there must be room. */
void dirblock_insert_index(void *block, u32 at, u32 key, u32 child);
/* Moves the upper half into the empty block `to`; the first key there. scratch: a block's worth of memory. */
u32 dirblock_split_leaf(void *block, void *to, void *scratch);
u32 dirblock_split_index(void *block, void *to);

#endif
