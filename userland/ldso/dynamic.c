/* The dynamic section: where the tables are, each of them inside the image. */
#include <string.h>
#include "ldso.h"

/* Numbers of one word, by tag up to DT_PREINIT_ARRAYSZ. */
struct words {
	uint32_t value[34];
	uint32_t gnu_hash, versym, verdef, verdef_count, verneed, verneed_count, flags_1, relative_count, relr, relr_size;
};

static int gather(const struct map *map, struct words *words)
{
	const Elf32_Dyn *entry = map->dynamic;
	uintptr_t end = dl_segment_end(map, (uintptr_t)entry, 0);

	memset(words, 0, sizeof(*words));
	for (;; entry++) {
		uint32_t value;

		if ((uintptr_t)entry % 4 || !end || sizeof(*entry) > end - (uintptr_t)entry)
			return dl_fail("%s: dynamic section outside the image", dl_label(map));
		value = entry->d_un.d_val;
		if (entry->d_tag == DT_NULL)
			return 0;
		if (entry->d_tag > 0 && entry->d_tag < 34)
			words->value[entry->d_tag] = value;
		else if (entry->d_tag == DT_GNU_HASH)
			words->gnu_hash = value;
		else if (entry->d_tag == DT_VERSYM)
			words->versym = value;
		else if (entry->d_tag == DT_VERDEF)
			words->verdef = value;
		else if (entry->d_tag == DT_VERDEFNUM)
			words->verdef_count = value;
		else if (entry->d_tag == DT_VERNEED)
			words->verneed = value;
		else if (entry->d_tag == DT_VERNEEDNUM)
			words->verneed_count = value;
		else if (entry->d_tag == DT_FLAGS_1)
			words->flags_1 = value;
		else if (entry->d_tag == DT_RELCOUNT)
			words->relative_count = value;
		else if (entry->d_tag == DT_RELR)
			words->relr = value;
		else if (entry->d_tag == DT_RELRSZ)
			words->relr_size = value;
	}
}

static uintptr_t table(const struct map *map, uint32_t value, size_t size, int *bad)
{
	uintptr_t address = map->base + value;

	if (!value)
		return 0;
	if (!dl_in_segment(map, address, size, 0) || address % 4)
		*bad = 1;
	return address;
}

static const char *text(const struct map *map, uint32_t offset, int *bad)
{
	if (offset >= map->strings_size) {
		*bad = 1;
		return NULL;
	}
	return map->strings + offset;
}

static uintptr_t function(const struct map *map, uint32_t value, int *bad)
{
	if (!value)
		return 0;
	if (!dl_in_segment(map, map->base + value, 1, PF_X))
		*bad = 1;
	return map->base + value;
}

static void read_gnu_hash(struct map *map, uint32_t value, int *bad)
{
	const uint32_t *g = (const uint32_t *)table(map, value, 16, bad);

	if (!g || *bad)
		return;
	if (!g[0] || !g[2] || g[2] & (g[2] - 1) || g[0] > 0x1000000 || g[2] > 0x1000000 ||
	    !dl_in_segment(map, (uintptr_t)(g + 4), ((size_t)g[0] + g[2]) * 4, 0)) {
		*bad = 1;
		return;
	}
	map->gnu = (struct gnu_table){
		.bloom = g + 4, .buckets = g + 4 + g[2], .chains = g + 4 + g[2] + g[0],
		.mask = g[2] - 1, .shift = g[3] & 31, .count = g[0], .first = g[1],
	};
}

