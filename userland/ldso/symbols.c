/* Symbols by name and version. */
#include <string.h>
#include "ldso.h"

uint32_t dl_gnu_hash(const char *name)
{
	const unsigned char *p = (const unsigned char *)name;
	uint32_t hash = 5381;

	/* Two at a time: each name that is looked up comes through here. */
	for (; p[0]; p += 2) {
		if (!p[1])
			return hash * 33 + p[0];
		hash = hash * (33 * 33) + p[0] * 33u + p[1];
	}
	return hash;
}

uint32_t dl_elf_hash(const char *name)
{
	uint32_t hash = 0;

	for (; *name; name++) {
		hash = (hash << 4) + (unsigned char)*name;
		hash ^= hash >> 24 & 0xf0;
	}
	return hash & 0x0fffffff;
}

/* ---- versions ---- */

struct verdef {
	uint16_t version, flags, index, count;
	uint32_t hash, aux, next;
};
struct verdaux {
	uint32_t name, next;
};
struct verneed {
	uint16_t version, count;
	uint32_t file, aux, next;
};
struct vernaux {
	uint32_t hash;
	uint16_t flags, other;
	uint32_t name, next;
};
#define VERSION_WEAK 2
#define VERSION_HIDDEN 0x8000

static const char *string(const struct map *map, uint32_t offset)
{
	return offset < map->strings_size ? map->strings + offset : NULL;
}

static int bad_versions(const struct map *map)
{
	return dl_fail("%s: version tables that cannot be", dl_label(map));
}

/* Calls visit for each version that is defined or needed. */
static int each_version(struct map *map, int (*visit)(struct map *map, unsigned index, const char *name, uint32_t hash,
						       const char *file, int weak))
{
	uintptr_t at = map->verdef;

	for (unsigned i = 0; i < map->verdef_count; i++) {
		const struct verdef *d = (const struct verdef *)at;
		const struct verdaux *a;
		const char *name;

		if (!dl_inside(map, at, sizeof(*d)))
			return bad_versions(map);
		a = (const struct verdaux *)(at + d->aux);
		if (!dl_inside(map, (uintptr_t)a, sizeof(*a)) || !(name = string(map, a->name)))
			return bad_versions(map);
		if (visit(map, d->index & ~VERSION_HIDDEN, name, d->hash, NULL, 0) < 0)
			return -1;
		if (!d->next)
			break;
		if (at + d->next <= at)
			return bad_versions(map);
		at += d->next;
	}
	at = map->verneed;
	for (unsigned i = 0; i < map->verneed_count; i++) {
		const struct verneed *n = (const struct verneed *)at;
		const char *file;
		uintptr_t aux;

		if (!dl_inside(map, at, sizeof(*n)) || !(file = string(map, n->file)))
			return bad_versions(map);
		aux = at + n->aux;
		for (unsigned k = 0; k < n->count; k++) {
			const struct vernaux *a = (const struct vernaux *)aux;
			const char *name;

			if (!dl_inside(map, aux, sizeof(*a)) || !(name = string(map, a->name)))
				return bad_versions(map);
			if (visit(map, a->other & ~VERSION_HIDDEN, name, a->hash, file, a->flags & VERSION_WEAK) < 0)
				return -1;
			if (!a->next)
				break;
			if (aux + a->next <= aux)
				return bad_versions(map);
			aux += a->next;
		}
		if (!n->next)
			break;
		if (at + n->next <= at)
			return bad_versions(map);
		at += n->next;
	}
	return 0;
}

static int enter(struct map *map, unsigned index, const char *name, uint32_t hash, const char *file, int weak)
{
	(void)weak;
	if (index >= map->version_count) {
		unsigned count = index + 16;
		struct version *more = __libc_realloc(map->versions, count * sizeof(*more));

		if (!more)
			return dl_fail("%s: no memory", dl_label(map));
		memset(more + map->version_count, 0, (count - map->version_count) * sizeof(*more));
		map->versions = more;
		map->version_count = count;
	}
	map->versions[index] = (struct version){ name, hash, file };
	return 0;
}

