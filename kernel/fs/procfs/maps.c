/* /proc/PID/maps: a line for each area of the address space. */
#include "proc.h"
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>

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

int proc_show_maps(struct seq_file *m, struct task *t)
{
	struct mm *mm;
	char *buf;

	if (!proc_may_read(t))
		return -EACCES;
	mm = proc_mm(t);
	if (!mm)
		return 0;
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!buf) {
		mm_put(mm);
		return -ENOMEM;
	}
	down_read(&mm->mmap_lock);
	for (struct vm_area *v = mm->first; v && !m->overflow; v = v->next) {
		const struct inode *i = v->file ? v->file->inode : NULL;
		u64 offset = v->file ? (u64)v->pgoff << PAGE_SHIFT : 0;
		size_t line = m->count;

		seq_printf(m, "%08lx-%08lx %c%c%c%c %08llx %02x:%02x %llu", v->start, v->end, v->flags & VM_READ ? 'r' : '-',
			   v->flags & VM_WRITE ? 'w' : '-', v->flags & VM_EXEC ? 'x' : '-', v->flags & VM_SHARED ? 's' : 'p', offset,
			   i ? MAJOR(i->sb->dev) : 0, i ? MINOR(i->sb->dev) : 0, i ? i->ino : 0ull);
		area_name(m, mm, v, line, buf);
	}
	up_read(&mm->mmap_lock);
	mm_put(mm);
	kfree(buf);
	return 0;
}
