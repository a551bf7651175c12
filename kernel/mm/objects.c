/*
 * Kernel objects: named caches of equal objects in slabs of one to eight frames, and kmalloc()'s size classes on top.
 *
 * A slab's bookkeeping is its first frame's struct page: slab_cache, slab_free (list through the free objects' first
 * word), slab_used. Slabs with free objects are on the cache's partial list, others on none. In front stands a stack
 * of free objects per cache, which counts as "used" for the slab; it is this processor's and needs interrupts off.
 *
 * Debug builds follow each object with a red zone and the address that took or freed it: writes past the end, a
 * second free and use after free (contents are poison while free) are reported at the next call that sees them.
 */
#include <core/kasan.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/string.h>
#include <mm/fail.h>
#include <mm/init.h>
#include <mm/kmalloc.h>
#include "internal.h"

#define HOT_MAX		16
#define HOT_BATCH	8
#define SLAB_MAX_ORDER	3
#define POISON		0x6b
#define MAX_KMALLOC	(PAGE_SIZE << MAX_ORDER)

/* Locks: i interrupts off on this processor, l lock, I immutable */
struct kmem_cache {
	unsigned hot_count;		/* i */
	void *hot[HOT_MAX];		/* i */
	spinlock_t lock;
	struct list_head partial;	/* l slabs with free objects, emptier ones towards the tail */
	unsigned long slabs, used;	/* l used: objects out of the slabs, the hot ones too */
	unsigned empty;			/* l slabs on partial with no object used */
	unsigned size;			/* I as asked for */
	unsigned stride;		/* I from object to object */
	unsigned per_slab, order;	/* I */
	const char *name;		/* I */
	struct list_head link;		/* caches_lock */
};

static DEFINE_SPINLOCK(caches_lock, RANK_VMALLOC);
static LIST_HEAD(caches);
static struct kmem_cache cache_cache;

static const u16 class_size[] = { 8, 16, 32, 64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048 };
static const char *const class_name[] = {
	"kmalloc-8", "kmalloc-16", "kmalloc-32", "kmalloc-64", "kmalloc-128", "kmalloc-192", "kmalloc-256",
	"kmalloc-384", "kmalloc-512", "kmalloc-768", "kmalloc-1k", "kmalloc-1536", "kmalloc-2k",
};
#define CLASSES		ARRAY_SIZE(class_size)
#define CLASS_MAX	2048
static struct kmem_cache classes[CLASSES];
static u8 class_of[CLASS_MAX / 8 + 1];	/* by size / 8, rounded up */

#ifdef CONFIG_DEBUG
#define ZONE_USED	0xcc5aa5ccu
#define ZONE_FREE	0xbb6bb6bbu
struct object_tail {
	u32 zone;
	void *caller;
};
#define TAIL_SIZE	sizeof(struct object_tail)

static struct object_tail *tail_of(const struct kmem_cache *c, void *obj)
{
	return (struct object_tail *)((char *)obj + ALIGN_UP(c->size, 4));
}

static void __cold object_bug(const struct kmem_cache *c, void *obj, const char *what)
{
	struct object_tail *t = tail_of(c, obj);

	pr_err("BUG: %s: %s object %p (zone %x, last by %pS)\n", what, c->name, obj, t->zone, t->caller);
	BUG();
}

static void object_poison(const struct kmem_cache *c, void *obj, void *caller)
{
	struct object_tail *t = tail_of(c, obj);

	memset(obj, POISON, c->size);
	t->zone = ZONE_FREE;
	t->caller = caller;
}

static void object_take(const struct kmem_cache *c, void *obj, void *caller)
{
	struct object_tail *t = tail_of(c, obj);
	const u8 *b = obj;
	unsigned i;

	if (t->zone != ZONE_FREE)
		object_bug(c, obj, "red zone of a free object overwritten");
	for (i = sizeof(void *); i < c->size; i++)
		if (b[i] != POISON)
			object_bug(c, obj, "free object written to");
	t->zone = ZONE_USED;
	t->caller = caller;
}

