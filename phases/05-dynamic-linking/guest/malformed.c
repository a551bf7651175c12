/*
 * malformed KIND SEED COUNT: files with one field or some bytes wrong, KIND being `library` (opened by the loader) or
 * `program` (executed by the kernel, then read by the loader). COUNT of them are field by field, evenly chosen among all
 * fields and values, and as many at random. Each either works, or is refused with one line that names it; what is wrong
 * beyond that (in its code or its data) may only kill the process itself, never inside the loader, and nothing goes on
 * for ever.
 */
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../guest/testing.h"

#define NAME "/tmp/malformed"
#define LARGEST 65536
#define FIELDS 4096
#define PATIENCE 5			/* seconds */

enum { WORKS = 40, REFUSED, BAD_MESSAGE, OWN_FAULT, LOADER_FAULT, NOT_EXECUTED };

static uint8_t whole[LARGEST], broken[LARGEST];
static size_t size, broken_size;
static struct { uint32_t offset, width; } fields[FIELDS];
static unsigned field_count;
static uint32_t state;
static uintptr_t loader_base, loader_start, loader_end;

static uint32_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* ---- which fields there are ---- */

static void add(uint32_t offset, uint32_t width, uint32_t count)
{
	for (; count > 0 && field_count < FIELDS && offset + width <= size; count--, offset += width)
		fields[field_count++] = (typeof(fields[0])){ offset, width };
}

static uint32_t offset_of(uint32_t address)
{
	const Elf32_Ehdr *header = (const Elf32_Ehdr *)whole;
	const Elf32_Phdr *h = (const Elf32_Phdr *)(whole + header->e_phoff);

	for (int i = 0; i < header->e_phnum; i++)
		if (h[i].p_type == PT_LOAD && address >= h[i].p_vaddr && address - h[i].p_vaddr < h[i].p_filesz)
			return address - h[i].p_vaddr + h[i].p_offset;
	return LARGEST;
}

static void add_tables(const Elf32_Dyn *entry)
{
	uint32_t symbols = 0, rel = 0, plt = 0, relr = 0, versym = 0, count = 0;
	const Elf32_Dyn *begin = entry;

	for (; entry->d_tag != DT_NULL; entry++) {
		const uint32_t value = entry->d_un.d_val;

		if (entry->d_tag == DT_HASH) {
			const uint32_t *hash = (const uint32_t *)(whole + offset_of(value));

			count = hash[1];
			add(offset_of(value), 4, 2 + hash[0] + hash[1]);
		} else if (entry->d_tag == DT_GNU_HASH) {
			const uint32_t *hash = (const uint32_t *)(whole + offset_of(value));

			add(offset_of(value), 4, 4 + hash[2] + 2 * hash[0]);
		} else if (entry->d_tag == DT_SYMTAB) {
			symbols = value;
		} else if (entry->d_tag == DT_REL) {
			rel = value;
		} else if (entry->d_tag == DT_RELR) {
			relr = value;
		} else if (entry->d_tag == DT_JMPREL) {
			plt = value;
		} else if (entry->d_tag == DT_VERSYM) {
			versym = value;
		} else if (entry->d_tag == DT_VERDEF || entry->d_tag == DT_VERNEED) {
			add(offset_of(value), 4, 16);
		}
	}
	if (symbols)
		add(offset_of(symbols), 4, 4 * (count ? count : 8));
	if (versym)
		add(offset_of(versym), 2, count ? count : 8);
	for (entry = begin; entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_RELSZ && rel)
			add(offset_of(rel), 4, entry->d_un.d_val / 4);
		if (entry->d_tag == DT_PLTRELSZ && plt)
			add(offset_of(plt), 4, entry->d_un.d_val / 4);
		if (entry->d_tag == DT_RELRSZ && relr)
			add(offset_of(relr), 4, entry->d_un.d_val / 4);
	}
}

