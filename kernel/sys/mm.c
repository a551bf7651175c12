/* Memory system calls: arguments checked and translated, the work is in mm/. */
#include <abi/errno.h>
#include <abi/mman.h>
#include <abi/personality.h>
#include <arch/uaccess.h>
#include <core/printk.h>
#include <fs/fdtable.h>
#include <mm/advice.h>
#include <mm/mm.h>
#include <sched/task.h>
#include <sys/syscalls.h>

static unsigned effective_prot(unsigned long prot, const struct file *f)
{
	if ((prot & PROT_READ) && (current->personality & READ_IMPLIES_EXEC) &&
	    !(f && f->path.mnt && (f->path.mnt->flags & MNT_NOEXEC)))
		prot |= PROT_EXEC;
	return (unsigned)prot & (PROT_READ | PROT_WRITE | PROT_EXEC);
}

long sys_mmap2(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags, unsigned long fd,
	       unsigned long pgoff)
{
	struct file *f = NULL;
	long at;

	if (!(flags & MAP_ANONYMOUS)) {
		f = fd_get((unsigned)fd);
		if (!f)
			return -EBADF;
	}
	at = vm_mmap(f, addr, len, effective_prot(prot, f), (unsigned)flags, f ? pgoff : 0);
	if (f)
		file_put(f);
	return at;
}

long sys_mmap(const u32 __user *args)
{
	struct abi_mmap_arg_struct a;

	if (copy_from_user(&a, args, sizeof(a)))
		return -EFAULT;
	if (a.offset & ~PAGE_MASK)
		return -EINVAL;
	return sys_mmap2(a.addr, a.len, a.prot, a.flags, a.fd, a.offset >> PAGE_SHIFT);
}

long sys_munmap(unsigned long addr, size_t len)
{
	return vm_munmap(current->mm, addr, len);
}

long sys_mprotect(unsigned long addr, size_t len, unsigned long prot)
{
	if ((prot & PROT_READ) && (current->personality & READ_IMPLIES_EXEC))
		prot |= PROT_EXEC;
	return vm_mprotect(addr, len, (unsigned)prot);
}

long sys_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len, unsigned long flags,
		unsigned long new_addr)
{
	return vm_mremap(addr, old_len, new_len, (unsigned)flags, new_addr);
}

long sys_remap_file_pages(unsigned long start, unsigned long size, unsigned long prot, unsigned long pgoff,
			  unsigned long flags)
{
	return prot ? -EINVAL : vm_remap_file_pages(start, size, pgoff, (unsigned)flags);
}

long sys_brk(unsigned long brk)
{
	return (long)vm_brk(brk);
}

long sys_madvise(unsigned long addr, size_t len, int advice)
{
	return vm_madvise(current->mm, addr, len, advice);
}

long sys_msync(unsigned long addr, size_t len, int flags)
{
	return vm_msync(addr, len, flags);
}

long sys_mincore(unsigned long addr, size_t len, u8 __user *vec)
{
	u8 chunk[128];
	unsigned long pages;

	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (addr > TASK_SIZE || len > TASK_SIZE - addr)
		return -ENOMEM;
	pages = DIV_ROUND_UP(len, PAGE_SIZE);
	if (!access_ok(vec, pages))
		return -EFAULT;
	while (pages) {
		unsigned long n = min_t(unsigned long, pages, sizeof(chunk));
		int error = vm_mincore(addr, n, chunk);

		if (error)
			return error;
		if (copy_to_user(vec, chunk, n))
			return -EFAULT;
		vec += n;
		addr += n << PAGE_SHIFT;
		pages -= n;
	}
	return 0;
}

long sys_mlock(unsigned long addr, size_t len)
{
	return vm_mlock(addr, len, true, true);
}

long sys_mlock2(unsigned long addr, size_t len, int flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return vm_mlock(addr, len, true, !(flags & MLOCK_ONFAULT));
}

long sys_munlock(unsigned long addr, size_t len)
{
	return vm_mlock(addr, len, false, false);
}

long sys_mlockall(int flags)
{
	if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
		return -EINVAL;
	return vm_mlockall((unsigned)flags);
}

long sys_munlockall(void)
{
	return vm_mlockall(0);
}
