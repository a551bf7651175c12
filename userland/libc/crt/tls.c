/*
 * Thread-local variables, and the first thread's block.
 *
 * Layout, as the ELF TLS ABI of i386 (variant II) wants it: the program's TLS segment ends, aligned,
 * at the thread block, which %gs:0 holds the address of; those of libraries lie below.
 */
#include <string.h>
#include <abi/elf.h>
#include <abi/ldt.h>
#include "thread.h"
#include "tls-module.h"

size_t __tls_size;
size_t __tls_align = 64;
struct tls_module *__tls_modules;
int __threaded;
volatile int __threads_lock;
struct thread *__threads;
int __threads_count = 1;

void __interrupt(void) __attribute__((visibility("hidden")));

static uint32_t value_of(uint32_t type)
{
	for (uint32_t *entry = __auxv; entry[0] != AT_NULL; entry += 2)
		if (entry[0] == type)
			return entry[1];
	return 0;
}

/* Fills the TLS below a thread block whose memory is zero. */
void __copy_tls(struct thread *thread)
{
	for (const struct tls_module *module = __tls_modules; module; module = module->next)
		memcpy((char *)thread - module->offset, module->image, module->file_size);
}

static long set_thread_area(struct abi_user_desc *descriptor)
{
	long answer;

	__asm__ volatile("int $0x80" : "=a"(answer) : "0"(SYS_set_thread_area), "b"(descriptor) : "memory");
	return answer;
}

/* Before this, there is no way to call the kernel but by hand. */
__attribute__((optimize("no-stack-protector")))
void __tls_use(struct thread *thread)
{
	const uint32_t *random = (const uint32_t *)(uintptr_t)value_of(AT_RANDOM);
	uint32_t entry = value_of(AT_SYSINFO);
	unsigned short selector;
	struct abi_user_desc descriptor = {
		.entry_number = 0xffffffff, .base_addr = (uintptr_t)thread, .limit = 0xfffff, .seg_32bit = 1,
		.limit_in_pages = 1, .useable = 1,
	};

	thread->self = thread;
	thread->self2 = thread;
	thread->next = thread->previous = thread;
	thread->sysinfo = entry ? entry : (uintptr_t)__interrupt;
	thread->canary = random ? random[0] & ~0xffU : 0x5bd1e900;
	if (__threads) {
		/* The block moves: the selector stays. */
		__asm__("movw %%gs, %w0" : "=q"(selector));
		descriptor.entry_number = selector >> 3;
	}
	__threads = thread;
	/* Without a thread area nothing works, not even saying so. */
	if (set_thread_area(&descriptor))
		__builtin_trap();
	__asm__ volatile("movw %w0, %%gs" : : "q"(descriptor.entry_number * 8 + 3));
	thread->tid = (int)__syscall(SYS_set_tid_address, (long)&thread->tid);
}
