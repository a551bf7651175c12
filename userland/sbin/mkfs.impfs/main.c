/*
 * mkfs.impfs: makes an empty impfs volume on a device or in a file. The same options give the same bytes as `imposos
 * mkfs` on the host.
 *
 *	mkfs.impfs [-fq] [-L LABEL] [-U UUID] [-i BYTES-PER-INODE] [-j JOURNAL-BLOCKS] [-m RESERVED-PERCENT]
 *		   [-S HASH-SEED] [-T SECONDS] DEVICE [BLOCKS]
 */
#include "../common/impfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define S_DIR 0040000

struct options {
	const char *label;
	uint8_t uuid[16], hash_seed[16];
	uint32_t bytes_per_inode, journal_blocks, percent;
	int journal_given, force, quiet;
	int64_t now;
};

/* Where everything lies. */
struct shape {
	uint32_t blocks, groups, group_inodes, table_blocks, desc_blocks, backup_start, journal_start, journal_blocks;
};

static struct device device;
static struct shape shape;
static struct impfs_superblock super;
static struct impfs_group *descriptors;
static uint32_t seed;

static void usage(void)
{
	fprintf(stderr, "usage: mkfs.impfs [-fq] [-L label] [-U uuid] [-i bytes-per-inode] [-j journal-blocks] [-m reserved-percent] "
			"[-S hash-seed] [-T seconds] device [blocks]\n");
	exit(1);
}

static void refuse(const char *message)
{
	errno = 0;
	fail(1, "mkfs.impfs: %s: %s", device.name, message);
}

/* Sixteen bytes in hexadecimal, dashes anywhere. */
static void parse_bytes(const char *text, uint8_t bytes[16])
{
	unsigned n = 0;

	for (; *text && n < 32; text++) {
		int digit = *text >= '0' && *text <= '9' ? *text - '0' : (*text | 32) >= 'a' && (*text | 32) <= 'f' ? (*text | 32) - 'a' + 10 : -1;

		if (*text == '-')
			continue;
		if (digit < 0)
			usage();
		bytes[n / 2] = (uint8_t)(bytes[n / 2] << 4 | digit);
		n++;
	}
	if (*text || n != 32)
		usage();
}

static uint64_t parse_number(const char *text)
{
	char *end;
	uint64_t n;

	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno || end == text || *end)
		usage();
	return n;
}

static uint32_t group_start(uint32_t group)
{
	return group * IMPFS_GROUP_BLOCKS;
}

static uint32_t group_blocks(uint32_t group)
{
	uint32_t left = shape.blocks - group_start(group);

	return left < IMPFS_GROUP_BLOCKS ? left : IMPFS_GROUP_BLOCKS;
}

static uint32_t group_bitmaps(uint32_t group)
{
	return group ? group_start(group) : 1 + shape.desc_blocks;
}

/* Blocks of the group that its tables take, from its first on. */
static uint32_t group_head(uint32_t group)
{
	return group_bitmaps(group) + 2 + shape.table_blocks + (group ? 0 : shape.journal_blocks) - group_start(group);
}

