/* Directory entries as getdents and getdents64 return them: packed one after another, d_reclen apart. */
#ifndef ABI_DIRENT_H
#define ABI_DIRENT_H

#include <abi/int.h>

/* getdents: the file type is the last byte of the record, at d_reclen - 1 */
struct abi_dirent {
	__u32 d_ino;
	__u32 d_off;
	__u16 d_reclen;
	char d_name[1];
};

/* getdents64: records are multiples of 8 bytes, names end in NUL */
struct abi_dirent64 {
	__u64 d_ino;
	__s64 d_off;
	__u16 d_reclen;
	__u8 d_type;
	char d_name[];
};

#define DT_UNKNOWN	0
#define DT_FIFO		1
#define DT_CHR		2
#define DT_DIR		4
#define DT_BLK		6
#define DT_REG		8
#define DT_LNK		10
#define DT_SOCK		12
#define DT_WHT		14

#endif
