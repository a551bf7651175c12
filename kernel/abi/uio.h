/* Scatter and gather. */
#ifndef ABI_UIO_H
#define ABI_UIO_H

#include <abi/int.h>

#define UIO_MAXIOV	1024

struct abi_iovec {
	__u32 iov_base;
	__u32 iov_len;
};

#define RWF_HIPRI	0x01
#define RWF_DSYNC	0x02
#define RWF_SYNC	0x04
#define RWF_NOWAIT	0x08
#define RWF_APPEND	0x10

#endif
