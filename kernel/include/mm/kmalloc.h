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

/* Page-granular kernel memory at any physical place, with an unmapped guard page after it. Sleeps. */
void *vmalloc(size_t size);
void vfree(void *p);
/* kmalloc up to a page or so, else vmalloc. */
void *kvmalloc(size_t size, unsigned gfp);
void kvfree(void *p);

/* Device memory, uncached. */
void __iomem *ioremap(phys_t base, size_t size);
void iounmap(void __iomem *p);

/* Kernel stacks: mapped with a guard page below; cached for reuse. Returns the lowest address, or NULL. */
void *kstack_alloc(void);
void kstack_free(void *stack);

#endif
