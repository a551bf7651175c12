/* FS_IOC_FIEMAP: where a file's bytes lie, as Linux has it. */
#ifndef ABI_FIEMAP_H
#define ABI_FIEMAP_H

#include <abi/int.h>

#define FS_IOC_FIEMAP		0xc020660bu

#define FIEMAP_FLAG_SYNC	0x1u	/* write dirty pages out first */

#define FIEMAP_EXTENT_LAST	0x1u	/* the file has no more */
#define FIEMAP_EXTENT_UNWRITTEN	0x800u	/* reserved; reads as zeros */
#define FIEMAP_EXTENT_MERGED	0x1000u	/* put together from blocks that the file knows one by one */

/* All in bytes. The extents follow. */
struct abi_fiemap {
	__u64 start;
	__u64 length;
	__u32 flags;		/* in: what to do; with EBADR: what is not known */
	__u32 mapped;		/* out: extents told, or that there are if `count` is 0 */
	__u32 count;		/* in: room */
	__u32 reserved;
};
_Static_assert(sizeof(struct abi_fiemap) == 32, "fiemap");

struct abi_fiemap_extent {
	__u64 logical;
	__u64 physical;
	__u64 length;
	__u64 reserved64[2];
	__u32 flags;
	__u32 reserved[3];
};
_Static_assert(sizeof(struct abi_fiemap_extent) == 56, "fiemap extent");

#endif
