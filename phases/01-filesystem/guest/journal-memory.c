/*
 * Blocks that are committed and not yet home are held in memory, as many as the log has room for: they make room when
 * memory is wanted. FOLDER BLOCKS: how many are made to be held.
 */
#include "fixture.h"
#include "../../guest/proc-figure.h"

#include <sys/mman.h>

#define STEP (4092 * 1024ll)		/* what an indirect block maps: each write makes one */

int main(int argc, char **argv)
{
	long killed = proc_figure("/proc/vmstat", "oom_kill"), total = proc_figure("/proc/meminfo", "MemAvailable");
	int blocks, fd, written = 0, same = 0, v;
	size_t want = (size_t)(total / 100) * 90 * 1024 & ~(size_t)4095;
	volatile char *at;

	enter_folder(argc, argv, "/var/tmp/journal-memory");
	blocks = argc > 2 ? atoi(argv[2]) : 3000;
	fd = open("wide", O_CREAT | O_RDWR, 0644);
	for (int i = 0; i < blocks; i++)
		written += pwrite(fd, &i, sizeof(i), i * STEP) == sizeof(i);
	IS(written, blocks);
	IS(fsync(fd), 0);
	at = mmap(NULL, want, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	OK(at != MAP_FAILED, "%ld MiB of %ld are mapped", (long)(want >> 20), total >> 10);
	for (size_t i = 0; i < want; i += 4096)
		at[i] = 1;
	OK(proc_figure("/proc/vmstat", "oom_kill") == killed, "they can be had, and nobody was killed");
	for (int i = 0; i < blocks; i++)
		same += pread(fd, &v, sizeof(v), i * STEP) == sizeof(v) && v == i;
	IS(same, blocks);
	munmap((void *)at, want);
	close(fd);
	return test_done();
}
