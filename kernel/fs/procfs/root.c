/* procfs: superblock, inodes, /proc/self and /proc/thread-self. One superblock for all mounts. */
#include "proc.h"
#include <sched/ptrace.h>
#include <core/init.h>
#include <core/time.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <abi/capability.h>
#include <abi/mount.h>

static struct kmem_cache *cache;

static struct inode *alloc_inode(struct super_block *sb)
{
	struct proc_inode *p = kmem_cache_alloc(cache, GFP_KERNEL);

	(void)sb;
	if (!p)
		return NULL;
	inode_init_once(&p->vfs);
	p->entry = NULL;
	p->pid = NULL;
	p->what = NULL;
	p->fd = 0;
	p->thread = false;
	return &p->vfs;
}

static void free_inode(struct inode *i)
{
	kmem_cache_free(cache, proc_i(i));
}

static void evict(struct inode *i)
{
	if (proc_i(i)->pid)
		pid_put(proc_i(i)->pid);
}

static int proc_statfs(struct dentry *d, struct abi_statfs64 *st)
{
	return simple_statfs(d, st);
}

const struct super_ops proc_super_ops = {
	.alloc_inode = alloc_inode, .free_inode = free_inode, .evict_inode = evict, .statfs = proc_statfs,
};

struct inode *proc_inode_new(struct super_block *sb, ino_t ino, umode_t mode)
{
	struct inode *i = new_inode(sb);

	if (!i)
		return NULL;
	i->ino = ino;
	i->mode = mode;
	i->flags = S_NOATIME;
	ktime_get_coarse_real(&i->ctime);
	i->atime = i->mtime = i->ctime;
	return i;
}

struct task *proc_task(const struct inode *inode)
{
	struct pid *pid = proc_i(inode)->pid;
	unsigned long flags;
	struct task *t;

	spin_lock_irqsave(&tasklist_lock, flags);
	t = pid_task(pid, PIDTYPE_PID);
	if (t)
		task_get(t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return t;
}

struct mm *proc_mm(struct task *t)
{
	struct mm *mm;

	/* An exiting task lets go of its address space: not while we look. */
	preempt_disable();
	mm = READ_ONCE(t->mm);
	if (mm && !atomic_inc_not_zero(&mm->users))
		mm = NULL;
	preempt_enable();
	return mm;
}

bool proc_may_read(struct task *t)
{
	return ptrace_may_access(t);
}

/* ---- self ---- */

static const char *self_link(struct dentry *d, struct inode *inode, void **cookie)
{
	char *text = kmalloc(32, GFP_KERNEL);

	(void)d;
	if (!text)
		return ERR_PTR(-ENOMEM);
	if (proc_i(inode)->entry->data)
		scnprintf(text, 32, "%d/task/%d", current->tgid, current->pid);
	else
		scnprintf(text, 32, "%d", current->tgid);
	*cookie = text;
	return text;
}

static void self_put(void *cookie)
{
	kfree(cookie);
}

static const struct inode_ops self_iops = { .get_link = self_link, .put_link = self_put };

static int fill(struct super_block *sb, const char *data)
{
	struct inode *root;

	(void)data;
	sb->magic = PROC_SUPER_MAGIC;
	sb->blocksize = 1024;
	sb->blocksize_bits = 10;
	sb->op = &proc_super_ops;
	root = proc_entry_inode(sb, &proc_root);
	sb->root = d_make_root(root);
	return sb->root ? 0 : -ENOMEM;
}

static struct super_block *mount(const struct filesystem *fs, unsigned long flags, const char *source, const char *data)
{
	(void)source;
	return mount_single(fs, flags, data, fill);
}

static struct filesystem proc_fs = { .name = "proc", .mount = mount, .kill_sb = kill_anon_super };

static int __init proc_init(void)
{
	static const char *const names[] = { "self", "thread-self" };
	struct proc_entry *e;
	int error;

	cache = kmem_cache_create("proc inode", sizeof(struct proc_inode), 8);
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		error = proc_symlink(names[i], "");
		if (error)
			return error;
		e = proc_entry_find(&proc_root, names[i], strlen(names[i]));
		e->data = i ? e : NULL;
		e->link_op = &self_iops;
	}
	error = proc_symlink("mounts", "self/mounts");
	return error ? error : filesystem_register(&proc_fs);
}
core_initcall(proc_init);
