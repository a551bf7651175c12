/*
 * Extended attributes: all of an inode's lie in one block, entries without gaps in the order they were first set. The
 * inode's rwsem (the VFS holds it: write to change, read to look) guards them.
 */
#include "impfs.h"

#include <abi/capability.h>
#include <abi/xattr.h>

static const struct {
	const char *prefix;
	u8 len, space;
} prefixes[] = {
	{ XATTR_USER_PREFIX, sizeof(XATTR_USER_PREFIX) - 1, IMPFS_XATTR_USER },
	{ XATTR_TRUSTED_PREFIX, sizeof(XATTR_TRUSTED_PREFIX) - 1, IMPFS_XATTR_TRUSTED },
	{ XATTR_SECURITY_PREFIX, sizeof(XATTR_SECURITY_PREFIX) - 1, IMPFS_XATTR_SECURITY },
	{ XATTR_SYSTEM_PREFIX, sizeof(XATTR_SYSTEM_PREFIX) - 1, IMPFS_XATTR_SYSTEM },
};

/* Cuts a name into its space and the rest. -EOPNOTSUPP for an unknown prefix. */
static int split_name(const char *name, u8 *space, const char **rest, u32 *len)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (strncmp(name, prefixes[i].prefix, prefixes[i].len) != 0)
			continue;
		*space = prefixes[i].space;
		*rest = name + prefixes[i].len;
		*len = (u32)strlen(*rest);
		return *len == 0 ? -EINVAL : *len > 255 ? -ERANGE : 0;
	}
	return -EOPNOTSUPP;
}

static u32 entry_size(u32 name_len, u32 value_len)
{
	return (sizeof(struct impfs_xattr_entry) + name_len + value_len + 3) & ~3u;
}

static inline char *entry_name(struct impfs_xattr_entry *e) { return (char *)(e + 1); }
static inline u8 *entry_value(struct impfs_xattr_entry *e) { return (u8 *)(e + 1) + e->name_len; }

static const char *block_problem(void *data, u32 ino)
{
	const struct impfs_xattr_header *head = data;
	u32 at = IMPFS_XATTR_HEADER, i;

	if (head->magic != IMPFS_XATTR_MAGIC || head->ino != ino)
		return "xattr block of nobody or somebody else";
	if (head->used < IMPFS_XATTR_HEADER || head->used > IMPFS_CSUM_OFFSET)
		return "xattr block: impossible length";
	for (i = 0; i < head->count; i++) {
		const struct impfs_xattr_entry *e = (void *)((u8 *)data + at);

		if (at + sizeof(*e) > head->used || e->name_len == 0 || e->space < IMPFS_XATTR_USER ||
		    e->space > IMPFS_XATTR_SYSTEM)
			return "xattr block: impossible entry";
		at += entry_size(e->name_len, e->value_len);
		if (at > head->used)
			return "xattr block: entry beyond the end";
	}
	return at == head->used ? NULL : "xattr block: wrong length";
}

/* The inode's xattr block, verified; *out NULL if it has none. */
static int read_xattrs(struct inode *inode, struct buffer **out)
{
	u32 block = impfs_i(inode)->xattr_block;
	const char *problem;
	struct buffer *b;
	int err;

	*out = NULL;
	if (!block)
		return 0;
	err = impfs_read_owned(inode, block, &b);
	if (err)
		return err;
	problem = block_problem(b->data, impfs_ino(inode));
	if (problem) {
		buffer_put(b);
		return impfs_damaged(impfs_of(inode->sb), impfs_ino(inode), block, problem);
	}
	*out = b;
	return 0;
}

static struct impfs_xattr_entry *next_entry(struct impfs_xattr_entry *e)
{
	return (void *)((u8 *)e + entry_size(e->name_len, e->value_len));
}

static struct impfs_xattr_entry *find_entry(void *data, u8 space, const char *name, u32 len)
{
	const struct impfs_xattr_header *head = data;
	struct impfs_xattr_entry *e = (void *)((u8 *)data + IMPFS_XATTR_HEADER);
	u32 i;

	for (i = 0; i < head->count; i++, e = next_entry(e))
		if (e->space == space && e->name_len == len && __builtin_memcmp(entry_name(e), name, len) == 0)
			return e;
	return NULL;
}

ssize_t impfs_getxattr(struct inode *inode, const char *name, void *value, size_t size)
{
	struct impfs_xattr_entry *e;
	struct buffer *b;
	const char *rest;
	ssize_t ret;
	u32 len;
	u8 space;
	int err = split_name(name, &space, &rest, &len);

	if (!err)
		err = read_xattrs(inode, &b);
	if (err)
		return err;
	if (!b)
		return -ENODATA;
	e = find_entry(b->data, space, rest, len);
	if (!e)
		ret = -ENODATA;
	else if (size && size < e->value_len)
		ret = -ERANGE;
	else {
		ret = e->value_len;
		if (size)
			__builtin_memcpy(value, entry_value(e), e->value_len);
	}
	buffer_put(b);
	return ret;
}

