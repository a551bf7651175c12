/* Thread-local storage descriptors: set_thread_area, modify_ldt, CLONE_SETTLS */
#ifndef ABI_LDT_H
#define ABI_LDT_H

#include <abi/int.h>

#define LDT_ENTRIES			8192
#define LDT_ENTRY_SIZE			8
#define MODIFY_LDT_CONTENTS_DATA	0
#define MODIFY_LDT_CONTENTS_STACK	1
#define MODIFY_LDT_CONTENTS_CODE	2

#define GDT_ENTRY_TLS_MIN		6
#define GDT_ENTRY_TLS_MAX		8
#define GDT_ENTRY_TLS_ENTRIES		3

struct abi_user_desc {
	__u32 entry_number;	/* 0xffffffff: the kernel chooses and writes it back */
	__u32 base_addr;
	__u32 limit;
	__u32 seg_32bit : 1;
	__u32 contents : 2;
	__u32 read_exec_only : 1;
	__u32 limit_in_pages : 1;
	__u32 seg_not_present : 1;
	__u32 useable : 1;
};

#endif