static void object_release(const struct kmem_cache *c, void *obj, void *caller)
{
	struct object_tail *t = tail_of(c, obj);
	struct page *slab = virt_to_page(obj);

	if (page_test(slab, PG_TAIL))
		slab = slab->head;
	if (!page_test(slab, PG_SLAB) || slab->slab_cache != c ||
	    ((char *)obj - (char *)page_address(slab)) % c->stride != 0)
		panic("free of %p, which is no object of cache %s (by %pS)", obj, c->name, caller);
	if (t->zone == ZONE_FREE)
		object_bug(c, obj, "double free");
	if (t->zone != ZONE_USED)
		object_bug(c, obj, "write past the end");
	object_poison(c, obj, caller);
}
#else
#define TAIL_SIZE	0
#define object_poison(c, o, f)	((void)0)
#define object_take(c, o, f)	((void)0)
#define object_release(c, o, f)	((void)0)
#endif

/* The sanitizer lets size bytes of an object be used, and nothing up to the next one. */
static __always_inline void object_allow(const struct kmem_cache *c, void *obj, size_t size)
{
	kasan_poison(obj, c->stride & ~7u, KASAN_RED_ZONE);
	kasan_allow(obj, size);
	(void)c, (void)obj, (void)size;
}

static void cache_init(struct kmem_cache *c, const char *name, size_t size, size_t align)
{
	unsigned long flags;

	if (align < 8)
		align = 8;
	memset(c, 0, sizeof(*c));
	spin_lock_init(&c->lock, RANK_SLAB);
	list_init(&c->partial);
	c->name = name;
	c->size = max(size, sizeof(void *));
	c->stride = ALIGN_UP(ALIGN_UP(c->size, 4u) + TAIL_SIZE, align);
	/* The smallest slab that wastes at most an eighth; at least one object. */
	while ((PAGE_SIZE << c->order) < c->stride ||
	       (c->order < SLAB_MAX_ORDER && (PAGE_SIZE << c->order) % c->stride > (PAGE_SIZE << c->order) / 8))
		c->order++;
	c->per_slab = (PAGE_SIZE << c->order) / c->stride;
	spin_lock_irqsave(&caches_lock, flags);
	list_add_tail(&c->link, &caches);
	spin_unlock_irqrestore(&caches_lock, flags);
}

/* A new slab with all objects free, not on any list yet. */
static struct page *slab_create(struct kmem_cache *c, unsigned gfp)
{
	struct page *p = page_alloc(gfp & ~(GFP_ZERO | GFP_USER), c->order);
	char *base;
	unsigned i;

	if (!p)
		return NULL;
	mem_count(MEM_SLAB, 1 << c->order);
	p->flags = BIT(PG_SLAB);
	p->slab_cache = c;
	p->slab_used = 0;
	p->slab_free = NULL;
	for (i = 1; i < 1u << c->order; i++) {
		p[i].flags = BIT(PG_SLAB) | BIT(PG_TAIL);
		p[i].head = p;
	}
	base = page_address(p);
	for (i = c->per_slab; i-- > 0;) {
		void *obj = base + i * c->stride;

		object_poison(c, obj, NULL);
		kasan_poison(obj, c->stride & ~7u, KASAN_FREE_OBJECT);
		*(void **)obj = p->slab_free;
		p->slab_free = obj;
	}
	return p;
}

static void slab_destroy(struct page *p, unsigned order)
{
	unsigned i;

	for (i = 0; i < 1u << order; i++) {
		p[i].flags = 0;
		p[i].mapping = NULL;
	}
	mem_count(MEM_SLAB, -(1 << order));
	page_free(p, order);
}

