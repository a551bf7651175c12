/* Whether the processor moves 16 bytes at once (SSE2): whoever starts the process says so. */
#include "libc.h"

int __cpu_vector __attribute__((visibility("hidden")));