int dl_read_versions(struct map *map)
{
	if (!map->versym)
		return 0;
	if ((map->verdef_count && !map->verdef) || (map->verneed_count && !map->verneed))
		return bad_versions(map);
	return each_version(map, enter);
}

static int defines(const struct map *map, const char *name, uint32_t hash)
{
	if (!map->verdef_count)
		return 1;	/* a library without versions serves everybody */
	for (unsigned i = 0; i < map->version_count; i++)
		if (map->versions[i].name && !map->versions[i].file && map->versions[i].hash == hash &&
		    !strcmp(map->versions[i].name, name))
			return 1;
	return 0;
}

static int check(struct map *map, unsigned index, const char *name, uint32_t hash, const char *file, int weak)
{
	struct map *other;

	(void)index;
	if (!file || weak)
		return 0;
	other = dl_loaded(file);
	if (other && !defines(other, name, hash))
		return dl_fail("%s: version %s of %s not found", dl_label(map), name, dl_label(other));
	if (dl_debug & DEBUG_VERSIONS)
		dl_say("checking for version %s of %s, needed by %s", name, file, dl_label(map));
	return 0;
}

/* Whether the libraries that a map needs have the versions that it needs. */
int dl_check_versions(struct map *map)
{
	return map->versym ? each_version(map, check) : 0;
}

/* ---- lookup ---- */

static int fits(const struct map *map, uint32_t index, const struct version *want)
{
	const struct version *have;
	uint16_t number;

	if (!map->versym || !dl_inside(map, (uintptr_t)(map->versym + index), 2))
		return 1;
	number = map->versym[index];
	if (!want || !want->name)
		return !(number & VERSION_HIDDEN);
	number &= ~VERSION_HIDDEN;
	if (number < 2)
		return number == 1 && !map->verdef_count;
	if (number >= map->version_count)
		return 0;
	have = &map->versions[number];
	return have->name && have->hash == want->hash && !strcmp(have->name, want->name);
}

/* Of four bytes whether one is 0. */
#define HAS_ZERO(word) (((word) - 0x01010101u) & ~(word) & 0x80808080u)

/*
 * strcmp() of names that are the same nearly always: four bytes at a time, but across the end of a page, behind which
 * there may be nothing.
 */
static int same_name(const char *a, const char *b)
{
	typedef uint32_t word __attribute__((may_alias, aligned(1)));

	for (;;) {
		if (((uintptr_t)a & 4095) <= 4092 && ((uintptr_t)b & 4095) <= 4092) {
			uint32_t x = *(const word *)a;

			if (x == *(const word *)b && !HAS_ZERO(x)) {
				a += 4;
				b += 4;
				continue;
			}
		}
		for (int i = 0; i < 4; i++, a++, b++) {
			if (*a != *b)
				return 0;
			if (!*a)
				return 1;
		}
	}
}

static const Elf32_Sym *symbol_at(const struct map *map, uint32_t index, const char *name, const struct version *want)
{
	const Elf32_Sym *symbol = map->symbols + index;
	unsigned type = ELF32_ST_TYPE(symbol->st_info), bind = ELF32_ST_BIND(symbol->st_info);

	if (!dl_inside(map, (uintptr_t)symbol, sizeof(*symbol)) || symbol->st_name >= map->strings_size ||
	    !same_name(map->strings + symbol->st_name, name))
		return NULL;
	if (symbol->st_shndx == SHN_UNDEF || bind == STB_LOCAL || (symbol->st_other & 3) == STV_HIDDEN ||
	    (symbol->st_other & 3) == 1 || (!symbol->st_value && symbol->st_shndx != SHN_ABS && type != STT_TLS))
		return NULL;
	if (type > STT_COMMON && type != STT_TLS && type != STT_GNU_IFUNC)
		return NULL;
	return fits(map, index, want) ? symbol : NULL;
}

