/*
 * Mounting, unmounting, statfs, and what happens when the disk shows damage: it is logged, remembered in the
 * superblock, and the filesystem is read-only from then on. A damaged disk never brings the kernel down.
 */
#include "impfs.h"

#include <abi/mount.h>
#include <core/init.h>
#include <core/time.h>
#include <fs/internal.h>
#include <fs/seq_file.h>

static struct kmem_cache *node_cache;

u32 impfs_crc_words(u32 seed, const u32 *words, unsigned n)
{
	return crc32c(seed, words, n * sizeof(*words));
}

u32 impfs_owner_seed(const struct inode *inode, u32 block)
{
	u32 words[3] = { impfs_ino(inode), inode->generation, block };

	return impfs_crc_words(impfs_of(inode->sb)->seed, words, 3);
}

int impfs_damaged(struct impfs *fs, u32 ino, u32 block, const char *what)
{
	struct timespec64 now;

	pr_err("impfs: %s: damage: %s (inode %u, block %u); read-only from now on\n", fs->sb->id, what, ino, block);
	fs->failed = true;
	fs->sb->flags |= MS_RDONLY;
	if (fs->super) {
		/* Not journaled: the next fsck has to hear of it even if nothing else can be written. */
		ktime_get_real(&now);
		fs->super->state |= IMPFS_STATE_ERROR;
		fs->super->errors++;
		fs->super->error_time = now.tv_sec;
		fs->super->error_ino = ino;
		fs->super->error_block = block;
	}
	return -EUCLEAN;
}

int impfs_writable(const struct impfs *fs)
{
	return fs->failed || fs->journal.error || fs->sb->flags & MS_RDONLY ? -EROFS : 0;
}

struct buffer *impfs_read_block(struct impfs *fs, u32 block)
{
	struct buffer *b = buffer_read(fs->bdev, block);

	if (IS_ERR(b) && PTR_ERR(b) == -EIO)
		pr_err("impfs: %s: block %u cannot be read\n", fs->sb->id, block);
	return b;
}

int impfs_read_owned(const struct inode *inode, u32 block, struct buffer **out)
{
	struct impfs *fs = impfs_of(inode->sb);
	struct buffer *b;

	if (unlikely(block == 0 || block >= fs->blocks))
		return impfs_damaged(fs, impfs_ino(inode), block, "pointer beyond the volume");
	b = impfs_read_block(fs, block);
	if (IS_ERR(b))
		return PTR_ERR(b);
	if (unlikely(!test_bit(B_VERIFIED, &b->flags))) {
		u32 stored = *(const u32 *)((const u8 *)b->data + IMPFS_CSUM_OFFSET);

		if (crc32c(impfs_owner_seed(inode, block), b->data, IMPFS_CSUM_OFFSET) != stored) {
			buffer_put(b);
			return impfs_damaged(fs, impfs_ino(inode), block, "metadata block: wrong checksum");
		}
		set_bit(B_VERIFIED, &b->flags);
	}
	*out = b;
	return 0;
}

int impfs_fresh(struct handle *h, u32 block, u32 seed, struct buffer **out)
{
	struct buffer *b = buffer_get(h->fs->bdev, block);
	int err;

	if (!b)
		return buffer_missing(h->fs->bdev, block);
	mutex_lock(&b->lock);
	page_zero(b->data);
	set_bit(B_UPTODATE, &b->flags);
	page_set(b->page, PG_UPTODATE);
	set_bit(B_VERIFIED, &b->flags);
	mutex_unlock(&b->lock);
	err = seed ? journal_access_tail(h, b, seed) : journal_access(h, b);
	if (err) {
		buffer_put(b);
		return err;
	}
	*out = b;
	return 0;
}

static void seal_super(struct impfs *fs)
{
	fs->super->checksum = crc32c(~0u, fs->super, offsetof(struct impfs_superblock, checksum));
}

void impfs_seal(struct impfs *fs)
{
	u32 i;

	for (i = 0; i < fs->groups; i++) {
		struct impfs_group_info *g = &fs->group[i];
		u32 seed;

		if (!g->dirty || impfs_fault(FAULT_NO_BITMAP_SUM))
			continue;
		g->dirty = false;
		seed = impfs_crc_words(fs->seed, &i, 1);
		if (g->block_bitmap)
			g->desc->block_bitmap_csum = crc32c(seed, g->block_bitmap->data, IMPFS_BLOCK_SIZE);
		if (g->inode_bitmap)
			g->desc->inode_bitmap_csum = crc32c(seed, g->inode_bitmap->data, IMPFS_BLOCK_SIZE);
		g->desc->checksum = crc32c(seed, g->desc, offsetof(struct impfs_group, checksum));
	}
	seal_super(fs);
}

