/*
 * bad-arguments CALL...: every system call that takes something else than pointers, with descriptors, lengths and other
 * numbers that mean nothing. A call is NUMBER:NAME:KINDS, a letter an argument: s a path, p another pointer, f a
 * descriptor, m one that -1 stands for a new one of, d a folder's, n a length, z the size of a signal set, a an address,
 * i anything else, which may choose an operation (ENOSYS). The suite takes them from the kernel's own table. `!` before
 * the kinds: the call may take the caller's own memory away.
 *
 * Each call runs in a child of its own, an ordinary user with a timer that ends every wait. One argument after another
 * is bad; the others are as good as one can make them without knowing the call. What must fail is a descriptor that is
 * none. Whatever comes back is a result or an error number that programs know, and the child lives.
 */
#include "../../guest/testing.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#define ERRNO_LAST 133
#define FOLDER "/var/tmp/bad-arguments"
#define NOBODY 65534
#define SECONDS 60
#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

#define O_PATH_ 010000000

/* No process has these open: the table ends at 1,024 and few are in use. AT_FDCWD is not among them. */
static const long no_descriptors[] = {
	-1, -2, -3, -99, -101, -4096, INT_MIN, INT_MIN + 1, INT_MIN + 4096, INT_MAX, INT_MAX - 1, 990, 1000, 1022, 1023,
	1024, 1025, 4096, 65535, 65536, 65537, 0x100000, 0x1000000, 0x10000000, 0x40000000,
};

static const long odd_numbers[] = {
	-1, -2, -4, -4095, -4096, INT_MIN, INT_MIN + 1, INT_MAX, INT_MAX - 1, 65, 127, 128, 255, 256, 4095, 4097, 32767,
	32768, 65535, 65536, 0xfffffff, 0x10000000, 0x40000000, 0x7ffff000, (long)0xfffff000u,
};

static int file, wrong_descriptors[8];
static char *scratch;

static void interrupt(int signal)
{
	(void)signal;
}

/* A descriptor of each kind that most calls have no use for. */
static void open_wrong_descriptors(void)
{
	int ends[2];

	wrong_descriptors[0] = open(FOLDER, O_RDONLY | O_DIRECTORY);
	wrong_descriptors[1] = open(FOLDER, O_PATH_);
	BAIL_UNLESS(pipe(ends) == 0, "no pipe");
	wrong_descriptors[2] = ends[0];
	wrong_descriptors[3] = ends[1];
	wrong_descriptors[4] = socket(AF_UNIX, SOCK_STREAM, 0);
	wrong_descriptors[5] = epoll_create1(0);
	wrong_descriptors[6] = eventfd(0, 0);
	wrong_descriptors[7] = open("/dev/null", O_RDWR);
	for (int i = 0; i < COUNT(wrong_descriptors); i++)
		BAIL_UNLESS(wrong_descriptors[i] >= 0 && wrong_descriptors[i] < 990, "descriptor %d is missing", i);
}

static long good(char kind)
{
	switch (kind) {
	case 's': return (long)(uintptr_t)"file";
	case 'p':
	case 'a': return (long)(uintptr_t)scratch;
	case 'f':
	case 'm': return file;
	case 'd': return AT_FDCWD;
	case 'n': return 64;
	case 'z': return 8;
	default: return 0;
	}
}

