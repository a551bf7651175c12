/*
 * The virtual filesystem: superblocks, inodes, dentries, mounts, open files, and the operations that a filesystem
 * or a device supplies.
 *
 * References: a dentry holds its inode and its parent; an open file holds its path (mount + dentry). dget/dput,
 * iget/iput, mntget/mntput, file_get/file_put. dput() and iput() may sleep.
 */
#ifndef FS_VFS_H
#define FS_VFS_H

#include <core/mutex.h>
#include <core/radix.h>
#include <core/printk.h>
#include <core/string.h>
#include <mm/page.h>
#include <sched/cred.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/stat.h>
#include <abi/dirent.h>
#include <abi/statfs.h>
#include <fs/iov.h>

struct super_block;
struct inode;
struct dentry;
struct mount;
struct file;
struct vm_area;
struct poll_table;
struct block_device;
struct buffer;
struct seq_file;
struct dir_context;
struct filesystem;
struct file_ops;
struct kstat;
struct acl;

/* ---- names and paths ---- */

struct qstr {
	u32 hash;		/* name_hash() */
	u32 len;
	const char *name;
};
u32 name_hash(const char *name, u32 len);

#define DNAME_INLINE 40

/* Locks: d dcache_lock, I immutable while hashed, a atomic */
struct dentry {
	atomic_t count;			/* a 0: cached, on the lru */
	unsigned flags;			/* d DCACHE_* */
	struct inode *inode;		/* d NULL: negative */
	struct dentry *parent;		/* d itself for a root */
	struct qstr name;		/* d */
	struct hlist_node hash;		/* d */
	struct list_head lru;		/* d */
	struct list_head child;		/* d in parent's children */
	struct list_head children;	/* d */
	struct list_head alias;		/* d in inode->dentries */
	struct super_block *sb;		/* I */
	const struct dentry_ops *op;	/* I */
	void *private;			/* filesystem's */
	u32 cookie;			/* d place among its siblings: grows to the front of parent's children */
	u32 next_cookie;		/* d for the next child */
	char inline_name[DNAME_INLINE];
};
#define DCACHE_MOUNTED		1u	/* something is mounted here (in some tree) */
#define DCACHE_HASHED		2u
#define DCACHE_LRU		4u
#define DCACHE_REFERENCED	8u
#define DCACHE_DISCONNECTED	16u
#define DCACHE_SHRINK		32u	/* on a shrinker's private list */
#define DCACHE_REVALIDATE	64u	/* op->revalidate is set */

struct dentry_ops {
	/* 1 still valid, 0 not (procfs: the process is gone). May sleep. */
	int (*revalidate)(struct dentry *d);
	bool (*keep)(const struct dentry *d);		/* false: drop when unused */
};

struct path {
	struct mount *mnt;
	struct dentry *dentry;
};

/* ---- page cache of one inode (or block device) ---- */

struct writeback_control {
	long nr_to_write;
	bool sync;			/* wait for completion and report errors */
	loff_t start, end;		/* bytes, end inclusive */
	bool for_reclaim;
	bool batching;			/* writepages() is running: writepage() may keep a request in `batch` to add to it */
	void *batch;			/* the filesystem's, submitted by its writepages() at the end */
};

struct address_space_ops {
	/* Page locked; fills it, sets PG_UPTODATE, unlocks (later, from the completion, if asynchronous). */
	int (*readpage)(struct file *file, struct page *page);
	/* Optional read-ahead of n consecutive absent pages; they are locked and in the cache. Unlocks each. */
	int (*readpages)(struct address_space *m, struct page **pages, unsigned n);
	/* Page locked and PG_DIRTY cleared; starts the write (PG_WRITEBACK), unlocks. */
	int (*writepage)(struct page *page, struct writeback_control *wbc);
	int (*writepages)(struct address_space *m, struct writeback_control *wbc);	/* NULL: generic by writepage */
	/* Bytes [pos,pos+len) within one page are about to be written. Returns the locked page, allocated on disk as needed, the rest uptodate. */
	int (*write_begin)(struct file *file, struct address_space *m, loff_t pos, unsigned len, struct page **page, void **fsdata);
	/* copied <= len bytes are in. Dirties, unlocks and releases the page, grows i_size. Returns bytes accepted or -errno. */
	int (*write_end)(struct file *file, struct address_space *m, loff_t pos, unsigned len, unsigned copied, struct page *page, void *fsdata);
	void (*invalidatepage)(struct page *page, unsigned offset);	/* truncated from this byte on */
	int (*releasepage)(struct page *page, unsigned gfp);		/* 1: private data gone */
	bool (*set_page_dirty)(struct page *page);			/* NULL: generic */
	int (*bmap)(struct address_space *m, sector_t block, sector_t *found);	/* *found 0: a hole */
};

