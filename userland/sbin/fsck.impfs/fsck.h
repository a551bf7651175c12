/*
 * fsck.impfs: what its passes share. The check goes through the volume as the host's `imposos fsck` does, in the same order
 * and with the same words; it writes nothing. What the log has is read in place of what the blocks have.
 */
#ifndef FSCK_IMPFS_H
#define FSCK_IMPFS_H

#include "../common/impfs.h"

#define S_FMT 0170000u
#define S_REG 0100000u
#define S_DIR 0040000u
#define S_LNK 0120000u

struct entry {
	uint32_t key, ino;
	uint8_t type, length;
	uint8_t *name;		/* malloc()ed; not terminated */
};

/* An inode in use. */
struct known {
	uint32_t ino;
	struct impfs_inode inode;
	uint32_t names, subdirectories, parent;
	int orphan;
	uint32_t *entries, nr_entries;	/* inodes that the directory's good entries name; 0: taken away again */
};

struct volume {
	struct device device;
	struct impfs_superblock super;
	struct impfs_group *groups;	/* as they are, or as they must be where they were wrong */
	uint32_t seed, blocks;
	uint8_t *held;			/* a bit for each block */
	struct known *inodes;		/* in the order they were met */
	uint32_t nr_inodes, room;
	uint32_t *place;		/* of each inode number: index into inodes, plus 1 */
	unsigned problems;
};

/* main.c */
void found(struct volume *v, const char *pass, const char *format, ...) __attribute__((__format__(__printf__, 3, 4)));
struct known *find(struct volume *v, uint32_t ino);
int hold(struct volume *v, uint32_t block);	/* whether nobody held it before */

/* journal.c */
const char *journal_scan(struct volume *v, unsigned *transactions);	/* why it cannot be used, or NULL */
void block_read(struct volume *v, uint32_t block, void *into);
int tail_ok(const void *block, uint32_t seed);	/* whether it ends with its checksum */

/* inodes.c */
void check_inodes(struct volume *v);
int inline_target(const struct impfs_inode *inode);
/* Calls for each data block in order until it returns non-zero. */
void map_each(struct volume *v, const struct known *k, int (*each)(void *context, uint64_t logical, uint32_t block), void *context);

/* acls.c; the inode's xattr block, which is sound */
void check_acls(struct volume *v, const struct known *k, const uint8_t *block);

/* dirs.c, links.c */
void check_directories(struct volume *v);
void check_links(struct volume *v);

static inline int is_directory(const struct known *k)
{
	return k && (k->inode.mode & S_FMT) == S_DIR;
}

#endif