/* c->lock held, interrupts off. Fills the hot stack up to a batch from slabs that exist. */
static void refill_locked(struct kmem_cache *c)
{
	while (c->hot_count < HOT_BATCH && !list_empty(&c->partial)) {
		struct page *p = list_first_entry(&c->partial, struct page, lru);

		if (!p->slab_used)
			c->empty--;
		while (p->slab_free && c->hot_count < HOT_BATCH) {
			void *obj = p->slab_free;

			p->slab_free = *(void **)obj;
			p->slab_used++;
			c->used++;
			c->hot[c->hot_count++] = obj;
		}
		if (!p->slab_free)
			list_del(&p->lru);
	}
}

static noinline void *alloc_slow(struct kmem_cache *c, unsigned gfp)
{
	unsigned long flags;
	struct page *fresh = NULL;
	void *obj = NULL;

	for (;;) {
		spin_lock_irqsave(&c->lock, flags);
		if (fresh) {
			list_add(&fresh->lru, &c->partial);
			c->slabs++;
			c->empty++;
		}
		if (!c->hot_count)
			refill_locked(c);
		if (c->hot_count)
			obj = c->hot[--c->hot_count];
		spin_unlock_irqrestore(&c->lock, flags);
		if (obj)
			return obj;
		fresh = slab_create(c, gfp);
		if (!fresh)
			return NULL;
	}
}

/* c->lock held. Returns a slab to destroy, or NULL. */
static struct page *object_return_locked(struct kmem_cache *c, void *obj)
{
	struct page *p = virt_to_page(obj);

	if (page_test(p, PG_TAIL))
		p = p->head;
	if (!p->slab_free)
		list_add(&p->lru, &c->partial);
	*(void **)obj = p->slab_free;
	p->slab_free = obj;
	c->used--;
	if (--p->slab_used)
		return NULL;
	if (c->empty) {
		list_del(&p->lru);
		c->slabs--;
		return p;
	}
	c->empty++;
	list_move_tail(&p->lru, &c->partial);
	return NULL;
}

/* Gives the n coldest hot objects back to their slabs. */
static noinline void hot_drain(struct kmem_cache *c, unsigned n)
{
	struct page *doomed[HOT_MAX];
	unsigned long flags;
	unsigned i, dead = 0;

	spin_lock_irqsave(&c->lock, flags);
	n = min(n, c->hot_count);
	for (i = 0; i < n; i++) {
		struct page *p = object_return_locked(c, c->hot[i]);

		if (p)
			doomed[dead++] = p;
	}
	c->hot_count -= n;
	for (i = 0; i < c->hot_count; i++)
		c->hot[i] = c->hot[i + n];
	spin_unlock_irqrestore(&c->lock, flags);
	while (dead)
		slab_destroy(doomed[--dead], c->order);
}

static __always_inline void *cache_alloc(struct kmem_cache *c, unsigned gfp, void *caller)
{
	unsigned long flags;
	void *obj;

#ifdef CONFIG_DEBUG
	if (mm_sleep_checks && !(gfp & GFP_ATOMIC))
		might_sleep();
#else
	(void)caller;
#endif
	if (alloc_refused())
		return NULL;
	flags = irq_save();
	if (likely(c->hot_count)) {
		obj = c->hot[--c->hot_count];
		irq_restore(flags);
	} else {
		irq_restore(flags);
		obj = alloc_slow(c, gfp);
		if (!obj)
			return NULL;
	}
	object_take(c, obj, caller);
	object_allow(c, obj, c->size);
	if (gfp & GFP_ZERO)
		memset(obj, 0, c->size);
	return obj;
}

static __always_inline void cache_free(struct kmem_cache *c, void *obj, void *caller)
{
	unsigned long flags;

#ifndef CONFIG_DEBUG
	(void)caller;
#endif
	kasan_check(obj, 1, true);
	kasan_allow(obj, c->size);
	object_release(c, obj, caller);
	kasan_poison(obj, c->stride & ~7u, KASAN_FREE_OBJECT);
	flags = irq_save();
	if (unlikely(c->hot_count == HOT_MAX))
		hot_drain(c, HOT_BATCH);
	c->hot[c->hot_count++] = obj;
	irq_restore(flags);
}

