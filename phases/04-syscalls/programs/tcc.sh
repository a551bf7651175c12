# Debian's tcc: compiles in memory, to objects, libraries and programs, and as a script.
cat > t.c <<'E'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
struct point { int x; double y; char name[8]; };
static int sum(int n, ...) { va_list l; int s = 0; va_start(l, n); while (n--) s += va_arg(l, int); va_end(l); return s; }
static struct point move(struct point p) { p.x += 1; p.y *= 2; return p; }
int main(int n, char **v) { struct point p = move((struct point){ .x = 1, .y = 1.25, .name = "p" }); long long big = 0x123456789abcdefLL; int i, a[5] = { [2] = 7 }; for (i = 0; i < 5; i++) a[i] += i; union { float f; unsigned u; } u = { 1.5f };
	printf("%d %s %d %g %s %llx %lld %d %x %d\n", 6 * 7, n > 1 ? v[1] : "none", p.x, p.y, p.name, big >> 4, big / 1000003, a[2], u.u, sum(3, 1, 2, 3)); switch (n) { case 1: puts("one"); break; case 2 ... 4: puts("some"); default: puts("fell"); } return n; }
E
tcc -run t.c arg; echo $?; tcc -o t t.c && ./t; echo $?; tcc -c t.c -o t.o && tcc -o u t.o && ./u a b; echo 'int shared(void) { return 99; }' > l.c; tcc -shared -o libl.so l.c; echo 'int shared(void); int printf(const char *, ...); int main(void) { return printf("%d\n", shared()) < 0; }' > m.c; tcc -o m m.c -L. -ll -Wl,-rpath=. && ./m; tcc -ar rcs libs.a t.o 2> /dev/null; ls libs.a; printf '#!/usr/bin/tcc -run\nint puts(const char *);\nint main(void) { puts("as a script"); return 0; }\n' > s.c; chmod 755 s.c; ./s.c
tcc -E -P - <<E | grep -v '^$'
#define twice(x) ((x) + (x))
#if __TINYC__
twice(__LINE__)
#endif
E
echo 'int main(void) { return x; }' > bad.c; tcc bad.c 2>&1; echo $?; tcc -b -run - <<E 2>&1 | tail -n 1 | sed 's/.*: //'
#include <stdlib.h>
int main(void) { char *p = malloc(4); p[4] = 1; return 0; }
E
{ echo '#include <math.h>'; echo '#include <stdio.h>'; for i in $(seq 1 400); do echo "static double f$i(double x) { return sqrt(x * $i) + $i % 7; }"; done; echo 'int main(void) { double s = 0;'; for i in $(seq 1 400); do echo "s += f$i($i);"; done; echo 'printf("%.6f\n", s); return 0; }'; } > big.c; tcc -lm -run big.c
