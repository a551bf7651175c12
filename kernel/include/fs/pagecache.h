/*
 * The page cache: one page per (mapping, index), under read, write and mmap alike. Pages are found referenced.
 */
#ifndef FS_PAGECACHE_H
#define FS_PAGECACHE_H

#include <fs/vfs.h>

struct vm_ops;

void mapping_init(struct address_space *m, struct inode *host, const struct address_space_ops *ops);
struct page *find_get_page(struct address_space *m, unsigned long index);	/* NULL */
struct page *find_lock_page(struct address_space *m, unsigned long index);
/* Found or added, locked and referenced; not uptodate if new. NULL: out of memory. */
struct page *find_or_create_page(struct address_space *m, unsigned long index, unsigned gfp);
/* Uptodate and referenced, unlocked; ERR_PTR(-EIO, -ENOMEM). Sleeps. */
struct page *read_mapping_page(struct address_space *m, unsigned long index, struct file *file);
int add_to_page_cache(struct page *p, struct address_space *m, unsigned long index, unsigned gfp);	/* locked by the call; -EEXIST */
void remove_from_page_cache(struct page *p);	/* locked, clean, unmapped; drops the cache's reference */
bool page_set_dirty(struct page *p);		/* true if it was clean; locked or pinned */
bool page_clear_dirty_for_io(struct page *p);	/* locked; write-protects mappings; true if it was dirty */
void page_start_writeback(struct page *p);	/* locked */

/* Generic file operations on top of address_space_ops. */
ssize_t generic_file_read(struct file *f, struct iov_iter *it, loff_t *pos);
struct page *generic_splice_page(struct file *f, loff_t pos, size_t want, size_t *len);
ssize_t generic_file_write(struct file *f, struct iov_iter *it, loff_t *pos);	/* takes inode rwsem, checks limits, O_APPEND, O_SYNC, drops setuid */
ssize_t generic_write_checks(struct file *f, struct iov_iter *it, loff_t *pos);	/* inode rwsem held; bytes allowed or -errno */
void file_update_time(struct file *f);		/* mtime and ctime := now */
extern const struct vm_ops generic_file_vm_ops;
int generic_file_mmap(struct file *f, struct vm_area *vma);
int filemap_fault(struct vm_area *vma, unsigned long pgoff, struct page **page);
void filemap_around(struct vm_area *vma, unsigned long pgoff, unsigned n, struct page **pages);	/* n <= 16 */
int filemap_write_and_wait(struct address_space *m, loff_t start, loff_t end);	/* end inclusive */
int generic_writepages(struct address_space *m, struct writeback_control *wbc);	/* each dirty page in order by writepage() */
int filemap_flush(struct address_space *m);			/* start only */
int filemap_wait(struct address_space *m, loff_t start, loff_t end);
void mapping_set_error(struct address_space *m, int error);
int mapping_check_error(struct file *f);			/* since this file last looked; 0 or -EIO, -ENOSPC */
/* Size has shrunk: drop whole pages past it, zero the tail, unmap. i_size is set already. */
void truncate_pagecache(struct inode *inode, loff_t newsize);
void truncate_inode_pages(struct address_space *m, loff_t from);
void truncate_pagecache_range(struct inode *inode, loff_t start, loff_t end);	/* punch: end exclusive */
void force_readahead(struct address_space *m, struct file *f, unsigned long index, unsigned long n);	/* starts only */
unsigned long invalidate_clean_pages(struct address_space *m);
bool pagecache_reclaim(struct page *p, unsigned gfp);	/* locked, with a reference of the caller's: out of the cache if nobody else needs it */

/* Write-back. */
void balance_dirty_pages(struct address_space *m);	/* writers slow down here */
void writeback_wakeup(void);
int sync_inode(struct inode *inode, bool wait);
void sync_sb_inodes(struct super_block *sb, bool wait);
int sync_filesystem(struct super_block *sb, bool wait);
void sync_all(void);

#endif
