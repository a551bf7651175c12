/* test, also [: checks files, strings and numbers. */
#include "common/common.h"

int main(int argc, char **argv)
{
	return test_main(argc, argv);
}
