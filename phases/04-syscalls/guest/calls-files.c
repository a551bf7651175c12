/* Calls that work on descriptors, by their numbers: moving bytes, positions, pipes, waiting for readiness, locks. */
#include "calls.h"
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>

static char buf[65536];
static struct iovec vec = { buf, 10 };
static const struct iovec bad_vec = { (void *)8, 10 };
static const long zero_time[4], wrong_time[4] = { 0, 2000000000, 2000000000, 0 };
static const long mask[2];
static int file, reader, dir, ends[2], pathfd;

static void open_all(void)
{
	file = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	write(file, "0123456789abcdef", 16);
	lseek(file, 0, SEEK_SET);
	reader = open("file", O_RDONLY);
	dir = open(".", O_RDONLY);
	pathfd = open("file", 010000000);
	BAIL_UNLESS(pipe(ends) == 0 && file >= 0 && reader >= 0 && dir >= 0 && pathfd >= 0, "descriptors");
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

static void bytes(void)
{
	GIVES(3, write, file, "012", 3);
	GIVES(10, read, file, buf, 10);
	GIVES(10, readv, reader, &vec, 1);
	GIVES(10, writev, file, &vec, 1);
	GIVES(4, pread64, file, buf, 4, 0, 0);
	GIVES(4, pwrite64, file, "0123", 4, 0, 0);
	GIVES(10, preadv, file, &vec, 1, 0, 0);
	GIVES(10, pwritev, file, &vec, 1, 0, 0);
	GIVES(10, preadv2, file, &vec, 1, 0, 0, 0);
	GIVES(10, pwritev2, file, &vec, 1, 0, 0, 0);
	FAILS(EBADF, read, NOFD, buf, 1);
	FAILS(EBADF, write, NOFD, buf, 1);
	FAILS(EBADF, read, pathfd, buf, 1);
	FAILS(EBADF, write, reader, buf, 1);
	FAILS(EBADF, read, ends[1], buf, 1);
	FAILS(EBADF, readv, NOFD, &vec, 1);
	FAILS(EBADF, writev, reader, &vec, 1);
	FAILS(EBADF, pread64, NOFD, buf, 1, 0, 0);
	FAILS(EBADF, pwrite64, reader, buf, 1, 0, 0);
	FAILS(EBADF, preadv, NOFD, &vec, 1, 0, 0);
	FAILS(EBADF, pwritev, reader, &vec, 1, 0, 0);
	FAILS(EBADF, preadv2, NOFD, &vec, 1, 0, 0, 0);
	FAILS(EBADF, pwritev2, reader, &vec, 1, 0, 0, 0);
	lseek(file, 0, SEEK_SET);
	FAILS(EFAULT, read, file, BADP, 10);
	FAILS(EFAULT, write, file, BADP, 10);
	FAILS(EFAULT, readv, file, &bad_vec, 1);
	FAILS(EFAULT, readv, file, BADP, 1);
	FAILS(EFAULT, writev, file, BADP, 1);
	FAILS(EFAULT, pread64, file, BADP, 10, 0, 0);
	FAILS(EFAULT, pwrite64, file, BADP, 10, 0, 0);
	FAILS(EFAULT, preadv, file, BADP, 1, 0, 0);
	FAILS(EFAULT, pwritev, file, BADP, 1, 0, 0);
	FAILS(EFAULT, preadv2, file, BADP, 1, 0, 0, 0);
	FAILS(EFAULT, pwritev2, file, BADP, 1, 0, 0, 0);
	FAILS(EISDIR, read, dir, buf, 10);
	FAILS(EISDIR, pread64, dir, buf, 10, 0, 0);
	FAILS(EAGAIN, read, ends[0], buf, 1);
	FAILS(EINVAL, readv, file, &vec, 1025);
	FAILS(EINVAL, writev, file, &vec, 1025);
	struct iovec negative = { buf, (size_t)-1 };
	FAILS(EINVAL, readv, file, &negative, 1);
	FAILS(EINVAL, writev, file, &negative, 1);
	FAILS(EINVAL, preadv, file, &negative, 1, 0, 0);
	FAILS(EINVAL, pwritev, file, &negative, 1, 0, 0);
	FAILS(EINVAL, preadv2, file, &negative, 1, 0, 0, 0);
	FAILS(EINVAL, pwritev2, file, &negative, 1, 0, 0, 0);
	FAILS(EOPNOTSUPP, preadv2, file, &vec, 1, 0, 0, 0x40000000);
	FAILS(EOPNOTSUPP, pwritev2, file, &vec, 1, 0, 0, 0x40000000);
	FAILS(EINVAL, pread64, file, buf, 1, 0, 0x80000000);
	FAILS(EINVAL, pwrite64, file, buf, 1, 0, 0x80000000);
	FAILS(EINVAL, preadv, file, &vec, 1, 0, 0x80000000);
	FAILS(EINVAL, pwritev, file, &vec, 1, 0, 0x80000000);
	FAILS(ESPIPE, pread64, ends[0], buf, 1, 0, 0);
	FAILS(ESPIPE, pwrite64, ends[1], buf, 1, 0, 0);
	FAILS(ESPIPE, preadv, ends[0], &vec, 1, 0, 0);
	FAILS(ESPIPE, pwritev, ends[1], &vec, 1, 0, 0);
	int p[2];
	pipe(p);
	close(p[0]);
	FAILS(EPIPE, write, p[1], "x", 1);
	FAILS(EPIPE, writev, p[1], &vec, 1);
	close(p[1]);
	int full = open("/dev/full", O_WRONLY);
	FAILS(ENOSPC, write, full, "x", 1);
	close(full);
	struct rlimit small = { 40, RLIM_INFINITY }, none = { RLIM_INFINITY, RLIM_INFINITY };
	setrlimit(RLIMIT_FSIZE, &small);
	FAILS(EFBIG, pwrite64, file, "x", 1, 40, 0);
	lseek(file, 40, SEEK_SET);
	FAILS(EFBIG, write, file, "x", 1);
	FAILS(EFBIG, ftruncate, file, 50);
	FAILS(EFBIG, ftruncate64, file, 50, 0);
	FAILS(EFBIG, truncate, "file", 50);
	FAILS(EFBIG, fallocate, file, 0, 0, 0, 50, 0);
	setrlimit(RLIMIT_FSIZE, &none);
}

static void positions(void)
{
	long long at;

	GIVES(5, lseek, file, 5, 0);
	GIVES(0, _llseek, file, 0, 6, &at, 0);
	FAILS(EBADF, lseek, NOFD, 0, 0);
	FAILS(EBADF, _llseek, NOFD, 0, 0, &at, 0);
	FAILS(EINVAL, lseek, file, -1, 0);
	FAILS(EINVAL, lseek, file, 0, 9);
	FAILS(EINVAL, _llseek, file, 0, 0, &at, 9);
	FAILS(EFAULT, _llseek, file, 0, 0, BADP, 0);
	FAILS(ESPIPE, lseek, ends[0], 0, 0);
	FAILS(ESPIPE, _llseek, ends[0], 0, 0, &at, 0);
	FAILS(ENXIO, lseek, file, 100000, 3);
	syscall(__NR__llseek, file, 1, 0, &at, 0);
	FAILS(EOVERFLOW, lseek, file, 0, 1);
	lseek(file, 0, SEEK_SET);
	WORKS(ftruncate, file, 100);
	WORKS(ftruncate64, file, 16, 0);
	FAILS(EBADF, ftruncate, NOFD, 0);
	FAILS(EBADF, ftruncate64, NOFD, 0, 0);
	FAILS(EINVAL, ftruncate, reader, 0);
	FAILS(EINVAL, ftruncate64, reader, 0, 0);
	FAILS(EINVAL, ftruncate, file, -1);
	FAILS(EINVAL, ftruncate64, ends[1], 0, 0);
	WORKS(fallocate, file, 0, 0, 0, 100, 0);
	FAILS(EBADF, fallocate, NOFD, 0, 0, 0, 100, 0);
	FAILS(EBADF, fallocate, reader, 0, 0, 0, 100, 0);
	FAILS(EINVAL, fallocate, file, 0, 0, 0, 0, 0);
	FAILS(EINVAL, fallocate, file, 0, 0, 0x80000000, 1, 0);
	FAILS(EOPNOTSUPP, fallocate, file, 0x1000, 0, 0, 1, 0);
	FAILS(ESPIPE, fallocate, ends[1], 0, 0, 0, 1, 0);
	FAILS(EFBIG, fallocate, file, 0, 0, 0x7fffff00, 1, 0);
	WORKS(fadvise64, file, 0, 0, 0, 0);
	WORKS(fadvise64_64, file, 0, 0, 0, 0, 3);
	FAILS(EBADF, fadvise64, NOFD, 0, 0, 0, 0);
	FAILS(EBADF, fadvise64_64, NOFD, 0, 0, 0, 0, 0);
	FAILS(EINVAL, fadvise64, file, 0, 0, 0, 77);
	FAILS(EINVAL, fadvise64_64, file, 0, 0, 0, 0, 77);
	FAILS(ESPIPE, fadvise64, ends[0], 0, 0, 0, 0);
	FAILS(ESPIPE, fadvise64_64, ends[0], 0, 0, 0, 0, 0);
	WORKS(readahead, file, 0, 0, 10);
	FAILS(EBADF, readahead, NOFD, 0, 0, 10);
	FAILS(EINVAL, readahead, ends[0], 0, 0, 10);
	WORKS(sync);
	WORKS(syncfs, file);
	WORKS(fsync, file);
	WORKS(fdatasync, file);
	WORKS(sync_file_range, file, 0, 0, 0, 0, 7);
	FAILS(EBADF, syncfs, NOFD);
	FAILS(EBADF, fsync, NOFD);
	FAILS(EBADF, fdatasync, NOFD);
	FAILS(EINVAL, fsync, ends[0]);
	FAILS(EINVAL, fdatasync, ends[0]);
	FAILS(EBADF, sync_file_range, NOFD, 0, 0, 0, 0, 7);
	FAILS(EINVAL, sync_file_range, file, 0, 0, 0, 0, 8);
	FAILS(ESPIPE, sync_file_range, ends[0], 0, 0, 0, 0, 7);
}

/* Whoever would break a lease and does not want to wait. */
static void leases(void)
{
	int fd = open("leased", O_CREAT | O_RDWR, 0600);

	close(fd);
	signal(SIGIO, SIG_IGN);
	fd = open("leased", O_RDONLY);
	WORKS(fcntl, fd, 1024 /* F_SETLEASE */, F_RDLCK);
	FAILS(EAGAIN, open, "leased", O_RDWR | O_NONBLOCK);
	FAILS(EAGAIN, openat, -100, "leased", O_RDWR | O_NONBLOCK);
	close(fd);
	unlink("leased");
	FAILS(ENOTDIR, fcntl, file, 1026 /* F_NOTIFY */, 1);
	FAILS(ENOTDIR, fcntl64, file, 1026, 1);
}

static void descriptors(void)
{
	struct rlimit few, was;
	int p[2], fd;

	fd = (int)WORKS(dup, file);
	GIVES(fd, dup2, file, fd);
	GIVES(fd, dup3, file, fd, O_CLOEXEC);
	WORKS(close_range, fd, fd, 0);
	FAILS(EBADF, dup, NOFD);
	FAILS(EBADF, dup2, NOFD, 5);
	FAILS(EBADF, dup2, file, -1);
	FAILS(EBADF, dup3, NOFD, 5, 0);
	FAILS(EINVAL, dup3, file, file, 0);
	FAILS(EINVAL, dup3, file, 50, 1);
	FAILS(EINVAL, close_range, 10, 5, 0);
	FAILS(EINVAL, close_range, 500, 501, 0x100);
	fd = (int)WORKS(fcntl, file, F_DUPFD, 100);
	WORKS(close, fd);
	FAILS(EBADF, close, fd);
	fd = (int)WORKS(fcntl64, file, F_DUPFD, 100);
	close(fd);
	FAILS(EBADF, fcntl, NOFD, F_GETFL);
	FAILS(EBADF, fcntl64, NOFD, F_GETFL);
	FAILS(EINVAL, fcntl, file, 7777);
	FAILS(EINVAL, fcntl64, file, 7777);
	FAILS(EINVAL, fcntl64, file, F_DUPFD, 1 << 20);
	FAILS(EFAULT, fcntl64, file, 12, BADP);
	FAILS(EFAULT, fcntl, file, F_GETLK, BADP);
	FAILS(EBADF, fcntl64, pathfd, F_SETFL, 0);
	WORKS(pipe, p);
	close(p[0]);
	close(p[1]);
	WORKS(pipe2, p, O_CLOEXEC);
	close(p[0]);
	close(p[1]);
	FAILS(EFAULT, pipe, BADP);
	FAILS(EFAULT, pipe2, BADP, 0);
	FAILS(EINVAL, pipe2, p, 1);
	getrlimit(RLIMIT_NOFILE, &was);
	few = was;
	few.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &few);
	FAILS(EMFILE, dup, file);
	FAILS(EMFILE, pipe, p);
	FAILS(EMFILE, pipe2, p, 0);
	FAILS(EMFILE, openat, -100, "file", 0);
	FAILS(EMFILE, eventfd, 0);
	FAILS(EMFILE, eventfd2, 0, 0);
	FAILS(EMFILE, epoll_create, 1);
	FAILS(EMFILE, epoll_create1, 0);
	FAILS(EMFILE, inotify_init);
	FAILS(EMFILE, inotify_init1, 0);
	FAILS(EMFILE, signalfd, -1, mask, 8);
	FAILS(EMFILE, signalfd4, -1, mask, 8, 0);
	FAILS(EMFILE, timerfd_create, 1, 0);
	FAILS(EMFILE, memfd_create, "x", 0);
	FAILS(EMFILE, socket, 1, 1, 0);
	FAILS(EMFILE, socketpair, 1, 1, 0, p);
	FAILS(EMFILE, pidfd_open, getpid(), 0);
	FAILS(EMFILE, mq_open, "every-call", O_CREAT | O_RDWR, 0600, NULL);
	FAILS(EMFILE, creat, "file2", 0600);
	FAILS(EMFILE, fcntl64, file, F_DUPFD, 0);
	FAILS(EBADF, dup2, file, 20);
	FAILS(EBADF, dup3, file, 20, 0);
	setrlimit(RLIMIT_NOFILE, &was);
	syscall(__NR_mq_unlink, "every-call");
	WORKS(ioctl, file, 0x541b, buf);
	FAILS(EBADF, ioctl, NOFD, 0x541b, buf);
	FAILS(ENOTTY, ioctl, file, 0x5401, buf);
	FAILS(EFAULT, ioctl, file, 0x541b, BADP);
	WORKS(flock, file, 2 | 4);
	FAILS(EWOULDBLOCK, flock, reader, 2 | 4);
	FAILS(EBADF, flock, NOFD, 2);
	FAILS(EINVAL, flock, file, 77);
	syscall(__NR_flock, file, 8);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	fcntl(file, F_SETLK, &lock);
	pid_t pid = fork();
	if (pid == 0)
		_exit(fcntl(file, F_SETLK, &lock) == -1 ? errno : 0);
	errno = child_status(pid);
	fails("fcntl64", "EAGAIN", EAGAIN, -1, __LINE__);
	FAILS(EBADF, fcntl64, reader, F_SETLK64, &lock);
	leases();
}