int impfs_write_super(struct impfs *fs)
{
	struct timespec64 now;

	ktime_get_real(&now);
	fs->super->write_time = now.tv_sec;
	seal_super(fs);
	buffer_dirty(fs->super_buf);
	return buffer_write(fs->super_buf, true);
}

/* What forbids mounting a superblock, or NULL. */
static const char *super_problem(const struct impfs_superblock *s, u64 device_blocks)
{
	if (s->magic != IMPFS_MAGIC)
		return "no impfs here";
	if (crc32c(~0u, s, offsetof(struct impfs_superblock, checksum)) != s->checksum)
		return "superblock: wrong checksum";
	if (s->revision != IMPFS_REVISION || s->block_size != IMPFS_BLOCK_SIZE || s->inode_size != IMPFS_INODE_SIZE ||
	    s->desc_size != IMPFS_GROUP_DESC_SIZE || s->group_blocks != IMPFS_GROUP_BLOCKS || s->hash_version != 1)
		return "unknown revision";
	if (s->incompat & ~IMPFS_INCOMPAT_KNOWN)
		return "unknown features";
	if (s->blocks < IMPFS_MIN_BLOCKS || s->blocks > IMPFS_MAX_BLOCKS)
		return "impossible size";
	if (s->blocks > device_blocks)
		return "the device is smaller than the filesystem";
	if (s->groups != DIV_ROUND_UP((u32)s->blocks, IMPFS_GROUP_BLOCKS) || s->group_inodes == 0 ||
	    s->group_inodes % IMPFS_INODES_PER_BLOCK || s->group_inodes > IMPFS_GROUP_BLOCKS ||
	    s->desc_start == 0 || s->desc_blocks != DIV_ROUND_UP(s->groups, IMPFS_GROUP_DESCS_PER_BLOCK) ||
	    s->desc_start >= s->blocks || s->desc_blocks > s->blocks - s->desc_start ||
	    s->first_ino <= IMPFS_ROOT_INO || s->first_ino > s->group_inodes || s->name_max > IMPFS_NAME_MAX ||
	    s->symlink_max > IMPFS_SYMLINK_MAX)
		return "impossible geometry";
	if (s->compat & IMPFS_COMPAT_JOURNAL &&
	    (s->journal_blocks < IMPFS_JOURNAL_MIN_BLOCKS || s->journal_start == 0 || s->journal_start >= s->blocks ||
	     s->journal_blocks > s->blocks - s->journal_start))
		return "impossible journal";
	return NULL;
}

static int read_super(struct impfs *fs)
{
	const char *problem;
	struct buffer *b = impfs_read_block(fs, 0);

	if (IS_ERR(b))
		return PTR_ERR(b);
	problem = super_problem((void *)((u8 *)b->data + IMPFS_SUPER_OFFSET), fs->bdev->sectors >> (IMPFS_BLOCK_SHIFT - 9));
	if (problem) {
		buffer_put(b);
		pr_err("impfs: %s: %s\n", fs->sb->id, problem);
		return -EINVAL;
	}
	fs->super_buf = b;
	fs->super = (void *)((u8 *)b->data + IMPFS_SUPER_OFFSET);
	fs->seed = crc32c(~0u, fs->super->uuid, sizeof(fs->super->uuid));
	fs->hash_seed[0] = fs->super->hash_seed[0];
	fs->hash_seed[1] = fs->super->hash_seed[1];
	fs->blocks = (u32)fs->super->blocks;
	fs->groups = fs->super->groups;
	fs->group_inodes = fs->super->group_inodes;
	fs->first_ino = fs->super->first_ino;
	fs->link_max = fs->super->link_max;
	fs->symlink_max = fs->super->symlink_max;
	fs->reserved_blocks = fs->super->reserved_blocks;
	fs->desc_blocks = fs->super->desc_blocks;
	fs->may_reserve = fs->super->incompat & IMPFS_INCOMPAT_UNWRITTEN;
	return 0;
}

static bool group_sound(const struct impfs *fs, const struct impfs_group *d)
{
	u32 table = fs->group_inodes / IMPFS_INODES_PER_BLOCK;

	return d->block_bitmap && d->block_bitmap < fs->blocks && d->inode_bitmap && d->inode_bitmap < fs->blocks &&
	       d->inode_table && d->inode_table < fs->blocks && table <= fs->blocks - d->inode_table &&
	       d->free_blocks <= IMPFS_GROUP_BLOCKS && d->free_inodes <= fs->group_inodes &&
	       d->inodes_ready <= fs->group_inodes && d->inodes_ready % IMPFS_INODES_PER_BLOCK == 0;
}

