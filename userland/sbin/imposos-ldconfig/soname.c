/* The name that a shared library gives itself, from its dynamic section; no field is trusted. */
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ldconfig.h"

#define HEADERS_MAX 64

struct file {
	int fd;
	unsigned count;
	Elf32_Phdr headers[HEADERS_MAX];
};

static int read_at(const struct file *file, void *to, size_t size, Elf32_Off offset)
{
	return pread(file->fd, to, size, (off_t)offset) == (ssize_t)size ? 0 : -1;
}

static int read_headers(struct file *file)
{
	Elf32_Ehdr header;

	if (read_at(file, &header, sizeof(header), 0) < 0 || memcmp(header.e_ident, ELFMAG, SELFMAG) ||
	    header.e_ident[EI_CLASS] != ELFCLASS32 || header.e_machine != EM_386 || header.e_type != ET_DYN ||
	    header.e_phentsize != sizeof(Elf32_Phdr) || header.e_phnum > HEADERS_MAX)
		return -1;
	file->count = header.e_phnum;
	return read_at(file, file->headers, file->count * sizeof(Elf32_Phdr), header.e_phoff);
}

/* Where in the file an address of the image lies. */
static int find_offset(const struct file *file, Elf32_Addr address, Elf32_Off *offset)
{
	for (unsigned i = 0; i < file->count; i++) {
		const Elf32_Phdr *h = &file->headers[i];

		if (h->p_type == PT_LOAD && address >= h->p_vaddr && address - h->p_vaddr < h->p_filesz) {
			*offset = h->p_offset + (address - h->p_vaddr);
			return 0;
		}
	}
	return -1;
}

static int read_name(const struct file *file, const Elf32_Phdr *dynamic, char *soname, size_t size)
{
	Elf32_Addr strings = 0, name = 0;
	Elf32_Off offset;
	ssize_t got;

	for (Elf32_Off at = 0; at + sizeof(Elf32_Dyn) <= dynamic->p_filesz; at += sizeof(Elf32_Dyn)) {
		Elf32_Dyn entry;

		if (read_at(file, &entry, sizeof(entry), dynamic->p_offset + at) < 0)
			return -1;
		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == DT_STRTAB)
			strings = entry.d_un.d_ptr;
		if (entry.d_tag == DT_SONAME)
			name = entry.d_un.d_val;
		/* A program that could lie anywhere is none. */
		if (entry.d_tag == DT_FLAGS_1 && entry.d_un.d_val & DF_1_PIE)
			return -1;
	}
	*soname = '\0';
	if (!name)
		return 0;
	if (find_offset(file, strings + name, &offset) < 0)
		return -1;
	got = pread(file->fd, soname, size - 1, (off_t)offset);
	if (got <= 0 || !memchr(soname, '\0', (size_t)got) || strchr(soname, '/'))
		return -1;
	return 0;
}

int read_soname(const char *path, char *soname, size_t size)
{
	struct file file = { .fd = open(path, O_RDONLY | O_CLOEXEC) };
	int result = -1;

	if (file.fd < 0)
		return -1;
	if (!read_headers(&file))
		for (unsigned i = 0; i < file.count; i++)
			if (file.headers[i].p_type == PT_DYNAMIC)
				result = read_name(&file, &file.headers[i], soname, size);
	close(file.fd);
	return result;
}
