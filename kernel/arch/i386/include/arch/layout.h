/*
 * The address space, the same in every process.
 *
 *   0x00000000  page 0: never mapped (vm.mmap_min_addr = 64 KiB)
 *   ...         user space
 *   0x7ffff000  end of user mappings (the last page stays empty)
 *   0x80000000  direct map of physical memory from 0, up to 1.5 GiB less the top 0 (KERNEL_BASE + phys)
 *               the kernel's own image is at 0x80100000 (loaded at 1 MiB)
 *   0xe0000000  dynamic mappings: vmalloc, kernel stacks with guard pages (160 MiB)
 *   0xea000000  modules (32 MiB, within rel32 reach of the kernel)
 *   0xec000000  device memory, ioremap (62 MiB)
 *   0xefe00000  fixed mappings (2 MiB)
 *   0xf0000000  shadow of the address sanitizer, 1:8 of the upper 2 GiB (sanitize variant)
 *
 * User space never sees anything above KERNEL_BASE; page-directory-pointer entries 2 and 3 point to the same two
 * page directories in every process, so kernel mappings need no propagation.
 */
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#define KERNEL_BASE		0x80000000
#define USER_END		0x7ffff000
#define TASK_SIZE		0x80000000
#define DIRECT_MAP_SIZE		0x60000000
#define DYNAMIC_START		0xe0000000
#define DYNAMIC_END		0xea000000
#define MODULES_START		0xea000000
#define MODULES_END		0xec000000
#define IOREMAP_START		0xec000000
#define IOREMAP_END		0xefe00000
#define FIXMAP_START		0xefe00000
#define SHADOW_START		0xf0000000

#define PAGE_SHIFT		12
#define PAGE_SIZE		4096ul
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#define LARGE_PAGE_SHIFT	21
#define LARGE_PAGE_SIZE		0x200000ul

/* Kernel stacks. Debug code (sanitizer calls) needs more. */
#ifdef CONFIG_DEBUG
#define KSTACK_SIZE		(16 * 1024)
#else
#define KSTACK_SIZE		(8 * 1024)
#endif

/* Segment selectors, Linux's numbers: user programs see 0x73 and 0x7b. */
#define GDT_TLS_MIN		6
#define GDT_TLS_MAX		8
#define KERNEL_CS		0x60
#define KERNEL_DS		0x68
#define USER_CS			0x73
#define USER_DS			0x7b
#define GDT_TSS			16
#define GDT_DF_TSS		31
#define GDT_ENTRIES		32

#endif
