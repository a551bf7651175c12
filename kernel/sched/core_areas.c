/*
 * What of a process's memory goes into its core file: as core(5) has it for /proc/PID/coredump_filter.
 *
 * The areas are written down once, under mmap_lock. Afterwards only this list counts: who shares the address space
 * without being of the process may change its areas while the file is written, and then zeros are written for what
 * is gone.
 */
#include <core/string.h>
#include <fs/vfs.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <sched/coredump.h>
#include <abi/elf.h>
#include <abi/errno.h>

/* A page if its first bytes turn out to be an ELF header's. */
#define PERHAPS_HEADER 1u

static unsigned dump_size(const struct vm_area *a, unsigned filter)
{
	unsigned whole = (unsigned)(a->end - a->start);

	if (a->flags & (VM_IO | VM_DONTDUMP))
		return 0;
	if (a->flags & VM_SPECIAL)
		return whole;
	if (a->flags & VM_SHARED) {
		bool named = a->file && READ_ONCE(a->file->inode->nlink);

		return filter & (named ? DUMP_FILE_SHARED : DUMP_ANON_SHARED) ? whole : 0;
	}
	if (a->anon_vma && filter & DUMP_ANON_PRIVATE)
		return whole;
	if (!a->file)
		return 0;
	if (filter & DUMP_FILE_PRIVATE)
		return whole;
	/* The page that tells what is mapped: a library need not be executable by its mode. */
	if (filter & DUMP_ELF_HEADERS && !a->pgoff && a->flags & VM_READ)
		return a->file->inode->mode & 0111 ? PAGE_SIZE : PERHAPS_HEADER;
	return 0;
}

static void note_area(struct core_area *to, const struct vm_area *a, unsigned filter)
{
	*to = (struct core_area){
		.start = a->start, .end = a->end, .pgoff = a->pgoff, .flags = a->flags, .size = dump_size(a, filter),
		.sparse = !a->file && !a->ops, .file = a->file ? file_get(a->file) : NULL,
	};
}

static void look_for_headers(struct core_areas *areas, struct mm *mm)
{
	for (unsigned i = 0; i < areas->n; i++) {
		struct core_area *a = &areas->at[i];
		char magic[4];

		if (a->size == PERHAPS_HEADER)
			a->size = vm_access(mm, a->start, magic, sizeof(magic), false) == sizeof(magic) &&
				  !memcmp(magic, "\177ELF", sizeof(magic)) ? PAGE_SIZE : 0;
	}
}

int core_areas_take(struct core_areas *areas, struct mm *mm)
{
	unsigned room;

	for (;;) {
		room = READ_ONCE(mm->area_count);
		*areas = (struct core_areas){ .at = kvmalloc((room + 1) * sizeof(*areas->at), GFP_KERNEL) };
		if (!areas->at)
			return -ENOMEM;
		if (down_read_killable(&mm->mmap_lock)) {
			core_areas_drop(areas);
			return -EINTR;
		}
		if (mm->area_count <= room)
			break;
		up_read(&mm->mmap_lock);
		core_areas_drop(areas);
	}
	for (const struct vm_area *a = mm->first; a; a = a->next)
		note_area(&areas->at[areas->n++], a, READ_ONCE(mm->dump_filter));
	up_read(&mm->mmap_lock);
	look_for_headers(areas, mm);
	return 0;
}

void core_areas_drop(struct core_areas *areas)
{
	for (unsigned i = 0; i < areas->n; i++)
		if (areas->at[i].file)
			file_put(areas->at[i].file);
	kvfree(areas->at);
	areas->at = NULL;
	areas->n = 0;
}
