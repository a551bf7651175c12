/*
 * swapon(2) and swapoff(2): from a file or a partition with a header to an area with a map of its slots, and back.
 *
 * A file's blocks are looked up once, here; S_SWAPFILE then keeps it from being written, cut or allocated anew. A
 * device is opened exclusively. One call runs at a time.
 */
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/swap.h>
#include <arch/uaccess.h>
#include <block/bio.h>
#include <core/init.h>
#include <fs/internal.h>
#include <fs/namei.h>
#include <fs/pagecache.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <mm/swap.h>
#include <sched/task.h>
#include <sys/syscalls.h>

#define SECTORS (PAGE_SIZE / 512)

static DEFINE_MUTEX(swapon_mutex, RANK_DRIVER_MODEL);
static int next_priority = -2;		/* swapon_mutex: areas without one, in order of their coming */

/* ---- extents ---- */

static int add_extent(struct swap_area *a, unsigned *room, unsigned long slot, sector_t sector)
{
	struct swap_extent *last = a->nr_extents ? &a->extents[a->nr_extents - 1] : NULL, *more;

	if (last && last->sector + (sector_t)last->n * SECTORS == sector) {
		last->n++;
		return 0;
	}
	if (a->nr_extents == *room) {
		unsigned n = *room ? *room * 2 : 16;

		more = kvmalloc(n * sizeof(*more), GFP_KERNEL);
		if (!more)
			return -ENOMEM;
		memcpy(more, a->extents ? a->extents : more, a->nr_extents * sizeof(*more));
		kvfree(a->extents);
		a->extents = more;
		*room = n;
	}
	a->extents[a->nr_extents++] = (struct swap_extent){ slot, 1, sector };
	return 0;
}

static int find_extents(struct swap_area *a)
{
	struct address_space *m = a->file->mapping;
	unsigned room = 0;
	int error = 0;

	if (a->device) {
		a->extents = kvmalloc(sizeof(*a->extents), GFP_KERNEL);
		if (!a->extents)
			return -ENOMEM;
		a->extents[0] = (struct swap_extent){ 0, a->max, 0 };
		a->nr_extents = 1;
		return 0;
	}
	if (!m->ops->bmap)
		return -EINVAL;
	for (unsigned long slot = 0; slot < a->max && !error; slot++) {
		sector_t block;

		error = m->ops->bmap(m, slot, &block);
		if (error)
			return error;
		if (!block) {
			pr_notice("swap: %s has holes\n", a->name);
			return -EINVAL;
		}
		error = add_extent(a, &room, slot, block * SECTORS);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return error;
}

/* ---- header ---- */

static int read_header(struct swap_area *a, unsigned long pages)
{
	const struct abi_swap_header *h;
	struct page *p = read_mapping_page(a->file->mapping, 0, a->file);
	int error = -EINVAL;

	if (IS_ERR(p))
		return (int)PTR_ERR(p);
	h = page_address(p);
	if (memcmp(h->magic, SWAP_MAGIC, sizeof(h->magic)) != 0) {
		pr_notice("swap: %s has no swap signature\n", a->name);
		goto out;
	}
	if (h->version != 1 || !h->last_page || h->nr_badpages > SWAP_BADPAGES_MAX) {
		pr_notice("swap: %s: version %u with %u pages, %u of them bad, is not understood\n", a->name, h->version,
			  h->last_page, h->nr_badpages);
		goto out;
	}
	if (h->last_page >= pages) {
		pr_notice("swap: %s is shorter than its header says\n", a->name);
		goto out;
	}
	a->max = h->last_page + 1;
	error = -ENOMEM;
	a->map = kvmalloc(a->max * sizeof(*a->map), GFP_KERNEL | GFP_ZERO);
	if (!a->map)
		goto out;
	a->map[0] = SLOT_BAD;
	a->total = a->max - 1;
	error = 0;
	for (unsigned i = 0; i < h->nr_badpages && !error; i++) {
		if (!h->badpages[i] || h->badpages[i] >= a->max)
			error = -EINVAL;
		else if (!a->map[h->badpages[i]])
			a->total--;
		if (!error)
			a->map[h->badpages[i]] = SLOT_BAD;
	}
	if (!error && !a->total)
		error = -EINVAL;
out:
	page_put(p);
	return error;
}

/* ---- switching on ---- */

static bool is_used(const struct inode *inode)
{
	for (unsigned i = 0; i < SWP_TYPES; i++)
		if (swap_area_of[i] && swap_area_of[i]->file->inode == inode)
			return true;
	return false;
}

/* Who the pages belong to, exclusively, and what the disk must know of them. */
static int claim(struct swap_area *a)
{
	struct inode *inode = a->file->inode;
	int error;

	if (S_ISBLK(inode->mode)) {
		a->device = true;
		a->bdev = bdev_find(inode->rdev);
		error = a->bdev ? bdev_open(a->bdev, true, a) : -ENXIO;
		bdev_put(a->bdev);
		return error;
	}
	if (!S_ISREG(inode->mode) || !inode->sb->bdev)
		return -EINVAL;
	a->bdev = inode->sb->bdev;
	error = vfs_fsync(a->file, false);	/* blocks are allocated, and nothing is on its way to them */
	if (error)
		return error;
	down_write(&inode->rwsem);
	if (inode->flags & S_SWAPFILE)
		error = -EBUSY;
	else
		inode->flags |= S_SWAPFILE;
	up_write(&inode->rwsem);
	return error;
}

static void unclaim(struct swap_area *a)
{
	if (a->device)
		bdev_close(a->bdev, true, a);
	else
		a->file->inode->flags &= ~S_SWAPFILE;
}

static void area_free(struct swap_area *a)
{
	kvfree(a->map);
	kvfree(a->extents);
	kfree(a);
}

static int free_type(void)
{
	for (unsigned i = 0; i < SWP_TYPES; i++)
		if (!swap_area_of[i])
			return (int)i;
	return -EPERM;
}

static int set_up(struct swap_area *a, int flags)
{
	u64 bytes;
	int error, type = free_type();

	if (type < 0)
		return type;
	if (is_used(a->file->inode))
		return -EBUSY;
	error = claim(a);
	if (error)
		return error;
	bytes = a->device ? (u64)a->bdev->sectors * 512 : (u64)inode_size(a->file->inode);
	error = bytes >> PAGE_SHIFT < 2 ? -EINVAL
		: read_header(a, (unsigned long)min(bytes >> PAGE_SHIFT, (u64)1 << SWP_OFFSET_BITS));
	if (!error)
		error = find_extents(a);
	if (error) {
		unclaim(a);
		return error;
	}
	(void)invalidate_clean_pages(a->file->mapping);	/* the cache's copies are not what the area holds */
	a->type = (unsigned)type;
	a->lowest = 1;
	a->next = 1;
	a->priority = flags & SWAP_FLAG_PREFER ? flags & SWAP_FLAG_PRIO_MASK : next_priority--;
	swap_area_on(a);
	pr_info("swap: %lu KiB on %s, priority %d, %u extents\n", a->total << (PAGE_SHIFT - 10), a->name, a->priority,
		a->nr_extents);
	return 0;
}

/* The path as it was given, for /proc/swaps. */
static int open_area(const char __user *upath, struct swap_area *a)
{
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	ssize_t n;
	int error = 0;

	if (!path)
		return -ENOMEM;
	n = strncpy_from_user(path, upath, PATH_MAX);
	if (n < 0 || n == PATH_MAX) {
		error = n < 0 ? -EFAULT : -ENAMETOOLONG;
	} else {
		a->file = file_open(path, O_RDWR | O_LARGEFILE, 0);
		if (IS_ERR(a->file))
			error = (int)PTR_ERR(a->file);
		else
			(void)strscpy(a->name, path, sizeof(a->name));	/* cut if long */
	}
	kfree(path);
	return error;
}

long sys_swapon(const char __user *path, int flags)
{
	struct swap_area *a;
	int error;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & ~SWAP_FLAGS_KNOWN)
		return -EINVAL;
	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	list_init(&a->link);
	error = open_area(path, a);
	if (error) {
		kfree(a);
		return error;
	}
	mutex_lock(&swapon_mutex);
	error = set_up(a, flags);
	mutex_unlock(&swapon_mutex);
	if (error) {
		file_put(a->file);
		area_free(a);
	}
	return error;
}

