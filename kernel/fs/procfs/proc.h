/* procfs: what its files share. */
#ifndef FS_PROC_H
#define FS_PROC_H

#include <fs/seq_file.h>
#include <fs/vfs.h>
#include <sched/pid.h>
#include <sched/task.h>

/* An entry outside the process directories. The tree only grows or loses leaves, under proc_lock; entries stay. */
struct proc_entry {
	char name[32];
	umode_t mode;
	u32 nlink;
	struct proc_entry *parent, *children, *next;
	const struct file_ops *op;
	int (*show)(struct seq_file *m, void *v);	/* single files */
	void *data;
	char *target;			/* symlinks */
	ino_t ino;
	const struct inode_ops *link_op;		/* magic links: "self" */
	bool removed;
};
extern struct proc_entry proc_root;
extern const struct super_ops proc_super_ops;

/* A file of a process directory. */
struct pid_entry {
	const char *name;
	umode_t mode;
	int (*show)(struct seq_file *m, struct task *t);	/* text */
	const struct file_ops *fop;
	const struct inode_ops *iop;
	bool leader_only;		/* not in task/TID */
};

struct proc_inode {
	struct inode vfs;
	struct proc_entry *entry;	/* or a process file: */
	struct pid *pid;		/* counted */
	const struct pid_entry *what;
	unsigned fd;			/* of fd/N and fdinfo/N */
	bool thread;			/* below task/ */
};
static inline struct proc_inode *proc_i(const struct inode *i) { return container_of(i, struct proc_inode, vfs); }

struct inode *proc_inode_new(struct super_block *sb, ino_t ino, umode_t mode);	/* NULL */
struct task *proc_task(const struct inode *inode);	/* referenced; NULL: gone */
struct mm *proc_mm(struct task *t);			/* counted user; NULL */
int proc_mm_open(const struct inode *inode, struct mm **mm);	/* kept with mm_drop(), not its memory; NULL: none */
bool proc_mm_living(struct mm *mm);			/* until mm_put(); NULL is not */
bool proc_may_read(struct task *t);			/* as ptrace would: same user or privileged */

/* generic.c */
struct inode *proc_entry_inode(struct super_block *sb, struct proc_entry *e);
struct proc_entry *proc_entry_find(struct proc_entry *dir, const char *name, u32 len);
bool proc_emit_entries(struct proc_entry *dir, struct dir_context *ctx, loff_t base);

/* pid.c */
struct dentry *proc_pid_lookup(struct inode *dir, struct dentry *d);
extern const struct dentry_ops proc_pid_dentry_ops;
#define PID_POS 512			/* directory positions of processes: this + pid */
bool proc_emit_pids(struct dir_context *ctx);

/* the show functions of pid_text.c, maps.c, mounts.c */
int proc_show_stat(struct seq_file *m, struct task *t);
int proc_show_status(struct seq_file *m, struct task *t);
int proc_show_statm(struct seq_file *m, struct task *t);
int proc_show_cmdline(struct seq_file *m, struct task *t);
int proc_show_environ(struct seq_file *m, struct task *t);
int proc_show_comm(struct seq_file *m, struct task *t);
int proc_show_limits(struct seq_file *m, struct task *t);
int proc_show_auxv(struct seq_file *m, struct task *t);
int proc_show_wchan(struct seq_file *m, struct task *t);
int proc_show_stack(struct seq_file *m, struct task *t);
int proc_show_syscall(struct seq_file *m, struct task *t);
int proc_show_io(struct seq_file *m, struct task *t);
int proc_show_oom_score(struct seq_file *m, struct task *t);
int proc_show_oom_adj(struct seq_file *m, struct task *t);
int proc_show_personality(struct seq_file *m, struct task *t);
int proc_show_smaps_rollup(struct seq_file *m, struct task *t);
int proc_show_mounts(struct seq_file *m, struct task *t);
int proc_show_mountinfo(struct seq_file *m, struct task *t);
extern const struct inode_ops proc_fd_dir_iops, proc_fdinfo_dir_iops, proc_task_dir_iops;
extern const struct file_ops proc_fd_dir_fops, proc_fdinfo_dir_fops, proc_task_dir_fops;
extern const struct inode_ops proc_cwd_iops, proc_root_iops, proc_exe_iops;
extern const struct file_ops proc_mem_fops, proc_pagemap_fops, proc_maps_fops, proc_smaps_fops;
extern const struct file_ops proc_oom_adj_fops, proc_comm_fops, proc_fail_nth_fops, proc_coredump_filter_fops;

#endif
