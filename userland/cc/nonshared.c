/* What each library and program needs a copy of: compiled code reaches it without a table. */
void __stack_chk_fail(void) __attribute__((__noreturn__, __visibility__("default")));
void __stack_chk_fail_local(void);

void __stack_chk_fail_local(void)
{
	__stack_chk_fail();
}
