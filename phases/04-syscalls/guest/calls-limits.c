/*
 * Calls that meet a limit, by their numbers: no memory, no open files, no signals or locked pages that may be had.
 *
 * Memory is refused by /proc/self/fail-nth: each request that a call makes for memory in its turn, until it makes no more. The
 * call has to fail of one of them with ENOMEM, and of the others so or not at all.
 */
#include "../../guest/asleep.h"
#include "by-path.h"
#include <abi/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

enum { CREAT = 01000, EXCL = 02000, RMID = 0 };

static int nth = -1, file, dir, other, ends[2], more[2], ep, inotify, server, pair[2];
static char text[65536];
static struct sockaddr_un name = { AF_UNIX, "socket" };
static struct iovec vec = { text, 100 };
static struct msghdr msg = { .msg_iov = &vec, .msg_iovlen = 1 };

/* What to take back when the call has worked after all. */
enum undo { NOTHING, CLOSE, UNLINK, RMDIR, BACK, REAP, UNMAP, UNMOUNT, SHM, MSG, SEM, DELETE, UNMQ, DETACH };

static void take_back(enum undo undo, long result)
{
	switch (undo) {
	case NOTHING: break;
	case CLOSE: close((int)result); break;
	case UNLINK: if (result > 2) close((int)result); unlink("new"); break;
	case RMDIR: rmdir("new"); break;
	case BACK: rename("new", "file"); break;
	case REAP: waitpid((pid_t)result, NULL, 0); break;
	case UNMAP: munmap((void *)result, 8192); break;
	case UNMOUNT: umount("dir"); break;
	case SHM: syscall(__NR_shmctl, result, RMID, NULL); break;
	case MSG: syscall(__NR_msgctl, result, RMID, NULL); break;
	case SEM: syscall(__NR_semctl, result, 0, RMID, 0); break;
	case DELETE: syscall(__NR_timer_delete, out[0]); break;
	case UNMQ: close((int)result); syscall(__NR_mq_unlink, "calls-limits"); break;
	case DETACH: syscall(__NR_shmdt, result); break;
	}
}

static long left(void)
{
	char number[16] = "";

	pread(nth, number, sizeof(number) - 1, 0);
	return atoi(number);
}

/* The nth request from now is refused; all further ones too. 0: none is. */
static void refuse(long n, int all)
{
	char number[16];
	int at = sizeof(number) - 2;

	number[at] = '+';
	do
		number[--at] = (char)('0' + n % 10);
	while (n /= 10);
	pwrite(nth, number + at, sizeof(number) - 2 - (size_t)at + (all ? 1 : 0), 0);
}

/* Whether it is an error of those that memory which is not there makes. */
static int of_memory(int error)
{
	return error == ENOMEM || error == ENFILE || error == EAGAIN || error == ENOBUFS || error == EINTR || error == ETIMEDOUT;
}

static unsigned long awaited[32], asked[32];
static struct { long sec, nsec, pad[2]; } soon, soon64;
static long long at;

/* What calls change of what they were given is as it was; nothing of `file` is in memory. */
static void prepare(void)
{
	soon.sec = soon64.sec = soon64.nsec = 0;
	soon.nsec = soon64.pad[0] = 1000;
	memcpy(asked, awaited, sizeof(asked));
	at = 0;
	while (read(more[0], text, sizeof(text)) > 0)		/* or the pipe holds its pages */
		;
	syscall(__NR_fadvise64_64, file, 0, 0, 0, 0, 4);		/* POSIX_FADV_DONTNEED */
}

static void no_memory(const char *call, const char *error, int number, int all, enum undo undo, long nr, const long a[6], int line)
{
	long found = 0, strange = 0, result, rest = 0;
	int e = 0;

	for (long n = 1; n < 300 && !rest; n++) {
		prepare();
		refuse(n, all);
		result = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
		e = errno;
		if (result == 0 && undo == REAP)
			_exit(0);
		rest = left();
		refuse(0, 0);
		if (result != -1)
			take_back(undo, result);
		else if (e == number)
			found = n;
		else if (!of_memory(e))
			strange = e;
	}
	if (!test_ok(found && !strange, "%s fails with %s", call, error))
		test_diag("line %d: %s; at the end %ld, errno %d; another error %ld", line, found ? "found" : "never", result, e, strange);
}