static void find_fields(void)
{
	const Elf32_Ehdr *header = (const Elf32_Ehdr *)whole;
	const Elf32_Phdr *h = (const Elf32_Phdr *)(whole + header->e_phoff);

	add(0, 1, 16);
	add(16, 2, 2);
	add(20, 4, 5);
	add(40, 2, 6);
	add(header->e_phoff, 4, header->e_phnum * 8u);
	for (int i = 0; i < header->e_phnum; i++)
		if (h[i].p_type == PT_DYNAMIC) {
			add(h[i].p_offset, 4, h[i].p_filesz / 4);
			add_tables((const Elf32_Dyn *)(whole + h[i].p_offset));
		}
}

/* ---- breaking ---- */

#define VALUES 14

static uint32_t value_of(uint32_t old, unsigned which)
{
	const uint32_t values[VALUES] = {
		0, 1, 3, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffff000, old + 1, old - 1, old ^ 0x1000, old + 4, old << 8,
		(uint32_t)size, 0x10000,
	};

	return values[which];
}

static void break_field(unsigned field, unsigned which)
{
	uint32_t old = 0, value;

	memcpy(&old, broken + fields[field].offset, fields[field].width);
	value = value_of(old, which);
	memcpy(broken + fields[field].offset, &value, fields[field].width);
}

static void break_at_random(void)
{
	for (unsigned n = 1 + draw() % 4; n > 0; n--) {
		if (draw() % 2)
			break_field(draw() % field_count, draw() % VALUES);
		else if (draw() % 2)
			broken[draw() % size] = (uint8_t)draw();
		else
			broken[fields[draw() % field_count].offset] ^= (uint8_t)(1u << draw() % 8);
	}
	if (draw() % 8 == 0)
		broken_size = draw() % size;
}

/* ---- trying ---- */

static int find_loader(struct dl_phdr_info *info, size_t length, void *data)
{
	(void)length;
	(void)data;
	if (strstr(info->dlpi_name, "ld-imposos"))
		for (int i = 0; i < info->dlpi_phnum; i++)
			if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
				loader_base = info->dlpi_addr;
				loader_start = loader_base + info->dlpi_phdr[i].p_vaddr;
				loader_end = loader_start + info->dlpi_phdr[i].p_memsz;
			}
	return 0;
}

static void fault(int signal, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)((ucontext_t *)context)->uc_mcontext.eip;

	if (at < loader_start || at >= loader_end)
		_exit(OWN_FAULT);
	dprintf(2, "signal %d in the loader at %lx, for %p\n", signal, (unsigned long)(at - loader_base), info->si_addr);
	_exit(LOADER_FAULT);
}

static void catch_faults(void)
{
	static char stack[16384];
	const stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_sigaction = fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaltstack(&alternate, NULL);
	for (unsigned i = 0; i < 4; i++)
		sigaction((const int[]){ SIGSEGV, SIGBUS, SIGILL, SIGFPE }[i], &action, NULL);
}

static int is_one_line(const char *message, const char *name)
{
	const char *end = strchr(message, '\n');

	return *message && (!end || !end[1]) && strstr(message, name);
}

static int open_it(void)
{
	void *handle;
	int found = 0;

	catch_faults();
	handle = dlopen(NAME, RTLD_NOW);
	if (!handle) {
		const char *message = dlerror();

		if (message && is_one_line(message, NAME))
			return REFUSED;
		dprintf(2, "%s\n", message);
		return BAD_MESSAGE;
	}
	found += dlsym(handle, "sample") != NULL;
	found += dlvsym(handle, "sample", "S_1") != NULL;
	found += dlsym(handle, "sample_local") != NULL;
	found += dlsym(handle, "strlen") != NULL;
	dlclose(handle);
	return WORKS + (found > 4);
}

