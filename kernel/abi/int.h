/*
 * Fixed-width integers under reserved names, so that C library headers can use them without
 * taking names from programs. On i386 a 64-bit member of a struct is aligned to 4 bytes; every
 * structure in this folder relies on it, and userland/tests/abi-check.c proves the layouts.
 */
#ifndef ABI_INT_H
#define ABI_INT_H

typedef __UINT8_TYPE__ __u8;
typedef __UINT16_TYPE__ __u16;
typedef __UINT32_TYPE__ __u32;
typedef __UINT64_TYPE__ __u64;
typedef __INT8_TYPE__ __s8;
typedef __INT16_TYPE__ __s16;
typedef __INT32_TYPE__ __s32;
typedef __INT64_TYPE__ __s64;

#endif