static int read_tables(struct map *map, const struct words *w)
{
	int bad = 0;

	map->strings = (const char *)(map->base + w->value[DT_STRTAB]);
	map->strings_size = w->value[DT_STRSZ];
	if (!w->value[DT_STRTAB] || !map->strings_size ||
	    !dl_in_segment(map, (uintptr_t)map->strings, map->strings_size, 0) || map->strings[map->strings_size - 1])
		return dl_fail("%s: no usable string table", dl_label(map));
	map->symbols = (const Elf32_Sym *)table(map, w->value[DT_SYMTAB], sizeof(Elf32_Sym), &bad);
	map->hash = (const uint32_t *)table(map, w->value[DT_HASH], 8, &bad);
	map->versym = (const uint16_t *)(w->versym ? map->base + w->versym : 0);
	map->verdef = table(map, w->verdef, 16, &bad);
	map->verdef_count = w->verdef_count;
	map->verneed = table(map, w->verneed, 16, &bad);
	map->verneed_count = w->verneed_count;
	map->rel = table(map, w->value[DT_REL], w->value[DT_RELSZ], &bad);
	map->rel_size = map->rel ? w->value[DT_RELSZ] : 0;
	map->relative_count = w->relative_count;
	if (map->relative_count > map->rel_size / sizeof(Elf32_Rel))
		map->relative_count = map->rel_size / sizeof(Elf32_Rel);
	map->relr = table(map, w->relr, w->relr_size, &bad);
	map->relr_size = map->relr ? w->relr_size : 0;
	map->rela = table(map, w->value[DT_RELA], w->value[DT_RELASZ], &bad);
	map->rela_size = map->rela ? w->value[DT_RELASZ] : 0;
	map->plt_rel = table(map, w->value[DT_JMPREL], w->value[DT_PLTRELSZ], &bad);
	map->plt_rel_size = map->plt_rel ? w->value[DT_PLTRELSZ] : 0;
	map->plt_is_rela = w->value[DT_PLTREL] == DT_RELA;
	map->got = (uintptr_t *)table(map, w->value[DT_PLTGOT], 12, &bad);
	map->preinit_array = (void *)table(map, w->value[DT_PREINIT_ARRAY], w->value[DT_PREINIT_ARRAYSZ], &bad);
	map->preinit_count = map->preinit_array ? w->value[DT_PREINIT_ARRAYSZ] / 4 : 0;
	map->init_array = (void *)table(map, w->value[DT_INIT_ARRAY], w->value[DT_INIT_ARRAYSZ], &bad);
	map->init_count = map->init_array ? w->value[DT_INIT_ARRAYSZ] / 4 : 0;
	map->fini_array = (void *)table(map, w->value[DT_FINI_ARRAY], w->value[DT_FINI_ARRAYSZ], &bad);
	map->fini_count = map->fini_array ? w->value[DT_FINI_ARRAYSZ] / 4 : 0;
	map->init = (void (*)(int, char **, char **))function(map, w->value[DT_INIT], &bad);
	map->fini = (void (*)(void))function(map, w->value[DT_FINI], &bad);
	read_gnu_hash(map, w->gnu_hash, &bad);
	if (map->hash && !bad) {
		const uint32_t *h = map->hash;

		if (!h[0] || h[0] > 0x1000000 || h[1] > 0x1000000 ||
		    !dl_in_segment(map, (uintptr_t)(h + 2), ((size_t)h[0] + h[1]) * 4, 0))
			bad = 1;
	}
	return bad ? dl_fail("%s: a table of the dynamic section outside the image", dl_label(map)) : 0;
}

/* base, headers and extent are set. */
int dl_read_dynamic(struct map *map)
{
	struct words words;
	uint32_t flags;
	int bad = 0;

	if (!map->dynamic)
		return dl_fail("%s: no dynamic section", dl_label(map));
	if (gather(map, &words) < 0 || read_tables(map, &words) < 0)
		return -1;
	if (!map->program && words.flags_1 & DF_1_PIE)
		return dl_fail("%s: a program, not a library", dl_label(map));
	flags = words.value[DT_FLAGS];
	map->symbolic = words.value[DT_SYMBOLIC] || flags & DF_SYMBOLIC;
	map->bind_now = words.value[DT_BIND_NOW] || flags & DF_BIND_NOW || words.flags_1 & DF_1_NOW;
	map->text_relocations = words.value[DT_TEXTREL] || flags & DF_TEXTREL;
	map->static_tls = (flags & DF_STATIC_TLS) != 0;
	map->no_delete = (words.flags_1 & DF_1_NODELETE) != 0;
	if (words.value[DT_SONAME])
		map->soname = text(map, words.value[DT_SONAME], &bad);
	if (words.value[DT_RUNPATH])
		map->runpath = text(map, words.value[DT_RUNPATH], &bad);
	else if (words.value[DT_RPATH])
		map->rpath = text(map, words.value[DT_RPATH], &bad);
	for (const Elf32_Dyn *entry = map->dynamic; entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == DT_NEEDED)
			(void)text(map, entry->d_un.d_val, &bad);
	if (bad)
		return dl_fail("%s: a name outside the string table", dl_label(map));
	return dl_read_versions(map);
}
