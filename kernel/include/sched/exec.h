/*
 * Program formats: execve() offers a file to each until one takes it. Up to exec_commit() a failure leaves the caller
 * as it was; after it the old program is gone, and an error kills the task.
 */
#ifndef SCHED_EXEC_H
#define SCHED_EXEC_H

#include <core/list.h>
struct file;
struct mm;
struct cred;
struct page;

#define EXEC_HEAD 256

struct exec_image {
	char head[EXEC_HEAD];		/* first bytes of the file, zero-padded */
	struct file *file;		/* writes to it are denied until exec is over */
	struct mm *mm;			/* new address space, arguments already on its stack; NULL once it is current's */
	unsigned long p;		/* stack pointer within mm: below it is free */
	unsigned long floor;		/* lowest address that strings may take */
	unsigned long exec_end;		/* end of the strings: argv, then envp, then the file's name */
	unsigned long envp_start;
	unsigned long argv0_size;	/* of the lowest string, its NUL included */
	struct page *page;		/* stack page being filled, with its kernel address */
	unsigned long page_addr;
	int argc, envc;
	char *filename;			/* as given: AT_EXECFN */
	char *interp;			/* as run (differs for scripts) */
	unsigned depth;			/* of interpreters */
	bool secure;			/* AT_SECURE */
	bool committed;			/* no way back */
};
struct exec_format {
	const char *name;
	int (*load)(struct exec_image *image);	/* -ENOEXEC: not mine */
	struct list_head link;
};
void exec_format_register(struct exec_format *f);

/* For formats. */
int exec_commit(struct exec_image *image);	/* the other threads end, the new address space becomes current's */
int exec_push_string(struct exec_image *image, const char *s);	/* 0, -E2BIG, -ENOMEM */
int exec_replace_file(struct exec_image *image, struct file *file);	/* consumes the reference; reads the head */
int exec_load(struct exec_image *image);	/* offers the image to each format */

/* Kernel's own start of a program in current (init). argv, envp are kernel strings. 0 (enter user mode) or -errno. */
int kernel_execve(const char *path, const char *const *argv, const char *const *envp);

#endif