static void plan(uint64_t blocks, const struct options *o)
{
	uint32_t first, rest;

	if (blocks < IMPFS_MIN_BLOCKS)
		refuse("too small: at least 16 MiB are needed");
	if (blocks > IMPFS_MAX_BLOCKS)
		refuse("too large: at most 1 TiB can be used");
	if (o->bytes_per_inode < 4096 || o->bytes_per_inode > 1u << 26)
		refuse("4096 to 67108864 bytes per inode can be had");
	shape.blocks = (uint32_t)blocks;
	first = shape.blocks < IMPFS_GROUP_BLOCKS ? shape.blocks : IMPFS_GROUP_BLOCKS;
	shape.group_inodes = (uint32_t)(((uint64_t)first * BLOCK + (uint64_t)o->bytes_per_inode * 16 - 1) / ((uint64_t)o->bytes_per_inode * 16)) * 16;
	if (shape.group_inodes < 64)
		shape.group_inodes = 64;
	shape.table_blocks = shape.group_inodes / IMPFS_INODES_PER_BLOCK;
	/* A last group that could not even hold its own tables is left out. */
	rest = shape.blocks % IMPFS_GROUP_BLOCKS;
	if (shape.blocks > IMPFS_GROUP_BLOCKS && rest && rest < shape.table_blocks + 64)
		shape.blocks -= rest;
	shape.groups = (shape.blocks + IMPFS_GROUP_BLOCKS - 1) / IMPFS_GROUP_BLOCKS;
	shape.desc_blocks = (shape.groups + IMPFS_GROUP_DESCS_PER_BLOCK - 1) / IMPFS_GROUP_DESCS_PER_BLOCK;
	shape.journal_blocks = shape.blocks / 32;
	if (shape.journal_blocks < IMPFS_JOURNAL_MIN_BLOCKS)
		shape.journal_blocks = IMPFS_JOURNAL_MIN_BLOCKS;
	if (shape.journal_blocks > IMPFS_JOURNAL_MAX_BLOCKS)
		shape.journal_blocks = IMPFS_JOURNAL_MAX_BLOCKS;
	if (o->journal_given)
		shape.journal_blocks = o->journal_blocks;
	if (shape.journal_blocks && shape.journal_blocks < IMPFS_JOURNAL_MIN_BLOCKS)
		refuse("the journal is too small: at least 256 blocks");
	first = shape.blocks < IMPFS_GROUP_BLOCKS ? shape.blocks : IMPFS_GROUP_BLOCKS;
	shape.backup_start = first - 1 - shape.desc_blocks;
	shape.journal_start = shape.journal_blocks ? group_bitmaps(0) + 2 + shape.table_blocks : 0;
	if ((uint64_t)group_head(0) + 64 > shape.backup_start)
		refuse("tables and journal leave no room for data");
}

static void fill_super(const struct options *o)
{
	super = (struct impfs_superblock){
		.magic = IMPFS_MAGIC, .revision = IMPFS_REVISION, .incompat = IMPFS_INCOMPAT_UNWRITTEN, .state = IMPFS_STATE_CLEAN,
		.compat = (shape.journal_blocks ? IMPFS_COMPAT_JOURNAL : 0) | IMPFS_COMPAT_XATTR,
		.blocks = shape.blocks, .block_size = BLOCK, .group_blocks = IMPFS_GROUP_BLOCKS, .groups = shape.groups,
		.group_inodes = shape.group_inodes, .inode_size = IMPFS_INODE_SIZE, .desc_size = IMPFS_GROUP_DESC_SIZE,
		.desc_start = 1, .desc_blocks = shape.desc_blocks, .backup_start = shape.backup_start, .first_ino = IMPFS_FIRST_INO,
		.journal_start = shape.journal_start, .journal_blocks = shape.journal_blocks, .name_max = IMPFS_NAME_MAX,
		.symlink_max = IMPFS_SYMLINK_MAX, .link_max = IMPFS_LINK_MAX,
		.file_blocks_max = IMPFS_DIRECT + IMPFS_PTRS + (uint64_t)IMPFS_PTRS * IMPFS_PTRS + (uint64_t)IMPFS_PTRS * IMPFS_PTRS * IMPFS_PTRS,
		.hash_version = 1, .reserved_blocks = (uint32_t)((uint64_t)shape.blocks * o->percent / 100),
		.made_time = o->now, .write_time = o->now, .check_time = o->now,
	};
	memcpy(super.uuid, o->uuid, 16);
	memcpy(super.hash_seed, o->hash_seed, 16);
	memcpy(super.label, o->label, strlen(o->label));
	seed = crc32c(~0u, super.uuid, 16);
}

static void set_bits(uint8_t *map, uint32_t from, uint32_t to)
{
	for (uint32_t bit = from; bit < to; bit++)
		map[bit >> 3] |= (uint8_t)(1u << (bit & 7));
}

