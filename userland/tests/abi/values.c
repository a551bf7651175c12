/*
 * Compares kernel/abi with Linux's own i386 headers: sizes, offsets and values.
 *
 * Built several times by the Makefile, since all sides define the same macros: with ABI_SIDE as a
 * table of our values, with LINUX_SIDE and GLIBC_SIDE as the same table from Linux's headers and
 * from the host C library's, and plainly as the program that compares them. The list of macros,
 * names.h, is made from our headers. Exits 1 after naming each difference.
 */
#ifdef ABI_SIDE
#include "abi-all.h"
#define TABLE abi_table
#elif defined(LINUX_SIDE)
#include "linux-all.h"
#define TABLE linux_table
#elif defined(GLIBC_SIDE)
#include "glibc-all.h"
#define TABLE glibc_table
#endif

struct value {
	const char *name;
	long long value;
	int known;
};

#ifdef TABLE
#define KNOWN(n) { #n, (long long)(n), 1 },
#define MISSING(n) { #n, 0, 0 },
const struct value TABLE[] = {
#include "names.h"
	{ 0, 0, 0 },
};
#else
#include <stdio.h>

extern const struct value abi_table[], linux_table[], glibc_table[];

/*
 * Where the C library means something else by a name that the kernel's headers lack: its F_GETLK is
 * the 64-bit one when off_t is, its signal and stack minima may be variables.
 */
static int same(const struct value *ours, const struct value *theirs)
{
	return !theirs->known || (unsigned)ours->value == (unsigned)theirs->value;
}

int main(void)
{
	int compared = 0, missing = 0, wrong = 0;

	for (int i = 0; abi_table[i].name; i++) {
		const struct value *ours = &abi_table[i];
		const struct value *theirs = linux_table[i].known ? &linux_table[i] : &glibc_table[i];

		if (!theirs->known) {
			missing++;
			continue;
		}
		compared++;
		if (!same(ours, theirs)) {
			printf("abi-check: %s is %#llx here and %#llx in Linux\n", ours->name, ours->value,
			       theirs->value);
			wrong++;
		}
	}
	printf("abi-check: %d constants compared, %d unknown to the host's headers, %d wrong\n", compared,
	       missing, wrong);
	return wrong != 0 || compared < 1000;
}
#endif
