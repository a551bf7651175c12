/* What compiled code calls when it finds its canary dead. */
#include <stdlib.h>
#include <unistd.h>

void __stack_chk_fail(void) __attribute__((__noreturn__));
void __stack_chk_fail_local(void) __attribute__((__noreturn__, visibility("hidden")));

void __stack_chk_fail(void)
{
	static const char message[] = "*** stack smashing detected ***\n";

	(void)!write(2, message, sizeof(message) - 1);	/* whether anybody hears it or not */
	abort();
}

void __stack_chk_fail_local(void)
{
	__stack_chk_fail();
}
