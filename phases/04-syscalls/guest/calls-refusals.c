/* Calls that are refused, by their numbers: rights that are not there, states in which they make no sense, odd arguments. */
#include "by-path.h"
#include <abi/seccomp.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

static char text[65536];
static const long nanoseconds[4] = { 0, 1000, 0, 0 }, nanoseconds64[4] = { 0, 0, 1000, 0 };

static void names(void)
{
	static struct { unsigned bytes; int type; char data[128]; } h = { 0, 0, "" };
	static char long_name[251];
	int where, depth = 0, gone, folder = open(".", O_RDONLY);

	USER_FAILS(EACCES, chroot, "closed/x");
	FAILS(EOPNOTSUPP, open, "/dev/pts", 020200000 | O_RDWR, 0600);		/* O_TMPFILE */
	FAILS(EOPNOTSUPP, openat, CWD, "/dev/pts", 020200000 | O_RDWR, 0600);
	FAILS(EOVERFLOW, name_to_handle_at, CWD, "file", &h, out, 0);
	FAILS(EINVAL, name_to_handle_at, CWD, "file", &h, out, 7);
	FAILS(EINVAL, open_by_handle_at, folder, &(struct { unsigned bytes, type; }){ 0, 0 }, O_RDONLY);
	h.bytes = 128;
	if (syscall(__NR_name_to_handle_at, CWD, "link", &h, out, 0) == 0)
		FAILS(ELOOP, open_by_handle_at, folder, &h, O_RDONLY);
	FAILS(EOPNOTSUPP, lgetxattr, "file", "nonsense.z", out, 100);
	FAILS(EOPNOTSUPP, fgetxattr, folder, "nonsense.z", out, 100);
	/* A folder that is gone has no entries, one that is too deep no name. */
	mkdir("gone", 0700);
	gone = open("gone", O_RDONLY);
	rmdir("gone");
	FAILS(ENOENT, readdir, gone, out, 1);
	FAILS(ENOENT, getdents, gone, out, 1000);
	FAILS(ENOENT, getdents64, gone, out, 1000);
	close(gone);
	FAILS(EFAULT, readdir, folder, BADP, 1);
	where = open(".", O_RDONLY);
	memset(long_name, 'd', 250);
	while (depth < 17 && mkdir(long_name, 0700) == 0 && chdir(long_name) == 0)
		depth++;
	FAILS(ENAMETOOLONG, getcwd, text, 60000);
	while (depth-- > 0) {
		chdir("..");
		rmdir(long_name);
	}
	fchdir(where);
	close(where);
	close(folder);
}

static int file_of(const char *path, const void *data, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	write(fd, data, n);
	return close(fd);
}

static void programs(void)
{
	/* A program whose interpreter is none. */
	struct {
		unsigned char ident[16];
		unsigned short type, machine;
		unsigned version, entry, phoff, shoff, flags;
		unsigned short ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
		struct { unsigned type, offset, vaddr, paddr, filesz, memsz, flags, align; } ph[2];
		char interpreter[32];
	} elf = {
		{ 0x7f, 'E', 'L', 'F', 1, 1, 1 }, 2, 3, 1, 0x8048000, 52, 0, 0, 52, 32, 2, 0, 0, 0,
		{ { 3, 116, 0x8048074, 0, sizeof(FOLDER "/nonsense"), sizeof(FOLDER "/nonsense"), 4, 1 },
		  { 1, 0, 0x8048000, 0, sizeof(elf), sizeof(elf), 5, 0x1000 } }, FOLDER "/nonsense",
	};
	const char *argv[] = { "x", NULL };
	static char large[200000];
	const char *heavy[] = { "x", large, NULL };

	file_of("nonsense", "just some text, and more of it than a header of a program has bytes in it, which makes 100", 90);
	file_of("program", &elf, sizeof(elf));
	FAILS(ELIBBAD, execve, "program", argv, NULL);
	memset(large, 'a', sizeof(large) - 1);
	FAILS(E2BIG, execve, "/bin/true", heavy, NULL);
	/* A child that has become another program is not moved to another group. */
	int told[2];
	pipe2(told, O_CLOEXEC);
	pid_t pid = fork();
	if (pid == 0) {
		execl("/bin/sleep", "sleep", "100", NULL);
		_exit(1);
	}
	close(told[1]);
	read(told[0], text, 1);		/* ends when the descriptor is closed by the exec */
	close(told[0]);
	FAILS(EACCES, setpgid, pid, 0);
	kill(pid, SIGKILL);
	child_status(pid);
}

