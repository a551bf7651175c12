/*
 * System V shared memory: a file of the kernel's own tmpfs with a number for a name. Each attachment is an open file of
 * its own over the segment's inode, so that areas know their segment; open and close of areas count attachments.
 *
 * A segment that is removed keeps its number until the last attachment goes (SHM_DEST), as programs that attach by
 * number after the removal expect.
 */
#include "ipc.h"
#include <arch/uaccess.h>
#include <core/init.h>
#include <fs/vfs.h>
#include <fs/pagecache.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <mm/shmem.h>
#include <sched/signal.h>
#include <sys/syscalls.h>
#include <abi/capability.h>
#include <abi/mman.h>

#define SHMMAX (0xffffffffu - (1u << 24))
#define SHMMIN 1u

/* Locks: l shm_kind's lock, I immutable */
struct shm_segment {
	struct ipc_object ipc;
	struct file *file;		/* I holds the inode */
	size_t size;			/* I bytes, as asked for */
	unsigned long attached;		/* l areas, and calls of shmat() on their way */
	u64 atime, dtime, ctime;	/* l */
	pid_t cpid, lpid;		/* I; l */
};

static int shm_limit = 4096;		/* SHMMNI */
static struct ipc_kind shm_kind;
static unsigned long shm_pages;		/* of all segments; shm_kind's lock */
static struct vm_ops shm_vm_ops;	/* shmem_vm_ops with counting; filled in once */

static struct shm_segment *seg_of(struct ipc_object *o) { return container_of(o, struct shm_segment, ipc); }
static unsigned long pages_of(const struct shm_segment *s) { return DIV_ROUND_UP(s->size, PAGE_SIZE); }

static struct ipc_object *create(void *arg, int flags)
{
	size_t size = *(size_t *)arg;
	struct shm_segment *s;

	if (size < SHMMIN || size > SHMMAX)
		return ERR_PTR(-EINVAL);
	if (flags & SHM_HUGETLB)
		return ERR_PTR(-EINVAL);
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return ERR_PTR(-ENOMEM);
	s->file = shmem_file_create("SYSV", (loff_t)size, 0);
	if (IS_ERR(s->file)) {
		int error = (int)PTR_ERR(s->file);

		kfree(s);
		return ERR_PTR(error);
	}
	s->size = size;
	(void)ipc_time(&s->ctime);
	s->cpid = current->tgid;
	spin_lock(&shm_kind.lock);
	shm_pages += pages_of(s);
	spin_unlock(&shm_kind.lock);
	return &s->ipc;
}

static int check(const struct ipc_object *o, void *arg)
{
	return *(size_t *)arg > container_of(o, struct shm_segment, ipc)->size ? -EINVAL : 0;
}

static void destroy(struct ipc_object *o)
{
	struct shm_segment *s = seg_of(o);

	spin_lock(&shm_kind.lock);
	shm_pages -= pages_of(s);
	spin_unlock(&shm_kind.lock);
	file_put(s->file);
	kfree(s);
}

static struct ipc_kind shm_kind = {
	.lock = SPINLOCK_INIT(RANK_FUTEX), .limit = &shm_limit, .create = create, .check = check, .destroy = destroy,
};

long sys_shmget(s32 key, size_t size, int flags)
{
	return ipc_get(&shm_kind, key, flags, &size);
}

/* ---- attachments ---- */

/* Locked, and the caller has a reference. One attachment less: a removed segment goes with its last. */
static void detach(struct shm_segment *s)
{
	s->attached--;
	if (!s->attached && (s->ipc.mode & SHM_DEST) && !s->ipc.dead) {
		ipc_remove(&shm_kind, &s->ipc);
		s->ipc.count--;
	}
}

static void area_open(struct vm_area *a)
{
	struct shm_segment *s = a->file->private;

	spin_lock(&shm_kind.lock);
	s->attached++;
	(void)ipc_time(&s->atime);
	s->lpid = current->tgid;
	spin_unlock(&shm_kind.lock);
}

