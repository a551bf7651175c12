import { execa } from 'execa';

/**
 * Random system calls in sequences: a call's result (a descriptor, a mapping, a process) is an argument of later ones. A
 * seed makes a C program without a library; the same seed makes the same program.
 */

/** What a call gives, and what an argument may want of earlier ones. */
type Resource = 'fd' | 'map' | 'watch' | 'epoll' | 'timer' | 'queue';

interface Call {
	/** Number by name in <gen/syscall_numbers.h>. */
	readonly name: string;
	/** One letter of `arguments_` each; capitals are resources. */
	readonly takes: string;
	readonly gives?: Resource;
	/** Stored in memory instead of returned: two descriptors at the buffer's start. */
	readonly pair?: true;
}

const of = (name: string, takes = '', gives?: Resource): Call => (gives ? { name, takes, gives } : { name, takes });

const calls: readonly Call[] = [
	of('open', 'som', 'fd'),
	of('openat', 'Fsom', 'fd'),
	of('creat', 'sm', 'fd'),
	of('memfd_create', 'sn', 'fd'),
	of('eventfd2', 'nb', 'fd'),
	of('timerfd_create', 'nb', 'fd'),
	of('signalfd4', 'Fpeb', 'fd'),
	of('inotify_init1', 'b', 'fd'),
	of('epoll_create1', 'c', 'epoll'),
	of('socket', 'ynn', 'fd'),
	{ name: 'socketpair', takes: 'yt0p', gives: 'fd', pair: true },
	{ name: 'pipe2', takes: 'pb', gives: 'fd', pair: true },
	of('accept4', 'Fppb', 'fd'),
	of('dup', 'F', 'fd'),
	of('dup3', 'FFc', 'fd'),
	of('fcntl64', 'Fnn', 'fd'),
	of('mq_open', 'somp', 'queue'),
	of('timer_create', 'npp', 'timer'),
	of('inotify_add_watch', 'Fsx', 'watch'),
	of('mmap2', 'ahrgFn', 'map'),
	of('mremap', 'Mhhn', 'map'),
	...'read:Fph write:Fph close:F close:F lseek:Fnn pread64:Fphn0 pwrite64:Fphn0 readv:Fpn writev:Fpn sendfile64:FFph splice:FpFphn'
		.split(' ')
		.map(pairOf),
	...'tee:FFhn vmsplice:Fpnn copy_file_range:FpFphn ftruncate64:Fn0 fallocate:Fnn0h0 fsync:F fdatasync:F fstat64:Fp fchmod:Fm flock:Fn'
		.split(' ')
		.map(pairOf),
	...'getdents64:Fph ioctl:Fip poll:pnn ppoll:pnppe select:p epoll_ctl:EnFp epoll_wait:Epn0 epoll_pwait:Epn0pe bind:Fph connect:Fph'
		.split(' ')
		.map(pairOf),
	...'listen:Fn getsockopt:Fnnpp setsockopt:Fnnph getsockname:Fpp getpeername:Fpp sendto:Fphxpn recvfrom:Fphvpp sendmsg:Fpx recvmsg:Fpv'
		.split(' ')
		.map(pairOf),
	...'shutdown:Fn socketcall:np munmap:Mh mprotect:Mhr madvise:Mhn msync:Mhn mincore:Mhp mlock:Mh munlock:Mh brk:a timerfd_settime64:Fnpp'
		.split(' ')
		.map(pairOf),
	...'timer_settime64:Tnpp timer_delete:T inotify_rm_watch:FW mq_timedsend:Qphnp mq_timedreceive:Qphpp mq_notify:Qp mq_getsetattr:Qpp mq_unlink:s'
		.split(' ')
		.map(pairOf),
	...'mkdir:sm rmdir:s unlink:s rename:ss link:ss symlink:ss chmod:sm stat64:sp lstat64:sp statx:Fsnxp readlink:sph access:sn truncate64:sn0'
		.split(' ')
		.map(pairOf),
	...'utimensat:Fspn chdir:s fchdir:F getcwd:ph setxattr:ssphn getxattr:ssph listxattr:sph statfs64:shp umask:m getpid: getuid32: times:p uname:p'
		.split(' ')
		.map(pairOf),
	...'getrusage:np sysinfo:p prlimit64:0n0p sched_yield: sched_getaffinity:0hp getpriority:nn clock_gettime64:np clock_getres_time64:np nanosleep:qp'
		.split(' ')
		.map(pairOf),
	...'futex:pnnqpn rt_sigprocmask:nppe rt_sigaction:nppe rt_sigpending:pe rt_sigtimedwait:ppqe sigaltstack:pp prctl:nnnnn getrandom:phn getgroups32:np'
		.split(' ')
		.map(pairOf),
	...'shmget:0hx shmctl:nnp msgget:0x msgctl:nnp semget:0nx semctl:nnnp kcmp:nnnnn pidfd_open:nn membarrier:n00 rseq:phnn personality:f'
		.split(' ')
		.map(pairOf),
];