#define REFUSED(error, undo, name, ...) no_memory(#name, #error, error, 0, undo, __NR_##name, (long[6]){ __VA_ARGS__ }, __LINE__)
/* Of those that try another way when the first request is refused. */
#define ALL_REFUSED(error, undo, name, ...) no_memory(#name, #error, error, 1, undo, __NR_##name, (long[6]){ __VA_ARGS__ }, __LINE__)

/* Every call that takes a path, with one that nobody has asked for yet: the kernel has to remember that it is not there. */
static void memory_of_paths(void)
{
	static unsigned fresh;
	char path[32];

	for (unsigned i = 0; i < sizeof(by_path) / sizeof(by_path[0]); i++) {
		long found = 0, strange = 0, rest = 0;

		for (long n = 1; n < 100 && !rest; n++) {
			snprintf(path, sizeof(path), "fresh-%u/x", fresh++);
			refuse(n, 0);
			long result = make(&by_path[i], path, inotify);
			int e = errno;
			rest = left();
			refuse(0, 0);
			if (result == -1 && e == ENOMEM)
				found = n;
			else if (result != -1 || e != ENOENT)
				strange = result == -1 ? e : -1;
		}
		if (!test_ok(found && !strange, "%s fails with ENOMEM", by_path[i].name))
			test_diag("entry %d: %s, another error %ld", (int)i, found ? "found" : "never", strange);
	}
	static const struct { const char *name; long number; } more_paths[] = {
		{ "umount", __NR_umount }, { "umount2", __NR_umount2 }, { "swapon", __NR_swapon }, { "swapoff", __NR_swapoff }, { "chroot", __NR_chroot },
	};
	for (unsigned i = 0; i < sizeof(more_paths) / sizeof(more_paths[0]); i++) {
		snprintf(path, sizeof(path), "fresh-%u/x", fresh++);
		refuse(1, 0);
		long result = syscall(more_paths[i].number, path, 0);
		int e = errno;
		refuse(0, 0);
		errno = e;
		fails(more_paths[i].name, "ENOMEM", ENOMEM, result, (int)i);
	}
}

static void memory_of_names(void)
{
	REFUSED(ENOMEM, CLOSE, open, W("file"), O_RDONLY);
	REFUSED(ENOMEM, UNLINK, creat, W("new"), 0600);
	REFUSED(ENOMEM, CLOSE, openat, CWD, W("file"), O_RDONLY);
	REFUSED(ENOMEM, UNLINK, mknod, W("new"), S_IFREG | 0600, 0);
	REFUSED(ENOMEM, RMDIR, mkdir, W("new"), 0700);
	REFUSED(ENOMEM, UNLINK, symlink, W("file"), W("new"));
	REFUSED(ENOMEM, NOTHING, getcwd, W(out), 1000);
	REFUSED(ENOMEM, UNMOUNT, mount, W("tmpfs"), W("dir"), W("tmpfs"), 0, 0);
	REFUSED(ENOMEM, NOTHING, inotify_add_watch, inotify, W("dir"), 0xfff);
	REFUSED(ENOMEM, UNMQ, mq_open, W("calls-limits"), O_CREAT | O_RDWR, 0600, 0);
}

