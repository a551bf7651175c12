/*
 * residue-of WARM COMMAND: what a command leaves in the kernel. WARM is run first and fills what is filled once; then the
 * command, and processes, objects of every cache and memory must be what they were. Both are the shell's.
 */
#include "../../00-foundation/guest/residue.h"
#include <signal.h>
#include <stdlib.h>

#define NOBODY 65534

/* What no process's end takes away: objects of System V, queues by the names that random calls use, the user's processes. */
static void clean(void)
{
	static const char *const queues[] = { "a", "b", "d" };
	pid_t pid = fork();

	if (pid == 0) {
		if (setuid(NOBODY) == 0)
			kill(-1, SIGKILL);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	for (unsigned i = 0; i < sizeof(queues) / sizeof(queues[0]); i++)
		syscall(SYS_mq_unlink, queues[i]);
	remove_ipc();
	sync();
}

int main(int argc, char **argv)
{
	static struct residue before, after;
	long long lost;
	int status;

	BAIL_UNLESS(argc == 3, "usage: residue-of WARM COMMAND");
	status = system(argv[1]);
	BAIL_UNLESS(status == 0, "the first run ends with %d", status);
	clean();
	residue_measure(&before, processes_now());
	status = system(argv[2]);
	OK(status == 0, "the command ends: %d", status);
	clean();
	residue_measure(&after, before.processes);
	lost = (long long)before.free - (long long)after.free;
	OK(after.processes <= before.processes, "%d processes before, %d after", before.processes, after.processes);
	OK(residue_objects(&before, &after) == 0, "objects are freed");
	OK(lost <= (long long)RESIDUE_BYTES, "memory is back: %lld bytes less", lost);
	return test_done();
}
