/* stat: everything that is known of a file. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include "common/common.h"

static const char *kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG: return "regular file";
	case S_IFDIR: return "directory";
	case S_IFLNK: return "symbolic link";
	case S_IFCHR: return "character special file";
	case S_IFBLK: return "block special file";
	case S_IFIFO: return "fifo";
	case S_IFSOCK: return "socket";
	default: return "unknown";
	}
}

static void print_time(const char *label, const struct timespec *time)
{
	char text[64], zone[16];
	struct tm *tm = localtime(&time->tv_sec);

	if (!tm || !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", tm) || !strftime(zone, sizeof(zone), "%z", tm))
		return;
	printf("%s%s.%09ld %s", label, text, time->tv_nsec, zone);
}

static void print_format(const char *p, const char *path, const struct stat *s)
{
	char mode[11];

	for (; *p; p++) {
		if (*p == '\\' && p[1]) {
			int value, stop;

			p = escape(p, 0, &value, &stop) - 1;
			putchar(value);
			continue;
		}
		if (*p != '%' || !p[1]) {
			putchar(*p);
			continue;
		}
		switch (*++p) {
		case 'a': printf("%o", s->st_mode & 07777); break;
		case 'A': mode_text(s->st_mode, mode); printf("%s", mode); break;
		case 'b': printf("%lld", (long long)s->st_blocks); break;
		case 'B': printf("512"); break;
		case 'd': printf("%llu", (unsigned long long)s->st_dev); break;
		case 'f': printf("%x", s->st_mode); break;
		case 'F': printf("%s", kind(s->st_mode)); break;
		case 'g': printf("%u", s->st_gid); break;
		case 'G': printf("%s", group_name(s->st_gid)); break;
		case 'h': printf("%u", s->st_nlink); break;
		case 'i': printf("%llu", (unsigned long long)s->st_ino); break;
		case 'n': printf("%s", path); break;
		case 'o': printf("%d", s->st_blksize); break;
		case 's': printf("%lld", (long long)s->st_size); break;
		case 't': printf("%x", major(s->st_rdev)); break;
		case 'T': printf("%x", minor(s->st_rdev)); break;
		case 'u': printf("%u", s->st_uid); break;
		case 'U': printf("%s", user_name(s->st_uid)); break;
		case 'x': print_time("", &s->st_atim); break;
		case 'X': printf("%lld", (long long)s->st_atime); break;
		case 'y': print_time("", &s->st_mtim); break;
		case 'Y': printf("%lld", (long long)s->st_mtime); break;
		case 'z': print_time("", &s->st_ctim); break;
		case 'Z': printf("%lld", (long long)s->st_ctime); break;
		case '%': putchar('%'); break;
		default: putchar('?');
		}
	}
}

static void print_all(const char *path, const struct stat *s)
{
	char mode[11], target[4096];
	ssize_t length;

	printf("  File: %s", path);
	if (S_ISLNK(s->st_mode) && (length = readlink(path, target, sizeof(target))) >= 0)
		printf(" -> %.*s", (int)length, target);
	printf("\n  Size: %-15lld Blocks: %-10lld IO Block: %-6d %s\n", (long long)s->st_size, (long long)s->st_blocks,
	       s->st_blksize, kind(s->st_mode));
	printf("Device: %u,%u\tInode: %-11llu Links: %u", major(s->st_dev), minor(s->st_dev), (unsigned long long)s->st_ino,
	       s->st_nlink);
	if (S_ISCHR(s->st_mode) || S_ISBLK(s->st_mode))
		printf("     Device type: %u,%u", major(s->st_rdev), minor(s->st_rdev));
	mode_text(s->st_mode, mode);
	printf("\nAccess: (%04o/%s)  Uid: (%5u/%8s)   Gid: (%5u/%8s)\n", s->st_mode & 07777, mode, s->st_uid,
	       user_name(s->st_uid), s->st_gid, group_name(s->st_gid));
	print_time("Access: ", &s->st_atim);
	print_time("\nModify: ", &s->st_mtim);
	print_time("\nChange: ", &s->st_ctim);
	putchar('\n');
}

int main(int argc, char **argv)
{
	int option, follow = 0, result = 0;
	const char *format = NULL;
	struct stat status;

	while ((option = getopt(argc, argv, "c:L")) != -1) {
		switch (option) {
		case 'c': format = optarg; break;
		case 'L': follow = 1; break;
		default: goto usage;
		}
	}
	if (optind == argc)
		goto usage;
	for (; optind < argc; optind++) {
		if (fstatat(AT_FDCWD, argv[optind], &status, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0) {
			warn("%s", argv[optind]);
			result = 1;
		} else if (format) {
			print_format(format, argv[optind], &status);
			putchar('\n');
		} else {
			print_all(argv[optind], &status);
		}
	}
	return finish(result);

usage:
	fprintf(stderr, "usage: stat [-L] [-c format] file...\n");
	return 2;
}
