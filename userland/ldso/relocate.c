/* Relocations, of both forms, and the procedure linkage table. */
#include <string.h>
#include <sys/mman.h>
#include "ldso.h"

#define R_386_TLS_DESC 41

struct work {
	struct map *map;
	int later;			/* IRELATIVE: when all else is in place */
	int postponed;			/* there are such */
	/* Linkers sort relocations by symbol: the last one's definition. */
	unsigned last;
	struct found found;
};

static unsigned long relocations, lookups;	/* for LD_DEBUG=statistics */

static const char *symbol_name(const struct map *map, unsigned index)
{
	const Elf32_Sym *symbol = map->symbols + index;

	if (!map->symbols || !dl_inside(map, (uintptr_t)symbol, sizeof(*symbol)) || symbol->st_name >= map->strings_size)
		return NULL;
	return map->strings + symbol->st_name;
}

static const struct version *wanted(const struct map *map, unsigned index)
{
	unsigned number;

	if (!map->versym || !dl_inside(map, (uintptr_t)(map->versym + index), 2))
		return NULL;
	number = map->versym[index] & 0x7fff;
	return number > 1 && number < map->version_count && map->versions[number].name ? &map->versions[number] : NULL;
}

/* Something outside what a map names holds it from now on. */
static void pin(struct map *from, struct map *to)
{
	if (to->startup || to->no_delete || from->startup)
		return;
	for (unsigned i = 0; i < from->scope_count; i++)
		if (from->scope[i] == to)
			return;
	if (from->root)
		for (unsigned i = 0; i < from->root->scope_count; i++)
			if (from->root->scope[i] == to)
				return;
	to->no_delete = 1;
}

/* The definition of a symbol that a map refers to. A weak one need not have any. */
int dl_bind(struct map *map, unsigned index, struct found *found, int copy)
{
	const Elf32_Sym *symbol = map->symbols + index;
	const char *name = symbol_name(map, index);
	const struct version *version;
	unsigned bind;

	if (!name)
		return dl_fail("%s: relocation with a symbol that cannot be", dl_label(map));
	bind = ELF32_ST_BIND(symbol->st_info);
	if (bind == STB_LOCAL || (symbol->st_shndx != SHN_UNDEF && (symbol->st_other & 3) && !copy)) {
		*found = (struct found){ symbol, map };
		return 0;
	}
	version = wanted(map, index);
	*found = dl_find(map, name, version, copy ? map : NULL);
	if (found->symbol) {
		pin(map, found->map);
		if (dl_debug & DEBUG_BINDINGS)
			dl_say("binding file %s to %s: normal symbol `%s'%s%s%s", dl_label(map), dl_label(found->map), name,
			       version ? " [" : "", version ? version->name : "", version ? "]" : "");
		return 0;
	}
	if (bind == STB_WEAK)
		return 0;
	return dl_fail("symbol lookup error: %s: undefined symbol: %s%s%s", dl_label(map), name, version ? ", version " : "",
		       version ? version->name : "");
}

static int copy_object(struct map *map, unsigned index, uintptr_t *where)
{
	struct found found;
	size_t size;

	if (dl_bind(map, index, &found, 1) < 0)
		return -1;
	size = map->symbols[index].st_size;
	if (!found.symbol)
		return 0;
	if (found.symbol->st_size < size)
		size = found.symbol->st_size;
	if (!dl_inside(found.map, dl_value(&found), size) || !dl_inside(map, (uintptr_t)where, size))
		return dl_fail("%s: copy of an object outside its image", dl_label(map));
	memcpy(where, (const void *)dl_value(&found), size);
	return 0;
}

/* Offset of a variable from the thread block. */
static int thread_offset(struct map *map, const struct found *found, uintptr_t *offset)
{
	struct map *owner = found->map;

	if (!owner->has_tls)
		return dl_fail("%s: thread-local symbol of %s, which has none", dl_label(map), dl_label(owner));
	if (!owner->tls.offset && dl_need_static_tls(owner) < 0)
		return -1;
	*offset = found->symbol->st_value - owner->tls.offset;
	return 0;
}

struct descriptor {
	uintptr_t function, argument;
};

