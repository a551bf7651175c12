/* What a process was started with. */
#include <string.h>
#include <sys/auxv.h>
#include <abi/elf.h>
#include "libc.h"
#include "start.h"

uint32_t *__auxv;
char **environ;
char *program_invocation_name = (char *)"";
char *program_invocation_short_name = (char *)"";

void __set_program_name(char *path)
{
	char *slash = path ? strrchr(path, '/') : NULL;

	if (!path)
		return;
	program_invocation_name = path;
	program_invocation_short_name = slash ? slash + 1 : path;
}

unsigned long getauxval(unsigned long type)
{
	for (uint32_t *entry = __auxv; entry && entry[0] != AT_NULL; entry += 2)
		if (entry[0] == type)
			return entry[1];
	errno = ENOENT;
	return 0;
}
