/*
 * /proc/PID and /proc/PID/task/TID: the directories, and the links in them. Inodes hold the struct pid; a dentry is
 * valid while its process is there, and is not kept when nobody uses it.
 */
#include "proc.h"
#include <core/time.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <sched/signal.h>
#include <mm/mm.h>

#define INO(pid, n) (((ino_t)(pid) << 16) + (n))

static int pid_revalidate(struct dentry *d)
{
	struct task *t;

	if (!d->inode || !proc_i(d->inode)->pid)
		return 1;
	t = proc_task(d->inode);
	if (!t)
		return 0;
	/* The owner follows the process's ids, as after setuid(). */
	preempt_disable();
	d->inode->uid = t->cred->euid;
	d->inode->gid = t->cred->egid;
	preempt_enable();
	task_put(t);
	return 1;
}

static bool pid_keep(const struct dentry *d)
{
	(void)d;
	return false;
}

const struct dentry_ops proc_pid_dentry_ops = { .revalidate = pid_revalidate, .keep = pid_keep };

static void use_ops(struct dentry *d)
{
	d->op = &proc_pid_dentry_ops;
	d->flags |= DCACHE_REVALIDATE;
}

/* ERR_PTR(-ENOENT): the task is gone by now. */
static struct inode *inode_for(struct super_block *sb, struct task *t, ino_t ino, umode_t mode)
{
	struct inode *i = proc_inode_new(sb, ino, mode);
	unsigned long flags;

	if (!i)
		return ERR_PTR(-ENOMEM);
	spin_lock_irqsave(&tasklist_lock, flags);
	proc_i(i)->pid = pid_get(t->pids[PIDTYPE_PID]);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (!proc_i(i)->pid) {		/* reaped just now */
		iput(i);
		return ERR_PTR(-ENOENT);
	}
	preempt_disable();
	i->uid = t->cred->euid;
	i->gid = t->cred->egid;
	preempt_enable();
	return i;
}

static bool parse_number(const struct dentry *d, unsigned *out)
{
	unsigned n = 0;

	if (d->name.len == 0 || d->name.len > 9 || (d->name.name[0] == '0' && d->name.len > 1))
		return false;
	for (u32 i = 0; i < d->name.len; i++) {
		char c = d->name.name[i];

		if (c < '0' || c > '9')
			return false;
		n = n * 10 + (unsigned)(c - '0');
	}
	*out = n;
	return true;
}

/* ---- files of a process ---- */

static int text_show(struct seq_file *m, void *v)
{
	struct inode *inode = m->private;
	struct task *t = proc_task(inode);
	int error;

	(void)v;
	if (!t)
		return -ESRCH;
	error = proc_i(inode)->what->show(m, t);
	task_put(t);
	return error;
}

static int text_open(struct inode *inode, struct file *f)
{
	return single_open(f, text_show, inode);
}

static const struct file_ops text_fops = {
	.open = text_open, .read = seq_read, .llseek = seq_lseek, .release = single_release,
};
static const struct inode_ops text_iops = { .setattr = simple_setattr };