struct address_space {
	struct inode *host;
	spinlock_t lock;			/* RANK_MAPPING */
	struct radix_root pages;		/* lock */
	unsigned long nrpages;			/* lock */
	struct list_head i_mmap;		/* lock: areas that map it */
	atomic_t writable_maps;			/* shared writable areas; deny-write */
	const struct address_space_ops *ops;
	int error;				/* sticky write error for fsync: see mapping_error() */
	unsigned gfp;
	bool unevictable;			/* its pages stay in memory: SHM_LOCK */
	struct list_head private_list;
};

/* ---- inodes ---- */

struct iattr {
	unsigned valid;			/* ATTR_* */
	umode_t mode;
	uid_t uid;
	gid_t gid;
	loff_t size;
	struct timespec64 atime, mtime, ctime;
	struct file *file;		/* ftruncate and futimens */
};
#define ATTR_MODE	1u
#define ATTR_UID	2u
#define ATTR_GID	4u
#define ATTR_SIZE	8u
#define ATTR_ATIME	16u
#define ATTR_MTIME	32u
#define ATTR_CTIME	64u
#define ATTR_ATIME_SET	128u
#define ATTR_MTIME_SET	256u
#define ATTR_FORCE	512u
#define ATTR_KILL_PRIV	1024u	/* drop setuid and setgid */

struct kstat {
	ino_t ino;
	dev_t dev, rdev;
	umode_t mode;
	u32 nlink;
	uid_t uid;
	gid_t gid;
	loff_t size;
	struct timespec64 atime, mtime, ctime, btime;
	u32 blksize;
	u64 blocks;			/* of 512 bytes */
	u32 attributes, attributes_mask;
	bool has_btime;
};

struct inode_ops {
	/* Directories. Parent's rwsem held (write, or read for lookup). */
	struct dentry *(*lookup)(struct inode *dir, struct dentry *d);	/* d_add()s; NULL = used d; another dentry; ERR_PTR */
	int (*create)(struct inode *dir, struct dentry *d, umode_t mode);	/* regular file */
	int (*link)(struct dentry *old, struct inode *dir, struct dentry *d);
	int (*unlink)(struct inode *dir, struct dentry *d);
	int (*symlink)(struct inode *dir, struct dentry *d, const char *target);
	int (*mkdir)(struct inode *dir, struct dentry *d, umode_t mode);
	int (*rmdir)(struct inode *dir, struct dentry *d);
	int (*mknod)(struct inode *dir, struct dentry *d, umode_t mode, dev_t rdev);
	int (*rename)(struct inode *odir, struct dentry *od, struct inode *ndir, struct dentry *nd, unsigned flags);
	int (*tmpfile)(struct inode *dir, struct dentry *d, umode_t mode);
	/* Symlinks: the target, valid until put_link(cookie); or an ERR_PTR. */
	const char *(*get_link)(struct dentry *d, struct inode *inode, void **cookie);
	void (*put_link)(void *cookie);
	/* /proc's magic links jump straight to a path (referenced). */
	int (*jump_link)(struct dentry *d, struct path *out);
	int (*permission)(struct inode *inode, int mask);		/* NULL: generic by mode bits */
	int (*setattr)(struct dentry *d, struct iattr *attr);		/* NULL: -EPERM */
	int (*getattr)(const struct path *path, struct kstat *st);	/* NULL: generic */
	ssize_t (*getxattr)(struct inode *inode, const char *name, void *value, size_t size);
	int (*setxattr)(struct inode *inode, const char *name, const void *value, size_t size, int flags);
	ssize_t (*listxattr)(struct inode *inode, char *list, size_t size);
	int (*removexattr)(struct inode *inode, const char *name);
	/* Keeps a list (NULL: none any more; consumed, on failure too) and the mode that goes with it by acl_replace(). NULL: -EOPNOTSUPP */
	int (*set_acl)(struct inode *inode, umode_t mode, int type, struct acl *acl);
	int (*fiemap)(struct inode *inode, u64 start, u64 len, void *ctx, int (*emit)(void *ctx, u64 logical, u64 phys, u64 len, u32 flags));
};

