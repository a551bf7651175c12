/*
 * The program loader, which is part of the shared C library: /lib/ld-imposos.so.1 is both.
 *
 * A struct map is one loaded file. Its first five members are the link map that debuggers read. Maps stand in
 * one list in order of loading, the program first. Where a symbol of a map is looked for: in the global scope
 * (the program, what was preloaded, their libraries breadth first, and what was opened with RTLD_GLOBAL), then
 * in the map's own scope (itself and its libraries breadth first).
 *
 * Locks: load_lock, recursive, is held by whoever opens or closes, while constructors run too. scope_lock is
 * held for short, by lookups and by changes of the lists; changes block signals, so that a handler may bind.
 *
 * Functions that can fail return -1, or NULL, with a message in dl_message.
 */
#ifndef LDSO_H
#define LDSO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <abi/elf.h>
#include "thread.h"
#include "tls-module.h"

struct version {
	const char *name;		/* NULL: none of that number */
	uint32_t hash;
	const char *file;		/* of needed ones: who is to have it */
};

/* A hash table of the GNU form, taken apart. */
struct gnu_table {
	const uint32_t *bloom, *buckets, *chains;	/* bloom is NULL: there is none; chains begin at symbol `first` */
	uint32_t mask, shift, count, first;
};

struct map {
	uintptr_t base;
	const char *name;		/* path; "" for the program */
	Elf32_Dyn *dynamic;
	struct map *next, *previous;

	const char *soname;		/* or NULL */
	char *origin;			/* the folder that it lies in, or NULL */
	struct map *loader;		/* whose need brought it, or NULL */
	const Elf32_Phdr *headers;
	unsigned header_count;
	uintptr_t start, end;		/* of the image in memory */
	dev_t device;
	ino_t inode;

	const char *strings;
	size_t strings_size;
	const Elf32_Sym *symbols;
	struct gnu_table gnu;
	const uint32_t *hash;
	const uint16_t *versym;
	uintptr_t verdef, verneed;
	unsigned verdef_count, verneed_count;
	struct version *versions;
	unsigned version_count;
	uintptr_t rel, rela, plt_rel, relr;
	size_t rel_size, rela_size, plt_rel_size, relr_size;
	size_t relative_count;		/* how many of rel are RELATIVE, at its beginning */
	uintptr_t writable, writable_end;	/* from the first to the last segment that may be written */
	unsigned writable_count;
	int plt_is_rela;
	uintptr_t *got;
	void (*init)(int, char **, char **);
	void (*fini)(void);
	void (**preinit_array)(int, char **, char **);
	void (**init_array)(int, char **, char **);
	void (**fini_array)(void);
	size_t preinit_count, init_count, fini_count;
	const char *rpath, *runpath;
	int symbolic, bind_now, text_relocations, static_tls;
	uintptr_t relro, relro_end;

	struct tls_module tls;
	int has_tls, tls_placed;

	struct map **needed;		/* in order of DT_NEEDED */
	unsigned needed_count;
	struct map **scope;		/* itself and all that it needs, breadth first */
	unsigned scope_count;
	struct map *root;		/* what dlopen() was asked for when this came with it */

	int program, preloaded, startup;		/* of the first set: never closed */
	int global, deep, no_delete;
	int listed, relocated, init_begun, initialised, mark;
	unsigned opened;		/* by dlopen() */
};

struct found {
	const Elf32_Sym *symbol;	/* NULL: nowhere */
	struct map *map;
};

#define HIDDEN __attribute__((visibility("hidden")))
extern struct map *dl_maps HIDDEN, *dl_last HIDDEN, *dl_program HIDDEN, *dl_self HIDDEN;
extern struct map **dl_global HIDDEN;
extern unsigned dl_global_count HIDDEN;
extern char dl_message[512] HIDDEN;
extern int dl_secure HIDDEN, dl_bind_now HIDDEN, dl_running HIDDEN;
extern unsigned dl_debug HIDDEN;
extern const char *dl_library_path HIDDEN;
extern char **dl_argv HIDDEN;
extern int dl_argc HIDDEN;

enum { DEBUG_LIBS = 1, DEBUG_FILES = 2, DEBUG_BINDINGS = 4, DEBUG_SYMBOLS = 8, DEBUG_VERSIONS = 16,
       DEBUG_RELOC = 32, DEBUG_STATISTICS = 64 };

