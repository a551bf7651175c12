/* The allocator's own calls. */
#ifndef LIBC_MALLOC_H
#define LIBC_MALLOC_H

#include <stdlib.h>

#endif
