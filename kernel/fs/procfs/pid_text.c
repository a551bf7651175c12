/* The text files of a process directory, in Linux's formats. The task is referenced by the caller and may be exiting. */
#include "proc.h"
#include <core/time.h>
#include <fs/fdtable.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <sched/seccomp.h>
#include <sched/signal.h>
#include <tty/tty.h>
#include <abi/capability.h>
#include <abi/sched.h>

static u64 ticks(u64 ns) { return div_u64(ns, (u32)(NSEC_PER_SEC / USER_HZ)); }
static unsigned long rss(const struct mm *mm)
{
	long n = atomic_read(&mm->rss_anon) + atomic_read(&mm->rss_file) + atomic_read(&mm->rss_shmem);

	return n > 0 ? (unsigned long)n : 0;
}

/* What has to be read under the locks of a living task; zeros for one that is gone. */
struct ids {
	pid_t ppid, pgrp, sid, tgid, tpgid, tracer;
	dev_t tty;
	int threads;
	unsigned filters;
	u64 pending, shared, blocked, ignored, caught;
	unsigned long cmin_flt, cmaj_flt;
	u64 cutime, cstime;
	u64 rlim_rss, rlim_pending;
};

static void get_ids(struct task *t, struct ids *x)
{
	struct tty *tty = NULL;
	unsigned long flags;

	memset(x, 0, sizeof(*x));
	x->tgid = t->tgid;
	x->tpgid = -1;
	spin_lock_irqsave(&tasklist_lock, flags);
	x->filters = seccomp_filters(t);
	if (t->sighand && t->signal) {
		struct signal_struct *s = t->signal;

		x->ppid = t->real_parent ? t->real_parent->tgid : 0;
		x->tracer = t->ptrace ? t->parent->pid : 0;
		x->pgrp = pid_nr(task_pgrp(t));
		x->sid = pid_nr(task_session(t));
		x->threads = s->live;
		x->cmin_flt = s->cmin_flt;
		x->cmaj_flt = s->cmaj_flt;
		x->cutime = s->cutime_ns;
		x->cstime = s->cstime_ns;
		spin_lock(&t->sighand->lock);
		x->pending = t->sigset;
		x->shared = s->sigset;
		x->blocked = t->blocked;
		x->rlim_rss = s->rlim[RLIMIT_RSS].rlim_cur;
		x->rlim_pending = s->rlim[RLIMIT_SIGPENDING].rlim_cur;
		for (int i = 0; i < 64; i++) {
			unsigned long h = (unsigned long)t->sighand->action[i].sa_handler;

			if (h == 1)
				x->ignored |= 1ull << i;
			else if (h)
				x->caught |= 1ull << i;
		}
		spin_unlock(&t->sighand->lock);
		tty = s->tty;
		if (tty)
			tty = tty_get(tty);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (tty) {
		x->tty = tty_dev(tty);
		x->tpgid = tty_foreground_pgrp(tty);
		tty_put(tty);
	}
}

int proc_show_stat(struct seq_file *m, struct task *t)
{
	struct mm *mm = proc_mm(t);
	bool open = proc_may_read(t);
	u64 utime, stime;
	struct ids x;

	get_ids(t, &x);
	group_cputime(t, &utime, &stime);
	seq_printf(m, "%d (%s) %c %d %d %d %u %d %u", t->pid, t->comm, task_state_char(t), x.ppid, x.pgrp, x.sid, x.tty, x.tpgid,
		   t->flags);
	seq_printf(m, " %lu %lu %lu %lu %llu %llu %llu %llu", t->min_flt, x.cmin_flt, t->maj_flt, x.cmaj_flt, ticks(utime),
		   ticks(stime), ticks(x.cutime), ticks(x.cstime));
	seq_printf(m, " %d %d %d 0 %llu", t->rt_priority ? -1 - t->rt_priority : 20 + t->nice, t->nice, x.threads ? x.threads : 1,
		   ticks(t->start_time));
	seq_printf(m, " %lu %lu %lu", mm ? mm->total_pages << PAGE_SHIFT : 0, mm ? rss(mm) : 0,
		   x.rlim_rss > 0xffffffffu ? 0xfffffffful : (unsigned long)x.rlim_rss);
	if (mm && open)
		seq_printf(m, " %lu %lu %lu 0 0", mm->start_code, mm->end_code, mm->start_stack);
	else
		seq_printf(m, " %d %d 0 0 0", mm ? 1 : 0, mm ? 1 : 0);
	seq_printf(m, " %llu %llu %llu %llu", x.pending & 0x7fffffff, x.blocked & 0x7fffffff, x.ignored & 0x7fffffff,
		   x.caught & 0x7fffffff);
	seq_printf(m, " %d 0 0 %d 0 %d %d 0 0 0", task_state_char(t) != 'R', t->exit_signal, t->rt_priority, t->policy);
	if (mm && open)
		seq_printf(m, " %lu %lu %lu %lu %lu %lu %lu %d\n", mm->start_data, mm->end_data, mm->start_brk, mm->arg_start,
			   mm->arg_end, mm->env_start, mm->env_end, t->exit_code);
	else
		seq_printf(m, " 0 0 0 0 0 0 0 %d\n", open ? t->exit_code : 0);
	if (mm)
		mm_put(mm);
	return 0;
}

static const char *state_name(char c)
{
	switch (c) {
	case 'R': return "R (running)";
	case 'S': return "S (sleeping)";
	case 'D': return "D (disk sleep)";
	case 'T': return "T (stopped)";
	case 't': return "t (tracing stop)";
	case 'X': return "X (dead)";
	case 'Z': return "Z (zombie)";
	default: return "I (idle)";
	}
}

static void show_memory(struct seq_file *m, struct mm *mm)
{
	unsigned long text = (mm->end_code - (mm->start_code & PAGE_MASK) + PAGE_SIZE - 1) & PAGE_MASK;
	unsigned long total = mm->total_pages, r = rss(mm), peak = max(mm->hiwater_vm, total), hwm = max(mm->hiwater_rss, r);

	seq_printf(m, "VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\nVmLck:\t%8lu kB\nVmPin:\t%8u kB\nVmHWM:\t%8lu kB\nVmRSS:\t%8lu kB\n",
		   peak * 4, total * 4, mm->locked_pages * 4, 0u, hwm * 4, r * 4);
	seq_printf(m, "RssAnon:\t%8d kB\nRssFile:\t%8d kB\nRssShmem:\t%8d kB\n", atomic_read(&mm->rss_anon) * 4,
		   atomic_read(&mm->rss_file) * 4, atomic_read(&mm->rss_shmem) * 4);
	seq_printf(m, "VmData:\t%8lu kB\nVmStk:\t%8lu kB\nVmExe:\t%8lu kB\nVmLib:\t%8lu kB\nVmPTE:\t%8lu kB\nVmSwap:\t%8u kB\n",
		   mm->data_pages * 4, mm->stack_pages * 4, text / 1024, mm->exec_pages * 4 > text / 1024 ? mm->exec_pages * 4 - text / 1024 : 0,
		   mm->page_table_pages * 4, (unsigned)atomic_read(&mm->swap_pages) * 4);
}

static void show_groups(struct seq_file *m, const struct cred *c)
{
	seq_puts(m, "Groups:\t");
	for (u32 i = 0; i < c->groups->n; i++)
		seq_printf(m, "%u ", c->groups->gid[i]);
	seq_putc(m, '\n');
}

int proc_show_status(struct seq_file *m, struct task *t)
{
	struct mm *mm = proc_mm(t);
	const struct cred *c;
	struct ids x;
	unsigned mask, fds;

	get_ids(t, &x);
	preempt_disable();		/* a task that ends lets go of all of these */
	c = cred_get(t->cred);
	mask = t->fs ? t->fs->umask : 0;
	fds = t->files ? t->files->max : 0;
	preempt_enable();
	seq_puts(m, "Name:\t");
	seq_escape(m, t->comm, "\n\\");
	seq_printf(m, "\nUmask:\t%04o\nState:\t%s\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n",
		   mask, state_name(task_state_char(t)), x.tgid, t->pid, x.ppid, x.tracer);
	seq_printf(m, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid, c->gid, c->egid, c->sgid,
		   c->fsgid);
	seq_printf(m, "FDSize:\t%u\n", fds);
	show_groups(m, c);
	seq_printf(m, "NStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\n", x.tgid, t->pid, x.pgrp, x.sid);
	if (mm)
		show_memory(m, mm);
	seq_printf(m, "Threads:\t%d\nSigQ:\t0/%llu\n", x.threads ? x.threads : 1, x.rlim_pending);
	seq_printf(m, "SigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\nSigIgn:\t%016llx\nSigCgt:\t%016llx\n", x.pending, x.shared,
		   x.blocked, x.ignored, x.caught);
	seq_printf(m, "CapInh:\t%016llx\nCapPrm:\t%016llx\nCapEff:\t%016llx\nCapBnd:\t%016llx\nCapAmb:\t%016llx\nNoNewPrivs:\t%d\n",
		   c->cap_inheritable, c->cap_permitted, c->cap_effective, c->cap_bset, c->cap_ambient, t->no_new_privs);
	seq_printf(m, "Seccomp:\t%u\nSeccomp_filters:\t%u\n", t->seccomp_mode, x.filters);
	seq_puts(m, "Cpus_allowed:\t1\nCpus_allowed_list:\t0\nMems_allowed:\t1\nMems_allowed_list:\t0\n");
	seq_printf(m, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n", t->nvcsw, t->nivcsw);
	cred_put(c);
	if (mm)
		mm_put(mm);
	return 0;
}

int proc_show_statm(struct seq_file *m, struct task *t)
{
	struct mm *mm = proc_mm(t);

	if (!mm) {
		seq_puts(m, "0 0 0 0 0 0 0\n");
		return 0;
	}
	seq_printf(m, "%lu %lu %d %lu 0 %lu 0\n", mm->total_pages, rss(mm), atomic_read(&mm->rss_file) + atomic_read(&mm->rss_shmem),
		   (mm->end_code - mm->start_code + PAGE_SIZE - 1) >> PAGE_SHIFT, mm->data_pages + mm->stack_pages);
	mm_put(mm);
	return 0;
}

/* Bytes [from, to) of a process's memory into the text. */
static void show_memory_range(struct seq_file *m, struct mm *mm, unsigned long from, unsigned long to)
{
	char *page = kmalloc(PAGE_SIZE, GFP_KERNEL);

	while (page && from < to) {
		size_t n = min(to - from, PAGE_SIZE), got = vm_access(mm, from, page, n, false);

		seq_write(m, page, got);
		if (got < n)
			break;
		from += got;
	}
	kfree(page);
}

int proc_show_cmdline(struct seq_file *m, struct task *t)
{
	struct mm *mm = proc_mm(t);

	if (!mm)
		return 0;
	show_memory_range(m, mm, mm->arg_start, mm->arg_end);
	mm_put(mm);
	return 0;
}

int proc_show_environ(struct seq_file *m, struct task *t)
{
	struct mm *mm;

	if (!proc_may_read(t))
		return -EACCES;
	mm = proc_mm(t);
	if (!mm)
		return 0;
	show_memory_range(m, mm, mm->env_start, mm->env_end);
	mm_put(mm);
	return 0;
}

int proc_show_auxv(struct seq_file *m, struct task *t)
{
	struct mm *mm;
	unsigned n = 0;

	if (!proc_may_read(t))
		return -EACCES;
	mm = proc_mm(t);
	if (!mm)
		return 0;
	while (n + 2 < ARRAY_SIZE(mm->auxv) && mm->auxv[n])
		n += 2;
	seq_write(m, mm->auxv, (n + 2) * sizeof(mm->auxv[0]));
	mm_put(mm);
	return 0;
}

int proc_show_comm(struct seq_file *m, struct task *t)
{
	seq_printf(m, "%s\n", t->comm);
	return 0;
}

int proc_show_limits(struct seq_file *m, struct task *t)
{
	static const struct {
		const char *name, *unit;
	} names[16] = {
		{ "Max cpu time", "seconds" }, { "Max file size", "bytes" }, { "Max data size", "bytes" },
		{ "Max stack size", "bytes" }, { "Max core file size", "bytes" }, { "Max resident set", "bytes" },
		{ "Max processes", "processes" }, { "Max open files", "files" }, { "Max locked memory", "bytes" },
		{ "Max address space", "bytes" }, { "Max file locks", "locks" }, { "Max pending signals", "signals" },
		{ "Max msgqueue size", "bytes" }, { "Max nice priority", "" }, { "Max realtime priority", "" },
		{ "Max realtime timeout", "us" },
	};
	struct abi_rlimit64 rlim[16];
	unsigned long flags;
	bool alive;

	spin_lock_irqsave(&tasklist_lock, flags);
	alive = t->sighand && t->signal;
	if (alive)
		memcpy(rlim, t->signal->rlim, sizeof(rlim));
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (!alive)
		return 0;
	seq_puts(m, "Limit                     Soft Limit           Hard Limit           Units     \n");
	for (unsigned i = 0; i < 16; i++) {
		char soft[24] = "unlimited", hard[24] = "unlimited";

		if (rlim[i].rlim_cur != ~0ull)
			scnprintf(soft, sizeof(soft), "%llu", rlim[i].rlim_cur);
		if (rlim[i].rlim_max != ~0ull)
			scnprintf(hard, sizeof(hard), "%llu", rlim[i].rlim_max);
		seq_printf(m, "%-25s %-20s %-20s %-10s\n", names[i].name, soft, hard, names[i].unit);
	}
	return 0;
}

/* The call a sleeper is in: number, arguments, stack, instruction; without a call -1. */
int proc_show_syscall(struct seq_file *m, struct task *t)
{
	const struct pt_regs *r = task_regs(t);

	if (!proc_may_read(t))
		return -EPERM;
	if (t->flags & PF_KTHREAD || t->exit_state) {
		seq_puts(m, "0 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x0\n");
	} else if (task_state_char(t) == 'R') {
		seq_puts(m, "running\n");
	} else if ((long)r->orig_ax < 0) {
		seq_printf(m, "-1 0x%lx 0x%lx\n", r->sp, r->ip);
	} else {
		seq_printf(m, "%ld 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx\n", (long)r->orig_ax, r->bx, r->cx, r->dx, r->si,
			   r->di, r->bp, r->sp, r->ip);
	}
	return 0;
}

int proc_show_wchan(struct seq_file *m, struct task *t)
{
	unsigned long ip = READ_ONCE(t->wait_ip), offset;
	const char *name = task_state_char(t) == 'R' || !ip ? NULL : symbol_lookup(ip, &offset);

	seq_puts(m, name ? name : "0");
	return 0;
}

int proc_show_io(struct seq_file *m, struct task *t)
{
	if (!proc_may_read(t))
		return -EACCES;
	seq_printf(m, "rchar: %llu\nwchar: %llu\nsyscr: %llu\nsyscw: %llu\nread_bytes: %llu\nwrite_bytes: %llu\n"
		   "cancelled_write_bytes: 0\n", t->io_rchar, t->io_wchar, t->io_syscr, t->io_syscw, t->io_read_bytes, t->io_write_bytes);
	return 0;
}

int proc_show_personality(struct seq_file *m, struct task *t)
{
	seq_printf(m, "%08x\n", t->personality);
	return 0;
}

static int oom_adj(struct task *t)
{
	unsigned long flags;
	int v;

	spin_lock_irqsave(&tasklist_lock, flags);
	v = t->signal ? t->signal->oom_score_adj : 0;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return v;
}

int proc_show_oom_adj(struct seq_file *m, struct task *t)
{
	seq_printf(m, "%d\n", oom_adj(t));
	return 0;
}

/* Thousandths of memory that it uses, shifted by its adjustment, as Linux scales it. */
int proc_show_oom_score(struct seq_file *m, struct task *t)
{
	struct mm *mm = proc_mm(t);
	struct mem_stats s;
	long points = 0;

	if (mm) {
		mem_stats(&s);
		points = (long)(rss(mm) * 1000 / (s.total ? s.total : 1)) + oom_adj(t);
		mm_put(mm);
	}
	seq_printf(m, "%ld\n", points < 0 ? 0 : (1000 + points) * 2 / 3);
	return 0;
}

/* ---- writable ones ---- */

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

static ssize_t oom_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct task *t;
	char text[16];
	size_t n = it->count, take = min(n, sizeof(text) - 1);
	unsigned long flags;
	long v;

	(void)pos;
	if (copy_from_iter(text, take, it) != take)
		return -EFAULT;
	text[take] = 0;
	if (kstrtol(text, 0, &v) || v < -1000 || v > 1000)
		return -EINVAL;
	t = proc_task(f->inode);
	if (!t)
		return -ESRCH;
	if (v < oom_adj(t) && !capable(CAP_SYS_RESOURCE)) {
		task_put(t);
		return -EACCES;
	}
	spin_lock_irqsave(&tasklist_lock, flags);
	if (t->signal)
		t->signal->oom_score_adj = (int)v;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	task_put(t);
	return n;
}

static ssize_t comm_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct task *t = proc_task(f->inode);
	char text[16] = "";
	size_t n = it->count, take = min(n, sizeof(text) - 1);
	ssize_t ret = n;

	(void)pos;
	if (!t)
		return -ESRCH;
	if (t->tgid != current->tgid)
		ret = -EINVAL;
	else if (copy_from_iter(text, take, it) != take)
		ret = -EFAULT;
	else {
		if (take && text[take - 1] == '\n')
			text[take - 1] = 0;
		memcpy(t->comm, text, sizeof(t->comm));
	}
	task_put(t);
	return ret;
}

