/*
 * What the boot loader left: command line and memory map (Multiboot Specification 0.6.96, 3.3). Everything is
 * copied here at once, since its memory is about to be handed out. Nothing in it is trusted further than that.
 */
#include <arch/arch.h>
#include <arch/layout.h>
#include <core/printk.h>
#include <core/string.h>
#include <core/cmdline.h>
#include <mm/page.h>

#define MULTIBOOT_MAGIC 0x2badb002u
#define MB_INFO_MEMORY	BIT(0)
#define MB_INFO_CMDLINE	BIT(2)
#define MB_INFO_MODS	BIT(3)
#define MB_INFO_MMAP	BIT(6)

struct mb_info {
	u32 flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr, syms[4], mmap_length, mmap_addr;
};

struct mb_mmap_entry {
	u32 size;		/* of the rest */
	u64 base, length;
	u32 type;		/* 1: usable */
} __packed;

struct mem_region boot_regions[MAX_MEM_REGIONS];
unsigned boot_region_count;

static void region_add(u64 start, u64 end)
{
	unsigned i;

	start = ALIGN_UP(start, PAGE_SIZE);
	end = ALIGN_DOWN(end, PAGE_SIZE);
	if (start >= end || boot_region_count == MAX_MEM_REGIONS)
		return;
	for (i = boot_region_count++; i > 0 && boot_regions[i - 1].start > start; i--)
		boot_regions[i] = boot_regions[i - 1];
	boot_regions[i] = (struct mem_region){ start, end };
}

/* Usable memory, less the first MiB (firmware's tables and buffers) and the kernel's image. */
static void region_add_usable(u64 start, u64 end)
{
	u64 image_end = virt_to_phys(kernel_end);

	if (start < 0x100000)
		start = 0x100000;
	if (start < image_end)
		start = image_end;
	region_add(start, end);
}

void boot_parse(u32 magic, u32 info_phys)
{
	const struct mb_info *info = phys_to_virt(info_phys);
	u32 at;

	if (magic != MULTIBOOT_MAGIC)
		panic("not started by a multiboot loader (magic %08x); boot with GRUB or QEMU's -kernel", magic);
	if (info->flags & MB_INFO_CMDLINE && info->cmdline < 0x40000000)
		cmdline_set(phys_to_virt(info->cmdline));
	if (info->flags & MB_INFO_MMAP) {
		for (at = info->mmap_addr; at < info->mmap_addr + info->mmap_length;) {
			const struct mb_mmap_entry *e = phys_to_virt(at);

			if (e->type == 1)
				region_add_usable(e->base, e->base + e->length);
			if (e->size < 20)
				break;
			at += e->size + 4;
		}
	} else if (info->flags & MB_INFO_MEMORY) {
		region_add_usable(0x100000, 0x100000 + (u64)info->mem_upper * 1024);
	}
	if (!boot_region_count)
		panic("the boot loader passed no memory map; ImposOS needs at least 16 MiB");
}