static void area_close(struct vm_area *a)
{
	struct shm_segment *s = a->file->private;

	spin_lock(&shm_kind.lock);
	(void)ipc_time(&s->dtime);
	s->lpid = current->tgid;
	detach(s);		/* the area's file has a reference */
	spin_unlock(&shm_kind.lock);
}

static int attach_mmap(struct file *f, struct vm_area *a)
{
	(void)f;
	a->ops = &shm_vm_ops;
	area_open(a);
	return 0;
}

static void attach_release(struct inode *inode, struct file *f)
{
	struct shm_segment *s = f->private;

	(void)inode;
	spin_lock(&shm_kind.lock);
	ipc_put_unlock(&shm_kind, &s->ipc);
}

static const struct file_ops attach_ops = { .mmap = attach_mmap, .release = attach_release };

/* The segment, locked, that `id` names and that flags may attach; ERR_PTR. */
static struct shm_segment *find_attachable(int id, int flags)
{
	int want = flags & SHM_RDONLY ? 0444 : 0666, error;
	struct ipc_object *o = ipc_lock(&shm_kind, id);

	if (IS_ERR(o))
		return (void *)o;
	error = ipc_allowed(o, flags & SHM_EXEC ? want | 0111 : want);
	if (!error)
		return seg_of(o);
	spin_unlock(&shm_kind.lock);
	return ERR_PTR(error);
}

/* An open file over the segment with a reference of its own. */
static struct file *attach_file(struct shm_segment *s, int flags)
{
	struct file *f = file_alloc(&s->file->path, flags & SHM_RDONLY ? O_RDONLY : O_RDWR, &attach_ops);

	if (IS_ERR(f))
		return f;
	f->private = s;
	spin_lock(&shm_kind.lock);
	s->ipc.count++;
	spin_unlock(&shm_kind.lock);
	return f;
}

static long do_shmat(int id, unsigned long addr, int flags)
{
	unsigned map = MAP_SHARED, prot = PROT_READ;
	struct shm_segment *s;
	struct file *f;
	long at;

	if (addr & ~PAGE_MASK) {
		if (!(flags & SHM_RND))
			return -EINVAL;
		addr &= PAGE_MASK;
		if (!addr && (flags & SHM_REMAP))
			return -EINVAL;
	}
	if (addr)
		map |= flags & SHM_REMAP ? MAP_FIXED : MAP_FIXED_NOREPLACE;
	else if (flags & SHM_REMAP)
		return -EINVAL;
	if (!(flags & SHM_RDONLY))
		prot |= PROT_WRITE;
	if (flags & SHM_EXEC)
		prot |= PROT_EXEC;
	s = find_attachable(id, flags);
	if (IS_ERR(s))
		return PTR_ERR(s);
	s->attached++;		/* it stays until the area counts */
	s->ipc.count++;
	spin_unlock(&shm_kind.lock);
	f = attach_file(s, flags);
	at = IS_ERR(f) ? PTR_ERR(f) : vm_mmap(f, addr, s->size, prot, map, 0);
	if (!IS_ERR(f))
		file_put(f);
	spin_lock(&shm_kind.lock);
	detach(s);
	ipc_put_unlock(&shm_kind, &s->ipc);
	return at == -EEXIST ? -EINVAL : at;
}

long sys_shmat(int id, char __user *addr, int flags)
{
	return do_shmat(id, (unsigned long)addr, flags);
}

