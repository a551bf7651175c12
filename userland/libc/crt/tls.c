/*
 * Thread-local variables, and the first thread's block.
 *
 * Layout, as the ELF TLS ABI of i386 (variant II) wants it: the program's TLS segment ends, aligned,
 * at the thread block, which %gs:0 holds the address of. A program without TLS segment gets the
 * block alone.
 */
#include <string.h>
#include <sys/mman.h>
#include <abi/elf.h>
#include <abi/ldt.h>
#include "thread.h"

size_t __tls_size;
size_t __tls_align = 64;
int __threaded;
volatile int __threads_lock;
struct thread *__threads;
int __threads_count = 1;

static const Elf32_Phdr *segment;

static uint32_t value_of(uint32_t type)
{
	for (uint32_t *entry = __auxv; entry[0] != AT_NULL; entry += 2)
		if (entry[0] == type)
			return entry[1];
	return 0;
}

__attribute__((__noreturn__)) static void fail(const char *message)
{
	(void)__syscall(SYS_write, 2, (long)message, strlen(message));	/* about to exit anyway */
	for (;;)
		__syscall(SYS_exit_group, 127L);
}

static const Elf32_Phdr *tls_segment(void)
{
	const Elf32_Phdr *header = (const Elf32_Phdr *)(uintptr_t)value_of(AT_PHDR);
	uint32_t count = value_of(AT_PHNUM);

	for (uint32_t i = 0; header && i < count; i++)
		if (header[i].p_type == PT_TLS)
			return &header[i];
	return NULL;
}

/* Fills the TLS below a thread block whose memory is zero. */
void __copy_tls(struct thread *thread)
{
	if (segment)
		memcpy((char *)thread - ((segment->p_memsz + segment->p_align - 1) & -segment->p_align),
		       (const void *)(uintptr_t)segment->p_vaddr, segment->p_filesz);
}

static void use(struct thread *thread)
{
	const uint32_t *random = (const uint32_t *)(uintptr_t)value_of(AT_RANDOM);
	struct abi_user_desc descriptor = {
		.entry_number = 0xffffffff, .base_addr = (uintptr_t)thread, .limit = 0xfffff, .seg_32bit = 1,
		.limit_in_pages = 1, .useable = 1,
	};

	thread->self = thread;
	thread->self2 = thread;
	thread->next = thread->previous = thread;
	thread->sysinfo = (uintptr_t)__sysinfo;
	thread->canary = random ? random[0] & ~0xffU : 0x5bd1e900;
	__threads = thread;
	if (__syscall(SYS_set_thread_area, (long)&descriptor))
		fail("libc: the kernel refuses a thread area\n");
	__asm__ volatile("movw %w0, %%gs" : : "q"(descriptor.entry_number * 8 + 3));
	thread->tid = (int)__syscall(SYS_set_tid_address, (long)&thread->tid);
}

__attribute__((optimize("no-stack-protector")))
void __init_tls(void)
{
	/* Enough for the library's own variables; a larger segment is mapped. */
	static char small[sizeof(struct thread) + 256] __attribute__((aligned(64)));
	char *block = small;
	long answer;

	segment = tls_segment();
	if (segment && segment->p_align > __tls_align)
		__tls_align = segment->p_align;
	if (segment)
		__tls_size = (segment->p_memsz + segment->p_align - 1) & -segment->p_align;
	__tls_size = (__tls_size + __tls_align - 1) & -__tls_align;
	if (__tls_size + sizeof(struct thread) > sizeof(small) || __tls_align > 64) {
		answer = __syscall(SYS_mmap2, 0L, (long)(__tls_size + sizeof(struct thread) + __tls_align),
				   (long)(PROT_READ | PROT_WRITE), (long)(MAP_PRIVATE | MAP_ANONYMOUS), -1L, 0L);
		if ((unsigned long)answer > -4096UL)
			fail("libc: no memory for thread-local variables\n");
		block = (char *)(((uintptr_t)answer + __tls_align - 1) & -__tls_align);
	}
	__copy_tls((struct thread *)(block + __tls_size));
	use((struct thread *)(block + __tls_size));
}
