/* The fixed-width integers under the short names that the kernel and the tools use. */
#ifndef ABI_TYPES_H
#define ABI_TYPES_H

#include <abi/int.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

#endif