static int describe(struct map *map, struct found *found, struct descriptor *descriptor, uintptr_t addend)
{
	uintptr_t *index;

	if (!found->symbol) {
		*descriptor = (struct descriptor){ (uintptr_t)__tls_descriptor_undefined, addend };
		return 0;
	}
	if (!found->map->has_tls)
		return dl_fail("%s: thread-local symbol of %s, which has none", dl_label(map), dl_label(found->map));
	if (found->map->tls.offset) {
		*descriptor = (struct descriptor){ (uintptr_t)__tls_descriptor_static,
						   found->symbol->st_value + addend - found->map->tls.offset };
		return 0;
	}
	index = __libc_malloc(2 * sizeof(*index));
	if (!index || dl_number_tls(found->map) < 0)
		return dl_fail("%s: no memory", dl_label(map));
	index[0] = found->map->tls.number;
	index[1] = found->symbol->st_value + addend;
	*descriptor = (struct descriptor){ (uintptr_t)__tls_descriptor_dynamic, (uintptr_t)index };
	return 0;
}

static int outside(const struct map *map)
{
	return dl_fail("%s: relocation outside what may be written", dl_label(map));
}

static int may_write(const struct map *map, uintptr_t where, size_t size)
{
	return where >= map->writable && where <= map->writable_end && size <= map->writable_end - where &&
	       (map->writable_count == 1 || map->text_relocations || dl_in_segment(map, where, size, PF_W));
}

/* addend is NULL when the word itself holds it. */
static int apply(struct work *work, uintptr_t offset, uint32_t info, const int32_t *addend)
{
	struct map *map = work->map;
	uintptr_t *where = (uintptr_t *)(map->base + offset), plus, value = 0;
	unsigned type = ELF32_R_TYPE(info), index = ELF32_R_SYM(info);
	struct found found = { NULL, NULL };

	if (type == R_386_NONE || (work->later && type != R_386_IRELATIVE))
		return 0;
	if (!may_write(map, (uintptr_t)where, type == R_386_TLS_DESC ? 8 : 4))
		return outside(map);
	plus = addend ? (uintptr_t)*addend : type == R_386_TLS_DESC ? where[1] : *where;
	if (type == R_386_RELATIVE) {
		*where = map->base + plus;
		return 0;
	}
	if (type == R_386_IRELATIVE) {
		work->postponed = 1;
		if (work->later && !dl_in_segment(map, map->base + plus, 1, PF_X))
			return dl_fail("%s: a function that chooses another lies in no text", dl_label(map));
		if (work->later)
			*where = ((uintptr_t(*)(void))(map->base + plus))();
		return 0;
	}
	if (type == R_386_COPY)
		return copy_object(map, index, where);
	if (index && index == work->last) {
		found = work->found;
	} else if (index) {
		lookups++;
		if (dl_bind(map, index, &found, 0) < 0)
			return -1;
		work->last = index;
		work->found = found;
	} else {
		static const Elf32_Sym none;

		found = (struct found){ &none, map };
	}
	switch (type) {
	case R_386_32:
	case R_386_GLOB_DAT:
	case R_386_JMP_SLOT:
	case R_386_PC32:
		value = found.symbol && index ? dl_value(&found) : found.symbol ? map->base : 0;
		if (type == R_386_32)
			value += plus;
		else if (type == R_386_PC32)
			value += plus - (uintptr_t)where;
		else if (addend)
			value += plus;
		*where = value;
		return 0;
	case R_386_TLS_DTPMOD32:
		if (found.symbol && (!found.map->has_tls || dl_number_tls(found.map) < 0))
			return dl_fail("%s: thread-local storage of %s is missing", dl_label(map), dl_label(found.map));
		*where = found.symbol ? found.map->tls.number : 0;
		return 0;
	case R_386_TLS_DTPOFF32:
		*where = (found.symbol ? found.symbol->st_value : 0) + plus;
		return 0;
	case R_386_TLS_TPOFF:
	case R_386_TLS_TPOFF32:
		if (found.symbol && thread_offset(map, &found, &value) < 0)
			return -1;
		*where = type == R_386_TLS_TPOFF ? value + plus : plus - value;
		return 0;
	case R_386_TLS_DESC:
		return describe(map, &found, (struct descriptor *)where, plus);
	default:
		return dl_fail("%s: unknown relocation of type %u", dl_label(map), type);
	}
}

