/* <ucontext.h> by its other name. */
#ifndef LIBC_SYS_UCONTEXT_H
#define LIBC_SYS_UCONTEXT_H

#include <ucontext.h>

#endif