/* ---- switching off ---- */

static struct swap_area *find_area(const struct inode *inode)
{
	for (unsigned i = 0; i < SWP_TYPES; i++)
		if (swap_area_of[i] && swap_area_of[i]->file->inode == inode)
			return swap_area_of[i];
	return NULL;
}

/* Is there room in memory and elsewhere for what the area holds? */
static bool fits(const struct swap_area *a)
{
	struct mem_stats s;
	unsigned long total, free;

	mem_stats(&s);
	swap_totals(&total, &free);
	free -= min(free, a->total - a->used);
	return a->used < s.free + s.page_cache - min(s.page_cache, s.shmem) + free;
}

static int switch_off(struct swap_area *a)
{
	int error;

	if (!fits(a))
		return -ENOMEM;
	swap_area_going(a);
	error = swap_unuse(a->type);
	if (error) {
		swap_area_on(a);
		return error;
	}
	spin_lock(&swap_lock);
	swap_area_of[a->type] = NULL;
	spin_unlock(&swap_lock);
	unclaim(a);
	(void)invalidate_clean_pages(a->file->mapping);
	file_put(a->file);
	area_free(a);
	return 0;
}

long sys_swapoff(const char __user *upath)
{
	struct swap_area *a;
	struct path path;
	int error;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	error = user_path_at(AT_FDCWD, upath, LOOKUP_FOLLOW, &path);
	if (error)
		return error;
	mutex_lock(&swapon_mutex);
	a = find_area(path.dentry->inode);
	error = a ? switch_off(a) : -EINVAL;
	mutex_unlock(&swapon_mutex);
	path_put(&path);
	return error;
}

/* ---- /proc/swaps ---- */

static int show_swaps(struct seq_file *m, void *v)
{
	struct swap_area *a;

	(void)v;
	seq_puts(m, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	spin_lock(&swap_lock);
	list_for_each_entry(a, &swap_areas, link) {
		size_t line = m->count;

		seq_escape(m, a->name, " \t\n\\");
		while (!m->overflow && m->count - line < 40)
			seq_putc(m, ' ');
		seq_printf(m, "%s\t%lu\t%s%lu\t%s%d\n", a->device ? "partition" : "file\t", a->total << (PAGE_SHIFT - 10),
			   a->total << (PAGE_SHIFT - 10) < 10000000 ? "\t" : "", a->used << (PAGE_SHIFT - 10),
			   a->used << (PAGE_SHIFT - 10) < 10000000 ? "\t" : "", a->priority);
	}
	spin_unlock(&swap_lock);
	return 0;
}

static int __init swap_init(void)
{
	return proc_create_single("swaps", 0444, show_swaps, NULL);
}
fs_initcall(swap_init);
