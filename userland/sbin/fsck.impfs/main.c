/*
 * fsck.impfs: checks an impfs volume and writes nothing; `imposos fsck -y` on the host repairs. Each finding is a line on
 * standard output. The status is 0 for a clean volume, 4 for a damaged one, 8 when it could not be checked.
 *
 *	fsck.impfs [-nfaq] DEVICE
 *
 * Passes in order: superblock and journal, descriptors, inodes with their maps, orphans, bitmaps and counts, directories,
 * links, backup. Every pass may rely on what those before it established.
 */
#include "fsck.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct volume volume;

void found(struct volume *v, const char *pass, const char *format, ...)
{
	va_list args;

	v->problems++;
	printf("%s: ", pass);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

struct known *find(struct volume *v, uint32_t ino)
{
	uint32_t place = ino && ino <= v->super.groups * v->super.group_inodes ? v->place[ino - 1] : 0;

	return place ? &v->inodes[place - 1] : NULL;
}

int hold(struct volume *v, uint32_t block)
{
	uint8_t mask = (uint8_t)(1u << (block & 7));

	if (v->held[block >> 3] & mask)
		return 0;
	v->held[block >> 3] |= mask;
	return 1;
}

static void hold_range(struct volume *v, uint32_t start, uint32_t count)
{
	for (uint32_t i = 0; i < count && start + i < v->blocks; i++)
		hold(v, start + i);
}

static uint32_t group_blocks(const struct volume *v, uint32_t group)
{
	uint32_t left = v->blocks - group * IMPFS_GROUP_BLOCKS;

	return left < IMPFS_GROUP_BLOCKS ? left : IMPFS_GROUP_BLOCKS;
}

static uint32_t group_bitmaps(const struct volume *v, uint32_t group)
{
	return group ? group * IMPFS_GROUP_BLOCKS : v->super.desc_start + v->super.desc_blocks;
}

/* ---- superblock ---- */

/* Why the superblock at a byte cannot be used, or NULL. */
static const char *read_super(const struct device *d, uint64_t at, struct impfs_superblock *s)
{
	static char text[64];

	if (at + sizeof(*s) > d->size)
		return "lies beyond the end of the device";
	device_read(d, s, sizeof(*s), at);
	if (s->magic != IMPFS_MAGIC)
		return "has no impfs magic number";
	if (crc32c(~0u, s, offsetof(struct impfs_superblock, checksum)) != s->checksum)
		return "has a wrong checksum";
	if (s->revision != IMPFS_REVISION) {
		snprintf(text, sizeof(text), "has the unknown revision %u", s->revision);
		return text;
	}
	if (s->block_size != BLOCK || s->group_blocks != IMPFS_GROUP_BLOCKS || s->inode_size != IMPFS_INODE_SIZE ||
	    s->desc_size != IMPFS_GROUP_DESC_SIZE || s->blocks < IMPFS_MIN_BLOCKS || s->blocks > IMPFS_MAX_BLOCKS ||
	    s->groups != (s->blocks + IMPFS_GROUP_BLOCKS - 1) / IMPFS_GROUP_BLOCKS || s->group_inodes == 0 ||
	    s->group_inodes % IMPFS_INODES_PER_BLOCK || s->group_inodes > IMPFS_GROUP_BLOCKS ||
	    s->desc_blocks != (s->groups + IMPFS_GROUP_DESCS_PER_BLOCK - 1) / IMPFS_GROUP_DESCS_PER_BLOCK ||
	    (uint64_t)s->desc_start + s->desc_blocks > s->blocks || (uint64_t)s->journal_start + s->journal_blocks > s->blocks)
		return "has impossible values";
	if (s->blocks * BLOCK > d->size) {
		snprintf(text, sizeof(text), "names %llu blocks, more than the device has", (unsigned long long)s->blocks);
		return text;
	}
	return NULL;
}

static void open_volume(struct volume *v, int quiet)
{
	uint64_t backups[2] = { IMPFS_GROUP_BLOCKS - 1, v->device.size / BLOCK - 1 };
	const char *problem = read_super(&v->device, IMPFS_SUPER_OFFSET, &v->super);
	static uint8_t block[BLOCK];
	unsigned transactions;

	if (problem) {
		char first[64];

		snprintf(first, sizeof(first), "%s", problem);
		found(v, "superblock", "the superblock %s", first);
		for (int i = 0; i < 2 && problem; i++)
			problem = read_super(&v->device, backups[i] * BLOCK + IMPFS_SUPER_OFFSET, &v->super);
		errno = 0;
		if (problem)
			fail(8, "fsck.impfs: %s: no impfs volume here: the superblock %s, and there is no backup of it", v->device.name, first);
	}
	errno = 0;
	if (v->super.incompat & ~IMPFS_INCOMPAT_KNOWN || v->super.ro_compat & ~IMPFS_RO_KNOWN)
		fail(8, "fsck.impfs: %s: the volume has features that this fsck does not know", v->device.name);
	v->seed = crc32c(~0u, v->super.uuid, 16);
	v->blocks = (uint32_t)v->super.blocks;
	if (!v->super.journal_blocks)
		return;
	problem = journal_scan(v, &transactions);
	if (problem) {
		found(v, "journal", "%s", problem);
	} else if (transactions) {
		const struct impfs_superblock *s = (const void *)(block + IMPFS_SUPER_OFFSET);

		block_read(v, 0, block);
		if (s->magic == IMPFS_MAGIC && crc32c(~0u, s, offsetof(struct impfs_superblock, checksum)) == s->checksum)
			v->super = *s;
		if (!quiet)
			fprintf(stderr, "%s: %u transactions to replay\n", v->device.name, transactions);
	}
}

/* ---- groups ---- */

/* How far a table was ever written, judging by what is in it. */
static uint32_t written_inodes(struct volume *v, uint32_t group)
{
	static uint8_t block[BLOCK];
	static const uint8_t zeros[BLOCK];

	for (uint32_t i = v->super.group_inodes / IMPFS_INODES_PER_BLOCK; i > 0; i--) {
		block_read(v, group_bitmaps(v, group) + 2 + i - 1, block);
		if (memcmp(block, zeros, BLOCK) != 0)
			return i * IMPFS_INODES_PER_BLOCK;
	}
	return IMPFS_INODES_PER_BLOCK;
}

static void check_groups(struct volume *v)
{
	uint8_t *bad = must_have(calloc(v->super.groups, 1));

	v->groups = must_have(malloc((size_t)v->super.desc_blocks * BLOCK));
	for (uint32_t i = 0; i < v->super.desc_blocks; i++)
		block_read(v, v->super.desc_start + i, (uint8_t *)v->groups + (size_t)i * BLOCK);
	for (uint32_t i = 0; i < v->super.groups; i++)
		if (crc32c(crc_word(v->seed, i), &v->groups[i], offsetof(struct impfs_group, checksum)) != v->groups[i].checksum) {
			bad[i] = 1;
			found(v, "groups", "group descriptor %u has a wrong checksum", i);
		}
	for (uint32_t i = 0; i < v->super.groups; i++) {
		struct impfs_group *g = &v->groups[i];
		uint32_t place = group_bitmaps(v, i);
		int right = g->block_bitmap == place && g->inode_bitmap == place + 1 && g->inode_table == place + 2 &&
			    g->inodes_ready % IMPFS_INODES_PER_BLOCK == 0 && g->inodes_ready <= v->super.group_inodes;

		if (!right && !bad[i])
			found(v, "groups", "group descriptor %u points to the wrong places", i);
		if (right && !bad[i])
			continue;
		*g = (struct impfs_group){ .block_bitmap = place, .inode_bitmap = place + 1, .inode_table = place + 2,
					   .inodes_ready = written_inodes(v, i) };
	}
	free(bad);
}

static void hold_tables(struct volume *v)
{
	hold(v, 0);
	hold_range(v, v->super.desc_start, v->super.desc_blocks);
	hold_range(v, v->super.backup_start, v->super.desc_blocks + 1);
	hold_range(v, v->super.journal_start, v->super.journal_blocks);
	for (uint32_t i = 0; i < v->super.groups; i++)
		hold_range(v, group_bitmaps(v, i), 2 + v->super.group_inodes / IMPFS_INODES_PER_BLOCK);
}

/* ---- the root, orphans ---- */

static void check_root(struct volume *v)
{
	if (is_directory(find(v, IMPFS_ROOT_INO)))
		return;
	found(v, "inodes", "there is no root directory");
	errno = 0;
	fail(4, "fsck.impfs: %s: nothing more can be said without one", v->device.name);
}

static void check_orphans(struct volume *v, int quiet)
{
	uint8_t *listed = must_have(calloc(v->nr_inodes + 1, 1));
	unsigned count = 0;

	for (uint32_t ino = v->super.orphan_head; ino;) {
		struct known *k = find(v, ino);

		if (!k || k->orphan || listed[k - v->inodes]) {
			found(v, "orphans", "the orphan list leads to inode %u, which cannot be on it", ino);
			break;
		}
		k->orphan = k->inode.links == 0;
		listed[k - v->inodes] = 1;
		count++;
		ino = k->inode.next_orphan;
	}
	free(listed);
	if (count && !quiet)
		fprintf(stderr, "%s: %u orphans wait to be freed\n", v->device.name, count);
}

/* ---- bitmaps ---- */

static void set_bits(uint8_t *map, uint32_t from, uint32_t to)
{
	for (uint32_t bit = from; bit < to; bit++)
		map[bit >> 3] |= (uint8_t)(1u << (bit & 7));
}

static uint32_t zero_bits(const uint8_t *map)
{
	uint32_t n = 0;

	for (uint32_t bit = 0; bit < BLOCK * 8; bit++)
		n += !(map[bit >> 3] >> (bit & 7) & 1);
	return n;
}

static void compare_bitmap(struct volume *v, uint32_t group, const char *what, uint32_t block, const uint8_t *right, uint32_t stored)
{
	static uint8_t data[BLOCK];

	block_read(v, block, data);
	if (memcmp(data, right, BLOCK) != 0)
		found(v, "bitmaps", "group %u: the %s bitmap is wrong", group, what);
	else if (crc32c(crc_word(v->seed, group), right, BLOCK) != stored)
		found(v, "bitmaps", "group %u: the %s bitmap's checksum is wrong", group, what);
}

static void check_bitmap(struct volume *v, uint32_t group)
{
	static uint8_t blocks[BLOCK], inodes[BLOCK];
	const struct impfs_group *g = &v->groups[group];
	uint32_t directories = 0, first = group * v->super.group_inodes, size = group_blocks(v, group);

	memset(blocks, 0, BLOCK);
	memset(inodes, 0, BLOCK);
	memcpy(blocks, v->held + (size_t)group * BLOCK, (size + 7) / 8);
	set_bits(blocks, size, IMPFS_GROUP_BLOCKS);
	if (group == 0)
		set_bits(inodes, 0, v->super.first_ino - 1);
	for (uint32_t i = 0; i < v->super.group_inodes; i++) {
		struct known *k = find(v, first + i + 1);

		if (k)
			set_bits(inodes, i, i + 1);
		directories += k && is_directory(k);
	}
	set_bits(inodes, v->super.group_inodes, IMPFS_GROUP_BLOCKS);
	if (g->free_blocks != zero_bits(blocks))
		found(v, "bitmaps", "group %u: free_blocks is %u, not %u", group, g->free_blocks, zero_bits(blocks));
	if (g->free_inodes != zero_bits(inodes))
		found(v, "bitmaps", "group %u: free_inodes is %u, not %u", group, g->free_inodes, zero_bits(inodes));
	if (g->directories != directories)
		found(v, "bitmaps", "group %u: directories is %u, not %u", group, g->directories, directories);
	compare_bitmap(v, group, "block", g->block_bitmap, blocks, g->block_bitmap_csum);
	compare_bitmap(v, group, "inode", g->inode_bitmap, inodes, g->inode_bitmap_csum);
}

static void check_backup(struct volume *v)
{
	struct impfs_superblock s;
	const char *problem = read_super(&v->device, (uint64_t)(v->super.backup_start + v->super.desc_blocks) * BLOCK + IMPFS_SUPER_OFFSET, &s);

	if (problem)
		found(v, "backup", "the backup superblock %s", problem);
	else if (s.blocks != v->super.blocks || s.group_inodes != v->super.group_inodes || s.desc_start != v->super.desc_start ||
		 s.journal_start != v->super.journal_start || s.journal_blocks != v->super.journal_blocks)
		found(v, "backup", "the backup superblock describes another volume");
}

static void summary(const struct volume *v)
{
	uint32_t directories = 0;
	uint64_t used = 0;

	for (uint32_t i = 0; i < v->nr_inodes; i++)
		directories += is_directory(&v->inodes[i]);
	for (uint32_t i = 0; i < v->super.groups; i++)
		used += group_blocks(v, i) - v->groups[i].free_blocks;
	fprintf(stderr, "%s: %s, %u files, %u directories, %llu of %u blocks used\n", v->device.name, v->problems ? "damaged" : "clean",
		v->nr_inodes - directories, directories, (unsigned long long)used, v->blocks);
}

int main(int argc, char **argv)
{
	struct volume *v = &volume;
	int c, quiet = 0;

	while ((c = getopt(argc, argv, "nfaqpyt:C:TV")) != -1) {
		if (c == 'q')
			quiet = 1;
		if (c == 'y' || c == '?') {
			fprintf(stderr, c == 'y' ? "fsck.impfs: repair is imposos fsck's, on the host\n" : "usage: fsck.impfs [-nfaq] device\n");
			return 16;
		}
	}
	if (argc - optind != 1) {
		fprintf(stderr, "usage: fsck.impfs [-nfaq] device\n");
		return 16;
	}
	device_open(&v->device, argv[optind], O_RDONLY);
	if (device_mounted(&v->device) && !quiet)
		fprintf(stderr, "%s: is mounted: what is found may be changes under way\n", v->device.name);
	open_volume(v, quiet);
	if (v->super.state & IMPFS_STATE_ERROR)
		found(v, "superblock", "the kernel met damage %u times", v->super.errors);
	v->held = must_have(calloc(v->super.groups, BLOCK));
	v->place = must_have(calloc(v->super.groups * (size_t)v->super.group_inodes, sizeof(*v->place)));
	check_groups(v);
	hold_tables(v);
	check_inodes(v);
	check_root(v);
	check_orphans(v, quiet);
	for (uint32_t i = 0; i < v->super.groups; i++)
		check_bitmap(v, i);
	check_directories(v);
	check_links(v);
	check_backup(v);
	if (!quiet)
		summary(v);
	return v->problems ? 4 : 0;
}