/* What a call before this one may have changed: times, the file, what is masked and handled. */
static void restore(void)
{
	const struct itimerval often = {{0, 20000}, {0, 20000}};
	struct sigaction action;
	sigset_t none;

	memset(&action, 0, sizeof(action));
	action.sa_handler = interrupt;
	sigaction(SIGALRM, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	if (file >= 0)
		close(file);
	chmod(FOLDER, 0700);
	chmod(FOLDER "/file", 0600);
	file = open(FOLDER "/file", O_RDWR | O_CREAT, 0600);
	memset(scratch, 0, 4096);
}

/* Whether the outcome with `bad` as argument `which` is a sane one. */
static int one(long number, const char *kinds, int which, long bad, int must_fail)
{
	pid_t self = getpid();
	long a[6] = {0}, result;

	restore();
	for (int i = 0; kinds[i]; i++)
		a[i] = which == i ? bad : good(kinds[i]);
	errno = 0;
	result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (getpid() != self)
		_exit(0);
	if (result == -1 && (errno < 1 || errno > ERRNO_LAST || (errno == ENOSYS && kinds[which] != 'i'))) {
		DIAG("call %ld with %lx as argument %d: errno %d", number, (unsigned long)bad, which, errno);
		return 0;
	}
	if (result != -1 && must_fail) {
		DIAG("call %ld with %lx as argument %d: %lx", number, (unsigned long)bad, which, (unsigned long)result);
		return 0;
	}
	return 1;
}

static int every_value(long number, const char *kinds, int which)
{
	int descriptor = strchr("fmd", kinds[which]) != NULL, fine = 1;
	const long *values = descriptor ? no_descriptors : odd_numbers;
	int count = descriptor ? COUNT(no_descriptors) : COUNT(odd_numbers);

	for (int i = kinds[which] == 'm'; i < count; i++)
		fine &= one(number, kinds, which, values[i], descriptor);
	for (int i = 0; descriptor && i < COUNT(wrong_descriptors); i++)
		fine &= one(number, kinds, which, wrong_descriptors[i], 0);
	return fine;
}

static void child(long number, const char *kinds)
{
	const struct rlimit small = {1 << 20, 1 << 20}, processor = {SECONDS, SECONDS};
	int fine = 1;

	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	setrlimit(RLIMIT_CPU, &processor);
	BAIL_UNLESS(setpgid(0, 0) == 0 && chdir(FOLDER) == 0 && setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 &&
			setuid(NOBODY) == 0, "cannot become an ordinary user");
	file = -1;
	open_wrong_descriptors();
	for (int i = 0; kinds[i]; i++) {
		if (kinds[i] != 's' && kinds[i] != 'p')
			fine &= every_value(number, kinds, i);
	}
	_exit(fine ? 0 : 1);
}

/* What the calls of System V made, which no process's end takes away. */
static void remove_objects(void)
{
	enum { RMID = 0, STAT = 11, INFO = 12, SHM_STAT = 13, SHM_INFO = 14, SEM_STAT = 18, SEM_INFO = 19 };
	long buffer[64], last;

	last = syscall(SYS_msgctl, 0, INFO, buffer);
	for (long i = 0; i <= last; i++) {
		long id = syscall(SYS_msgctl, i, STAT, buffer);
		if (id >= 0)
			syscall(SYS_msgctl, id, RMID, NULL);
	}
	last = syscall(SYS_shmctl, 0, SHM_INFO, buffer);
	for (long i = 0; i <= last; i++) {
		long id = syscall(SYS_shmctl, i, SHM_STAT, buffer);
		if (id >= 0)
			syscall(SYS_shmctl, id, RMID, NULL);
	}
	last = syscall(SYS_semctl, 0, 0, SEM_INFO, buffer);
	for (long i = 0; i <= last; i++) {
		long id = syscall(SYS_semctl, i, 0, SEM_STAT, buffer);
		if (id >= 0)
			syscall(SYS_semctl, id, 0, RMID, NULL);
	}
}

int main(int argc, char **argv)
{
	scratch = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	BAIL_UNLESS(scratch != MAP_FAILED, "no page");
	BAIL_UNLESS(mkdir(FOLDER, 0700) == 0 && chown(FOLDER, NOBODY, NOBODY) == 0, "no folder");
	TEST_PLAN(argc - 1);
	for (int i = 1; i < argc; i++) {
		char *name = strchr(argv[i], ':'), *kinds = name ? strchr(name + 1, ':') : NULL;
		long number = atol(argv[i]);
		int status = -1, may_fault;

		BAIL_UNLESS(kinds, "%s is no call", argv[i]);
		*kinds++ = 0;
		may_fault = *kinds == '!';
		chmod(FOLDER, 0700);
		pid_t pid = fork();
		if (pid == 0)
			child(number, kinds + may_fault);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		OK(pid > 0 && (status == 0 || (may_fault && (status & 0x7f) == SIGSEGV)), "%s survives bad arguments", name + 1);
		if (status)
			DIAG("status %x", (unsigned)status);
		remove_objects();
	}
	if (system("rm -r " FOLDER) != 0)
		DIAG("%s stays", FOLDER);
	return test_done();
}
