/*
 * The inode cache: inodes by (superblock, number), an LRU of unused ones, each superblock's list of all and of dirty
 * ones.
 *
 * Invariants (icache_lock): an inode with count 0 is on the LRU, or being freed (I_FREEING); I_NEW is set from
 * iget_locked() until its caller has filled the inode; an inode is on sb->dirty while it has I_DIRTY or I_DIRTY_PAGES
 * and is not being written by someone. Filesystems that embed struct inode supply alloc_inode() and free_inode().
 */
#include <core/init.h>
#include <core/time.h>
#include <fs/acl.h>
#include <fs/chrdev.h>
#include <fs/internal.h>
#include <fs/pagecache.h>
#include <block/bio.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <abi/capability.h>
#include <abi/mount.h>

#define HASH_BITS 12

DEFINE_SPINLOCK(icache_lock, RANK_ICACHE);
static struct hlist_head table[1u << HASH_BITS];
static LIST_HEAD(lru);
static unsigned long nr_inodes, nr_unused;
static struct kmem_cache *cache;
static DEFINE_WAIT_QUEUE(freeing_wait);		/* somebody waits for an inode to be gone */

static inline struct hlist_head *bucket(const struct super_block *sb, ino_t ino)
{
	return &table[(((u32)ino ^ (u32)(ino >> 32) ^ ((u32)sb >> 6)) * 0x61C88647u) >> (32 - HASH_BITS)];
}

void inode_init_once(struct inode *i)
{
	memset(i, 0, sizeof(*i));
	rwsem_init(&i->rwsem, RANK_INODE);
	spin_lock_init(&i->lock, RANK_INODE_STATE);
	mapping_init(&i->data, i, NULL);
	list_init(&i->lru);
	list_init(&i->sb_link);
	list_init(&i->wb_link);
	list_init(&i->dentries);
	list_init(&i->watches);
	wait_queue_init(&i->state_wait);
}

static struct inode *alloc(struct super_block *sb)
{
	struct inode *i;

	if (sb->op && sb->op->alloc_inode) {
		i = sb->op->alloc_inode(sb);
	} else {
		i = kmem_cache_alloc(cache, GFP_KERNEL);
		if (i)
			inode_init_once(i);
	}
	if (!i)
		return NULL;
	i->sb = sb;
	i->mapping = &i->data;
	i->data.host = i;
	i->nlink = 1;
	atomic_set(&i->count, 1);
	return i;
}

static void free_inode(struct inode *i)
{
	if (i->locks)
		locks_free_inode(i);
	acl_free(i->acl);
	acl_free(i->default_acl);
	if (i->sb->op && i->sb->op->free_inode)
		i->sb->op->free_inode(i);
	else
		kmem_cache_free(cache, i);
}

struct inode *new_inode(struct super_block *sb)
{
	struct inode *i = alloc(sb);

	if (!i)
		return NULL;
	spin_lock(&icache_lock);
	list_add(&i->sb_link, &sb->inodes);
	nr_inodes++;
	spin_unlock(&icache_lock);
	return i;
}

void inode_hash(struct inode *i)
{
	spin_lock(&icache_lock);
	hlist_add_head(&i->hash, bucket(i->sb, i->ino));
	spin_unlock(&icache_lock);
}

void inode_wait_state(struct inode *i, unsigned bit)
{
	wait_event(&i->state_wait, !(READ_ONCE(i->state) & bit));
}

static struct inode *find_locked(struct super_block *sb, ino_t ino)
{
	struct inode *i;

	hlist_for_each_entry(i, bucket(sb, ino), hash)
		if (i->ino == ino && i->sb == sb)
			return i;
	return NULL;
}

/* The cached inode, referenced, without I_NEW and not going away; NULL. */
static struct inode *find_get(struct super_block *sb, ino_t ino)
{
	struct inode *i;

again:
	spin_lock(&icache_lock);
	i = find_locked(sb, ino);
	if (!i) {
		spin_unlock(&icache_lock);
		return NULL;
	}
	if (i->state & I_FREEING) {
		struct wait_entry w;

		/* By the time it is unhashed, the freer wakes us; the inode itself must not be touched again. */
		wait_entry_init(&w, false);
		prepare_to_wait(&freeing_wait, &w, TASK_UNINTERRUPTIBLE);
		spin_unlock(&icache_lock);
		schedule();
		finish_wait(&freeing_wait, &w);
		goto again;
	}
	iget(i);
	spin_unlock(&icache_lock);
	if (unlikely(i->state & I_NEW)) {
		inode_wait_state(i, I_NEW);
		if (hlist_unhashed(&i->hash)) {		/* iget_failed() */
			iput(i);
			goto again;
		}
	}
	return i;
}

struct inode *inode_find(struct super_block *sb, ino_t ino)
{
	struct inode *i, *found = NULL;

