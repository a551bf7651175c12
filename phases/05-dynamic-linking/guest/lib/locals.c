/* Thread variables in a library that is opened late, aligned ones among them. */
#include <stdint.h>
__thread int late = 42;
static __thread int hidden_late = 43;
__thread __attribute__((aligned(128))) char spacious[256];
int *late_address(void) { return &late; }
int *hidden_late_address(void) { return &hidden_late; }
int spacious_is_aligned(void) { return (uintptr_t)spacious % 128 == 0; }
