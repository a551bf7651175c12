/* The machine as a whole: names, mounts, memory, the log, the end. */
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "libc.h"

int uname(struct utsname *name)
{
	return SYS1(uname, name);
}

int gethostname(char *name, size_t size)
{
	struct utsname system;
	size_t length;

	if (uname(&system) < 0)
		return -1;
	length = strlen(system.nodename);
	if (length >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, system.nodename, length + 1);
	return 0;
}

int getdomainname(char *name, size_t size)
{
	struct utsname system;

	if (uname(&system) < 0)
		return -1;
	if (strlen(system.domainname) >= size) {
		errno = EINVAL;
		return -1;
	}
	strcpy(name, system.domainname);
	return 0;
}

int sethostname(const char *name, size_t length)
{
	return SYS2(sethostname, name, length);
}

int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)
{
	return SYS5(mount, source, target, type, flags, data);
}

int umount2(const char *target, int flags)
{
	return SYS2(umount2, target, flags);
}

int umount(const char *target)
{
	return umount2(target, 0);
}

int reboot(int command)
{
	return SYS4(reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command, NULL);
}

int sysinfo(struct sysinfo *info)
{
	return SYS1(sysinfo, info);
}

int klogctl(int action, char *buffer, int length)
{
	return SYS3(syslog, action, buffer, length);
}

ssize_t getrandom(void *buffer, size_t length, unsigned flags)
{
	return SYS3(getrandom, buffer, length, flags);
}

int getentropy(void *buffer, size_t length)
{
	char *to = buffer;

	if (length > 256) {
		errno = EIO;
		return -1;
	}
	while (length > 0) {
		ssize_t got = getrandom(to, length, 0);

		if (got < 0 && errno != EINTR)
			return -1;
		if (got > 0) {
			to += got;
			length -= (size_t)got;
		}
	}
	return 0;
}

int get_nprocs(void)
{
	uint32_t mask[32];
	long bytes = __syscall(SYS_sched_getaffinity, 0L, (long)sizeof(mask), (long)mask);
	int count = 0;

	for (long i = 0; i < bytes / 4; i++)
		count += __builtin_popcount(mask[i]);
	return count > 0 ? count : 1;
}

int get_nprocs_conf(void)
{
	return get_nprocs();
}

int swapon(const char *path, int flags)
{
	return SYS2(swapon, path, flags);
}

int swapoff(const char *path)
{
	return SYS1(swapoff, path);
}
