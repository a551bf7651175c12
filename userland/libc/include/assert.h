/* assert(): names the failed expression and aborts. Each inclusion defines it anew, as NDEBUG says by then. */
#ifndef LIBC_ASSERT_H
#define LIBC_ASSERT_H

#define static_assert _Static_assert
void __assert_fail(const char *expression, const char *file, unsigned line, const char *function)
	__attribute__((__noreturn__));

#endif

#undef assert
#ifdef NDEBUG
#define assert(expression) ((void)0)
#else
#define assert(expression) \
	((expression) ? (void)0 : __assert_fail(#expression, __FILE__, __LINE__, __func__))
#endif
