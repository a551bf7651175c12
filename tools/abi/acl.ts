/** The tables of `kernel/abi/acl.h`: access control lists as values of extended attributes. */
import { layout } from './layout.js';

/** Constants named as in the header without the prefix `ACL_`. */
export const ACL = {
	XATTR_VERSION: 2,
	USER_OBJ: 0x01,
	USER: 0x02,
	GROUP_OBJ: 0x04,
	GROUP: 0x08,
	MASK: 0x10,
	OTHER: 0x20,
	NO_ID: 0xffffffff,
} as const;

export const ACL_ACCESS = 'system.posix_acl_access';
export const ACL_DEFAULT = 'system.posix_acl_default';

export const aclHeaderLayout = layout('acl_xattr_header', [['version', 'u32']]);

export const aclEntryLayout = layout('acl_xattr_entry', [
	['tag', 'u16'],
	['perm', 'u16'],
	['id', 'u32'],
]);

export type AclEntry = ReturnType<typeof aclEntryLayout.decode>;
