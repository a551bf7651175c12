/*
 * Faults that are planted in impfs on purpose, one at a time, so that the crash explorer has something to find: debug
 * builds only. `impfs_fault(FAULT_X)` stands where the right thing is left out; in a release it is false at compile time.
 *
 * Writing a name to /proc/impfs-fault switches it on, for all volumes; "none" switches it off; reading lists the names.
 */
#ifndef FS_IMPFS_FAULTS_H
#define FS_IMPFS_FAULTS_H

#include <core/types.h>

struct handle;
struct journal;
struct transaction;

/* Name and what is left out. */
#define IMPFS_FAULTS(X) \
	X(NO_PREFLUSH, "no-preflush")		/* the flush between log and commit block */ \
	X(NO_POSTFLUSH, "no-postflush")		/* the flush after the commit block */ \
	X(NO_DATA, "no-data")			/* a commit's file data is not written */ \
	X(DATA_LATE, "data-late")		/* it is written after the commit */ \
	X(NO_REVOKE, "no-revoke")		/* revokes are not logged */ \
	X(HOME_FIRST, "home-first")		/* blocks go home before the commit */ \
	X(NO_SEAL, "no-commit-checksum")	/* the commit block has no checksum */ \
	X(NO_TAG_SUM, "no-tag-checksum")	/* the blocks in the log have none */ \
	X(LOSE_BLOCK, "lose-log-block")		/* one block of a transaction is not in the log */ \
	X(FORGET_FIRST, "forget-before-home")	/* the log is emptied before its blocks are home */ \
	X(SKIP_HOME, "skip-home")		/* a checkpoint leaves them to write-back */ \
	X(NO_ORPHAN, "no-orphan")		/* inodes are not put on the orphan list */ \
	X(KEEP_ORPHAN, "keep-orphan")		/* nor taken off it */ \
	X(REUSE_FREED, "reuse-freed")		/* freed blocks are used again before the commit */ \
	X(LEAK, "leak")				/* blocks of a truncated file are not given back */ \
	X(FSYNC_EARLY, "fsync-early")		/* fsync waits for no commit */ \
	X(DATASYNC_SIZE, "datasync-size")	/* fdatasync leaves size and map for later */ \
	X(SYNC_EARLY, "sync-early")		/* sync leaves the commit to the next timer */ \
	X(NO_INODE_SUM, "no-inode-checksum")	/* inodes keep their old checksum */ \
	X(NO_BITMAP_SUM, "no-bitmap-checksum")	/* so do bitmaps */ \
	X(SPLIT_RENAME, "split-rename")		/* rename makes two transactions */ \
	X(SPLIT_UNLINK, "split-unlink")		/* unlink does */ \
	X(SPLIT_ACL, "split-acl")		/* a list and its mode do */ \
	X(NO_LINK_COUNT, "no-link-count")	/* a new folder is not counted by the one above */ \
	X(NO_ZERO_TAIL, "no-zero-tail")		/* what a shorter file leaves in its last block stays */ \
	X(LOSE_DATA, "lose-logged-data")	/* a commit does not count the file data that it logs */ \
	X(KEEP_DATA, "keep-logged-data")	/* file data that is in the log is freed without a revoke */ \
	X(DATA_DIRECT, "data-direct")		/* data=journal logs no data of files met from here on */

enum impfs_fault {
	FAULT_NONE,
#define X(id, name) FAULT_##id,
	IMPFS_FAULTS(X)
#undef X
};

#ifdef CONFIG_RELEASE
#define impfs_fault(f) false
#define journal_fault_home(j, t) ((void)0)
#define journal_fault_lose_data(t) ((void)0)
#define impfs_fault_split(h) 0
#else
extern enum impfs_fault impfs_planted;	/* a word; read without a lock */
#define impfs_fault(f) unlikely(impfs_planted == (f))
/* Writes a closed transaction's blocks home at once. */
void journal_fault_home(struct journal *j, struct transaction *t);
/* Revokes the data that a closed transaction has. */
void journal_fault_lose_data(struct transaction *t);
/* In the middle of an operation: commits the first half of it. */
int impfs_fault_split(struct handle *h);
#endif

#endif
