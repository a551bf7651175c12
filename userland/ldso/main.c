/*
 * From the kernel's entry to the program's: this library relocates itself, gives the first thread a block,
 * loads what the program needs, and runs the constructors.
 *
 * Until the own relocations are done, nothing may be used that has its address in a table; until the first
 * thread block is in use, neither errno nor a system call (and this folder has no stack protector).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "debugger.h"
#include "ldso.h"
#include "start.h"

struct map *dl_maps, *dl_last, *dl_program, *dl_self, **dl_global;
unsigned dl_global_count;
int dl_secure, dl_bind_now, dl_running, dl_argc;
const char *dl_library_path;
char **dl_argv;

extern const Elf32_Ehdr __ehdr_start HIDDEN;
extern Elf32_Dyn _DYNAMIC[] HIDDEN;
extern char **environ;
void _dl_start(void) HIDDEN;
uint64_t __dl_main(uintptr_t *stack) HIDDEN;

static struct map own_map, program_map;
/* The first thread's block until the places of all variables are known. */
static char early[sizeof(struct thread) + 1024] __attribute__((aligned(64)));

#define LOADING "error while loading shared libraries"

static void check(int result)
{
	if (result < 0)
		dl_fatal(LOADING);
}

static void own_relative_relocations(uintptr_t base)
{
	uintptr_t table = 0, size = 0;

	for (const Elf32_Dyn *entry = _DYNAMIC; entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_REL)
			table = base + entry->d_un.d_ptr;
		if (entry->d_tag == DT_RELSZ)
			size = entry->d_un.d_val;
	}
	for (const Elf32_Rel *r = (const Elf32_Rel *)table; (uintptr_t)r < table + size; r++)
		if (ELF32_R_TYPE(r->r_info) == R_386_RELATIVE)
			*(uintptr_t *)(base + r->r_offset) += base;
}

/* The one place that knows of own variables before they have their final places: all of them move alike. */
static void shift_own_tls(uintptr_t by)
{
	for (const Elf32_Rel *r = (const Elf32_Rel *)own_map.rel; (uintptr_t)r < own_map.rel + own_map.rel_size; r++)
		if (ELF32_R_TYPE(r->r_info) == R_386_TLS_TPOFF)
			*(uintptr_t *)(own_map.base + r->r_offset) += by;
}

/* Among what may be written, so that a core file has it: a debugger reads it there before it can find this library. */
static char own_name[] = "/lib/ld-imposos.so.1";

static void read_own_headers(uintptr_t base)
{
	const Elf32_Phdr *h = (const Elf32_Phdr *)(base + __ehdr_start.e_phoff);

	own_map.base = base;
	own_map.name = own_name;
	own_map.headers = h;
	own_map.header_count = __ehdr_start.e_phnum;
	own_map.start = base;
	own_map.startup = own_map.init_begun = 1;
	for (unsigned i = 0; i < own_map.header_count; i++)
		if (h[i].p_type == PT_LOAD)
			own_map.end = (base + h[i].p_vaddr + h[i].p_memsz + 4095) & -4096UL;
	dl_self = &own_map;
	(void)dl_read_headers(&own_map);	/* the linker's own work: as it should be */
	(void)dl_read_dynamic(&own_map);
}

/* A thread block with this library's variables alone, so that everything else of it works. */
static void begin_thread(void)
{
	const Elf32_Phdr *h = own_map.headers;
	size_t offset = 0;

	for (unsigned i = 0; i < own_map.header_count; i++)
		if (h[i].p_type == PT_TLS)
			offset = (h[i].p_memsz + 63) & -64UL;
	shift_own_tls(-offset);
	__tls_use((struct thread *)(early + ((sizeof(early) - sizeof(struct thread)) & -64UL)));
	own_map.tls.offset = offset;
}

/* All places are known: the block at last, with what the early one holds of this library's variables. */
static void move_thread(void)
{
	struct thread *old = thread_self(), *thread;
	size_t before = own_map.tls.offset, total;
	char *area;

	dl_place_tls(&program_map);
	own_map.tls.offset = 0;
	dl_place_tls(&own_map);
	for (struct map *map = dl_maps; map; map = map->next)
		dl_place_tls(map);
	if (!__tls_size)
		__tls_size = 2048;
	total = __tls_size + sizeof(struct thread) + __tls_align;
	area = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		check(dl_fail("no memory for thread-local variables"));
	thread = (struct thread *)(((uintptr_t)area + __tls_size + __tls_align - 1) & -__tls_align);
	__copy_tls(thread);
	memcpy((char *)thread - own_map.tls.offset, (char *)old - before, own_map.tls.size);
	__tls_use(thread);
	shift_own_tls(before - own_map.tls.offset);
}