function pairOf(text: string): Call {
	const [name = '', takes = ''] = text.split(':');
	return { name, takes };
}

/** A generator of 32-bit numbers (xorshift); the seed must not be 0. */
function generator(seed: number): (below: number) => number {
	let state = seed >>> 0 || 1;
	return (below) => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		state >>>= 0;
		return state % below;
	};
}

const resourceOf: Record<string, Resource> = { F: 'fd', M: 'map', W: 'watch', E: 'epoll', T: 'timer', Q: 'queue' };
const paths = [
	'"a"',
	'"b"',
	'"d"',
	'"d/x"',
	'"."',
	'""',
	'"/"',
	'"/proc/self/status"',
	'"/dev/null"',
	'"/dev/zero"',
	'"no/such"',
	'"fifo"',
	'(char *)1',
];
const numbers = ['0', '1', '2', '3', '5', '8', '-1', '0x7fffffff', '0x80000000', '4095', '100'];
const pointers = [
	'buf',
	'buf + 64',
	'buf + 4000',
	'buf + 65532',
	'0',
	'1',
	'0x80100000',
	'0xfffff000',
	'bad',
	'bad - 4',
];

function argument(letter: string, draw: (below: number) => number, slots: ReadonlyMap<Resource, number[]>): string {
	const pick = (list: readonly string[]) => list[draw(list.length)] ?? '0';
	const resource = resourceOf[letter];
	if (resource) {
		const there = slots.get(resource) ?? [];
		if (there.length && draw(8)) return `s[${there[draw(there.length)]}]`;
		return resource === 'fd' ? pick(['-1', '-100', '999', '0', '1']) : pick(numbers);
	}
	switch (letter) {
		case '0':
			return draw(12) ? '0' : pick(numbers);
		case 's':
			return pick(paths);
		case 'p':
			return draw(4) ? pick(pointers.slice(0, 3)) : pick(pointers);
		case 'o':
			return `0${(draw(4) ? draw(4) | (draw(2) ? 0o102 : 0) : draw(0x400000)).toString(8)}`;
		case 'm':
			return `0${(draw(4) ? 0o600 | draw(64) : draw(0o10000)).toString(8)}`;
		case 'h':
			return pick(['0', '1', '16', '100', '4096', '8192', '65536', '0x7fffffff', '-1']);
		case 'b':
			return pick(['0', '04000', '02000000', '02004000', '04000', '1']);
		case 'c':
			return pick(['0', '02000000', '02000000', '7']);
		case 'y':
			return draw(6) ? '1' : pick(['0', '2', '16', '99']);
		case 't':
			return pick(['1', '2', '5', '04001', '04002', '04005']);
		case 'r':
			return pick(['0', '1', '3', '3', '7', '5']);
		case 'g':
			return pick(['0x22', '0x21', '0x22', '1', '2', '0x32', '0x4022']);
		case 'a':
			return draw(3) ? '0' : pick(['0x10000000', '0x10001000', '0x7ffff000', '0x80000000', 'bad']);
		case 'x':
			return `0x${(draw(3) ? 1 << draw(32) : draw(0xfff)).toString(16).replace('-', '')}`;
		case 'v':
			return `0x${(0x40 | draw(0x400)).toString(16)}`;
		case 'e':
			return draw(6) ? '8' : pick(numbers);
		case 'q':
			return draw(3) ? 'soon' : pick(['bad', '1']);
		case 'i':
			return pick([
				'0x541b',
				'0x5421',
				'0x5452',
				'0x5401',
				'0x5413',
				'0x8913',
				'0x8912',
				'0x5450',
				'0x12345678',
				'0x80087601',
			]);
		case 'f':
			return '0xffffffff';
		default:
			return draw(3) ? pick(numbers) : String(draw(64));
	}
}

