/* A program at a fixed address, which has the library's objects copied into itself. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../guest/testing.h"

extern int wide_numbers[4];
extern __thread int wide_local;
int *wide_address(void), *wide_local_address(void), calls_indirect(void), indirect(void);
static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

int main(void)
{
	int values[] = { 5, 3, 9 };

	OK((unsigned long)wide_numbers < 0x10000000, "the object lies in the program");
	OK(wide_address() == wide_numbers, "the library uses the program's copy");
	IS(wide_numbers[0] + wide_numbers[3], 5);
	wide_numbers[1] = 50;
	IS(wide_address()[1], 50);
	OK(&wide_local == wide_local_address(), "a thread variable is the library's");
	IS(wide_local, 11);
	IS(indirect(), 31);
	IS(calls_indirect(), 31);
	qsort(values, 3, sizeof(values[0]), compare);
	IS(values[0], 3);
	setenv("COPIED", "yes", 1);
	OK(environ && getenv("COPIED") && !strcmp(getenv("COPIED"), "yes"), "the C library's variables are copied too");
	return test_done();
}
