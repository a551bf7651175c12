/*
 * A volume whose only free blocks are those that the running transaction has freed: they are had after a commit, and
 * whoever needs them waits for it instead of being told that the disk is full.
 */
#include "fixture.h"

#include <sys/statvfs.h>

#define BLOCK 4096
#define SPARE 150u		/* free blocks that are left */
#define FREED 20u		/* of which are freed and not committed */
#define OVERHEAD 4u		/* indirect blocks, and the one of the folder */

static unsigned free_blocks(void)
{
	struct statvfs st;

	BAIL_UNLESS(statvfs(".", &st) == 0, "no statvfs");
	return (unsigned)st.f_bfree;
}

static int reserve(const char *name, unsigned blocks)
{
	int fd = open(name, O_CREAT | O_RDWR, 0644);
	int result = fd < 0 ? -1 : fallocate(fd, 0, 0, (off_t)blocks * BLOCK);

	close(fd);
	return result;
}

/* Leaves SPARE free blocks, FREED of them by the transaction that runs. */
static void prepare(void)
{
	unlink("held");
	unlink("wanted");
	sync();
	BAIL_UNLESS(reserve("held", free_blocks() - SPARE - OVERHEAD) == 0, "cannot fill the volume");
	BAIL_UNLESS(reserve("freed", FREED) == 0, "cannot take what is left");
	sync();
	BAIL_UNLESS(unlink("freed") == 0, "cannot free it");
}

static int written(unsigned blocks)
{
	static char block[BLOCK];
	int fd = open("wanted", O_CREAT | O_RDWR, 0644);
	unsigned n;

	for (n = 0; n < blocks && write(fd, block, BLOCK) == BLOCK; n++)
		;
	close(fd);
	return n == blocks;
}

int main(int argc, char **argv)
{
	TEST_PLAN(4);
	enter_folder(argc, argv, "/mnt/last-blocks");
	prepare();
	OK(reserve("wanted", free_blocks() - OVERHEAD) == 0, "all that is free is reserved");
	prepare();
	OK(written(free_blocks() - OVERHEAD), "all that is free is written to");
	prepare();
	ERRNO(reserve("wanted", free_blocks() + 1), ENOSPC);
	IS(unlink("held"), 0);
	return test_done();
}
