/* Another name of poll.h. */
#ifndef LIBC_SYS_POLL_H
#define LIBC_SYS_POLL_H

#include <poll.h>

#endif
