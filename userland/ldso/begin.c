/* From a dynamic program's _start to its main(). */
#include <stdlib.h>
#include "ldso.h"

extern char **environ;
void __libc_start_main(int (*main)(int, char **, char **), uintptr_t *stack);

void __libc_start_main(int (*main)(int, char **, char **), uintptr_t *stack)
{
	int argc = (int)stack[0];
	char **argv = (char **)(stack + 1);

	exit(main(argc, argv, environ));
}
