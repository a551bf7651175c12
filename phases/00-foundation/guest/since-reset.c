/* Prints how far the processor's time stamp counter has come since the machine was reset, in decimal. */
#include <stdio.h>

int main(void)
{
	printf("since-reset %llu\n", __builtin_ia32_rdtsc());
	return 0;
}
