/*
 * Block devices as files: a page cache over the sectors, in the inode of a device, under read, write, mmap and the
 * filesystems' buffers alike.
 *
 * Invariant: page i of a device's mapping holds bytes [i * 4096, ...) of it; what lies beyond the end reads as zero and
 * is never written. Pages are locked while they are read and PG_WRITEBACK while they are written.
 */
#include <block/internal.h>
#include <abi/capability.h>
#include <abi/ioctl.h>
#include <abi/mount.h>
#include <arch/uaccess.h>
#include <core/init.h>
#include <fs/buffer.h>
#include <fs/buffer.h>
#include <fs/pagecache.h>
#include <fs/vfs.h>
#include <mm/kmalloc.h>

#define PAGE_SECTORS (PAGE_SIZE / 512)
#define READAHEAD_PAGES 128	/* of one bio */

static struct block_device *page_bdev(const struct page *p)
{
	return p->mapping->host->bdev;
}

/* Bytes of the page that exist on the device. */
static u32 page_bytes(const struct block_device *b, unsigned long index)
{
	u64 first = (u64)index * PAGE_SECTORS;

	if (first >= b->sectors)
		return 0;
	return (u32)min_t(u64, PAGE_SECTORS, b->sectors - first) * 512;
}

/* ---- reading ---- */

static void read_end(struct bio *bio)
{
	for (unsigned i = 0; i < bio->vcnt; i++) {
		struct page *p = bio->vec[i].page;

		if (bio->status)
			page_set(p, PG_ERROR);
		else
			page_set(p, PG_UPTODATE);
		page_unlock(p);
	}
	bio_free(bio);
}

static int bdev_readpage(struct file *file, struct page *page)
{
	struct block_device *b = page_bdev(page);
	u32 bytes = page_bytes(b, page->index);
	struct bio *bio;

	(void)file;
	if (bytes < PAGE_SIZE)
		memset((u8 *)page_address(page) + bytes, 0, PAGE_SIZE - bytes);
	if (!bytes) {
		page_set(page, PG_UPTODATE);
		page_unlock(page);
		return 0;
	}
	bio = bio_alloc(1, GFP_NOFS);
	if (!bio) {
		page_unlock(page);
		return -ENOMEM;
	}
	bio->bdev = b;
	bio->sector = (sector_t)page->index * PAGE_SECTORS;
	bio->op = BIO_READ;
	bio->end_io = read_end;
	bio_add(bio, page, 0, bytes);
	bio_submit(bio);
	return 0;
}

static int bdev_readpages(struct address_space *m, struct page **pages, unsigned n)
{
	struct block_device *b = m->host->bdev;
	struct bio *bio = NULL;

	for (unsigned i = 0; i < n; i++) {
		if (page_bytes(b, pages[i]->index) < PAGE_SIZE) {
			(void)bdev_readpage(NULL, pages[i]);	/* its error is in the page */
			continue;
		}
		if (bio && (bio->sector + bio->bytes / 512 != (sector_t)pages[i]->index * PAGE_SECTORS ||
			    !bio_add(bio, pages[i], 0, PAGE_SIZE))) {
			bio_submit(bio);
			bio = NULL;
		} else if (bio) {
			continue;
		}
		bio = bio_alloc(min_t(unsigned, n - i, READAHEAD_PAGES), GFP_NOFS);
		if (!bio) {
			page_unlock(pages[i]);	/* not uptodate: whoever wants it reads it */
			continue;
		}
		bio->bdev = b;
		bio->sector = (sector_t)pages[i]->index * PAGE_SECTORS;
		bio->op = BIO_READ;
		bio->end_io = read_end;
		bio_add(bio, pages[i], 0, PAGE_SIZE);
	}
	if (bio)
		bio_submit(bio);
	return 0;
}

/* ---- writing ---- */

static void write_end_io(struct bio *bio)
{
	struct page *p = bio->vec[0].page;

	if (bio->status) {
		page_set(p, PG_ERROR);
		mapping_set_error(p->mapping, bio->status);
	}
	page_end_writeback(p);
	bio_free(bio);
}

