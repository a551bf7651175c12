/*
 * ELF programs, static or with an interpreter (PT_INTERP): checks everything that can be checked, then commits, maps
 * and starts. The start's stack is System V's for i386 with Linux's auxiliary vector.
 */
#include <arch/cpu.h>
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/random.h>
#include <core/string.h>
#include <fs/namei.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <sched/elf.h>
#include <sched/exec.h>
#include <sched/task.h>
#include <abi/mman.h>
#include <abi/personality.h>

#define PIE_BASE	(TASK_SIZE / 3 * 2)
#define PIE_RANDOM	0xfff		/* pages */
#define INTERP_MAX	4096		/* a path's */
#define BRK_RANDOM	0x7ff		/* pages */

/* The interpreter's path, to be kfree()d; NULL: none. */
static int read_interp_path(const struct elf_file *e, char **path)
{
	*path = NULL;
	for (unsigned i = 0; i < e->header.e_phnum; i++) {
		const struct elf32_phdr *p = &e->segments[i];
		loff_t pos = p->p_offset;
		ssize_t n;
		char *s;

		if (p->p_type != PT_INTERP)
			continue;
		if (p->p_filesz < 2 || p->p_filesz > INTERP_MAX)
			return -ENOEXEC;
		s = kmalloc(p->p_filesz, GFP_KERNEL);
		if (!s)
			return -ENOMEM;
		n = kernel_read(e->file, s, p->p_filesz, &pos);
		if (n != (ssize_t)p->p_filesz || s[n - 1]) {
			kfree(s);
			return n < 0 ? (int)n : n != (ssize_t)p->p_filesz ? -EIO : -ENOEXEC;
		}
		*path = s;
		return 0;
	}
	return 0;
}

static int open_interp(struct elf_file *interp, const char *path)
{
	struct elf32_hdr header;
	struct file *file = open_exec(AT_FDCWD, path, 0);
	loff_t pos = 0;
	ssize_t n;
	int error;

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	memset(&header, 0, sizeof(header));
	n = kernel_read(file, &header, sizeof(header), &pos);
	error = n < 0 ? (int)n : elf_read(interp, file, &header, sizeof(header));
	if (error) {
		file_put(file);
		return error == -ENOEXEC ? -ELIBBAD : error;
	}
	return 0;
}

static bool wants_executable_stack(const struct elf_file *e)
{
	for (unsigned i = 0; i < e->header.e_phnum; i++) {
		if (e->segments[i].p_type == PT_GNU_STACK)
			return e->segments[i].p_flags & PF_X;
	}
	return true;	/* programs from before the mark */
}

static int make_stack_executable(void)
{
	struct mm *mm = current->mm;
	struct vm_area *a;
	unsigned long start, end;

	down_read(&mm->mmap_lock);
	a = vma_find(mm, mm->start_stack);
	start = a ? a->start : 0;
	end = a ? a->end : 0;
	up_read(&mm->mmap_lock);
	return a ? vm_mprotect(start, end - start, PROT_READ | PROT_WRITE | PROT_EXEC) : -EFAULT;
}

static void record_layout(const struct elf_file *e)
{
	struct mm *mm = current->mm;
	unsigned long brk = e->high + e->bias;

	for (unsigned i = 0; i < e->header.e_phnum; i++) {
		const struct elf32_phdr *p = &e->segments[i];
		unsigned long start = p->p_vaddr + e->bias, end = start + p->p_filesz;

		if (p->p_type != PT_LOAD)
			continue;
		if (p->p_flags & PF_X) {
			if (!mm->start_code)
				mm->start_code = start;
			mm->end_code = end;
		} else if (p->p_flags & PF_W) {
			if (!mm->start_data)
				mm->start_data = start;
			mm->end_data = end;
		}
	}
	if (!(current->personality & ADDR_NO_RANDOMIZE))
		brk += (random_u32() & BRK_RANDOM) << PAGE_SHIFT;
	mm->start_brk = mm->brk = brk;
}

static unsigned long pie_base(const struct elf_file *program, bool has_interp)
{
	unsigned long base = PIE_BASE;

	/* A loader run by itself goes where mappings go, so that the program that it loads has the usual place. */
	if (program->header.e_type != ET_DYN || !has_interp)
		return 0;
	if (!(current->personality & ADDR_NO_RANDOMIZE))
		base += (random_u32() & PIE_RANDOM) << PAGE_SHIFT;
	return base;
}

/* After the commit. */
static int map_all(struct exec_image *image, struct elf_file *program, struct elf_file *interp)
{
	unsigned long vdso;
	int error;

	current->mm->start_stack = image->p;
	error = elf_map(program, pie_base(program, interp->file != NULL));
	if (error)
		return error;
	record_layout(program);
	if (interp->file) {
		error = elf_map(interp, 0);
		if (error)
			return error;
	}
	if (wants_executable_stack(program)) {
		error = make_stack_executable();
		if (error)
			return error;
	}
	return vdso_map(&vdso);
}

static int load_elf(struct exec_image *image)
{
	struct elf_file program, interp = { .file = NULL };
	unsigned long sp, entry;
	char *path = NULL;
	int error = elf_read(&program, image->file, image->head, sizeof(image->head));

	if (error)
		return error;
	error = read_interp_path(&program, &path);
	if (!error && path)
		error = open_interp(&interp, path);
	if (error)
		goto out;
	error = exec_commit(image);
	if (error)
		goto out;
	error = map_all(image, &program, &interp);
	if (error)
		goto out;
	error = elf_stack(image, &program, interp.file ? &interp : NULL, &sp);
	if (error)
		goto out;
	entry = interp.file ? interp.header.e_entry + interp.bias : program.header.e_entry + program.bias;
	thread_start_user(current_regs(), entry, sp);
out:
	kfree(path);
	kfree(program.segments);
	kfree(interp.segments);
	if (interp.file)
		file_put(interp.file);
	return error;
}

static struct exec_format elf = { .name = "elf", .load = load_elf };

static int __init elf_init(void)
{
	exec_format_register(&elf);
	return 0;
}
core_initcall(elf_init);
