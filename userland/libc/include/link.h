/* Loaded programs and libraries, as debuggers and unwinders see them. */
#ifndef LIBC_LINK_H
#define LIBC_LINK_H

#include <bits/types.h>
#include <elf.h>

#define ElfW(type) Elf32_##type

struct link_map {
	Elf32_Addr l_addr;
	char *l_name;
	Elf32_Dyn *l_ld;
	struct link_map *l_next, *l_prev;
};

struct r_debug {
	int r_version;
	struct link_map *r_map;
	Elf32_Addr r_brk;
	enum { RT_CONSISTENT, RT_ADD, RT_DELETE } r_state;
	Elf32_Addr r_ldbase;
};
extern struct r_debug _r_debug;

struct dl_phdr_info {
	Elf32_Addr dlpi_addr;
	const char *dlpi_name;
	const Elf32_Phdr *dlpi_phdr;
	Elf32_Half dlpi_phnum;
	unsigned long long dlpi_adds, dlpi_subs;
	size_t dlpi_tls_modid;
	void *dlpi_tls_data;
};

int dl_iterate_phdr(int (*callback)(struct dl_phdr_info *info, size_t size, void *data), void *data);

#endif
