/* A file into memory: every field is checked before it is used. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ldso.h"

#define PAGE 4096u
#define HEADERS_MAX 64			/* program headers */
#define IMAGE_MAX 0x60000000u

static uintptr_t down(uintptr_t address)
{
	return address & ~(uintptr_t)(PAGE - 1);
}

static uintptr_t up(uintptr_t address)
{
	return down(address + PAGE - 1);
}

int dl_inside(const struct map *map, uintptr_t address, size_t size)
{
	return address >= map->start && address <= map->end && size <= map->end - address;
}

uintptr_t dl_segment_end(const struct map *map, uintptr_t address, uint32_t flags)
{
	uintptr_t at = address - map->base;

	for (unsigned i = 0; i < map->header_count; i++) {
		const Elf32_Phdr *h = &map->headers[i];

		if (h->p_type == PT_LOAD && (h->p_flags & flags) == flags && at >= h->p_vaddr && at - h->p_vaddr <= h->p_memsz)
			return map->base + h->p_vaddr + h->p_memsz;
	}
	return 0;
}

int dl_in_segment(const struct map *map, uintptr_t address, size_t size, uint32_t flags)
{
	uintptr_t end = dl_segment_end(map, address, flags);

	return end && size <= end - address;
}

static int check_header(const Elf32_Ehdr *header, size_t got, const char *path, int program)
{
	if (got < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG))
		return dl_fail("%s: not an ELF file", path);
	if (header->e_ident[EI_CLASS] != ELFCLASS32 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
	    header->e_machine != EM_386)
		return dl_fail("%s: made for another machine", path);
	if (header->e_ident[EI_VERSION] != EV_CURRENT || header->e_version != EV_CURRENT)
		return dl_fail("%s: unknown version of ELF", path);
	if (header->e_type != ET_DYN && !(program && header->e_type == ET_EXEC))
		return dl_fail("%s: not a shared library", path);
	if (header->e_phentsize != sizeof(Elf32_Phdr) || !header->e_phnum || header->e_phnum > HEADERS_MAX)
		return dl_fail("%s: program headers of a wrong size or number", path);
	return 0;
}

/* Segments must follow each other, be no larger in the file than in memory, and lie in it as in the file. */
static int check_segments(const Elf32_Phdr *headers, unsigned count, off_t file_size, const char *path,
			  uintptr_t *low, uintptr_t *high)
{
	int seen = 0;

	*low = *high = 0;
	for (unsigned i = 0; i < count; i++) {
		const Elf32_Phdr *h = &headers[i];

		if (h->p_type == PT_GNU_STACK && h->p_flags & PF_X)
			return dl_fail("%s: wants an executable stack", path);
		if (h->p_type != PT_LOAD)
			continue;
		if (!h->p_memsz && !h->p_filesz)
			continue;
		if (h->p_filesz > h->p_memsz || h->p_memsz > IMAGE_MAX || h->p_vaddr > IMAGE_MAX ||
		    h->p_vaddr % PAGE != h->p_offset % PAGE || (off_t)h->p_offset + (off_t)h->p_filesz > file_size)
			return dl_fail("%s: a segment that cannot be", path);
		if (seen && h->p_vaddr < *high)
			return dl_fail("%s: segments overlap", path);
		if (!seen)
			*low = down(h->p_vaddr);
		*high = up(h->p_vaddr + h->p_memsz);
		seen = 1;
	}
	if (!seen || *high - *low > IMAGE_MAX || *high == *low)
		return dl_fail("%s: nothing to load", path);
	return 0;
}

/* All is readable: what a wrong field points at is then refused, and kills nobody. */
static int protection(const Elf32_Phdr *h)
{
	return PROT_READ | (h->p_flags & PF_W ? PROT_WRITE : 0) |
	       (h->p_flags & PF_X ? PROT_EXEC : 0);
}

