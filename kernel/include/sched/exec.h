/* Program formats: execve() offers a file to each until one takes it. */
#ifndef SCHED_EXEC_H
#define SCHED_EXEC_H

#include <core/list.h>
struct file;
struct mm;
struct cred;

struct exec_image {
	char head[256];			/* first bytes of the file, zero-padded */
	struct file *file;
	struct mm *mm;			/* new address space, arguments already on its stack */
	unsigned long p;		/* stack pointer within mm: below it is free */
	int argc, envc;
	const char *filename;		/* as given */
	const char *interp;		/* as run (differs for scripts) */
	struct cred *cred;		/* as it will be */
	unsigned depth;			/* of interpreters */
	bool secure;			/* AT_SECURE */
	bool executable_stack;
};
struct exec_format {
	const char *name;
	int (*load)(struct exec_image *image);	/* -ENOEXEC: not mine */
	struct list_head link;
};
void exec_format_register(struct exec_format *f);
/* Kernel's own start of a program in current (init). argv, envp are kernel strings. Only returns on failure. */
int kernel_execve(const char *path, const char *const *argv, const char *const *envp);

#endif
