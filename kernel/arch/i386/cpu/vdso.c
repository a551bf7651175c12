/*
 * Mapping the vDSO's page into a program. The page carries what the clocks are made of; the way to the kernel is patched for processors
 * without sysenter.
 */
#include <arch/arch.h>
#include <arch/cpu.h>
#include <arch/layout.h>
#include <arch/thread.h>
#include <arch/vdso.h>
#include <core/clock.h>
#include <core/init.h>
#include <core/printk.h>
#include <core/string.h>
#include <mm/mm.h>
#include <sched/task.h>
#include <abi/errno.h>

extern const char vdso_image[], vdso_image_end[];

static struct page *vdso_page __section(".data.ro_after_init");

static int vdso_fault(struct vm_area *vma __maybe_unused, unsigned long pgoff, struct page **page)
{
	if (pgoff)
		return -EFAULT;
	page_get(vdso_page);
	*page = vdso_page;
	return 0;
}

static const char *vdso_name(struct vm_area *vma __maybe_unused)
{
	return "[vdso]";
}

static const struct vm_ops vdso_ops = {
	.fault = vdso_fault,
	.name = vdso_name,
};

static struct vdso_data *data(void) { return (struct vdso_data *)((u8 *)page_address(vdso_page) + VDSO_DATA); }

void clock_real_changed(s64 offset)
{
	struct vdso_data *d;

	if (!vdso_page)
		return;		/* vdso_init() takes the offset that there is then */
	d = data();
	WRITE_ONCE(d->seq, d->seq + 1);
	d->real_offset = offset;
	barrier();
	WRITE_ONCE(d->seq, d->seq + 1);
}

static int __init vdso_init(void)
{
	size_t size = (size_t)(vdso_image_end - vdso_image);
	u8 *at;

	if (size > PAGE_SIZE)
		panic("the vDSO is larger than a page: %zu bytes", size);
	vdso_page = page_alloc(GFP_KERNEL | GFP_ZERO, 0);
	if (!vdso_page)
		return -ENOMEM;
	at = page_address(vdso_page);
	memcpy(at, vdso_image, size);
	if (!cpu_features.sep)
		memset(at + VDSO_VSYSCALL + 3, 0x90, 4);	/* mov %esp,%ebp; sysenter */
	clock_source(&data()->base, &data()->mult, &data()->shift);
	clock_real_changed(clock_real_offset());
	page_set(vdso_page, PG_UPTODATE);
	return 0;
}
core_initcall(vdso_init);

int vdso_map(unsigned long *base)
{
	struct mm *mm = current->mm;
	long addr = vm_unmapped_area(mm, PAGE_SIZE);
	int error;

	if (addr < 0)
		return (int)addr;
	error = vm_install_special(mm, (unsigned long)addr, PAGE_SIZE, VM_READ | VM_EXEC | VM_MAYREAD | VM_MAYEXEC | VM_SPECIAL,
				   &vdso_ops, NULL);
	if (error)
		return error;
	mm->vdso = (unsigned long)addr;
	current->thread.sysenter_return = (unsigned long)addr + VDSO_SYSENTER_RETURN;
	*base = (unsigned long)addr;
	return 0;
}

unsigned long vdso_entry(unsigned long base) { return base + VDSO_VSYSCALL; }
unsigned long vdso_sigreturn(unsigned long base) { return base + VDSO_SIGRETURN; }
unsigned long vdso_rt_sigreturn(unsigned long base) { return base + VDSO_RT_SIGRETURN; }
