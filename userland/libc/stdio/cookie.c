/* fopencookie(): streams whose input and output are the caller's functions. */
#include <stdlib.h>
#include <unistd.h>
#include "stream.h"

struct cookie {
	void *of_caller;
	cookie_io_functions_t functions;
};

/* Without a function there is nothing to read, and nowhere to write to. */
static ssize_t cookie_read(FILE *stream, void *to, size_t length)
{
	struct cookie *cookie = stream->cookie;

	return cookie->functions.read ? cookie->functions.read(cookie->of_caller, to, length) : 0;
}

static ssize_t cookie_write(FILE *stream, const void *from, size_t length)
{
	struct cookie *cookie = stream->cookie;
	ssize_t wrote;

	if (!cookie->functions.write)
		return (ssize_t)length;
	wrote = cookie->functions.write(cookie->of_caller, from, length);
	return wrote > 0 ? wrote : -1;
}

static off_t cookie_seek(FILE *stream, off_t offset, int whence)
{
	struct cookie *cookie = stream->cookie;

	return cookie->functions.seek(cookie->of_caller, &offset, whence) < 0 ? -1 : offset;
}

static int cookie_close(FILE *stream)
{
	struct cookie *cookie = stream->cookie;
	int result = cookie->functions.close ? cookie->functions.close(cookie->of_caller) : 0;

	free(cookie);
	return result;
}

FILE *fopencookie(void *__restrict of_caller, const char *__restrict mode, cookie_io_functions_t functions)
{
	static const struct stream_operations with_seek = {
		.read = cookie_read, .write = cookie_write, .seek = cookie_seek, .close = cookie_close,
	}, without_seek = {
		.read = cookie_read, .write = cookie_write, .close = cookie_close,
	};
	struct cookie *cookie;
	int flags;
	FILE *stream = __stream_new(mode, &flags);

	if (!stream)
		return NULL;
	cookie = malloc(sizeof(*cookie));
	if (!cookie) {
		__stream_free(stream);
		return NULL;
	}
	*cookie = (struct cookie){ of_caller, functions };
	stream->cookie = cookie;
	stream->operations = functions.seek ? &with_seek : &without_seek;
	__stream_list(stream);
	return stream;
}
