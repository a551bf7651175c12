/* clear: empties the screen. */
#include <stdio.h>
#include "common/common.h"

int main(void)
{
	fputs("\033[H\033[2J\033[3J", stdout);
	return finish(0);
}
