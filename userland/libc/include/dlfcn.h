/* Opening libraries at run time. */
#ifndef LIBC_DLFCN_H
#define LIBC_DLFCN_H

#include <bits/types.h>

#define RTLD_LAZY 0x1
#define RTLD_NOW 0x2
#define RTLD_NOLOAD 0x4
#define RTLD_DEEPBIND 0x8
#define RTLD_LOCAL 0
#define RTLD_GLOBAL 0x100
#define RTLD_NODELETE 0x1000
#define RTLD_DEFAULT ((void *)0)
#define RTLD_NEXT ((void *)-1)

#define RTLD_DI_LMID 1
#define RTLD_DI_LINKMAP 2
#define RTLD_DI_ORIGIN 6
#define RTLD_DI_TLS_MODID 9
#define RTLD_DI_TLS_DATA 10
#define LM_ID_BASE 0
typedef long Lmid_t;

typedef struct {
	const char *dli_fname;
	void *dli_fbase;
	const char *dli_sname;
	void *dli_saddr;
} Dl_info;

void *dlopen(const char *name, int flags);
int dlclose(void *handle);
void *dlsym(void *__restrict handle, const char *__restrict name);
void *dlvsym(void *__restrict handle, const char *__restrict name, const char *__restrict version);
char *dlerror(void);
int dladdr(const void *address, Dl_info *info);
int dlinfo(void *handle, int request, void *result);

#endif
