/* Path walk. Results are referenced paths: path_put() them. All sleep. */
#ifndef FS_NAMEI_H
#define FS_NAMEI_H

#include <fs/vfs.h>

struct fs_struct {
	atomic_t count;
	spinlock_t lock;		/* RANK_FS_STRUCT */
	struct path root, pwd;		/* lock */
	umode_t umask;
};
struct fs_struct *fs_struct_dup(struct fs_struct *fs);	/* NULL: out of memory; from NULL: empty, umask 022 */
void fs_struct_put(struct fs_struct *fs);
void fs_set_pwd(struct fs_struct *fs, const struct path *path);	/* takes a reference of its own */
void fs_set_root(struct fs_struct *fs, const struct path *path);

#define LOOKUP_FOLLOW		1u	/* last component too */
#define LOOKUP_DIRECTORY	2u
#define LOOKUP_EMPTY		4u	/* AT_EMPTY_PATH */
#define LOOKUP_NO_XDEV		8u
#define LOOKUP_PARENT		16u
#define LOOKUP_CREATE		32u
#define LOOKUP_EXCL		64u

int user_path_at(int dfd, const char __user *name, unsigned flags, struct path *out);	/* 0 or -errno */
int kern_path(const char *name, unsigned flags, struct path *out);
/* A copy of a user's path string, to be freed by name_put(); ERR_PTR(-EFAULT, -ENAMETOOLONG, -ENOENT if empty). */
char *name_get(const char __user *name);
void name_put(char *name);
/* Open for execution: regular, executable, not on a noexec mount; ERR_PTR. */
struct file *open_exec(int dfd, const char *name, unsigned at_flags);
struct file *do_open(int dfd, const char *name, unsigned flags, umode_t mode);	/* ERR_PTR */

int vfs_create(struct path *dir, struct dentry *d, umode_t mode);
int vfs_mkdir(struct path *dir, struct dentry *d, umode_t mode);
int vfs_mknod(struct path *dir, struct dentry *d, umode_t mode, dev_t rdev);
/* bind(2): makes a socket's name; *out is the new path, referenced. -EEXIST and what mknod(2) returns. */
int vfs_make_socket(const char *name, umode_t mode, struct path *out);
int vfs_unlink(struct path *dir, struct dentry *d);
int vfs_rmdir(struct path *dir, struct dentry *d);
int vfs_truncate(const struct path *path, loff_t size, struct file *f);
int notify_change(const struct path *path, struct iattr *attr);
/* Kernel-side mount, during start-up. */
int kern_mount_at(const char *source, const char *dir, const char *type, unsigned long flags, const char *data);
/* Mounts the root filesystem named on the command line and makes it init's root. */
int mount_root(void);

#endif
