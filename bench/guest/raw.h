/*
 * Raw Linux/i386 system calls and what else a program without a libc needs. Every function is static: each file of the
 * benchmark has its own copy. Results are the kernel's: negative errno on failure.
 */
#ifndef RAW_H
#define RAW_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define NR_exit 1
#define NR_fork 2
#define NR_read 3
#define NR_write 4
#define NR_open 5
#define NR_close 6
#define NR_waitpid 7
#define NR_unlink 10
#define NR_execve 11
#define NR_getpid 20
#define NR_mount 21
#define NR_sync 36
#define NR_kill 37
#define NR_mkdir 39
#define NR_pipe 42
#define NR_umount2 52
#define NR_getppid 64
#define NR_reboot 88
#define NR_munmap 91
#define NR_socketcall 102
#define NR_fsync 118
#define NR_clone 120
#define NR_sched_setscheduler 156
#define NR_sched_yield 158
#define NR_nanosleep 162
#define NR_poll 168
#define NR_rt_sigreturn 173
#define NR_rt_sigaction 174
#define NR_pread64 180
#define NR_sendfile 187
#define NR_mmap2 192
#define NR_stat64 195
#define NR_getdents64 220
#define NR_futex 240
#define NR_exit_group 252
#define NR_epoll_create 254
#define NR_epoll_ctl 255
#define NR_epoll_wait 256
#define NR_clock_gettime 265
#define NR_waitid 284
#define NR_eventfd2 328
#define NR_prlimit64 340
#define NR_finit_module 350
#define NR_socketpair 360

#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0100
#define O_TRUNC 01000
#define O_APPEND 02000

#define unused __attribute__((unused))

static unused long call6(long n, long a, long b, long c, long d, long e, long f)
{
	long r;

	/* %ebp is the sixth argument and cannot be named as an operand. */
	__asm__ volatile("pushl %[f]\n pushl %%ebp\n movl 4(%%esp),%%ebp\n int $0x80\n popl %%ebp\n addl $4,%%esp"
			 : "=a"(r) : "0"(n), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), [f] "m"(f) : "memory");
	return r;
}

static inline unused long call3(long n, long a, long b, long c)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "0"(n), "b"(a), "c"(b), "d"(c) : "memory");
	return r;
}

static inline unused long call5(long n, long a, long b, long c, long d, long e)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "0"(n), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return r;
}

#define sys0(n) call3(n, 0, 0, 0)
#define sys1(n, a) call3(n, (long)(a), 0, 0)
#define sys2(n, a, b) call3(n, (long)(a), (long)(b), 0)
#define sys3(n, a, b, c) call3(n, (long)(a), (long)(b), (long)(c))
#define sys4(n, a, b, c, d) call5(n, (long)(a), (long)(b), (long)(c), (long)(d), 0)

static inline unused u64 now(void)
{
	u64 t;

	__asm__ volatile("rdtsc" : "=A"(t));
	return t;
}

/* Errors of mmap2 are the last page of addresses. */
static inline unused int bad(const volatile void *p) { return (u32)p > 0xfffff000u; }

#define PROT_READ 1
#define PROT_WRITE 2
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_ANONYMOUS 0x20

static unused void *map_file(u32 bytes, int prot, int flags, int fd)
{
	return (void *)call6(NR_mmap2, 0, (long)bytes, prot, flags, fd, 0);
}

static unused void *map(u32 bytes) { return map_file(bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1); }

static unused u32 length(const char *s)
{
	u32 n = 0;

	while (s[n])
		n++;
	return n;
}

static unused int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* Writes the number in decimal behind `prefix` into `out`, with at least `digits` digits. */
static unused void name_number(char *out, const char *prefix, u32 v, u32 digits)
{
	char text[12];
	u32 n = 0;

	while (*prefix)
		*out++ = *prefix++;
	do {
		text[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v || n < digits);
	while (n)
		*out++ = text[--n];
	*out = 0;
}

/*
 * Starts fn(arg) as a thread of this process on `stack` (its upper end); *tid is set at once and cleared, with a futex
 * wake-up, when the thread has ended. The kernel's thread id, or -errno.
 */
long thread_start(void (*fn)(void *arg), void *arg, void *stack, volatile u32 *tid);
void thread_join(volatile u32 *tid);

/*
 * A row runs n iterations and returns 0 or -errno. One that times itself adds to `timed` and all else is left out.
 * `prepare` runs before, untimed.
 */
struct row {
	const char *name;
	long (*run)(u32 n);
	u32 iterations;
	long (*prepare)(u32 n);
};

struct group {
	const char *name;
	const struct row *rows;		/* the last has no name */
	int cold;			/* its rows are run once: no warming up */
};

extern u64 timed;
extern const struct group syscalls_group, processes_group, memory_group, events_group, loading_group, library_group;
extern const struct group disk_group, swap_group;
extern const char *self;
extern u32 vdso;		/* the image's address, 0: none */
extern u32 sysenter_entry;	/* of it, 0: none */

#endif
