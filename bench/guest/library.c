/*
 * Rows of a C library's functions: /library/program is bench/library compiled with each system's own, ours and glibc. A
 * program of its own runs each row and writes what it took to a pipe; its start is left out.
 */
#include "raw.h"

static long measured(const char *name, u32 n)
{
	char number[12], out[12];
	int ends[2];
	u64 cycles = 0;
	u32 status = 0;
	long error = sys1(NR_pipe, ends), pid;

	if (error < 0)
		return error;
	name_number(number, "", n, 1);
	name_number(out, "", (u32)ends[1], 1);
	pid = sys0(NR_fork);
	if (!pid) {
		const char *argv[] = { "/library/program", name, number, out, 0 }, *envp[] = { "PATH=/bin", 0 };

		sys3(NR_execve, argv[0], argv, envp);
		sys1(NR_exit, 99);
	}
	sys1(NR_close, ends[1]);
	if (pid > 0 && sys3(NR_read, ends[0], &cycles, 8) != 8)
		error = -8;
	sys1(NR_close, ends[0]);
	if (pid < 0)
		return pid;
	sys3(NR_waitpid, pid, &status, 0);
	timed += cycles;
	return status ? -8 : error;
}

#define ROW(name, label) \
	static long name(u32 n) { return measured(label, n); }
ROW(malloc_random, "malloc-random")
ROW(malloc_stack, "malloc-stack")
ROW(malloc_large, "malloc-large")
ROW(realloc_growing, "realloc")
ROW(memcpy_small, "memcpy-small")
ROW(memcpy_1k, "memcpy-1k")
ROW(memcpy_64k, "memcpy-64k")
ROW(strlen_short, "strlen-short")
ROW(strlen_1k, "strlen-1k")
ROW(qsort_random, "qsort-random")
ROW(qsort_sorted, "qsort-sorted")
ROW(qsort_words, "qsort-words")
ROW(qsort_records, "qsort-records")
ROW(printf_integers, "printf-integers")
ROW(printf_strings, "printf-strings")
ROW(printf_floats, "printf-floats")
ROW(fprintf_null, "fprintf")

static const struct row rows[] = {
	{ "malloc-random", malloc_random, 100000, 0 },
	{ "malloc-stack", malloc_stack, 100000, 0 },
	{ "malloc-large", malloc_large, 20000, 0 },
	{ "realloc", realloc_growing, 20000, 0 },
	{ "memcpy-small", memcpy_small, 100000, 0 },
	{ "memcpy-1k", memcpy_1k, 5000, 0 },
	{ "memcpy-64k", memcpy_64k, 100, 0 },
	{ "strlen-short", strlen_short, 100000, 0 },
	{ "strlen-1k", strlen_1k, 5000, 0 },
	{ "qsort-random", qsort_random, 1, 0 },
	{ "qsort-sorted", qsort_sorted, 2, 0 },
	{ "qsort-words", qsort_words, 3, 0 },
	{ "qsort-records", qsort_records, 2, 0 },
	{ "printf-integers", printf_integers, 5000, 0 },
	{ "printf-strings", printf_strings, 5000, 0 },
	{ "printf-floats", printf_floats, 2000, 0 },
	{ "fprintf", fprintf_null, 5000, 0 },
	{ 0, 0, 0, 0 },
};

const struct group library_group = { "library", rows, 0 };