/*
 * Locks: r rwsem, s lock (RANK_INODE_STATE), c icache lock, I immutable, a atomic
 */
struct inode {
	ino_t ino;			/* I */
	atomic_t count;			/* a */
	umode_t mode;			/* r (type is immutable) */
	u32 nlink;			/* r */
	uid_t uid;			/* r */
	gid_t gid;			/* r */
	struct acl *acl, *default_acl;	/* r and s: written under both (fs/acl.h) */
	dev_t rdev;			/* I */
	loff_t size;			/* r; read with inode_size() */
	u64 blocks;			/* s 512-byte units */
	struct timespec64 atime, mtime, ctime, btime;	/* s */
	u32 generation;
	struct super_block *sb;		/* I */
	const struct inode_ops *op;	/* I */
	const struct file_ops *fop;	/* I */
	struct address_space *mapping;	/* &data, or the block device's */
	struct address_space data;
	struct rwsem rwsem;
	spinlock_t lock;
	unsigned state;			/* c I_* */
	unsigned flags;			/* S_* */
	struct hlist_node hash;		/* c */
	struct list_head lru;		/* c */
	struct list_head sb_link;	/* c */
	struct list_head wb_link;	/* c on sb's dirty list */
	struct list_head dentries;	/* dcache_lock */
	nsec_t dirtied_when;
	atomic_t write_count;		/* open for writing; < 0: being executed (deny) */
	atomic_t read_count;		/* regular files: open for reading alone */
	unsigned leases;		/* lease_lock */
	struct file_lock_context *locks;
	union {
		struct pipe *pipe;
		struct block_device *bdev;
		const struct chrdev *cdev;
		void *private;
	};
	void *fs_private;		/* filesystem's in-memory part when it does not embed this structure */
	struct wait_queue state_wait;
	struct list_head watches;	/* inotify */
};
#define I_NEW		1u
#define I_DIRTY		2u	/* the inode itself (times, size) */
#define I_DIRTY_PAGES	4u
#define I_FREEING	8u
#define I_SYNC		16u
#define I_LRU		32u
#define I_LINKABLE	64u	/* O_TMPFILE without O_EXCL: link() may give it a first name */
#define S_NOATIME	1u
#define S_IMMUTABLE	2u
#define S_APPEND	4u
#define S_SWAPFILE	8u
#define S_PRIVATE	16u
#define S_DEAD		32u	/* removed directory */
#define S_SYNC		64u	/* every write is on the disk before it returns */

static inline loff_t inode_size(const struct inode *i)
{
	loff_t v;
	do {
		v = READ_ONCE(i->size);
	} while (unlikely(v != READ_ONCE(i->size)));
	return v;
}

/* ---- superblocks and filesystem types ---- */

struct super_ops {
	struct inode *(*alloc_inode)(struct super_block *sb);		/* NULL: plain */
	void (*free_inode)(struct inode *inode);
	int (*write_inode)(struct inode *inode, bool sync);
	void (*dirty_inode)(struct inode *inode);
	void (*evict_inode)(struct inode *inode);	/* last reference gone; if nlink is 0 frees its blocks. Default truncates the page cache */
	bool (*drop_inode)(struct inode *inode);	/* true: do not cache when unused */
	void (*put_super)(struct super_block *sb);
	int (*sync_fs)(struct super_block *sb, bool wait);
	int (*remount)(struct super_block *sb, unsigned *flags, const char *data);
	int (*statfs)(struct dentry *d, struct abi_statfs64 *st);
	void (*show_options)(struct seq_file *m, struct super_block *sb);
	/* For file handles: the inode of a number and, unless NULL, a generation, referenced; ERR_PTR(-ESTALE). NULL: no handles. */
	struct inode *(*inode_of_handle)(struct super_block *sb, ino_t ino, const u32 *generation);
	ino_t (*parent_of)(const struct inode *dir);	/* the folder that a folder lies in; NULL: all are in the dentry cache */
};

