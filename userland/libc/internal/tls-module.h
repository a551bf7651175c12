/* Thread-local storage of one program or library. */
#ifndef LIBC_INTERNAL_TLS_MODULE_H
#define LIBC_INTERNAL_TLS_MODULE_H

#include <stddef.h>

struct tls_module {
	const void *image;
	size_t file_size, size, align;
	size_t offset;			/* of the static part: below the thread block; 0: allocated when first used */
	size_t number;			/* from 1 */
	struct tls_module *next;	/* among those of the static part */
};

/* The static part's modules; in a static program there is at most one. */
extern struct tls_module *__tls_modules __attribute__((visibility("hidden")));

/* Puts a thread block to use as the first thread's. Fills it but for the TLS. */
struct thread;
void __tls_use(struct thread *thread) __attribute__((visibility("hidden")));

#endif