static const struct pid_entry entries[] = {
	{ .name = "task", .mode = S_IFDIR | 0555, .iop = &proc_task_dir_iops, .fop = &proc_task_dir_fops, .leader_only = true },
	{ .name = "fd", .mode = S_IFDIR | 0500, .iop = &proc_fd_dir_iops, .fop = &proc_fd_dir_fops },
	{ .name = "fdinfo", .mode = S_IFDIR | 0555, .iop = &proc_fdinfo_dir_iops, .fop = &proc_fdinfo_dir_fops },
	{ .name = "environ", .mode = S_IFREG | 0400, .show = proc_show_environ },
	{ .name = "auxv", .mode = S_IFREG | 0400, .show = proc_show_auxv },
	{ .name = "status", .mode = S_IFREG | 0444, .show = proc_show_status },
	{ .name = "personality", .mode = S_IFREG | 0400, .show = proc_show_personality },
	{ .name = "limits", .mode = S_IFREG | 0444, .show = proc_show_limits },
	{ .name = "comm", .mode = S_IFREG | 0644, .show = proc_show_comm, .fop = &proc_comm_fops },
	{ .name = "cmdline", .mode = S_IFREG | 0444, .show = proc_show_cmdline },
	{ .name = "stat", .mode = S_IFREG | 0444, .show = proc_show_stat },
	{ .name = "statm", .mode = S_IFREG | 0444, .show = proc_show_statm },
	{ .name = "maps", .mode = S_IFREG | 0444, .fop = &proc_maps_fops },
	{ .name = "smaps", .mode = S_IFREG | 0444, .fop = &proc_smaps_fops },
	{ .name = "smaps_rollup", .mode = S_IFREG | 0444, .show = proc_show_smaps_rollup },
	{ .name = "pagemap", .mode = S_IFREG | 0400, .fop = &proc_pagemap_fops },
	{ .name = "mem", .mode = S_IFREG | 0600, .fop = &proc_mem_fops },
	{ .name = "cwd", .mode = S_IFLNK | 0777, .iop = &proc_cwd_iops },
	{ .name = "root", .mode = S_IFLNK | 0777, .iop = &proc_root_iops },
	{ .name = "exe", .mode = S_IFLNK | 0777, .iop = &proc_exe_iops },
	{ .name = "mounts", .mode = S_IFREG | 0444, .show = proc_show_mounts },
	{ .name = "mountinfo", .mode = S_IFREG | 0444, .show = proc_show_mountinfo },
	{ .name = "wchan", .mode = S_IFREG | 0444, .show = proc_show_wchan },
	{ .name = "stack", .mode = S_IFREG | 0400, .show = proc_show_stack },
	{ .name = "syscall", .mode = S_IFREG | 0400, .show = proc_show_syscall },
	{ .name = "io", .mode = S_IFREG | 0400, .show = proc_show_io },
	{ .name = "oom_score", .mode = S_IFREG | 0444, .show = proc_show_oom_score },
	{ .name = "oom_score_adj", .mode = S_IFREG | 0644, .show = proc_show_oom_adj, .fop = &proc_oom_adj_fops },
	{ .name = "coredump_filter", .mode = S_IFREG | 0644, .fop = &proc_coredump_filter_fops, .leader_only = true },
#ifdef CONFIG_DEBUG
	{ .name = "fail-nth", .mode = S_IFREG | 0644, .fop = &proc_fail_nth_fops },
#endif
};

static struct dentry *dir_lookup(struct inode *dir, struct dentry *d)
{
	struct task *t = proc_task(dir);
	struct dentry *ret = ERR_PTR(-ENOENT);
	struct inode *i;

	if (!t)
		return ERR_PTR(-ENOENT);
	for (unsigned n = 0; n < ARRAY_SIZE(entries); n++) {
		const struct pid_entry *e = &entries[n];

		if (strlen(e->name) != d->name.len || memcmp(e->name, d->name.name, d->name.len) != 0)
			continue;
		if (e->leader_only && proc_i(dir)->thread)
			break;
		i = inode_for(dir->sb, t, INO(t->pid, n + 2 + (proc_i(dir)->thread ? 64 : 0)), e->mode);
		if (IS_ERR(i)) {
			ret = ERR_CAST(i);
			break;
		}
		proc_i(i)->what = e;
		proc_i(i)->thread = proc_i(dir)->thread;
		i->op = e->iop ? e->iop : &text_iops;
		i->fop = e->fop ? e->fop : e->show ? &text_fops : NULL;
		i->nlink = S_ISDIR(e->mode) ? 2 : 1;
		use_ops(d);
		d_add(d, i);
		ret = NULL;
		break;
	}
	task_put(t);
	return ret;
}

static int dir_iterate(struct file *f, struct dir_context *ctx)
{
	struct proc_inode *pi = proc_i(f->inode);
	pid_t pid = pid_nr(pi->pid);

	if (!dir_emit_dots(f, ctx))
		return 0;
	while (ctx->pos >= 2 && ctx->pos < (loff_t)ARRAY_SIZE(entries) + 2) {
		unsigned n = (unsigned)ctx->pos - 2;
		const struct pid_entry *e = &entries[n];

		if (!(e->leader_only && pi->thread) &&
		    !ctx->emit(ctx, e->name, strlen(e->name), ctx->pos + 1, INO(pid, n + 2), (e->mode & S_IFMT) >> 12))
			break;
		ctx->pos++;
	}
	return 0;
}

static loff_t dir_llseek(struct file *f, loff_t off, int whence)
{
	return fixed_size_llseek(f, off, whence == SEEK_END ? -1 : whence, 0x7fffffff);
}

static const struct inode_ops pid_dir_iops = { .lookup = dir_lookup, .setattr = simple_setattr };
static const struct file_ops pid_dir_fops = { .iterate = dir_iterate, .llseek = dir_llseek };

static struct dentry *add_dir(struct inode *dir, struct dentry *d, struct task *t, bool thread)
{
	struct inode *i = inode_for(dir->sb, t, INO(t->pid, thread ? 65 : 1), S_IFDIR | 0555);

	if (IS_ERR(i))
		return ERR_CAST(i);
	proc_i(i)->thread = thread;
	i->op = &pid_dir_iops;
	i->fop = &pid_dir_fops;
	i->nlink = 9;
	use_ops(d);
	d_add(d, i);
	return NULL;
}