void *kmem_cache_alloc(struct kmem_cache *c, unsigned gfp)
{
	return cache_alloc(c, gfp, __builtin_return_address(0));
}

void kmem_cache_free(struct kmem_cache *c, void *obj)
{
	if (obj)
		cache_free(c, obj, __builtin_return_address(0));
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align)
{
	struct kmem_cache *c;

	if (size > (PAGE_SIZE << SLAB_MAX_ORDER) - 64 || (align & (align - 1)) || align > PAGE_SIZE)
		return NULL;
	c = kmem_cache_alloc(&cache_cache, GFP_KERNEL);
	if (!c) {
		if (!mm_sleep_checks)
			panic("no memory for the object cache %s", name);
		return NULL;
	}
	cache_init(c, name, size, align);
	return c;
}

/* Blocks of whole frames: PG_HEAD, private = order. */
static void *large_alloc(size_t size, unsigned gfp)
{
	unsigned order = 0;
	struct page *p;

	if (size > MAX_KMALLOC)
		return NULL;
	while ((PAGE_SIZE << order) < size)
		order++;
	p = page_alloc(gfp, order);
	if (!p)
		return NULL;
	page_set(p, PG_HEAD);
	p->private = order;
	return page_address(p);
}

static __always_inline void *do_kmalloc(size_t size, unsigned gfp, void *caller)
{
	if (likely(size <= CLASS_MAX)) {
		struct kmem_cache *c = &classes[class_of[(size + 7) / 8]];
		void *obj = cache_alloc(c, gfp, caller);

#ifdef CONFIG_KASAN
		if (obj)
			object_allow(c, obj, size);
#endif
		return obj;
	}
	return large_alloc(size, gfp);
}

void *kmalloc(size_t size, unsigned gfp)
{
	return do_kmalloc(size, gfp, __builtin_return_address(0));
}

void *kzalloc(size_t size, unsigned gfp)
{
	return do_kmalloc(size, gfp | GFP_ZERO, __builtin_return_address(0));
}

void *kcalloc(size_t n, size_t size, unsigned gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return do_kmalloc(bytes, gfp | GFP_ZERO, __builtin_return_address(0));
}

void kfree(const void *ptr)
{
	void *p = (void *)(unsigned long)ptr;
	struct page *page;

	if (!p)
		return;
	if (unlikely((unsigned long)p < KERNEL_BASE || (unsigned long)p - KERNEL_BASE >= max_pfn << PAGE_SHIFT))
		panic("kfree of %p, which is outside of the direct map (by %pS)", p, __builtin_return_address(0));
	page = virt_to_page(p);
	if (likely(page_test(page, PG_SLAB))) {
		if (page_test(page, PG_TAIL))
			page = page->head;
		cache_free(page->slab_cache, p, __builtin_return_address(0));
		return;
	}
	if (unlikely(!page_test(page, PG_HEAD) || ((unsigned long)p & ~PAGE_MASK)))
		panic("kfree of %p, which kmalloc never gave or which is free (by %pS)", p, __builtin_return_address(0));
	page_clear(page, PG_HEAD);
	page_free(page, (unsigned)page->private);
}

size_t ksize(const void *p)
{
	struct page *page = virt_to_page(p);

	if (page_test(page, PG_TAIL))
		page = page->head;
	return page_test(page, PG_SLAB) ? page->slab_cache->size : PAGE_SIZE << page->private;
}

void *krealloc(void *p, size_t size, unsigned gfp)
{
	void *n;
	size_t old;

	if (!p)
		return kmalloc(size, gfp);
	old = ksize(p);
	if (size <= old && size > old / 4) {
		kasan_allow(p, size);
		return p;
	}
	n = kmalloc(size, gfp);
	if (!n)
		return NULL;
	kasan_allow(p, old);
	memcpy(n, p, min(old, size));
	kfree(p);
	return n;
}

