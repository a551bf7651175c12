/* Rarer operations on an address space, most on the caller's, behind mlock(2), madvise(2), mincore(2), msync(2). They sleep. */
#ifndef MM_ADVICE_H
#define MM_ADVICE_H

#include <core/types.h>

struct mm;

int vm_mlock(unsigned long addr, unsigned long len, bool lock, bool populate);	/* 0, -ENOMEM, -EPERM, -EAGAIN, -EINVAL */
int vm_mlockall(unsigned flags);		/* MCL_*; 0: unlock all */
int vm_madvise(struct mm *mm, unsigned long addr, unsigned long len, int advice);
int vm_msync(unsigned long addr, unsigned long len, int flags);
/* Which pages of [addr, addr + n pages) are in memory: a byte each, bit 0. -ENOMEM: a hole. */
int vm_mincore(unsigned long addr, unsigned long n, unsigned char *vec);

#endif
