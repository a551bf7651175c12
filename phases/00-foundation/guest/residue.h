/*
 * residue.h - what a test has left in the kernel: processes, objects of each cache, memory. Caches are dropped before they
 * are measured, so that what is still there is in use.
 */
#ifndef IMPOSOS_RESIDUE_H
#define IMPOSOS_RESIDUE_H

#include "../../guest/testing.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#define RESIDUE_CACHES 96
#define RESIDUE_OBJECTS 64		/* a cache may have this many more in use: what the system itself does meanwhile */
#define RESIDUE_BYTES (512u << 10)	/* free memory may be less by this much: caches' pages that are not quite empty */

struct residue {
	int processes;
	unsigned long long free;
	int caches;
	char names[RESIDUE_CACHES][32];
	long active[RESIDUE_CACHES];
};

static void drop_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	BAIL_UNLESS(fd >= 0 && write(fd, "3", 1) == 1, "caches cannot be dropped");
	close(fd);
}

/* Queues, semaphores and shared memory of System V outlive their makers. Commands are those of sys/ipc.h. */
static void remove_ipc(void)
{
	enum { RMID = 0, MSG_STAT = 11, MSG_INFO = 12, SHM_STAT = 13, SHM_INFO = 14, SEM_STAT = 18, SEM_INFO = 19 };
	static long buffer[64];
	long last = syscall(SYS_msgctl, 0, MSG_INFO, buffer), id;

	for (long i = 0; i <= last; i++) {
		if ((id = syscall(SYS_msgctl, i, MSG_STAT, buffer)) >= 0)
			syscall(SYS_msgctl, id, RMID, NULL);
	}
	last = syscall(SYS_shmctl, 0, SHM_INFO, buffer);
	for (long i = 0; i <= last; i++) {
		if ((id = syscall(SYS_shmctl, i, SHM_STAT, buffer)) >= 0)
			syscall(SYS_shmctl, id, RMID, NULL);
	}
	last = syscall(SYS_semctl, 0, 0, SEM_INFO, buffer);
	for (long i = 0; i <= last; i++) {
		if ((id = syscall(SYS_semctl, i, 0, SEM_STAT, buffer)) >= 0)
			syscall(SYS_semctl, id, 0, RMID, NULL);
	}
}

/* Everything in a folder, whatever its name and mode. */
__attribute__((unused)) static void remove_below(const char *folder)
{
	DIR *dir = opendir(folder);
	char path[4200];

	BAIL_UNLESS(dir != NULL, "no folder");
	for (struct dirent *e; (e = readdir(dir));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (unlink(path) != 0) {
			remove_below(path);
			if (rmdir(path) != 0)
				DIAG("%s: errno %d", path, errno);
		}
	}
	closedir(dir);
}

static void read_caches(struct residue *r)
{
	FILE *f = fopen("/proc/slabinfo", "r");
	char line[256];

	BAIL_UNLESS(f != NULL, "no slabinfo");
	r->caches = 0;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%31s %ld", r->names[r->caches], &r->active[r->caches]) == 2) {
			r->caches++;
			BAIL_UNLESS(r->caches < RESIDUE_CACHES, "more caches of objects than fit");
		}
	}
	fclose(f);
}

static int processes_now(void)
{
	struct sysinfo info;

	BAIL_UNLESS(sysinfo(&info) == 0, "no sysinfo");
	return info.procs;
}

/* What is being killed may take a moment to go: waits until there are no more than `processes`, for five seconds at most. */
static void residue_measure(struct residue *r, int processes)
{
	struct sysinfo info;

	for (int waited = 0; waited < 5000 && processes_now() > processes; waited += 20) {
		/* Children of ours that nobody waits for: CLONE_PARENT makes them. */
		while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
			;
		usleep(20000);
	}
	/* Twice: what an object kept alive becomes unused with it. */
	drop_caches();
	drop_caches();
	read_caches(r);
	BAIL_UNLESS(sysinfo(&info) == 0, "no sysinfo");
	r->processes = info.procs;
	r->free = (unsigned long long)info.freeram * info.mem_unit;
}

/* How many caches have grown by more than a little; which, and by how much, is said. */
static int residue_objects(const struct residue *before, const struct residue *after)
{
	int grown = 0;

	for (int i = 0; i < after->caches; i++) {
		long more = after->active[i];

		for (int k = 0; k < before->caches; k++) {
			if (strcmp(after->names[i], before->names[k]) == 0)
				more -= before->active[k];
		}
		if (more > RESIDUE_OBJECTS)
			grown++;
		if (more > RESIDUE_OBJECTS / 4)
			DIAG("%s: %ld objects more", after->names[i], more);
	}
	return grown;
}

#endif
