/*
 * /proc/PID/maps, smaps, smaps_rollup: the areas of an address space, and what of them is in memory; of the memory of the
 * time of open(). The text of maps and smaps is made an area at a time, so what a read costs is what it returns.
 */
#include "proc.h"
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <mm/usage.h>

struct maps {
	struct mm *mm;			/* its structure kept, not its memory; NULL: none */
	bool locked;			/* between start and stop */
	char name[PATH_MAX];
};

static const char *area_name(struct maps *maps, struct vm_area *v)
{
	const struct mm *mm = maps->mm;
	const char *name;

	if (v->file) {
		name = d_path(&v->file->path, maps->name, sizeof(maps->name));
		return IS_ERR(name) ? "(too long)" : name;
	}
	if (v->ops && v->ops->name)
		return v->ops->name(v);
	if (v->start <= mm->brk && v->end >= mm->start_brk && mm->brk > mm->start_brk)
		return "[heap]";
	return v->start <= mm->start_stack && v->end >= mm->start_stack ? "[stack]" : NULL;
}

static char *put_hex(char *at, unsigned long v, unsigned digits)
{
	while (digits < 8 && v >> 4 * digits)
		digits++;
	for (unsigned i = digits; i--; v >>= 4)
		at[i] = "0123456789abcdef"[v & 15];
	return at + digits;
}

/* "START-END rwxp OFFSET MAJOR:MINOR INODE NAME". By hand: there are many, and this is what reading them costs. */
static void show_area(struct seq_file *m, struct vm_area *v)
{
	const struct inode *i = v->file ? v->file->inode : NULL;
	const char *name = area_name(m->private, v);
	u64 offset = v->file ? (u64)v->pgoff << PAGE_SHIFT : 0;
	char line[112], *at = line;

	at = put_hex(at, v->start, 8);
	*at++ = '-';
	at = put_hex(at, v->end, 8);
	*at++ = ' ';
	*at++ = v->flags & VM_READ ? 'r' : '-';
	*at++ = v->flags & VM_WRITE ? 'w' : '-';
	*at++ = v->flags & VM_EXEC ? 'x' : '-';
	*at++ = v->flags & VM_SHARED ? 's' : 'p';
	*at++ = ' ';
	if (offset >> 32)
		at = put_hex(at, (unsigned long)(offset >> 32), 1);
	at = put_hex(at, (unsigned long)offset, 8);
	*at++ = ' ';
	at = put_hex(at, i ? MAJOR(i->sb->dev) : 0, 2);
	*at++ = ':';
	at = put_hex(at, i ? MINOR(i->sb->dev) : 0, 2);
	*at++ = ' ';
	at += scnprintf(at, 24, "%llu", i ? i->ino : 0ull);
	/* Names stand in column 49 on 32-bit machines. */
	while (name && at < line + 49)
		*at++ = ' ';
	if (!name)
		*at++ = ' ';
	seq_write(m, line, (size_t)(at - line));
	if (name)
		seq_escape(m, name, "\n");
	seq_putc(m, '\n');
}

static int maps_show(struct seq_file *m, void *v)
{
	show_area(m, v);
	return 0;
}

/* ---- smaps ---- */

#define KIB(pages)	((unsigned long)(pages) << (PAGE_SHIFT - 10))
#define SHARE(part)	((unsigned long)((part) >> 10))

/* Lines of one length are copied whole, and the numbers put into them: there are many, and most are 0. */
#define LINE 28

static void put_kib(char *text, unsigned line, unsigned long kib)
{
	char *at = text + line * LINE + 24;

	do {
		*--at = (char)('0' + kib % 10);
		kib /= 10;
	} while (kib);
}

static void show_usage(struct seq_file *m, const struct mem_usage *u)
{
	static const char lines[] =
		"Rss:                   0 kB\n"
		"Pss:                   0 kB\n"
		"Pss_Dirty:             0 kB\n"
		"Shared_Clean:          0 kB\n"
		"Shared_Dirty:          0 kB\n"
		"Private_Clean:         0 kB\n"
		"Private_Dirty:         0 kB\n"
		"Referenced:            0 kB\n"
		"Anonymous:             0 kB\n"
		"LazyFree:              0 kB\n"
		"AnonHugePages:         0 kB\n"
		"ShmemPmdMapped:        0 kB\n"
		"FilePmdMapped:         0 kB\n"
		"Shared_Hugetlb:        0 kB\n"
		"Private_Hugetlb:       0 kB\n"
		"Swap:                  0 kB\n"
		"SwapPss:               0 kB\n"
		"Locked:                0 kB\n";
	const unsigned long kib[] = {
		KIB(u->rss), SHARE(u->pss), SHARE(u->pss_dirty), KIB(u->shared_clean), KIB(u->shared_dirty),
		KIB(u->private_clean), KIB(u->private_dirty), KIB(u->referenced), KIB(u->anonymous), KIB(u->lazy_free),
		0, 0, 0, 0, 0,			/* there are no huge pages */
		KIB(u->swap), SHARE(u->swap_pss), KIB(u->locked),
	};
	char text[sizeof(lines)];

	_Static_assert(sizeof(lines) == ARRAY_SIZE(kib) * LINE + 1, "a line for each");
	memcpy(text, lines, sizeof(lines));
	for (unsigned i = 0; i < ARRAY_SIZE(kib); i++)
		if (kib[i])
			put_kib(text, i, kib[i]);
	seq_write(m, text, sizeof(lines) - 1);
}

