#include <stdlib.h>
int only_first(void) { return 92; }
int common(void) { return 'f'; }
int first_common(void) { return common(); }
static int *told;
static void at_end(void) { if (told) ++*told; }
void first_tell(int *where) { told = where; atexit(at_end); }
__attribute__((destructor)) static void end(void) { if (told) *told += 10; }
