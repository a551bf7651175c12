/* The files of /proc about memory, in Linux's formats, and /proc/sys/vm. */
#include "proc.h"
#include <block/bio.h>
#include <core/init.h>
#include <fs/pagecache.h>
#include <mm/commit.h>
#include <mm/lru.h>
#include <mm/swap.h>
#include <mm/vmstat.h>

#define K(pages) ((unsigned long)(pages) << (PAGE_SHIFT - 10))

static void line(struct seq_file *m, const char *name, unsigned long pages)
{
	seq_printf(m, "%s:%s%8lu kB\n", name, &"               "[min(strlen(name), (size_t)15)], K(pages));
}

/* Pages of block devices: metadata of filesystems, and what is read of the devices themselves. */
static unsigned long buffer_pages(void)
{
	unsigned long n = 0;

	for (struct block_device *b = bdev_next(NULL); b; b = bdev_next(b))
		n += READ_ONCE(b->inode->mapping->nrpages);
	return n;
}

static int show_meminfo(struct seq_file *m, void *v)
{
	unsigned long swap_total, swap_free, files, cached = (unsigned long)max(atomic_read(&swap_cached), 0);
	unsigned long buffers = buffer_pages();
	struct mem_stats s;

	(void)v;
	mem_stats(&s);
	swap_totals(&swap_total, &swap_free);
	files = lru_size[LRU_FILE] + lru_size[LRU_FILE_ACTIVE];
	line(m, "MemTotal", s.total);
	line(m, "MemFree", s.free);
	line(m, "MemAvailable", s.free + min(files, s.page_cache));
	line(m, "Buffers", buffers);
	line(m, "Cached", s.page_cache - min(buffers, s.page_cache));
	line(m, "SwapCached", cached);
	line(m, "Active", lru_size[LRU_ANON_ACTIVE] + lru_size[LRU_FILE_ACTIVE]);
	line(m, "Inactive", lru_size[LRU_ANON] + lru_size[LRU_FILE]);
	line(m, "Active(anon)", lru_size[LRU_ANON_ACTIVE]);
	line(m, "Inactive(anon)", lru_size[LRU_ANON]);
	line(m, "Active(file)", lru_size[LRU_FILE_ACTIVE]);
	line(m, "Inactive(file)", lru_size[LRU_FILE]);
	line(m, "SwapTotal", swap_total);
	line(m, "SwapFree", swap_free);
	line(m, "Dirty", s.dirty);
	line(m, "Writeback", s.writeback);
	line(m, "AnonPages", s.anon);
	line(m, "Shmem", s.shmem);
	line(m, "Slab", s.slab);
	line(m, "KernelStack", s.kernel_stacks);
	line(m, "PageTables", s.page_tables);
	line(m, "CommitLimit", commit_limit());
	line(m, "Committed_AS", (unsigned long)max(atomic_read(&committed), 0));
	line(m, "VmallocUsed", s.vmalloc);
	return 0;
}

static const char *const event_names[VM_EVENTS] = {
	[PGFAULT] = "pgfault", [PGMAJFAULT] = "pgmajfault", [PSWPIN] = "pswpin", [PSWPOUT] = "pswpout", [SWAP_RA] = "swap_ra",
	[SWAP_RA_HIT] = "swap_ra_hit", [PGSCAN_KSWAPD] = "pgscan_kswapd", [PGSCAN_DIRECT] = "pgscan_direct",
	[PGSTEAL_KSWAPD] = "pgsteal_kswapd", [PGSTEAL_DIRECT] = "pgsteal_direct", [PGACTIVATE] = "pgactivate",
	[PGDEACTIVATE] = "pgdeactivate", [PGREFILL] = "pgrefill", [PAGEOUTRUN] = "pageoutrun", [ALLOCSTALL] = "allocstall_normal",
	[OOM_KILL] = "oom_kill", [PGLAZYFREE] = "pglazyfree", [PGLAZYFREED] = "pglazyfreed",
	[DROP_PAGECACHE] = "drop_pagecache", [DROP_SLAB] = "drop_slab",
};

