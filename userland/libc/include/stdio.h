/* Buffered streams and formatted input and output. */
#ifndef LIBC_STDIO_H
#define LIBC_STDIO_H

#include <bits/types.h>
#include <stdarg.h>

#define EOF (-1)
#define BUFSIZ 4096
#define FILENAME_MAX 4096
#define FOPEN_MAX 1024
#define L_tmpnam 20
#define TMP_MAX 238328
#define P_tmpdir "/tmp"
#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2
#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif

typedef struct __file FILE;
typedef off_t fpos_t;

extern FILE *stdin, *stdout, *stderr;
#define stdin stdin
#define stdout stdout
#define stderr stderr

FILE *fopen(const char *__restrict path, const char *__restrict mode);
FILE *fdopen(int fd, const char *mode);
FILE *freopen(const char *__restrict path, const char *__restrict mode, FILE *__restrict stream);
FILE *fmemopen(void *__restrict memory, size_t size, const char *__restrict mode);
typedef struct {
	ssize_t (*read)(void *cookie, char *to, size_t length);
	ssize_t (*write)(void *cookie, const char *from, size_t length);
	int (*seek)(void *cookie, off_t *offset, int whence);
	int (*close)(void *cookie);
} cookie_io_functions_t;
FILE *fopencookie(void *__restrict cookie, const char *__restrict mode, cookie_io_functions_t functions);
FILE *open_memstream(char **memory, size_t *size);
FILE *popen(const char *command, const char *mode);
int pclose(FILE *stream);
FILE *tmpfile(void);
char *tmpnam(char *name);
char *tempnam(const char *folder, const char *prefix);
int fclose(FILE *stream);
int fflush(FILE *stream);
void setbuf(FILE *__restrict stream, char *__restrict buffer);
void setbuffer(FILE *__restrict stream, char *__restrict buffer, size_t size);
void setlinebuf(FILE *stream);
int setvbuf(FILE *__restrict stream, char *__restrict buffer, int mode, size_t size);
int fileno(FILE *stream);
int fileno_unlocked(FILE *stream);
int feof(FILE *stream);
int ferror(FILE *stream);
void clearerr(FILE *stream);
void flockfile(FILE *stream);
int ftrylockfile(FILE *stream);
void funlockfile(FILE *stream);

int feof_unlocked(FILE *stream);
int ferror_unlocked(FILE *stream);
void clearerr_unlocked(FILE *stream);
int fflush_unlocked(FILE *stream);
int fgetc_unlocked(FILE *stream);
int fputc_unlocked(int c, FILE *stream);
char *fgets_unlocked(char *__restrict string, int size, FILE *__restrict stream);
int fputs_unlocked(const char *__restrict string, FILE *__restrict stream);
size_t fread_unlocked(void *__restrict to, size_t size, size_t count, FILE *__restrict stream);
size_t fwrite_unlocked(const void *__restrict from, size_t size, size_t count, FILE *__restrict stream);

int fgetc(FILE *stream);
int getc(FILE *stream);
int getc_unlocked(FILE *stream);
int getchar(void);
int getchar_unlocked(void);
int ungetc(int c, FILE *stream);
char *fgets(char *__restrict string, int size, FILE *__restrict stream);
size_t fread(void *__restrict to, size_t size, size_t count, FILE *__restrict stream);
ssize_t getline(char **__restrict line, size_t *__restrict size, FILE *__restrict stream);
ssize_t getdelim(char **__restrict line, size_t *__restrict size, int delimiter,
		 FILE *__restrict stream);
int fputc(int c, FILE *stream);
int putc(int c, FILE *stream);
int putc_unlocked(int c, FILE *stream);
int putchar(int c);
int putchar_unlocked(int c);
int fputs(const char *__restrict string, FILE *__restrict stream);
int puts(const char *string);
size_t fwrite(const void *__restrict from, size_t size, size_t count, FILE *__restrict stream);
int fseek(FILE *stream, long offset, int whence);
int fseeko(FILE *stream, off_t offset, int whence);
long ftell(FILE *stream);
off_t ftello(FILE *stream);
void rewind(FILE *stream);
int fgetpos(FILE *__restrict stream, fpos_t *__restrict position);
int fsetpos(FILE *stream, const fpos_t *position);

#define __PRINTF(f, a) __attribute__((__format__(__printf__, f, a)))
#define __SCANF(f, a) __attribute__((__format__(__scanf__, f, a)))
int printf(const char *__restrict format, ...) __PRINTF(1, 2);
int fprintf(FILE *__restrict stream, const char *__restrict format, ...) __PRINTF(2, 3);
int dprintf(int fd, const char *__restrict format, ...) __PRINTF(2, 3);
int sprintf(char *__restrict to, const char *__restrict format, ...) __PRINTF(2, 3);
int snprintf(char *__restrict to, size_t size, const char *__restrict format, ...) __PRINTF(3, 4);
int asprintf(char **to, const char *__restrict format, ...) __PRINTF(2, 3);
int vprintf(const char *__restrict format, va_list arguments) __PRINTF(1, 0);
int vfprintf(FILE *__restrict stream, const char *__restrict format, va_list arguments) __PRINTF(2, 0);
int vdprintf(int fd, const char *__restrict format, va_list arguments) __PRINTF(2, 0);
int vsprintf(char *__restrict to, const char *__restrict format, va_list arguments) __PRINTF(2, 0);
int vsnprintf(char *__restrict to, size_t size, const char *__restrict format, va_list arguments)
	__PRINTF(3, 0);
int vasprintf(char **to, const char *__restrict format, va_list arguments) __PRINTF(2, 0);
int scanf(const char *__restrict format, ...) __SCANF(1, 2);
int fscanf(FILE *__restrict stream, const char *__restrict format, ...) __SCANF(2, 3);
int sscanf(const char *__restrict string, const char *__restrict format, ...) __SCANF(2, 3);
int vscanf(const char *__restrict format, va_list arguments) __SCANF(1, 0);
int vfscanf(FILE *__restrict stream, const char *__restrict format, va_list arguments) __SCANF(2, 0);
int vsscanf(const char *__restrict string, const char *__restrict format, va_list arguments)
	__SCANF(2, 0);

void perror(const char *prefix);
int remove(const char *path);
int rename(const char *from, const char *to);
int renameat(int from_fd, const char *from, int to_fd, const char *to);
char *ctermid(char *name);

#if defined(_FORTIFY_SOURCE) && _FORTIFY_SOURCE > 0 && defined(__OPTIMIZE__)
#include <bits/fortify-stdio.h>
#endif

#endif
