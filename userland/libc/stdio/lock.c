/* The locks of streams: recursive, and idle while the process has one thread unless it asks for them. */
#include <errno.h>
#include <limits.h>
#include "stream.h"
#include "thread.h"

void flockfile(FILE *stream)
{
	struct thread *self = thread_self();

	if (stream->owner != self) {
		__lock(&stream->lock);
		stream->owner = self;
	}
	stream->locks++;
}

int ftrylockfile(FILE *stream)
{
	struct thread *self = thread_self();
	int free = 0;

	if (stream->owner != self) {
		if (!__atomic_compare_exchange_n(&stream->lock, &free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return EBUSY;
		stream->owner = self;
	}
	stream->locks++;
	return 0;
}

void funlockfile(FILE *stream)
{
	if (--stream->locks)
		return;
	stream->owner = NULL;
	__unlock(&stream->lock);
}

int __stream_lock(FILE *stream)
{
	if (!__threaded)
		return 0;
	flockfile(stream);
	return 1;
}

void __stream_unlock(FILE *stream, int locked)
{
	if (locked)
		funlockfile(stream);
}