/* Bitmaps and descriptor. The root and lost+found take the first two blocks after group 0's tables. */
static void make_group(uint32_t group)
{
	static uint8_t blocks[BLOCK], inodes[BLOCK];
	uint32_t head = group_head(group) + (group ? 0 : 2), used = group ? 0 : IMPFS_FIRST_INO, bitmaps = group_bitmaps(group);
	uint32_t start = crc_word(seed, group), backup = group ? 0 : shape.desc_blocks + 1;
	struct impfs_group *d = &descriptors[group];

	memset(blocks, 0, BLOCK);
	memset(inodes, 0, BLOCK);
	set_bits(blocks, 0, head);
	if (!group)
		set_bits(blocks, shape.backup_start, shape.backup_start + backup);
	set_bits(blocks, group_blocks(group), IMPFS_GROUP_BLOCKS);
	set_bits(inodes, 0, used);
	set_bits(inodes, shape.group_inodes, IMPFS_GROUP_BLOCKS);
	device_write(&device, blocks, BLOCK, (uint64_t)bitmaps * BLOCK);
	device_write(&device, inodes, BLOCK, (uint64_t)(bitmaps + 1) * BLOCK);
	*d = (struct impfs_group){
		.block_bitmap = bitmaps, .inode_bitmap = bitmaps + 1, .inode_table = bitmaps + 2,
		.free_blocks = group_blocks(group) - head - backup, .free_inodes = shape.group_inodes - used,
		.directories = group ? 0 : 2, .inodes_ready = group ? 0 : IMPFS_INODES_PER_BLOCK,
		.block_bitmap_csum = crc32c(start, blocks, BLOCK), .inode_bitmap_csum = crc32c(start, inodes, BLOCK),
	};
	d->checksum = crc32c(start, d, offsetof(struct impfs_group, checksum));
}

static void make_journal(void)
{
	static uint8_t block[BLOCK];
	struct impfs_journal_super *j = (void *)block;

	if (!shape.journal_blocks)
		return;
	*j = (struct impfs_journal_super){
		.magic = IMPFS_JOURNAL_MAGIC, .type = IMPFS_JOURNAL_SUPER, .sequence = 1, .head = 1, .blocks = shape.journal_blocks,
	};
	j->checksum = crc32c(~0u, j, offsetof(struct impfs_journal_super, checksum));
	device_write(&device, block, BLOCK, (uint64_t)shape.journal_start * BLOCK);
	memset(block, 0, BLOCK);
	device_write(&device, block, BLOCK, (uint64_t)(shape.journal_start + 1) * BLOCK);
}

static void make_directory(uint32_t ino, uint32_t generation, uint32_t block, const char *name, uint32_t target)
{
	static uint8_t data[BLOCK];
	struct impfs_dir_header *head = (void *)data;
	uint32_t length = (uint32_t)strlen(name), size = (4 + length + 3) & ~3u, sum;

	memset(data, 0, BLOCK);
	*head = (struct impfs_dir_header){ .magic = IMPFS_DIR_MAGIC, .ino = ino, .heap = IMPFS_CSUM_OFFSET };
	if (length) {
		struct impfs_dir_slot *slot = (void *)(data + IMPFS_DIR_HEADER);

		head->count = 1;
		head->heap = (uint16_t)(IMPFS_CSUM_OFFSET - size);
		*slot = (struct impfs_dir_slot){ .key = bucket_key(super.hash_seed, name, length), .offset = head->heap,
						 .name_len = (uint8_t)length, .type = IMPFS_DT(S_DIR) };
		memcpy(data + head->heap, &target, 4);
		memcpy(data + head->heap + 4, name, length);
	}
	sum = crc32c(owner_seed(seed, ino, generation, block), data, IMPFS_CSUM_OFFSET);
	memcpy(data + IMPFS_CSUM_OFFSET, &sum, 4);
	device_write(&device, data, BLOCK, (uint64_t)block * BLOCK);
}

/* The table's first block: the root, lost+found, and inodes that were never used. */
static void make_inodes(const struct options *o)
{
	static struct impfs_inode table[IMPFS_INODES_PER_BLOCK];
	uint32_t block = group_head(0);

	table[IMPFS_ROOT_INO - 1] = (struct impfs_inode){ .mode = S_DIR | 0755, .links = 3, .parent = IMPFS_ROOT_INO };
	table[IMPFS_FIRST_INO - 1] = (struct impfs_inode){ .mode = S_DIR | 0700, .links = 2, .parent = IMPFS_ROOT_INO };
	for (uint32_t i = 0; i < IMPFS_INODES_PER_BLOCK; i++) {
		struct impfs_inode *inode = &table[i];

		if (inode->mode) {
			inode->size = BLOCK;
			inode->blocks = inode->version = 1;
			inode->map[0] = block++;
			inode->atime = inode->mtime = inode->ctime = inode->btime = o->now;
		}
		if (i == IMPFS_FIRST_INO - 1)
			inode->generation = 1;
		inode->checksum = crc32c(crc_word(seed, i + 1), inode, offsetof(struct impfs_inode, checksum));
	}
	device_write(&device, table, sizeof(table), (uint64_t)(group_bitmaps(0) + 2) * BLOCK);
	make_directory(IMPFS_ROOT_INO, 0, table[IMPFS_ROOT_INO - 1].map[0], "lost+found", IMPFS_FIRST_INO);
	make_directory(IMPFS_FIRST_INO, 1, table[IMPFS_FIRST_INO - 1].map[0], "", 0);
}

