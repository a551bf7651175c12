/*
 * Segments and task state. Flat segments for kernel and user; three TLS slots that follow the running task; one
 * TSS for the kernel stack pointer; a second one, behind the double-fault task gate, with a stack of its own.
 *
 * Intel SDM vol. 3, 3.4.5 (descriptors), 7.2 (TSS).
 */
#include <arch/arch.h>
#include <arch/cpu.h>
#include <arch/desc.h>
#include <arch/layout.h>
#include <core/percpu.h>
#include <core/string.h>
#include <sched/task.h>
#include <abi/ldt.h>
#include <abi/errno.h>
#include <mm/page.h>

u64 gdt[GDT_ENTRIES] __aligned(16);
struct tss tss __aligned(128);
static struct tss df_tss __aligned(128);
static u8 df_stack[4096] __aligned(16);
extern u64 kernel_pdpt[];
void entry_double_fault(void);

static u64 descriptor(u32 base, u32 limit, u32 attributes)
{
	return (limit & 0xffff) | (u64)(base & 0xffffff) << 16 | (u64)(attributes & 0xff) << 40 |
		(u64)((limit >> 16) & 15) << 48 | (u64)((attributes >> 8) & 15) << 52 | (u64)(base >> 24) << 56;
}

void gdt_init(void)
{
	struct desc_pointer p = { sizeof(gdt) - 1, (u32)gdt };

	gdt[KERNEL_CS >> 3] = descriptor(0, 0xfffff, 0xc9b);
	gdt[KERNEL_DS >> 3] = descriptor(0, 0xfffff, 0xc93);
	gdt[USER_CS >> 3] = descriptor(0, 0xfffff, 0xcfb);
	gdt[USER_DS >> 3] = descriptor(0, 0xfffff, 0xcf3);
	gdt[GDT_TSS] = descriptor((u32)&tss, sizeof(tss) - 1, 0x89);
	gdt[GDT_DF_TSS] = descriptor((u32)&df_tss, sizeof(df_tss) - 1, 0x89);
	tss.ss0 = KERNEL_DS;
	tss.esp0 = (u32)boot_stack + KSTACK_SIZE;
	tss.iomap = sizeof(tss);
	df_tss.ss0 = df_tss.ss = KERNEL_DS;
	df_tss.esp0 = df_tss.esp = (u32)df_stack + sizeof(df_stack);
	df_tss.cs = KERNEL_CS;
	df_tss.ds = df_tss.es = USER_DS;
	df_tss.eip = (u32)entry_double_fault;
	df_tss.eflags = 2;
	df_tss.cr3 = (u32)virt_to_phys(kernel_pdpt);
	df_tss.iomap = sizeof(df_tss);
	__asm__ volatile("lgdt %0" :: "m"(p));
	__asm__ volatile("ltr %w0" :: "r"(GDT_TSS << 3));
}

/* ---- thread-local storage: set_thread_area(2) ---- */

static bool empty(const struct abi_user_desc *d)
{
	return !d->base_addr && !d->limit && !d->contents && d->read_exec_only && !d->seg_32bit && !d->limit_in_pages &&
		d->seg_not_present && !d->useable;
}

/* A zeroed request also clears, as Linux has it. */
static bool zeroed(const struct abi_user_desc *d)
{
	return !d->base_addr && !d->limit && !d->contents && !d->read_exec_only && !d->seg_32bit && !d->limit_in_pages &&
		!d->seg_not_present && !d->useable;
}

int thread_set_tls(struct task *t, unsigned index, const struct abi_user_desc *d)
{
	u64 desc = 0;

	if (index > GDT_TLS_MAX - GDT_TLS_MIN)
		return -EINVAL;
	if (!empty(d) && !zeroed(d)) {
		if (!d->seg_32bit || d->contents > 1 || d->seg_not_present)
			return -EINVAL;		/* 16-bit and code segments are of no use here */
		desc = descriptor(d->base_addr, d->limit, 0xf0 | 1 | d->contents << 2 | (d->read_exec_only ? 0 : 2) |
				  0x400 | (d->limit_in_pages ? 0x800 : 0) | (d->useable ? 0x100 : 0));
	}
	t->thread.tls[index] = desc;
	if (t == current) {
		gdt[GDT_TLS_MIN + index] = desc;
		/* A selector in use must be loaded again to see the new base. */
		u16 fs, gs;
		__asm__("mov %%fs,%0; mov %%gs,%1" : "=r"(fs), "=r"(gs));
		if ((fs >> 3) == GDT_TLS_MIN + index || (gs >> 3) == GDT_TLS_MIN + index)
			user_segments_set(fs, gs);
	}
	return 0;
}

void thread_get_tls(const struct task *t, unsigned index, struct abi_user_desc *d)
{
	u64 desc = t->thread.tls[index];
	u32 attr = (u32)(desc >> 40) & 0xff, high = (u32)(desc >> 52) & 15;

	memset(d, 0, sizeof(*d));
	d->entry_number = GDT_TLS_MIN + index;
	d->base_addr = (u32)(desc >> 16 & 0xffffff) | (u32)(desc >> 56) << 24;
	d->limit = (u32)(desc & 0xffff) | ((u32)(desc >> 48) & 15) << 16;
	d->seg_32bit = !!(high & 4);
	d->contents = (attr >> 2) & 3;
	d->read_exec_only = !(attr & 2);
	d->limit_in_pages = !!(high & 8);
	d->seg_not_present = !(attr & 0x80);
	d->useable = high & 1;
}
