/*
 * Partition tables: MBR with extended partitions, and GPT (UEFI specification 2.10, section 5).
 *
 *   MBR, sector 0            446: four entries of 16 bytes; 510: 55 aa
 *   extended                 a chain of such sectors: entry 0 a logical partition (relative to this sector), entry 1
 *                            the next link (relative to the first of the chain)
 *   GPT                      sector 1: header; its copy in the last sector; an array of entries
 *
 * What the disk says is not trusted: ranges are clipped or dropped, chains and arrays are bounded, checksums checked.
 */
#include <block/internal.h>
#include <abi/errno.h>
#include <core/printk.h>
#include <core/string.h>
#include <mm/kmalloc.h>
#include <mm/page.h>

struct mbr_entry {
	u8 status, chs_first[3], type, chs_last[3];
	u32 lba, count;			/* little-endian */
} __packed;
_Static_assert(sizeof(struct mbr_entry) == 16, "MBR entry");

struct gpt_header {			/* all little-endian */
	u8 signature[8];
	u32 revision, header_size, header_crc, reserved;
	u64 my_lba, alternate_lba, first_usable, last_usable;
	u8 disk_guid[16];
	u64 entries_lba;
	u32 entry_count, entry_size, entries_crc;
} __packed;
_Static_assert(sizeof(struct gpt_header) == 92, "GPT header");

struct gpt_entry {
	u8 type[16], guid[16];
	u64 first, last, attributes;
	u16 name[36];
} __packed;
_Static_assert(sizeof(struct gpt_entry) == 128, "GPT entry");

#define MBR_TABLE 446
#define TYPE_EXTENDED 0x05
#define TYPE_EXTENDED_LBA 0x0f
#define TYPE_EXTENDED_LINUX 0x85
#define TYPE_GPT 0xee

/* n <= 8 sectors into buf. */
static int read_sectors(struct block_device *b, sector_t sector, unsigned n, void *buf)
{
	struct page *page = page_alloc(GFP_KERNEL, 0);
	struct bio bio;
	int ret;

	if (!page)
		return -ENOMEM;
	bio_init(&bio, NULL, 0);
	bio.bdev = b;
	bio.sector = sector;
	bio.op = BIO_READ;
	bio_add(&bio, page, 0, n * 512);
	ret = bio_submit_wait(&bio);
	if (!ret)
		memcpy(buf, page_address(page), n * 512);
	page_put(page);
	return ret;
}

/* The usable part of [start, start + count) on a disk of `sectors`; empty if there is none. */
static struct partition clip(sector_t start, sector_t count, sector_t sectors)
{
	if (!count || start >= sectors)
		return (struct partition){ 0, 0 };
	return (struct partition){ start, min(count, sectors - start) };
}

static bool is_extended(u8 type)
{
	return type == TYPE_EXTENDED || type == TYPE_EXTENDED_LBA || type == TYPE_EXTENDED_LINUX;
}

static bool has_table(const u8 *sector)
{
	return sector[510] == 0x55 && sector[511] == 0xaa;
}

/* Logical partitions are numbers 5 and up. */
static int read_extended(struct block_device *b, u8 *sector, u32 first, u32 count, struct partition *parts, unsigned max)
{
	struct mbr_entry entry[2];
	u32 link = 0;
	int ret;

	for (unsigned i = 4; i < max; i++) {
		if (link >= count)
			return 0;
		ret = read_sectors(b, (sector_t)first + link, 1, sector);
		if (ret || !has_table(sector))
			return ret;
		memcpy(entry, sector + MBR_TABLE, sizeof(entry));
		parts[i] = clip((sector_t)first + link + entry[0].lba, entry[0].count, b->sectors);
		/* Links go forward, or a loop on the disk would be one here. */
		if (!is_extended(entry[1].type) || entry[1].lba <= link)
			return 0;
		link = entry[1].lba;
	}
	pr_warn("%s: more than %u partitions; the others are not used\n", b->name, max);
	return 0;
}

/* ---- GPT ---- */