/* The first attached piece at or above addr that belongs to an attachment that begins at base; its file in *f, NULL: any. */
static bool next_piece(unsigned long base, unsigned long addr, struct file **f, unsigned long *start, unsigned long *end)
{
	struct mm *mm = current->mm;
	struct vm_area *a;

	down_read(&mm->mmap_lock);
	for (a = vma_find(mm, addr); a; a = a->next) {
		if (a->ops != &shm_vm_ops || a->start < base || (*f && a->file != *f) ||
		    (a->start - base) >> PAGE_SHIFT != a->pgoff)
			continue;
		*f = a->file;
		*start = a->start;
		*end = a->end;
		break;
	}
	up_read(&mm->mmap_lock);
	return a != NULL;
}

long sys_shmdt(char __user *addr)
{
	unsigned long base = (unsigned long)addr, at = base, start, end, limit;
	struct file *f = NULL;

	if (base & ~PAGE_MASK)
		return -EINVAL;
	if (!next_piece(base, base, &f, &start, &end))
		return -EINVAL;
	limit = base + (unsigned long)ALIGN_UP(inode_size(f->inode), (loff_t)PAGE_SIZE);
	while (start < limit) {
		int error = vm_munmap(current->mm, start, end - start);

		if (error)
			return error;
		at = end;
		if (!next_piece(base, at, &f, &start, &end))
			break;
	}
	return 0;
}

/* ---- shmctl ---- */

static long shm_info(int cmd, void __user *buf)
{
	struct abi_shminfo limits = { .shmmax = SHMMAX, .shmmin = SHMMIN, .shmmni = (u32)shm_limit, .shmseg = (u32)shm_limit,
				      .shmall = SHMMAX };
	struct abi_shm_info info = { 0 };
	long top;

	spin_lock(&shm_kind.lock);
	info.used_ids = (s32)shm_kind.used;
	info.shm_tot = shm_pages;
	for (unsigned i = 0; i < shm_kind.top; i++)
		if (shm_kind.slot[i])
			info.shm_rss += (u32)seg_of(shm_kind.slot[i])->file->mapping->nrpages;
	top = ipc_top_index(&shm_kind);
	spin_unlock(&shm_kind.lock);
	if (cmd == IPC_INFO)
		return copy_to_user(buf, &limits, sizeof(limits)) ? -EFAULT : top;
	return copy_to_user(buf, &info, sizeof(info)) ? -EFAULT : top;
}

static long shm_stat(int id, int cmd, void __user *buf)
{
	struct abi_shmid_ds ds = { 0 };
	struct ipc_object *o;
	struct shm_segment *s;
	int result;

	o = ipc_stat_lock(&shm_kind, id, cmd != IPC_STAT, cmd == SHM_STAT_ANY, &result);
	if (IS_ERR(o))
		return PTR_ERR(o);
	s = seg_of(o);
	ipc_perm_out(o, &ds.shm_perm);
	ds.shm_segsz = s->size;
	ds.shm_atime = (u32)s->atime;
	ds.shm_atime_high = (u32)(s->atime >> 32);
	ds.shm_dtime = (u32)s->dtime;
	ds.shm_dtime_high = (u32)(s->dtime >> 32);
	ds.shm_ctime = (u32)s->ctime;
	ds.shm_ctime_high = (u32)(s->ctime >> 32);
	ds.shm_cpid = s->cpid;
	ds.shm_lpid = s->lpid;
	ds.shm_nattch = s->attached;
	spin_unlock(&shm_kind.lock);
	return copy_to_user(buf, &ds, sizeof(ds)) ? -EFAULT : result;
}

/* Locked; gives the lock up. */
static void remove_unlock(struct shm_segment *s)
{
	if (!s->attached) {
		ipc_remove(&shm_kind, &s->ipc);
		ipc_put_unlock(&shm_kind, &s->ipc);
		return;
	}
	s->ipc.mode |= SHM_DEST;
	hlist_del_init(&s->ipc.hash);	/* nobody finds it by name any more */
	s->ipc.key = IPC_PRIVATE;
	spin_unlock(&shm_kind.lock);
}

