/* Extended attributes. */
#include <sys/xattr.h>
#include "libc.h"

ssize_t getxattr(const char *path, const char *name, void *value, size_t size)
{
	return SYS4(getxattr, path, name, value, size);
}

ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size)
{
	return SYS4(lgetxattr, path, name, value, size);
}

ssize_t fgetxattr(int fd, const char *name, void *value, size_t size)
{
	return SYS4(fgetxattr, fd, name, value, size);
}

int setxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
	return SYS5(setxattr, path, name, value, size, flags);
}

int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
	return SYS5(lsetxattr, path, name, value, size, flags);
}

int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	return SYS5(fsetxattr, fd, name, value, size, flags);
}

ssize_t listxattr(const char *path, char *list, size_t size)
{
	return SYS3(listxattr, path, list, size);
}

ssize_t llistxattr(const char *path, char *list, size_t size)
{
	return SYS3(llistxattr, path, list, size);
}

ssize_t flistxattr(int fd, char *list, size_t size)
{
	return SYS3(flistxattr, fd, list, size);
}

int removexattr(const char *path, const char *name)
{
	return SYS2(removexattr, path, name);
}

int lremovexattr(const char *path, const char *name)
{
	return SYS2(lremovexattr, path, name);
}

int fremovexattr(int fd, const char *name)
{
	return SYS2(fremovexattr, fd, name);
}