static int read_groups(struct impfs *fs)
{
	struct buffer *b = NULL;
	u32 i, at;

	fs->desc_bufs = kcalloc(fs->desc_blocks, sizeof(*fs->desc_bufs), GFP_KERNEL | GFP_ZERO);
	fs->group = kvmalloc(fs->groups * sizeof(*fs->group), GFP_KERNEL);
	if (!fs->desc_bufs || !fs->group)
		return -ENOMEM;
	memset(fs->desc_bufs, 0, fs->desc_blocks * sizeof(*fs->desc_bufs));
	memset(fs->group, 0, fs->groups * sizeof(*fs->group));
	for (i = 0; i < fs->groups; i++) {
		struct impfs_group_info *g = &fs->group[i];

		at = i % IMPFS_GROUP_DESCS_PER_BLOCK;
		if (at == 0) {
			b = impfs_read_block(fs, fs->super->desc_start + i / IMPFS_GROUP_DESCS_PER_BLOCK);
			if (IS_ERR(b))
				return PTR_ERR(b);
			fs->desc_bufs[i / IMPFS_GROUP_DESCS_PER_BLOCK] = b;
		}
		g->desc_buf = b;
		g->desc = (struct impfs_group *)b->data + at;
		if (crc32c(impfs_crc_words(fs->seed, &i, 1), g->desc, offsetof(struct impfs_group, checksum)) !=
		    g->desc->checksum)
			return impfs_damaged(fs, 0, (u32)b->block, "group descriptor: wrong checksum");
		if (!group_sound(fs, g->desc))
			return impfs_damaged(fs, 0, (u32)b->block, "group descriptor: impossible values");
		fs->free_blocks += g->desc->free_blocks;
		fs->free_inodes += g->desc->free_inodes;
	}
	return 0;
}

static void release(struct impfs *fs)
{
	u32 i;

	journal_close(fs);
	for (i = 0; fs->group && i < fs->groups; i++) {
		if (fs->group[i].block_bitmap)
			buffer_put(fs->group[i].block_bitmap);
		if (fs->group[i].inode_bitmap)
			buffer_put(fs->group[i].inode_bitmap);
		if (fs->group[i].busy)
			pages_free(fs->group[i].busy, 0);
	}
	for (i = 0; fs->desc_bufs && i < fs->desc_blocks; i++)
		if (fs->desc_bufs[i])
			buffer_put(fs->desc_bufs[i]);
	if (fs->super_buf)
		buffer_put(fs->super_buf);
	kvfree(fs->group);
	kfree(fs->desc_bufs);
	kfree(fs);
}

/* From mounting for writing to unmounting, the disk says that the log may matter. */
static int begin_writing(struct impfs *fs)
{
	struct timespec64 now;
	int err;

	if (fs->super->ro_compat & ~IMPFS_RO_KNOWN) {
		pr_err("impfs: %s: unknown features: can be mounted for reading only\n", fs->sb->id);
		return -EROFS;
	}
	if (fs->failed)
		return -EROFS;
	if (!(fs->super->state & IMPFS_STATE_CLEAN) && !fs->journal.on)
		pr_warn("impfs: %s: was not unmounted in order and has no journal: run fsck\n", fs->sb->id);
	if (fs->super->state & IMPFS_STATE_ERROR)
		pr_warn("impfs: %s: damage was met before: run fsck\n", fs->sb->id);
	ktime_get_real(&now);
	fs->super->mount_time = now.tv_sec;
	fs->super->mounts++;
	fs->super->state &= ~IMPFS_STATE_CLEAN;
	if (fs->journal.on)
		fs->super->incompat |= IMPFS_INCOMPAT_RECOVER;
	err = impfs_write_super(fs);
	if (!err)
		err = journal_start(fs);
	return err;
}

static int end_writing(struct impfs *fs)
{
	int err = journal_stop(fs);

	if (fs->failed || err) {
		/* What is on disk needs replay or fsck: leave the marks, but let the error count be seen. */
		(void)impfs_write_super(fs);
		return err;
	}
	fs->super->state |= IMPFS_STATE_CLEAN;
	fs->super->incompat &= ~IMPFS_INCOMPAT_RECOVER;
	return impfs_write_super(fs);
}