/* Those that only add where the image lies: most of them, and without a symbol. */
static int apply_relative(struct map *map)
{
	const Elf32_Rel *r = (const Elf32_Rel *)map->rel, *end = r + map->relative_count;
	uintptr_t base = map->base, low = map->writable - base, room = map->writable_end - map->writable;

	if (r < end && room < 4)
		return outside(map);
	for (; r < end; r++) {
		if (ELF32_R_TYPE(r->r_info) != R_386_RELATIVE || r->r_offset - low > room - 4 ||
		    (map->writable_count > 1 && !may_write(map, base + r->r_offset, 4)))
			return outside(map);
		*(uintptr_t *)(base + r->r_offset) += base;
	}
	return 0;
}

/* The same in their packed form: an even word is a place, an odd one tells which of the next 31 words are places too. */
static int apply_packed(struct map *map)
{
	const uint32_t *entry = (const uint32_t *)map->relr, *end = entry + map->relr_size / sizeof(*entry);
	uintptr_t *where = NULL;

	for (; entry < end; entry++) {
		if (!(*entry & 1)) {
			where = (uintptr_t *)(map->base + *entry);
			if (!may_write(map, (uintptr_t)where, 4))
				return outside(map);
			*where++ += map->base;
			continue;
		}
		for (uint32_t i = 0, bits = *entry >> 1; bits; i++, bits >>= 1)
			if (bits & 1) {
				if (!may_write(map, (uintptr_t)(where + i), 4))
					return outside(map);
				where[i] += map->base;
			}
		where += 31;
	}
	return 0;
}

static int apply_all(struct work *work, uintptr_t table, size_t size, int with_addend)
{
	relocations += work->later ? 0 : size / sizeof(Elf32_Rel);
	if (with_addend) {
		const Elf32_Rela *r = (const Elf32_Rela *)table;

		for (size_t i = 0; i < size / sizeof(*r); i++)
			if (apply(work, r[i].r_offset, r[i].r_info, &r[i].r_addend) < 0)
				return -1;
	} else {
		const Elf32_Rel *r = (const Elf32_Rel *)table;

		for (size_t i = 0; i < size / sizeof(*r); i++)
			if (apply(work, r[i].r_offset, r[i].r_info, NULL) < 0)
				return -1;
	}
	return 0;
}

/* Entries of the linkage table lead to their second half, which asks for the function, until they are bound. */
static int make_lazy(struct work *work)
{
	struct map *map = work->map;
	size_t step = map->plt_is_rela ? sizeof(Elf32_Rela) : sizeof(Elf32_Rel);

	for (size_t at = 0; at + step <= map->plt_rel_size; at += step) {
		const Elf32_Rel *r = (const Elf32_Rel *)(map->plt_rel + at);
		uintptr_t *where = (uintptr_t *)(map->base + r->r_offset);

		if (ELF32_R_TYPE(r->r_info) == R_386_JMP_SLOT) {
			if (!may_write(map, (uintptr_t)where, 4))
				return outside(map);
			*where += map->base;
		} else if (apply(work, r->r_offset, r->r_info,
				 map->plt_is_rela ? &((const Elf32_Rela *)r)->r_addend : NULL) < 0) {
			return -1;
		}
	}
	if (!may_write(map, (uintptr_t)map->got, 12))
		return outside(map);
	map->got[1] = (uintptr_t)map;
	map->got[2] = (uintptr_t)__dl_resolve;
	return 0;
}

/* Relocations in text: it may be written meanwhile. */
static int text_writable(struct map *map, int writable)
{
	for (unsigned i = 0; map->text_relocations && i < map->header_count; i++) {
		const Elf32_Phdr *h = &map->headers[i];
		uintptr_t start = (map->base + h->p_vaddr) & -4096UL, end = map->base + h->p_vaddr + h->p_memsz;

		if (h->p_type != PT_LOAD || h->p_flags & PF_W || !h->p_memsz)
			continue;
		if (mprotect((void *)start, end - start, PROT_READ | (writable ? PROT_WRITE : h->p_flags & PF_X ? PROT_EXEC : 0)) < 0)
			return dl_fail("%s: relocations in text that cannot be changed", dl_label(map));
		if (start < map->writable || !map->writable_end)
			map->writable = start;
		if (end > map->writable_end)
			map->writable_end = end;
	}
	return 0;
}

