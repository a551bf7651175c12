/* Jumps out of functions. */
#ifndef LIBC_SETJMP_H
#define LIBC_SETJMP_H

#include <bits/sigset.h>

/* ebx esi edi ebp esp eip, then for sigsetjmp whether the mask is saved and the mask */
typedef struct __jmp_buf {
	unsigned __registers[6];
	int __saved;
	sigset_t __mask;
} jmp_buf[1];
typedef struct __jmp_buf sigjmp_buf[1];

int setjmp(jmp_buf buffer) __attribute__((__returns_twice__));
int _setjmp(jmp_buf buffer) __attribute__((__returns_twice__));
int sigsetjmp(sigjmp_buf buffer, int save) __attribute__((__returns_twice__));
void longjmp(jmp_buf buffer, int value) __attribute__((__noreturn__));
void _longjmp(jmp_buf buffer, int value) __attribute__((__noreturn__));
void siglongjmp(sigjmp_buf buffer, int value) __attribute__((__noreturn__));
#define setjmp(buffer) setjmp(buffer)

#endif