struct dentry *proc_pid_lookup(struct inode *dir, struct dentry *d)
{
	struct dentry *ret;
	struct task *t;
	unsigned nr;

	if (!parse_number(d, &nr))
		return ERR_PTR(-ENOENT);
	t = task_find_get((pid_t)nr);
	if (!t)
		return ERR_PTR(-ENOENT);
	ret = add_dir(dir, d, t, false);
	task_put(t);
	return ret;
}

bool proc_emit_pids(struct dir_context *ctx)
{
	struct task *t;
	pid_t from = ctx->pos <= PID_POS ? 1 : (pid_t)(ctx->pos - PID_POS);

	while ((t = task_next_get(from, true))) {
		pid_t pid = t->pid;
		char text[12];
		int n = scnprintf(text, sizeof(text), "%d", pid);
		bool ok;

		task_put(t);
		ok = ctx->emit(ctx, text, (u32)n, PID_POS + pid + 1, INO(pid, 1), DT_DIR);
		if (!ok)
			return false;
		ctx->pos = PID_POS + pid + 1;
		from = pid + 1;
	}
	return true;
}

/* ---- task/ ---- */

static struct dentry *task_lookup(struct inode *dir, struct dentry *d)
{
	struct task *leader = proc_task(dir), *t = NULL;
	struct dentry *ret = ERR_PTR(-ENOENT);
	unsigned nr;

	if (leader && parse_number(d, &nr))
		t = task_find_get((pid_t)nr);
	if (t && t->tgid == leader->tgid)
		ret = add_dir(dir, d, t, true);
	if (t)
		task_put(t);
	if (leader)
		task_put(leader);
	return ret;
}

/* The next thread of t's group after position `after` (a thread id), by id. */
static pid_t next_thread(struct task *t, pid_t after)
{
	struct task *p;
	pid_t best = 0;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (t->signal && t->sighand)
		list_for_each_entry(p, &t->signal->threads, thread_link)
			if (p->pid > after && (!best || p->pid < best))
				best = p->pid;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return best;
}

static int task_iterate(struct file *f, struct dir_context *ctx)
{
	struct task *t = proc_task(f->inode);
	pid_t pid;

	if (!t)
		return -ENOENT;
	if (dir_emit_dots(f, ctx))
		while ((pid = next_thread(t, (pid_t)(ctx->pos - 2)))) {
			char text[12];
			int n = scnprintf(text, sizeof(text), "%d", pid);

			if (!ctx->emit(ctx, text, (u32)n, pid + 2, INO(pid, 65), DT_DIR))
				break;
			ctx->pos = pid + 2;
		}
	task_put(t);
	return 0;
}

const struct inode_ops proc_task_dir_iops = { .lookup = task_lookup, .setattr = simple_setattr };
const struct file_ops proc_task_dir_fops = { .iterate = task_iterate, .llseek = dir_llseek };

/* ---- cwd, root, exe ---- */

static int fs_path(struct dentry *d, bool root, struct path *out)
{
	struct task *t = proc_task(d->inode);
	struct fs_struct *fs;
	int error = -ENOENT;

	if (!t)
		return -ENOENT;
	if (!proc_may_read(t)) {
		task_put(t);
		return -EACCES;
	}
	preempt_disable();
	fs = READ_ONCE(t->fs);
	if (fs) {
		spin_lock(&fs->lock);
		*out = root ? fs->root : fs->pwd;
		if (out->mnt) {
			path_get(out);
			error = 0;
		}
		spin_unlock(&fs->lock);
	}
	preempt_enable();
	task_put(t);
	return error;
}

static int cwd_jump(struct dentry *d, struct path *out) { return fs_path(d, false, out); }
static int root_jump(struct dentry *d, struct path *out) { return fs_path(d, true, out); }

static int exe_jump(struct dentry *d, struct path *out)
{
	struct task *t = proc_task(d->inode);
	struct mm *mm;
	int error = -ENOENT;

	if (!t)
		return -ENOENT;
	if (!proc_may_read(t))
		error = -EACCES;
	else if ((mm = proc_mm(t))) {
		down_read(&mm->mmap_lock);
		if (mm->exe_file) {
			*out = mm->exe_file->path;
			path_get(out);
			error = 0;
		}
		up_read(&mm->mmap_lock);
		mm_put(mm);
	}
	task_put(t);
	return error;
}

const struct inode_ops proc_cwd_iops = { .jump_link = cwd_jump };
const struct inode_ops proc_root_iops = { .jump_link = root_jump };
const struct inode_ops proc_exe_iops = { .jump_link = exe_jump };

/* ---- fd/ and fdinfo/ ---- */