struct super_block {
	struct list_head link;
	dev_t dev;			/* I */
	u32 blocksize;			/* I */
	u8 blocksize_bits;
	unsigned long flags;		/* MS_RDONLY, … */
	bool no_acl;			/* lists are neither acted upon nor shown; mounting may change it */
	u32 magic;
	loff_t max_bytes;
	u32 time_gran;			/* ns */
	const struct super_ops *op;
	const struct filesystem *type;
	const struct dentry_ops *d_op;
	struct dentry *root;
	struct block_device *bdev;	/* NULL: no device */
	struct rwsem umount;		/* read: in use; write: going away */
	struct mutex rename_mutex;	/* RANK_RENAME */
	struct list_head inodes;	/* icache lock */
	struct list_head dirty;		/* icache lock: inodes to write, oldest first */
	atomic_t active;
	void *fs_info;
	char id[32];			/* s_id: "sda1" */
	u8 uuid[16];
};

struct filesystem {
	const char *name;
	unsigned flags;			/* FS_REQUIRES_DEV, FS_USERNS… */
	/* Make the superblock with its root dentry. source: device path (resolved by mount_bdev()) or any string. */
	struct super_block *(*mount)(const struct filesystem *fs, unsigned long flags, const char *source, const char *data);
	void (*kill_sb)(struct super_block *sb);
	struct list_head link;
};
#define FS_REQUIRES_DEV 1u

int filesystem_register(struct filesystem *fs);
int filesystem_unregister(struct filesystem *fs);
/* For mount(): one superblock per block device. fill reads and checks the disk; on error everything is undone. */
struct super_block *mount_bdev(const struct filesystem *fs, unsigned long flags, const char *source, const char *data,
			       int (*fill)(struct super_block *sb, const char *data));
struct super_block *mount_nodev(const struct filesystem *fs, unsigned long flags, const char *data,
				int (*fill)(struct super_block *sb, const char *data));
struct super_block *mount_single(const struct filesystem *fs, unsigned long flags, const char *data,
				 int (*fill)(struct super_block *sb, const char *data));
void kill_block_super(struct super_block *sb);
void kill_anon_super(struct super_block *sb);

/* Inode cache. iget_locked(): found (referenced, no I_NEW) or new with I_NEW set, to be filled and unlock_new_inode()d, or NULL. */
struct inode *iget_locked(struct super_block *sb, ino_t ino);
struct inode *inode_find(struct super_block *sb, ino_t ino);	/* any in memory, hashed or not, referenced; NULL */
void unlock_new_inode(struct inode *inode);
void iget_failed(struct inode *inode);		/* instead of unlock: unhashed and put */
struct inode *new_inode(struct super_block *sb);	/* not hashed */
void inode_hash(struct inode *inode);
void inode_init_once(struct inode *inode);	/* for filesystems that embed it */
static inline struct inode *iget(struct inode *i) { atomic_inc(&i->count); return i; }
void iput(struct inode *inode);
void inode_mark_dirty(struct inode *inode, unsigned what);	/* I_DIRTY and so on */
void inode_set_nlink(struct inode *inode, u32 n);
static inline void inode_inc_nlink(struct inode *i) { inode_set_nlink(i, i->nlink + 1); }
static inline void inode_drop_nlink(struct inode *i) { inode_set_nlink(i, i->nlink - 1); }
void inode_now(struct inode *inode, unsigned which);	/* ATTR_ATIME | ATTR_MTIME | ATTR_CTIME := coarse now, marks dirty */
void inode_touch_atime(const struct path *path);	/* relatime rules and mount flags */
void inode_init_owner(struct inode *inode, const struct inode *dir, umode_t mode);	/* fsuid, fsgid or setgid parent */
void inode_init_special(struct inode *inode, umode_t mode, dev_t rdev);	/* fop for chr, blk, fifo, sock */
int setattr_prepare(struct dentry *d, struct iattr *attr);	/* permission checks */
int inode_newsize_ok(const struct inode *inode, loff_t size);	/* -EFBIG, with SIGXFSZ for the caller's own limit */
void setattr_copy(struct inode *inode, const struct iattr *attr);
void generic_fillattr(const struct inode *inode, struct kstat *st);
int inode_permission(struct inode *inode, int mask);	/* MAY_*; 0, -EACCES, -EROFS is the mount's business */
#define MAY_EXEC	1
#define MAY_WRITE	2
#define MAY_READ	4
#define MAY_APPEND	8
#define MAY_NOT_BLOCK	128

