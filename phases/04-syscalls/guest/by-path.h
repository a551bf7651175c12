/*
 * by-path.h - every call that takes a path, with which of its arguments that is; the others are good in a folder that has `file`.
 */
#ifndef BY_PATH_H
#define BY_PATH_H

#include "calls.h"
#include <stdint.h>
#include <sys/stat.h>

#define W(x) (long)(uintptr_t)(x)
#define CWD (-100)

static long out[512];
static const long ts[4] = { 1000, 0, 2000, 0 };
static const long ts64[8] = { 1000, 0, 0, 0, 2000, 0, 0, 0 };
static const long how[6] = { O_RDONLY };
static struct { unsigned bytes; int type; char data[128]; } handle = { 128, 0, "" };

/* `which` argument is the path; the others are good. */
static const struct by_path {
	const char *name;
	long number;
	int which;
	long args[6];
} by_path[] = {
#define P(name, which, ...) { #name, __NR_##name, which, { __VA_ARGS__ } }
	P(open, 0, 0, O_RDONLY), P(creat, 0, 0, 0600), P(link, 0, 0, W("new")), P(link, 1, W("file"), 0), P(unlink, 0, 0),
	P(execve, 0, 0, 0, 0), P(chdir, 0, 0), P(mknod, 0, 0, S_IFREG | 0600, 0), P(chmod, 0, 0, 0600), P(lchown, 0, 0, 0, 0),
	P(oldstat, 0, 0, W(out)), P(utime, 0, 0, 0), P(access, 0, 0, 0), P(rename, 0, 0, W("new")), P(rename, 1, W("file"), 0),
	P(mkdir, 0, 0, 0700), P(rmdir, 0, 0), P(symlink, 1, W("x"), 0), P(oldlstat, 0, 0, W(out)),
	P(readlink, 0, 0, W(out), 100), P(truncate, 0, 0, 0), P(statfs, 0, 0, W(out)), P(stat, 0, 0, W(out)),
	P(lstat, 0, 0, W(out)), P(chown, 0, 0, 0, 0), P(truncate64, 0, 0, 0, 0), P(stat64, 0, 0, W(out)),
	P(lstat64, 0, 0, W(out)), P(lchown32, 0, 0, 0, 0), P(chown32, 0, 0, 0, 0), P(statfs64, 0, 0, 84, W(out)),
	P(utimes, 0, 0, 0), P(openat, 1, CWD, 0, O_RDONLY), P(mkdirat, 1, CWD, 0, 0700), P(mknodat, 1, CWD, 0, S_IFREG | 0600, 0),
	P(fchownat, 1, CWD, 0, 0, 0, 0), P(futimesat, 1, CWD, 0, 0), P(fstatat64, 1, CWD, 0, W(out), 0), P(unlinkat, 1, CWD, 0, 0),
	P(renameat, 1, CWD, 0, CWD, W("new")), P(renameat, 3, CWD, W("file"), CWD, 0), P(linkat, 1, CWD, 0, CWD, W("new"), 0),
	P(linkat, 3, CWD, W("file"), CWD, 0, 0), P(symlinkat, 2, W("x"), CWD, 0), P(readlinkat, 1, CWD, 0, W(out), 100),
	P(fchmodat, 1, CWD, 0, 0600), P(faccessat, 1, CWD, 0, 0), P(utimensat, 1, CWD, 0, W(ts), 0),
	P(utimensat_time64, 1, CWD, 0, W(ts64), 0), P(renameat2, 1, CWD, 0, CWD, W("new"), 0),
	P(renameat2, 3, CWD, W("file"), CWD, 0, 0), P(execveat, 1, CWD, 0, 0, 0, 0), P(statx, 1, CWD, 0, 0, 0x7ff, W(out)),
	P(openat2, 1, CWD, 0, W(how), 24), P(faccessat2, 1, CWD, 0, 0, 0), P(setxattr, 0, 0, W("user.a"), W("v"), 1, 0),
	P(lsetxattr, 0, 0, W("user.a"), W("v"), 1, 0), P(getxattr, 0, 0, W("user.a"), W(out), 10),
	P(lgetxattr, 0, 0, W("user.a"), W(out), 10), P(listxattr, 0, 0, W(out), 10), P(llistxattr, 0, 0, W(out), 10),
	P(removexattr, 0, 0, W("user.a")), P(lremovexattr, 0, 0, W("user.a")), P(inotify_add_watch, 1, 0, 0, 0xfff),
	P(name_to_handle_at, 1, CWD, 0, W(&handle), W(out), 0),
};

static long make(const struct by_path *p, const char *path, int inotify)
{
	long a[6];

	for (int i = 0; i < 6; i++)
		a[i] = p->args[i];
	if (p->number == __NR_inotify_add_watch)
		a[0] = inotify;
	a[p->which] = W(path);
	return syscall(p->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* Each of them with a path that ends there for all alike. */
__attribute__((unused)) static void each_path_fails(const char *error, int number, const char *path)
{
	int inotify = (int)syscall(__NR_inotify_init1, 0);

	for (unsigned i = 0; i < sizeof(by_path) / sizeof(by_path[0]); i++)
		fails(by_path[i].name, error, number, make(&by_path[i], path, inotify), (int)i);
	close(inotify);
}

#endif