static u32 crc32(const u8 *p, size_t n)
{
	u32 crc = ~0u;

	while (n--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static bool header_good(const u8 *sector, struct gpt_header *h, sector_t lba)
{
	u8 copy[512];

	memcpy(h, sector, sizeof(*h));
	if (memcmp(h->signature, "EFI PART", 8) || h->header_size < sizeof(*h) || h->header_size > 512 || h->my_lba != lba)
		return false;
	memcpy(copy, sector, sizeof(copy));
	memset(copy + offsetof(struct gpt_header, header_crc), 0, 4);
	return crc32(copy, h->header_size) == h->header_crc;
}

static int read_gpt_at(struct block_device *b, sector_t lba, struct partition *parts, unsigned max)
{
	struct gpt_header h;
	u8 *buf, *sector;
	size_t bytes;
	int ret;

	sector = kmalloc(512, GFP_KERNEL);
	if (!sector)
		return -ENOMEM;
	ret = read_sectors(b, lba, 1, sector);
	if (!ret && !header_good(sector, &h, lba))
		ret = -EINVAL;
	kfree(sector);
	if (ret)
		return ret;
	if (h.entry_size < sizeof(struct gpt_entry) || h.entry_size > 512 || !h.entry_count || h.entry_count > 1024)
		return -EINVAL;
	bytes = ALIGN_UP(h.entry_count * h.entry_size, 512u);
	buf = kvmalloc(bytes, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	for (size_t at = 0; at < bytes && !ret; at += 512)
		ret = read_sectors(b, h.entries_lba + at / 512, 1, buf + at);
	if (!ret && crc32(buf, h.entry_count * h.entry_size) != h.entries_crc)
		ret = -EINVAL;
	for (unsigned i = 0; !ret && i < h.entry_count; i++) {
		static const u8 unused[16];
		struct gpt_entry e;

		memcpy(&e, buf + i * h.entry_size, sizeof(e));
		if (!memcmp(e.type, unused, 16) || e.last < e.first)
			continue;
		if (i >= max) {
			pr_warn("%s: partition %u and later are not used\n", b->name, i + 1);
			break;
		}
		parts[i] = clip(e.first, e.last - e.first + 1, b->sectors);
	}
	kvfree(buf);
	return ret;
}

static int read_gpt(struct block_device *b, struct partition *parts, unsigned max)
{
	int ret = read_gpt_at(b, 1, parts, max);

	if (ret == -EINVAL) {
		ret = read_gpt_at(b, b->sectors - 1, parts, max);
		if (!ret)
			pr_warn("%s: the first partition table is bad, its copy is used\n", b->name);
	}
	if (ret == -EINVAL) {
		pr_warn("%s: both partition tables are bad\n", b->name);
		ret = 0;
	}
	return ret;
}

int partitions_read(struct block_device *b, struct partition *parts, unsigned max)
{
	struct mbr_entry entry[4];
	u8 *sector;
	int ret = 0;

	memset(parts, 0, max * sizeof(*parts));
	if (b->sectors < 2 || max < 4)
		return 0;
	sector = kmalloc(512, GFP_KERNEL);
	if (!sector)
		return -ENOMEM;
	ret = read_sectors(b, 0, 1, sector);
	if (ret || !has_table(sector))
		goto out;
	memcpy(entry, sector + MBR_TABLE, sizeof(entry));
	for (unsigned i = 0; i < 4; i++) {
		if (entry[i].type == TYPE_GPT) {
			ret = read_gpt(b, parts, max);
			goto out;
		}
		/* A boot sector of a filesystem ends in 55 aa too: its "entries" are code. */
		if (entry[i].status & 0x7f)
			goto out;
	}
	for (unsigned i = 0; i < 4; i++) {
		if (entry[i].type)
			parts[i] = clip(entry[i].lba, entry[i].count, b->sectors);
	}
	for (unsigned i = 0; i < 4 && !ret; i++) {
		if (is_extended(entry[i].type) && parts[i].sectors) {
			ret = read_extended(b, sector, entry[i].lba, entry[i].count, parts, max);
			/* The container itself holds only its table for programs that look. */
			parts[i].sectors = min_t(sector_t, parts[i].sectors, 2);
			break;
		}
	}
out:
	kfree(sector);
	return ret;
}
