/*
 * Every program of ours in the system's folders: dynamic, at any address, bound and read-only before it runs, with nothing
 * that can be both written and executed. What must work without the loader is static, and that is a short list.
 */
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../../guest/testing.h"

static const char *const folders[] = { "/usr/bin", "/usr/sbin", "/usr/libexec/imposos" };
static const char *const without[] = { "/usr/sbin/init", "/usr/sbin/rescue-sh", "/usr/libexec/imposos/agent" };
static char file[1 << 20];
static size_t size;
static int ours, spared;

static int is_ours(const Elf32_Ehdr *header, const Elf32_Phdr *headers)
{
	for (int i = 0; i < header->e_phnum; i++)
		if (headers[i].p_type == PT_INTERP && headers[i].p_offset + headers[i].p_filesz <= size)
			return !strcmp(file + headers[i].p_offset, "/lib/ld-imposos.so.1");
	return 0;
}

static int bound_at_start(const Elf32_Phdr *dynamic)
{
	const Elf32_Dyn *entry = (const Elf32_Dyn *)(file + dynamic->p_offset);
	int now = 0, needed = 0;

	for (; entry->d_tag != DT_NULL; entry++) {
		now |= entry->d_tag == DT_FLAGS_1 && entry->d_un.d_val & DF_1_NOW && entry->d_un.d_val & DF_1_PIE;
		needed += entry->d_tag == DT_NEEDED;
		if (entry->d_tag == DT_TEXTREL || entry->d_tag == DT_RPATH || entry->d_tag == DT_RUNPATH)
			return 0;
	}
	return now && needed > 0;
}

static const char *fault(const Elf32_Ehdr *header, const Elf32_Phdr *headers)
{
	int relro = 0, now = 0, stack = 0;

	if (header->e_type != ET_DYN)
		return "not at any address";
	for (int i = 0; i < header->e_phnum; i++) {
		const Elf32_Phdr *h = &headers[i];

		if (h->p_type == PT_LOAD && (h->p_flags & (PF_W | PF_X)) == (PF_W | PF_X))
			return "a segment that can be written and executed";
		relro |= h->p_type == PT_GNU_RELRO;
		stack |= h->p_type == PT_GNU_STACK && !(h->p_flags & PF_X);
		now |= h->p_type == PT_DYNAMIC && bound_at_start(h);
	}
	return !relro ? "no read-only part" : !stack ? "an executable stack" : !now ? "not bound at its start" : NULL;
}

static void look_at(const char *path)
{
	const Elf32_Ehdr *header = (const Elf32_Ehdr *)file;
	const Elf32_Phdr *headers;
	struct stat status;
	int fd;

	if (lstat(path, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > (off_t)sizeof(file))
		return;
	fd = open(path, O_RDONLY);
	size = fd < 0 ? 0 : (size_t)read(fd, file, sizeof(file));
	close(fd);
	if (size < sizeof(*header) || memcmp(file, ELFMAG, SELFMAG))
		return;
	headers = (const Elf32_Phdr *)(file + header->e_phoff);
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		if (!strcmp(path, without[i])) {
			spared++;
			OK(!is_ours(header, headers) && header->e_type == ET_EXEC, "%s needs no loader", path);
			return;
		}
	if (!is_ours(header, headers))
		return;		/* somebody else's */
	ours++;
	OK(!fault(header, headers), "%s: %s", path, fault(header, headers) ? fault(header, headers) : "dynamic, position-independent, read-only");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		DIR *dir = opendir(folders[i]);
		struct dirent *entry;
		char path[512];

		while (dir && (entry = readdir(dir))) {
			snprintf(path, sizeof(path), "%s/%s", folders[i], entry->d_name);
			look_at(path);
		}
		if (dir)
			closedir(dir);
	}
	OK(ours > 60, "there are %d of them", ours);
	IS(spared, 3);
	return test_done();
}
