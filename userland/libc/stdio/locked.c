/* The functions that take a stream's lock around their _unlocked forms. */
#include "stream.h"

#define LOCKED(type, call) \
	do { \
		int locked = __stream_lock(stream); \
		type result = call; \
		__stream_unlock(stream, locked); \
		return result; \
	} while (0)

size_t fread(void *__restrict to, size_t size, size_t count, FILE *__restrict stream)
{
	LOCKED(size_t, fread_unlocked(to, size, count, stream));
}

size_t fwrite(const void *__restrict from, size_t size, size_t count, FILE *__restrict stream)
{
	LOCKED(size_t, fwrite_unlocked(from, size, count, stream));
}

int fputc(int c, FILE *stream)
{
	LOCKED(int, fputc_unlocked(c, stream));
}

int fgetc(FILE *stream)
{
	LOCKED(int, fgetc_unlocked(stream));
}

int ungetc(int c, FILE *stream)
{
	LOCKED(int, __ungetc_unlocked(c, stream));
}

int fputs(const char *__restrict string, FILE *__restrict stream)
{
	LOCKED(int, fputs_unlocked(string, stream));
}

char *fgets(char *__restrict string, int size, FILE *__restrict stream)
{
	LOCKED(char *, fgets_unlocked(string, size, stream));
}

ssize_t getdelim(char **__restrict line, size_t *__restrict size, int delimiter,
		 FILE *__restrict stream)
{
	LOCKED(ssize_t, __getdelim_unlocked(line, size, delimiter, stream));
}

int fseeko(FILE *stream, off_t offset, int whence)
{
	LOCKED(int, __fseeko_unlocked(stream, offset, whence));
}

off_t ftello(FILE *stream)
{
	LOCKED(off_t, __ftello_unlocked(stream));
}

int feof(FILE *stream)
{
	LOCKED(int, feof_unlocked(stream));
}

int ferror(FILE *stream)
{
	LOCKED(int, ferror_unlocked(stream));
}

void clearerr(FILE *stream)
{
	int locked = __stream_lock(stream);

	clearerr_unlocked(stream);
	__stream_unlock(stream, locked);
}