	spin_lock(&icache_lock);
	list_for_each_entry(i, &sb->inodes, sb_link)
		if (i->ino == ino && !(i->state & (I_NEW | I_FREEING)) && atomic_read(&i->count)) {
			found = iget(i);
			break;
		}
	spin_unlock(&icache_lock);
	return found;
}

struct inode *iget_locked(struct super_block *sb, ino_t ino)
{
	struct inode *i, *other;

	might_sleep();
	i = find_get(sb, ino);
	if (i)
		return i;
	i = alloc(sb);
	if (!i)
		return NULL;
	i->ino = ino;
	i->state = I_NEW;
	spin_lock(&icache_lock);
	other = find_locked(sb, ino);
	if (other) {
		spin_unlock(&icache_lock);
		free_inode(i);
		return iget_locked(sb, ino);
	}
	hlist_add_head(&i->hash, bucket(sb, ino));
	list_add(&i->sb_link, &sb->inodes);
	nr_inodes++;
	spin_unlock(&icache_lock);
	return i;
}

void unlock_new_inode(struct inode *i)
{
	spin_lock(&icache_lock);
	i->state &= ~I_NEW;
	spin_unlock(&icache_lock);
	wake_up_all(&i->state_wait);
}

void iget_failed(struct inode *i)
{
	spin_lock(&icache_lock);
	hlist_del_init(&i->hash);
	spin_unlock(&icache_lock);
	i->nlink = 1;			/* nothing to free on disk */
	unlock_new_inode(i);
	iput(i);
}

static void lru_remove(struct inode *i)
{
	if (i->state & I_LRU) {
		i->state &= ~I_LRU;
		list_del_init(&i->lru);
		nr_unused--;
	}
}

/* The last reference is gone and I_FREEING is set: nobody can find it except to wait. */
static void evict(struct inode *i)
{
	struct super_block *sb = i->sb;

	if (i->state & I_SYNC)
		inode_wait_state(i, I_SYNC);
	if (sb->op && sb->op->evict_inode)
		sb->op->evict_inode(i);
	else
		truncate_inode_pages(&i->data, 0);
	if (S_ISFIFO(i->mode) && i->pipe)
		pipe_free_inode(i);
	spin_lock(&icache_lock);
	if (!list_empty(&i->wb_link))
		list_del_init(&i->wb_link);
	hlist_del_init(&i->hash);
	list_del_init(&i->sb_link);
	nr_inodes--;
	spin_unlock(&icache_lock);
	if (wait_queue_active(&freeing_wait))
		wake_up_all(&freeing_wait);
	ASSERT(i->data.nrpages == 0);
	free_inode(i);
}

void iput(struct inode *i)
{
	bool keep;

	if (!i)
		return;
	spin_lock(&icache_lock);
	ASSERT(atomic_read(&i->count) > 0);
	if (!atomic_dec_and_test(&i->count)) {
		spin_unlock(&icache_lock);
		return;
	}
	keep = i->nlink && !hlist_unhashed(&i->hash) && !(i->sb->op && i->sb->op->drop_inode && i->sb->op->drop_inode(i));
	if (keep) {
		if (!(i->state & I_LRU)) {
			i->state |= I_LRU;
			list_add(&i->lru, &lru);
			nr_unused++;
		}
		spin_unlock(&icache_lock);
		return;
	}
	if (i->nlink && (i->state & (I_DIRTY | I_DIRTY_PAGES)) && i->sb->op && i->sb->op->write_inode) {
		/* Not to be cached, but not lost either. */
		atomic_inc(&i->count);
		spin_unlock(&icache_lock);
		if (sync_inode(i, true))
			pr_err("%s: inode %llu could not be written\n", i->sb->id, i->ino);
		spin_lock(&icache_lock);
		if (!atomic_dec_and_test(&i->count)) {
			spin_unlock(&icache_lock);
			return;
		}
	}
	lru_remove(i);
	i->state |= I_FREEING;
	spin_unlock(&icache_lock);
	evict(i);
}

void inode_mark_dirty(struct inode *i, unsigned what)
{
	if ((what & I_DIRTY) && i->sb->op && i->sb->op->dirty_inode)
		i->sb->op->dirty_inode(i);
	if ((i->state & what) == what)
		return;
	spin_lock(&icache_lock);
	if (!(i->state & (I_DIRTY | I_DIRTY_PAGES)))
		i->dirtied_when = ktime_get();
	i->state |= what;
	/* While I_SYNC is set the writer puts it back on the list itself. */
	if (!(i->state & (I_SYNC | I_FREEING)) && list_empty(&i->wb_link) && i->sb->op && i->sb->op->write_inode)
		list_add_tail(&i->wb_link, &i->sb->dirty);
	spin_unlock(&icache_lock);
}

void inode_set_nlink(struct inode *i, u32 n)
{
	i->nlink = n;
	inode_mark_dirty(i, I_DIRTY);
}

