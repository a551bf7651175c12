/*
 * What a program finds at its first instruction, from the stack pointer up: argc, argv and a NULL, envp and a NULL,
 * the auxiliary vector, padding, AT_RANDOM's bytes, the platform's name, then the strings that exec pushed.
 */
#include <arch/cpu.h>
#include <arch/uaccess.h>
#include <core/random.h>
#include <core/string.h>
#include <core/time.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <sched/elf.h>
#include <sched/exec.h>
#include <sched/task.h>
#include <abi/errno.h>

static const char platform[] = "i686";

struct auxv {
	u32 *next;
};

static void add(struct auxv *a, u32 type, unsigned long value)
{
	*a->next++ = type;
	*a->next++ = (u32)value;
}

static void fill_auxv(struct exec_image *image, const struct elf_file *program, const struct elf_file *interp,
		      unsigned long random, unsigned long name)
{
	struct mm *mm = current->mm;
	const struct cred *c = current->cred;
	struct auxv a = { mm->auxv };

	_Static_assert(sizeof(((struct mm *)0)->auxv) >= 2 * 4 * 21, "auxv");
	memset(mm->auxv, 0, sizeof(mm->auxv));
	if (mm->vdso) {
		add(&a, AT_SYSINFO, vdso_entry(mm->vdso));
		add(&a, AT_SYSINFO_EHDR, mm->vdso);
	}
	add(&a, AT_MINSIGSTKSZ, 1568);
	add(&a, AT_HWCAP, cpu_features.f1_edx);
	add(&a, AT_PAGESZ, PAGE_SIZE);
	add(&a, AT_CLKTCK, USER_HZ);
	add(&a, AT_PHDR, program->phdr_address);
	add(&a, AT_PHENT, sizeof(struct elf32_phdr));
	add(&a, AT_PHNUM, program->header.e_phnum);
	add(&a, AT_BASE, interp ? interp->bias : 0);
	add(&a, AT_FLAGS, 0);
	add(&a, AT_ENTRY, program->header.e_entry + program->bias);
	add(&a, AT_UID, c->uid);
	add(&a, AT_EUID, c->euid);
	add(&a, AT_GID, c->gid);
	add(&a, AT_EGID, c->egid);
	add(&a, AT_SECURE, image->secure);
	add(&a, AT_RANDOM, random);
	add(&a, AT_EXECFN, image->exec_end);
	add(&a, AT_PLATFORM, name);
	add(&a, AT_NULL, 0);
}

static size_t auxv_words(const struct mm *mm)
{
	size_t n = 0;

	while (mm->auxv[n] != AT_NULL)
		n += 2;
	return n + 2;
}

/* Pointers to n strings that follow each other from *at on; *at is then behind them. */
static int store_pointers(u32 __user **to, int n, unsigned long *at)
{
	for (int i = 0; i < n; i++) {
		size_t size = strnlen_user((const char __user *)*at, 128u << 10);

		if (put_user((u32)*at, *to) || !size)
			return -EFAULT;
		(*to)++;
		*at += size;
	}
	if (put_user(0u, *to))
		return -EFAULT;
	(*to)++;
	return 0;
}

int elf_stack(struct exec_image *image, const struct elf_file *program, const struct elf_file *interp, unsigned long *sp)
{
	struct mm *mm = current->mm;
	unsigned long strings = image->p, at, random, name;
	u32 __user *to;
	u8 bytes[16];
	size_t words;

	name = (strings & ~15ul) - sizeof(platform);
	random = name - sizeof(bytes);
	random_bytes(bytes, sizeof(bytes));
	if (copy_to_user((void __user *)name, platform, sizeof(platform)) ||
	    copy_to_user((void __user *)random, bytes, sizeof(bytes)))
		return -EFAULT;
	fill_auxv(image, program, interp, random, name);
	words = 1 + (size_t)image->argc + 1 + (size_t)image->envc + 1 + auxv_words(mm);
	*sp = (random - words * sizeof(u32)) & ~15ul;
	to = (u32 __user *)*sp;
	if (put_user((u32)image->argc, to))
		return -EFAULT;
	to++;
	at = mm->arg_start = strings;
	if (store_pointers(&to, image->argc, &at))
		return -EFAULT;
	mm->arg_end = mm->env_start = at;
	if (store_pointers(&to, image->envc, &at))
		return -EFAULT;
	mm->env_end = at;
	mm->start_stack = *sp;
	return copy_to_user(to, mm->auxv, auxv_words(mm) * sizeof(u32)) ? -EFAULT : 0;
}
