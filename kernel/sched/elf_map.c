/*
 * ELF files: reading and checking headers, mapping segments. elf_read() refuses whatever is not consistent before
 * anything of the caller is lost, so elf_map() fails only for want of memory or on I/O errors.
 */
#include <arch/cpu.h>
#include <arch/layout.h>
#include <arch/uaccess.h>
#include <core/string.h>
#include <fs/vfs.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <sched/elf.h>
#include <sched/task.h>
#include <abi/mman.h>

static bool header_valid(const struct elf32_hdr *h)
{
	return !memcmp(h->e_ident, ELFMAG, SELFMAG) && h->e_ident[EI_CLASS] == ELFCLASS32 &&
	       h->e_ident[EI_DATA] == ELFDATA2LSB && (h->e_type == ET_EXEC || h->e_type == ET_DYN) &&
	       (h->e_machine == EM_386 || h->e_machine == EM_486) && h->e_phentsize == sizeof(struct elf32_phdr) &&
	       h->e_phnum >= 1 && h->e_phnum <= 65536 / sizeof(struct elf32_phdr);
}

static bool segment_valid(const struct elf32_phdr *p, loff_t file_size)
{
	u32 align = p->p_align;

	if (p->p_filesz > p->p_memsz || p->p_memsz > TASK_SIZE || p->p_vaddr > TASK_SIZE - p->p_memsz)
		return false;
	if ((p->p_vaddr - p->p_offset) & ~PAGE_MASK)
		return false;
	if (align > 1 && (align & (align - 1)))
		return false;
	return (loff_t)p->p_offset + p->p_filesz <= file_size;
}

/* Segments must ascend: that is what the span, the break and the zeroed tails rest on. */
static int check_segments(struct elf_file *e)
{
	loff_t size = inode_size(e->file->inode);
	bool any = false;

	e->align = PAGE_SIZE;
	for (unsigned i = 0; i < e->header.e_phnum; i++) {
		const struct elf32_phdr *p = &e->segments[i];
		unsigned long start = p->p_vaddr & PAGE_MASK;

		if (p->p_type != PT_LOAD)
			continue;
		if (!segment_valid(p, size))
			return -ENOEXEC;
		if (!p->p_memsz)
			continue;
		if (any && p->p_vaddr < e->high - PAGE_SIZE)
			return -ENOEXEC;
		if (!any)
			e->low = start;
		e->high = ALIGN_UP((unsigned long)p->p_vaddr + p->p_memsz, PAGE_SIZE);
		e->align = max(e->align, p->p_align);
		any = true;
	}
	if (!any || (e->header.e_type == ET_EXEC && e->low < MMAP_MIN_ADDR))
		return -ENOEXEC;
	return 0;
}

int elf_read(struct elf_file *e, struct file *file, const void *head, size_t head_size)
{
	loff_t pos;
	size_t size;
	ssize_t n;
	int error;

	memset(e, 0, sizeof(*e));
	e->file = file;
	memcpy(&e->header, head, min(head_size, sizeof(e->header)));
	if (!header_valid(&e->header))
		return -ENOEXEC;
	size = e->header.e_phnum * sizeof(struct elf32_phdr);
	e->segments = kmalloc(size, GFP_KERNEL);
	if (!e->segments)
		return -ENOMEM;
	if (e->header.e_phoff + size <= head_size && e->header.e_phoff <= head_size) {
		memcpy(e->segments, (const char *)head + e->header.e_phoff, size);
	} else {
		pos = e->header.e_phoff;
		n = kernel_read(file, e->segments, size, &pos);
		if (n != (ssize_t)size) {
			error = n < 0 ? (int)n : -ENOEXEC;
			goto out;
		}
	}
	error = check_segments(e);
	if (!error)
		return 0;
out:
	kfree(e->segments);
	e->segments = NULL;
	return error;
}

static unsigned protection(const struct elf32_phdr *p)
{
	return (p->p_flags & PF_R ? PROT_READ : 0) | (p->p_flags & PF_W ? PROT_WRITE : 0) | (p->p_flags & PF_X ? PROT_EXEC : 0);
}

/* The file's part, then zeros: to the end of its last page, and whole pages beyond. */
static int map_segment(struct elf_file *e, const struct elf32_phdr *p)
{
	unsigned long start = (p->p_vaddr + e->bias) & PAGE_MASK, offset = p->p_vaddr & ~PAGE_MASK;
	unsigned long file_end = p->p_vaddr + e->bias + p->p_filesz, end = p->p_vaddr + e->bias + p->p_memsz;
	unsigned long zero = ALIGN_UP(file_end, PAGE_SIZE);
	long at;

	if (p->p_filesz) {
		at = vm_mmap(e->file, start, p->p_filesz + offset, protection(p), MAP_PRIVATE | MAP_FIXED,
			     (p->p_offset & PAGE_MASK) >> PAGE_SHIFT);
		if (at < 0)
			return (int)at;
		/* A read-only segment's tail shows what the file has there, as on Linux. */
		if (end > file_end && (p->p_flags & PF_W) && file_end < zero && clear_user((void __user *)file_end, zero - file_end))
			return -EFAULT;
	} else {
		zero = start;
	}
	return end > zero ? vm_brk_range(zero, ALIGN_UP(end, PAGE_SIZE) - zero, protection(p)) : 0;
}

/* Where the span goes. Nobody else maps into this address space yet, so a free range stays free. */
static int choose_bias(struct elf_file *e, unsigned long base)
{
	unsigned long size = e->high - e->low, at = e->low;
	struct mm *mm = current->mm;
	struct vm_area *a;
	bool taken;

	if (e->header.e_type == ET_DYN) {
		long found = base ? (long)base : vm_unmapped_area(mm, size + e->align - PAGE_SIZE);

		if (found < 0)
			return (int)found;
		at = ALIGN_UP((unsigned long)found, (unsigned long)e->align);
	}
	if (size > USER_END || at > USER_END - size)
		return -ENOMEM;
	down_read(&mm->mmap_lock);
	a = vma_find(mm, at);
	taken = a && a->start < at + size;
	up_read(&mm->mmap_lock);
	e->bias = at - e->low;
	return taken ? -ENOMEM : 0;
}

static void find_headers(struct elf_file *e)
{
	u32 offset = e->header.e_phoff;

	for (unsigned i = 0; i < e->header.e_phnum; i++) {
		const struct elf32_phdr *p = &e->segments[i];

		if (p->p_type == PT_LOAD && p->p_offset <= offset && offset - p->p_offset < p->p_filesz) {
			e->phdr_address = offset - p->p_offset + p->p_vaddr + e->bias;
			return;
		}
	}
}

int elf_map(struct elf_file *e, unsigned long base)
{
	int error = choose_bias(e, base);

	if (error)
		return error;
	for (unsigned i = 0; i < e->header.e_phnum; i++) {
		const struct elf32_phdr *p = &e->segments[i];

		if (p->p_type != PT_LOAD || !p->p_memsz)
			continue;
		error = map_segment(e, p);
		if (error)
			return error;
	}
	find_headers(e);
	return 0;
}