static int fd_jump(struct dentry *d, struct path *out)
{
	struct task *t = proc_task(d->inode);
	struct file *f;
	int error = -ENOENT;

	if (!t)
		return -ENOENT;
	if (!proc_may_read(t)) {
		error = -EACCES;
	} else if ((f = task_fd_get(t, proc_i(d->inode)->fd))) {
		*out = f->path;
		path_get(out);
		file_put(f);
		error = 0;
	}
	task_put(t);
	return error;
}

static const struct inode_ops fd_link_iops = { .jump_link = fd_jump };

static int fdinfo_show(struct seq_file *m, void *v)
{
	struct inode *inode = m->private;
	struct task *t = proc_task(inode);
	struct file *f = NULL;

	(void)v;
	if (t && proc_may_read(t))
		f = task_fd_get(t, proc_i(inode)->fd);
	if (t)
		task_put(t);
	if (!f)
		return -ENOENT;
	seq_printf(m, "pos:\t%lld\nflags:\t0%o\nmnt_id:\t%d\nino:\t%llu\n", f->pos, f->flags & ~FILE_RANDOM, f->path.mnt->id,
		   f->inode->ino);
	if (f->op && f->op->show_fdinfo)
		f->op->show_fdinfo(m, f);
	file_put(f);
	return 0;
}

static int fdinfo_open(struct inode *inode, struct file *f)
{
	return single_open(f, fdinfo_show, inode);
}

static const struct file_ops fdinfo_fops = {
	.open = fdinfo_open, .read = seq_read, .llseek = seq_lseek, .release = single_release,
};

static struct dentry *fd_lookup(struct inode *dir, struct dentry *d, bool info)
{
	struct task *t = proc_task(dir);
	struct dentry *ret = ERR_PTR(-ENOENT);
	struct file *f = NULL;
	struct inode *i;
	unsigned fd;

	if (t && parse_number(d, &fd))
		f = task_fd_get(t, fd);
	if (f) {
		umode_t mode = info ? S_IFREG | 0444 : S_IFLNK | (f->mode & FMODE_READ ? 0500 : 0) | (f->mode & FMODE_WRITE ? 0300 : 0);

		i = inode_for(dir->sb, t, INO(t->pid, 256 + fd * 2 + info), mode);
		ret = ERR_CAST(i);
		if (!IS_ERR(i)) {
			proc_i(i)->fd = fd;
			i->op = info ? &text_iops : &fd_link_iops;
			i->fop = info ? &fdinfo_fops : NULL;
			i->size = info ? 0 : 64;
			use_ops(d);
			d_add(d, i);
			ret = NULL;
		}
		file_put(f);
	}
	if (t)
		task_put(t);
	return ret;
}

static struct dentry *fd_dir_lookup(struct inode *dir, struct dentry *d) { return fd_lookup(dir, d, false); }
static struct dentry *fdinfo_dir_lookup(struct inode *dir, struct dentry *d) { return fd_lookup(dir, d, true); }

static unsigned next_fd(struct task *t, unsigned from)
{
	struct files *files;
	unsigned fd = ~0u;

	preempt_disable();
	files = READ_ONCE(t->files);
	if (files)
		fd = fd_next_open(files, from);
	preempt_enable();
	return fd;
}

static int fd_iterate(struct file *f, struct dir_context *ctx)
{
	struct task *t = proc_task(f->inode);
	unsigned fd;

	if (!t)
		return -ENOENT;
	if (!proc_may_read(t)) {
		task_put(t);
		return -EACCES;
	}
	if (dir_emit_dots(f, ctx))
		while ((fd = next_fd(t, (unsigned)ctx->pos - 2)) != ~0u) {
			char text[12];
			int n = scnprintf(text, sizeof(text), "%u", fd);

			if (!ctx->emit(ctx, text, (u32)n, fd + 3, INO(t->pid, 256 + fd * 2), DT_LNK))
				break;
			ctx->pos = fd + 3;
		}
	task_put(t);
	return 0;
}

static int fd_permission(struct inode *inode, int mask)
{
	struct task *t = proc_task(inode);
	int error = generic_permission(inode, mask);

	/* A process that dropped its ids may still look at its own descriptors. */
	if (error && t && t->tgid == current->tgid)
		error = 0;
	if (t)
		task_put(t);
	return error;
}

const struct inode_ops proc_fd_dir_iops = { .lookup = fd_dir_lookup, .permission = fd_permission, .setattr = simple_setattr };
const struct inode_ops proc_fdinfo_dir_iops = { .lookup = fdinfo_dir_lookup, .setattr = simple_setattr };
const struct file_ops proc_fd_dir_fops = { .iterate = fd_iterate, .llseek = dir_llseek };
const struct file_ops proc_fdinfo_dir_fops = { .iterate = fd_iterate, .llseek = dir_llseek };