static int show_vmstat(struct seq_file *m, void *v)
{
	u64 stats[11], in = 0, out = 0;
	struct mem_stats s;

	(void)v;
	mem_stats(&s);
	for (struct block_device *b = bdev_next(NULL); b; b = bdev_next(b)) {
		if (b->partno)
			continue;
		disk_stats(b->disk, stats);
		in += stats[2];
		out += stats[6];
	}
	seq_printf(m, "nr_free_pages %lu\nnr_inactive_anon %lu\nnr_active_anon %lu\nnr_inactive_file %lu\nnr_active_file %lu\n"
		   "nr_anon_pages %lu\nnr_file_pages %lu\nnr_dirty %lu\nnr_writeback %lu\nnr_shmem %lu\n"
		   "nr_page_table_pages %lu\nnr_kernel_stack %lu\nnr_slab_reclaimable %u\nnr_slab_unreclaimable %lu\n"
		   "nr_swapcached %d\npgpgin %llu\npgpgout %llu\n",
		   s.free, lru_size[LRU_ANON], lru_size[LRU_ANON_ACTIVE], lru_size[LRU_FILE], lru_size[LRU_FILE_ACTIVE], s.anon,
		   s.page_cache, s.dirty, s.writeback, s.shmem, s.page_tables, K(s.kernel_stacks), 0u, s.slab,
		   atomic_read(&swap_cached), in / 2, out / 2);
	for (unsigned i = 0; i < VM_EVENTS; i++)
		seq_printf(m, "%s %u\n", event_names[i], (unsigned)atomic_read(&vm_events[i]));
	return 0;
}

static int show_buddyinfo(struct seq_file *m, void *v)
{
	(void)v;
	seq_puts(m, "Node 0, zone   Normal ");
	for (unsigned i = 0; i <= MAX_ORDER; i++)
		seq_printf(m, "%6lu ", buddy_free_blocks(i));
	seq_putc(m, '\n');
	return 0;
}

/* ---- sys/vm ---- */

static int drop_value;

static ssize_t drop_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	char text[8];
	size_t all = it->count, n = copy_from_iter(text, min(all, sizeof(text) - 1), it);
	unsigned long value;

	(void)f;
	while (n && text[n - 1] == '\n')
		n--;
	text[n] = 0;
	if (!n || kstrtoul(text, 10, &value) || value < 1 || value > 4)
		return -EINVAL;
	drop_value = (int)value;
	if (value & 1)
		vm_event(DROP_PAGECACHE, 1);
	if (value & 2)
		vm_event(DROP_SLAB, 1);
	reclaim_drop_caches(value & 1, value & 2);
	*pos += (loff_t)all;
	return (ssize_t)all;
}

static int drop_show(struct seq_file *m, void *v)
{
	(void)v;
	seq_printf(m, "%d\n", drop_value);
	return 0;
}

static int drop_open(struct inode *inode, struct file *f)
{
	(void)inode;
	return single_open(f, drop_show, NULL);
}

static const struct file_ops drop_ops = {
	.open = drop_open, .read = seq_read, .write = drop_write, .llseek = seq_lseek, .release = single_release,
};

static int __init memory_files_init(void)
{
	int error = proc_create_single("meminfo", 0444, show_meminfo, NULL);

	error = error ? error : proc_create_single("vmstat", 0444, show_vmstat, NULL);
	error = error ? error : proc_create_single("buddyinfo", 0444, show_buddyinfo, NULL);
	error = error ? error : sysctl_int("vm/swappiness", 0644, &vm_swappiness, 0, 200);
	error = error ? error : sysctl_int("vm/overcommit_memory", 0644, &overcommit_mode, 0, 2);
	error = error ? error : sysctl_int("vm/overcommit_ratio", 0644, &overcommit_ratio, 0, 100000);
	error = error ? error : sysctl_int("vm/overcommit_kbytes", 0644, &overcommit_kbytes, 0, 0x7fffffff);
	return error ? error : proc_create("sys/vm/drop_caches", 0200 | 0444, &drop_ops, NULL);
}
fs_initcall(memory_files_init);
