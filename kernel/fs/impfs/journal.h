/*
 * The journal of one impfs volume: a write-ahead log of metadata blocks with ordered data, and of the data of files
 * that ask for it. The format is in abi/impfs.h.
 *
 * One transaction runs and collects changes; at most one commits. A handle is one operation's share of the running
 * transaction: while any handle is open the transaction stays open, so that an operation is committed whole or not at
 * all. Blocks freed in a transaction are not used again before it is committed.
 *
 * A buffer of a transaction is B_PINNED until the commit; then it is dirty and goes home by the usual write-back or
 * when the log needs the space. A buffer that the running transaction wants to change while it belongs to the
 * committing one is copied first (frozen).
 */
#ifndef FS_IMPFS_JOURNAL_H
#define FS_IMPFS_JOURNAL_H

#include <block/bio.h>
#include <core/list.h>
#include <core/mutex.h>
#include <core/wait.h>
#include <core/spinlock.h>

struct impfs;
struct inode;
struct buffer;
struct task;
struct page;

/* Blocks of the running transaction that make journal_room() commit it: a quarter of the log. */
#define JOURNAL_SHARE 4
/* Pages in the pool; a descriptor and the blocks it names go out together. */
#define JOURNAL_POOL 64

struct extent_list {
	struct { u32 start, count; } *items;
	u32 count, room;
};

/*
 * A transaction. While it runs, its lists are guarded by the journal's list_lock; from the moment it is closed they
 * belong to the commit.
 */
struct transaction {
	u64 tid;
	struct list_head buffers;	/* journal_buffer.link */
	struct list_head logged;	/* while it commits: journal_buffer.commit_link */
	u32 nr_buffers;
	struct list_head forgotten;	/* freed metadata: journal_buffer.link */
	struct list_head checkpoint;	/* after the commit: journal_buffer.home, not yet written home */
	struct list_head ordered;	/* impfs_node.ordered: data goes out before the commit */
	struct extent_list freed;	/* usable again after the commit */
	struct extent_list revoked;
	u32 log_start, log_blocks;	/* where it is in the log */
	struct list_head link;		/* journal.committed */
};

/* What a journal needs to know about a buffer. buffer->journal points here; this holds a reference to the buffer. */
struct journal_buffer {
	struct buffer *buffer;
	struct transaction *running;	/* member of it */
	struct transaction *committing;	/* member of it, contents not yet copied to the log */
	struct transaction *home_of;	/* on its checkpoint list */
	struct list_head link;
	struct list_head commit_link;
	struct list_head home;
	u32 log_block;			/* where the transaction home_of has it */
	void *frozen;			/* contents as the committing transaction has to log them; a page */
	u32 seed;			/* start of the checksum at its end; meaningful if tail */
	bool tail;
	bool forgotten;
	bool data;			/* file data; counted in journal.nr_data */
	bool escaped;			/* the log has zero for its first word, which is the journal's magic number */
};

/* Locks: I immutable after mount, c commit_lock, l list_lock, b barrier, a atomic */
struct journal {
	struct impfs *fs;		/* I */
	bool on;			/* I there is a log; false: a commit only makes changes ready for write-back */
	u32 start, blocks;		/* I */
	u32 max_blocks;			/* I a running transaction with more is committed soon */
	struct rwsem barrier;		/* handles read; closing a transaction writes. RANK_JOURNAL */
	struct mutex commit_lock;	/* one commit at a time. RANK_FS_HIGH */
	struct mutex ordered_lock;	/* held while an inode's data is written for a commit. RANK_FS_HIGH, nested */
	spinlock_t list_lock;		/* RANK_INODE_STATE */
	struct transaction *running;	/* b */
	struct transaction *committing;	/* b */
	struct list_head committed;	/* c oldest first */
	u64 next_tid;			/* b; the running transaction's is one less */
	atomic_t nr_data;		/* a journal_buffers of file data: 0 in a volume that logs none */
	u32 load;			/* l buffers of the running transaction; read anywhere */
	u64 committed_tid;		/* c; read anywhere */
	u32 head;			/* c where the next transaction goes */
	u32 used;			/* c log blocks that hold committed transactions */
	int error;			/* a commit failed: nothing more is written */
	struct task *thread;		/* I commits every few seconds */
	struct wait_queue wake;
	bool wanted;
	bool squeezed;			/* memory is short: what is committed goes home at once */
	struct list_head link;		/* pressure.c's */
	struct page **pool;		/* c pages that log blocks are put together in */
};

