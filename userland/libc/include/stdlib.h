/* Conversions, memory, environment, sorting, processes. */
#ifndef LIBC_STDLIB_H
#define LIBC_STDLIB_H

#include <bits/locale.h>
#include <bits/types.h>
#define __need_wchar_t
#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX 0x7fffffff
#define MB_CUR_MAX (__mb_cur_max())
size_t __mb_cur_max(void);

typedef struct {
	int quot, rem;
} div_t;
typedef struct {
	long quot, rem;
} ldiv_t;
typedef struct {
	long long quot, rem;
} lldiv_t;

void *malloc(size_t size) __attribute__((__malloc__));
void *calloc(size_t count, size_t size) __attribute__((__malloc__));
void *realloc(void *memory, size_t size);
void *reallocarray(void *memory, size_t count, size_t size);
void free(void *memory);
void *aligned_alloc(size_t alignment, size_t size);
void *memalign(size_t alignment, size_t size);
int posix_memalign(void **memory, size_t alignment, size_t size);
size_t malloc_usable_size(void *memory);

void abort(void) __attribute__((__noreturn__));
void exit(int status) __attribute__((__noreturn__));
void _Exit(int status) __attribute__((__noreturn__));
void quick_exit(int status) __attribute__((__noreturn__));
int atexit(void (*function)(void));
int at_quick_exit(void (*function)(void));
int system(const char *command);

extern char **environ;
char *getenv(const char *name);
char *secure_getenv(const char *name);
int setenv(const char *name, const char *value, int overwrite);
int unsetenv(const char *name);
int putenv(char *assignment);
int clearenv(void);

int atoi(const char *string);
long atol(const char *string);
long long atoll(const char *string);
double atof(const char *string);
long strtol(const char *__restrict string, char **__restrict end, int base);
long long strtoll(const char *__restrict string, char **__restrict end, int base);
unsigned long strtoul(const char *__restrict string, char **__restrict end, int base);
unsigned long long strtoull(const char *__restrict string, char **__restrict end, int base);
float strtof(const char *__restrict string, char **__restrict end);
double strtod(const char *__restrict string, char **__restrict end);
long double strtold(const char *__restrict string, char **__restrict end);
float strtof_l(const char *__restrict string, char **__restrict end, locale_t locale);
double strtod_l(const char *__restrict string, char **__restrict end, locale_t locale);
long double strtold_l(const char *__restrict string, char **__restrict end, locale_t locale);

int abs(int number);
long labs(long number);
long long llabs(long long number);
div_t div(int numerator, int denominator);
ldiv_t ldiv(long numerator, long denominator);
lldiv_t lldiv(long long numerator, long long denominator);

int rand(void);
void srand(unsigned seed);
int rand_r(unsigned *seed);
long random(void);
void srandom(unsigned seed);
char *initstate(unsigned seed, char *state, size_t size);
char *setstate(char *state);
double drand48(void);
double erand48(unsigned short state[3]);
long lrand48(void);
long nrand48(unsigned short state[3]);
long mrand48(void);
long jrand48(unsigned short state[3]);
void srand48(long seed);
unsigned short *seed48(unsigned short state[3]);
void lcong48(unsigned short parameters[7]);
long a64l(const char *string);
char *l64a(long number);

void *bsearch(const void *key, const void *base, size_t count, size_t size,
	      int (*compare)(const void *, const void *));
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
void qsort_r(void *base, size_t count, size_t size,
	     int (*compare)(const void *, const void *, void *), void *context);

int mblen(const char *string, size_t length);
int mbtowc(wchar_t *__restrict wide, const char *__restrict string, size_t length);
int wctomb(char *string, wchar_t wide);
size_t mbstowcs(wchar_t *__restrict wide, const char *__restrict string, size_t count);
size_t wcstombs(char *__restrict string, const wchar_t *__restrict wide, size_t size);

char *mktemp(char *template);
int mkstemp(char *template);
int mkostemp(char *template, int flags);
char *mkdtemp(char *template);
char *realpath(const char *__restrict path, char *__restrict resolved);
int getsubopt(char **option, char *const *tokens, char **value);
int getloadavg(double averages[], int count);
int mkstemps(char *template, int suffix_length);
int mkostemps(char *template, int suffix_length, int flags);
int posix_openpt(int flags);
int grantpt(int fd);
int unlockpt(int fd);
char *ptsname(int fd);
int ptsname_r(int fd, char *name, size_t size);

#endif
