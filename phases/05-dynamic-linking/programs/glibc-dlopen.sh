# A program made on the spot by Debian's gcc opens libraries by glibc's dlopen in every mode, from many threads.
cat > lib.c <<'E'
#include <stdio.h>
#ifndef NAME
#define NAME "one"
#endif
__thread int tls = 5;
int value = 7;
__attribute__((constructor)) static void in(void) { printf("+%s\n", NAME); }
__attribute__((destructor)) static void out(void) { printf("-%s\n", NAME); }
const char *name(void) { return NAME; }
int count(void) { return ++tls; }
const char *ask(void) { return name(); }
E
for n in one two; do gcc-12 -O2 -fPIC -shared "-DNAME=\"$n\"" -o lib$n.so lib.c; done; gcc-12 -shared -fPIC -o libneeds.so -xc - -xnone -L. -lone -Wl,-rpath,'$ORIGIN' <<'E'
const char *name(void); const char *through(void) { return name(); }
E
cat > main.c <<'E'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
static const char *call(void *h, const char *f) { const char *(*p)(void) = (const char *(*)(void))dlsym(h, f); return p ? p() : dlerror(); }
static int each(struct dl_phdr_info *i, size_t s, void *n) { ++*(int *)n; return s < sizeof *i; }
static void *opener(void *arg) { for (int i = 0; i < 50; i++) { void *h = dlopen(i & 1 ? "./libtwo.so" : "./libneeds.so", RTLD_NOW | (i & 2 ? RTLD_GLOBAL : 0)); if (!h || !dlsym(h, "name") || dlclose(h)) return "failed"; } return arg; }
static void *tls(void *h) { int (*c)(void) = (int (*)(void))dlsym(h, "count"); c(); return (void *)(long)c(); }
int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	void *one = dlopen("./libone.so", RTLD_LAZY | RTLD_LOCAL), *two = dlopen("./libtwo.so", RTLD_NOW | RTLD_GLOBAL); Dl_info info; int n = 0, m = 0; struct link_map *map; void *r; pthread_t t[8];
	puts(call(one, "ask")); puts(call(two, "ask")); puts(call(RTLD_DEFAULT, "name")); puts(dlsym(RTLD_NEXT, "nothing") ? "found" : dlerror());
	printf("%d %d\n", dlopen("./libone.so", RTLD_NOLOAD | RTLD_NOW) == one, dlopen("./libneeds.so", RTLD_NOLOAD | RTLD_LAZY) == NULL); dlclose(one);
	dl_iterate_phdr(each, &n); dladdr(dlsym(two, "value"), &info); printf("%s %s\n", strrchr(info.dli_fname, '/'), info.dli_sname); dlinfo(two, RTLD_DI_LINKMAP, &map); puts(strrchr(map->l_name, '/'));
	pthread_create(t, NULL, tls, two); pthread_join(t[0], &r); printf("%ld %ld\n", (long)r, (long)tls(two)); void *deep = dlopen("./libneeds.so", RTLD_NOW | RTLD_DEEPBIND); puts(call(deep, "through")); dlclose(deep); dlclose(one);
	dlclose(dlopen("./libneeds.so", RTLD_NOW | RTLD_NODELETE)); printf("%d\n", dlopen("./libneeds.so", RTLD_NOLOAD | RTLD_NOW) != NULL); puts(dlopen("./nothing.so", RTLD_NOW) ? "opened" : dlerror()); puts(dlopen("./main.c", RTLD_NOW) ? "opened" : dlerror()); puts(dlvsym(RTLD_DEFAULT, "memcpy", "GLIBC_2.0") ? "memcpy@GLIBC_2.0" : dlerror()); puts(dlvsym(RTLD_DEFAULT, "memcpy", "NONE_1") ? "found" : dlerror());
	puts("threads"); fflush(stdout); for (int i = 0; i < 8; i++) pthread_create(&t[i], NULL, opener, "well"); for (int i = 0; i < 8; i++) { pthread_join(t[i], &r); puts(r); } dl_iterate_phdr(each, &m); printf("%d\n", m >= n); return 0;
}
E
gcc-12 -O2 -rdynamic main.c -o main -ldl && ./main | sed '/threads/,${/^[-+]/d}'; echo "$?"
