/* Who a process is: real, effective, saved and filesystem ids, groups, access() by the real one, capabilities, umask, modes. */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define FILE_NAME "/tmp/identity"

static int in_child(int (*what)(void))
{
	int status;

	if (fork() == 0)
		_exit(what());
	wait(&status);
	return status == 0 ? 0 : status >> 8 ? status >> 8 : -1;
}

static int drop_for_good(void)
{
	unsigned r, e, s;

	if (setgroups(0, NULL) || setresgid(5, 5, 5) || setresuid(1000, 1000, 1000))
		return 1;
	if (setuid(0) != -1 || errno != EPERM || seteuid(0) != -1 || setgid(0) != -1)
		return 2;
	if (setgroups(0, NULL) != -1 || errno != EPERM)
		return 3;
	getresuid(&r, &e, &s);
	if (r != 1000 || e != 1000 || s != 1000)
		return 4;
	if (chown(FILE_NAME, 1000, 1000) != -1 || errno != EPERM)
		return 5;
	if (open(FILE_NAME, O_RDONLY) != -1 || errno != EACCES)
		return 6;
	if (chroot("/tmp") != -1 || errno != EPERM || sethostname("x", 1) != -1 || errno != EPERM)
		return 7;
	return 0;
}

static int drop_and_return(void)
{
	if (setresuid(1000, 1001, 0))
		return 1;
	if (access(FILE_NAME, R_OK) != -1 || errno != EACCES)
		return 2;
	if (seteuid(0))
		return 3;
	/* Effective root, but access() asks for the real user. */
	if (access(FILE_NAME, R_OK) != -1 || errno != EACCES)
		return 4;
	if (faccessat(AT_FDCWD, FILE_NAME, R_OK, AT_EACCESS))
		return 5;
	if (setreuid(1000, 1002) || geteuid() != 1002 || seteuid(0) != -1)
		return 6;
	return 0;
}

static int by_group(void)
{
	gid_t list[2] = { 77, 99 };

	if (setgroups(2, list) || setgid(5) || setuid(1000))
		return 1;
	if (getgroups(0, NULL) != 2)
		return 2;
	if (open(FILE_NAME, O_RDONLY) < 0)
		return 3;
	if (open(FILE_NAME, O_WRONLY) != -1 || errno != EACCES)
		return 4;
	return 0;
}

static int filesystem_ids(void)
{
	if (syscall(SYS_setfsuid32, 1000) != 0 || syscall(SYS_setfsuid32, -1) != 1000)
		return 1;
	if (open(FILE_NAME, O_RDONLY) != -1 || errno != EACCES)
		return 2;
	if (syscall(SYS_setfsuid32, 0) != 1000)
		return 3;
	return open(FILE_NAME, O_RDONLY) < 0 ? 4 : 0;
}

int main(void)
{
	struct stat st;
	int fd;

	IS(umask(027), 022);
	unlink(FILE_NAME);
	fd = open(FILE_NAME, O_RDWR | O_CREAT | O_EXCL, 0777);
	fstat(fd, &st);
	IS(st.st_mode & 07777, 0750);
	IS(umask(022), 027);
	IS(fchown(fd, 0, 77), 0);
	IS(fchmod(fd, 0640), 0);
	IS(in_child(drop_for_good), 0);
	IS(in_child(drop_and_return), 0);
	IS(in_child(by_group), 0);
	IS(in_child(filesystem_ids), 0);
	/* A change of owner takes the setuid bit away. */
	IS(fchmod(fd, 06755), 0);
	IS(fchown(fd, 1000, 77), 0);
	fstat(fd, &st);
	IS(st.st_mode & 07777, 0755);
	ERRNO(setgroups(1, (void *)4), EFAULT);
	ERRNO(setgroups(65537, (void *)4), EINVAL);
	ERRNO(getgroups(-1, NULL), EINVAL);
	unlink(FILE_NAME);
	return test_done();
}
