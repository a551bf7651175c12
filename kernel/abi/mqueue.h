/* POSIX message queues. */
#ifndef ABI_MQUEUE_H
#define ABI_MQUEUE_H

#include <abi/int.h>

#define MQ_PRIO_MAX	32768

struct abi_mq_attr {
	__s32 mq_flags;		/* O_NONBLOCK */
	__s32 mq_maxmsg;
	__s32 mq_msgsize;
	__s32 mq_curmsgs;
	__s32 __reserved[4];
};

#endif
