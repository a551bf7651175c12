/* Thread variables in a library that is opened late, reached by descriptors. */
#include <stdint.h>
__thread int described = 52;
static __thread int hidden_described = 53;
__thread __attribute__((aligned(128))) char roomy[256];
int *described_address(void) { return &described; }
int *hidden_described_address(void) { return &hidden_described; }
int roomy_is_aligned(void) { return (uintptr_t)roomy % 128 == 0; }