static long shm_change(int id, int cmd, const struct abi_shmid_ds *ds)
{
	struct ipc_object *o = ipc_lock(&shm_kind, id);
	int error;

	if (IS_ERR(o))
		return PTR_ERR(o);
	error = ipc_may_change(o);
	if (!error && cmd == IPC_RMID) {
		remove_unlock(seg_of(o));
		return 0;
	}
	if (!error)
		error = ipc_set(o, &ds->shm_perm);
	if (!error)
		(void)ipc_time(&seg_of(o)->ctime);
	spin_unlock(&shm_kind.lock);
	return error;
}

static long shm_lock(int id, bool lock)
{
	struct ipc_object *o = ipc_lock(&shm_kind, id);
	int error = 0;

	if (IS_ERR(o))
		return PTR_ERR(o);
	if (!capable(CAP_IPC_LOCK)) {
		const struct cred *c = current_cred();

		if (c->euid != o->uid && c->euid != o->cuid)
			error = -EPERM;
		else if (lock && !rlimit(RLIMIT_MEMLOCK))
			error = -EPERM;
		else if (lock && seg_of(o)->size > rlimit(RLIMIT_MEMLOCK))
			error = -ENOMEM;
	}
	if (!error) {
		o->mode = lock ? o->mode | SHM_LOCKED : o->mode & ~SHM_LOCKED;
		seg_of(o)->file->mapping->unevictable = lock;
	}
	spin_unlock(&shm_kind.lock);
	return error;
}

long sys_shmctl(int id, int cmd, void __user *buf)
{
	struct abi_shmid_ds ds;

	if (cmd < 0 || id < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
	case SHM_INFO:
		return shm_info(cmd, buf);
	case IPC_STAT:
	case SHM_STAT:
	case SHM_STAT_ANY:
		return shm_stat(id, cmd, buf);
	case IPC_SET:
		if (copy_from_user(&ds, buf, sizeof(ds)))
			return -EFAULT;
		return shm_change(id, cmd, &ds);
	case IPC_RMID:
		return shm_change(id, cmd, NULL);
	case SHM_LOCK:
	case SHM_UNLOCK:
		return shm_lock(id, cmd == SHM_LOCK);
	}
	return -EINVAL;
}

/* ---- /proc/sysvipc/shm ---- */

static void show_segment(struct ipc_object *o, void *m)
{
	const struct shm_segment *s = seg_of(o);

	seq_printf(m, "%10d %10d  %4o %10lu %5u %5u  %5lu %5u %5u %5u %5u %10llu %10llu %10llu %10lu %10lu\n", o->key, o->id,
		   o->mode, (unsigned long)s->size, s->cpid, s->lpid, s->attached, o->uid, o->gid, o->cuid, o->cgid, s->atime,
		   s->dtime, s->ctime, s->file->mapping->nrpages << PAGE_SHIFT, 0ul);
}

static int show(struct seq_file *m, void *v)
{
	(void)v;
	seq_puts(m, "       key      shmid perms       size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime"
		    "      ctime        rss       swap\n");
	ipc_for_each(&shm_kind, show_segment, m);
	return 0;
}

static int show_max(struct seq_file *m, void *v)
{
	(void)v;
	seq_printf(m, "%u\n", SHMMAX);
	return 0;
}

static int __init shm_init(void)
{
	int error;

	shm_vm_ops = shmem_vm_ops;
	shm_vm_ops.open = area_open;
	shm_vm_ops.close = area_close;
	error = proc_mkdir("sysvipc");
	if (error && error != -EEXIST)
		return error;
	error = proc_create_single("sysvipc/shm", 0444, show, NULL);
	if (!error)
		error = proc_create_single("sys/kernel/shmmax", 0444, show_max, NULL);
	if (!error)
		error = proc_create_single("sys/kernel/shmall", 0444, show_max, NULL);
	return error ? error : sysctl_int("kernel/shmmni", 0644, &shm_limit, 0, (int)IPC_SLOTS);
}
late_initcall(shm_init);
