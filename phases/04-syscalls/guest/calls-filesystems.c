/*
 * Calls on filesystems and files that do not take everything, by their numbers: read-only ones, full ones, disks of which a
 * part is gone, files that are not to be touched, or larger than a program without large files knows. Filesystems on disks are
 * images on a loop device, impfs here and ext4 where this runs on Linux.
 */
#include "by-path.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>

#define LARGEFILE	0100000
#define MFD_SEALED	2
#define ADD_SEALS	1033
#define SEAL_SHRINK	2
#define SEAL_GROW	4
#define SEAL_WRITE	8
#define GETFLAGS	0x80046601
#define SETFLAGS	0x40046602
#define FL_IMMUTABLE	0x10
#define FL_APPEND	0x20

static char device[32], text[70000];
static const char *disk_type;

/* A kernel of 32 bits, whose oldest calls know sizes of 32 bits alone; that of 64 bits lends its own to programs of 32. */
static int narrow(void)
{
	return syscall(__NR_oldstat, "file", out) == 0;
}

static int put(const char *path, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ssize_t done = fd >= 0 ? write(fd, text, n) : -1;

	close(fd);
	return done == (ssize_t)n ? 0 : -1;
}

/* A fresh filesystem of that many KiB is mounted at `path`; the image's descriptor of the loop device, or -1: there is none. */
static int image_mount(const char *image, const char *path, int kib)
{
	char command[200];
	int control = open("/dev/loop-control", O_RDWR), number = control < 0 ? -1 : ioctl(control, 0x4c82), loop = -1, fd;

	close(control);
	snprintf(device, sizeof(device), "/dev/loop%d", number);
	fd = open(image, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (number >= 0 && ftruncate(fd, kib * 1024L) == 0)
		loop = open(device, O_RDWR);
	if (loop >= 0 && ioctl(loop, 0x4c00, fd)) {
		close(loop);
		loop = -1;
	}
	close(fd);
	snprintf(command, sizeof(command), "mkfs.impfs -fq %s 2>/dev/null || mkfs.ext4 -q -m 0 -O ^has_journal %s", device, device);
	if (loop >= 0 && (system(command) || mount(device, path, disk_type, 0, NULL))) {
		ioctl(loop, 0x4c01, 0);
		close(loop);
		loop = -1;
	}
	if (loop < 0)
		DIAG("no filesystem of an image at %s: what it is for is left out", path);
	return loop;
}

static void image_drop(int loop, const char *path)
{
	umount2(path, MNT_DETACH);
	ioctl(loop, 0x4c01, 0);
	close(loop);
}

static void read_only(void)
{
	struct sockaddr { unsigned short family; char path[40]; } address = { 1, "ro/socket" };
	int s = (int)syscall(__NR_socket, 1, 1, 0), fd;

	mkdir("ro", 0755);
	BAIL_UNLESS(mount("tmpfs", "ro", "tmpfs", 0, NULL) == 0 && put("ro/file", 5) == 0 && mkdir("ro/dir", 0755) == 0, "tmpfs");
	int writer = open("ro/file", O_WRONLY);
	FAILS(EBUSY, mount, "tmpfs", "ro", NULL, MS_REMOUNT | MS_RDONLY, NULL);
	close(writer);
	BAIL_UNLESS(mount("tmpfs", "ro", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0, "remount");
	fd = open("ro/file", O_RDONLY);
	FAILS(EROFS, link, "ro/file", "ro/x");
	FAILS(EROFS, linkat, CWD, "ro/file", CWD, "ro/x", 0);
	FAILS(EROFS, unlink, "ro/file");
	FAILS(EROFS, unlinkat, CWD, "ro/file", 0);
	FAILS(EROFS, rmdir, "ro/dir");
	FAILS(EROFS, mkdirat, CWD, "ro/x", 0700);
	FAILS(EROFS, mknodat, CWD, "ro/x", S_IFREG, 0);
	FAILS(EROFS, symlinkat, "x", CWD, "ro/x");
	FAILS(EROFS, rename, "ro/file", "ro/x");
	FAILS(EROFS, renameat, CWD, "ro/file", CWD, "ro/x");
	FAILS(EROFS, renameat2, CWD, "ro/file", CWD, "ro/x", 0);
	FAILS(EROFS, openat, CWD, "ro/file", O_WRONLY);
	FAILS(EROFS, truncate, "ro/file", 0);
	FAILS(EROFS, truncate64, "ro/file", 0, 0);
	FAILS(EROFS, utime, "ro/file", NULL);
	FAILS(EROFS, utimensat, CWD, "ro/file", ts, 0);
	FAILS(EROFS, utimensat_time64, CWD, "ro/file", ts64, 0);
	FAILS(EROFS, chown, "ro/file", 0, 0);
	FAILS(EROFS, lchown, "ro/file", 0, 0);
	FAILS(EROFS, lchown32, "ro/file", 0, 0);
	FAILS(EROFS, fchown, fd, 0, 0);
	FAILS(EROFS, fchown32, fd, 0, 0);
	FAILS(EROFS, fchownat, CWD, "ro/file", 0, 0, 0);
	FAILS(EROFS, fchmod, fd, 0600);
	FAILS(EROFS, fchmodat, CWD, "ro/file", 0600);
	FAILS(EROFS, faccessat2, CWD, "ro/file", 2, 0);
	FAILS(EROFS, bind, s, &address, sizeof(address));
	close(fd);
	close(s);
	umount("ro");
}

/* A disk on which nothing has room any more, not even a name. */
static void full(void)
{
	char name[300], other[300];
	long long at = 0;
	int loop, fd, n;

	mkdir("full", 0755);
	loop = image_mount("full.image", "full", 16384);
	if (loop < 0)
		return;
	FAILS(EBUSY, open, device, O_RDWR | O_EXCL);
	FAILS(EBUSY, openat, CWD, device, O_RDWR | O_EXCL);
	mkdir("full/names", 0755);
	mkdir("full/names/other", 0755);
	put("full/names/other/file", 5);
	put("full/file", 5);
	fd = open("full/filler", O_RDWR | O_CREAT, 0600);
	while (write(fd, text, 65536) == 65536)
		;
	while (write(fd, text, 4096) == 4096)
		;
	FAILS(ENOSPC, write, fd, text, 4096);
	FAILS(ENOSPC, fallocate, fd, 0, 0, 0x10, 4096, 0);
	memset(name, 'n', sizeof(name));
	for (n = 0; n < 2000; n++) {
		snprintf(name, sizeof(name), "full/names/%0200d", n);
		if (link("full/file", name))
			break;
	}
	snprintf(other, sizeof(other), "full/names/%0200d", 9999);
	FAILS(ENOSPC, link, "full/file", other);
	FAILS(ENOSPC, linkat, CWD, "full/file", CWD, other, 0);
	FAILS(ENOSPC, mkdir, other, 0700);
	FAILS(ENOSPC, mkdirat, CWD, other, 0700);
	FAILS(ENOSPC, mknod, other, S_IFREG, 0);
	FAILS(ENOSPC, mknodat, CWD, other, S_IFREG, 0);
	FAILS(ENOSPC, symlink, "x", other);
	FAILS(ENOSPC, symlinkat, "x", CWD, other);
	FAILS(ENOSPC, open, other, O_CREAT | O_RDWR, 0600);
	FAILS(ENOSPC, openat, CWD, other, O_CREAT | O_RDWR, 0600);
	FAILS(ENOSPC, creat, other, 0600);
	FAILS(ENOSPC, rename, "full/names/other/file", other);
	FAILS(ENOSPC, renameat, CWD, "full/names/other/file", CWD, other);
	FAILS(ENOSPC, renameat2, CWD, "full/names/other/file", CWD, other, 0);
	FAILS(ENOSPC, setxattr, "full/file", "user.a", text, 3500, 0);
	FAILS(ENOSPC, lsetxattr, "full/file", "user.a", text, 3500, 0);
	int small = open("full/file", O_RDWR);
	FAILS(ENOSPC, fsetxattr, small, "user.a", text, 3500, 0);
	syscall(__NR_lseek, small, 8192, 0);
	FAILS(ENOSPC, copy_file_range, fd, &at, small, NULL, 4096, 0);
	close(small);
	close(fd);
	image_drop(loop, "full");
}

/* A disk that has lost its end: what lies there cannot be read, nor written. */
static void broken(void)
{
	int loop, image, small, reader, pipes[2];
	long long at = 0;

	mkdir("broken", 0755);
	loop = image_mount("broken.image", "broken", 16384);
	if (loop < 0)
		return;
	small = open("broken/small", O_RDWR | O_CREAT, 0600);
	put("broken/filler", 65536);
	int filler = open("broken/filler", O_WRONLY | O_APPEND);
	while (lseek(filler, 0, SEEK_END) < 12 << 20 && write(filler, text, 65536) == 65536)
		;
	close(filler);
	mkdir("broken/dir", 0755);
	put("broken/dir/x", 1);
	put("broken/file", 20000);
	close(small);
	umount("broken");
	BAIL_UNLESS(mount(device, "broken", disk_type, 0, NULL) == 0, "not mounted again");
	reader = open("broken/file", O_RDWR);
	small = open("broken/small", O_RDWR);
	image = open("broken.image", O_RDWR);
	BAIL_UNLESS(ftruncate(image, 9 << 20) == 0 && ioctl(loop, 0x4c07, 0) == 0, "the disk does not shrink");
	pipe(pipes);
	FAILS(EIO, read, reader, text, 100);
	FAILS(EIO, readv, reader, &(struct { void *p; size_t n; }){ text, 100 }, 1);
	FAILS(EIO, pread64, reader, text, 100, 0, 0);
	FAILS(EIO, write, reader, text, 100);		/* of a block, the rest of which must be read */
	FAILS(EIO, sendfile, pipes[1], reader, NULL, 100);
	FAILS(EIO, sendfile64, pipes[1], reader, NULL, 100);
	FAILS(EIO, copy_file_range, reader, &at, small, NULL, 100, 0);
	if (access("broken/dir/x", 0) == 0) {
		DIAG("the names are on the part that is left");
	} else {
		each_path_fails("EIO", EIO, "broken/dir/x/y");
		FAILS(EIO, chroot, "broken/dir/x");
	}
	close(image);
	close(reader);
	close(small);
	close(pipes[0]);
	close(pipes[1]);
	image_drop(loop, "broken");
}

/* Data that a disk takes no more after it was written into memory. */
static void lost(void)
{
	static const struct { const char *name; long number; } syncs[] = {
		{ "fsync", __NR_fsync }, { "fdatasync", __NR_fdatasync }, { "sync_file_range", __NR_sync_file_range }, { "syncfs", __NR_syncfs },
	};

	mkdir("lost", 0755);
	for (unsigned i = 0; i < 4; i++) {
		int loop = image_mount("lost.image", "lost", 16384), fd, image;

		if (loop < 0)
			return;
		fd = open("lost/file", O_RDWR | O_CREAT, 0600);
		image = open("lost.image", O_RDWR);
		for (int n = 0; n < 200; n++)
			write(fd, text, 65536);
		BAIL_UNLESS(ftruncate(image, 9 << 20) == 0 && ioctl(loop, 0x4c07, 0) == 0, "the disk does not shrink");
		fails(syncs[i].name, "EIO", EIO, syscall(syncs[i].number, fd, 0, 0, 0, 0, 7), __LINE__);
		close(image);
		close(fd);
		image_drop(loop, "lost");
	}
}

static void flag(const char *path, int flags)
{
	int fd = open(path, O_RDONLY);
	long value = flags;

	if (fd < 0 || ioctl(fd, SETFLAGS, &value))
		DIAG("flags of %s: errno %d", path, errno);
	close(fd);
}

static void guarded(int change)
{
	int fd, memory = (int)syscall(__NR_memfd_create, "sealed", MFD_SEALED);
	long long at = 0, end = 100;

	put("fixed", 5);
	put("grows", 5);
	put("other", 5);
	fd = open("fixed", O_RDWR);
	flag("fixed", FL_IMMUTABLE);
	flag("grows", FL_APPEND);
	FAILS(EPERM, access, "fixed", 2);
	FAILS(EPERM, faccessat, CWD, "fixed", 2);
	FAILS(EPERM, faccessat2, CWD, "fixed", 2, 0);
	FAILS(EPERM, creat, "fixed", 0600);
	FAILS(EPERM, openat, CWD, "grows", O_WRONLY);
	FAILS(EPERM, truncate, "grows", 0);
	FAILS(EPERM, truncate64, "grows", 0, 0);
	FAILS(EPERM, fsetxattr, fd, "user.a", "v", 1, 0);
	FAILS(EPERM, unlink, "fixed");
	FAILS(EPERM, rename, "fixed", "moved");
	FAILS(EPERM, renameat, CWD, "fixed", CWD, "moved");
	FAILS(EPERM, renameat2, CWD, "fixed", CWD, "moved", 0);
	FAILS(EPERM, utimensat, CWD, "fixed", ts, 0);
	int source = open("other", O_RDWR);
	FAILS(EPERM, copy_file_range, source, &at, fd, NULL, 5, 0);
	flag("fixed", 0);
	flag("grows", 0);
	close(fd);
	/* Sealed memory. */
	ftruncate(memory, 8192);
	char *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	FAILS(EBUSY, fcntl, memory, ADD_SEALS, SEAL_WRITE);
	FAILS(EBUSY, fcntl64, memory, ADD_SEALS, SEAL_WRITE);
	munmap(mapped, 4096);
	WORKS(fcntl64, memory, ADD_SEALS, SEAL_SHRINK | SEAL_GROW | SEAL_WRITE | 1);
	FAILS(EPERM, fcntl, memory, ADD_SEALS, SEAL_WRITE);
	FAILS(EPERM, fcntl64, memory, ADD_SEALS, SEAL_WRITE);
	FAILS(EPERM, write, memory, "x", 1);
	FAILS(EPERM, ftruncate, memory, 0);
	FAILS(EPERM, ftruncate64, memory, 0, 0);
	FAILS(EPERM, fallocate, memory, 0, 0, 0, 100000, 0);
	FAILS(EPERM, mmap2, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	unsigned args[6] = { 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, (unsigned)memory, 0 };
	FAILS(EPERM, mmap, args);
	close(memory);
	/* Places of filesystems that have no such objects. */
	FAILS(EPERM, mkdir, "/dev/pts/x", 0700);
	FAILS(EPERM, mkdirat, CWD, "/dev/pts/x", 0700);
	FAILS(EPERM, symlink, "x", "/dev/pts/x");
	FAILS(EPERM, symlinkat, "x", CWD, "/dev/pts/x");
	/* Between filesystems, and beyond what there can be. */
	int shm = open("/dev/shm/calls", O_RDWR | O_CREAT, 0600), other = open("other", O_RDWR), null = open("/dev/null", O_RDWR);
	write(shm, text, 100);
	FAILS(EXDEV, copy_file_range, shm, &at, other, NULL, 5, 0);
	at = 0;
	end = 0x7ffffffffffffff0;
	FAILS(EFBIG, copy_file_range, source, &at, other, &end, 5, 0);
	unlink("/dev/shm/calls");
	close(shm);
	FAILS(ENODEV, fallocate, null, 0, 0, 0, 10, 0);
	close(null);
	struct rlimit small = { 40, RLIM_INFINITY }, none = { RLIM_INFINITY, RLIM_INFINITY };
	setrlimit(RLIMIT_FSIZE, &small);
	at = 0;
	end = 40;
	FAILS(EFBIG, copy_file_range, source, &at, other, &end, 5, 0);
	setrlimit(RLIMIT_FSIZE, &none);
	close(source);
	if (!change) {
		close(other);
		return;
	}
	/* A file that is swapped to. */
	put("swap", 65536);
	for (int i = 0; i < 4; i++) {
		int more = open("swap", O_WRONLY | O_APPEND);

		write(more, text, 65536);
		close(more);
	}
	fd = open("swap", O_RDWR);
	chmod("swap", 0600);
	if (system("mkswap swap >/dev/null 2>&1") == 0)
		WORKS(swapon, "swap", 0);
	FAILS(EBUSY, swapon, "swap", 0);
	FAILS(ETXTBSY, ftruncate, fd, 0);
	FAILS(ETXTBSY, ftruncate64, fd, 0, 0);
	FAILS(ETXTBSY, fallocate, fd, 0, 0, 0, 100, 0);
	at = 0;
	FAILS(ETXTBSY, copy_file_range, other, &at, fd, NULL, 5, 0);
	WORKS(swapoff, "swap");
	close(fd);
	close(other);
}

static void large(void)
{
	int fd = open("large", O_RDWR | O_CREAT | LARGEFILE, 0600), pos = 0x7fffffff, pipes[2];
	long long far = 0x7ffffffffffffff0;

	syscall(__NR_ftruncate64, fd, 0, 1);
	FAILS(EOVERFLOW, open, "large", O_RDONLY);
	FAILS(EOVERFLOW, openat, CWD, "large", O_RDONLY);
	if (narrow()) {
		FAILS(EOVERFLOW, creat, "large", 0600);
		FAILS(EOVERFLOW, stat, "large", out);
		FAILS(EOVERFLOW, lstat, "large", out);
		FAILS(EOVERFLOW, fstat, fd, out);
		FAILS(EOVERFLOW, oldstat, "large", out);
		FAILS(EOVERFLOW, oldlstat, "large", out);
		FAILS(EOVERFLOW, oldfstat, fd, out);
	}
	pipe(pipes);
	FAILS(EOVERFLOW, sendfile, pipes[1], fd, &pos, 10);
	FAILS(EOVERFLOW, sendfile64, pipes[1], fd, &far, 10);
	close(pipes[0]);
	close(pipes[1]);
	close(fd);
	unlink("large");
}

static void busy(void)
{
	put("mounted", 5);
	put("over", 5);
	mkdir("point", 0755);
	FAILS(EXDEV, rename, "mounted", "/dev/shm/mounted");
	BAIL_UNLESS(mount("over", "mounted", NULL, MS_BIND, NULL) == 0 && mount("tmpfs", "point", "tmpfs", MS_NODEV, NULL) == 0, "mounts");
	FAILS(EBUSY, unlink, "mounted");
	FAILS(EBUSY, unlinkat, CWD, "mounted", 0);
	FAILS(EBUSY, renameat, CWD, "point", CWD, "elsewhere");
	FAILS(EBUSY, renameat2, CWD, "point", CWD, "elsewhere", 0);
	mknod("point/disk", S_IFBLK | 0600, 0x700);
	FAILS(EACCES, mount, "point/disk", "dir", disk_type, 0, NULL);
	mknod("nodisk", S_IFBLK | 0600, 0x6363);
	FAILS(ENXIO, mount, "nodisk", "dir", disk_type, 0, NULL);
	FAILS(ENXIO, creat, "nodev", 0600);
	FAILS(ENXIO, openat, CWD, "nodev", O_RDONLY);
	FAILS(ETXTBSY, creat, "/proc/self/exe", 0600);
	FAILS(ETXTBSY, openat, CWD, "/proc/self/exe", O_WRONLY);
	mkdir("point/below", 0700);
	FAILS(EINVAL, pivot_root, "point/below", "point/below");
	FAILS(EISDIR, renameat2, CWD, "over", CWD, "dir", 0);
	FAILS(ENOTEMPTY, renameat2, CWD, "open", CWD, "dir", 0);
	FAILS(EINVAL, open, "dir", 020200000 | O_RDONLY);
	FAILS(EINVAL, openat, CWD, "dir", 020200000 | O_RDONLY);
	USER_FAILS(EPERM, openat, CWD, "readable", O_RDONLY | 01000000);
	umount("point");
	umount("mounted");
	static const long cached[6] = { O_CREAT | O_RDWR, 0, 0600, 0, 0x20, 0 };
	FAILS(EAGAIN, openat2, CWD, "new", cached, 24);
}

int main(int argc, char **argv)
{
	(void)argv;
	signal(SIGXFSZ, SIG_IGN);
	if (system("rm -rf " FOLDER " && mkdir -p " FOLDER) != 0 || chdir(FOLDER) != 0)
		return 1;
	umask(022);
	if (system("mkdir dir open && echo text > file && touch readable && mknod nodev c 99 99 && echo x > dir/inside && echo x > open/inside") != 0)
		return 1;
	disk_type = system("grep -q impfs /proc/filesystems") == 0 ? "impfs" : "ext4";
	read_only();
	full();
	broken();
	lost();
	guarded(argc > 1);
	large();
	busy();
	chdir("/");
	if (system("rm -rf " FOLDER) != 0)
		DIAG("%s stays", FOLDER);
	return test_done();
}
