/* Extended attributes: names are prefix and name, at most XATTR_NAME_MAX bytes. */
#ifndef ABI_XATTR_H
#define ABI_XATTR_H

#define XATTR_CREATE		0x1
#define XATTR_REPLACE		0x2
#define XATTR_NAME_MAX		255
#define XATTR_SIZE_MAX		65536
#define XATTR_LIST_MAX		65536

#define XATTR_USER_PREFIX	"user."
#define XATTR_SYSTEM_PREFIX	"system."
#define XATTR_SECURITY_PREFIX	"security."
#define XATTR_TRUSTED_PREFIX	"trusted."

#endif