int bdev_write_page(struct page *page, struct writeback_control *wbc)
{
	struct block_device *b = page_bdev(page);
	u32 bytes = page_bytes(b, page->index);
	struct bio *bio;

	(void)wbc;
	if (!bytes) {
		page_unlock(page);
		return 0;
	}
	bio = bio_alloc(1, GFP_NOFS);
	if (!bio) {
		page_set_dirty(page);
		page_unlock(page);
		return -ENOMEM;
	}
	bio->bdev = b;
	bio->sector = (sector_t)page->index * PAGE_SECTORS;
	bio->op = BIO_WRITE;
	bio->end_io = write_end_io;
	bio_add(bio, page, 0, bytes);
	page_start_writeback(page);
	page_unlock(page);
	bio_submit(bio);
	return 0;
}

static int bdev_write_begin(struct file *file, struct address_space *m, loff_t pos, unsigned len, struct page **out, void **fsdata)
{
	unsigned long index = (unsigned long)(pos >> PAGE_SHIFT);
	struct page *page;

	(void)fsdata;
	if (pos >= inode_size(m->host))
		return -ENOSPC;
	for (;;) {
		page = find_or_create_page(m, index, m->gfp);
		if (!page)
			return -ENOMEM;
		if (page_test(page, PG_UPTODATE) || len == PAGE_SIZE)
			break;
		page_unlock(page);
		page_put(page);
		page = read_mapping_page(m, index, file);
		if (IS_ERR(page))
			return (int)PTR_ERR(page);
		page_lock(page);
		if (page->mapping == m)
			break;
		page_unlock(page);
		page_put(page);
	}
	*out = page;
	return 0;
}

static int bdev_write_end(struct file *file, struct address_space *m, loff_t pos, unsigned len, unsigned copied, struct page *page, void *fsdata)
{
	(void)file, (void)m, (void)pos, (void)fsdata;
	/* A whole page that was not read and is only partly copied is no page yet: the caller copies again. */
	if (!page_test(page, PG_UPTODATE)) {
		if (copied < len)
			copied = 0;
		else
			page_set(page, PG_UPTODATE);
	}
	if (copied)
		page_set_dirty(page);
	page_unlock(page);
	page_put(page);
	return (int)copied;
}

static const struct address_space_ops bdev_aops = {
	.readpage = bdev_readpage,
	.readpages = bdev_readpages,
	.writepage = buffer_writepage,
	.invalidatepage = buffer_invalidatepage,
	.releasepage = buffer_releasepage,
	.write_begin = bdev_write_begin,
	.write_end = bdev_write_end,
};

/* ---- inodes ---- */

static int bdev_write_inode(struct inode *inode, bool sync)
{
	(void)inode;
	(void)sync;
	return 0;
}

static int bdev_fill_super(struct super_block *sb, const char *data)
{
	/* write_inode: nothing but pages is ever dirty; it being there puts the inode on the write-back list. */
	static const struct super_ops ops = { .statfs = simple_statfs, .write_inode = bdev_write_inode };
	struct inode *root;

	(void)data;
	sb->blocksize = PAGE_SIZE;
	sb->blocksize_bits = PAGE_SHIFT;
	sb->magic = 0x62646576;		/* "bdev", as Linux's */
	sb->max_bytes = 0x7fffffffffffffffll;
	sb->op = &ops;
	root = new_inode(sb);
	if (!root)
		return -ENOMEM;
	root->mode = S_IFDIR | 0700;
	sb->root = d_make_root(root);
	return sb->root ? 0 : -ENOMEM;
}

static struct super_block *bdev_mount(const struct filesystem *fs, unsigned long flags, const char *source, const char *data)
{
	(void)source;
	return mount_nodev(fs, flags, data, bdev_fill_super);
}

static struct filesystem bdev_fs = { .name = "bdev", .mount = bdev_mount, .kill_sb = kill_anon_super };

static struct mount *bdev_mnt;

static int __init bdev_init(void)
{
	struct mount *m = kern_mount(&bdev_fs);

	if (IS_ERR(m))
		return (int)PTR_ERR(m);
	bdev_mnt = m;
	return 0;
}
fs_initcall(bdev_init);

int bdev_inode_create(struct block_device *b)
{
	struct inode *inode = bdev_mnt ? new_inode(bdev_mnt->sb) : NULL;

	if (!inode)
		return -ENOMEM;
	inode->mode = S_IFBLK | 0600;
	inode->rdev = b->dev;
	inode->size = (loff_t)(b->sectors << 9);
	inode->bdev = b;
	inode->fop = &bdev_file_ops;
	mapping_init(&inode->data, inode, &bdev_aops);
	inode->mapping = &inode->data;
	b->inode = inode;
	return 0;
}

void bdev_inode_drop(struct block_device *b)
{
	truncate_inode_pages(b->inode->mapping, 0);
	iput(b->inode);
	b->inode = NULL;
}

