/*
 * Rows of dynamic programs. /bin/dynamic is a program of each system's own that does nothing, with its loader and its C
 * library. /twenty/program has twenty libraries with 250 relocations by name each, and no C library: each loader is told
 * to run it, ours and glibc's on either kernel.
 */
#include "raw.h"

static long run_program(u32 n, const char *const *argv)
{
	const char *envp[] = { "PATH=/bin", 0 };
	u32 status;

	while (n--) {
		long pid = sys0(NR_fork);

		if (!pid) {
			sys3(NR_execve, argv[0], argv, envp);
			sys1(NR_exit, 99);
		}
		if (pid < 0)
			return pid;
		sys3(NR_waitpid, pid, &status, 0);
		if (status)
			return -8;
	}
	return 0;
}

static long exec_dynamic(u32 n)
{
	const char *argv[] = { "/bin/dynamic", 0 };

	return run_program(n, argv);
}

static long twenty_by_ours(u32 n)
{
	const char *argv[] = { "/lib/ld-imposos.so.1", "/twenty/program", 0 };

	return run_program(n, argv);
}

static long twenty_by_glibc(u32 n)
{
	const char *argv[] = { "/lib/ld-linux.so.2", "/twenty/program", 0 };

	return run_program(n, argv);
}

static const struct row rows[] = {
	{ "exec-dynamic", exec_dynamic, 100, 0 },
	{ "twenty-libraries", twenty_by_ours, 20, 0 },
	{ "twenty-by-glibc", twenty_by_glibc, 20, 0 },
	{ 0, 0, 0, 0 },
};

const struct group loading_group = { "loading", rows, 0 };
