/* Memory on the stack, released when the function returns. */
#ifndef LIBC_ALLOCA_H
#define LIBC_ALLOCA_H

#include <bits/types.h>

#define alloca(size) __builtin_alloca(size)

#endif
