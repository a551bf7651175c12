/*
 * What the files of fs/ share among themselves. Nothing outside fs/ and sys/fs_*.c includes this.
 */
#ifndef FS_INTERNAL_H
#define FS_INTERNAL_H

#include <fs/vfs.h>
#include <fs/namei.h>

struct files;

/* The dentry tree and its hash, mount hash and mount counts' tree: one short spin lock, RANK_DCACHE. */
extern spinlock_t dcache_lock;
/* The tree of mounts, RANK_MOUNT_TREE. */
extern struct mutex mount_mutex;
/* Inode hash, lists and states, RANK_ICACHE. */
extern spinlock_t icache_lock;
extern struct list_head super_blocks;	/* super_mutex */
extern struct mutex super_mutex;
extern struct list_head mount_list;	/* mount_mutex: all attached mounts */

/* name_hash() a byte at a time, for the path walk */
#define NAME_HASH_INIT 0u
static inline u32 name_hash_step(u32 h, char c) { return (h + (u8)c) * 0x9e3779b1u; }
static inline u32 name_hash_end(u32 h, u32 len) { return (h ^ (h >> 15)) + len; }

/* dcache.c; dcache_lock held */
struct dentry *d_find_locked(const struct dentry *parent, const char *name, u32 len, u32 hash);
void dcache_shrink_children(struct dentry *root);	/* drops every unused descendant; sleeps */
void dcache_umount(struct super_block *sb);		/* the whole tree goes; complains about busy dentries */
bool d_is_ancestor(const struct dentry *a, const struct dentry *d);	/* a == d or above; takes dcache_lock */
struct dentry *d_alloc_pseudo(struct super_block *sb, const struct qstr *name);	/* unhashed, its own parent */
unsigned long dcache_count_all(unsigned long *unused);

/* dpath.c */
int path_root(struct path *out);			/* current's root, referenced */
void path_pwd(struct path *out);
/* Like d_path() but relative to `root`; NULL in *unreachable ignored. */
char *d_path_from(const struct path *path, const struct path *root, char *buf, size_t size, bool *unreachable);

/* sys/fs_fiemap.c */
struct abi_fiemap;
long file_fiemap(struct file *f, struct abi_fiemap __user *u);
long file_fibmap(struct file *f, u32 __user *u);

/* inode.c */
void inodes_evict_sb(struct super_block *sb);
unsigned long inode_count_all(unsigned long *unused);
void inode_wait_state(struct inode *inode, unsigned bit);

/* super.c */
struct super_block *sb_alloc(const struct filesystem *fs, unsigned long flags);
const struct filesystem *filesystem_find(const char *name, size_t len);
void sb_put_active(struct super_block *sb);
dev_t anon_dev_get(void);
extern struct list_head filesystems;

/* mount.c */
struct mount *mount_lookup_locked(const struct mount *parent, const struct dentry *d);	/* dcache_lock held */
bool path_cross_down(struct path *p);			/* while something is mounted there; true if it moved */
bool path_up(struct path *p, const struct path *root);	/* ".." */
int do_mount(const char *source, const char *dir, const char *type, unsigned long flags, const char *data);
int do_umount(const struct path *path, unsigned flags);
int do_pivot_root(const struct path *new, struct path *old);	/* pivot_root.c; *old may move to what is mounted on it */
/* The tree itself, with mount_mutex held: where m hangs; and off it, with the place handed to the caller to be put later. */
void mount_attach_locked(struct mount *m, const struct path *at);
void mount_detach_locked(struct mount *m, struct path *covered);
struct mount *mount_first(struct super_block *sb, unsigned long flags, const char *source);	/* the root of the tree */

/* attr.c */
int generic_permission(struct inode *inode, int mask);
int path_permission(const struct path *path, int mask);		/* inode_permission() and the mount's read-only flag */
int may_delete(struct inode *dir, struct dentry *victim, bool isdir);
int may_create(struct inode *dir, struct dentry *child);
int vfs_getattr(const struct path *path, struct kstat *st);
bool inode_owner_or_capable(const struct inode *inode);
int file_remove_privs(struct file *f);

/* namei.c */
struct nameidata {
	struct path path;		/* where the walk is; referenced */
	struct path root;		/* mnt NULL: not taken yet */
	const char *last;		/* LOOKUP_PARENT: the final component */
	u32 last_len;
	u32 last_hash;
	int last_type;			/* LAST_* */
	unsigned flags;
	unsigned resolve;		/* RESOLVE_* of openat2 */
	unsigned links;			/* symlinks followed */
	unsigned depth;			/* of the stack */
	unsigned pending;		/* frames with text left after the link */
	bool last_slash;		/* trailing slashes */
	struct link_frame *stack;	/* LINK_DEPTH of them, allocated at the first symlink */
};
enum { LAST_NORM, LAST_DOT, LAST_DOTDOT, LAST_ROOT };
#define NAME_MAX	255
#define PATH_MAX	4096
#define MAX_LINKS	40