/* One operation's part of the running transaction. */
struct handle {
	struct impfs *fs;
	u64 tid;
	void *outer;			/* the task's journal_info before: NULL, or the journal in a commit */
};

/* Makes the journal ready. journal_close() undoes it, also after a failure. */
int journal_open(struct impfs *fs);
/* Replays the log onto the device. Called by mount before anything else is read. *found: transactions. */
int journal_replay(struct impfs *fs, u32 *found);
/* Reads or writes n neighbouring blocks of the journal (block 0 is its super), without wrapping. */
int journal_io(struct impfs *fs, enum bio_op op, u32 at, struct page **pages, u32 n, bool durable);
/* Writes the journal super: the log begins with transaction `sequence` at block `head`. page: scratch. */
int journal_write_super(struct impfs *fs, u64 sequence, u32 head, struct page *page);
/* What is to be seen in the journal super; -EUCLEAN if it cannot be right. */
int journal_read_super(struct impfs *fs, struct page *page, u64 *sequence, u32 *head);
u32 journal_seed(const struct impfs *fs, u64 sequence);
static inline u32 journal_next(u32 at, u32 blocks) { return at + 1 == blocks ? 1 : at + 1; }
/* Adds to the last run if it goes on from there. -ENOMEM */
int extent_add(struct extent_list *l, u32 start, u32 count);
void extent_free(struct extent_list *l);
/* A buffer that the journal has no more to do with. Its lock is held. */
void journal_release(struct journal *j, struct journal_buffer *jb);
struct transaction *journal_new_transaction(u64 tid);	/* NULL */
/* Commits the running transaction: 1, or 0 if it was empty (it goes on). commit_lock held. */
int journal_commit_running(struct journal *j);
int journal_checkpoint_locked(struct journal *j);
/* Nothing can be written any more: the filesystem is read-only. Returns err. */
int journal_abort(struct journal *j, int err, const char *what);

/* pressure.c: from when the thread runs until it ends; the thread's part when it finds j->squeezed. */
void journal_pressure_add(struct journal *j);
void journal_pressure_remove(struct journal *j);
void journal_ease(struct journal *j);

/* Starts the thread that commits. */
int journal_start(struct impfs *fs);
/* Commits, writes everything home and stops the thread. */
int journal_stop(struct impfs *fs);
void journal_close(struct impfs *fs);

/*
 * Commits first if the running transaction is large. Before journal_begin(), with no page lock and no handle; where a
 * page lock is held already, the caller has called it before taking that.
 */
void journal_room(struct impfs *fs);
/* Opens a handle: 0, or -EROFS when the filesystem is read-only. Not nested. Waits only for memory-speed work. */
int journal_begin(struct handle *h, struct impfs *fs);
void journal_end(struct handle *h);

/*
 * Before a buffer is changed: makes it part of the transaction. -ENOMEM. The _tail form is for blocks that end with a
 * checksum begun with seed, which is computed when the block is logged.
 */
int journal_access(struct handle *h, struct buffer *b);
int journal_access_tail(struct handle *h, struct buffer *b, u32 seed);
/* As journal_access(), for a block of file data. Its contents are the caller's to fill, also when they were never read. */
int journal_access_data(struct handle *h, struct buffer *b);
static inline bool journal_has_data(const struct journal *j) { return unlikely(atomic_read(&j->nr_data) != 0); }
/*
 * The buffer of a block of file data that the journal still has to do with, referenced: it may be in the log, and what
 * it holds is newer than the disk. NULL: there is none, the disk has the contents and replay will not touch them.
 */
struct buffer *journal_find_data(struct impfs *fs, u32 block);
/* A metadata block, or one of data that journal_find_data() found, was freed: it is neither logged nor written home from here on. Consumes the reference. */
int journal_forget(struct handle *h, struct buffer *b);
/* Blocks that may be used again once the transaction is committed. */
int journal_freed(struct handle *h, u32 start, u32 count);
/* The inode's data has to be on disk before the transaction is. */
void journal_order(struct handle *h, struct inode *inode);
/* The inode goes away: nothing has to be written for it any more, or everything was. */
void journal_unorder(struct inode *inode);

/* Returns when transaction tid is durable. */
int journal_commit(struct impfs *fs, u64 tid);
/* Returns when everything done so far is durable. */
int journal_commit_all(struct impfs *fs);
/* Writes all committed blocks home and empties the log. */
int journal_checkpoint(struct impfs *fs);
/* The transaction that changes belong to now, or the last one. */
u64 journal_tid(struct impfs *fs);

#endif
