/*
 * Rows of live data of three times a machine's memory, which swap on a disk of its own holds: every word is checked, in
 * order, at random, and shared over fork. Each run once, on what the one before has left; a wrong word fails the row.
 */
#include "raw.h"

#define NR_swapon 87
#define MIB_OF_DATA 384u
#define PAGES (MIB_OF_DATA * 256)
#define WORDS 1024u

static u32 *data;
static u8 generation[PAGES];

/* A word's value follows from its place and its page's generation: first + i * STEP. */
#define STEP 40503u
static u32 first_word(u32 page) { return (page * 2654435761u) ^ (generation[page] * 2246822519u); }

static void fill(u32 page)
{
	u32 *p = data + page * WORDS, value;

	generation[page]++;
	value = first_word(page);
	for (u32 i = 0; i < WORDS; i++, value += STEP)
		p[i] = value;
}

static u32 wrong(u32 page)
{
	const u32 *p = data + page * WORDS;
	u32 value = first_word(page), bad = 0;

	for (u32 i = 0; i < WORDS; i++, value += STEP)
		bad += p[i] != value;
	return bad;
}

static long check_all(u32 mib)
{
	u32 bad = 0;

	for (u32 i = 0; i < mib * 256; i++)
		bad += wrong(i);
	return bad ? -5 : 0;
}

/* Linux names its disks in no certain order. */
static long switch_on(u32 mib)
{
	long r = sys2(NR_swapon, "/dev/sdb", 0);

	if (r)
		r = sys2(NR_swapon, "/dev/sda", 0);
	if (r)
		return r;
	data = map(mib << 20);
	return bad(data) ? (long)data : 0;
}

static long fill_all(u32 mib)
{
	for (u32 i = 0; i < mib * 256; i++)
		fill(i);
	return 0;
}

static long backwards(u32 mib)
{
	u32 bad = 0;

	for (u32 i = mib * 256; i-- > 0;) {
		bad += wrong(i);
		if (i % 3 == 0)
			fill(i);
	}
	return bad ? -5 : 0;
}

static long at_random(u32 mib)
{
	u32 seed = 42, bad = 0;

	for (u32 i = 0; i < mib * 256; i++) {
		u32 page;

		seed = seed * 1664525 + 1013904223;
		page = (seed >> 8) % PAGES;
		bad += wrong(page);
		if (seed & 1)
			fill(page);
	}
	return bad ? -5 : 0;
}

/* The child sees what was, and its changes are its own; the parent looks meanwhile and afterwards. */
static long over_fork(u32 mib)
{
	long pid, r;
	int status = -1;

	(void)mib;
	pid = sys0(NR_fork);
	if (pid < 0)
		return pid;
	if (!pid) {
		r = check_all(MIB_OF_DATA);
		for (u32 i = 0; i < PAGES / 4; i++)
			fill(i);
		r |= check_all(MIB_OF_DATA);
		sys1(NR_exit, r != 0);
	}
	r = check_all(MIB_OF_DATA);
	sys3(NR_waitpid, pid, &status, 0);
	return r ? r : check_all(MIB_OF_DATA) ? -5 : status ? -5 : 0;
}

/* Iterations are MiB gone over. */
static const struct row rows[] = {
	{ "swap-fill-384m", fill_all, MIB_OF_DATA, switch_on },
	{ "swap-in-order-384m", check_all, MIB_OF_DATA, 0 },
	{ "swap-backwards-384m", backwards, MIB_OF_DATA, 0 },
	{ "swap-random-96m", at_random, MIB_OF_DATA / 4, 0 },
	{ "swap-fork-384m", over_fork, 4 * MIB_OF_DATA, 0 },
	{ 0, 0, 0, 0 },
};

const struct group swap_group = { "swap", rows, 1 };