#ifdef CONFIG_DEBUG
/* How many requests for memory are left until one is refused. Neither way needs memory itself. */
static ssize_t fail_nth_read(struct file *f, struct iov_iter *it, loff_t *pos)
{
	struct task *t = proc_task(f->inode);
	char text[16];
	size_t n;

	if (!t)
		return -ESRCH;
	n = (size_t)scnprintf(text, sizeof(text), "%u\n", READ_ONCE(t->fail_nth));
	task_put(t);
	return text_read(text, n, it, pos);
}

static ssize_t fail_nth_write(struct file *f, struct iov_iter *it, loff_t *pos)
{
	size_t n = it->count, take = min(n, (size_t)15);
	struct task *t;
	char text[16];
	bool on;
	long v;

	(void)pos;
	if (copy_from_iter(text, take, it) != take)
		return -EFAULT;
	on = take && text[take - 1] == '+';
	text[take - on] = 0;
	if (kstrtol(text, 0, &v) || v < 0)
		return -EINVAL;
	t = proc_task(f->inode);
	if (!t)
		return -ESRCH;
	WRITE_ONCE(t->fail_on, on);
	WRITE_ONCE(t->fail_nth, (unsigned)v);
	task_put(t);
	return (ssize_t)n;
}

const struct file_ops proc_fail_nth_fops = { .read = fail_nth_read, .write = fail_nth_write, .llseek = generic_llseek };
#endif

const struct file_ops proc_oom_adj_fops = {
	.open = text_open, .read = seq_read, .write = oom_write, .llseek = seq_lseek, .release = single_release,
};
const struct file_ops proc_comm_fops = {
	.open = text_open, .read = seq_read, .write = comm_write, .llseek = seq_lseek, .release = single_release,
};
