/*
 * trace: runs a program, or watches one that runs, and prints its system calls: name, arguments and result, decoded from
 * the kernel's own table (kernel/abi/syscalls.tbl). -f follows children, -p PID attaches, -o FILE writes there, -c
 * counts only. Ends with the status of the program.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <abi/ptrace.h>

/* Kinds of arguments: s string, p pointer, d number, u unsigned, x bits, f descriptor, m file mode. */
static const struct {
	const char *name, *args;
} calls[] = {
#define CALL(number, name, args) [number] = { name, args },
#include "../../build/gen/syscall_args.inc"
};
#define NCALLS (sizeof(calls) / sizeof(calls[0]))

struct regs {
	unsigned bx, cx, dx, si, di, bp, ax, ds, es, fs, gs, orig_ax, ip, cs, flags, sp, ss;
};

#define TRACEES 256
static struct tracee {
	pid_t pid;		/* 0: free */
	int inside;		/* between the two stops of a call */
	unsigned call;		/* which; a signal's end and a new program leave nothing of it in the registers */
	char *line;		/* what it was called with, as text */
} tracees[TRACEES];
static int living, follow, counting;
static unsigned counts[NCALLS], failures[NCALLS];
static FILE *out;

static long ptrace(long request, pid_t pid, unsigned long addr, void *data)
{
	return syscall(SYS_ptrace, request, pid, addr, data);
}

static struct tracee *tracee(pid_t pid)
{
	struct tracee *free_one = NULL;

	for (int i = 0; i < TRACEES; i++) {
		if (tracees[i].pid == pid)
			return &tracees[i];
		if (!tracees[i].pid)
			free_one = &tracees[i];
	}
	if (!free_one)
		errx(1, "more than %d processes", TRACEES);
	free_one->pid = pid;
	free_one->inside = 0;
	living++;
	return free_one;
}

static void forget_line(struct tracee *t)
{
	free(t->line);
	t->line = NULL;
}

/* A string of the tracee's, shortened and with what does not print escaped. */
static void print_string(FILE *to, pid_t pid, unsigned address)
{
	char text[33];
	struct iovec here = { text, 32 }, there = { (void *)(unsigned long)address, 32 };
	long n;

	if (!address) {
		fputs("NULL", to);
		return;
	}
	/* It may end right before a page that is not there. */
	n = syscall(SYS_process_vm_readv, pid, &here, 1, &there, 1, 0);
	if (n <= 0) {
		here.iov_len = there.iov_len = 4096 - (address & 4095) < 32 ? 4096 - (address & 4095) : 32;
		n = syscall(SYS_process_vm_readv, pid, &here, 1, &there, 1, 0);
	}
	if (n <= 0) {
		fprintf(to, "%#x", address);
		return;
	}
	putc('"', to);
	for (long i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (!c) {
			putc('"', to);
			return;
		}
		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", to);
		else if (c < ' ' || c > '~')
			fprintf(to, "\\x%02x", c);
		else
			putc(c, to);
	}
	fputs("\"...", to);
}

static void print_argument(FILE *to, pid_t pid, char kind, unsigned value)
{
	switch (kind) {
	case 's':
		print_string(to, pid, value);
		break;
	case 'd':
	case 'f':
		fprintf(to, (int)value == -100 && kind == 'f' ? "AT_FDCWD" : "%d", (int)value);
		break;
	case 'm':
		fprintf(to, "0%o", value);
		break;
	case 'u':
		fprintf(to, "%u", value);
		break;
	default:
		if (value)
			fprintf(to, "%#x", value);
		else
			fputs(kind == 'p' ? "NULL" : "0", to);
	}
}

static void print_entry(FILE *to, pid_t pid, const struct regs *r)
{
	const unsigned values[6] = { r->bx, r->cx, r->dx, r->si, r->di, r->bp };
	const char *args = r->orig_ax < NCALLS && calls[r->orig_ax].name ? calls[r->orig_ax].args : NULL;

	if (follow)
		fprintf(to, "[%d] ", pid);
	if (!args) {
		fprintf(to, "call_%u(", r->orig_ax);
		args = "xxxxxx";
	} else {
		fprintf(to, "%s(", calls[r->orig_ax].name);
	}
	for (int i = 0; args[i]; i++) {
		if (i)
			fputs(", ", to);
		print_argument(to, pid, args[i], values[i]);
	}
	putc(')', to);
}