int bdev_sync(struct block_device *b)
{
	int ret = filemap_write_and_wait(b->inode->mapping, 0, 0x7fffffffffffffffll), flush = bdev_flush(b);

	return ret ? ret : flush;
}

/* ---- files ---- */

static int bdev_file_open(struct inode *inode, struct file *f)
{
	struct block_device *b = bdev_find(inode->rdev);
	int ret;

	if (!b)
		return -ENXIO;
	ret = bdev_open(b, f->mode & FMODE_WRITE, f->flags & O_EXCL ? f : NULL);
	bdev_put(b);
	if (ret)
		return ret;
	f->private = b;
	f->mapping = b->inode->mapping;
	return 0;
}

static void bdev_file_release(struct inode *inode, struct file *f)
{
	(void)inode;
	bdev_close(f->private, f->mode & FMODE_WRITE, f);		/* its own if it was opened with O_EXCL */
}

static loff_t bdev_llseek(struct file *f, loff_t off, int whence)
{
	return fixed_size_llseek(f, off, whence, inode_size(f->mapping->host));
}

static int bdev_fsync(struct file *f, loff_t start, loff_t end, bool datasync)
{
	int ret, flush;

	(void)datasync;
	ret = filemap_write_and_wait(f->mapping, start, end);
	flush = bdev_flush(f->private);
	return ret ? ret : flush;
}

static long flush_buffers(struct block_device *b)
{
	long ret;

	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	ret = bdev_sync(b);
	invalidate_clean_pages(b->inode->mapping);
	return ret;
}

static long set_readonly(struct block_device *b, const u32 __user *u)
{
	u32 on;

	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	if (get_user(on, u))
		return -EFAULT;
	b->disk->readonly = on;
	return 0;
}

static long get_geometry(struct block_device *b, struct abi_hd_geometry __user *u)
{
	/* Nothing has real cylinders any more: what the BIOS translation says for large disks. */
	struct abi_hd_geometry g = { .heads = 255, .sectors = 63, .start = (u32)b->start };

	g.cylinders = (u16)min_t(u64, div_u64(b->disk->sectors, 255 * 63), 0xffff);
	return copy_to_user(u, &g, sizeof(g)) ? -EFAULT : 0;
}

static long bdev_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct block_device *b = f->private;
	u32 __user *u = (u32 __user *)arg;

	switch (cmd) {
	case BLKGETSIZE64:
		return put_user((u64)b->sectors << 9, (u64 __user *)arg);
	case BLKGETSIZE:
		return b->sectors >> 32 ? -EFBIG : put_user((u32)b->sectors, u);
	case BLKSSZGET: case BLKPBSZGET: case BLKIOMIN:
		return put_user(512u, u);
	case BLKIOOPT: case BLKALIGNOFF: case BLKDISCARDZEROES:
		return put_user(0u, u);
	case BLKBSZGET:
		return put_user((u32)PAGE_SIZE, u);
	case BLKSECTGET:
		return put_user((u16)min_t(u32, b->disk->max_sectors, 0xffff), (u16 __user *)arg);
	case BLKROTATIONAL:
		return put_user((u16)b->disk->rotational, (u16 __user *)arg);
	case BLKRAGET:
		return put_user(READAHEAD_PAGES * (u32)PAGE_SECTORS, u);
	case BLKROGET:
		return put_user((u32)b->disk->readonly, u);
	case BLKROSET:
		return set_readonly(b, u);
	case BLKFLSBUF:
		return flush_buffers(b);
	case BLKRRPART:
		if (!capable(CAP_SYS_ADMIN))
			return -EACCES;
		return b->partno || b->disk->minors < 2 ? -EINVAL : disk_rescan(b->disk);
	case BLKDISCARD:
		return -EOPNOTSUPP;
	case HDIO_GETGEO:
		return get_geometry(b, (struct abi_hd_geometry __user *)arg);
	}
	return b->disk->ops->ioctl ? b->disk->ops->ioctl(b->disk, cmd, arg) : -ENOTTY;
}

const struct file_ops bdev_file_ops = {
	.open = bdev_file_open,
	.release = bdev_file_release,
	.llseek = bdev_llseek,
	.nowait = true,
	.read = generic_file_read,
	.splice_page = generic_splice_page,
	.write = generic_file_write,
	.mmap = generic_file_mmap,
	.fsync = bdev_fsync,
	.ioctl = bdev_ioctl,
};