static void tracing(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		syscall(__NR_ptrace, 0, 0, 0, 0);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	FAILS(EFAULT, ptrace, 12, pid, 0, BADP);			/* PTRACE_GETREGS */
	FAILS(EINVAL, ptrace, 0x4200, pid, 0, 0x40000000);		/* PTRACE_SETOPTIONS */
	kill(pid, SIGKILL);
	child_status(pid);
}

static char alternate[65536] __attribute__((aligned(16)));
static long changed, why;

static void on_alternate(int sig)
{
	struct { void *sp; int flags; size_t size; } off = { 0, 2, 0 };

	(void)sig;
	changed = syscall(__NR_sigaltstack, &off, NULL);
	why = errno;
}

static void processes(void)
{
	struct { void *sp; int flags; size_t size; } stack = { alternate, 0, sizeof(alternate) }, off = { 0, 2, 0 };
	struct sigaction act = { .sa_handler = on_alternate, .sa_flags = SA_ONSTACK };
	static struct { int value, signo, notify, pad[13]; } none = { 0, 0, 1, { 0 } };
	static int id;

	syscall(__NR_sigaltstack, &stack, NULL);
	sigaction(SIGUSR2, &act, NULL);
	raise(SIGUSR2);
	errno = (int)why;
	fails("sigaltstack", "EPERM", EPERM, changed, __LINE__);
	syscall(__NR_sigaltstack, &off, NULL);
	signal(SIGUSR2, SIG_DFL);
	USER_FAILS(EPERM, prctl, 28, 1, 0, 0, 0);			/* PR_SET_SECUREBITS */
	FAILS(EOPNOTSUPP, clock_nanosleep, 4, 0, nanoseconds, NULL);	/* CLOCK_MONOTONIC_RAW tells the time alone */
	FAILS(EOPNOTSUPP, clock_nanosleep_time64, 4, 0, nanoseconds64, NULL);
	FAILS(EOPNOTSUPP, timer_create, 4, &none, &id);
	FAILS(EINVAL, clock_nanosleep, 77, 0, nanoseconds, NULL);
	USER_FAILS(EPERM, timerfd_create, 8, 0);			/* CLOCK_REALTIME_ALARM */
	USER_FAILS(EPERM, timer_create, 8, &none, &id);
	close((int)WORKS(timerfd_create, 9, 0));
	memset(out, 0, sizeof(out));
	out[0] = 0x100;							/* ADJ_SETOFFSET */
	USER_FAILS(EPERM, adjtimex, out);
	USER_FAILS(EPERM, clock_adjtime, 0, out);
	static unsigned wide[64];
	wide[0] = 0x100;
	USER_FAILS(EPERM, clock_adjtime64, 0, wide);
	struct iovec unmapped = { (void *)0x10000, 4096 }, own = { (void *)((uintptr_t)text & ~4095ul), 4096 };
	int self = (int)syscall(__NR_pidfd_open, getpid(), 0);
	FAILS(ENOMEM, process_madvise, self, &unmapped, 1, 20, 0);
	close(self);
	pid_t pid = fork();
	if (pid == 0) {
		become_user();
		syscall(__NR_prctl, 4, 1, 0, 0, 0);		/* PR_SET_DUMPABLE: a change of ids takes it away */
		pid_t sibling = fork();
		if (sibling == 0) {
			pause();
			_exit(0);
		}
		self = (int)syscall(__NR_pidfd_open, sibling, 0);
		int error = syscall(__NR_process_madvise, self, &own, 1, 20, 0) == -1 ? errno : 0;
		kill(sibling, SIGKILL);
		_exit(error);
	}
	errno = child_status(pid);
	fails("process_madvise", "EPERM", EPERM, errno ? -1 : 0, __LINE__);
}

static const struct abi_sock_filter pass[] = { { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW } };
static const struct abi_sock_fprog passing = { 1, (uint32_t)(uintptr_t)pass };
static volatile int filtered;

