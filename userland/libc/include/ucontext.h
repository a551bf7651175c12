/* Contexts of execution. */
#ifndef LIBC_UCONTEXT_H
#define LIBC_UCONTEXT_H

#include <signal.h>

int getcontext(ucontext_t *context);
void makecontext(ucontext_t *context, void (*function)(void), int count, ...);
int setcontext(const ucontext_t *context);
int swapcontext(ucontext_t *__restrict old, const ucontext_t *__restrict context);

#endif