/* Most that do not have a symbol say so by one word. */
static int may_have(const struct gnu_table *table, uint32_t hash)
{
	uint32_t word = table->bloom[hash / 32 & table->mask];

	return word >> hash % 32 & word >> (hash >> table->shift) % 32 & 1;
}

static const Elf32_Sym *find_gnu(const struct map *map, const char *name, uint32_t hash, const struct version *want)
{
	const struct gnu_table *table = &map->gnu;
	const uint32_t *chain, *end = (const uint32_t *)(map->end - 4);
	uint32_t index = table->buckets[hash % table->count];

	if (index < table->first || !index)
		return NULL;
	chain = table->chains + (index - table->first);
	for (;; index++, chain++) {
		if (chain > end || chain < table->chains)
			return NULL;
		if ((*chain | 1) == (hash | 1)) {
			const Elf32_Sym *symbol = symbol_at(map, index, name, want);

			if (symbol)
				return symbol;
		}
		if (*chain & 1)
			return NULL;
	}
}

static const Elf32_Sym *find_elf(const struct map *map, const char *name, const struct version *want)
{
	const uint32_t *table = map->hash, *buckets = table + 2, *chains = buckets + table[0];
	uint32_t index = buckets[dl_elf_hash(name) % table[0]];

	/* A chain that is longer than the table runs in a circle. */
	for (uint32_t steps = 0; index && index < table[1] && steps < table[1]; steps++, index = chains[index]) {
		const Elf32_Sym *symbol = symbol_at(map, index, name, want);

		if (symbol)
			return symbol;
	}
	return NULL;
}

const Elf32_Sym *dl_find_in(const struct map *map, const char *name, uint32_t gnu, const struct version *want)
{
	if (!map->symbols)
		return NULL;
	if (map->gnu.bloom)
		return may_have(&map->gnu, gnu) ? find_gnu(map, name, gnu, want) : NULL;
	return map->hash ? find_elf(map, name, want) : NULL;
}

static int find_among(struct map *const *maps, unsigned count, const char *name, uint32_t gnu,
		      const struct version *want, const struct map *skip, struct found *found)
{
	const int told = dl_debug & DEBUG_SYMBOLS;

	for (unsigned i = 0; i < count; i++) {
		const struct gnu_table *table = &maps[i]->gnu;
		const Elf32_Sym *symbol;

		/* What most say, here without a call. */
		if (table->bloom && !(table->bloom[gnu / 32 & table->mask] >> gnu % 32 & 1) && !told)
			continue;
		if (maps[i] == skip)
			continue;
		if (told)
			dl_say("symbol=%s; lookup in file=%s", name, dl_label(maps[i]));
		symbol = dl_find_in(maps[i], name, gnu, want);
		if (symbol) {
			*found = (struct found){ symbol, maps[i] };
			return 1;
		}
	}
	return 0;
}

/* The definition that a reference in `from` means; skip is left out. */
struct found dl_find(struct map *from, const char *name, const struct version *want, const struct map *skip)
{
	uint32_t gnu = dl_gnu_hash(name);
	struct found found = { NULL, NULL };

	if (from && from->symbolic && from != skip && find_among(&from, 1, name, gnu, want, skip, &found))
		return found;
	if (from && from->deep && find_among(from->scope, from->scope_count, name, gnu, want, skip, &found))
		return found;
	if (find_among(dl_global, dl_global_count, name, gnu, want, skip, &found) || !from || from->global)
		return found;
	if (from->root && find_among(from->root->scope, from->root->scope_count, name, gnu, want, skip, &found))
		return found;
	(void)find_among(from->scope, from->scope_count, name, gnu, want, skip, &found);
	return found;
}

uintptr_t dl_value(const struct found *found)
{
	uintptr_t value = found->symbol->st_value;

	if (found->symbol->st_shndx != SHN_ABS)
		value += found->map->base;
	if (ELF32_ST_TYPE(found->symbol->st_info) == STT_GNU_IFUNC)
		value = ((uintptr_t(*)(void))value)();
	return value;
}