/* Stores a message. Always -1. */
int dl_fail(const char *format, ...) __attribute__((format(printf, 1, 2))) HIDDEN;
/* Adds to the message whose need it was. Always -1. */
int dl_fail_for(const struct map *map) HIDDEN;
/* Lines of LD_DEBUG, and errors at the start; both go to descriptor 2. */
void dl_say(const char *format, ...) __attribute__((format(printf, 1, 2))) HIDDEN;
void dl_print(int fd, const char *format, ...) __attribute__((format(printf, 2, 3))) HIDDEN;
void dl_fatal(const char *kind) __attribute__((noreturn)) HIDDEN;
const char *dl_label(const struct map *map) HIDDEN;
void dl_read_debug(const char *words) HIDDEN;
void dl_debug_changed(int adding) HIDDEN;

/* Memory of the loader's own, whatever the program puts in the place of malloc(). */
void *__libc_malloc(size_t size) HIDDEN;
void *__libc_calloc(size_t count, size_t size) HIDDEN;
void *__libc_realloc(void *memory, size_t size) HIDDEN;
void __libc_free(void *memory) HIDDEN;
void *__libc_memalign(size_t alignment, size_t size) HIDDEN;
char *dl_copy(const char *text, size_t length) HIDDEN;

/* map.c: a file into memory, and out of it. */
struct library_file {
	int fd;
	uint32_t entry;
	struct stat status;
	size_t size;			/* of what has been read of its beginning */
	char beginning[1024] __attribute__((aligned(4)));
};
int dl_read_file(struct library_file *file, int fd) HIDDEN;
struct map *dl_map_file(struct library_file *file, const char *path, int program) HIDDEN;
int dl_read_dynamic(struct map *map) HIDDEN;
int dl_read_headers(struct map *map) HIDDEN;
int dl_inside(const struct map *map, uintptr_t address, size_t size) HIDDEN;
/* Whether a range lies in one segment that has all of these flags (PF_R and kin). */
uintptr_t dl_segment_end(const struct map *map, uintptr_t address, uint32_t flags) HIDDEN;	/* 0: in none */
int dl_in_segment(const struct map *map, uintptr_t address, size_t size, uint32_t flags) HIDDEN;
void dl_unmap(struct map *map) HIDDEN;
void dl_append(struct map *map) HIDDEN;

/* find.c: by name. */
const char *dl_origin(struct map *map) HIDDEN;	/* the folder it lies in, for $ORIGIN; NULL: not known */
struct map *dl_load(const char *name, struct map *loader) HIDDEN;
struct map *dl_loaded(const char *name) HIDDEN;
int dl_load_needed(struct map *root, int tolerate) HIDDEN;
int dl_make_scope(struct map *map) HIDDEN;
const char *dl_short_name(const struct map *map) HIDDEN;

/* symbols.c */
uint32_t dl_gnu_hash(const char *name) HIDDEN;
uint32_t dl_elf_hash(const char *name) HIDDEN;
int dl_read_versions(struct map *map) HIDDEN;
int dl_check_versions(struct map *map) HIDDEN;
const Elf32_Sym *dl_find_in(const struct map *map, const char *name, uint32_t gnu, const struct version *version) HIDDEN;
struct found dl_find(struct map *from, const char *name, const struct version *version, const struct map *skip) HIDDEN;
uintptr_t dl_value(const struct found *found) HIDDEN;

/* relocate.c */
int dl_relocate(struct map *map, int lazy) HIDDEN;
int dl_protect(struct map *map) HIDDEN;
void dl_print_statistics(void) HIDDEN;
/* This library's references by name: to itself, and when all is loaded to whoever comes first. */
int dl_relocate_self(int final) HIDDEN;
int dl_bind(struct map *map, unsigned symbol, struct found *found, int copy) HIDDEN;

/* tls.c */
void dl_place_tls(struct map *map) HIDDEN;
int dl_need_static_tls(struct map *map) HIDDEN;
int dl_number_tls(struct map *map) HIDDEN;
void dl_forget_tls(struct map *map) HIDDEN;
uintptr_t __tls_descriptor_static(void) HIDDEN;
uintptr_t __tls_descriptor_dynamic(void) HIDDEN;
uintptr_t __tls_descriptor_undefined(void) HIDDEN;

/* order.c */
void dl_initialise(struct map *map) HIDDEN;
void dl_finish(struct map *map) HIDDEN;
void __dl_fini(void) HIDDEN;

void dl_lock_scope(void) HIDDEN;
void dl_unlock_scope(void) HIDDEN;
void dl_lock_load(void) HIDDEN;
void dl_unlock_load(void) HIDDEN;
void __dl_resolve(void) HIDDEN;
#endif