static void memory_of_files(void)
{
	static struct epoll_event event = { EPOLLIN, { 0 } };
	static int fds[2];

	REFUSED(ENOMEM, CLOSE, epoll_create, 1);
	REFUSED(ENOMEM, CLOSE, epoll_create1, 0);
	REFUSED(ENOMEM, NOTHING, epoll_ctl, ep, 1, ends[0], W(&event));
	REFUSED(ENOMEM, CLOSE, eventfd, 0);
	REFUSED(ENOMEM, CLOSE, eventfd2, 0, 0);
	REFUSED(ENOMEM, CLOSE, inotify_init);
	REFUSED(ENOMEM, CLOSE, inotify_init1, 0);
	REFUSED(ENOMEM, CLOSE, signalfd, -1, W(out + 100), 8);
	REFUSED(ENOMEM, CLOSE, signalfd4, -1, W(out + 100), 8, 0);
	REFUSED(ENOMEM, CLOSE, timerfd_create, 1, 0);
	REFUSED(ENOMEM, CLOSE, memfd_create, W("name"), 0);
	REFUSED(ENOMEM, CLOSE, pidfd_open, getpid(), 0);
	REFUSED(ENOMEM, CLOSE, socket, 1, 1, 0);
	/* To wait for more files than few takes memory. */
	static struct pollfd many[200];
	static unsigned long args[5] = { 1024 };
	int copies[200];
	for (int i = 0; i < 200; i++) {
		copies[i] = dup(ends[0]);
		many[i] = (struct pollfd){ copies[i], POLLIN, 0 };
		awaited[copies[i] / 32] |= 1ul << copies[i] % 32;
	}
	args[1] = (unsigned long)asked;
	args[4] = (unsigned long)&soon;
	REFUSED(ENOMEM, NOTHING, poll, W(many), 200, 1);
	REFUSED(ENOMEM, NOTHING, ppoll, W(many), 200, W(&soon), 0, 8);
	REFUSED(ENOMEM, NOTHING, ppoll_time64, W(many), 200, W(&soon64), 0, 8);
	REFUSED(ENOMEM, NOTHING, select, W(args));
	REFUSED(ENOMEM, NOTHING, _newselect, 1024, W(asked), 0, 0, W(&soon));
	REFUSED(ENOMEM, NOTHING, pselect6, 1024, W(asked), 0, 0, W(&soon), 0);
	REFUSED(ENOMEM, NOTHING, pselect6_time64, 1024, W(asked), 0, 0, W(&soon64), 0);
	for (int i = 0; i < 200; i++)
		close(copies[i]);
	ALL_REFUSED(ENOMEM, NOTHING, sendfile, more[1], file, W(&at), 10);
	ALL_REFUSED(ENOMEM, NOTHING, sendfile64, more[1], file, W(&at), 10);
	ALL_REFUSED(ENOMEM, NOTHING, splice, file, W(&at), more[1], 0, 10, 2);
	ALL_REFUSED(ENOMEM, NOTHING, copy_file_range, file, W(&at), other, 0, 10, 0);
	REFUSED(ENOMEM, NOTHING, vmsplice, more[1], W(&vec), 1, 2);
	REFUSED(ENFILE, NOTHING, pipe, W(fds));
	static struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	REFUSED(ENOLCK, NOTHING, fcntl, file, F_SETLK, W(&lock));
	REFUSED(ENOLCK, NOTHING, fcntl64, other, F_SETLK, W(&lock));
}

static void memory_of_sockets(void)
{
	static struct sockaddr_un fresh = { AF_UNIX, FOLDER "/unheard-of/x" };
	int unbound = (int)syscall(__NR_socket, 1, 1, 0);

	refuse(1, 0);
	long result = syscall(__NR_bind, unbound, &fresh, sizeof(fresh));
	int e = errno;
	refuse(0, 0);
	errno = e;
	fails("bind", "ENOMEM", ENOMEM, result, __LINE__);
	close(unbound);
	REFUSED(ENOBUFS, NOTHING, sendto, pair[0], W(text), 100, MSG_DONTWAIT, 0, 0);
	REFUSED(ENOBUFS, NOTHING, sendmsg, pair[0], W(&msg), MSG_DONTWAIT);
	REFUSED(ENOMEM, CLOSE, accept4, server, 0, 0, 0);
}