ssize_t impfs_listxattr(struct inode *inode, char *list, size_t size)
{
	const struct impfs_xattr_header *head;
	struct impfs_xattr_entry *e;
	struct buffer *b;
	size_t used = 0;
	u32 i;
	int err = read_xattrs(inode, &b);

	if (err || !b)
		return err;
	head = b->data;
	e = (void *)((u8 *)b->data + IMPFS_XATTR_HEADER);
	for (i = 0; i < head->count; i++, e = next_entry(e)) {
		u32 prefix = prefixes[e->space - 1].len, n = prefix + e->name_len + 1;

		if (e->space == IMPFS_XATTR_SYSTEM)
			continue;	/* the VFS's own, which it tells of itself */
		if (e->space == IMPFS_XATTR_TRUSTED && !capable(CAP_SYS_ADMIN))
			continue;
		if (size) {
			if (used + n > size) {
				buffer_put(b);
				return -ERANGE;
			}
			__builtin_memcpy(list + used, prefixes[e->space - 1].prefix, prefix);
			__builtin_memcpy(list + used + prefix, entry_name(e), e->name_len);
			list[used + n - 1] = '\0';
		}
		used += n;
	}
	buffer_put(b);
	return (ssize_t)used;
}

static void remove_entry(void *data, struct impfs_xattr_entry *e)
{
	struct impfs_xattr_header *head = data;
	u32 size = entry_size(e->name_len, e->value_len);
	u32 after = (u32)((u8 *)data + head->used - ((u8 *)e + size));

	memmove(e, (u8 *)e + size, after);
	head->used -= size;
	head->count--;
	__builtin_memset((u8 *)data + head->used, 0, size);
}

/* The block for a change, made if there is none; part of the transaction. */
static int block_for_change(struct handle *h, struct inode *inode, struct buffer **out)
{
	struct impfs_node *node = impfs_i(inode);
	struct impfs_xattr_header *head;
	u32 block, count = 1;
	int err = read_xattrs(inode, out);

	if (err)
		return err;
	if (*out) {
		err = journal_access_tail(h, *out, impfs_owner_seed(inode, node->xattr_block));
		if (err)
			buffer_put(*out);
		return err;
	}
	err = impfs_alloc_blocks(h, (impfs_ino(inode) - 1) / h->fs->group_inodes * IMPFS_GROUP_BLOCKS, &block, &count);
	if (err)
		return err;
	err = impfs_fresh(h, block, impfs_owner_seed(inode, block), out);
	if (err) {
		(void)impfs_free_blocks(h, block, 1);	/* the first error is the one to tell */
		return err;
	}
	head = (*out)->data;
	head->magic = IMPFS_XATTR_MAGIC;
	head->ino = impfs_ino(inode);
	head->used = IMPFS_XATTR_HEADER;
	node->xattr_block = block;
	inode->blocks += IMPFS_BLOCK_SIZE / 512;
	return 0;
}

/* An empty block goes. Consumes the reference to it. */
static int drop_if_empty(struct handle *h, struct inode *inode, struct buffer *b)
{
	struct impfs_node *node = impfs_i(inode);
	bool empty = ((struct impfs_xattr_header *)b->data)->count == 0;
	int err = 0;

	buffer_put(b);
	if (empty) {
		err = impfs_free_metadata(h, node->xattr_block);
		node->xattr_block = 0;
		inode->blocks -= IMPFS_BLOCK_SIZE / 512;
	}
	return err;
}

/* The entry of a name, cut to one of another value or taken out (value NULL). -ENOSPC, -ENODATA, -EEXIST */
int impfs_put_xattr(struct handle *h, struct inode *inode, const char *name, const void *value, u32 size, int flags)
{
	struct impfs_xattr_header *head;
	struct impfs_xattr_entry *e;
	const char *rest;
	struct buffer *b;
	u32 len, room;
	u8 space;
	int err = split_name(name, &space, &rest, &len), err2;

	if (err)
		return err;
	if (value && entry_size(len, size) > IMPFS_CSUM_OFFSET - IMPFS_XATTR_HEADER)
		return -ENOSPC;
	if (!value && !impfs_i(inode)->xattr_block)
		return -ENODATA;
	err = block_for_change(h, inode, &b);
	if (err)
		return err;
	head = b->data;
	e = find_entry(head, space, rest, len);
	if (!e && (!value || flags & XATTR_REPLACE))
		err = -ENODATA;
	else if (e && flags & XATTR_CREATE)
		err = -EEXIST;
	else if (value) {
		room = IMPFS_CSUM_OFFSET - head->used + (e ? entry_size(e->name_len, e->value_len) : 0);
		if (entry_size(len, size) > room)
			err = -ENOSPC;
	}
	if (!err) {
		if (e)
			remove_entry(head, e);
		if (value) {
			e = (void *)((u8 *)head + head->used);
			e->name_len = (u8)len;
			e->space = space;
			e->value_len = (u16)size;
			__builtin_memcpy(entry_name(e), rest, len);
			__builtin_memcpy(entry_value(e), value, size);
			head->used += entry_size(len, size);
			head->count++;
		}
	}
	err2 = drop_if_empty(h, inode, b);
	return err ? err : err2;
}

static int change(struct inode *inode, const char *name, const void *value, u32 size, int flags)
{
	struct handle h;
	int err, err2;

	journal_room(impfs_of(inode->sb));
	err = journal_begin(&h, impfs_of(inode->sb));
	if (err)
		return err;
	err = impfs_put_xattr(&h, inode, name, value, size, flags);
	if (!err)
		inode_now(inode, ATTR_CTIME);
	/* After a failure too: it may have a block that it had not. */
	err2 = impfs_put_inode(&h, inode);
	journal_end(&h);
	return err ? err : err2;
}

int impfs_setxattr(struct inode *inode, const char *name, const void *value, size_t size, int flags)
{
	if (size > IMPFS_BLOCK_SIZE)
		return -ENOSPC;
	return change(inode, name, value ? value : "", (u32)size, flags);
}

int impfs_removexattr(struct inode *inode, const char *name)
{
	return change(inode, name, NULL, 0, 0);
}
