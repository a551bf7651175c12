/* Asynchronous input and output. */
#ifndef LIBC_AIO_H
#define LIBC_AIO_H

#include <bits/types.h>
#include <signal.h>

#define AIO_CANCELED 0
#define AIO_NOTCANCELED 1
#define AIO_ALLDONE 2
#define LIO_READ 0
#define LIO_WRITE 1
#define LIO_NOP 2
#define LIO_WAIT 0
#define LIO_NOWAIT 1

struct aiocb {
	int aio_fildes;
	int aio_lio_opcode;
	int aio_reqprio;
	volatile void *aio_buf;
	size_t aio_nbytes;
	struct sigevent aio_sigevent;
	off_t aio_offset;

	struct aiocb *__next;
	struct __aio_list *__list;
	volatile int __error;
	ssize_t __result;
	int __kind;
};

int aio_cancel(int fd, struct aiocb *request);
int aio_error(const struct aiocb *request);
int aio_fsync(int operation, struct aiocb *request);
int aio_read(struct aiocb *request);
ssize_t aio_return(struct aiocb *request);
int aio_suspend(const struct aiocb *const list[], int count, const struct timespec *timeout);
int aio_write(struct aiocb *request);
int lio_listio(int mode, struct aiocb *__restrict const list[__restrict], int count, struct sigevent *__restrict event);

#endif
