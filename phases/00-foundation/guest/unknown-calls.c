/*
 * What is no system call, or none yet, returns ENOSYS to whoever calls it, by either way in, and is counted by name.
 * The arguments are numbers and names of calls that the kernel's table has as missing.
 */
#include "../../guest/testing.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/auxv.h>

static long by_interrupt(long number)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(0), "c"(0), "d"(0), "S"(0), "D"(0) : "memory");
	return result;
}

/* Through the vDSO's __kernel_vsyscall, which the processor's sysenter is behind. */
static long by_vdso(long number)
{
	unsigned long entry = getauxval(AT_SYSINFO);
	long result;

	if (!entry)
		return -1;
	__asm__ volatile("call *%1" : "=a"(result) : "r"(entry), "a"(number), "b"(0) : "ecx", "edx", "memory");
	return result;
}

static char counts[65536];

/* How often the kernel says that a call was missed; -1 if it does not say so by this name. */
static int counted(const char *number, const char *name)
{
	size_t fill = 0;
	ssize_t n;
	int fd = open("/proc/missing_syscalls", O_RDONLY);

	while (fd >= 0 && (n = read(fd, counts + fill, sizeof(counts) - 1 - fill)) > 0)
		fill += (size_t)n;
	close(fd);
	counts[fill] = 0;
	for (char *line = strtok(counts, "\n"); line; line = strtok(NULL, "\n")) {
		size_t a = strlen(number), b = strlen(name);

		if (!strncmp(line, number, a) && line[a] == ' ' && !strncmp(line + a + 1, name, b) && line[a + 1 + b] == ' ')
			return atoi(line + a + b + 2);
	}
	return -1;
}

int main(int argc, char **argv)
{
	static const long beyond[] = { 223, 251, 100000, 0x7fffffff, -1, (long)0x80000000 };
	int before, after;

	TEST_PLAN((argc - 1) / 2 * 2 + 3);
	for (int i = 1; i + 1 < argc; i += 2) {
		long number = atol(argv[i]);
		int first, second;

		before = counted(argv[i], argv[i + 1]);
		first = by_interrupt(number) == -ENOSYS;
		second = by_vdso(number) == -ENOSYS;
		OK(first && second, "%s (%ld) is not there", argv[i + 1], number);
		after = counted(argv[i], argv[i + 1]);
		OK(after == (before < 0 ? 0 : before) + 2, "%s was counted: %d, %d", argv[i + 1], before, after);
	}
	before = counted("-", "beyond-the-last");
	after = 1;
	for (unsigned i = 0; i < sizeof(beyond) / sizeof(*beyond); i++)
		after &= by_interrupt(beyond[i]) == -ENOSYS && by_vdso(beyond[i]) == -ENOSYS;
	OK(after, "numbers that no call has");
	after = counted("-", "beyond-the-last");
	OK(after >= (before < 0 ? 0 : before) + 8, "those beyond the last were counted: %d, %d", before, after);
	OK(by_vdso(20) == getpid() && by_interrupt(20) == getpid(), "both ways lead to getpid()");
	return test_done();
}