static void waiting(void)
{
	struct pollfd p = { file, POLLIN, 0 }, empty = { ends[0], POLLIN, 0 };
	struct epoll_event e = { EPOLLIN, { 0 } };
	unsigned long in[4] = { 0 }, args[5] = { 0 }, pair[2] = { 0, 8 };
	const long zero64[4] = { 0 };
	int ep, ep2;

	GIVES(1, poll, &p, 1, 0);
	GIVES(0, poll, &empty, 1, 0);
	GIVES(1, ppoll, &p, 1, zero_time, NULL, 8);
	GIVES(1, ppoll_time64, &p, 1, zero64, mask, 8);
	FAILS(EFAULT, poll, BADP, 1, 0);
	FAILS(EINVAL, poll, &p, 1 << 21, 0);
	FAILS(EFAULT, ppoll, BADP, 1, zero_time, NULL, 8);
	FAILS(EINVAL, ppoll, &p, 1, wrong_time, NULL, 8);
	FAILS(EINVAL, ppoll, &p, 1, zero_time, mask, 4);
	FAILS(EFAULT, ppoll_time64, &p, 1, BADP, NULL, 8);
	FAILS(EINVAL, ppoll_time64, &p, 1, zero64, mask, 4);
	GIVES(0, _newselect, 0, NULL, NULL, NULL, zero_time);
	FAILS(EINVAL, _newselect, -1, NULL, NULL, NULL, zero_time);
	in[2] = 1 << 20;
	FAILS(EBADF, _newselect, 100, in, NULL, NULL, zero_time);
	FAILS(EFAULT, _newselect, 10, BADP, NULL, NULL, zero_time);
	args[4] = (unsigned long)zero_time;
	GIVES(0, select, args);
	FAILS(EFAULT, select, BADP);
	args[0] = (unsigned long)-1;
	FAILS(EINVAL, select, args);
	GIVES(0, pselect6, 0, NULL, NULL, NULL, zero_time, pair);
	FAILS(EINVAL, pselect6, -1, NULL, NULL, NULL, zero_time, NULL);
	FAILS(EINVAL, pselect6, 0, NULL, NULL, NULL, wrong_time, NULL);
	FAILS(EFAULT, pselect6, 0, NULL, NULL, NULL, zero_time, BADP);
	in[2] = 1 << 20;
	FAILS(EBADF, pselect6, 100, in, NULL, NULL, zero_time, NULL);
	GIVES(0, pselect6_time64, 0, NULL, NULL, NULL, zero64, pair);
	FAILS(EINVAL, pselect6_time64, -1, NULL, NULL, NULL, zero64, NULL);
	FAILS(EFAULT, pselect6_time64, 0, NULL, NULL, NULL, BADP, NULL);
	ep = (int)WORKS(epoll_create, 5);
	FAILS(EINVAL, epoll_create, 0);
	ep2 = (int)WORKS(epoll_create1, 0);
	FAILS(EINVAL, epoll_create1, 7);
	WORKS(epoll_ctl, ep, 1, ends[1], &e);
	FAILS(EEXIST, epoll_ctl, ep, 1, ends[1], &e);
	FAILS(EBADF, epoll_ctl, ep, 1, NOFD, &e);
	FAILS(EBADF, epoll_ctl, NOFD, 1, ends[1], &e);
	FAILS(EINVAL, epoll_ctl, ep, 1, ep, &e);
	FAILS(EINVAL, epoll_ctl, file, 1, ends[1], &e);
	FAILS(EINVAL, epoll_ctl, ep, 9, ends[0], &e);
	FAILS(ENOENT, epoll_ctl, ep, 2, ends[0], NULL);
	FAILS(ENOENT, epoll_ctl, ep, 3, ends[0], &e);
	FAILS(EPERM, epoll_ctl, ep, 1, file, &e);
	FAILS(EFAULT, epoll_ctl, ep, 1, ends[0], BADP);
	syscall(__NR_epoll_ctl, ep2, 1, ep, &e);
	FAILS(ELOOP, epoll_ctl, ep, 1, ep2, &e);
	GIVES(0, epoll_wait, ep, buf, 1, 0);
	GIVES(0, epoll_pwait, ep, buf, 1, 0, NULL, 8);
	GIVES(0, epoll_pwait2, ep, buf, 1, zero64, NULL, 8);
	FAILS(EBADF, epoll_wait, NOFD, buf, 1, 0);
	FAILS(EBADF, epoll_pwait, NOFD, buf, 1, 0, NULL, 8);
	FAILS(EBADF, epoll_pwait2, NOFD, buf, 1, zero64, NULL, 8);
	FAILS(EINVAL, epoll_wait, ep, buf, 0, 0);
	FAILS(EINVAL, epoll_wait, file, buf, 1, 0);
	FAILS(EINVAL, epoll_pwait, ep, buf, 0, 0, NULL, 8);
	FAILS(EINVAL, epoll_pwait, ep, buf, 1, 0, mask, 4);
	FAILS(EINVAL, epoll_pwait2, ep, buf, 0, zero64, NULL, 8);
	FAILS(EFAULT, epoll_pwait2, ep, buf, 1, BADP, NULL, 8);
	FAILS(EFAULT, epoll_wait, ep, 0x80000000, 1, 0);
	FAILS(EFAULT, epoll_pwait, ep, 0x80000000, 1, 0, NULL, 8);
	close(ep2);
	close(ep);
}