static struct inode *alloc_inode(struct super_block *sb)
{
	struct impfs_node *node = kmem_cache_alloc(node_cache, GFP_NOFS);

	(void)sb;
	if (!node)
		return NULL;
	memset(node, 0, sizeof(*node));
	inode_init_once(&node->vfs);
	mutex_init(&node->map_lock, RANK_FS);
	list_init(&node->orphan);
	list_init(&node->ordered);
	return &node->vfs;
}

static void free_inode(struct inode *inode)
{
	kmem_cache_free(node_cache, impfs_i(inode));
}

static void put_super(struct super_block *sb)
{
	struct impfs *fs = impfs_of(sb);

	if (!(sb->flags & MS_RDONLY) || fs->failed) {
		if (end_writing(fs))
			pr_err("impfs: %s: unmounting could not write everything\n", sb->id);
	}
	sb->fs_info = NULL;
	release(fs);
}

static int sync_fs(struct super_block *sb, bool wait)
{
	struct impfs *fs = impfs_of(sb);

	/* What could not be committed is lost: nobody may take it for synced. */
	if (impfs_writable(fs))
		return fs->failed || fs->journal.error ? -EIO : 0;
	if (impfs_fault(FAULT_SYNC_EARLY))
		return 0;
	if (!wait) {
		fs->journal.wanted = true;
		wake_up(&fs->journal.wake);
		return 0;
	}
	return journal_commit_all(fs);
}

struct options {
	bool log_data, no_acl;
};

/* The last one counts; those that are not compared with say what is so anyway. *o: as it is, and as the options want it. */
static int parse_options(const struct super_block *sb, const char *data, struct options *o)
{
	static const char *const known[] = { "data=ordered", "data=journal", "acl", "noacl", "defaults", "barrier=1" };
	const char *end;
	u32 i;

	for (; data && *data; data = *end ? end + 1 : end) {
		end = strchr(data, ',');
		if (!end)
			end = data + strlen(data);
		for (i = 0; i < ARRAY_SIZE(known); i++)
			if (strlen(known[i]) == (size_t)(end - data) && strncmp(known[i], data, end - data) == 0)
				break;
		if (i == ARRAY_SIZE(known) && end != data) {
			pr_err("impfs: %s: unknown option: %s\n", sb->id, data);
			return -EINVAL;
		}
		if (end != data && i < 2)
			o->log_data = i == 1;
		else if (end != data && i < 4)
			o->no_acl = i == 3;
	}
	return 0;
}

static void show_options(struct seq_file *m, struct super_block *sb)
{
	if (sb->no_acl)
		seq_puts(m, ",noacl");
	if (impfs_of(sb)->log_data)
		seq_puts(m, ",data=journal");
}

static int set_readonly(struct super_block *sb, bool readonly)
{
	struct impfs *fs = impfs_of(sb);
	int err;

	if (readonly == !!(sb->flags & MS_RDONLY))
		return 0;
	if (readonly) {
		err = end_writing(fs);
		if (!err)
			sb->flags |= MS_RDONLY;
		return err;
	}
	sb->flags &= ~(unsigned long)MS_RDONLY;
	err = begin_writing(fs);
	if (!err)
		err = impfs_orphans_clean(fs);
	if (err)
		sb->flags |= MS_RDONLY;
	return err;
}

static int remount(struct super_block *sb, unsigned *flags, const char *data)
{
	struct impfs *fs = impfs_of(sb);
	struct options o = { fs->log_data, sb->no_acl };
	int err = parse_options(sb, data, &o);

	if (err)
		return err;
	if (o.log_data != fs->log_data) {
		pr_err("impfs: %s: data= cannot be changed while it is mounted\n", sb->id);
		return -EINVAL;
	}
	err = set_readonly(sb, *flags & MS_RDONLY);
	if (!err)
		WRITE_ONCE(sb->no_acl, o.no_acl);
	return err;
}

static int statfs(struct dentry *d, struct abi_statfs64 *st)
{
	struct impfs *fs = impfs_of(d->sb);

	memset(st, 0, sizeof(*st));
	st->f_type = IMPFS_MAGIC;
	st->f_bsize = st->f_frsize = IMPFS_BLOCK_SIZE;
	st->f_blocks = fs->blocks;
	st->f_bfree = fs->free_blocks;
	st->f_bavail = fs->free_blocks > fs->reserved_blocks ? fs->free_blocks - fs->reserved_blocks : 0;
	st->f_files = fs->groups * fs->group_inodes;
	st->f_ffree = fs->free_inodes;
	st->f_namelen = IMPFS_NAME_MAX;
	memcpy(st->f_fsid, fs->super->uuid, sizeof(st->f_fsid));
	return 0;
}

