/* ELF programs, inside sched/. */
#ifndef SCHED_ELF_H
#define SCHED_ELF_H

#include <core/types.h>
#include <abi/elf.h>

struct file;
struct exec_image;

/* A file's header and program headers, checked: every later use of them stays within the file and user space. */
struct elf_file {
	struct file *file;
	struct elf32_hdr header;
	struct elf32_phdr *segments;	/* header.e_phnum of them; kmalloc'ed */
	unsigned long low, high;	/* page-aligned span of the PT_LOADs, before the bias */
	u32 align;			/* largest p_align of them */
	unsigned long bias;		/* once mapped */
	unsigned long phdr_address;	/* of the program headers in memory, bias included; 0: not mapped */
};

/* 0; -ENOEXEC (not ELF for this machine, malformed); -EIO, -ENOMEM. head: the file's first bytes. */
int elf_read(struct elf_file *e, struct file *file, const void *head, size_t head_size);
/* Maps all PT_LOADs. base: for ET_DYN, where to (0: the kernel chooses). After exec_commit(). */
int elf_map(struct elf_file *e, unsigned long base);
/* Writes argc, argv, envp and the auxiliary vector below image->p; the stack pointer to start with in *sp. */
int elf_stack(struct exec_image *image, const struct elf_file *program, const struct elf_file *interp, unsigned long *sp);

#endif