static void descriptors_of_events(void)
{
	long watch, fd = WORKS(inotify_init), one = WORKS(inotify_init1, O_NONBLOCK);
	struct { long sec, nsec, sec2, nsec2; } t = { 0, 0, 100, 0 }, wrong = { 0, 0, 0, 2000000000 };
	struct { long long a, b, c, d; } t64 = { 0, 0, 100, 0 };

	FAILS(EINVAL, inotify_init1, 7);
	watch = WORKS(inotify_add_watch, one, ".", 0xfff);
	FAILS(EINVAL, inotify_add_watch, one, ".", 0);
	FAILS(EBADF, inotify_add_watch, NOFD, ".", 0xfff);
	FAILS(EINVAL, inotify_add_watch, file, ".", 0xfff);
	FAILS(EEXIST, inotify_add_watch, one, ".", 0x10000fff);
	WORKS(inotify_rm_watch, one, watch);
	FAILS(EINVAL, inotify_rm_watch, one, watch);
	FAILS(EBADF, inotify_rm_watch, NOFD, watch);
	FAILS(EINVAL, inotify_rm_watch, file, watch);
	close((int)fd);
	close((int)one);
	close((int)WORKS(eventfd, 3));
	close((int)WORKS(eventfd2, 3, O_NONBLOCK));
	FAILS(EINVAL, eventfd2, 3, 7 << 20);
	fd = WORKS(signalfd, -1, mask, 8);
	GIVES(fd, signalfd4, fd, mask, 8, 0);
	FAILS(EINVAL, signalfd, -1, mask, 4);
	FAILS(EINVAL, signalfd4, -1, mask, 4, 0);
	FAILS(EINVAL, signalfd4, -1, mask, 8, 7);
	FAILS(EINVAL, signalfd, file, mask, 8);
	FAILS(EBADF, signalfd, NOFD, mask, 8);
	FAILS(EBADF, signalfd4, NOFD, mask, 8, 0);
	close((int)fd);
	fd = WORKS(timerfd_create, 1, O_NONBLOCK);
	FAILS(EINVAL, timerfd_create, 77, 0);
	FAILS(EINVAL, timerfd_create, 1, 7);
	WORKS(timerfd_settime, fd, 0, &t, buf);
	WORKS(timerfd_gettime, fd, buf);
	WORKS(timerfd_settime64, fd, 0, &t64, buf);
	WORKS(timerfd_gettime64, fd, buf);
	FAILS(EINVAL, timerfd_settime, fd, 0, &wrong, NULL);
	FAILS(EINVAL, timerfd_settime, fd, 77, &t, NULL);
	FAILS(EINVAL, timerfd_settime, file, 0, &t, NULL);
	FAILS(EINVAL, timerfd_settime64, file, 0, &t64, NULL);
	FAILS(EBADF, timerfd_settime, NOFD, 0, &t, NULL);
	FAILS(EBADF, timerfd_settime64, NOFD, 0, &t64, NULL);
	FAILS(EFAULT, timerfd_settime, fd, 0, BADP, NULL);
	FAILS(EFAULT, timerfd_settime64, fd, 0, BADP, NULL);
	FAILS(EBADF, timerfd_gettime, NOFD, buf);
	FAILS(EBADF, timerfd_gettime64, NOFD, buf);
	FAILS(EINVAL, timerfd_gettime, file, buf);
	FAILS(EINVAL, timerfd_gettime64, file, buf);
	FAILS(EFAULT, timerfd_gettime, fd, BADP);
	FAILS(EFAULT, timerfd_gettime64, fd, BADP);
	close((int)fd);
	close((int)WORKS(memfd_create, "name", 0));
	FAILS(EFAULT, memfd_create, BADP, 0);
	FAILS(EINVAL, memfd_create, "name", 0x100);
	memset(buf, 'n', 300);
	buf[300] = 0;
	FAILS(EINVAL, memfd_create, buf, 0);
}

