/* Symbols of open libraries, and what lies at an address. */
#include <dlfcn.h>
#include <link.h>
#include <string.h>
#include "dlerror.h"

struct index {
	size_t number, offset;
};
void *__tls_address(const struct index *index) HIDDEN;

static struct map *map_at(uintptr_t address)
{
	for (struct map *map = dl_maps; map; map = map->next)
		if (address >= map->start && address < map->end)
			return map;
	return NULL;
}

static int valid(void *handle)
{
	for (struct map *map = dl_maps; map; map = map->next)
		if (map == handle)
			return 1;
	return 0;
}

static struct found find_next(struct map *caller, const char *name, const struct version *version)
{
	uint32_t gnu = dl_gnu_hash(name);
	struct map *const *scope = dl_global;
	unsigned count = dl_global_count, i = 0;

	if (caller && !caller->global) {
		scope = caller->root ? caller->root->scope : caller->scope;
		count = caller->root ? caller->root->scope_count : caller->scope_count;
	}
	while (caller && i < count && scope[i] != caller)
		i++;
	for (i++; i < count; i++) {
		const Elf32_Sym *symbol = dl_find_in(scope[i], name, gnu, version);

		if (symbol)
			return (struct found){ symbol, scope[i] };
	}
	return (struct found){ NULL, NULL };
}

static struct found find_in_handle(struct map *map, const char *name, const struct version *version)
{
	uint32_t gnu = dl_gnu_hash(name);

	if (map == dl_program)
		return dl_find(NULL, name, version, NULL);
	for (unsigned i = 0; i < map->scope_count; i++) {
		const Elf32_Sym *symbol = dl_find_in(map->scope[i], name, gnu, version);

		if (symbol)
			return (struct found){ symbol, map->scope[i] };
	}
	return (struct found){ NULL, NULL };
}

static void *find(void *handle, const char *name, const struct version *version, uintptr_t caller)
{
	struct found found = { NULL, NULL };
	void *address = NULL;

	dl_lock_load();
	dl_lock_scope();
	if (handle == RTLD_DEFAULT)
		found = dl_find(map_at(caller), name, version, NULL);
	else if (handle == RTLD_NEXT)
		found = find_next(map_at(caller), name, version);
	else if (valid(handle))
		found = find_in_handle(handle, name, version);
	else
		dl_fail("invalid handle for dlsym()");
	dl_unlock_scope();
	if (!found.symbol) {
		if (handle == RTLD_DEFAULT || handle == RTLD_NEXT || valid(handle))
			dl_fail("%s: undefined symbol: %s%s%s", handle == RTLD_DEFAULT || handle == RTLD_NEXT ? dl_label(dl_program) :
				dl_label(handle), name, version ? ", version " : "", version ? version->name : "");
		dl_set_error();
	} else if (ELF32_ST_TYPE(found.symbol->st_info) == STT_TLS) {
		struct index index = { found.map->tls.number, found.symbol->st_value };

		if (!index.number && !dl_number_tls(found.map))
			index.number = found.map->tls.number;
		address = __tls_address(&index);
	} else {
		address = (void *)dl_value(&found);
	}
	dl_unlock_load();
	return address;
}

void *dlsym(void *__restrict handle, const char *__restrict name)
{
	return find(handle, name, NULL, (uintptr_t)__builtin_return_address(0));
}

void *dlvsym(void *__restrict handle, const char *__restrict name, const char *__restrict version)
{
	struct version want = { version, dl_elf_hash(version), NULL };

	return find(handle, name, &want, (uintptr_t)__builtin_return_address(0));
}

static uint32_t symbol_count(const struct map *map)
{
	const struct gnu_table *table = &map->gnu;
	uint32_t last = 0;

	if (map->hash)
		return map->hash[1];
	if (!table->bloom)
		return 0;
	for (uint32_t i = 0; i < table->count; i++)
		if (table->buckets[i] > last)
			last = table->buckets[i];
	if (last < table->first)
		return table->first;
	while (dl_inside(map, (uintptr_t)&table->chains[last - table->first], 4) && !(table->chains[last - table->first] & 1))
		last++;
	return last + 1;
}

int dladdr(const void *address, Dl_info *info)
{
	uintptr_t at = (uintptr_t)address;
	struct map *map;

	dl_lock_load();
	map = map_at(at);
	if (map) {
		uint32_t count = symbol_count(map);
		uintptr_t best = 0;

		*info = (Dl_info){ dl_label(map), (void *)map->start, NULL, NULL };
		for (uint32_t i = 1; i < count; i++) {
			const Elf32_Sym *symbol = map->symbols + i;
			uintptr_t value = map->base + symbol->st_value;

			if (symbol->st_shndx == SHN_UNDEF || ELF32_ST_TYPE(symbol->st_info) == STT_TLS || value > at || value < best ||
			    symbol->st_name >= map->strings_size || (symbol->st_size && at >= value + symbol->st_size))
				continue;
			best = value;
			info->dli_sname = map->strings + symbol->st_name;
			info->dli_saddr = (void *)value;
		}
	}
	dl_unlock_load();
	return map != NULL;
}

int dlinfo(void *handle, int request, void *result)
{
	struct map *map = handle;
	char *slash;
	int error = 0;

	dl_lock_load();
	if (!valid(handle)) {
		error = dl_fail("invalid handle for dlinfo()");
	} else if (request == RTLD_DI_LMID) {
		*(Lmid_t *)result = LM_ID_BASE;
	} else if (request == RTLD_DI_LINKMAP) {
		*(struct link_map **)result = handle;
	} else if (request == RTLD_DI_ORIGIN) {
		strcpy(result, dl_label(map));
		slash = strrchr(result, '/');
		if (slash)
			slash[slash == result] = '\0';
	} else if (request == RTLD_DI_TLS_MODID) {
		*(size_t *)result = map->tls.number;
	} else if (request == RTLD_DI_TLS_DATA) {
		*(void **)result = map->tls.number ? __tls_address(&(struct index){ map->tls.number, 0 }) : NULL;
	} else {
		error = dl_fail("unsupported request %d for dlinfo()", request);
	}
	if (error)
		dl_set_error();
	dl_unlock_load();
	return error;
}

static unsigned long long adds, subs;

int dl_iterate_phdr(int (*callback)(struct dl_phdr_info *info, size_t size, void *data), void *data)
{
	int result = 0;

	dl_lock_load();
	for (struct map *map = dl_maps; map && !result; map = map->next) {
		struct dl_phdr_info info = {
			.dlpi_addr = map->base, .dlpi_name = map->name, .dlpi_phdr = map->headers,
			.dlpi_phnum = (Elf32_Half)map->header_count, .dlpi_adds = adds, .dlpi_subs = subs,
			.dlpi_tls_modid = map->tls.number,
		};
		void **vector = thread_self()->dtv;

		if (map->tls.offset)
			info.dlpi_tls_data = (char *)thread_self() - map->tls.offset;
		else if (map->tls.number && vector && (size_t)vector[0] >= map->tls.number)
			info.dlpi_tls_data = vector[map->tls.number];
		result = callback(&info, sizeof(info), data);
	}
	dl_unlock_load();
	return result;
}
