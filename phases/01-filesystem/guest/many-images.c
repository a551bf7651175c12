/*
 * Mounts many images of a volume, one after the other, through a loop device on a file in memory:
 *
 *	many-images crash DISK OUT	what a crash has left: each must mount
 *	many-images damage DISK		images that are damaged: each is mounted or refused, and used as far as it goes
 *
 * DISK has the bytes of a sound volume, and from 16 MiB on what makes an image of it, for each image in turn:
 *
 *	u32 magic "IMGP", u32 count, then count times: u32 offset, u32 length, the bytes, filled up to 4
 *
 * and in the end u32 "IMGE". All little-endian. Answers on standard output, for image N from 0:
 *
 *	image N				then, for crash, a line for each name:
 *	d PATH | f PATH SIZE HASH | l PATH LENGTH HASH		FNV-1a of the contents, of the target
 *	end N mounted | end N refused ERRNO | end N broken WHAT ERRNO
 *
 * For crash the image as it is after the unmount goes to OUT, 16 MiB each.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define VOLUME (16u << 20)
#define BLOCK 4096u
#define PATCH_MAGIC 0x50474d49u	/* "IMGP" */
#define END_MAGIC 0x45474d49u	/* "IMGE" */
#define SET_FD 0x4c00
#define CLR_FD 0x4c01
#define WORK "/mnt/many-ram/work"
#define AT "/mnt/many"
#define PUNCH_AND_KEEP 3
/* How much of one image is looked at. */
#define MAX_NAMES 600
#define MAX_DEPTH 12
#define MAX_BYTES (256u << 10)

static unsigned char *base[VOLUME / BLOCK];	/* blocks that are not zero */
static int disk, work, loop, crash, names;
static char changed[5][512];			/* files that damage mode changes */

