/*
 * Holes: what was never written reads as zeros and takes no space, whichever way it came to be.
 */
#include "fixture.h"

#include <errno.h>

#ifndef SEEK_DATA
#define SEEK_DATA 3
#define SEEK_HOLE 4
#endif
#define KEEP_SIZE 1
#define PUNCH_HOLE 2
#define MIB (1 << 20)

static unsigned char bytes[65536];

static void test_seek(void)
{
	struct stat st;
	int fd = open("holes", O_CREAT | O_RDWR, 0644);

	BAIL_UNLESS(fd >= 0, "cannot create");
	IS(lseek(fd, 0, SEEK_END), 0);
	ERRNO(lseek(fd, 0, SEEK_DATA), ENXIO);
	ERRNO(lseek(fd, 0, SEEK_HOLE), ENXIO);
	IS(pwrite(fd, "x", 1, MIB), 1);
	OK(fstat(fd, &st) == 0 && st.st_size == MIB + 1 && st.st_blocks <= 64, "a byte behind a hole takes little space");
	memset(bytes, 1, sizeof(bytes));
	OK(pread(fd, bytes, sizeof(bytes), 4000) == sizeof(bytes) && all_zero(bytes, sizeof(bytes)), "the hole is zeros");
	IS(lseek(fd, 0, SEEK_DATA), MIB);
	IS(lseek(fd, 0, SEEK_HOLE), 0);
	IS(lseek(fd, 5000, SEEK_HOLE), 5000);
	IS(lseek(fd, MIB, SEEK_DATA), MIB);
	IS(lseek(fd, MIB, SEEK_HOLE), MIB + 1);
	ERRNO(lseek(fd, MIB + 1, SEEK_DATA), ENXIO);
	ERRNO(lseek(fd, -1, SEEK_DATA), ENXIO);
	IS(fsync(fd), 0);
	IS(lseek(fd, 0, SEEK_DATA), MIB);
	close(fd);
}

static void test_truncate(void)
{
	int fd = open("cut", O_CREAT | O_RDWR, 0644);

	memset(bytes, 'z', sizeof(bytes));
	BAIL_UNLESS(fd >= 0 && write(fd, bytes, sizeof(bytes)) == sizeof(bytes), "cannot write");
	IS(ftruncate(fd, 10), 0);
	IS(ftruncate(fd, 60000), 0);
	OK(pread(fd, bytes, sizeof(bytes), 0) == 60000 && bytes[9] == 'z', "cut and lengthened");
	OK(all_zero(bytes + 10, 59990), "what was cut away does not come back");
	IS(lseek(fd, 100000, SEEK_SET), 100000);
	IS(write(fd, "end", 3), 3);
	OK(pread(fd, bytes, 50000, 60000) == 40003 && all_zero(bytes, 40000), "a gap before a write reads as zeros");
	ERRNO(ftruncate(fd, -1), EINVAL);
	close(fd);
	fd = open("cut", O_RDONLY);
	ERRNO(ftruncate(fd, 0), EINVAL);
	close(fd);
	ERRNO(truncate(".", 0), EISDIR);
	ERRNO(truncate("none", 0), ENOENT);
}

static void test_punch(void)
{
	struct stat before, after;
	int fd = open("punched", O_CREAT | O_RDWR, 0644);

	memset(bytes, 'p', sizeof(bytes));
	BAIL_UNLESS(fd >= 0 && write(fd, bytes, sizeof(bytes)) == sizeof(bytes) && fsync(fd) == 0, "cannot write");
	BAIL_UNLESS(fstat(fd, &before) == 0, "no attributes");
	IS(fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 5000, 30000), 0);
	OK(pread(fd, bytes, sizeof(bytes), 0) == sizeof(bytes) && all_zero(bytes + 5000, 30000), "a hole of 30,000 bytes");
	OK(bytes[4999] == 'p' && bytes[35000] == 'p', "and no more");
	OK(fstat(fd, &after) == 0 && after.st_size == before.st_size && after.st_blocks == before.st_blocks - 6 * 8,
	   "its whole blocks are given back: %ld, then %ld", (long)before.st_blocks, (long)after.st_blocks);
	IS(lseek(fd, 0, SEEK_HOLE), 8192);
	IS(lseek(fd, 8192, SEEK_DATA), 32768);
	IS(fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 60000, 100000), 0);
	OK(fstat(fd, &after) == 0 && after.st_size == before.st_size, "beyond the end the size stays");
	ERRNO(fallocate(fd, PUNCH_HOLE, 0, 4096), EOPNOTSUPP);
	ERRNO(fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 0, 0), EINVAL);
	ERRNO(fallocate(fd, PUNCH_HOLE | KEEP_SIZE, -1, 10), EINVAL);
	OK(fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 0, sizeof(bytes)) == 0 && fstat(fd, &after) == 0 && after.st_blocks <= 8,
	   "nothing but a hole and the block that maps it");
	close(fd);
}

#include "space.h"

int main(int argc, char **argv)
{
	const char *folder = enter_folder(argc, argv, "/var/tmp/sparse");

	/* tmpfs has no blocks that could be listed, and makes no zeros in place. */
	on_disk = strncmp(folder, "/tmp", 4) != 0;
	test_reserve();
	test_reserve_beyond();
	if (on_disk) {
		test_zero_range();
		test_extents();
	}
	test_seek();
	test_truncate();
	test_punch();
	return test_done();
}
