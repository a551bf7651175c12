/*
 * User address spaces: struct mm, its areas, faults. The owner of a call's locks is said at each.
 *
 * Lock order: mmap_lock, page lock, mapping's lock, anon_vma's lock, page_table_lock (core/lockrank.h).
 *
 * What may change under which: areas under mmap_lock held for writing; their start, end and pgoff also under the
 * locks of their reverse maps, so that walks from a page see them whole. Page-table entries under page_table_lock;
 * page tables appear under it and go away with mmap_lock held for writing too.
 */
#ifndef MM_MM_H
#define MM_MM_H

#include <core/mutex.h>
#include <core/rbtree.h>
#include <mm/page.h>

struct file;
struct inode;
struct vm_area;
struct pt_regs;
struct task;
struct anon_vma;

/*
 * Locks: m mmap_lock, p page_table_lock, a atomic, I immutable after set-up
 */
struct mm {
	atomic_t users;			/* a tasks that run in it */
	atomic_t count;			/* a references to the structure (users hold one) */
	struct rwsem mmap_lock;
	spinlock_t page_table_lock;
	u64 *pgd;			/* I four page-directory-pointer entries */
	phys_t pgd_phys;		/* I */
	u64 *pd[2];			/* I the user half's page directories */
	struct rb_root areas;		/* m by address */
	struct vm_area *first;		/* m linked list by address */
	struct vm_area *cache;		/* m last one found */
	unsigned area_count;		/* m */
	unsigned long total_pages, locked_pages, data_pages, exec_pages, stack_pages;	/* m */
	atomic_t rss_anon, rss_file, rss_shmem;	/* a */
	atomic_t swap_pages;		/* a entries that name slots */
	unsigned long page_table_pages;	/* p */
	unsigned long hiwater_rss, hiwater_vm;
	unsigned long start_code, end_code, start_data, end_data, start_brk, brk;	/* m */
	unsigned long start_stack, arg_start, arg_end, env_start, env_end;		/* m */
	unsigned long mmap_base;	/* I mappings grow down from here */
	unsigned long vdso;		/* I address of the vDSO, 0: none */
	u32 auxv[44];			/* I for /proc/PID/auxv: pairs */
	unsigned def_flags;		/* m VM_LOCKED after mlockall(MCL_FUTURE) */
	struct file *exe_file;		/* m */
	struct list_head oom_link;	/* mm/oom_reap.c: waits to have its memory taken away */
	nsec_t oom_since;		/* since when; 0: nobody waits for its memory */
	bool oom_done;			/* nothing more is to be had from it */
	bool reaped;			/* a: private areas have been emptied: faults fail */
	bool dumpable;
	unsigned dump_filter;		/* a DUMP_*: what a core file has; kept over fork and exec */
	unsigned membarrier;		/* what membarrier(2) has registered */
};

#define VM_READ		0x0001u
#define VM_WRITE	0x0002u
#define VM_EXEC		0x0004u
#define VM_SHARED	0x0008u
#define VM_MAYREAD	0x0010u
#define VM_MAYWRITE	0x0020u
#define VM_MAYEXEC	0x0040u
#define VM_GROWSDOWN	0x0100u
#define VM_LOCKED	0x0200u
#define VM_IO		0x0400u		/* device memory: no struct page, no core dump */
#define VM_DONTCOPY	0x0800u
#define VM_DONTEXPAND	0x1000u
#define VM_ACCOUNT	0x2000u
#define VM_NORESERVE	0x4000u
#define VM_STACK	0x8000u
#define VM_SPECIAL	0x10000u	/* vDSO and its kin: named in maps */
#define VM_WIPEONFORK	0x20000u
#define VM_DONTDUMP	0x40000u
#define VM_SEQ_READ	0x80000u	/* madvise hints */
#define VM_RAND_READ	0x100000u
#define VM_ACCESS	(VM_READ | VM_WRITE | VM_EXEC)

/* /proc/PID/coredump_filter. A file that has no name any more counts as none; nothing is huge or DAX here. */
#define DUMP_ANON_PRIVATE	0x01u
#define DUMP_ANON_SHARED	0x02u
#define DUMP_FILE_PRIVATE	0x04u
#define DUMP_FILE_SHARED	0x08u
#define DUMP_ELF_HEADERS	0x10u
#define DUMP_HUGE_PRIVATE	0x20u
#define DUMP_KNOWN		0x1ffu
#define DUMP_DEFAULT		(DUMP_ANON_PRIVATE | DUMP_ANON_SHARED | DUMP_ELF_HEADERS | DUMP_HUGE_PRIVATE)
extern unsigned long dump_filter_default;	/* what the command line has instead */

#define MAX_AREAS	65530		/* of one address space: beyond it -ENOMEM */
#define MMAP_MIN_ADDR	0x10000ul	/* below it only with CAP_SYS_RAWIO */
#define STACK_GUARD_GAP	0x100000ul	/* kept free below a growing stack */

struct vm_ops {
	void (*open)(struct vm_area *vma);
	void (*close)(struct vm_area *vma);
	/* Find the page for vma offset `pgoff` (file pages): a referenced, uptodate page in *page; or -errno (-ENOMEM, -EIO, -EFAULT: SIGBUS). mmap_lock read-held. */
	int (*fault)(struct vm_area *vma, unsigned long pgoff, struct page **page);
	/* A shared page is about to become writable: file systems allocate blocks here. Page locked on success; -EAGAIN: truncated. */
	int (*page_mkwrite)(struct vm_area *vma, struct page *page);
	const char *(*name)(struct vm_area *vma);
	/* Optional, fault-around: pages of [pgoff, pgoff + n) that are cached and uptodate, without sleeping: pages[i] referenced or NULL. */
	void (*around)(struct vm_area *vma, unsigned long pgoff, unsigned n, struct page **pages);
	bool page_cache;		/* fault() gives pages of file->mapping: checked against truncation */
};

