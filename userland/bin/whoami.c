/* whoami: the name of the effective user. */
#include <stdio.h>
#include <unistd.h>
#include "common/common.h"

int main(void)
{
	puts(user_name(geteuid()));
	return finish(0);
}