static void show_flags(struct seq_file *m, unsigned flags)
{
	static const struct { unsigned flag; char name[4]; } names[] = {
		{ VM_READ, "rd" }, { VM_WRITE, "wr" }, { VM_EXEC, "ex" }, { VM_SHARED, "sh" }, { VM_MAYREAD, "mr" },
		{ VM_MAYWRITE, "mw" }, { VM_MAYEXEC, "me" }, { VM_GROWSDOWN, "gd" }, { VM_LOCKED, "lo" }, { VM_IO, "io" },
		{ VM_SEQ_READ, "sr" }, { VM_RAND_READ, "rr" }, { VM_DONTCOPY, "dc" }, { VM_DONTEXPAND, "de" }, { VM_ACCOUNT, "ac" },
		{ VM_NORESERVE, "nr" }, { VM_WIPEONFORK, "wf" }, { VM_DONTDUMP, "dd" },
	};
	char line[9 + 3 * ARRAY_SIZE(names)], *at = line + 8;

	memcpy(line, "VmFlags:", 8);
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag) {
			at[0] = ' ';
			memcpy(at + 1, names[i].name, 2);
			at += 3;
		}
	*at++ = '\n';
	seq_write(m, line, (size_t)(at - line));
}

static int smaps_show(struct seq_file *m, void *v)
{
	const struct maps *maps = m->private;
	static const char lines[] =
		"Size:                  0 kB\n"
		"KernelPageSize:        4 kB\n"
		"MMUPageSize:           4 kB\n";
	struct mem_usage u = { 0 };
	struct vm_area *a = v;
	char size[sizeof(lines)];

	show_area(m, a);
	vm_usage_add(maps->mm, a, &u);
	memcpy(size, lines, sizeof(size));
	put_kib(size, 0, KIB(area_pages(a)));
	seq_write(m, size, sizeof(size) - 1);
	show_usage(m, &u);
	seq_puts(m, "THPeligible:    0\n");
	show_flags(m, a->flags);
	return 0;
}

int proc_show_smaps_rollup(struct seq_file *m, struct task *t)
{
	struct mem_usage u = { 0 };
	unsigned long first = 0, last = 0;
	struct mm *mm;

	if (!proc_may_read(t))
		return -EACCES;
	mm = proc_mm(t);
	if (!mm)
		return 0;
	down_read(&mm->mmap_lock);
	for (struct vm_area *v = mm->first; v; v = v->next) {
		vm_usage_add(mm, v, &u);
		first = first ? first : v->start;
		last = v->end;
	}
	up_read(&mm->mmap_lock);
	mm_put(mm);
	seq_printf(m, "%08lx-%08lx ---p 00000000 00:00 0                          [rollup]\n", first, last);
	show_usage(m, &u);
	return 0;
}

/* ---- files, an area a record; positions are addresses ---- */

static void *maps_start(struct seq_file *m, loff_t *pos)
{
	struct maps *maps = m->private;

	maps->locked = proc_mm_living(maps->mm);
	if (!maps->locked)
		return NULL;
	if (down_read_killable(&maps->mm->mmap_lock)) {
		maps->locked = false;
		mm_put(maps->mm);
		return ERR_PTR(-EINTR);
	}
	return *pos < (loff_t)TASK_SIZE ? vma_find(maps->mm, (unsigned long)*pos) : NULL;
}

static void *maps_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct vm_area *next = ((struct vm_area *)v)->next;

	(void)m;
	*pos = next ? (loff_t)next->start : (loff_t)TASK_SIZE;
	return next;
}

static void maps_stop(struct seq_file *m, void *v)
{
	struct maps *maps = m->private;

	(void)v;
	if (maps->locked) {
		up_read(&maps->mm->mmap_lock);
		mm_put(maps->mm);
	}
}

static int open_areas(struct inode *inode, struct file *f, const struct seq_ops *op)
{
	struct maps *maps = kmalloc(sizeof(*maps), GFP_KERNEL);
	int error;

	if (!maps)
		return -ENOMEM;
	error = proc_mm_open(inode, &maps->mm);
	if (error)
		goto out_free;
	error = seq_open(f, op);
	if (error)
		goto out_drop;
	((struct seq_file *)f->private)->private = maps;
	return 0;
out_drop:
	if (maps->mm)
		mm_drop(maps->mm);
out_free:
	kfree(maps);
	return error;
}

static void maps_release(struct inode *inode, struct file *f)
{
	struct maps *maps = ((struct seq_file *)f->private)->private;

	seq_release(inode, f);
	if (maps->mm)
		mm_drop(maps->mm);
	kfree(maps);
}

static const struct seq_ops maps_ops = {
	.start = maps_start, .next = maps_next, .stop = maps_stop, .show = maps_show,
};
static const struct seq_ops smaps_ops = {
	.start = maps_start, .next = maps_next, .stop = maps_stop, .show = smaps_show,
};

static int maps_open(struct inode *inode, struct file *f) { return open_areas(inode, f, &maps_ops); }
static int smaps_open(struct inode *inode, struct file *f) { return open_areas(inode, f, &smaps_ops); }

const struct file_ops proc_maps_fops = {
	.open = maps_open, .read = seq_read, .llseek = seq_lseek, .release = maps_release,
};
const struct file_ops proc_smaps_fops = {
	.open = smaps_open, .read = seq_read, .llseek = seq_lseek, .release = maps_release,
};
