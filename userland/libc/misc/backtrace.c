/*
 * backtrace(): along the frame pointers, as far as they lie on the calling thread's stack and rise. What was compiled
 * without them is passed over.
 */
#include <dlfcn.h>
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "thread.h"

extern uint32_t *__auxv;

__attribute__((noinline, optimize("no-omit-frame-pointer")))
int backtrace(void **addresses, int size)
{
	const struct thread *self = thread_self();
	uintptr_t *frame = __builtin_frame_address(0), low = (uintptr_t)frame, high;
	int count = 0;

	/* The first thread's stack ends at what the kernel laid there. */
	high = self->stack ? (uintptr_t)self->stack + self->stack_size : (uintptr_t)__auxv;
	if (low >= high)
		return 0;
	while (count < size) {
		uintptr_t *next = (uintptr_t *)frame[0];

		if (!frame[1])
			break;
		addresses[count++] = (void *)frame[1];
		if (next <= frame || (uintptr_t)next > high - 2 * sizeof(*next) || (uintptr_t)next % sizeof(*next))
			break;
		frame = next;
	}
	return count;
}

/* "object(symbol+0x12) [0x8049012]" */
static int describe(char *to, size_t size, void *address)
{
	Dl_info info;

	if (!dladdr(address, &info) || !info.dli_fname)
		return snprintf(to, size, "[%p]", address);
	if (!info.dli_sname)
		return snprintf(to, size, "%s(+0x%lx) [%p]", info.dli_fname,
				(unsigned long)((char *)address - (char *)info.dli_fbase), address);
	return snprintf(to, size, "%s(%s+0x%lx) [%p]", info.dli_fname, info.dli_sname,
			(unsigned long)((char *)address - (char *)info.dli_saddr), address);
}

char **backtrace_symbols(void *const *addresses, int count)
{
	size_t size = (size_t)count * sizeof(char *);
	char **list, *text;

	for (int i = 0; i < count; i++)
		size += (size_t)describe(NULL, 0, addresses[i]) + 1;
	list = malloc(size ? size : 1);
	if (!list)
		return NULL;
	text = (char *)(list + count);
	for (int i = 0; i < count; i++) {
		list[i] = text;
		text += describe(text, size - (size_t)(text - (char *)list), addresses[i]) + 1;
	}
	return list;
}

void backtrace_symbols_fd(void *const *addresses, int count, int fd)
{
	for (int i = 0; i < count; i++) {
		char line[512];
		int length = describe(line, sizeof(line) - 1, addresses[i]);

		if (length > (int)sizeof(line) - 2)
			length = sizeof(line) - 2;
		line[length] = '\n';
		(void)!write(fd, line, (size_t)length + 1);	/* whoever reads it sees what is there */
	}
}
