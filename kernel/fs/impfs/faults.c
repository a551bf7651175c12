/* The switch of the planted faults: see faults.h. Debug builds only. */
#include "impfs.h"

#include <abi/errno.h>
#include <core/init.h>
#include <fs/seq_file.h>

enum impfs_fault impfs_planted;

static const char *const names[] = {
	"none",
#define X(id, name) name,
	IMPFS_FAULTS(X)
#undef X
};

void journal_fault_home(struct journal *j, struct transaction *t)
{
	struct journal_buffer *jb;

	list_for_each_entry(jb, &t->logged, commit_link) {
		struct page *page = j->pool[0];
		struct bio *bio = bio_alloc(1, GFP_NOFS);

		if (!bio)
			return;
		page_copy(page_address(page), jb->buffer->data);
		if (jb->tail)
			*(u32 *)((u8 *)page_address(page) + IMPFS_CSUM_OFFSET) =
				crc32c(jb->seed, page_address(page), IMPFS_CSUM_OFFSET);
		bio->bdev = j->fs->bdev;
		bio->sector = (sector_t)jb->buffer->block << (IMPFS_BLOCK_SHIFT - 9);
		bio->op = BIO_WRITE;
		(void)bio_add(bio, page, 0, PAGE_SIZE);	/* it was made for one */
		(void)bio_submit_wait(bio);		/* a fault on purpose may fail */
		bio_free(bio);
	}
}

void journal_fault_lose_data(struct transaction *t)
{
	struct journal_buffer *jb;

	list_for_each_entry(jb, &t->logged, commit_link)
		if (jb->data)
			(void)extent_add(&t->revoked, (u32)jb->buffer->block, 1);	/* a fault on purpose may fail */
}

int impfs_fault_split(struct handle *h)
{
	struct impfs *fs = h->fs;

	journal_end(h);
	(void)journal_commit_all(fs);	/* the next journal_begin() tells of a failure */
	return journal_begin(h, fs);
}

static ssize_t fault_write(struct file *f __maybe_unused, struct iov_iter *it, loff_t *pos)
{
	char name[32];
	size_t n = min(it->count, sizeof(name) - 1);
	unsigned i;

	if (copy_from_iter(name, n, it) != n)
		return -EFAULT;
	name[n] = 0;
	if (n && name[n - 1] == '\n')
		name[n - 1] = 0;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i])) {
			impfs_planted = i;
			*pos += (loff_t)n;
			return (ssize_t)n;
		}
	}
	return -EINVAL;
}

static int fault_show(struct seq_file *m, void *v __maybe_unused)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		seq_printf(m, "%s%s\n", names[i], i == impfs_planted ? " *" : "");
	return 0;
}

static int fault_open(struct inode *inode __maybe_unused, struct file *f)
{
	return single_open(f, fault_show, NULL);
}

static const struct file_ops fault_ops = {
	.open = fault_open,
	.read = seq_read,
	.write = fault_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init faults_init(void)
{
	return proc_create("impfs-fault", 0600, &fault_ops, NULL);
}
late_initcall(faults_init);
