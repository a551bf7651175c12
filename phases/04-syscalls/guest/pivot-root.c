/*
 * pivot_root: another mount becomes the root, the old one hangs below it, whoever stood in the old root stands in the new
 * one. Twice, so that afterwards everything is as it was.
 */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PLACE "/tmp/pivot"

static int pivot(const char *new, const char *old)
{
	return (int)syscall(SYS_pivot_root, new, old);
}

static int exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static void refusals(void)
{
	pid_t pid;
	int status;

	ERRNO(pivot(PLACE, PLACE "/none"), ENOENT);
	ERRNO(pivot("/etc/hostname", PLACE), ENOTDIR);
	ERRNO(pivot((void *)4, PLACE), EFAULT);
	ERRNO(pivot("/", "/"), EBUSY);
	ERRNO(pivot(PLACE, "/etc"), EBUSY);		/* the old one would hang below itself */
	ERRNO(pivot("/etc", PLACE), EBUSY);		/* no mount of its own */
	ERRNO(pivot(PLACE "/old", PLACE "/old"), EINVAL);	/* not the top of a mount */
	ERRNO(pivot(PLACE, "/proc"), EINVAL);		/* not below the new one */
	pid = fork();
	if (pid == 0)
		_exit(setuid(65534) || pivot(PLACE, PLACE "/old") != -1 || errno != EPERM);
	waitpid(pid, &status, 0);
	IS(status, 0);
}

/* Another process that stands in the root, and one that does not. It says what it sees when it is asked. */
static pid_t bystander(const char *where, int *ask, int *answer)
{
	int a[2], b[2];
	pid_t pid;
	char c;

	BAIL_UNLESS(pipe(a) == 0 && pipe(b) == 0, "pipe");
	pid = fork();
	if (pid == 0) {
		close(a[1]);
		if (chdir(where))
			_exit(1);
		while (read(a[0], &c, 1) == 1) {
			c = (char)('0' + (exists("marker") ? 1 : 0) + (exists("/marker") ? 2 : 0));
			write(b[1], &c, 1);
		}
		_exit(0);
	}
	close(a[0]);
	*ask = a[1];
	*answer = b[0];
	return pid;
}

static int sees(int ask, int answer)
{
	char c = '9';

	write(ask, "?", 1);
	read(answer, &c, 1);
	return c - '0';
}

int main(void)
{
	int ask[2], answer[2], fd;
	char cwd[64];

	mkdir(PLACE, 0755);
	BAIL_UNLESS(mount("tmpfs", PLACE, "tmpfs", 0, NULL) == 0, "mount");
	BAIL_UNLESS(mkdir(PLACE "/old", 0755) == 0 && mkdir(PLACE "/tmp", 0755) == 0, "mkdir");
	fd = open(PLACE "/marker", O_CREAT | O_WRONLY, 0644);
	BAIL_UNLESS(fd >= 0, "marker");
	close(fd);
	refusals();
	bystander("/", &ask[0], &answer[0]);
	bystander("/etc", &ask[1], &answer[1]);
	IS(sees(ask[0], answer[0]), 0);
	IS(sees(ask[1], answer[1]), 0);			/* both stand where they are to, before the roots change */
	IS(chdir("/"), 0);
	IS(pivot(PLACE, PLACE "/old"), 0);
	OK(exists("/marker") && exists("/old/etc/hostname"), "the new root, and the old one in it");
	OK(getcwd(cwd, sizeof(cwd)) && !strcmp(cwd, "/"), "%s", cwd);
	OK(exists("marker"), "who stood in the old root stands in the new one");
	IS(sees(ask[0], answer[0]), 3);
	IS(sees(ask[1], answer[1]), 2);			/* /etc stays where it is */
	OK(exists("/old/proc/self/stat"), "what was mounted in the old one still is");
	ERRNO(umount2("/old", 0), EBUSY);
	/* Back. */
	IS(pivot("/old", "/old" PLACE), 0);
	OK(exists("/etc/hostname") && !exists("/marker") && exists(PLACE "/marker"), "as it was");
	IS(sees(ask[0], answer[0]), 0);
	IS(sees(ask[1], answer[1]), 0);
	/* Onto itself: the old root covers the new one until it is taken away. In a chroot's root that is a mount. */
	pid_t pid = fork();
	if (pid == 0) {
		int bad = 0;

		bad |= mount("tmpfs", PLACE "/tmp", "tmpfs", 0, NULL) != 0;
		bad |= (mkdir(PLACE "/tmp/below", 0755) != 0) << 1;
		bad |= (chroot(PLACE) != 0 || chdir("/tmp") != 0) << 2;
		bad |= (pivot(".", ".") != 0) << 3;
		bad |= (umount2(".", MNT_DETACH) != 0) << 4;
		bad |= (chdir("/") != 0 || !exists("/below") || exists("/marker")) << 5;
		_exit(bad);
	}
	int status;
	waitpid(pid, &status, 0);
	IS(status, 0);
	for (int i = 0; i < 2; i++)
		close(ask[i]);
	while (wait(NULL) > 0)
		;
	IS(umount2(PLACE, MNT_DETACH), 0);
	IS(rmdir(PLACE), 0);
	return test_done();
}
