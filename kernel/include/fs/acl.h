/*
 * POSIX access control lists, acl(5): what those that are not the owner may do, and what is new in a folder begins with.
 *
 * inode->acl and inode->default_acl are NULL where the mode says it all, so that most checks cost one test. They are
 * read with their inode, and replaced or changed under its rwsem (write) and its lock, together with the mode: the mode
 * shows the entries of owner, group class and others. Whoever looks holds either.
 *
 * Where sb->no_acl is set the modes alone count. The lists are kept in step with them all the same.
 */
#ifndef FS_ACL_H
#define FS_ACL_H

#include <fs/vfs.h>
#include <abi/acl.h>

enum { ACL_TYPE_ACCESS, ACL_TYPE_DEFAULT, ACL_TYPES };

struct acl_entry {
	u16 tag, perm;
	u32 id;
};

/*
 * Entries in the order of their tags: the first is the owner's, the last everybody else's, and the one before it that of
 * the group class, which is the mask unless there are but three.
 */
struct acl {
	u32 count;		/* 0: acl_broken */
	struct acl_entry entry[];
};
#define ACL_ENTRIES_MAX ((PAGE_SIZE - sizeof(struct acl_xattr_header)) / sizeof(struct acl_xattr_entry))

/* Stands for one that could not be read: it lets nobody in, and cannot be shown, changed or inherited: -EIO. */
extern struct acl acl_broken;

/* ACL_TYPE_* of an attribute's name; -EOPNOTSUPP */
int acl_type(const char *name);
const char *acl_name(int type);

/* A list from an attribute's value; *out NULL for one without entries. -EINVAL, -EOPNOTSUPP (version), -ENOSPC, -ENOMEM */
int acl_decode(const void *value, size_t size, struct acl **out);
size_t acl_size(const struct acl *acl);			/* of its value */
void acl_encode(const struct acl *acl, void *value);
struct acl *acl_dup(const struct acl *acl);		/* NULL: out of memory */
void acl_free(struct acl *acl);

/* System calls on the attributes; rwsem held. As their inode operations. */
ssize_t acl_get(struct inode *inode, int type, void *value, size_t size);
int acl_set(struct inode *inode, int type, const void *value, size_t size);	/* no entries: removes */
ssize_t acl_list(struct inode *inode, char *list, size_t size);

/* Whether others than the owner may: 0, -EACCES, -EIO; -EAGAIN: there is no list that counts. Does not sleep. */
int acl_permission(struct inode *inode, int want);
/* chmod(): permissions of the three classes */
void acl_set_mode(struct acl *acl, umode_t mode);
/* For a filesystem's set_acl(): the list, consumed, and the mode are the inode's from now on. */
void acl_replace(struct inode *inode, umode_t mode, int type, struct acl *acl);

/* The mode that is asked for, of something new in dir: without the umask's bits unless dir says itself what is inherited. */
umode_t acl_new_mode(const struct inode *dir, umode_t mode);
/* Gives a new inode, that nobody else sees yet and that has its mode, what dir has for it. -ENOMEM, -EIO */
int acl_inherit(const struct inode *dir, struct inode *inode);

#endif
