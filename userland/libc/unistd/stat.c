/*
 * File status. The kernel is asked by statx, the only call whose times are 64 bits wide; a kernel
 * without it by fstatat64.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include "libc.h"

/* Members of the kernel's structure here */
#undef st_atime
#undef st_mtime
#undef st_ctime

static struct timespec time_of(const struct abi_statx_timestamp *time)
{
	return (struct timespec){ .tv_sec = time->tv_sec, .tv_nsec = (long)time->tv_nsec };
}

static int stat_by_fstatat64(int directory, const char *path, struct stat *status, int flags)
{
	struct abi_stat64 old;

	if (flags & AT_EMPTY_PATH && !*path) {
		if (SYS2(fstat64, directory, &old) < 0)
			return -1;
	} else if (SYS4(fstatat64, directory, path, &old, flags) < 0) {
		return -1;
	}
	memset(status, 0, sizeof(*status));
	status->st_dev = old.st_dev;
	status->st_ino = old.st_ino;
	status->st_mode = old.st_mode;
	status->st_nlink = old.st_nlink;
	status->st_uid = old.st_uid;
	status->st_gid = old.st_gid;
	status->st_rdev = old.st_rdev;
	status->st_size = old.st_size;
	status->st_blksize = (blksize_t)old.st_blksize;
	status->st_blocks = (blkcnt_t)old.st_blocks;
	status->st_atim = (struct timespec){ .tv_sec = old.st_atime, .tv_nsec = (long)old.st_atime_nsec };
	status->st_mtim = (struct timespec){ .tv_sec = old.st_mtime, .tv_nsec = (long)old.st_mtime_nsec };
	status->st_ctim = (struct timespec){ .tv_sec = old.st_ctime, .tv_nsec = (long)old.st_ctime_nsec };
	return 0;
}

int fstatat(int directory, const char *__restrict path, struct stat *__restrict status, int flags)
{
	struct abi_statx x;
	long answer;

	answer = __syscall(SYS_statx, (long)directory, (long)path, (long)(flags | AT_NO_AUTOMOUNT),
			   (long)STATX_BASIC_STATS, (long)&x);
	if (answer == -ENOSYS)
		return stat_by_fstatat64(directory, path, status, flags);
	if (answer < 0)
		return (int)__result(answer);
	*status = (struct stat){
		.st_dev = makedev(x.stx_dev_major, x.stx_dev_minor),
		.st_ino = x.stx_ino,
		.st_mode = x.stx_mode,
		.st_nlink = x.stx_nlink,
		.st_uid = x.stx_uid,
		.st_gid = x.stx_gid,
		.st_rdev = makedev(x.stx_rdev_major, x.stx_rdev_minor),
		.st_size = (off_t)x.stx_size,
		.st_blksize = (blksize_t)x.stx_blksize,
		.st_blocks = (blkcnt_t)x.stx_blocks,
		.st_atim = time_of(&x.stx_atime),
		.st_mtim = time_of(&x.stx_mtime),
		.st_ctim = time_of(&x.stx_ctime),
	};
	return 0;
}

int stat(const char *__restrict path, struct stat *__restrict status)
{
	return fstatat(AT_FDCWD, path, status, 0);
}

int lstat(const char *__restrict path, struct stat *__restrict status)
{
	return fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

int fstat(int fd, struct stat *status)
{
	return fstatat(fd, "", status, AT_EMPTY_PATH);
}

int utimensat(int directory, const char *path, const struct timespec times[2], int flags)
{
	return SYS4(utimensat_time64, directory, path, times, flags);
}

int futimens(int fd, const struct timespec times[2])
{
	return utimensat(fd, NULL, times, 0);
}

_Static_assert(sizeof(struct statfs) == sizeof(struct abi_statfs64), "struct statfs is the kernel's");

int statfs(const char *path, struct statfs *status)
{
	return SYS3(statfs64, path, sizeof(*status), status);
}

int fstatfs(int fd, struct statfs *status)
{
	return SYS3(fstatfs64, fd, sizeof(*status), status);
}

static void to_statvfs(const struct statfs *from, struct statvfs *to)
{
	*to = (struct statvfs){
		.f_bsize = from->f_bsize,
		.f_frsize = from->f_frsize ? from->f_frsize : from->f_bsize,
		.f_blocks = from->f_blocks,
		.f_bfree = from->f_bfree,
		.f_bavail = from->f_bavail,
		.f_files = from->f_files,
		.f_ffree = from->f_ffree,
		.f_favail = from->f_ffree,
		.f_fsid = (unsigned long)from->f_fsid.__val[0],
		.f_flag = from->f_flags,
		.f_namemax = from->f_namelen,
	};
}

int statvfs(const char *__restrict path, struct statvfs *__restrict status)
{
	struct statfs kernel;

	if (statfs(path, &kernel) < 0)
		return -1;
	to_statvfs(&kernel, status);
	return 0;
}

int fstatvfs(int fd, struct statvfs *status)
{
	struct statfs kernel;

	if (fstatfs(fd, &kernel) < 0)
		return -1;
	to_statvfs(&kernel, status);
	return 0;
}