static void memory_of_processes(void)
{
	static struct { int value, signo, notify, pad[13]; } none = { 0, 0, 1, { 0 } };
	static long clone_args[16] = { [8] = SIGCHLD };
	static unsigned groups[100];
	static unsigned short groups16[100];
	static struct { long type; char text[8]; } m = { 1, "" };
	static struct { unsigned short n; short op, flags; } give[100];
	long q = syscall(__NR_msgget, 0, CREAT | 0600), shm = syscall(__NR_shmget, 0, 8192, CREAT | 0600), sem = syscall(__NR_semget, 0, 1, CREAT | 0600);

	REFUSED(ENOMEM, REAP, fork);
	REFUSED(ENOMEM, REAP, clone, SIGCHLD);
	REFUSED(ENOMEM, REAP, clone3, W(clone_args), 64);
	/* Descriptors that are shared are copied. */
	pid_t sharer = (pid_t)syscall(__NR_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (sharer == 0) {
		pause();
		_exit(0);
	}
	refuse(1, 0);
	long result = syscall(__NR_unshare, CLONE_FILES);
	int e = errno;
	refuse(0, 0);
	errno = e;
	fails("unshare", "ENOMEM", ENOMEM, result, __LINE__);
	refuse(1, 0);
	result = syscall(__NR_close_range, 500, 501, 2);	/* of a copy of one's own */
	e = errno;
	refuse(0, 0);
	errno = e;
	fails("close_range", "ENOMEM", ENOMEM, result, __LINE__);
	kill(sharer, SIGKILL);
	child_status(sharer);
	/* A hole in a mapping makes two of one. */
	char *pages = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REFUSED(ENOMEM, NOTHING, munmap, W(pages + 4096), 4096);
	munmap(pages, 3 * 4096);
	/* A lock that another has, whom its waiter lends its priority. */
	static int *word;
	word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t holder = fork();
	if (holder == 0) {
		*word = getpid();
		pause();
		_exit(0);
	}
	until_asleep(holder);
	REFUSED(ENOMEM, NOTHING, futex, W(word), 6, 0, W(&soon), 0, 0);
	REFUSED(ENOMEM, NOTHING, futex_time64, W(word), 6, 0, W(&soon64), 0, 0);
	kill(holder, SIGKILL);
	child_status(holder);
	REFUSED(ENOMEM, NOTHING, setgroups, 100, W(groups16));
	REFUSED(ENOMEM, NOTHING, setgroups32, 100, W(groups));
	REFUSED(ENOMEM, DELETE, timer_create, 1, W(&none), W(out));
	REFUSED(ENOMEM, UNMAP, mmap2, 0, 8192, PROT_READ, MAP_SHARED, file, 0);
	static unsigned args[6] = { 0, 8192, PROT_READ, MAP_SHARED };
	args[4] = (unsigned)file;
	REFUSED(ENOMEM, UNMAP, mmap, W(args));
	REFUSED(ENOMEM, SHM, shmget, 0, 8192, CREAT | 0600);
	REFUSED(ENOMEM, DETACH, shmat, shm, 0, 0);
	REFUSED(ENOMEM, MSG, msgget, 0, CREAT | 0600);
	ALL_REFUSED(ENOMEM, NOTHING, msgsnd, q, W(&m), 8, 04000);
	ALL_REFUSED(ENOMEM, SEM, semget, 0, 1, CREAT | 0600);
	REFUSED(ENOMEM, NOTHING, semtimedop_time64, sem, W(give), 100, 0);
	static struct iovec many[64], theirs[64];
	for (int i = 0; i < 64; i++)
		many[i] = theirs[i] = (struct iovec){ text + i, 1 };
	REFUSED(ENOMEM, NOTHING, process_vm_readv, getpid(), W(many), 64, W(theirs), 64, 0);
	REFUSED(ENOMEM, NOTHING, process_vm_writev, getpid(), W(many), 64, W(theirs), 64, 0);
	static const struct abi_sock_filter pass[] = { { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW } };
	static struct abi_sock_fprog program = { 1, 0 };
	program.filter = (uint32_t)(uintptr_t)pass;
	REFUSED(ENOMEM, NOTHING, seccomp, SECCOMP_SET_MODE_FILTER, 0, W(&program));
	take_back(MSG, q);
	take_back(SHM, shm);
	take_back(SEM, sem);
}

/* ---- as many open files as there may be on the machine ---- */

static int set_number(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY), done = fd >= 0 && write(fd, value, strlen(value)) > 0;

	close(fd);
	return done;
}

static void no_files(void)
{
	static unsigned page[2];
	char was[32] = "";
	int fd = open("/proc/sys/fs/file-max", O_RDONLY);

	read(fd, was, sizeof(was) - 1);
	close(fd);
	BAIL_UNLESS(set_number("/proc/sys/fs/file-max", "1"), "file-max");
	static const struct { const char *name; long number, args[6]; } calls[] = {
#define C(name, ...) { #name, __NR_##name, { __VA_ARGS__ } }
		C(open, W("readable"), O_RDONLY), C(creat, W("writable"), 0600), C(openat, CWD, W("readable"), O_RDONLY),
		C(execve, W("readable"), 0, 0), C(pipe, W(page)), C(pipe2, W(page), 0), C(epoll_create, 1), C(epoll_create1, 0),
		C(inotify_init, 0), C(inotify_init1, 0), C(eventfd, 0), C(eventfd2, 0, 0), C(timerfd_create, 1, 0),
		C(signalfd, -1, W(page), 8), C(signalfd4, -1, W(page), 8, 0), C(memfd_create, W("x"), 0), C(socket, 1, 1, 0),
		C(socketpair, 1, 1, 0, W(page)), C(mq_open, W("calls-nofile"), O_CREAT | O_RDWR, 0600, 0), C(shmget, 0, 4096, CREAT | 0600),
	};
	for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const long *a = calls[i].args;

		pid_t pid = fork();
		if (pid == 0) {
			become_user();
			_exit(syscall(calls[i].number, a[0], a[1], a[2], a[3], a[4], a[5]) == -1 ? errno : 0);
		}
		errno = child_status(pid);
		fails(calls[i].name, "ENFILE", ENFILE, errno ? -1 : 0, (int)i);
	}
	USER_FAILS(ENFILE, pidfd_open, getpid(), 0);
	USER_FAILS(ENFILE, accept4, server, NULL, NULL, 0);
	static unsigned shared[6] = { 0, 4096, 3, MAP_SHARED | MAP_ANONYMOUS, -1u, 0 };
	USER_FAILS(ENFILE, mmap, shared);
	USER_FAILS(ENFILE, mmap2, 0, 4096, 3, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	set_number("/proc/sys/fs/file-max", was);
}