static void file_to_file(void)
{
	int other = open("other", O_RDWR | O_CREAT | O_TRUNC, 0600), append = open("other", O_WRONLY | O_APPEND), p[2];
	int pos32 = 0;
	long long pos = 0, at = 0;

	pipe(p);
	GIVES(10, sendfile, other, file, &pos32, 10);
	GIVES(6, sendfile64, other, file, &pos, 6);
	FAILS(EBADF, sendfile, NOFD, file, NULL, 1);
	FAILS(EBADF, sendfile64, reader, file, NULL, 1);
	FAILS(EFAULT, sendfile, other, file, BADP, 1);
	FAILS(EFAULT, sendfile64, other, file, BADP, 1);
	FAILS(ESPIPE, sendfile, other, ends[0], &pos32, 1);
	FAILS(ESPIPE, sendfile64, other, ends[0], &pos, 1);
	FAILS(EINVAL, sendfile, append, file, NULL, 1);
	FAILS(EINVAL, sendfile64, append, file, NULL, 1);
	at = 100;
	pos = 0;
	GIVES(10, copy_file_range, file, &pos, other, &at, 10, 0);
	FAILS(EBADF, copy_file_range, NOFD, NULL, other, NULL, 10, 0);
	FAILS(EBADF, copy_file_range, file, NULL, reader, NULL, 10, 0);
	FAILS(EBADF, copy_file_range, file, NULL, append, NULL, 10, 0);
	FAILS(EINVAL, copy_file_range, file, NULL, other, NULL, 10, 1);
	FAILS(EINVAL, copy_file_range, ends[0], NULL, other, NULL, 10, 0);
	FAILS(EISDIR, copy_file_range, dir, NULL, other, NULL, 10, 0);
	pos = 0;
	GIVES(10, splice, file, &pos, p[1], NULL, 10, 0);
	GIVES(5, splice, p[0], NULL, other, NULL, 5, 0);
	FAILS(EBADF, splice, NOFD, NULL, p[1], NULL, 10, 0);
	FAILS(EINVAL, splice, file, NULL, other, NULL, 10, 0);
	FAILS(EINVAL, splice, file, NULL, p[1], NULL, 10, 0x100);
	FAILS(ESPIPE, splice, file, NULL, p[1], &pos, 10, 0);
	FAILS(EAGAIN, splice, ends[0], NULL, other, NULL, 10, 2);
	FAILS(EINVAL, splice, p[0], NULL, append, NULL, 5, 0);
	FAILS(EFAULT, splice, file, BADP, p[1], NULL, 5, 0);
	GIVES(5, tee, p[0], ends[1], 5, 0);
	FAILS(EBADF, tee, NOFD, ends[1], 5, 0);
	FAILS(EINVAL, tee, file, ends[1], 5, 0);
	FAILS(EINVAL, tee, p[0], p[1], 5, 0);
	GIVES(10, vmsplice, p[1], &vec, 1, 0);
	FAILS(EBADF, vmsplice, NOFD, &vec, 1, 0);
	FAILS(EBADF, vmsplice, file, &vec, 1, 0);
	FAILS(EINVAL, vmsplice, p[1], &vec, 1025, 0);
	FAILS(EFAULT, vmsplice, p[1], BADP, 1, 0);
	read(p[0], buf, 100);
	FAILS(EAGAIN, tee, p[0], ends[1], 5, 2);
	FAILS(EAGAIN, vmsplice, p[0], &vec, 1, 2);
	close(p[0]);
	close(p[1]);
	close(other);
	close(append);
}

int main(void)
{
	if (system("rm -rf " FOLDER " && mkdir -p " FOLDER) != 0 || chdir(FOLDER) != 0)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	open_all();
	bytes();
	positions();
	descriptors();
	waiting();
	descriptors_of_events();
	file_to_file();
	chdir("/");
	if (system("rm -rf " FOLDER) != 0)
		DIAG("%s stays", FOLDER);
	return test_done();
}
