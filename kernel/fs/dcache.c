/*
 * The dentry cache: a tree of names, a hash from (parent, name) to dentry, and an LRU of those that nobody uses.
 *
 * Invariants: a hashed dentry holds its parent; a dentry with count 0 is hashed and on the LRU (or a shrinker's list);
 * an unhashed one dies with its last reference. A negative dentry (no inode) records that a name does not exist.
 * Tree, hash, names and LRU are guarded by dcache_lock, which is held for whole cached path walks and so is never held
 * while sleeping. Callers hold the parent's rwsem when they change what a name means.
 */
#include <core/init.h>
#include <fs/internal.h>
#include <fs/notify.h>
#include <mm/kmalloc.h>

#define HASH_BITS 13

DEFINE_SPINLOCK(dcache_lock, RANK_DCACHE);
static struct hlist_head table[1u << HASH_BITS];
static LIST_HEAD(lru);			/* oldest at the tail */
static unsigned long nr_dentries, nr_unused;
static struct kmem_cache *cache;

u32 name_hash(const char *name, u32 len)
{
	u32 h = NAME_HASH_INIT;

	for (u32 i = 0; i < len; i++)
		h = name_hash_step(h, name[i]);
	return name_hash_end(h, len);
}

static inline struct hlist_head *bucket(const struct dentry *parent, u32 hash)
{
	return &table[((hash ^ ((u32)parent >> 5)) * 0x61C88647u) >> (32 - HASH_BITS)];
}

struct dentry *d_find_locked(const struct dentry *parent, const char *name, u32 len, u32 hash)
{
	struct dentry *d;

	hlist_for_each_entry(d, bucket(parent, hash), hash) {
		if (d->name.hash != hash || d->parent != parent || d->name.len != len)
			continue;
		if (memcmp(d->name.name, name, len) == 0)
			return d;
	}
	return NULL;
}

struct dentry *d_lookup(struct dentry *parent, const struct qstr *name)
{
	struct dentry *d;

	spin_lock(&dcache_lock);
	d = d_find_locked(parent, name->name, name->len, name->hash);
	if (d)
		dget(d);
	spin_unlock(&dcache_lock);
	return d;
}

static struct dentry *d_new(struct super_block *sb, const struct qstr *name)
{
	struct dentry *d = kmem_cache_alloc(cache, GFP_KERNEL);
	char *text;

	if (!d)
		return NULL;
	text = d->inline_name;
	if (name->len >= DNAME_INLINE) {
		text = kmalloc(name->len + 1, GFP_KERNEL);
		if (!text) {
			kmem_cache_free(cache, d);
			return NULL;
		}
	}
	memcpy(text, name->name, name->len);
	text[name->len] = 0;
	d->name = (struct qstr){ name->hash, name->len, text };
	atomic_set(&d->count, 1);
	d->flags = 0;
	d->inode = NULL;
	d->parent = d;
	d->hash.next = NULL;
	d->hash.pprev = NULL;
	list_init(&d->lru);
	list_init(&d->child);
	list_init(&d->children);
	list_init(&d->alias);
	d->sb = sb;
	d->op = sb ? sb->d_op : NULL;
	d->private = NULL;
	d->cookie = 0;
	d->next_cookie = 2;
	if (d->op && d->op->revalidate)
		d->flags |= DCACHE_REVALIDATE;
	return d;
}

struct dentry *d_alloc(struct dentry *parent, const struct qstr *name)
{
	struct dentry *d = d_new(parent->sb, name);

	if (!d)
		return NULL;
	spin_lock(&dcache_lock);
	d->parent = dget(parent);
	d->cookie = parent->next_cookie++;
	list_add(&d->child, &parent->children);
	nr_dentries++;
	spin_unlock(&dcache_lock);
	return d;
}

struct dentry *d_alloc_pseudo(struct super_block *sb, const struct qstr *name)
{
	struct dentry *d = d_new(sb, name);

	if (d) {
		spin_lock(&dcache_lock);
		nr_dentries++;
		spin_unlock(&dcache_lock);
	}
	return d;
}

static void set_inode_locked(struct dentry *d, struct inode *inode)
{
	d->inode = inode;
	if (inode) {
		list_add(&d->alias, &inode->dentries);
#ifdef CONFIG_DEBUG
		if (S_ISDIR(inode->mode))
			inode->rwsem.rank = RANK_INODE_DIR;
#endif
	}
}

static void hash_locked(struct dentry *d)
{
	hlist_add_head(&d->hash, bucket(d->parent, d->name.hash));
	d->flags |= DCACHE_HASHED;
}

static void unhash_locked(struct dentry *d)
{
	if (d->flags & DCACHE_HASHED) {
		hlist_del_init(&d->hash);
		d->flags &= ~DCACHE_HASHED;
	}
}

void d_instantiate(struct dentry *d, struct inode *inode)
{
	spin_lock(&dcache_lock);
	ASSERT(!d->inode);
	set_inode_locked(d, inode);
	spin_unlock(&dcache_lock);
}