static void preload(const char *names)
{
	while (names && *names) {
		size_t length = strcspn(names, " :");
		char *name = dl_copy(names, length);

		if (length && name && !dl_load(name, NULL))
			dl_print(2, "ERROR: ld-imposos.so.1: object '%s' from LD_PRELOAD cannot be preloaded (%s): ignored.\n", name,
				 dl_message);
		__libc_free(name);
		names += length + (names[length] != '\0');
	}
}

static uint32_t auxiliary(uint32_t type)
{
	for (uint32_t *entry = __auxv; entry[0] != AT_NULL; entry += 2)
		if (entry[0] == type)
			return entry[1];
	return 0;
}

static void set_auxiliary(uint32_t type, uint32_t value)
{
	for (uint32_t *entry = __auxv; entry[0] != AT_NULL; entry += 2)
		if (entry[0] == type)
			entry[1] = value;
}

/* Where the program lies, if its headers do not say: by its first instruction, if its file's header is there. */
static uintptr_t base_by_entry(void)
{
	uintptr_t headers = auxiliary(AT_PHDR);
	const Elf32_Ehdr *header = (const Elf32_Ehdr *)(headers & -4096UL);

	if (memcmp(header->e_ident, ELFMAG, SELFMAG) || (uintptr_t)header + header->e_phoff != headers)
		return 0;
	return auxiliary(AT_ENTRY) - header->e_entry;
}

/* The program that the kernel has mapped. */
static void adopt_program(void)
{
	struct map *map = &program_map;

	map->headers = (const Elf32_Phdr *)(uintptr_t)auxiliary(AT_PHDR);
	map->header_count = auxiliary(AT_PHNUM);
	map->start = UINTPTR_MAX;
	for (unsigned i = 0; i < map->header_count; i++)
		if (map->headers[i].p_type == PT_PHDR)
			map->base = (uintptr_t)map->headers - map->headers[i].p_vaddr;
	if (!map->base)
		map->base = base_by_entry();
	if (map->base % 4096)
		check(dl_fail("%s: program headers that lie elsewhere than they say", dl_label(map)));
	for (unsigned i = 0; i < map->header_count; i++) {
		const Elf32_Phdr *h = &map->headers[i];
		uintptr_t start = (map->base + h->p_vaddr) & -4096UL, end = (map->base + h->p_vaddr + h->p_memsz + 4095) & -4096UL;

		if (h->p_type != PT_LOAD)
			continue;
		if (start < map->start)
			map->start = start;
		if (end > map->end)
			map->end = end;
	}
}

struct options {
	int list, verify;
	const char *preload;
	uintptr_t entry;
};

__attribute__((noreturn)) static void usage(void)
{
	dl_print(2, "usage: ld-imposos.so.1 [--list] [--verify] [--library-path PATH] [--preload LIBRARIES] PROGRAM [ARGUMENT]...\n");
	_exit(127);
}

/* This file run as a program: the first argument that is no option is the program. Returns how many went. */
static int read_options(struct options *options)
{
	int at = 1;

	for (; at < dl_argc && !strncmp(dl_argv[at], "--", 2); at++) {
		if (!strcmp(dl_argv[at], "--list"))
			options->list = 1;
		else if (!strcmp(dl_argv[at], "--verify"))
			options->verify = 1;
		else if (!strcmp(dl_argv[at], "--library-path") && at + 1 < dl_argc)
			dl_library_path = dl_argv[++at];
		else if (!strcmp(dl_argv[at], "--preload") && at + 1 < dl_argc)
			options->preload = dl_argv[++at];
		else
			usage();
	}
	if (at == dl_argc)
		usage();
	return at;
}

static void load_program(const char *path, struct options *options)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct library_file file;
	struct map *map;

	if (fd < 0 || dl_read_file(&file, fd) < 0)
		check(dl_fail("%s: cannot open: %s", path, strerror(errno)));
	map = dl_map_file(&file, path, 1);
	if (!map)
		dl_fatal(LOADING);
	close(fd);
	if (!dl_in_segment(map, map->base + file.entry, 1, PF_X))
		check(dl_fail("%s: its first instruction lies in no text", path));
	program_map = *map;
	__libc_free(map);
	/* Its folder is that of the path; its name is empty, however it was started. */
	dl_origin(&program_map);
	__libc_free((char *)program_map.name);
	program_map.name = "";
	options->entry = program_map.base + file.entry;
	set_auxiliary(AT_PHDR, (uint32_t)(uintptr_t)program_map.headers);
	set_auxiliary(AT_PHNUM, program_map.header_count);
	set_auxiliary(AT_ENTRY, (uint32_t)options->entry);
	set_auxiliary(AT_BASE, (uint32_t)own_map.base);
}

