/* Extended attributes that are there and empty: stored without a value, read, listed, replaced, removed. */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#define MEMORY	"/tmp/empty-attributes"
#define DISK	"/var/tmp/empty-attributes"

static void in(const char *folder)
{
	char value[8], list[64];

	if (chdir(folder))
		return;
	int fd = open("file", O_RDWR | O_CREAT, 0644);
	OK(fd >= 0, "a file in %s", folder);
	IS(fsetxattr(fd, "trusted.a", NULL, 0, 0), 0);
	IS(setxattr("file", "trusted.b", "", 0, XATTR_CREATE), 0);
	IS(fgetxattr(fd, "trusted.a", value, sizeof(value)), 0);
	IS(fgetxattr(fd, "trusted.a", NULL, 0), 0);
	IS(flistxattr(fd, list, sizeof(list)), 20);
	/* Who may not read them does not see them. */
	IS(seteuid(65534), 0);
	IS(flistxattr(fd, list, sizeof(list)), 0);
	IS(seteuid(0), 0);
	ERRNO(fsetxattr(fd, "trusted.a", NULL, 0, XATTR_CREATE), EEXIST);
	IS(fsetxattr(fd, "trusted.a", "now", 3, XATTR_REPLACE), 0);
	IS(fgetxattr(fd, "trusted.a", value, sizeof(value)), 3);
	IS(fsetxattr(fd, "trusted.a", NULL, 0, XATTR_REPLACE), 0);
	IS(fgetxattr(fd, "trusted.a", value, sizeof(value)), 0);
	IS(fremovexattr(fd, "trusted.a"), 0);
	ERRNO(fgetxattr(fd, "trusted.a", value, sizeof(value)), ENODATA);
	ERRNO(fsetxattr(fd, "trusted.a", NULL, 1, 0), EFAULT);
	close(fd);
	unlink("file");
	(void)!chdir("/");
}

int main(void)
{
	mkdir(MEMORY, 0700);
	mkdir(DISK, 0700);
	BAIL_UNLESS(mount("none", MEMORY, "tmpfs", 0, NULL) == 0, "a tmpfs");
	in(MEMORY);
	in(DISK);
	IS(umount(MEMORY), 0);
	rmdir(MEMORY);
	rmdir(DISK);
	return test_done();
}
