/* What a process was started with. */
#include <sys/auxv.h>
#include <abi/elf.h>
#include "libc.h"

uint32_t *__auxv;
char **environ;
char *program_invocation_name = (char *)"";
char *program_invocation_short_name = (char *)"";

unsigned long getauxval(unsigned long type)
{
	for (uint32_t *entry = __auxv; entry && entry[0] != AT_NULL; entry += 2)
		if (entry[0] == type)
			return entry[1];
	errno = ENOENT;
	return 0;
}
