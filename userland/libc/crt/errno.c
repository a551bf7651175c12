/* errno, and the turning of the kernel's answers into it. */
#include "libc.h"

static __thread int number;

int *__errno_location(void)
{
	return &number;
}

long __result(long answer)
{
	if ((unsigned long)answer > -(unsigned long)MAX_ERRNO - 1) {
		errno = (int)-answer;
		return -1;
	}
	return answer;
}
