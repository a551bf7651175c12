/* Swap areas: swapon(2)'s flags, and the header in an area's first page. */
#ifndef ABI_SWAP_H
#define ABI_SWAP_H

#include <abi/int.h>

#define SWAP_FLAG_PREFER	0x8000
#define SWAP_FLAG_PRIO_MASK	0x7fff
#define SWAP_FLAG_DISCARD	0x10000
#define SWAP_FLAG_DISCARD_ONCE	0x20000
#define SWAP_FLAG_DISCARD_PAGES	0x40000
#define SWAP_FLAGS_KNOWN	0x7ffff

#define SWAP_MAGIC		"SWAPSPACE2"	/* the last ten bytes of the page */
#define SWAP_MAGIC_OFFSET	4086
#define SWAP_BADPAGES_MAX	637

/*
 *	   0  boot sectors, left alone
 *	1024  version (1), last page, number of bad pages
 *	1036  UUID, volume name, padding
 *	1536  bad pages
 *	4086  "SWAPSPACE2"
 *
 * Numbers are in the byte order of the machine that made it.
 */
struct abi_swap_header {
	__u8 boot[1024];
	__u32 version, last_page, nr_badpages;
	__u8 uuid[16];
	__u8 volume_name[16];
	__u32 padding[117];
	__u32 badpages[SWAP_BADPAGES_MAX];
	__u8 rest[2];
	__u8 magic[10];
};
_Static_assert(sizeof(struct abi_swap_header) == 4096, "a page");
_Static_assert(__builtin_offsetof(struct abi_swap_header, magic) == SWAP_MAGIC_OFFSET, "magic");

#endif