static void list_and_exit(void)
{
	for (struct map *map = dl_maps->next; map; map = map->next)
		if (!strchr(dl_short_name(map), '/') && strcmp(dl_short_name(map), map->name))
			dl_print(1, "\t%s => %s (0x%08lx)\n", dl_short_name(map), map->name, (unsigned long)map->base);
		else
			dl_print(1, "\t%s (0x%08lx)\n", map->name, (unsigned long)map->base);
	_exit(0);
}

static void make_global_scope(void)
{
	unsigned count = 0;

	for (struct map *map = dl_maps; map; map = map->next)
		count++;
	dl_global = __libc_malloc((count + 64) * sizeof(*dl_global));
	if (!dl_global)
		check(dl_fail("no memory"));
	for (struct map *map = dl_maps; map; map = map->next) {
		map->startup = map->global = 1;
		dl_global[dl_global_count++] = map;
	}
}

static void relocate_all(void)
{
	struct map *map = dl_last;

	/* From the end, so that objects are complete before they are copied; this library is complete first. */
	check(dl_relocate_self(1));
	for (; map; map = map->previous)
		check(dl_relocate(map, !dl_bind_now));
}

static void initialise_all(void)
{
	for (size_t i = 0; i < program_map.preinit_count; i++)
		program_map.preinit_array[i](dl_argc, dl_argv, environ);
	/* What was preloaded first, then the program's own tree. */
	for (struct map *map = program_map.next; map; map = map->next)
		if (map->preloaded)
			dl_initialise(map);
	dl_initialise(&program_map);
	dl_running = 1;
}

/* Who started the program is not whom it acts for: neither it nor what it starts heeds a word of theirs to a loader. */
static void forget_environment(void)
{
	char **to = environ;

	for (char **from = environ; *from; from++)
		if (strncmp(*from, "LD_", 3))
			*to++ = *from;
	*to = NULL;
}

static void read_environment(struct options *options)
{
	const char *value;

	dl_secure = auxiliary(AT_SECURE) != 0;
	if (dl_secure) {
		forget_environment();
		return;
	}
	dl_library_path = getenv("LD_LIBRARY_PATH");
	if ((value = getenv("LD_DEBUG")))
		dl_read_debug(value);
	if ((value = getenv("LD_TRACE_LOADED_OBJECTS")) && *value)
		options->list = 1;
	value = getenv("LD_BIND_NOW");
	dl_bind_now = value && *value;
	options->preload = getenv("LD_PRELOAD");
}

struct where {
	uintptr_t entry, stack;
};

static struct where run(uintptr_t *stack)
{
	struct options options = { .entry = auxiliary(AT_ENTRY) };
	int direct, gone = 0;

	read_environment(&options);
	direct = options.entry == (uintptr_t)_dl_start;
	if (direct)
		gone = read_options(&options);
	program_map.program = 1;
	program_map.name = "";
	if (direct) {
		load_program(dl_argv[gone], &options);
	} else {
		adopt_program();
		check(dl_read_headers(&program_map));
		check(dl_read_dynamic(&program_map));
	}
	dl_argv += gone;
	dl_argc -= gone;
	stack[gone] = (uintptr_t)dl_argc;
	dl_program = &program_map;
	dl_append(&program_map);
	preload(options.preload);
	for (struct map *map = program_map.next; map; map = map->next)
		map->preloaded = 1;
	check(dl_load_needed(&program_map, options.list));
	if (!own_map.listed)
		dl_append(&own_map);
	if (options.list)
		list_and_exit();
	if (options.verify)
		_exit(0);
	for (struct map *map = dl_maps; map; map = map->next)
		check(dl_check_versions(map));
	make_global_scope();
	move_thread();
	for (struct map *map = dl_maps; map; map = map->next)
		check(dl_make_scope(map));
	dl_debugger_start(&program_map);
	relocate_all();
	if (dl_debug & DEBUG_STATISTICS)
		dl_print_statistics();
	dl_debugger_say(0);
	__set_program_name(dl_argv[0]);
	initialise_all();
	return (struct where){ options.entry, (uintptr_t)(stack + gone) };
}

uint64_t __dl_main(uintptr_t *stack)
{
	uintptr_t base = (uintptr_t)&__ehdr_start;
	struct where where;
	char **end;

	own_relative_relocations(base);
	dl_argc = (int)stack[0];
	dl_argv = (char **)(stack + 1);
	for (end = dl_argv + dl_argc + 1; *end; end++)
		;
	__auxv = (uint32_t *)(end + 1);
	__cpu_vector = (auxiliary(AT_HWCAP) & HWCAP_SSE2) != 0;
	read_own_headers(base);
	begin_thread();
	dl_relocate_self(0);
	environ = dl_argv + dl_argc + 1;
	where = run(stack);
	return (uint64_t)where.stack << 32 | where.entry;
}
