/* Another name of signal.h. */
#ifndef LIBC_SYS_SIGNAL_H
#define LIBC_SYS_SIGNAL_H

#include <signal.h>

#endif