static int outcome_of_program(int status, int fd)
{
	char message[1024];
	ssize_t got = pread(fd, message, sizeof(message) - 1, 0);

	message[got > 0 ? got : 0] = '\0';
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGKILL ? 0 : OWN_FAULT;
	if (WEXITSTATUS(status) == 127 && *message)
		return is_one_line(message, "malformed") ? REFUSED : BAD_MESSAGE;
	return WEXITSTATUS(status) == NOT_EXECUTED ? NOT_EXECUTED : WORKS;
}

static int try_it(int library)
{
	static int said = -1;
	struct rlimit space = { 256 << 20, 256 << 20 };
	int status = 0;
	pid_t pid;

	if (said < 0)
		said = open("/tmp/malformed.said", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	(void)!ftruncate(said, 0);
	lseek(said, 0, SEEK_SET);
	pid = fork();
	if (!pid) {
		char *argv[] = { (char *)NAME, NULL }, *env[] = { NULL };

		alarm(PATIENCE);
		if (library)
			_exit(open_it());
		setrlimit(RLIMIT_AS, &space);
		dup2(said, 2);
		execve(NAME, argv, env);
		_exit(NOT_EXECUTED);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return BAD_MESSAGE;
	if (!library)
		return outcome_of_program(status, said);
	return WIFSIGNALED(status) ? WTERMSIG(status) == SIGALRM ? 0 : OWN_FAULT : WEXITSTATUS(status);
}

static int write_it(void)
{
	int fd, good;

	unlink(NAME);
	fd = open(NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	good = fd >= 0 && write(fd, broken, broken_size) == (ssize_t)broken_size;
	close(fd);
	return good;
}

static int counts[64], shown;

static void count(int library, const char *how, unsigned field, unsigned which)
{
	int outcome = write_it() ? try_it(library) : BAD_MESSAGE;

	counts[outcome & 63]++;
	if ((outcome == 0 || outcome == LOADER_FAULT || outcome == BAD_MESSAGE) && shown++ < 10)
		DIAG("%s: offset %u, value %u: %s", how, field < field_count ? fields[field].offset : field, which,
		     outcome == 0 ? "goes on for ever" : outcome == LOADER_FAULT ? "the loader dies" : "no clear line");
}

int main(int argc, char **argv)
{
	int library = argc > 1 && !strcmp(argv[1], "library"), tries = argc > 3 ? atoi(argv[3]) : 100;
	int fd = open(library ? "/usr/libexec/imposos-tests/05/lib/libsample.so" : "/usr/libexec/imposos-tests/05/plain", O_RDONLY);
	unsigned all;

	state = (argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1) * 2654435761u | 1;
	size = (size_t)read(fd, whole, sizeof(whole));
	close(fd);
	dl_iterate_phdr(find_loader, NULL);
	find_fields();
	all = field_count * VALUES;
	OK(field_count > 150 && loader_start, "%u fields of %zu bytes", field_count, size);
	memcpy(broken, whole, size);
	broken_size = size;
	write_it();
	IS(try_it(library), WORKS);
	for (int i = 0; i < tries; i++) {
		unsigned which = (unsigned)((uint64_t)i * all / (unsigned)tries) + draw() % (all / (unsigned)tries + 1);

		memcpy(broken, whole, size);
		break_field(which % all / VALUES, which % VALUES);
		count(library, "field", which % all / VALUES, which % VALUES);
	}
	for (int i = 0; i < tries; i++) {
		uint32_t seed = state;

		memcpy(broken, whole, size);
		broken_size = size;
		break_at_random();
		count(library, "random", FIELDS, seed);
	}
	IS(counts[0], 0);
	IS(counts[LOADER_FAULT], 0);
	IS(counts[BAD_MESSAGE], 0);
	OK(counts[REFUSED] + counts[NOT_EXECUTED] > tries / 4, "%d refused by the loader, %d by the kernel; %d work, %d die by themselves",
	   counts[REFUSED], counts[NOT_EXECUTED], counts[WORKS], counts[OWN_FAULT]);
	unlink(NAME);
	unlink("/tmp/malformed.said");
	return test_done();
}