/* Dentry cache. */
struct dentry *d_alloc(struct dentry *parent, const struct qstr *name);
struct dentry *d_make_root(struct inode *inode);		/* consumes the inode reference, on failure too */
void d_instantiate(struct dentry *d, struct inode *inode);	/* consumes the reference */
void d_add(struct dentry *d, struct inode *inode);		/* instantiate (or negative) and hash */
struct dentry *d_splice_alias(struct inode *inode, struct dentry *d);	/* for lookup(): directories have one dentry */
struct dentry *d_lookup(struct dentry *parent, const struct qstr *name);	/* referenced or NULL */
void d_drop(struct dentry *d);				/* unhash */
void d_delete(struct dentry *d);			/* after unlink, by the VFS: becomes negative or unhashed */
void d_move(struct dentry *d, struct dentry *target);	/* after rename, by the VFS */
void d_exchange(struct dentry *a, struct dentry *b);
void d_invalidate(struct dentry *d);			/* unhash a whole subtree */
static inline struct dentry *dget(struct dentry *d) { atomic_inc(&d->count); return d; }
void dput(struct dentry *d);
/* Path as text into buf's end; start of it, or ERR_PTR(-ENAMETOOLONG). " (deleted)" is appended when unlinked. */
char *d_path(const struct path *path, char *buf, size_t size);

/* ---- mounts ---- */

/* Locks: m the mount mutex, d dcache_lock (hash), a atomic, I immutable */
struct mount {
	atomic_t count;			/* a */
	atomic_t writers;		/* a mnt_want_write() */
	struct mount *parent;		/* itself for a root */
	struct dentry *mountpoint, *root;
	struct super_block *sb;
	unsigned flags;			/* MNT_* */
	bool expiring;			/* umount2(MNT_EXPIRE) has seen it; any mntput() since clears it */
	struct list_head children, child, all_link;
	struct hlist_node hash;
	int id;
	char *source;			/* as given to mount(2) */
};
#define MNT_RDONLY	1u
#define MNT_NOSUID	2u
#define MNT_NODEV	4u
#define MNT_NOEXEC	8u
#define MNT_NOATIME	16u
#define MNT_NODIRATIME	32u
#define MNT_RELATIME	64u
#define MNT_DETACHED	128u
#define MNT_NOSYMFOLLOW	256u
#define MNT_INTERNAL	512u	/* the kernel's own, in no tree */
static inline struct mount *mntget(struct mount *m) { atomic_inc(&m->count); return m; }
void mntput(struct mount *m);
static inline void path_get(const struct path *p) { mntget(p->mnt); dget(p->dentry); }
void path_put(const struct path *p);
void path_put_unused(const struct path *p);	/* the same, and was no use of the mount: it goes on expiring */
int mnt_want_write(struct mount *m);	/* 0 or -EROFS; pair with mnt_drop_write() */
void mnt_drop_write(struct mount *m);
/* A filesystem mounted for the kernel alone (pipes, shared memory). */
struct mount *kern_mount(struct filesystem *fs);

/* ---- open files ---- */

struct file_ops {
	bool nowait;			/* read and write honour RWF_NOWAIT in it->rwf */
	loff_t (*llseek)(struct file *f, loff_t off, int whence);	/* NULL: -ESPIPE */
	/* Move up to it->count bytes at *pos, advance *pos. Bytes or -errno; respects O_NONBLOCK. May sleep. */
	ssize_t (*read)(struct file *f, struct iov_iter *it, loff_t *pos);
	ssize_t (*write)(struct file *f, struct iov_iter *it, loff_t *pos);
	int (*iterate)(struct file *f, struct dir_context *ctx);	/* directories; inode rwsem read-held */
	unsigned (*poll)(struct file *f, struct poll_table *pt);	/* NULL: always readable and writable */
	long (*ioctl)(struct file *f, unsigned cmd, unsigned long arg);	/* -ENOTTY for unknown */
	int (*mmap)(struct file *f, struct vm_area *vma);		/* sets vma->ops; NULL: -ENODEV */
	int (*open)(struct inode *inode, struct file *f);
	int (*flush)(struct file *f);					/* each close() of a descriptor */
	void (*release)(struct inode *inode, struct file *f);		/* last reference gone */
	int (*fsync)(struct file *f, loff_t start, loff_t end, bool datasync);
	int (*fasync)(int fd, struct file *f, bool on);			/* fs/fasync.h; NULL: O_ASYNC has no effect */
	long (*fallocate)(struct file *f, int mode, loff_t off, loff_t len);
	/*
	 * For splice and sendfile: the cached page that holds pos, referenced and uptodate, without a copy; *len bytes of it
	 * from pos on are the file's. `want` bytes will be asked for in all. NULL at the end of the file; ERR_PTR.
	 */
	struct page *(*splice_page)(struct file *f, loff_t pos, size_t want, size_t *len);
	void (*show_fdinfo)(struct seq_file *m, struct file *f);
};