void inode_now(struct inode *i, unsigned which)
{
	struct timespec64 now;

	ktime_get_coarse_real(&now);
	spin_lock(&i->lock);
	if (which & ATTR_ATIME)
		i->atime = now;
	if (which & ATTR_MTIME)
		i->mtime = now;
	if (which & ATTR_CTIME)
		i->ctime = now;
	spin_unlock(&i->lock);
	inode_mark_dirty(i, I_DIRTY);
}

static bool later(const struct timespec64 *a, const struct timespec64 *b)
{
	return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec >= b->tv_nsec);
}

void inode_touch_atime(const struct path *path)
{
	struct inode *i = path->dentry->inode;
	const struct mount *m = path->mnt;
	struct timespec64 now;

	if ((i->flags & S_NOATIME) || (i->sb->flags & (MS_RDONLY | MS_NOATIME)))
		return;
	if (!m || (m->flags & (MNT_NOATIME | MNT_RDONLY | MNT_INTERNAL)))
		return;
	if ((m->flags & MNT_NODIRATIME) && S_ISDIR(i->mode))
		return;
	ktime_get_coarse_real(&now);
	/* relatime: only if the stamp is older than a change of the file, or than a day. */
	if ((m->flags & MNT_RELATIME) && !later(&i->mtime, &i->atime) && !later(&i->ctime, &i->atime) &&
	    now.tv_sec - i->atime.tv_sec < 24 * 60 * 60)
		return;
	if (i->atime.tv_sec == now.tv_sec && i->atime.tv_nsec == now.tv_nsec)
		return;
	spin_lock(&i->lock);
	i->atime = now;
	spin_unlock(&i->lock);
	inode_mark_dirty(i, I_DIRTY);
}

void inode_init_owner(struct inode *i, const struct inode *dir, umode_t mode)
{
	const struct cred *c = current_cred();

	i->uid = c->fsuid;
	i->gid = c->fsgid;
	if (dir && (dir->mode & S_ISGID)) {
		i->gid = dir->gid;
		if (S_ISDIR(mode))
			mode |= S_ISGID;
		else if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && !in_group(c, i->gid) && !capable(CAP_FSETID))
			mode &= ~S_ISGID;
	}
	i->mode = mode;
	ktime_get_coarse_real(&i->ctime);
	i->atime = i->mtime = i->btime = i->ctime;
}

void inode_init_special(struct inode *i, umode_t mode, dev_t rdev)
{
	i->mode = mode;
	if (S_ISCHR(mode)) {
		i->fop = &chrdev_open_ops;
		i->rdev = rdev;
	} else if (S_ISBLK(mode)) {
		i->fop = &bdev_file_ops;
		i->rdev = rdev;
	} else if (S_ISFIFO(mode)) {
		i->fop = &fifo_ops;
	} else {
		i->fop = &bad_sock_ops;
	}
}

/* icache_lock held. */
static struct inode *first_unused_of(struct super_block *sb)
{
	struct inode *i;

	list_for_each_entry(i, &sb->inodes, sb_link)
		if (atomic_read(&i->count) == 0 && !(i->state & I_FREEING))
			return i;
	return NULL;
}

void inodes_evict_sb(struct super_block *sb)
{
	struct inode *i;

	for (;;) {
		spin_lock(&icache_lock);
		i = first_unused_of(sb);
		if (!i)
			break;
		lru_remove(i);
		i->state |= I_FREEING;
		spin_unlock(&icache_lock);
		evict(i);
	}
	list_for_each_entry(i, &sb->inodes, sb_link) {
		pr_err("BUG: %s: inode %llu in use at unmount\n", sb->id, i->ino);
		break;
	}
	spin_unlock(&icache_lock);
}

static unsigned long shrink_count(void)
{
	return nr_unused;
}

static unsigned long shrink_scan(unsigned long n, unsigned gfp)
{
	unsigned long freed = 0;

	if (gfp & (GFP_NOFS | GFP_ATOMIC))
		return 0;
	for (unsigned long scan = n * 2; scan && freed < n; scan--) {
		struct inode *i;

		spin_lock(&icache_lock);
		if (list_empty(&lru)) {
			spin_unlock(&icache_lock);
			break;
		}
		i = list_last_entry(&lru, struct inode, lru);
		if (atomic_read(&i->count)) {
			lru_remove(i);
		} else if (i->state & (I_DIRTY | I_DIRTY_PAGES | I_SYNC)) {
			list_move(&i->lru, &lru);
		} else {
			lru_remove(i);
			i->state |= I_FREEING;
			spin_unlock(&icache_lock);
			evict(i);
			freed++;
			continue;
		}
		spin_unlock(&icache_lock);
	}
	return freed;
}

unsigned long inode_count_all(unsigned long *unused)
{
	*unused = nr_unused;
	return nr_inodes;
}

static struct shrinker inode_shrinker = { .name = "inode", .count = shrink_count, .scan = shrink_scan };

static int __init inode_cache_init(void)
{
	cache = kmem_cache_create("inode", sizeof(struct inode), 8);
	shrinker_register(&inode_shrinker);
	return 0;
}
core_initcall(inode_cache_init);