static void *with_filter(void *unused)
{
	syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &passing);
	filtered = 1;
	pause();
	return unused;
}

static void filters(void)
{
	const struct abi_sock_fprog none = { 0, 0 };
	unsigned odd = 0x12340000;

	CHILD_WORKS(seccomp, SECCOMP_SET_MODE_FILTER, 0, &passing);
	FAILS(EINVAL, seccomp, 77, 0, NULL);
	FAILS(EINVAL, seccomp, SECCOMP_SET_MODE_FILTER, 0, &none);
	FAILS(EFAULT, seccomp, SECCOMP_SET_MODE_FILTER, 0, BADP);
	FAILS(EOPNOTSUPP, seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &odd);
	USER_FAILS(EACCES, seccomp, SECCOMP_SET_MODE_FILTER, 0, &passing);
	USER_FAILS(EACCES, prctl, 22, SECCOMP_MODE_FILTER, &passing);
	pid_t pid = fork();
	if (pid == 0) {		/* one listener is enough */
		syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &passing);
		_exit(syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &passing) == -1 ? errno : 0);
	}
	errno = child_status(pid);
	fails("seccomp", "EBUSY", EBUSY, errno ? -1 : 0, __LINE__);
	pid = fork();
	if (pid == 0) {
		pthread_t t;

		pthread_create(&t, NULL, with_filter, NULL);
		while (!filtered)
			syscall(__NR_sched_yield);
		_exit(syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH, &passing) == -1 ? errno : 0);
	}
	errno = child_status(pid);
	fails("seccomp", "ESRCH", ESRCH, errno ? -1 : 0, __LINE__);
}

static void mappings(void)
{
	int fd = open("file", O_RDONLY), ends[2];
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned writable[6] = { 0, 4096, 3, MAP_SHARED, (unsigned)fd, 0 }, none[6] = { 0, 4096, 3, MAP_SHARED, NOFD, 0 };
	unsigned taken[6] = { (unsigned)(uintptr_t)page, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS | 0x100000, -1u, 0 }, piped[6] = { 0, 4096, 1, MAP_PRIVATE };

	pipe(ends);
	piped[4] = (unsigned)ends[0];
	FAILS(EACCES, mmap, writable);
	FAILS(EBADF, mmap, none);
	FAILS(EEXIST, mmap, taken);
	FAILS(ENODEV, mmap, piped);
	mlock(page, 4096);
	FAILS(EBUSY, msync, page, 4096, MS_SYNC | MS_INVALIDATE);
	munlock(page, 4096);
	FAILS(EINVAL, munlock, page, -4096);
	char *shared = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	FAILS(EACCES, madvise, shared, 4096, 9);			/* MADV_REMOVE of what may not be written */
	munmap(shared, 4096);
	munmap(page, 8192);
	char *beyond = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
	FAILS(EFAULT, madvise, beyond, 8192, 22);			/* MADV_POPULATE_READ beyond the end of the file */
	munmap(beyond, 8192);
	close(fd);
	close(ends[0]);
	close(ends[1]);
}

static void files(void)
{
	int event = (int)syscall(__NR_eventfd2, 0, O_NONBLOCK), master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	unsigned long in[32] = { 0 };

	FAILS(EINVAL, read, event, text, 4);
	FAILS(EINVAL, write, event, text, 4);
	FAILS(EINVAL, ioctl, master, 0x540a, 77);			/* TCXONC */
	in[2] = 1u << 20;
	close((int)syscall(__NR_dup2, 0, 100));				/* there is room for such numbers now */
	FAILS(EBADF, pselect6_time64, 100, in, NULL, NULL, nanoseconds64, NULL);
	close(event);
	close(master);
}