void d_add(struct dentry *d, struct inode *inode)
{
	spin_lock(&dcache_lock);
	ASSERT(!d->inode);
	set_inode_locked(d, inode);
	if (!(d->flags & DCACHE_HASHED))
		hash_locked(d);
	spin_unlock(&dcache_lock);
}

struct dentry *d_make_root(struct inode *inode)
{
	static const struct qstr slash = { 0, 1, "/" };
	struct dentry *d;

	if (!inode)
		return NULL;
	d = d_alloc_pseudo(inode->sb, &slash);
	if (!d) {
		iput(inode);
		return NULL;
	}
	d_instantiate(d, inode);
	return d;
}

static void lru_remove(struct dentry *d)
{
	if (d->flags & DCACHE_LRU)
		nr_unused--;
	if (d->flags & (DCACHE_LRU | DCACHE_SHRINK)) {
		list_del_init(&d->lru);
		d->flags &= ~(DCACHE_LRU | DCACHE_SHRINK);
	}
}

/*
 * Take apart a dentry of count 0. Called with dcache_lock held, which it drops. Returns the parent, whose reference
 * the caller has to put, or NULL.
 */
static struct dentry *kill_locked(struct dentry *d)
{
	struct dentry *parent = d->parent == d ? NULL : d->parent;
	struct inode *inode = d->inode;

	ASSERT(atomic_read(&d->count) == 0);
	ASSERT(list_empty(&d->children));
	lru_remove(d);
	unhash_locked(d);
	list_del(&d->child);
	if (inode)
		list_del(&d->alias);
	d->inode = NULL;
	nr_dentries--;
	spin_unlock(&dcache_lock);
	if (inode) {
		notify_dropped(inode);
		iput(inode);
	}
	if (d->name.name != d->inline_name)
		kfree(d->name.name);
	kmem_cache_free(cache, d);
	return parent;
}

void dput(struct dentry *d)
{
	while (d) {
		spin_lock(&dcache_lock);
		ASSERT(atomic_read(&d->count) > 0);
		if (!atomic_dec_and_test(&d->count)) {
			spin_unlock(&dcache_lock);
			return;
		}
		if ((d->flags & DCACHE_HASHED) && !(d->op && d->op->keep && !d->op->keep(d))) {
			if (d->flags & (DCACHE_LRU | DCACHE_SHRINK)) {
				d->flags |= DCACHE_REFERENCED;
			} else {
				d->flags |= DCACHE_LRU;
				list_add(&d->lru, &lru);
				nr_unused++;
			}
			spin_unlock(&dcache_lock);
			return;
		}
		d = kill_locked(d);
	}
}

void d_drop(struct dentry *d)
{
	spin_lock(&dcache_lock);
	unhash_locked(d);
	spin_unlock(&dcache_lock);
}

void d_delete(struct dentry *d)
{
	struct inode *inode = NULL;

	spin_lock(&dcache_lock);
	if (atomic_read(&d->count) == 1 && d->inode) {
		inode = d->inode;
		list_del_init(&d->alias);
		d->inode = NULL;
	} else {
		unhash_locked(d);
	}
	spin_unlock(&dcache_lock);
	if (inode) {
		notify_dropped(inode);
		iput(inode);
	}
}

/* Exchange the names of two dentries; inline text is copied, other text changes hands. */
static void swap_names(struct dentry *a, struct dentry *b)
{
	bool inline_a = a->name.name == a->inline_name, inline_b = b->name.name == b->inline_name;
	struct qstr name = a->name;
	char text[DNAME_INLINE];

	memcpy(text, a->inline_name, DNAME_INLINE);
	memcpy(a->inline_name, b->inline_name, DNAME_INLINE);
	memcpy(b->inline_name, text, DNAME_INLINE);
	a->name = b->name;
	b->name = name;
	if (inline_b)
		a->name.name = a->inline_name;
	if (inline_a)
		b->name.name = b->inline_name;
}

static void swap_parents(struct dentry *a, struct dentry *b)
{
	struct dentry *pa = a->parent, *pb = b->parent;

	list_del(&a->child);
	list_del(&b->child);
	a->parent = pb;
	b->parent = pa;
	a->cookie = pb->next_cookie++;
	list_add(&a->child, &pb->children);
	b->cookie = pa->next_cookie++;
	list_add(&b->child, &pa->children);
}

/*
 * d takes target's name and place; target is unhashed and takes d's old place, so that references to parents stay
 * balanced.
 */
static void move_locked(struct dentry *d, struct dentry *target)
{
	unhash_locked(d);
	unhash_locked(target);
	swap_names(d, target);
	swap_parents(d, target);
	hash_locked(d);
}

void d_move(struct dentry *d, struct dentry *target)
{
	spin_lock(&dcache_lock);
	move_locked(d, target);
	spin_unlock(&dcache_lock);
}

void d_exchange(struct dentry *a, struct dentry *b)
{
	spin_lock(&dcache_lock);
	move_locked(a, b);
	hash_locked(b);
	spin_unlock(&dcache_lock);
}