/* ---- as many as a process may have ---- */

static void few_descriptors(void)
{
	struct rlimit was, few;
	int pidfd = (int)syscall(__NR_pidfd_open, getpid(), 0);

	getrlimit(RLIMIT_NOFILE, &was);
	few = was;
	few.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &few);
	FAILS(EMFILE, accept4, server, NULL, NULL, 0);
	FAILS(EMFILE, fcntl, file, F_DUPFD, 0);
	FAILS(EMFILE, pidfd_getfd, pidfd, file, 0);
	FAILS(EINVAL, fcntl, file, F_DUPFD, 3);
	setrlimit(RLIMIT_NOFILE, &was);
	close(pidfd);
}

static void limits_of_users(void)
{
	static long info[32];
	struct rlimit none = { 0, 0 };
	static struct { int value, signo, notify, pad[13]; } event = { 0, SIGUSR1, 0, { 0 } };
	static unsigned args[6] = { 0, 8192, 3, MAP_PRIVATE | MAP_ANONYMOUS | 0x2000, -1u, 0 };

	info[2] = -1;
	/* No signal may be pending: those of real time are lost. */
	pid_t pid = fork();
	if (pid == 0) {
		long mask[2] = { 0, -1 };

		become_user();
		syscall(__NR_rt_sigprocmask, 0, mask, NULL, 8);
		setrlimit(RLIMIT_SIGPENDING, &none);
		if (syscall(__NR_rt_sigqueueinfo, getpid(), 40, info) != -1 || errno != EAGAIN)
			_exit(1);
		if (syscall(__NR_rt_tgsigqueueinfo, getpid(), getpid(), 40, info) != -1 || errno != EAGAIN)
			_exit(2);
		if (syscall(__NR_tkill, getpid(), 40) != -1 || errno != EAGAIN)
			_exit(3);
		if (syscall(__NR_tgkill, getpid(), getpid(), 40) != -1 || errno != EAGAIN)
			_exit(4);
		if (syscall(__NR_timer_create, 1, &event, info) != -1 || errno != EAGAIN)
			_exit(5);
		_exit(0);
	}
	int code = child_status(pid);
	long ok = code ? 0 : -1;
#define TOLD(name, error) (errno = ok ? error : code, fails(#name, #error, error, ok, __LINE__))
	TOLD(rt_sigqueueinfo, EAGAIN);
	TOLD(rt_tgsigqueueinfo, EAGAIN);
	TOLD(tkill, EAGAIN);
	TOLD(tgkill, EAGAIN);
	TOLD(timer_create, EAGAIN);
	/* Nor may a page be locked. */
	pid = fork();
	if (pid == 0) {
		struct rlimit one = { 4096, 4096 };

		become_user();
		setrlimit(RLIMIT_MEMLOCK, &one);
		if (syscall(__NR_mmap, args) != -1 || errno != EAGAIN)
			_exit(1);
		char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		munmap(page + 4096, 4096);
		if (syscall(__NR_mlock, page, 4096) != 0 || syscall(__NR_mremap, page, 4096, 8192, 1, 0) != -1 || errno != EAGAIN)
			_exit(2);
		if (syscall(__NR_mlockall, 1) != -1 || errno != ENOMEM)
			_exit(3);
		if (syscall(__NR_munlock, page, 4096))
			_exit(4);
		setrlimit(RLIMIT_MEMLOCK, &none);
		if (syscall(__NR_mlock2, page, 4096, 0) != -1 || errno != EPERM)
			_exit(5);
		_exit(0);
	}
	code = child_status(pid);
	ok = code ? 0 : -1;
	TOLD(mmap, EAGAIN);
	TOLD(mremap, EAGAIN);
	TOLD(mlockall, ENOMEM);
	TOLD(mlock2, EPERM);
	/* More processes than the user may have, which setuid() lets pass and execve() does not. */
	pid_t first = fork();
	if (first == 0) {
		become_user();
		pause();
		_exit(0);
	}
	pid = fork();
	if (pid == 0) {
		const char *argv[] = { "true", NULL };

		until_asleep(first);
		setrlimit(RLIMIT_NPROC, &none);
		become_user();
		_exit(syscall(__NR_execve, "/bin/true", argv, NULL) == -1 ? errno : 0);
	}
	errno = child_status(pid);
	fails("execve", "EAGAIN", EAGAIN, errno ? -1 : 0, __LINE__);
	kill(first, SIGKILL);
	child_status(first);
}

