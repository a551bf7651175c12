/* A static program cannot open libraries, and says so; it can look at itself. */
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <abi/elf.h>

static _Thread_local const char *message;

static void *refuse(void)
{
	message = "not possible in a static program";
	return NULL;
}

void *dlopen(const char *name, int flags)
{
	(void)name;
	(void)flags;
	return refuse();
}

int dlclose(void *handle)
{
	(void)handle;
	refuse();
	return -1;
}

void *dlsym(void *__restrict handle, const char *__restrict name)
{
	(void)handle;
	(void)name;
	return refuse();
}

void *dlvsym(void *__restrict handle, const char *__restrict name, const char *__restrict version)
{
	(void)handle;
	(void)name;
	(void)version;
	return refuse();
}

char *dlerror(void)
{
	const char *last = message;

	message = NULL;
	return (char *)last;
}

int dladdr(const void *address, Dl_info *info)
{
	(void)address;
	(void)info;
	return 0;
}

int dlinfo(void *handle, int request, void *result)
{
	(void)handle;
	(void)request;
	(void)result;
	refuse();
	return -1;
}

int dl_iterate_phdr(int (*callback)(struct dl_phdr_info *info, size_t size, void *data), void *data)
{
	struct dl_phdr_info info = {
		.dlpi_name = "", .dlpi_phdr = (const Elf32_Phdr *)getauxval(AT_PHDR), .dlpi_phnum = (Elf32_Half)getauxval(AT_PHNUM),
	};

	return callback(&info, sizeof(info), data);
}
