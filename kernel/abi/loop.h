/* Loop devices: requests and the status that they exchange. */
#ifndef ABI_LOOP_H
#define ABI_LOOP_H

#include <abi/int.h>

#define LO_FLAGS_READ_ONLY	1
#define LO_FLAGS_AUTOCLEAR	4
#define LO_FLAGS_PARTSCAN	8

struct abi_loop_info64 {
	__u64 lo_device;
	__u64 lo_inode;
	__u64 lo_rdevice;
	__u64 lo_offset;
	__u64 lo_sizelimit;
	__u32 lo_number;
	__u32 lo_encrypt_type;
	__u32 lo_encrypt_key_size;
	__u32 lo_flags;
	__u8 lo_file_name[64];
	__u8 lo_crypt_name[64];
	__u8 lo_encrypt_key[32];
	__u64 lo_init[2];
};

struct abi_loop_config {
	__u32 fd;
	__u32 block_size;
	struct abi_loop_info64 info;
	__u64 reserved[8];
};

#define LOOP_SET_FD		0x4c00
#define LOOP_CLR_FD		0x4c01
#define LOOP_SET_STATUS64	0x4c04
#define LOOP_GET_STATUS64	0x4c05
#define LOOP_SET_CAPACITY	0x4c07
#define LOOP_CONFIGURE		0x4c0a
#define LOOP_CTL_GET_FREE	0x4c82

#endif
