/* makecontext(): a stack on which a function begins, with its arguments, and ends in the next context. */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <ucontext.h>

_Static_assert(__builtin_offsetof(ucontext_t, uc_mcontext.edi) == 36 &&
	       __builtin_offsetof(ucontext_t, uc_mcontext.eip) == 76 &&
	       __builtin_offsetof(ucontext_t, uc_mcontext.gregs[REG_EIP]) == 76 &&
	       __builtin_offsetof(ucontext_t, uc_mcontext.fpregs) == 96 &&
	       __builtin_offsetof(ucontext_t, uc_sigmask) == 108, "as context.S has it");

void __context_end(void) __attribute__((visibility("hidden")));
void __context_exit(int status) __attribute__((visibility("hidden"), noreturn));

void __context_exit(int status)
{
	exit(status);
}

void makecontext(ucontext_t *context, void (*function)(void), int count, ...)
{
	uintptr_t top = (uintptr_t)context->uc_stack.ss_sp + context->uc_stack.ss_size;
	uintptr_t *stack;
	va_list arguments;

	/* The arguments begin at a multiple of 16, below them the return address. */
	stack = (uintptr_t *)((top - (size_t)count * sizeof(*stack)) & ~(uintptr_t)15) - 1;
	stack[0] = (uintptr_t)__context_end;
	va_start(arguments, count);
	for (int i = 1; i <= count; i++)
		stack[i] = va_arg(arguments, uintptr_t);
	va_end(arguments);
	context->uc_mcontext.ebx = (uint32_t)(uintptr_t)context->uc_link;
	context->uc_mcontext.ebp = 0;
	context->uc_mcontext.esp = (uint32_t)(uintptr_t)stack;
	context->uc_mcontext.eip = (uint32_t)(uintptr_t)function;
}
