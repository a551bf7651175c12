/* eventfd: a 64-bit counter behind a file descriptor. */
#ifndef ABI_EVENTFD_H
#define ABI_EVENTFD_H

#define EFD_SEMAPHORE	(1 << 0)
#define EFD_CLOEXEC	02000000
#define EFD_NONBLOCK	00004000

#endif