static const struct super_ops super_ops = {
	.alloc_inode = alloc_inode,
	.free_inode = free_inode,
	.write_inode = impfs_write_inode,
	.evict_inode = impfs_evict_inode,
	.put_super = put_super,
	.sync_fs = sync_fs,
	.remount = remount,
	.statfs = statfs,
	.show_options = show_options,
	.inode_of_handle = impfs_inode_of_handle,
	.parent_of = impfs_parent_of,
};

static int fill_super(struct super_block *sb, const char *data)
{
	struct impfs *fs = kzalloc(sizeof(*fs), GFP_KERNEL);
	struct options o = { };
	struct inode *root;
	u32 replayed = 0;
	int err;

	if (!fs)
		return -ENOMEM;
	fs->sb = sb;
	fs->bdev = sb->bdev;
	mutex_init(&fs->alloc_lock, RANK_FS);
	mutex_init(&fs->orphan_lock, RANK_FS);
	list_init(&fs->orphans);
	sb->fs_info = fs;
	sb->op = &super_ops;
	sb->blocksize = IMPFS_BLOCK_SIZE;
	sb->blocksize_bits = IMPFS_BLOCK_SHIFT;
	sb->magic = IMPFS_MAGIC;
	sb->time_gran = 1;

	err = parse_options(sb, data, &o);
	fs->log_data = o.log_data;
	sb->no_acl = o.no_acl;
	if (!err)
		err = read_super(fs);
	if (!err && fs->super->incompat & IMPFS_INCOMPAT_RECOVER) {
		err = journal_replay(fs, &replayed);
		if (!err) {
			/* Replay may have written the superblock too. */
			buffer_put(fs->super_buf);
			fs->super_buf = NULL;
			fs->super = NULL;
			err = read_super(fs);
		}
	}
	if (!err)
		err = read_groups(fs);
	if (!err)
		err = journal_open(fs);
	if (!err && fs->log_data && !impfs_can_log_data(fs)) {
		pr_err("impfs: %s: data=journal needs a volume with a journal, and of the present format\n", sb->id);
		err = -EINVAL;
	}
	if (err)
		goto out_release;
	memcpy(sb->uuid, fs->super->uuid, sizeof(sb->uuid));
	/* Page indexes are 32 bits wide; the format's own limit is lower. */
	sb->max_bytes = (loff_t)min_t(u64, fs->super->file_blocks_max, 0xffffffffull) << IMPFS_BLOCK_SHIFT;
	if (!(sb->flags & MS_RDONLY)) {
		err = begin_writing(fs);
		if (err)
			goto out_release;
	}
	root = impfs_iget(sb, IMPFS_ROOT_INO);
	if (IS_ERR(root)) {
		err = PTR_ERR(root);
		goto out_stop;
	}
	if ((root->mode & S_IFMT) != S_IFDIR) {
		iput(root);
		err = impfs_damaged(fs, IMPFS_ROOT_INO, 0, "the root is no directory");
		goto out_stop;
	}
	sb->root = d_make_root(root);
	if (!sb->root) {
		err = -ENOMEM;
		goto out_stop;
	}
	if (!impfs_writable(fs) && impfs_orphans_clean(fs))
		pr_err("impfs: %s: the orphan list could not be cleaned\n", sb->id);
	pr_info("impfs: %s: mounted%s, %u blocks, %u free%s\n", sb->id, sb->flags & MS_RDONLY ? " read-only" : "",
		fs->blocks, fs->free_blocks, replayed ? ", journal replayed" : "");
	return 0;

out_stop:
	inodes_evict_sb(sb);
	if (!(sb->flags & MS_RDONLY) || fs->failed)
		(void)end_writing(fs);		/* mounting fails for another reason already */
out_release:
	inodes_evict_sb(sb);	/* they need what is about to be released */
	sb->fs_info = NULL;
	release(fs);
	return err;
}

static struct super_block *mount_impfs(const struct filesystem *type, unsigned long flags, const char *source,
				       const char *data)
{
	return mount_bdev(type, flags, source, data, fill_super);
}

static struct filesystem impfs_type = {
	.name = "impfs",
	.flags = FS_REQUIRES_DEV,
	.mount = mount_impfs,
	.kill_sb = kill_block_super,
};

static int __init impfs_init(void)
{
	node_cache = kmem_cache_create("impfs_inode", sizeof(struct impfs_node), 8);
	return filesystem_register(&impfs_type);
}
fs_initcall(impfs_init);