function sequence(index: number, length: number, draw: (below: number) => number): string {
	const slots = new Map<Resource, number[]>();
	const lines: string[] = [];
	for (let at = 0; at < length; at++) {
		// Makers come first and again: what follows needs something to work on.
		const call = calls[draw(at < 4 || draw(4) === 0 ? 21 : calls.length)] ?? of('getpid');
		const args = [...call.takes].map((letter) => argument(letter, draw, slots));
		if (call.pair) args[args.findIndex((_, n) => call.takes[n] === 'p')] = 'buf + 32';
		while (args.length < 6) args.push('0');
		lines.push(`	s[${at}] = c(__NR_${call.name}, ${args.map((arg) => `(long)(${arg})`).join(', ')});`);
		if (call.pair) lines.push(`	s[${at}] = ((int *)(buf + 32))[${draw(2)}];`);
		if (call.gives) {
			const kinds: Resource[] =
				call.gives === 'fd'
					? ['fd']
					: call.gives === 'watch' || call.gives === 'map' || call.gives === 'timer'
						? [call.gives]
						: [call.gives, 'fd'];
			for (const kind of kinds) slots.set(kind, [...(slots.get(kind) ?? []), at]);
		}
	}
	return [`static void q${index}(void)`, '{', `	long s[${length}];`, ...lines, '}'].join('\n');
}

/**
 * The program of a seed: `sequences` functions of `length` calls each, run in turn by children of an ordinary user until
 * `ROUNDS` (its argument) are over; prints how many calls were made.
 */
export function sequenceProgram(seed: number, sequences: number, length: number): string {
	const draw = generator(seed);
	const list = Array.from({ length: sequences }, (_, index) => index);
	return [
		`/* Generated: seed ${seed}. */`,
		'#include <gen/syscall_numbers.h>',
		runtime,
		...list.map((index) => sequence(index, length, draw)),
		`static void (*const all[])(void) = { ${list.map((index) => `q${index}`).join(', ')} };`,
		`#define COUNT ${sequences}`,
		main,
	].join('\n\n');
}

const runtime = String.raw`
static char space[65536 + 64] __attribute__((aligned(4096)));
static volatile unsigned *made;
static char *buf = space, *bad;
static const long soon[4] = { 0, 100000, 0, 0 };	/* a timespec of 32-bit words */

static long c(long nr, long a, long b, long d, long e, long f, long g)
{
	register long six __asm__("ebp");
	long ret;

	(*made)++;
	(void)six;
	__asm__ volatile("pushl %%ebp; movl %7, %%ebp; int $0x80; popl %%ebp" : "=a"(ret)
			 : "0"(nr), "b"(a), "c"(b), "d"(d), "S"(e), "D"(f), "m"(*(long[]){ g }) : "memory");
	return ret;
}`;

