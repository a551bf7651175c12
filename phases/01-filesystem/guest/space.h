/* Space that is reserved ahead: it is held, reads as zeros, and is there when it is written to. Part of sparse.c. */
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/statfs.h>

#define ZERO_RANGE 16
#define BLOCK 4096

struct extent {
	unsigned long long logical, physical, length, reserved64[2];
	unsigned flags, reserved[3];
};

struct fiemap {
	unsigned long long start, length;
	unsigned flags, mapped, count, reserved;
	struct extent extents[8];
};

#define IOC_FIEMAP 0xc020660bu
#define IOC_FIBMAP 1
#define EXTENT_LAST 1u
#define EXTENT_UNWRITTEN 0x800u

static int on_disk;

static long blocks_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? -1 : (long)st.st_blocks;
}

static long long size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? -1 : (long long)st.st_size;
}

static void test_reserve(void)
{
	int fd = open("reserved", O_CREAT | O_RDWR, 0644);

	BAIL_UNLESS(fd >= 0, "cannot create");
	IS(fallocate(fd, 0, 0, 100000), 0);
	OK(size_of(fd) == 100000 && blocks_of(fd) >= 200, "reserving makes the file as long and holds the space: %ld", blocks_of(fd));
	OK(pread(fd, bytes, 50000, 0) == 50000 && all_zero(bytes, 50000), "it reads as zeros");
	IS(fsync(fd), 0);
	IS(fallocate(fd, 0, 0, 50000), 0);
	OK(size_of(fd) == 100000, "reserving less does not cut");
	IS(pwrite(fd, "middle", 6, 20000), 6);
	memset(bytes, 1, sizeof(bytes));
	OK(pread(fd, bytes, 30000, 10000) == 30000 && all_zero(bytes, 10000) && memcmp(bytes + 10000, "middle", 6) == 0 &&
	   all_zero(bytes + 10006, 19994), "a write in the middle leaves zeros around it");
	IS(fsync(fd), 0);
	OK(blocks_of(fd) >= 200 && blocks_of(fd) <= 224, "and takes no more space: %ld", blocks_of(fd));
	if (on_disk) {
		IS(lseek(fd, 0, SEEK_DATA), 16384);
		IS(lseek(fd, 16384, SEEK_HOLE), 20480);
		ERRNO(fallocate(fd, 8, 0, BLOCK), EOPNOTSUPP);
		ERRNO(fallocate(fd, 32, 0, BLOCK), EOPNOTSUPP);
	}
	ERRNO(fallocate(fd, 0, 0, 0), EINVAL);
	ERRNO(fallocate(fd, 0, -1, 1), EINVAL);
	ERRNO(fallocate(fd, 0, 0x7fffffffffff0000LL, 0x10000), EFBIG);
	ERRNO(fallocate(fd, 64 | 128 | 4, 0, BLOCK), EOPNOTSUPP);
	close(fd);
	fd = open("reserved", O_RDONLY);
	ERRNO(fallocate(fd, 0, 0, BLOCK), EBADF);
	close(fd);
	fd = open(".", O_RDONLY);
	ERRNO(fallocate(fd, 0, 0, BLOCK), EBADF);
	close(fd);
}

static int over_limit(void)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };
	int fd = open("limited", O_CREAT | O_RDWR, 0644);

	signal(SIGXFSZ, SIG_IGN);
	if (fd < 0 || setrlimit(RLIMIT_FSIZE, &limit))
		return 1;
	if (ftruncate(fd, (1 << 20) + 1) != -1 || errno != EFBIG)
		return 2;
	if (on_disk && (fallocate(fd, 0, 0, (1 << 20) + 1) != -1 || errno != EFBIG))
		return 3;
	return ftruncate(fd, 1 << 20) == 0 ? 0 : 4;
}

static void test_reserve_beyond(void)
{
	struct statfs before, after;
	int fd = open("beyond", O_CREAT | O_RDWR, 0644);

	BAIL_UNLESS(fd >= 0 && write(fd, "start", 5) == 5 && fsync(fd) == 0, "cannot write");
	IS(fallocate(fd, KEEP_SIZE, 0, MIB), 0);
	OK(size_of(fd) == 5 && blocks_of(fd) >= 2048, "space beyond the end is held and the size stays: %ld", blocks_of(fd));
	IS(lseek(fd, 0, SEEK_END), 5);
	IS(pwrite(fd, "far", 3, 500000), 3);
	memset(bytes, 1, sizeof(bytes));
	OK(pread(fd, bytes, 60000, 440003) == 60000 && all_zero(bytes, 59997), "growing into it shows zeros");
	IS(fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 600000, MIB), 0);
	OK(blocks_of(fd) < 1300, "punching beyond the end gives it back: %ld", blocks_of(fd));
	IS(ftruncate(fd, 5), 0);
	OK(blocks_of(fd) <= 8, "so does cutting: %ld", blocks_of(fd));
	BAIL_UNLESS(fsync(fd) == 0 && statfs(".", &before) == 0, "no statfs");
	ERRNO(fallocate(fd, 0, 0, 1LL << 39), ENOSPC);
	BAIL_UNLESS(fsync(fd) == 0 && statfs(".", &after) == 0, "no statfs");
	OK(size_of(fd) == 5 && after.f_bfree + 64 >= before.f_bfree, "what cannot fit takes nothing");
	close(fd);
	OK(holds_in_child(over_limit), "the limit of a file's size holds for cutting and for reserving");
}

