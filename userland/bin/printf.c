/* printf: formatted output. */
#include "common/common.h"

int main(int argc, char **argv)
{
	return finish(printf_main(argc, argv));
}
