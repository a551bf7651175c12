/*
 * What the C library's own files share: raw system calls and start-up state. Threads are in thread.h.
 *
 * __syscall() returns the kernel's answer, -Exxx included; __result() turns such an answer into the
 * C convention of -1 and errno.
 */
#ifndef LIBC_INTERNAL_LIBC_H
#define LIBC_INTERNAL_LIBC_H

#include <bits/syscall.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

long __syscall(long number, ...);
long __result(long answer);

extern uint32_t *__auxv;
extern int __cpu_vector __attribute__((visibility("hidden")));	/* SSE2; set by whoever starts the process */
#define HWCAP_SSE2 (1u << 26)
extern char **environ;

void __run_exit_functions(void);
void __stdio_exit(void);
void __malloc_lock(void);

#define SYS1(name, a) __result(__syscall(SYS_##name, (long)(a)))
#define SYS2(name, a, b) __result(__syscall(SYS_##name, (long)(a), (long)(b)))
#define SYS3(name, a, b, c) __result(__syscall(SYS_##name, (long)(a), (long)(b), (long)(c)))
#define SYS4(name, a, b, c, d) \
	__result(__syscall(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d)))
#define SYS5(name, a, b, c, d, e) \
	__result(__syscall(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e)))
#define SYS6(name, a, b, c, d, e, f) \
	__result(__syscall(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), \
			   (long)(f)))
#define SYS0(name) __result(__syscall(SYS_##name))

/* A 64-bit argument takes two registers, low word first. */
#define LOW(n) ((long)(uint32_t)(n))
#define HIGH(n) ((long)(uint32_t)((uint64_t)(n) >> 32))

#endif