/* Superblock last: before it is there, there is no volume. */
static void finish(void)
{
	static uint8_t block[BLOCK];
	uint64_t table = (uint64_t)shape.desc_blocks * BLOCK, backup = (uint64_t)shape.backup_start * BLOCK;

	device_write(&device, descriptors, table, BLOCK);
	device_write(&device, descriptors, table, backup);
	super.checksum = crc32c(~0u, &super, offsetof(struct impfs_superblock, checksum));
	memcpy(block + IMPFS_SUPER_OFFSET, &super, sizeof(super));
	device_write(&device, block, BLOCK, backup + table);
	if (fsync(device.fd))
		fail(1, "mkfs.impfs: %s", device.name);
	device_write(&device, block, BLOCK, 0);
	if (fsync(device.fd) || close(device.fd))
		fail(1, "mkfs.impfs: %s", device.name);
}

static void random_bytes(uint8_t *bytes, size_t n)
{
	if (getrandom(bytes, n, 0) != (ssize_t)n)
		fail(1, "mkfs.impfs: no random bytes");
}

int main(int argc, char **argv)
{
	struct options o = { .label = "", .bytes_per_inode = 16384, .percent = 1, .now = time(NULL) };
	static const uint8_t none[BLOCK];
	uint64_t blocks;
	int c;

	random_bytes(o.uuid, 16);
	random_bytes(o.hash_seed, 16);
	o.uuid[6] = (uint8_t)((o.uuid[6] & 0x0f) | 0x40);
	o.uuid[8] = (uint8_t)((o.uuid[8] & 0x3f) | 0x80);
	while ((c = getopt(argc, argv, "fqL:U:i:j:m:S:T:t:")) != -1) {
		switch (c) {
		case 'f': o.force = 1; break;
		case 'q': o.quiet = 1; break;
		case 'L': o.label = optarg; break;
		case 'U': parse_bytes(optarg, o.uuid); break;
		case 'S': parse_bytes(optarg, o.hash_seed); break;
		case 'i': o.bytes_per_inode = (uint32_t)parse_number(optarg); break;
		case 'j': o.journal_blocks = (uint32_t)parse_number(optarg); o.journal_given = 1; break;
		case 'm': o.percent = (uint32_t)parse_number(optarg); break;
		case 'T': o.now = (int64_t)parse_number(optarg); break;
		case 't': break;	/* mkfs -t impfs passes it on */
		default: usage();
		}
	}
	if (argc - optind < 1 || argc - optind > 2 || o.percent > 50)
		usage();
	device_open(&device, argv[optind], O_RDWR);
	if (strlen(o.label) > sizeof(super.label))
		refuse("the label has more than 32 bytes");
	if (device_mounted(&device))
		refuse("is mounted");
	blocks = device.size / BLOCK;
	if (optind + 1 < argc) {
		uint64_t asked = parse_number(argv[optind + 1]);

		if (asked > blocks)
			refuse("has fewer blocks than that");
		blocks = asked;
	}
	plan(blocks, &o);
	descriptors = must_have(calloc(shape.desc_blocks, BLOCK));
	/* From here on what was there is lost. */
	device_write(&device, none, BLOCK, 0);
	fill_super(&o);
	for (uint32_t group = 0; group < shape.groups; group++)
		make_group(group);
	make_journal();
	make_inodes(&o);
	finish();
	if (!o.quiet)
		printf("%s: impfs, %u blocks, %u inodes, journal of %u blocks\n", device.name, shape.blocks, shape.groups * shape.group_inodes,
		       shape.journal_blocks);
	return 0;
}
