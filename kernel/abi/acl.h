/* Access control lists as values of extended attributes: a header and entries without gaps, little endian. */
#ifndef ABI_ACL_H
#define ABI_ACL_H

#include <abi/int.h>

#define XATTR_NAME_ACL_ACCESS	"system.posix_acl_access"
#define XATTR_NAME_ACL_DEFAULT	"system.posix_acl_default"

#define ACL_XATTR_VERSION	2

/* Tags, in the order that entries have. */
#define ACL_USER_OBJ		0x01	/* the owner */
#define ACL_USER		0x02	/* of the entry's id */
#define ACL_GROUP_OBJ		0x04	/* the file's group */
#define ACL_GROUP		0x08	/* of the entry's id */
#define ACL_MASK		0x10	/* the most that the three above but the owner have */
#define ACL_OTHER		0x20

#define ACL_NO_ID		0xffffffffu	/* of entries that are of nobody by number */

struct acl_xattr_header {
	__u32 version;
};
_Static_assert(sizeof(struct acl_xattr_header) == 4, "acl header");

struct acl_xattr_entry {
	__u16 tag;
	__u16 perm;			/* 4 read, 2 write, 1 execute or search */
	__u32 id;
};
_Static_assert(sizeof(struct acl_xattr_entry) == 8, "acl entry");

#endif