const main = String.raw`
static void say(unsigned n)
{
	char text[16];
	int at = 16;

	text[--at] = '\n';
	do
		text[--at] = (char)('0' + n % 10);
	while (n /= 10);
	c(__NR_write, 1, (long)(text + at), 16 - at, 0, 0, 0);
}

/* What would wait for ever is interrupted; a child that nothing happens to any more ends. */
static void tick(int sig)
{
	static unsigned last, same;

	(void)sig;
	same = *made == last ? same + 1 : 0;
	last = *made;
	if (same > 5)
		c(__NR_exit_group, 0, 0, 0, 0, 0, 0);
}

/* A child makes a run of the sequences, each with what the ones before have left open. */
static void child(unsigned from)
{
	static long action[5] = { 0, 0x40000000 /* SA_NODEFER */, 0, 0, 0 }, timer[4] = { 0, 20000, 0, 20000 };

	/* The first three descriptors are the harness's: what a sequence writes there must not end in its report. */
	long null = c(__NR_open, (long)"/dev/null", 2, 0, 0, 0, 0);

	for (long fd = 0; fd < 3; fd++)
		c(__NR_dup2, null, fd, 0, 0, 0, 0);
	c(__NR_close, null, 0, 0, 0, 0, 0);
	action[0] = (long)tick;
	for (unsigned n = 0; n < 20; n++) {
		c(__NR_rt_sigaction, 14, (long)action, 0, 8, 0, 0);
		c(__NR_setitimer, 0, (long)timer, 0, 0, 0, 0);
		all[(from + n) % COUNT]();
	}
	c(__NR_exit_group, 0, 0, 0, 0, 0, 0);
}

/* Until the child has ended; one that blocks the signal is killed. */
static void reap(long pid)
{
	static long status, pause[4] = { 0, 0, 2000000, 0 };

	for (unsigned n = 0; n < 300; n++) {
		if (c(__NR_wait4, pid, (long)&status, 1, 0, 0, 0) != 0)
			return;
		c(__NR_clock_nanosleep_time64, 1, 0, (long)pause, 0, 0, 0);
	}
	c(__NR_kill, pid, 9, 0, 0, 0, 0);
	c(__NR_wait4, pid, (long)&status, 0, 0, 0, 0);
}

void start(long *sp)
{
	unsigned rounds = 0;
	static unsigned local;
	long pid;

	made = &local;
	for (const char *p = (char *)sp[2]; *p; p++)
		rounds = rounds * 10 + (unsigned)(*p - '0');
	/* The counter is the children's too; so is a page after which there is none. */
	made = (unsigned *)c(__NR_mmap2, 0, 4096, 3, 0x21, -1, 0);
	bad = (char *)c(__NR_mmap2, 0, 8192, 3, 0x22, -1, 0) + 4096;
	c(__NR_munmap, (long)bad, 4096, 0, 0, 0, 0);
	c(__NR_setgroups32, 0, 0, 0, 0, 0, 0);
	if (c(__NR_setgid32, 65534, 0, 0, 0, 0, 0) || c(__NR_setuid32, 65534, 0, 0, 0, 0, 0))
		c(__NR_exit, 9, 0, 0, 0, 0, 0);
	c(__NR_mknod, (long)"fifo", 010600, 0, 0, 0, 0);
	for (unsigned r = 0; r < rounds; r++) {
		pid = c(__NR_fork, 0, 0, 0, 0, 0, 0);
		if (pid == 0)
			child(r * 20);
		reap(pid);
	}
	say(*made);
	c(__NR_exit_group, 0, 0, 0, 0, 0, 0);
}

__asm__(".globl _start; _start: xorl %ebp, %ebp; movl %esp, %eax; andl $-16, %esp; pushl %eax; call start");
`;

/** Compiles {@link sequenceProgram} to a static program. @throws what the compiler says */
export async function compileSequences(
	source: string,
	into: string,
	buildFolder: string,
	signal?: AbortSignal,
): Promise<void> {
	await execa(
		'i686-linux-gnu-gcc',
		[
			'-std=gnu17',
			'-O1',
			'-m32',
			'-march=i686',
			'-w',
			'-ffreestanding',
			'-fno-pic',
			'-no-pie',
			'-static',
			'-nostdlib',
			'-fno-stack-protector',
			'-mpreferred-stack-boundary=2',
			`-I${buildFolder}`,
			'-x',
			'c',
			'-',
			'-o',
			into,
		],
		{ input: source, ...(signal ? { cancelSignal: signal } : {}) },
	);
}