/* A limit of the kernel's own, lowered so that one more is too many. */
static void lowered(const char *path, const char *value, const char *call, const char *error, int number, long nr, const long a[6])
{
	char was[64] = "";
	int fd = open(path, O_RDONLY);
	long n = read(fd, was, sizeof(was) - 1);

	close(fd);
	if (n <= 0 || !set_number(path, value)) {
		fails(call, error, number, 0, __LINE__);
		DIAG("%s cannot be set: errno %d", path, errno);
		return;
	}
	pid_t pid = fork();
	if (pid == 0) {
		become_user();
		_exit(syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]) == -1 ? errno : 0);
	}
	errno = child_status(pid);
	fails(call, error, number, errno ? -1 : 0, __LINE__);
	was[n] = 0;
	set_number(path, was);
}

#define LOWERED(path, value, error, name, ...) lowered(path, value, #name, #error, error, __NR_##name, (long[6]){ __VA_ARGS__ })

static void lowered_limits(void)
{
	static struct epoll_event event = { EPOLLIN, { 0 } };

	LOWERED("/proc/sys/fs/inotify/max_user_watches", "0", ENOSPC, inotify_add_watch, inotify, W("/"), 0xfff);
	LOWERED("/proc/sys/fs/inotify/max_user_instances", "0", EMFILE, inotify_init1, 0);
	LOWERED("/proc/sys/fs/epoll/max_user_watches", "0", ENOSPC, epoll_ctl, ep, 1, ends[0], W(&event));
	LOWERED("/proc/sys/fs/mqueue/queues_max", "0", ENOSPC, mq_open, W("calls-limits"), O_CREAT | O_RDWR, 0600, 0);
	LOWERED("/proc/sys/kernel/msgmni", "0", ENOSPC, msgget, 0, CREAT | 0600);
	LOWERED("/proc/sys/kernel/shmmni", "0", ENOSPC, shmget, 0, 4096, CREAT | 0600);
	LOWERED("/proc/sys/kernel/sem", "32000 1024000000 500 0", ENOSPC, semget, 0, 1, CREAT | 0600);
}

int main(void)
{
	if (system("rm -rf " FOLDER " && mkdir -p " FOLDER " && chmod 755 " FOLDER) != 0 || chdir(FOLDER) != 0)
		return 1;
	umask(0);
	if (system("mkdir dir && echo text > file && chmod 755 file && ln -s file link && echo x > readable && echo x > writable && chmod 666 writable && chmod 755 readable") != 0)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	file = open("file", O_RDWR);
	dir = open(".", O_RDONLY);
	other = open("other", O_RDWR | O_CREAT, 0600);
	fsync(file);
	pipe(ends);
	pipe(more);
	fcntl(more[0], F_SETFL, O_NONBLOCK);
	fcntl(more[1], F_SETFL, O_NONBLOCK);
	ep = epoll_create1(0);
	inotify = (int)syscall(__NR_inotify_init1, 0);
	server = (int)syscall(__NR_socket, 1, 1, 0);
	syscall(__NR_bind, server, &name, sizeof(name));
	syscall(__NR_listen, server, 100);
	fcntl(server, F_SETFL, O_NONBLOCK);
	syscall(__NR_socketpair, 1, 1, 0, pair);
	for (int i = 0; i < 60; i++)
		syscall(__NR_connect, (int)syscall(__NR_socket, 1, 1 | SOCK_NONBLOCK, 0), &name, sizeof(name));
	lowered_limits();
	few_descriptors();
	limits_of_users();
	no_files();
	nth = open("/proc/self/fail-nth", O_RDWR);
	if (nth < 0) {
		DIAG("this kernel refuses no memory on demand");
	} else {
		memory_of_paths();
		memory_of_names();
		memory_of_files();
		memory_of_sockets();
		memory_of_processes();
	}
	chdir("/");
	if (system("rm -rf " FOLDER) != 0)
		DIAG("%s stays", FOLDER);
	return test_done();
}