static void sockets(void)
{
	struct sockaddr_un name = { AF_UNIX, FOLDER "/socket" }, odd = name, deaf = { AF_UNIX, FOLDER "/deaf" };
	int stream = (int)syscall(__NR_socket, 1, 1, 0), datagram = (int)syscall(__NR_socket, 1, 2, 0), packets = (int)syscall(__NR_socket, 1, 5, 0);
	int other = (int)syscall(__NR_socket, 1, 2, 0), pair[2], len = sizeof(name);
	struct iovec v = { text, 10 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 }, named = { .msg_name = &name, .msg_namelen = sizeof(name), .msg_iov = &v, .msg_iovlen = 1 };
	static const long wrong64[4] = { 0, 0, 2000000000, 0 };
	struct { struct msghdr h; unsigned n; } mm[1] = { { m, 0 } };

	strcpy(odd.sun_path, FOLDER "/nowhere/x");
	FAILS(ENOENT, bind, stream, &odd, sizeof(odd));
	strcpy(odd.sun_path, FOLDER "/file/x");
	FAILS(ENOTDIR, bind, stream, &odd, sizeof(odd));
	strcpy(odd.sun_path, FOLDER "/loop/x");
	FAILS(ELOOP, bind, stream, &odd, sizeof(odd));
	strcpy(odd.sun_path, FOLDER "/closed/x");
	USER_FAILS(EACCES, bind, stream, &odd, sizeof(odd));
	FAILS(ENOTCONN, recvfrom, packets, text, 10, 0, NULL, NULL);
	FAILS(ENOTCONN, recvmsg, packets, &m, 0);
	FAILS(ENOTCONN, sendmsg, datagram, &m, 0);
	FAILS(EOPNOTSUPP, sendmsg, datagram, &m, MSG_OOB);
	syscall(__NR_bind, stream, &name, sizeof(name));
	syscall(__NR_listen, stream, 5);
	chmod(name.sun_path, 0600);
	FAILS(EINVAL, recvmsg, stream, &m, 0);
	FAILS(EINVAL, sendto, datagram, text, 10, 0, &name, 200);
	named.msg_namelen = -1;
	FAILS(EINVAL, sendmsg, datagram, &named, 0);
	named.msg_namelen = sizeof(name);
	syscall(__NR_socketpair, 1, 1, 0, pair);
	FAILS(EISCONN, sendmsg, pair[0], &named, 0);
	FAILS(EINVAL, recvmmsg_time64, pair[0], mm, 1, 0, wrong64);
	send(pair[1], text, 100, 0);
	FAILS(EFAULT, recvfrom, pair[0], BADP, 10, 0, NULL, NULL);
	/* Whoever is connected talks to nobody else. */
	struct sockaddr_un engaged = { AF_UNIX, "\0engaged" }, friend = { AF_UNIX, "\0friend" };
	int two[3];
	for (int i = 0; i < 3; i++)
		two[i] = (int)syscall(__NR_socket, 1, 2, 0);
	syscall(__NR_bind, two[0], &engaged, sizeof(engaged));
	syscall(__NR_bind, two[1], &friend, sizeof(friend));
	syscall(__NR_connect, two[0], &friend, sizeof(friend));
	FAILS(EPERM, connect, two[2], &engaged, sizeof(engaged));
	for (int i = 0; i < 3; i++)
		close(two[i]);
	int client = (int)syscall(__NR_socket, 1, 1, 0);
	USER_FAILS(EACCES, connect, client, &name, sizeof(name));
	syscall(__NR_connect, client, &name, sizeof(name));
	FAILS(EFAULT, accept4, stream, BADP, &len, 0);
	syscall(__NR_bind, other, &deaf, sizeof(deaf));
	chmod(deaf.sun_path, 0600);
	named.msg_name = &deaf;
	USER_FAILS(EACCES, sendto, datagram, text, 10, 0, &deaf, sizeof(deaf));
	USER_FAILS(EACCES, sendmsg, datagram, &named, 0);
	close(client);
	close(stream);
	close(datagram);
	close(packets);
	close(other);
	close(pair[0]);
	close(pair[1]);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (system("rm -rf " FOLDER " && mkdir -p " FOLDER " && chmod 755 " FOLDER) != 0 || chdir(FOLDER) != 0)
		return 1;
	umask(022);
	if (system("mkdir closed && chmod 700 closed && echo text > file && ln -s file link && ln -s loop loop") != 0)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	names();
	programs();
	tracing();
	processes();
	filters();
	mappings();
	files();
	sockets();
	if (argc > 1)
		FAILS(EFAULT, reboot, 0xfee1dead, 672274793, 0xa1b2c3d4, BADP);		/* another start, by a command that cannot be read */
	chdir("/");
	if (system("rm -rf " FOLDER) != 0)
		DIAG("%s stays", FOLDER);
	return test_done();
}
