/*
 * A static program's way from the initial stack to main(): environment, auxiliary vector, thread block,
 * constructors. A dynamic one's is the loader's.
 *
 * Runs before anything else of the library; until the thread block is in use, system calls, errno and the
 * stack protector must not be touched.
 */
#include <stdlib.h>
#include <string.h>
#include <abi/elf.h>
#include <abi/mman.h>
#include "start.h"
#include "thread.h"
#include "tls-module.h"

extern void (*__preinit_array_start[])(int, char **, char **) __attribute__((visibility("hidden")));
extern void (*__preinit_array_end[])(int, char **, char **) __attribute__((visibility("hidden")));
extern void (*__init_array_start[])(int, char **, char **) __attribute__((visibility("hidden")));
extern void (*__init_array_end[])(int, char **, char **) __attribute__((visibility("hidden")));

int main(int argc, char **argv, char **envp);
void __libc_start(uintptr_t *stack);

static uint32_t auxiliary(uint32_t type)
{
	for (uint32_t *entry = __auxv; entry[0] != AT_NULL; entry += 2)
		if (entry[0] == type)
			return entry[1];
	return 0;
}

static long map(uint32_t size)
{
	const uint32_t arguments[] = {
		0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, (uint32_t)-1, 0,
	};
	long answer;

	__asm__ volatile("int $0x80" : "=a"(answer) : "0"(SYS_mmap), "b"(arguments) : "memory");
	return answer;
}

static void find_tls(struct tls_module *module)
{
	const Elf32_Phdr *header = (const Elf32_Phdr *)(uintptr_t)auxiliary(AT_PHDR);
	uint32_t count = auxiliary(AT_PHNUM);

	for (uint32_t i = 0; header && i < count; i++)
		if (header[i].p_type == PT_TLS && header[i].p_memsz)
			*module = (struct tls_module){
				.image = (const void *)(uintptr_t)header[i].p_vaddr, .file_size = header[i].p_filesz,
				.size = header[i].p_memsz, .align = header[i].p_align ? header[i].p_align : 1, .number = 1,
			};
}

__attribute__((optimize("no-stack-protector")))
static void first_thread(void)
{
	/* Enough for the library's own variables; a larger segment is mapped. */
	static char small[sizeof(struct thread) + 512] __attribute__((aligned(64)));
	static struct tls_module module;
	char *block = small;
	long answer;

	find_tls(&module);
	if (module.size) {
		module.offset = (module.size + module.align - 1) & -module.align;
		__tls_modules = &module;
		if (module.align > __tls_align)
			__tls_align = module.align;
		__tls_size = (module.offset + __tls_align - 1) & -__tls_align;
	}
	if (__tls_size + sizeof(struct thread) > sizeof(small) || __tls_align > 64) {
		answer = map((uint32_t)(__tls_size + sizeof(struct thread) + __tls_align));
		if ((unsigned long)answer > -4096UL)
			__builtin_trap();
		block = (char *)(((uintptr_t)answer + __tls_align - 1) & -__tls_align);
	}
	__copy_tls((struct thread *)(block + __tls_size));
	__tls_use((struct thread *)(block + __tls_size));
}

__attribute__((optimize("no-stack-protector")))
void __libc_start(uintptr_t *stack)
{
	int argc = (int)stack[0];
	char **argv = (char **)(stack + 1);
	char **end;

	environ = argv + argc + 1;
	for (end = environ; *end; end++)
		;
	__auxv = (uint32_t *)(end + 1);
	first_thread();
	__cpu_vector = (auxiliary(AT_HWCAP) & HWCAP_SSE2) != 0;

	__set_program_name(argv[0]);
	for (size_t i = 0; i < (size_t)(__preinit_array_end - __preinit_array_start); i++)
		__preinit_array_start[i](argc, argv, environ);
	for (size_t i = 0; i < (size_t)(__init_array_end - __init_array_start); i++)
		__init_array_start[i](argc, argv, environ);
	exit(main(argc, argv, environ));
}