static int map_segment(const struct map *map, const Elf32_Phdr *h, int fd)
{
	uintptr_t start = map->base + down(h->p_vaddr), end = map->base + up(h->p_vaddr + h->p_memsz);
	uintptr_t data = map->base + h->p_vaddr + h->p_filesz, filled = h->p_filesz ? up(data) : start;

	if (h->p_filesz &&
	    mmap((void *)start, data - start, protection(h), MAP_PRIVATE | MAP_FIXED, fd, (off_t)down(h->p_offset)) ==
		    MAP_FAILED)
		return -1;
	if (h->p_memsz > h->p_filesz && h->p_flags & PF_W && h->p_filesz && filled > data)
		memset((void *)data, 0, filled - data);
	if (end > filled &&
	    mmap((void *)filled, end - filled, protection(h), MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		return -1;
	return 0;
}

/* The headers as they lie in the image, if a segment holds them. */
static const Elf32_Phdr *headers_in_memory(const struct map *map, const Elf32_Ehdr *header, const Elf32_Phdr *headers)
{
	size_t size = header->e_phnum * sizeof(Elf32_Phdr);

	for (unsigned i = 0; i < header->e_phnum; i++) {
		const Elf32_Phdr *h = &headers[i];

		if (h->p_type == PT_LOAD && header->e_phoff >= h->p_offset && h->p_filesz >= size &&
		    header->e_phoff - h->p_offset <= h->p_filesz - size)
			return (const Elf32_Phdr *)(map->base + h->p_vaddr + (header->e_phoff - h->p_offset));
	}
	return NULL;
}

/* A program at a fixed address gets that or nothing. */
static int reserve(struct map *map, uintptr_t low, uintptr_t high, int fixed, const char *path)
{
	char *area = mmap(fixed ? (void *)low : NULL, high - low, PROT_READ,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (fixed ? MAP_FIXED_NOREPLACE : 0), -1, 0);

	if (area == MAP_FAILED)
		return dl_fail("%s: no address space: %s", path, strerror(errno));
	map->base = (uintptr_t)area - low;
	map->start = (uintptr_t)area;
	map->end = map->start + (high - low);
	return 0;
}

static int map_image(struct map *map, const struct library_file *file, const Elf32_Ehdr *header, const Elf32_Phdr *headers,
		     const char *path)
{
	uintptr_t low, high;

	map->device = file->status.st_dev;
	map->inode = file->status.st_ino;
	if (check_segments(headers, header->e_phnum, file->status.st_size, path, &low, &high) < 0 ||
	    reserve(map, low, high, header->e_type == ET_EXEC, path) < 0)
		return -1;
	for (unsigned i = 0; i < header->e_phnum; i++)
		if (headers[i].p_type == PT_LOAD && headers[i].p_memsz && map_segment(map, &headers[i], file->fd) < 0)
			return dl_fail("%s: cannot map a segment: %s", path, strerror(errno));
	map->headers = headers_in_memory(map, header, headers);
	map->header_count = header->e_phnum;
	if (!map->headers)
		return dl_fail("%s: program headers lie in no segment", path);
	return 0;
}

static void read_segment(struct map *map, const Elf32_Phdr *h)
{
	uintptr_t start = map->base + h->p_vaddr;

	if (!(h->p_flags & PF_W))
		return;
	map->writable_count++;
	if (!map->writable_end || start < map->writable)
		map->writable = start;
	if (start + h->p_memsz > map->writable_end)
		map->writable_end = start + h->p_memsz;
}

/* What the program headers say; base and headers are set. */
int dl_read_headers(struct map *map)
{
	for (unsigned i = 0; i < map->header_count; i++) {
		const Elf32_Phdr *h = &map->headers[i];

		if (h->p_type == PT_LOAD)
			read_segment(map, h);
		if (h->p_type == PT_DYNAMIC)
			map->dynamic = (Elf32_Dyn *)(map->base + h->p_vaddr);
		if (h->p_type == PT_GNU_RELRO && h->p_memsz) {
			map->relro = down(map->base + h->p_vaddr);
			map->relro_end = down(map->base + h->p_vaddr + h->p_memsz);
		}
		if (h->p_type != PT_TLS || !h->p_memsz)
			continue;
		if (h->p_align & (h->p_align - 1) || h->p_align > PAGE || h->p_filesz > h->p_memsz ||
		    h->p_memsz > IMAGE_MAX || !dl_in_segment(map, map->base + h->p_vaddr, h->p_filesz, 0))
			return dl_fail("%s: thread-local storage that cannot be", dl_label(map));
		map->has_tls = 1;
		map->tls = (struct tls_module){
			.image = (const void *)(map->base + h->p_vaddr), .file_size = h->p_filesz, .size = h->p_memsz,
			.align = h->p_align ? h->p_align : 1,
		};
	}
	if (map->relro < map->relro_end && !dl_inside(map, map->relro, map->relro_end - map->relro))
		return dl_fail("%s: a read-only part outside the image", dl_label(map));
	return 0;
}

/* What both the search for a library and its mapping look at, read once. */
int dl_read_file(struct library_file *file, int fd)
{
	ssize_t got;

	file->fd = fd;
	if (fstat(fd, &file->status) < 0)
		return -1;
	if (!S_ISREG(file->status.st_mode)) {
		errno = EACCES;
		return -1;
	}
	got = pread(fd, file->beginning, sizeof(file->beginning), 0);
	file->size = got < 0 ? 0 : (size_t)got;
	return got < 0 ? -1 : 0;
}

struct map *dl_map_file(struct library_file *file, const char *path, int program)
{
	struct map *map = __libc_calloc(1, sizeof(*map));
	const Elf32_Ehdr *header = (const Elf32_Ehdr *)file->beginning;
	const Elf32_Phdr *headers;
	Elf32_Phdr further[HEADERS_MAX];
	size_t size;

	if (!map) {
		dl_fail("%s: no memory", path);
		return NULL;
	}
	map->program = program;
	map->name = dl_copy(path, strlen(path));
	if (!map->name || check_header(header, file->size, path, program) < 0)
		goto fail;
	file->entry = header->e_entry;
	size = header->e_phnum * sizeof(Elf32_Phdr);
	headers = (const Elf32_Phdr *)(file->beginning + header->e_phoff);
	if (header->e_phoff > file->size || size > file->size - header->e_phoff) {
		headers = further;
		if (pread(file->fd, further, size, (off_t)header->e_phoff) != (ssize_t)size) {
			dl_fail("%s: file too short", path);
			goto fail;
		}
	}
	if (map_image(map, file, header, headers, path) < 0 || dl_read_headers(map) < 0 || dl_read_dynamic(map) < 0)
		goto fail;
	if (dl_debug & DEBUG_FILES)
		dl_say("file=%s; base %lx, size %lx", path, (unsigned long)map->base, (unsigned long)(map->end - map->start));
	return map;

fail:
	dl_unmap(map);
	return NULL;
}

void dl_unmap(struct map *map)
{
	if (map->end > map->start)
		munmap((void *)map->start, map->end - map->start);
	__libc_free(map->versions);
	__libc_free(map->needed);
	__libc_free(map->scope);
	__libc_free(map->origin);
	__libc_free((char *)map->name);
	__libc_free(map);
}

void dl_append(struct map *map)
{
	map->listed = 1;
	map->previous = dl_last;
	if (dl_last)
		dl_last->next = map;
	else
		dl_maps = map;
	dl_last = map;
}
