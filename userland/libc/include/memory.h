/* Another name of string.h. */
#ifndef LIBC_MEMORY_H
#define LIBC_MEMORY_H

#include <string.h>

#endif
