/*
 * Streams.
 *
 * A stream is idle, reading (read_at..read_end is what is buffered) or writing (buffer..write_at is what
 * waits). Pushed back bytes go before read_at: UNGET bytes in front of the buffer are kept for them.
 * Functions named _unlocked, and all that begin with __stream_, want the caller to hold the stream's lock;
 * there is none to hold while the process has one thread. Order: the list of all streams, then a stream.
 */
#ifndef LIBC_INTERNAL_STREAM_H
#define LIBC_INTERNAL_STREAM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#define UNGET 8

#define STREAM_READ	0x01	/* may be read */
#define STREAM_WRITE	0x02	/* may be written */
#define STREAM_APPEND	0x04
#define STREAM_EOF	0x08
#define STREAM_ERROR	0x10
#define STREAM_LINE	0x20	/* flush at the end of a line */
#define STREAM_NOBUFFER	0x40
#define STREAM_OWNED	0x80	/* the buffer is to be freed */
#define STREAM_STATIC	0x100	/* the stream is not */
#define STREAM_DECIDE	0x200	/* line buffered if it turns out to be a terminal */
#define STREAM_TOUCHED	0x400	/* was used */

/* Each returns as the system call of its name; close may be NULL. */
struct stream_operations {
	ssize_t (*read)(FILE *stream, void *to, size_t length);
	ssize_t (*write)(FILE *stream, const void *from, size_t length);
	off_t (*seek)(FILE *stream, off_t offset, int whence);
	int (*close)(FILE *stream);
};

struct __file {
	unsigned flags;
	int fd;				/* -1 without one */
	unsigned char *buffer;		/* NULL until first used */
	size_t size;
	unsigned char *read_at, *read_end;
	unsigned char *write_at;	/* NULL unless writing */
	const struct stream_operations *operations;
	void *cookie;			/* the operations' own */
	FILE *next, **link;		/* all open streams */
	unsigned char small[UNGET + 1];	/* the buffer of an unbuffered stream */
	volatile int lock;
	void *volatile owner;		/* thread block of who holds it */
	unsigned locks;			/* how often */
	int orientation;		/* 1 wide, -1 bytes, 0 as STREAM_TOUCHED says */
};

/* The result of __stream_lock() says whether there is anything to unlock. */
int __stream_lock(FILE *stream);
void __stream_unlock(FILE *stream, int locked);
int __ungetc_unlocked(int c, FILE *stream);
__WINT_TYPE__ __ungetwc_unlocked(__WINT_TYPE__ wide, FILE *stream);
/* A stream that was not used yet becomes one of wide characters. */
void __stream_widen(FILE *stream);
int __fseeko_unlocked(FILE *stream, off_t offset, int whence);
off_t __ftello_unlocked(FILE *stream);
ssize_t __getdelim_unlocked(char **__restrict line, size_t *__restrict size, int delimiter,
			    FILE *__restrict stream);

/* A new, listed stream for the mode, or NULL with errno. */
FILE *__stream_new(const char *mode, int *open_flags);
void __stream_list(FILE *stream);
void __stream_free(FILE *stream);
int __stream_mode(const char *mode, int *open_flags, unsigned *flags);
/* Writes what waits. 0 or EOF. */
int __stream_flush(FILE *stream);
/* Fills the read buffer and takes one byte. EOF at the end or on error. */
int __stream_fill(FILE *stream);
/* Gets ready to write. 0 or EOF. */
int __stream_to_write(FILE *stream);
void __stream_forget_input(FILE *stream);

/* Formatted output into anything: put() is called with each piece and returns 0, or -1 to stop. */
struct output {
	int (*put)(struct output *output, const char *from, size_t length);
	size_t total;
	int wide;			/* the total, widths and precisions count characters; pieces are whole UTF-8 */
};
int __format(struct output *output, const char *format, va_list arguments);

/* A number in exponential form: 0.d1d2d3... * 10^point, without zeros at either end. */
struct decimal {
	int negative;
	int point;
	size_t count;
	char digits[21504];
};
void __decimal_from(struct decimal *decimal, long double value);
/* Rounds half to even to count digits; the value of digit i beyond the last is 0. */
void __decimal_round(struct decimal *decimal, long count);

/* A number as text: prefix, zeros to fill a field, body, more zeros, suffix. */
struct float_text {
	char prefix[4];
	size_t prefix_length;
	int finite;			/* zeros may fill the field */
	size_t length;
	long zeros;
	char suffix[8];
	size_t suffix_length;
	char body[21600];
};

/* kind is one of aefgAEFG; precision -1 when none was given; sign '+', ' ' or 0. */
void __float_text(struct float_text *text, char kind, int alternate, int precision, char sign,
		  long double value, int is_long);

/*
 * The floating number at string, rounded to a significand of `bits` bits; exponents as in <float.h>.
 * errno is ERANGE when it is too large or too small. *end is string when there is none.
 */
long double __parse_float(const char *string, const char **end, int bits, int minimum_exponent,
			  int maximum_exponent);

#endif
