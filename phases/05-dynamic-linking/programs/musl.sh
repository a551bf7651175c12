# musl's loader and library, by programs that musl-gcc makes on the spot: static, dynamic, with libraries of their own.
cat > m.c <<'E'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
extern char **environ;
static __thread int mine = 1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; static pthread_cond_t cond = PTHREAD_COND_INITIALIZER; static int total, go;
static void *work(void *a) { pthread_mutex_lock(&lock); while (!go) pthread_cond_wait(&cond, &lock); pthread_mutex_unlock(&lock); for (int i = 0; i < 2000; i++) { mine++; pthread_mutex_lock(&lock); total++; pthread_mutex_unlock(&lock); } free(malloc(100000)); return (void *)(long)mine; }
static void *sleeper(void *a) { pause(); return a; }
static volatile sig_atomic_t got; static void handler(int s) { got = s; }
int main(int argc, char **argv)
{
	pthread_t t[4]; void *r; long sum = 0; for (int i = 0; i < 4; i++) pthread_create(&t[i], 0, work, 0); pthread_mutex_lock(&lock); go = 1; pthread_cond_broadcast(&cond); pthread_mutex_unlock(&lock); for (int i = 0; i < 4; i++) pthread_join(t[i], &r), sum += (long)r; printf("%d %ld %d\n", total, sum, mine);
	pthread_create(t, 0, sleeper, 0); pthread_cancel(t[0]); pthread_join(t[0], &r); printf("%d\n", r == PTHREAD_CANCELED); signal(SIGALRM, handler); alarm(1); pause(); printf("signal %d %s\n", got, strerror(errno));
	pid_t p; int status; posix_spawnp(&p, "sh", 0, 0, (char *[]){ "sh", "-c", "exit 9", 0 }, environ); waitpid(p, &status, 0); printf("%d\n", WEXITSTATUS(status)); FILE *f = popen("tr a-z A-Z", "w"); fputs("piped\n", f); fflush(f); printf("%d\n", pclose(f));
	regex_t x; regmatch_t m[2]; regcomp(&x, "a(b+)c", REG_EXTENDED); regexec(&x, "xxabbbc", 2, m, 0); printf("%d %d %.15g %a %s\n", (int)m[1].rm_so, (int)m[1].rm_eo, exp(1), strtod("0.1", 0), strdup("copy")); struct tm *tm = gmtime(&(time_t){ 0x100000000LL }); printf("%d %zu\n", tm->tm_year + 1900, sizeof(time_t)); setlocale(LC_ALL, "C.UTF-8"); printf("%ls %d\n", L"\u00e4\u20ac", (int)mbstowcs(0, "\xc3\xa4", 0));
	if (argc > 1) { void *h = dlopen(argv[1], RTLD_NOW); int (*fn)(int) = (int (*)(int))(h ? dlsym(h, "twice") : 0); puts(fn ? "opened" : dlerror()); if (fn) printf("%d\n", fn(21)); puts(dlopen("./nothing.so", RTLD_NOW) ? "opened" : dlerror()); }
	errno = 0; printf("%p %d\n", fopen("/nowhere", "r"), errno); return 4;
}
E
echo '__thread int n; int twice(int x) { n += x; return 2 * x; } __attribute__((constructor)) static void in(void) { n = 1; }' > l.c; musl-gcc -O2 -fPIC -shared -o libl.so l.c
musl-gcc -O2 m.c -o d && ./d ./libl.so; echo $?; musl-gcc -O2 -static m.c -o s && ./s; echo $?; musl-gcc -O2 -static-pie m.c -o sp 2> /dev/null; printf '%s\n' 'int twice(int); int printf(const char *, ...); int main(void) { printf("%d\n", twice(4)); return 0; }' > n.c; musl-gcc n.c -o n -L. -ll; ./n 2>&1; echo $?; LD_LIBRARY_PATH=. ./n; musl-gcc n.c -o n -L. -ll -Wl,-rpath,'$ORIGIN' && ./n
readelf -l d | grep -o '/lib/ld-musl[^]]*'; /lib/ld-musl-i386.so.1 --list ./n | sed "s/ (0x.*//;s|$PWD||"; /lib/ld-musl-i386.so.1 2>&1 | head -n 2; LD_PRELOAD=./libl.so ./n; echo 'int x = 1; int main(void) { return undefined_function(); }' > u.c; musl-gcc -shared -fPIC -w -o libu.so u.c; ./d ./libu.so | grep -A1 -i 'undefined\|not found' | head -n 2; ldd ./s 2>&1 | head -n 1