/* In memory the first relative ones are done by themselves. */
static int apply_rest(struct work *work)
{
	struct map *map = work->map;
	size_t done = map->relative_count * sizeof(Elf32_Rel);

	if (apply_all(work, map->rel + done, map->rel_size - done, 0) < 0)
		return -1;
	return apply_all(work, map->rela, map->rela_size, 1);
}

int dl_relocate(struct map *map, int lazy)
{
	struct work work = { .map = map };
	uintptr_t plt = map->plt_rel;
	size_t plt_size = map->plt_rel_size;

	if (map->relocated)
		return 0;
	if (dl_debug & DEBUG_RELOC)
		dl_say("relocation processing: %s%s", dl_label(map), lazy ? " (lazy)" : "");
	if (text_writable(map, 1) < 0)
		return -1;
	lazy = lazy && !map->bind_now && map->got && plt;
	if (apply_packed(map) < 0 || apply_relative(map) < 0 || apply_rest(&work) < 0)
		return -1;
	if (lazy ? make_lazy(&work) < 0 : apply_all(&work, plt, plt_size, map->plt_is_rela) < 0)
		return -1;
	/* The compiler's own resolvers may use what has been relocated. */
	work.later = 1;
	if (work.postponed && (apply_rest(&work) < 0 || apply_all(&work, plt, plt_size, map->plt_is_rela) < 0))
		return -1;
	if (text_writable(map, 0) < 0)
		return -1;
	map->relocated = 1;
	return dl_protect(map);
}

void dl_print_statistics(void)
{
	dl_say("number of relocations: %lu", relocations);
	dl_say("number of symbols looked up: %lu", lookups);
}

static int relocate_own(uintptr_t table, size_t size, int final)
{
	struct map *map = dl_self;

	for (const Elf32_Rel *r = (const Elf32_Rel *)table; (uintptr_t)r < table + size; r++) {
		uintptr_t *where = (uintptr_t *)(map->base + r->r_offset);
		unsigned type = ELF32_R_TYPE(r->r_info), index = ELF32_R_SYM(r->r_info);
		struct found found = { map->symbols + index, map };

		if (type != R_386_GLOB_DAT && type != R_386_JMP_SLOT)
			continue;
		if (final && dl_bind(map, index, &found, 0) < 0)
			return -1;
		*where = found.symbol && found.symbol->st_shndx != SHN_UNDEF ? dl_value(&found) : 0;
	}
	return 0;
}

int dl_relocate_self(int final)
{
	struct map *map = dl_self;

	if (relocate_own(map->rel, map->rel_size, final) < 0 || relocate_own(map->plt_rel, map->plt_rel_size, final) < 0)
		return -1;
	if (!final)
		return 0;
	map->relocated = 1;
	return dl_protect(map);
}

int dl_protect(struct map *map)
{
	if (map->relro < map->relro_end && mprotect((void *)map->relro, map->relro_end - map->relro, PROT_READ) < 0)
		return dl_fail("%s: cannot protect what is relocated", dl_label(map));
	return 0;
}

uintptr_t __dl_fixup(struct map *map, uintptr_t offset) HIDDEN;

/* First call of a function. Several threads may do this for one entry: they all store the same. */
uintptr_t __dl_fixup(struct map *map, uintptr_t offset)
{
	const Elf32_Rel *r = (const Elf32_Rel *)(map->plt_rel + offset);
	int error = errno, failed;
	struct found found;
	uintptr_t value;

	dl_lock_scope();
	failed = dl_bind(map, ELF32_R_SYM(r->r_info), &found, 0) < 0;
	dl_unlock_scope();
	if (failed)
		dl_fatal(NULL);
	value = found.symbol ? dl_value(&found) : 0;
	__atomic_store_n((uintptr_t *)(map->base + r->r_offset), value, __ATOMIC_RELEASE);
	errno = error;
	return value;
}
