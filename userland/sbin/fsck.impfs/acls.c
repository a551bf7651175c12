/* Access control lists: whether the kernel can use them, and whether the mode shows what they say. */
#include "fsck.h"

#include <stdio.h>
#include <string.h>

#include <abi/acl.h>

#define PASS "inodes"
#define PERMISSIONS 0777u
#define NAMED (ACL_USER | ACL_GROUP)

/* A list as it is in its attribute's value, which need not be aligned. */
struct list {
	const uint8_t *value;
	uint32_t size;
};

static struct acl_xattr_entry entry_at(const struct list *l, uint32_t i)
{
	struct acl_xattr_entry e;

	memcpy(&e, l->value + sizeof(struct acl_xattr_header) + i * sizeof(e), sizeof(e));
	return e;
}

static uint32_t count_of(const struct list *l)
{
	return (l->size - sizeof(struct acl_xattr_header)) / sizeof(struct acl_xattr_entry);
}

/* What is wrong with an entry, given those before it; in buf, or NULL. */
static const char *entry_problem(const struct list *l, uint32_t i, char buf[80])
{
	struct acl_xattr_entry e = entry_at(l, i);
	int twice = 0, disorder = 0;

	if (!e.tag || e.tag > ACL_OTHER || e.tag & (e.tag - 1))
		return snprintf(buf, 80, "has the unknown tag %u in entry %u", e.tag, i), buf;
	if (e.perm > 7)
		return snprintf(buf, 80, "has the impossible permissions %u in entry %u", e.perm, i), buf;
	if (e.tag & NAMED && e.id == ACL_NO_ID)
		return snprintf(buf, 80, "names nobody in entry %u", i), buf;
	for (uint32_t k = 0; k < i; k++) {
		struct acl_xattr_entry before = entry_at(l, k);

		twice |= before.tag == e.tag && (!(e.tag & NAMED) || before.id == e.id);
		disorder |= before.tag > e.tag;
	}
	if (twice)
		return snprintf(buf, 80, "has entry %u twice", i), buf;
	if (disorder)
		return snprintf(buf, 80, "has entry %u out of order", i), buf;
	return NULL;
}

static const char *list_problem(const struct list *l, char buf[80])
{
	struct acl_xattr_header head;
	uint32_t seen = 0;

	if (l->size < sizeof(head))
		return "ends within its header";
	memcpy(&head, l->value, sizeof(head));
	if (head.version != ACL_XATTR_VERSION)
		return snprintf(buf, 80, "has the unknown version %u", head.version), buf;
	if ((l->size - sizeof(head)) % sizeof(struct acl_xattr_entry))
		return "ends within an entry";
	if (count_of(l) == 0)
		return "has no entries";
	for (uint32_t i = 0; i < count_of(l); i++) {
		const char *problem = entry_problem(l, i, buf);

		if (problem)
			return problem;
		seen |= entry_at(l, i).tag;
	}
	if (!(seen & ACL_USER_OBJ))
		return "has no entry of the owner";
	if (!(seen & ACL_GROUP_OBJ))
		return "has no entry of the group";
	if (!(seen & ACL_OTHER))
		return "has no entry of others";
	return seen & NAMED && !(seen & ACL_MASK) ? "has no mask" : NULL;
}

/* Of a sound list: the entry before others' is the mask, or the group's if there is none. */
static uint32_t list_mode(const struct list *l)
{
	uint32_t n = count_of(l);

	return (uint32_t)entry_at(l, 0).perm << 6 | (uint32_t)entry_at(l, n - 2).perm << 3 | entry_at(l, n - 1).perm;
}

/* The value of a system attribute; the block is sound. */
static int find_list(const uint8_t *block, const char *full, struct list *out)
{
	const struct impfs_xattr_header *head = (const void *)block;
	const char *name = full + strlen("system.");
	uint32_t at = IMPFS_XATTR_HEADER;

	for (uint32_t i = 0; i < head->count; i++) {
		const struct impfs_xattr_entry *e = (const void *)(block + at);
		const uint8_t *from = block + at + sizeof(*e);

		if (e->space == IMPFS_XATTR_SYSTEM && e->name_len == strlen(name) && memcmp(from, name, e->name_len) == 0) {
			*out = (struct list){ from + e->name_len, e->value_len };
			return 1;
		}
		at = (at + sizeof(*e) + e->name_len + e->value_len + 3) & ~3u;
	}
	return 0;
}

void check_acls(struct volume *v, const struct known *k, const uint8_t *block)
{
	uint32_t kind = k->inode.mode & S_FMT, mode = k->inode.mode & PERMISSIONS;
	const char *problem;
	struct list list;
	char buf[80];

	if (find_list(block, XATTR_NAME_ACL_ACCESS, &list)) {
		if (kind == S_LNK)
			found(v, PASS, "inode %u: access list on a symbolic link", k->ino);
		else if ((problem = list_problem(&list, buf)))
			found(v, PASS, "inode %u: access list %s", k->ino, problem);
		else if (list_mode(&list) != mode)
			found(v, PASS, "inode %u: access list says 0%o, the mode 0%o", k->ino, list_mode(&list), mode);
	}
	if (find_list(block, XATTR_NAME_ACL_DEFAULT, &list)) {
		if (kind != S_DIR)
			found(v, PASS, "inode %u: default list on what is no directory", k->ino);
		else if ((problem = list_problem(&list, buf)))
			found(v, PASS, "inode %u: default list %s", k->ino, problem);
	}
}
