# Debian's gcc: preprocesses, compiles, assembles and links in every usual way, and what it makes runs here.
cat > main.c <<'E'
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
int twice(int);
extern int counter;
static __thread int mine;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int total;
static jmp_buf env;
static void *work(void *arg) { for (int i = 0; i < 1000; i++) { mine++; pthread_mutex_lock(&lock); total++; pthread_mutex_unlock(&lock); } return (void *)(long)(mine + *(int *)arg); }
static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
static void handler(int s) { siglongjmp(env, s); }
int main(int n, char **v)
{
	int args[4] = {0, 1, 2, 3}; pthread_t t[4]; long sum = 0; void *r;
	for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, work, &args[i]);
	for (int i = 0; i < 4; i++) { pthread_join(t[i], &r); sum += (long)r; }
	printf("%d %ld %d\n", total, sum, mine);
	char *names[] = {"c", "a", "b"}; qsort(names, 3, sizeof *names, by_name); printf("%s%s%s %d %.10g %a\n", names[0], names[1], names[2], twice(20 + n), sqrt(2.0) * sin(1), 0.1);
	signal(SIGSEGV, handler); int s = sigsetjmp(env, 1); if (s == 0) *(volatile int *)8 = 1; printf("signal %d\n", s);
	pid_t p = fork(); if (p == 0) _exit(17); int status; waitpid(p, &status, 0); printf("child %d\n", WEXITSTATUS(status));
	void *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); memset(m, 'x', 8192); printf("%c %lld %d\n", ((char *)m)[8191], 1LL << 40, counter);
	errno = 0; fopen("/nowhere", "r"); printf("%s %s %zu\n", strerror(errno), n > 1 ? v[1] : "none", sizeof(long double));
	return 3;
}
E
echo 'int counter = 5; int twice(int x) { counter++; return 2 * x; }' > lib.c
for how in '-O0' '-O2 -Wall -Wextra' '-Os -static' '-O3 -march=pentium4 -flto -fno-semantic-interposition' '-O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2 -pie -fPIE -Wl,-z,now'; do gcc-12 $how -o a.out main.c lib.c -lm -pthread && ./a.out arg > out; echo "$how: $? $(md5sum < out)"; done; cat out
gcc-12 -O2 -fPIC -shared -Wl,-soname,libtwice.so.1 -o libtwice.so.1 lib.c && ln -s libtwice.so.1 libtwice.so; gcc-12 -O2 main.c -o shared -L. -ltwice -lm -Wl,-rpath,'$ORIGIN' && ./shared | sed -n 2p; readelf -d shared | grep -o 'libtwice.so.1'; ldd shared | grep -c libtwice
gcc-12 -c -O2 lib.c && ar rcs libs.a lib.o && nm libs.a | grep ' T '; gcc-12 -O2 main.c -o st libs.a -lm && ./st | tail -n 1; echo 'x = __LINE__ __STDC_VERSION__' | gcc-12 -E -P -; gcc-12 -S -O2 -masm=intel -o - lib.c | grep -c '^twice:'; objdump -d lib.o | grep -c ret; strip st && ./st > /dev/null; echo $?; objcopy -O binary -j .text lib.o raw; stat -c %s raw; size lib.o | wc -l; strings -n 5 shared | grep -c nowhere; gcc-12 -g -O0 lib.c main.c -lm -o dbg; addr2line -f -e dbg "0x$(nm dbg | awk '$3 == "twice" { print $1 }')" | head -n 1
cat > s.s <<'E'
.globl main
main: movl $42, %eax
 ret
E
gcc-12 s.s -o s; ./s; echo $?; echo 'int main(void) { return "x" }' > bad.c; gcc-12 bad.c 2>&1; echo $?; gcc-12 -fsyntax-only -Wall -Werror -xc - <<'E' 2>&1 | tail -n 4
int main(void) { int unused; return 0; }
E
gcc-12 -dumpmachine; gcc-12 main.c 2>&1 | grep -c 'undefined reference'; echo 'int main(void) { return __builtin_popcount(0xff) + _Generic(1L, long: 1, default: 2); }' | gcc-12 -std=c11 -xc - -o g && ./g; echo $?
