/* Kernel objects: size-class caches and named caches over them. Zero on free in debug builds is poison 0x6b. */
#ifndef MM_KMALLOC_H
#define MM_KMALLOC_H

#include <mm/page.h>

void *kmalloc(size_t size, unsigned gfp);	/* aligned to 8 at least (64 from 64 bytes on); up to 4 MiB; NULL */
void *kzalloc(size_t size, unsigned gfp);
void *krealloc(void *p, size_t size, unsigned gfp);	/* p stays valid if it returns NULL */
void kfree(const void *p);			/* NULL allowed */
size_t ksize(const void *p);
char *kstrdup(const char *s, unsigned gfp);
/* n * size with overflow check. */
void *kcalloc(size_t n, size_t size, unsigned gfp);

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align);	/* panics only during start-up */
void *kmem_cache_alloc(struct kmem_cache *c, unsigned gfp);
void kmem_cache_free(struct kmem_cache *c, void *obj);
unsigned long kmem_shrink(void);		/* empty slabs back to the frame allocator; frames freed */

/* One cache's figures, for /proc/slabinfo. false past the last cache. */
struct slab_stat {
	const char *name;
	unsigned long active, total;		/* objects */
	unsigned size, per_slab, pages_per_slab;
	unsigned long slabs;
};
bool slab_stat(unsigned index, struct slab_stat *s);

/* Debug builds: who took the objects of a cache that are not free, most first; how many of callers[] are filled. Looks at every frame. */
struct slab_caller {
	void *caller;
	unsigned long objects;
};
unsigned slab_callers(const char *cache, struct slab_caller *callers, unsigned max);

/* Page-granular kernel memory at any physical place, with an unmapped guard page after it. Sleeps. */
void *vmalloc(size_t size);
void vfree(void *p);				/* NULL allowed */
/* Memory for modules: writable, then module_protect() per part once it is filled. */
void *module_alloc(size_t size);
void module_free(void *p);
void module_protect(void *start, size_t size, bool write, bool exec);
unsigned long vmalloc_tables(void);		/* page tables for these */
unsigned long vmalloc_used(void);		/* bytes mapped by vmalloc(), ioremap(), modules */
/* kmalloc up to a page or so, else vmalloc. */
void *kvmalloc(size_t size, unsigned gfp);
void kvfree(void *p);

/* Device memory, uncached. */
void __iomem *ioremap(phys_t base, size_t size);
void iounmap(void __iomem *p);

/* Kernel stacks: mapped with a guard page below; cached for reuse. Returns the lowest address, or NULL. */
void *kstack_alloc(void);
void kstack_free(void *stack);
/* Is this address in the guard page of some kernel stack? For the fault handlers' report. */
bool kstack_guard_hit(unsigned long addr);

#endif
