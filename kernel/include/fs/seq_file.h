/* Files whose text is made on read: show() is called for each item; records are never torn by the reader's buffer. */
#ifndef FS_SEQ_FILE_H
#define FS_SEQ_FILE_H

#include <fs/vfs.h>

struct seq_file {
	char *buf;
	size_t size, from, count;
	loff_t index, read_pos;
	struct mutex lock;
	const struct seq_ops *op;
	struct file *file;
	void *private;
	bool overflow;
};
struct seq_ops {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};
int seq_open(struct file *f, const struct seq_ops *op);
ssize_t seq_read(struct file *f, struct iov_iter *it, loff_t *pos);
loff_t seq_lseek(struct file *f, loff_t off, int whence);
void seq_release(struct inode *inode, struct file *f);
/* One record only. */
int single_open(struct file *f, int (*show)(struct seq_file *m, void *v), void *data);
void single_release(struct inode *inode, struct file *f);
void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);
void seq_write(struct seq_file *m, const void *data, size_t n);
void seq_escape(struct seq_file *m, const char *s, const char *which);	/* octal escapes, as /proc/mounts */
/* What read() gives of a short text that is made anew each time. */
ssize_t text_read(const char *text, size_t n, struct iov_iter *it, loff_t *pos);

/* procfs entries outside /proc/PID. path relative to /proc: "meminfo", "sys/kernel/hostname". */
struct proc_entry;
int proc_create(const char *path, umode_t mode, const struct file_ops *op, void *data);
int proc_create_single(const char *path, umode_t mode, int (*show)(struct seq_file *m, void *v), void *data);
int proc_mkdir(const char *path);
int proc_symlink(const char *path, const char *target);
void proc_remove(const char *path);
void *proc_data(const struct inode *inode);
/* /proc/sys values. */
int sysctl_int(const char *path, umode_t mode, int *value, int min, int max);
int sysctl_ints(const char *path, umode_t mode, int *values, unsigned count, int min, const int *maxima);	/* up to 8; maxima stay */
int sysctl_string(const char *path, umode_t mode, char *value, size_t size);

#endif