bool d_is_ancestor(const struct dentry *a, const struct dentry *d)
{
	bool found = false;

	spin_lock(&dcache_lock);
	for (;; d = d->parent) {
		if (a == d) {
			found = true;
			break;
		}
		if (d->parent == d)
			break;
	}
	spin_unlock(&dcache_lock);
	return found;
}

struct dentry *d_splice_alias(struct inode *inode, struct dentry *d)
{
	struct dentry *alias;

	if (IS_ERR(inode))
		return ERR_CAST(inode);
	if (!inode || !S_ISDIR(inode->mode)) {
		d_add(d, inode);
		return NULL;
	}
	spin_lock(&dcache_lock);
	if (list_empty(&inode->dentries)) {
		set_inode_locked(d, inode);
		if (!(d->flags & DCACHE_HASHED))
			hash_locked(d);
		spin_unlock(&dcache_lock);
		return NULL;
	}
	/* A directory has one dentry: the old one moves here, unless it is above us (then the disk has a cycle). */
	alias = list_first_entry(&inode->dentries, struct dentry, alias);
	for (struct dentry *p = d->parent;; p = p->parent) {
		if (p == alias) {
			spin_unlock(&dcache_lock);
			iput(inode);
			return ERR_PTR(-ELOOP);
		}
		if (p->parent == p)
			break;
	}
	dget(alias);
	if (alias->parent != alias)
		move_locked(alias, d);
	spin_unlock(&dcache_lock);
	iput(inode);
	return alias;
}

/* Collect unused dentries below root for dispose(); returns how many. */
static unsigned long collect_locked(struct dentry *root, struct list_head *to)
{
	struct dentry *p = root;
	struct list_head *next = p->children.next;
	unsigned long n = 0;

	for (;;) {
		while (next != &p->children) {
			struct dentry *d = list_entry(next, struct dentry, child);

			next = next->next;
			if (!list_empty(&d->children)) {
				p = d;
				next = p->children.next;
				continue;
			}
			if (atomic_read(&d->count) == 0 && !(d->flags & DCACHE_SHRINK)) {
				lru_remove(d);
				d->flags |= DCACHE_SHRINK;
				list_add(&d->lru, to);
				n++;
			}
		}
		if (p == root)
			return n;
		next = p->child.next;
		p = p->parent;
	}
}

/* Kill what is still unused on a private list. */
static void dispose(struct list_head *list)
{
	spin_lock(&dcache_lock);
	while (!list_empty(list)) {
		struct dentry *d = list_first_entry(list, struct dentry, lru);

		if (atomic_read(&d->count)) {
			lru_remove(d);
			continue;
		}
		dput(kill_locked(d));
		spin_lock(&dcache_lock);
	}
	spin_unlock(&dcache_lock);
}

void dcache_shrink_children(struct dentry *root)
{
	LIST_HEAD(list);
	unsigned long n;

	do {
		spin_lock(&dcache_lock);
		n = collect_locked(root, &list);
		spin_unlock(&dcache_lock);
		dispose(&list);
	} while (n);
}

void d_invalidate(struct dentry *d)
{
	dcache_shrink_children(d);
	d_drop(d);
}

void dcache_umount(struct super_block *sb)
{
	struct dentry *root = sb->root;

	if (!root)
		return;
	dcache_shrink_children(root);
	sb->root = NULL;
	if (!list_empty(&root->children) || atomic_read(&root->count) != 1)
		pr_err("BUG: %s: dentries in use at unmount\n", sb->id);
	dput(root);
}

static unsigned long shrink_count(void)
{
	return nr_unused;
}

static unsigned long shrink_scan(unsigned long n, unsigned gfp)
{
	LIST_HEAD(list);
	unsigned long taken = 0;

	/* Dropping a dentry may evict its inode, which enters the filesystem. */
	if (gfp & (GFP_NOFS | GFP_ATOMIC))
		return 0;
	spin_lock(&dcache_lock);
	for (unsigned long scan = n * 2; scan && taken < n && !list_empty(&lru); scan--) {
		struct dentry *d = list_last_entry(&lru, struct dentry, lru);

		if (atomic_read(&d->count)) {
			lru_remove(d);
		} else if (d->flags & DCACHE_REFERENCED) {
			d->flags &= ~DCACHE_REFERENCED;
			list_move(&d->lru, &lru);
		} else {
			lru_remove(d);
			d->flags |= DCACHE_SHRINK;
			list_add(&d->lru, &list);
			taken++;
		}
	}
	spin_unlock(&dcache_lock);
	dispose(&list);
	return taken;
}

unsigned long dcache_count_all(unsigned long *unused)
{
	*unused = nr_unused;
	return nr_dentries;
}

static struct shrinker dentry_shrinker = { .name = "dentry", .count = shrink_count, .scan = shrink_scan };

static int __init dcache_init(void)
{
	cache = kmem_cache_create("dentry", sizeof(struct dentry), 8);
	shrinker_register(&dentry_shrinker);
	return 0;
}
core_initcall(dcache_init);