static void print_result(unsigned call, int result)
{
	if (result >= 0 || result < -4095)
		fprintf(out, call == SYS_brk || call == SYS_mmap2 || call == SYS_mmap ? " = %#x\n" : " = %d\n", result);
	else if (result <= -512 && result >= -516)
		fputs(" = ? (interrupted)\n", out);
	else
		fprintf(out, " = -1 (%s)\n", strerror(-result));
}

/* The call as text, in memory: others may begin and end before it does. */
static char *entry_text(pid_t pid, const struct regs *r)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		err(1, "memory");
	print_entry(to, pid, r);
	if (fclose(to) < 0)
		err(1, "memory");
	return text;
}

/* A stop at a call's start or end. A call's line is written when it returns, or at once if it will not. */
static void call_stop(struct tracee *t)
{
	struct regs r;

	if (ptrace(PTRACE_GETREGS, t->pid, 0, &r) < 0)
		return;			/* killed meanwhile */
	t->inside = !t->inside;
	if (t->inside) {
		t->call = r.orig_ax;
		if (counting)
			return;
		t->line = entry_text(t->pid, &r);
		if (r.orig_ax == SYS_exit || r.orig_ax == SYS_exit_group) {
			fprintf(out, "%s\n", t->line);
			forget_line(t);
		}
		return;
	}
	if (t->call < NCALLS) {
		counts[t->call]++;
		failures[t->call] += (int)r.ax < 0 && (int)r.ax >= -4095;
	}
	if (counting || !t->line)
		return;
	fputs(t->line, out);
	print_result(t->call, (int)r.ax);
	forget_line(t);
}

static int ended(struct tracee *t, int status)
{
	if (!counting)
		fprintf(out, follow ? "[%d] +++ %s %d +++\n" : "%.0d+++ %s %d +++\n", follow ? t->pid : 0,
			WIFSIGNALED(status) ? "killed by signal" : "ended with", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	forget_line(t);
	t->pid = 0;
	living--;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Until the last one ends; the status of the first. */
static int watch(pid_t first)
{
	int status, code = 0, sig;

	while (living) {
		pid_t pid = waitpid(-1, &status, 0x40000000 /* __WALL */);
		struct tracee *t;

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			err(1, "wait");
		t = tracee(pid);
		if (!WIFSTOPPED(status)) {
			int c = ended(t, status);

			if (pid == first)
				code = c;
			continue;
		}
		sig = WSTOPSIG(status);
		if (sig == (SIGTRAP | 0x80)) {
			call_stop(t);
			sig = 0;
		} else if (status >> 16) {
			sig = 0;		/* an event, or the first stop of a new child */
		} else if (!counting) {
			fprintf(out, "--- signal %d ---\n", sig);
		}
		ptrace(PTRACE_SYSCALL, pid, 0, (void *)(unsigned long)sig);
	}
	return code;
}

static pid_t start(char **argv)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		raise(SIGSTOP);		/* until it is attached to */
		execvp(*argv, argv);
		err(errno == ENOENT ? 127 : 126, "%s", *argv);
	}
	return pid;
}

static void summary(void)
{
	fprintf(out, "%8s %8s  %s\n", "calls", "errors", "name");
	for (unsigned i = 0; i < NCALLS; i++)
		if (counts[i])
			fprintf(out, "%8u %8u  %s\n", counts[i], failures[i], calls[i].name ? calls[i].name : "?");
}

int main(int argc, char **argv)
{
	unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
	pid_t pid = 0;
	int c, status, code;

	out = stderr;
	while ((c = getopt(argc, argv, "+fcp:o:")) != -1)
		switch (c) {
		case 'f':
			follow = 1;
			options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
			break;
		case 'c':
			counting = 1;
			break;
		case 'p':
			pid = atoi(optarg);
			break;
		case 'o':
			out = fopen(optarg, "we");
			if (!out)
				err(1, "%s", optarg);
			break;
		default:
			goto usage;
		}
	if (!pid == !argv[optind])
		goto usage;
	if (argv[optind]) {
		pid = start(argv + optind);
		waitpid(pid, &status, WUNTRACED);
		options |= PTRACE_O_EXITKILL;
	}
	if (ptrace(PTRACE_SEIZE, pid, 0, (void *)options) < 0)
		err(1, "process %d", pid);
	tracee(pid);
	if (argv[optind])
		kill(pid, SIGCONT);
	ptrace(PTRACE_INTERRUPT, pid, 0, NULL);
	code = watch(pid);
	if (counting)
		summary();
	fflush(out);
	return code;
usage:
	fprintf(stderr, "usage: trace [-fc] [-o file] command [argument...]\n       trace [-fc] [-o file] -p pid\n");
	return 2;
}