static void test_zero_range(void)
{
	int fd = open("zeroed", O_CREAT | O_RDWR, 0644);
	long held;

	memset(bytes, 'q', sizeof(bytes));
	BAIL_UNLESS(fd >= 0 && write(fd, bytes, sizeof(bytes)) == sizeof(bytes) && fsync(fd) == 0, "cannot write");
	held = blocks_of(fd);
	IS(fallocate(fd, ZERO_RANGE, 1000, 30000), 0);
	OK(pread(fd, bytes, sizeof(bytes), 0) == sizeof(bytes) && all_zero(bytes + 1000, 30000) && bytes[999] == 'q' &&
	   bytes[31000] == 'q', "a range is zero and no more");
	OK(blocks_of(fd) == held, "and keeps its space");
	IS(lseek(fd, BLOCK, SEEK_DATA), 28672);
	IS(fsync(fd), 0);
	IS(pwrite(fd, "again", 5, 8192), 5);
	OK(pread(fd, bytes, 8, 8190) == 8 && memcmp(bytes, "\0\0again", 8) == 0, "what is written there afterwards counts");
	IS(fallocate(fd, ZERO_RANGE | KEEP_SIZE, 60000, 200000), 0);
	OK(size_of(fd) == 65536, "the size may be kept");
	IS(fallocate(fd, ZERO_RANGE, 60000, 200000), 0);
	OK(size_of(fd) == 260000 && blocks_of(fd) >= 500, "or grow");
	close(fd);
}

static void test_extents(void)
{
	struct fiemap map = { .length = ~0ull, .flags = 1, .count = 8 };
	unsigned first = 0, hole = 5;
	int fd = open("extents", O_CREAT | O_RDWR, 0644);

	memset(bytes, 'e', sizeof(bytes));
	BAIL_UNLESS(fd >= 0 && write(fd, bytes, 16384) == 16384 && pwrite(fd, bytes, 8192, MIB) == 8192, "cannot write");
	BAIL_UNLESS(fallocate(fd, 0, 2 * MIB, 12288) == 0, "cannot reserve");
	IS(ioctl(fd, IOC_FIEMAP, &map), 0);
	OK(map.mapped >= 3, "extents are told: %u", map.mapped);
	OK(map.extents[0].logical == 0 && (map.extents[0].flags & ~0x1000u) == 0 && map.extents[0].physical % BLOCK == 0, "the first, at the start");
	OK(map.extents[map.mapped - 1].logical + map.extents[map.mapped - 1].length == 2 * MIB + 12288, "the last, to the end");
	IS(map.extents[map.mapped - 1].flags & (EXTENT_LAST | EXTENT_UNWRITTEN), EXTENT_LAST | EXTENT_UNWRITTEN);
	IS(ioctl(fd, IOC_FIBMAP, &first), 0);
	OK(first == map.extents[0].physical / BLOCK, "FIBMAP says the same");
	IS(ioctl(fd, IOC_FIBMAP, &hole), 0);
	IS(hole, 0);
	map = (struct fiemap){ .start = 20000, .length = MIB, .count = 8 };
	OK(ioctl(fd, IOC_FIEMAP, &map) == 0 && map.mapped >= 1 && map.extents[0].logical == MIB, "a range has its own");
	OK(!(map.extents[map.mapped - 1].flags & EXTENT_LAST), "which is not the file's last");
	map = (struct fiemap){ .length = ~0ull };
	OK(ioctl(fd, IOC_FIEMAP, &map) == 0 && map.mapped >= 3, "without room they are counted");
	map = (struct fiemap){ .length = ~0ull, .count = 1 };
	OK(ioctl(fd, IOC_FIEMAP, &map) == 0 && map.mapped == 1 && !(map.extents[0].flags & EXTENT_LAST), "no more than there is room for");
	map = (struct fiemap){ .length = ~0ull, .flags = 0x80000000u };
	ERRNO(ioctl(fd, IOC_FIEMAP, &map), EBADR);
	IS(map.flags, 0x80000000u);
	map = (struct fiemap){ .length = 0 };
	ERRNO(ioctl(fd, IOC_FIEMAP, &map), EINVAL);
	/* A sparse file of the greatest size is looked through at once. */
	OK(pwrite(fd, "x", 1, 4000000000000LL) == 1, "a byte after 4 TB");
	map = (struct fiemap){ .length = ~0ull, .flags = 1, .count = 8 };
	OK(ioctl(fd, IOC_FIEMAP, &map) == 0 && map.extents[map.mapped - 1].logical == 4000000000000LL / BLOCK * BLOCK, "is found");
	IS(lseek(fd, 3 * MIB, SEEK_DATA), 4000000000000LL / BLOCK * BLOCK);
	close(fd);
	unlink("extents");
}
