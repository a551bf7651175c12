/* Message queues: descriptors of the kernel's. Names begin with a slash here, without one there. */
#include <mqueue.h>
#include <stdarg.h>
#include <unistd.h>
#include "thread.h"

_Static_assert(sizeof(struct mq_attr) == sizeof(struct abi_mq_attr), "the kernel's");

static const char *plain(const char *name)
{
	return *name == '/' ? name + 1 : NULL;
}

mqd_t mq_open(const char *name, int flags, ...)
{
	const struct mq_attr *attributes = NULL;
	mode_t mode = 0;

	if (!plain(name)) {
		errno = EINVAL;
		return -1;
	}
	if (flags & O_CREAT) {
		va_list arguments;

		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		attributes = va_arg(arguments, const struct mq_attr *);
		va_end(arguments);
	}
	return SYS4(mq_open, plain(name), flags, mode, attributes);
}

int mq_close(mqd_t queue)
{
	return close(queue);
}

int mq_unlink(const char *name)
{
	if (!plain(name)) {
		errno = ENOENT;
		return -1;
	}
	return SYS1(mq_unlink, plain(name));
}

int mq_timedsend(mqd_t queue, const char *message, size_t length, unsigned priority, const struct timespec *until)
{
	return CP5(mq_timedsend_time64, queue, message, length, priority, until);
}

int mq_send(mqd_t queue, const char *message, size_t length, unsigned priority)
{
	return mq_timedsend(queue, message, length, priority, NULL);
}

ssize_t mq_timedreceive(mqd_t queue, char *__restrict message, size_t size, unsigned *__restrict priority,
			const struct timespec *__restrict until)
{
	return CP5(mq_timedreceive_time64, queue, message, size, priority, until);
}

ssize_t mq_receive(mqd_t queue, char *message, size_t size, unsigned *priority)
{
	return mq_timedreceive(queue, message, size, priority, NULL);
}

int mq_setattr(mqd_t queue, const struct mq_attr *__restrict attributes, struct mq_attr *__restrict old)
{
	return SYS3(mq_getsetattr, queue, attributes, old);
}

int mq_getattr(mqd_t queue, struct mq_attr *attributes)
{
	return mq_setattr(queue, NULL, attributes);
}

int mq_notify(mqd_t queue, const struct sigevent *event)
{
	return SYS2(mq_notify, queue, event);
}