/* A name from user space: short ones live on the caller's stack. */
struct name_buffer {
	const char *name;
	char *heap;
	char local[112];
};
int name_fetch(struct name_buffer *nb, const char __user *name, bool may_be_empty);
static inline void name_drop(struct name_buffer *nb)
{
	if (unlikely(nb->heap))
		name_put(nb->heap);
}

int path_at(int dfd, const char *name, unsigned flags, struct path *out);
int path_at_resolve(int dfd, const char *name, unsigned flags, unsigned resolve, struct path *out);
/* The parent directory, referenced in nd->path; nd->last names what is below. nd_done() afterwards. */
int path_parent(int dfd, const char *name, unsigned flags, struct nameidata *nd);
int path_parent_resolve(int dfd, const char *name, unsigned flags, unsigned resolve, struct nameidata *nd);
/* The last component turned out to be the symlink d (consumed): walk on to the parent of what it names. */
int path_follow_last(struct nameidata *nd, struct dentry *d);
void nd_done(struct nameidata *nd);
/* The dentry of nd's last component, positive or negative, referenced; the parent's rwsem is held. */
struct dentry *lookup_child(struct dentry *parent, const char *name, u32 len, unsigned flags);

/* namei_ops.c */
struct dentry *path_create_begin(int dfd, const char *name, struct nameidata *nd, bool is_dir);
void path_create_end(struct nameidata *nd, struct dentry *d);
int do_mknodat(int dfd, const char *name, umode_t mode, dev_t dev);
int do_mkdirat(int dfd, const char *name, umode_t mode);
int do_unlinkat(int dfd, const char *name);
int do_rmdirat(int dfd, const char *name);
int do_symlinkat(const char *target, int dfd, const char *name);
int do_linkat(int odfd, const char *oname, int ndfd, const char *nname, unsigned flags);
int do_renameat(int odfd, const char *oname, int ndfd, const char *nname, unsigned flags);
int vfs_link(struct dentry *old, const struct path *dir, struct dentry *d);
int vfs_symlink(const struct path *dir, struct dentry *d, const char *target);

/* open.c */
struct file *do_filp_open(int dfd, const char *name, unsigned flags, umode_t mode, unsigned resolve);
struct file *dentry_open(const struct path *path, unsigned flags);
struct file *path_open(const struct path *path, unsigned flags);	/* with open(2)'s checks */
ssize_t read_link_text(struct dentry *d, char *buf, size_t size);	/* follows get_link or jump_link; bytes */

/* file.c */
extern unsigned long nr_files;
extern int max_files;		/* how many there may be but for the privileged */
int anon_fd(const char *name, const struct file_ops *op, void *private, unsigned flags);	/* eventfd.c */

/* locks.c */
void locks_release_posix(struct inode *inode, struct files *owner);	/* a descriptor was closed */
void locks_release_file(struct file *f);
/* Leases (lease.c). flags: how it is opened. 0, -EWOULDBLOCK, -ERESTARTSYS. */
int lease_break_slow(struct inode *inode, unsigned flags);
static inline int lease_break(struct inode *inode, unsigned flags)
{
	return unlikely(READ_ONCE(inode->leases)) ? lease_break_slow(inode, flags) : 0;
}
long lease_set(unsigned fd, struct file *f, unsigned long type);
long lease_get(struct file *f);
void lease_release_slow(struct file *f);
struct seq_file;
void leases_show(struct seq_file *m, unsigned n);	/* /proc/locks, after the first n */
struct abi_flock64;
int locks_get(struct file *f, struct abi_flock64 *fl, bool ofd);
int locks_set(struct file *f, struct abi_flock64 *fl, bool ofd, bool wait);
int locks_flock(struct file *f, unsigned cmd);
void locks_free_inode(struct inode *inode);

/* pipe.c */
int pipe_create(struct file **ends, unsigned flags);
struct pipe *file_pipe(struct file *f);
void pipe_finish(struct file *w);			/* no more comes from this end: waits until nobody reads any more, or current is killed */
long pipe_set_size(struct file *f, unsigned long size);
long pipe_get_size(struct file *f);
extern const struct file_ops fifo_ops;
void pipe_free_inode(struct inode *inode);

/* epoll.c */
void epoll_file_released(struct file *f);

/* anonymous inodes */
int devfs_path(struct path *out);			/* the root of devfs, referenced */
extern const struct file_ops chrdev_open_ops, bad_sock_ops;
extern const struct file_ops kmsg_ops;
void chrdev_show(struct seq_file *m);			/* /proc/devices */

/* filemap.c */
bool radix_present(struct address_space *m, unsigned long index);
#define FILE_RANDOM	0x80000000u	/* in file->flags: POSIX_FADV_RANDOM */

#endif
