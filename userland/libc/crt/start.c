/*
 * From the initial stack to main(): environment, auxiliary vector, thread block, constructors.
 *
 * Runs before anything else of the library; until __init_tls() has returned, errno and the stack
 * protector must not be touched.
 */
#include <stdlib.h>
#include <string.h>
#include <abi/elf.h>
#include "libc.h"

uint32_t *__auxv;
char **environ;
char *program_invocation_name = "";
char *program_invocation_short_name = "";

extern void (*__preinit_array_start[])(int, char **, char **) __attribute__((visibility("hidden")));
extern void (*__preinit_array_end[])(int, char **, char **) __attribute__((visibility("hidden")));
extern void (*__init_array_start[])(int, char **, char **) __attribute__((visibility("hidden")));
extern void (*__init_array_end[])(int, char **, char **) __attribute__((visibility("hidden")));

int main(int argc, char **argv, char **envp);
void __libc_start(uintptr_t *stack);

unsigned long getauxval(unsigned long type)
{
	for (uint32_t *entry = __auxv; entry && entry[0] != AT_NULL; entry += 2)
		if (entry[0] == type)
			return entry[1];
	errno = ENOENT;
	return 0;
}

static uint32_t auxiliary(uint32_t type)
{
	for (uint32_t *entry = __auxv; entry[0] != AT_NULL; entry += 2)
		if (entry[0] == type)
			return entry[1];
	return 0;
}

__attribute__((optimize("no-stack-protector")))
void __libc_start(uintptr_t *stack)
{
	int argc = (int)stack[0];
	char **argv = (char **)(stack + 1);
	char **end;
	uint32_t entry;

	environ = argv + argc + 1;
	for (end = environ; *end; end++)
		;
	__auxv = (uint32_t *)(end + 1);
	entry = auxiliary(AT_SYSINFO);
	if (entry)
		__sysinfo = (void (*)(void))(uintptr_t)entry;
	__init_tls();

	if (argc > 0 && argv[0]) {
		char *slash = strrchr(argv[0], '/');

		program_invocation_name = argv[0];
		program_invocation_short_name = slash ? slash + 1 : argv[0];
	}
	for (size_t i = 0; i < (size_t)(__preinit_array_end - __preinit_array_start); i++)
		__preinit_array_start[i](argc, argv, environ);
	for (size_t i = 0; i < (size_t)(__init_array_end - __init_array_start); i++)
		__init_array_start[i](argc, argv, environ);
	exit(main(argc, argv, environ));
}
