/* Processes as /proc shows them. */
#ifndef BIN_PROC_H
#define BIN_PROC_H

#include <stdint.h>
#include <sys/types.h>

struct process {
	pid_t pid, parent, group, session, foreground;
	uid_t user;
	char state;
	unsigned terminal;	/* device number, 0 without one */
	uint64_t user_ticks, system_ticks;	/* of 1/100 s */
	uint64_t start_ticks;	/* since boot */
	uint64_t size;		/* bytes of address space */
	uint64_t resident;	/* bytes */
	int nice, threads;
	char name[64];
};

/* Reads one process; -1 when it is gone. */
int process_read(pid_t pid, struct process *process);
/* All processes, by number, malloc()ed. */
struct process *processes_read(size_t *count);
/* The command line with blanks between arguments, or [name]; malloc()ed. */
char *process_command(const struct process *process);
/* "tty1", "pts/0" or "?" */
const char *terminal_name(unsigned device, char text[16]);
/* A value in kB of /proc/meminfo, or -1. */
long long meminfo(const char *name);
/* Seconds since boot, and idle ones; -1 on failure. */
int read_uptime(double *up, double *idle);
/* The contents of a small file, NUL-terminated and malloc()ed, or NULL. */
char *read_whole(const char *path, size_t *length);

#endif