static void fail(const char *what)
{
	fprintf(stderr, "many-images: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void take(void *into, size_t length)
{
	static unsigned char buffer[256 << 10];
	static size_t have, at;
	unsigned char *out = into;

	while (length) {
		size_t n;

		if (at == have) {
			ssize_t got = read(disk, buffer, sizeof(buffer));

			if (got <= 0)
				fail("the disk ends too early");
			have = (size_t)got;
			at = 0;
		}
		n = length < have - at ? length : have - at;
		memcpy(out, buffer + at, n);
		out += n;
		at += n;
		length -= n;
	}
}

static void read_base(void)
{
	static unsigned char block[BLOCK];
	static const unsigned char zeros[BLOCK];

	for (unsigned i = 0; i < VOLUME / BLOCK; i++) {
		take(block, BLOCK);
		if (memcmp(block, zeros, BLOCK) == 0)
			continue;
		base[i] = malloc(BLOCK);
		if (!base[i])
			fail("memory");
		memcpy(base[i], block, BLOCK);
	}
}

/* The next image in the work file. 0: there is none. */
static int make_image(void)
{
	static unsigned char bytes[BLOCK];
	uint32_t head[2], patch[2];

	take(head, sizeof(head[0]));
	if (head[0] == END_MAGIC)
		return 0;
	take(&head[1], sizeof(head[1]));
	if (head[0] != PATCH_MAGIC)
		fail("no image where one should be");
	if (ftruncate(work, 0) || ftruncate(work, VOLUME))
		fail(WORK);
	for (unsigned i = 0; i < VOLUME / BLOCK; i++)
		if (base[i] && pwrite(work, base[i], BLOCK, (off_t)i * BLOCK) != (ssize_t)BLOCK)
			fail(WORK);
	for (uint32_t i = 0; i < head[1]; i++) {
		take(patch, sizeof(patch));
		if (patch[1] > sizeof(bytes))
			fail("a patch is too long");
		take(bytes, (patch[1] + 3) & ~3u);
		if (pwrite(work, bytes, patch[1], (off_t)patch[0]) != (ssize_t)patch[1])
			fail(WORK);
	}
	return 1;
}

static uint32_t hash(uint32_t h, const unsigned char *bytes, size_t n)
{
	while (n--)
		h = (h ^ *bytes++) * 16777619u;
	return h;
}

static void show_file(const char *path, const struct stat *st)
{
	static unsigned char bytes[64 << 10];
	uint32_t h = 2166136261u;
	unsigned done = 0;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_NOFOLLOW);

	while (fd >= 0 && (crash || done < MAX_BYTES) && (n = read(fd, bytes, sizeof(bytes))) > 0) {
		h = hash(h, bytes, (size_t)n);
		done += (unsigned)n;
	}
	if (fd >= 0 && st->st_size > (off_t)MAX_BYTES)
		(void)!pread(fd, bytes, BLOCK, st->st_size - BLOCK);
	if (fd >= 0)
		close(fd);
	if (crash)
		printf("f %s %lld %08x%s\n", path + sizeof(AT) - 1, (long long)st->st_size, (unsigned)h,
		       fd < 0 || n < 0 ? " error" : "");
}

static void show_link(const char *path)
{
	static char target[BLOCK];
	ssize_t n = readlink(path, target, sizeof(target));

	if (crash)
		printf("l %s %ld %08x\n", path + sizeof(AT) - 1, (long)n,
		       (unsigned)hash(2166136261u, (unsigned char *)target, n > 0 ? (size_t)n : 0));
}

static void show_attributes(const char *path)
{
	static char list[1024], value[BLOCK];
	ssize_t n = llistxattr(path, list, sizeof(list));

	for (ssize_t at = 0; at < n; at += (ssize_t)strlen(list + at) + 1)
		(void)!lgetxattr(path, list + at, value, sizeof(value));
}

static void walk(const char *folder, int depth)
{
	char path[512];
	struct dirent *e;
	struct stat st;
	DIR *d = opendir(folder);

	while (d && depth < MAX_DEPTH && names < MAX_NAMES && (e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		names++;
		if (snprintf(path, sizeof(path), "%s/%s", folder, e->d_name) >= (int)sizeof(path) || lstat(path, &st))
			continue;
		show_attributes(path);
		if (S_ISDIR(st.st_mode)) {
			if (crash)
				printf("d %s\n", path + sizeof(AT) - 1);
			walk(path, depth + 1);
		} else if (S_ISLNK(st.st_mode)) {
			show_link(path);
		} else if (S_ISREG(st.st_mode)) {
			memcpy(changed[names % 5], path, sizeof(path));
			show_file(path, &st);
		}
	}
	if (d)
		closedir(d);
}

static int make_file(const char *path)
{
	static char bytes[20000];
	int fd = open(path, O_RDWR | O_CREAT, 0644), failed;

	if (fd < 0)
		return -1;
	memset(bytes, 'n', sizeof(bytes));
	failed = write(fd, bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes) || fsync(fd);
	return close(fd) || failed ? -1 : 0;
}

/* Whatever changes a volume. What it returns does not matter: it is the kernel that is under test. */
static void change(void)
{
	int fd;

	(void)!make_file(AT "/new");
	(void)!mkdir(AT "/newdir", 0755);
	(void)!rename(changed[0], AT "/newdir/moved");
	(void)!truncate(changed[1], 10);
	(void)!truncate(changed[1], 100000);
	fd = open(changed[2], O_WRONLY | O_APPEND);
	if (fd >= 0) {
		(void)!write(fd, changed, sizeof(changed));
		(void)!fallocate(fd, PUNCH_AND_KEEP, 0, 8192);
		close(fd);
	}
	(void)!lsetxattr(changed[3], "user.new", "value", 5, 0);
	(void)!lremovexattr(changed[3], "user.old");
	(void)!link(changed[3], AT "/newlink");
	(void)!unlink(changed[4]);
	(void)!symlink(changed[4], AT "/newdir/link");
	(void)!rmdir(AT "/newdir");
	memset(changed, 0, sizeof(changed));
}

static int attach(void)
{
	for (int tries = 0; ioctl(loop, CLR_FD, 0) && errno == EBUSY && tries < 100; tries++)
		usleep(10000);
	return ioctl(loop, SET_FD, work);
}

/* What is wrong, or NULL. */
static const char *use(unsigned number)
{
	struct statfs fs;

	if (mount("/dev/loop0", AT, "impfs", 0, "")) {
		printf("end %u refused %d\n", number, errno);
		return NULL;
	}
	names = 0;
	(void)!statfs(AT, &fs);
	walk(AT, 0);
	if (!crash)
		change();
	else if (make_file(AT "/after the crash"))
		return "make a file";
	if (umount(AT))
		return "unmount";
	if (crash && (mount("/dev/loop0", AT, "impfs", 0, "") || access(AT "/after the crash", F_OK) || umount(AT)))
		return "mount it again";
	printf("end %u mounted\n", number);
	return NULL;
}

static void keep(int out, unsigned number)
{
	static unsigned char block[BLOCK];
	static const unsigned char zeros[BLOCK];

	for (unsigned i = 0; i < VOLUME / BLOCK; i++) {
		if (pread(work, block, BLOCK, (off_t)i * BLOCK) != (ssize_t)BLOCK)
			fail(WORK);
		if (memcmp(block, zeros, BLOCK) &&
		    pwrite(out, block, BLOCK, (off_t)number * VOLUME + (off_t)i * BLOCK) != (ssize_t)BLOCK)
			fail("OUT");
	}
}

int main(int argc, char **argv)
{
	int out = -1;

	if (argc < 3 || (disk = open(argv[2], O_RDONLY)) < 0 || (argc > 3 && (out = open(argv[3], O_WRONLY)) < 0))
		fail("crash DISK OUT | damage DISK");
	crash = strcmp(argv[1], "crash") == 0;
	mkdir("/mnt/many-ram", 0755);
	mkdir(AT, 0755);
	if (mount("none", "/mnt/many-ram", "tmpfs", 0, "size=64m") || (work = open(WORK, O_RDWR | O_CREAT, 0600)) < 0)
		fail(WORK);
	loop = open("/dev/loop0", O_RDWR);
	if (loop < 0)
		fail("/dev/loop0");
	read_base();
	for (unsigned number = 0; make_image(); number++) {
		const char *wrong;

		printf("image %u\n", number);
		fflush(stdout);
		if (attach())
			fail("attach");
		wrong = use(number);
		if (wrong)
			printf("end %u broken %s %d\n", number, wrong, errno);
		if (wrong && strcmp(wrong, "unmount") == 0)
			return 3;
		if (ioctl(loop, CLR_FD, 0) && errno != ENXIO)
			fail("detach");
		if (out >= 0)
			keep(out, number);
	}
	if (out >= 0 && fsync(out))
		fail("OUT");
	close(loop);
	close(work);
	return umount("/mnt/many-ram") ? 4 : 0;
}