struct file {
	atomic_t count;
	unsigned flags;			/* O_* as fcntl(F_GETFL) shows */
	unsigned mode;			/* FMODE_* */
	const struct file_ops *op;
	struct inode *inode;		/* path.dentry->inode */
	struct path path;
	loff_t pos;			/* pos_lock, where FMODE_ATOMIC_POS */
	struct mutex pos_lock;		/* RANK_FILE_POS */
	const struct cred *cred;	/* the opener's */
	struct address_space *mapping;
	void *private;
	struct { unsigned long next, size, prev; } ra;	/* read-ahead window, in pages */
	struct { struct pid *pid; int signum; uid_t uid, euid; int type; } owner;	/* F_SETOWN; inode->lock */
	bool async;			/* on a list of fs/fasync.h, or was */
	struct list_head epoll_links;
	int wb_error;			/* mapping->error sampled at open */
};
#define FMODE_READ		1u
#define FMODE_WRITE		2u
#define FMODE_LSEEK		4u
#define FMODE_PREAD		8u
#define FMODE_PWRITE		16u
#define FMODE_EXEC		32u
#define FMODE_PATH		64u	/* O_PATH */
#define FMODE_ATOMIC_POS	128u
#define FMODE_WRITER		256u	/* counted in inode->write_count */
#define FMODE_READER		1024u	/* counted in inode->read_count */
#define FMODE_MNT_WRITE		512u	/* holds mnt_want_write() */
#define FMODE_STREAM		2048u	/* no position: pipes, terminals */

static inline struct file *file_get(struct file *f) { atomic_inc(&f->count); return f; }
void file_put(struct file *f);
struct file *file_alloc(const struct path *path, unsigned flags, const struct file_ops *op);	/* ERR_PTR; takes path references */
struct file *file_open(const char *kernel_path, unsigned flags, umode_t mode);	/* ERR_PTR */
struct file *file_open_inode(struct inode *inode, unsigned flags, const struct file_ops *op, const char *name, void *private);	/* anonymous: "anon_inode:name" */
struct inode *anon_inode_new(umode_t mode);	/* of the filesystem of what has no name: pipes, sockets; NULL */
ssize_t kernel_read(struct file *f, void *buf, size_t n, loff_t *pos);
ssize_t kernel_write(struct file *f, const void *buf, size_t n, loff_t *pos);
ssize_t vfs_read(struct file *f, struct iov_iter *it, loff_t *pos);
ssize_t vfs_write(struct file *f, struct iov_iter *it, loff_t *pos);
int vfs_fsync(struct file *f, bool datasync);
int deny_write_access(struct file *f);	/* exec: -ETXTBSY */
void allow_write_access(struct file *f);

loff_t generic_llseek(struct file *f, loff_t off, int whence);	/* by i_size */
loff_t no_llseek(struct file *f, loff_t off, int whence);
loff_t fixed_size_llseek(struct file *f, loff_t off, int whence, loff_t size);

/* readdir: emit() returns false when the buffer is full; pos is the cookie of the entry itself. */
struct dir_context {
	bool (*emit)(struct dir_context *ctx, const char *name, u32 len, loff_t next_pos, ino_t ino, u8 type);
	loff_t pos;
};
bool dir_emit_dots(struct file *f, struct dir_context *ctx);	/* at positions 0 and 1 */

/* A library for filesystems that live in the dentry cache (devfs, tmpfs, sysfs). */
extern const struct file_ops simple_dir_ops;
extern const struct inode_ops simple_symlink_ops;	/* inode->private is the kmalloc'ed target */
int simple_statfs(struct dentry *d, struct abi_statfs64 *st);
struct dentry *simple_lookup(struct inode *dir, struct dentry *d);
int simple_setattr(struct dentry *d, struct iattr *attr);	/* attributes in memory only; no size */
const char *simple_get_link(struct dentry *d, struct inode *inode, void **cookie);
bool simple_empty(struct dentry *d);		/* a directory without positive children */

#endif