char *kstrdup(const char *s, unsigned gfp)
{
	size_t n = strlen(s) + 1;
	char *d = kmalloc(n, gfp);

	if (d)
		memcpy(d, s, n);
	return d;
}

static unsigned long cache_shrink(struct kmem_cache *c)
{
	unsigned long flags, freed = 0;
	struct page *p;

	hot_drain(c, HOT_MAX);
	for (;;) {
		spin_lock_irqsave(&c->lock, flags);
		p = c->empty ? list_last_entry(&c->partial, struct page, lru) : NULL;
		if (p && p->slab_used)
			p = NULL;
		if (p) {
			list_del(&p->lru);
			c->empty--;
			c->slabs--;
		}
		spin_unlock_irqrestore(&c->lock, flags);
		if (!p)
			return freed;
		slab_destroy(p, c->order);
		freed += 1ul << c->order;
	}
}

unsigned long kmem_shrink(void)
{
	struct kmem_cache *c;
	unsigned long freed = 0;

	/* Caches are never removed, so the list needs no lock to be walked. */
	list_for_each_entry(c, &caches, link)
		freed += cache_shrink(c);
	return freed;
}

bool slab_stat(unsigned index, struct slab_stat *s)
{
	struct kmem_cache *c;
	unsigned long flags;

	list_for_each_entry(c, &caches, link) {
		if (index--)
			continue;
		spin_lock_irqsave(&c->lock, flags);
		s->name = c->name;
		s->active = c->used - c->hot_count;
		s->total = c->slabs * c->per_slab;
		s->slabs = c->slabs;
		s->size = c->size;
		s->per_slab = c->per_slab;
		s->pages_per_slab = 1u << c->order;
		spin_unlock_irqrestore(&c->lock, flags);
		return true;
	}
	return false;
}

#ifdef CONFIG_DEBUG
/* Counts one more for the caller, kept in order; who does not fit is left out. */
static unsigned count_caller(struct slab_caller *callers, unsigned n, unsigned max, void *caller)
{
	unsigned i = 0;

	while (i < n && callers[i].caller != caller)
		i++;
	if (i == n) {
		if (n == max)
			return n;
		callers[n++] = (struct slab_caller){ caller, 0 };
	}
	callers[i].objects++;
	for (; i && callers[i - 1].objects < callers[i].objects; i--)
		swap(callers[i], callers[i - 1]);
	return n;
}

unsigned slab_callers(const char *cache, struct slab_caller *callers, unsigned max)
{
	unsigned n = 0;

	for (unsigned long pfn = 0; pfn < max_pfn; pfn++) {
		struct page *p = pfn_to_page(pfn);
		const struct kmem_cache *c = p->slab_cache;

		if (!page_test(p, PG_SLAB) || page_test(p, PG_TAIL) || strcmp(c->name, cache))
			continue;
		for (unsigned i = 0; i < c->per_slab; i++) {
			const struct object_tail *t = tail_of(c, (char *)page_address(p) + i * c->stride);

			if (t->zone == ZONE_USED)
				n = count_caller(callers, n, max, t->caller);
		}
	}
	return n;
}
#endif

void __init mm_init_objects(void)
{
	unsigned i, k = 0;

	kasan_init();
	page_wait_init();
	cache_init(&cache_cache, "kmem_cache", sizeof(struct kmem_cache), 0);
	for (i = 0; i < CLASSES; i++)
		cache_init(&classes[i], class_name[i], class_size[i], class_size[i] < 64 ? class_size[i] : 64);
	for (i = 0; i < ARRAY_SIZE(class_of); i++) {
		while (class_size[k] < i * 8)
			k++;
		class_of[i] = (u8)k;
	}
}