struct vm_area {
	struct mm *mm;
	unsigned long start, end;	/* page aligned; end exclusive */
	struct vm_area *next, *prev;
	struct rb_node rb;
	unsigned flags;			/* VM_* */
	u64 pte_prot;			/* page table bits for a fresh entry */
	struct file *file;		/* NULL: anonymous; holds a reference */
	unsigned long pgoff;		/* offset of start, in pages (anonymous: start >> PAGE_SHIFT at creation) */
	const struct vm_ops *ops;
	struct list_head i_mmap;	/* mapping's list of areas, under its lock */
	struct anon_vma *anon_vma;	/* p reverse map of private pages; NULL until the first */
	struct list_head anon_link;	/* anon_vma's lock */
	void *private;
};

/*
 * Reverse map of anonymous pages: shared by an area and all its copies by fork and by splitting. A page's place in
 * each of them follows from page->index. It lives as long as areas are linked.
 */
struct anon_vma {
	spinlock_t lock;		/* RANK_ANON_VMA */
	struct list_head areas;		/* lock */
	unsigned count;			/* lock: how many */
};

struct mm *mm_alloc(void);			/* users 1; NULL; kernel half in place */
int mm_fork(struct mm *child, struct mm *parent);	/* copy-on-write copy of all areas; 0 or -ENOMEM */
static inline void mm_get(struct mm *mm) { atomic_inc(&mm->users); }
void mm_put(struct mm *mm);			/* last user: unmaps everything; sleeps */
void mm_leave(struct task *t);			/* t ends: mm_put() of its mm, and nobody else is killed for memory meanwhile */
void mm_drop(struct mm *mm);			/* of the structure alone (mm->count) */
void mm_switch(struct mm *prev, struct mm *next);	/* scheduler: loads CR3 when it differs; next NULL: keep (kernel thread) */

/* All of these take mmap_lock themselves and act on mm == current->mm unless said. Addresses or -errno. */
long vm_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned prot, unsigned flags, unsigned long pgoff);
int vm_munmap(struct mm *mm, unsigned long addr, unsigned long len);
int vm_mprotect(unsigned long addr, unsigned long len, unsigned prot);
/* remap_file_pages(2), as Linux has it since 4.0: a fresh mapping of the same file at another offset. 0 or -errno. */
int vm_remap_file_pages(unsigned long start, unsigned long len, unsigned long pgoff, unsigned flags);
long vm_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len, unsigned flags, unsigned long new_addr);
unsigned long vm_brk(unsigned long brk);	/* the break afterwards, as brk(2) */
int vm_brk_range(unsigned long addr, unsigned long len, unsigned prot);	/* anonymous zero area (ELF bss) */
/* mmap_lock held. The area that holds addr, or the next above; NULL. */
struct vm_area *vma_find(struct mm *mm, unsigned long addr);
/* A free range of that many bytes where mmap() would put it, page aligned; or -ENOMEM. Not reserved. */
long vm_unmapped_area(struct mm *mm, unsigned long len);
/* A special area with its own pages and ops. mmap_lock write-held by the call itself. */
int vm_install_special(struct mm *mm, unsigned long addr, unsigned long len, unsigned flags, const struct vm_ops *ops, void *private);

/* exec's stack area in a new mm that is not current's yet: [top - size, top) growing down. */
int vm_setup_stack(struct mm *mm, unsigned long top, unsigned long size, bool executable);
/* Pin the page of `addr` in any mm (fault it in as needed) and return it referenced. write: break copy-on-write. -EFAULT. */
int vm_get_page(struct mm *mm, unsigned long addr, bool write, struct page **page);
/* Copy to or from another process's memory (ptrace, /proc/PID/mem, exec arguments); bytes done. */
size_t vm_access(struct mm *mm, unsigned long addr, void *buf, size_t n, bool write);

/* Whether there is no page at addr but that of zeros. In an anonymous private area: it was never written, and no page is made for looking. */
bool vm_page_untouched(struct mm *mm, unsigned long addr);

/* Fault all of [start, end) in, as mlock does; mmap_lock not held. 0, -ENOMEM, -EFAULT (a hole, or beyond the file). */
int vm_populate(struct mm *mm, unsigned long start, unsigned long end);

/* Page fault from entry code. error: the processor's code. Returns 0, or a signal number with *si_code set. */
int vm_fault(struct pt_regs *regs, unsigned long addr, unsigned long error, int *si_code);
/*
 * Unmap [start,end) pages of the file's mapping from every mm. end 0: all after. Truncation takes even_private: private
 * copies go too, and locked memory is no obstacle; reclaim leaves both alone.
 */
void vm_unmap_mapping(struct address_space *mapping, unsigned long start, unsigned long end, bool even_private);

/* Write-protect the page in all shared mappings: the next store faults and dirties it again. true if one was writable. Page locked. */
bool page_mkclean(struct page *page);


static inline unsigned long area_pages(const struct vm_area *a) { return (a->end - a->start) >> PAGE_SHIFT; }
static inline bool area_is_cow(const struct vm_area *a) { return (a->flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE; }
static inline unsigned long mm_rss(const struct mm *mm)
{
	return (unsigned long)(atomic_read(&mm->rss_anon) + atomic_read(&mm->rss_file) + atomic_read(&mm->rss_shmem));
}

#endif
