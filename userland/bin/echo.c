/* echo: its arguments, separated by blanks. */
#include "common/common.h"

int main(int argc, char **argv)
{
	return finish(echo_main(argc, argv));
}
