/* /proc/PID/maps, smaps, smaps_rollup: the areas of an address space, and what of them is in memory. */
#include "proc.h"
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <mm/usage.h>

static void area_name(struct seq_file *m, const struct mm *mm, struct vm_area *v, size_t line_start, char *buf)
{
	const char *name = NULL;

	if (v->file) {
		name = d_path(&v->file->path, buf, PATH_MAX);
		if (IS_ERR(name))
			name = "(too long)";
	} else if (v->ops && v->ops->name) {
		name = v->ops->name(v);
	} else if (v->start <= mm->brk && v->end >= mm->start_brk && mm->brk > mm->start_brk) {
		name = "[heap]";
	} else if (v->start <= mm->start_stack && v->end >= mm->start_stack) {
		name = "[stack]";
	}
	if (name) {
		/* Names stand in column 49 on 32-bit machines. */
		while (!m->overflow && m->count - line_start < 49)
			seq_putc(m, ' ');
		seq_escape(m, name, "\n");
	}
	seq_putc(m, '\n');
}

static void show_area(struct seq_file *m, const struct mm *mm, struct vm_area *v, char *buf)
{
	const struct inode *i = v->file ? v->file->inode : NULL;
	u64 offset = v->file ? (u64)v->pgoff << PAGE_SHIFT : 0;
	size_t line = m->count;

	seq_printf(m, "%08lx-%08lx %c%c%c%c %08llx %02x:%02x %llu", v->start, v->end, v->flags & VM_READ ? 'r' : '-',
		   v->flags & VM_WRITE ? 'w' : '-', v->flags & VM_EXEC ? 'x' : '-', v->flags & VM_SHARED ? 's' : 'p', offset,
		   i ? MAJOR(i->sb->dev) : 0, i ? MINOR(i->sb->dev) : 0, i ? i->ino : 0ull);
	area_name(m, mm, v, line, buf);
}

/* The task's address space, locked for reading, and a buffer for names. 0, 1: it has none, or -errno. */
static int begin(struct task *t, struct mm **mm, char **buf)
{
	if (!proc_may_read(t))
		return -EACCES;
	*mm = proc_mm(t);
	if (!*mm)
		return 1;
	*buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!*buf) {
		mm_put(*mm);
		return -ENOMEM;
	}
	down_read(&(*mm)->mmap_lock);
	return 0;
}

static void end(struct mm *mm, char *buf)
{
	up_read(&mm->mmap_lock);
	mm_put(mm);
	kfree(buf);
}

int proc_show_maps(struct seq_file *m, struct task *t)
{
	struct mm *mm;
	char *buf;
	int error = begin(t, &mm, &buf);

	if (error)
		return error < 0 ? error : 0;
	for (struct vm_area *v = mm->first; v && !m->overflow; v = v->next)
		show_area(m, mm, v, buf);
	end(mm, buf);
	return 0;
}

/* ---- smaps ---- */

#define KIB(pages)	((unsigned long)(pages) << (PAGE_SHIFT - 10))
#define SHARE(part)	((unsigned long)((part) >> 10))

static void show_usage(struct seq_file *m, const struct mem_usage *u)
{
	seq_printf(m, "Rss:            %8lu kB\nPss:            %8lu kB\nPss_Dirty:      %8lu kB\nShared_Clean:   %8lu kB\n"
		   "Shared_Dirty:   %8lu kB\nPrivate_Clean:  %8lu kB\nPrivate_Dirty:  %8lu kB\nReferenced:     %8lu kB\n",
		   KIB(u->rss), SHARE(u->pss), SHARE(u->pss_dirty), KIB(u->shared_clean), KIB(u->shared_dirty),
		   KIB(u->private_clean), KIB(u->private_dirty), KIB(u->referenced));
	seq_printf(m, "Anonymous:      %8lu kB\nLazyFree:       %8u kB\nAnonHugePages:  %8u kB\nShmemPmdMapped: %8u kB\n"
		   "FilePmdMapped:  %8u kB\nShared_Hugetlb: %8u kB\nPrivate_Hugetlb: %7u kB\nSwap:           %8lu kB\n"
		   "SwapPss:        %8lu kB\nLocked:         %8lu kB\n",
		   KIB(u->anonymous), 0u, 0u, 0u, 0u, 0u, 0u, KIB(u->swap), SHARE(u->swap_pss), KIB(u->locked));
}

static void show_flags(struct seq_file *m, unsigned flags)
{
	static const struct { unsigned flag; char name[4]; } names[] = {
		{ VM_READ, "rd" }, { VM_WRITE, "wr" }, { VM_EXEC, "ex" }, { VM_SHARED, "sh" }, { VM_MAYREAD, "mr" },
		{ VM_MAYWRITE, "mw" }, { VM_MAYEXEC, "me" }, { VM_GROWSDOWN, "gd" }, { VM_LOCKED, "lo" }, { VM_IO, "io" },
		{ VM_SEQ_READ, "sr" }, { VM_RAND_READ, "rr" }, { VM_DONTCOPY, "dc" }, { VM_DONTEXPAND, "de" }, { VM_ACCOUNT, "ac" },
		{ VM_NORESERVE, "nr" }, { VM_WIPEONFORK, "wf" }, { VM_DONTDUMP, "dd" },
	};

	seq_puts(m, "VmFlags:");
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag)
			seq_printf(m, " %s", names[i].name);
	seq_putc(m, '\n');
}

int proc_show_smaps(struct seq_file *m, struct task *t)
{
	struct mm *mm;
	char *buf;
	int error = begin(t, &mm, &buf);

	if (error)
		return error < 0 ? error : 0;
	for (struct vm_area *v = mm->first; v && !m->overflow; v = v->next) {
		struct mem_usage u = { 0 };

		show_area(m, mm, v, buf);
		vm_usage_add(mm, v, &u);
		seq_printf(m, "Size:           %8lu kB\nKernelPageSize: %8u kB\nMMUPageSize:    %8u kB\n", KIB(area_pages(v)), 4u, 4u);
		show_usage(m, &u);
		seq_puts(m, "THPeligible:    0\n");
		show_flags(m, v->flags);
	}
	end(mm, buf);
	return 0;
}

int proc_show_smaps_rollup(struct seq_file *m, struct task *t)
{
	struct mem_usage u = { 0 };
	struct mm *mm;
	char *buf;
	int error = begin(t, &mm, &buf);
	unsigned long first = 0, last = 0;

	if (error)
		return error < 0 ? error : 0;
	for (struct vm_area *v = mm->first; v; v = v->next) {
		vm_usage_add(mm, v, &u);
		first = first ? first : v->start;
		last = v->end;
	}
	end(mm, buf);
	seq_printf(m, "%08lx-%08lx ---p 00000000 00:00 0                          [rollup]\n", first, last);
	show_usage(m, &u);
	return 0;
}
