/*
 * The reach of a file: positions in each range of the block map, through double and triple indirect blocks up to
 * the largest size, hold what was written there and nothing else.
 */
#include "fixture.h"

#define BLOCK 4096LL
#define POINTERS 1023LL
#define SINGLE (12 * BLOCK)
#define DOUBLE (SINGLE + POINTERS * BLOCK)
#define TRIPLE (DOUBLE + POINTERS * POINTERS * BLOCK)

/* First and last block of each range, and places across their borders. */
static const off_t places[] = {
	0, SINGLE - BLOCK, SINGLE - 7, SINGLE + BLOCK, DOUBLE - 3, DOUBLE + 5 * BLOCK, DOUBLE + POINTERS * BLOCK - 9,
	1LL << 30, (1LL << 31) - 5, (1LL << 32) - 5, TRIPLE - 5, TRIPLE + BLOCK, 5LL << 30, (1LL << 40) + 12345,
};
#define PLACES (int)(sizeof(places) / sizeof(places[0]))

static void text_at(char *out, int i)
{
	memcpy(out, "place: a.", 10);
	out[7] = (char)('a' + i);
}

static int holds(int fd, int i)
{
	char found[9], wanted[10];

	text_at(wanted, i);
	return pread(fd, found, 9, places[i]) == 9 && memcmp(found, wanted, 9) == 0;
}

int main(int argc, char **argv)
{
	unsigned char around[64];
	char text[10];
	struct stat st;
	int fd, bad = 0, i;
	off_t limit = 0;

	TEST_PLAN(PLACES * 2 + 17);
	enter_folder(argc, argv, "/var/tmp/mapping");
	fd = open("far", O_CREAT | O_RDWR, 0644);
	BAIL_UNLESS(fd >= 0, "cannot create");
	for (i = 0; i < PLACES; i++) {
		text_at(text, i);
		OK(pwrite(fd, text, 9, places[i]) == 9, "written at %lld", (long long)places[i]);
	}
	IS(fsync(fd), 0);
	close(fd);
	fd = open("far", O_RDWR);
	for (i = 0; i < PLACES; i++)
		OK(holds(fd, i), "read at %lld", (long long)places[i]);
	OK(fstat(fd, &st) == 0 && st.st_size == places[PLACES - 1] + 9, "its size, %lld", (long long)st.st_size);
	OK(st.st_blocks < 400, "takes the space of what is in it, %ld sectors", (long)st.st_blocks);
	OK(pread(fd, around, 64, (5LL << 30) - 64) == 64 && all_zero(around, 64), "zeros in between");
	IS(lseek(fd, (5LL << 30) + BLOCK, 3 /* SEEK_DATA */), ((1LL << 40) + 12345) & ~(BLOCK - 1));
	IS(ftruncate(fd, (5LL << 30) + 4), 0);
	OK(pread(fd, text, 9, 5LL << 30) == 4, "cut in the middle of the triple range");
	for (i = 0; i < PLACES - 2; i++)
		bad += !holds(fd, i);
	IS(bad, 0);
	IS(ftruncate(fd, DOUBLE), 0);
	IS(ftruncate(fd, 6LL << 30), 0);
	OK(pread(fd, around, 64, 5LL << 30) == 64 && all_zero(around, 64), "what was cut away does not come back");
	IS(ftruncate(fd, 0), 0);
	OK(fstat(fd, &st) == 0 && st.st_blocks == 0, "empty");
	for (i = 62; i >= 12; i--)
		if (ftruncate(fd, limit + (1LL << i)) == 0)
			limit += 1LL << i;
	OK(limit >= TRIPLE + (1LL << 40), "the largest size is a multiple of 4096, %lld", (long long)limit);
	OK(pwrite(fd, "x", 1, limit - 1) == 1 && pread(fd, around, 1, limit - 1) == 1 && around[0] == 'x', "its last byte");
	ERRNO(pwrite(fd, "x", 1, limit), EFBIG);
	IS(ftruncate(fd, 0), 0);
	close(fd);
	return test_done();
}
