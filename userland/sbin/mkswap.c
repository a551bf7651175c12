/* mkswap: writes a swap area's header to a file or a partition. What was there is lost. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>

#define PAGE 4096

static struct abi_swap_header header;

/* Bytes of the file or the device. */
static unsigned long long size_of(int fd, const char *path)
{
	unsigned long long size;
	struct stat st;

	if (fstat(fd, &st) < 0)
		err(1, "%s", path);
	if (S_ISREG(st.st_mode)) {
		if ((st.st_mode & 077) || st.st_uid)
			warnx("%s: mode %04o: others may read what is swapped out; 0600 and root are safe", path, st.st_mode & 07777);
		return (unsigned long long)st.st_size;
	}
	if (!S_ISBLK(st.st_mode))
		errx(1, "%s: neither a file nor a block device", path);
	if (ioctl(fd, BLKGETSIZE64, &size) < 0)
		err(1, "%s", path);
	return size;
}

int main(int argc, char **argv)
{
	const char *label = "", *path;
	unsigned long long pages;
	int option, fd;

	while ((option = getopt(argc, argv, "L:")) != -1) {
		if (option != 'L')
			goto usage;
		label = optarg;
	}
	if (optind + 1 != argc)
		goto usage;
	if (strlen(label) > sizeof(header.volume_name))
		errx(1, "label '%s' is longer than %zu bytes", label, sizeof(header.volume_name));
	path = argv[optind];
	fd = open(path, O_RDWR | O_EXCL);
	if (fd < 0)
		err(1, "%s", path);
	pages = size_of(fd, path) / PAGE;
	if (pages < 10)
		errx(1, "%s: 40 KiB are the least, it has %llu KiB", path, pages * (PAGE / 1024));
	if (pages > 0xffffffff)
		pages = 0xffffffff;
	header.version = 1;
	header.last_page = (unsigned)(pages - 1);
	memcpy(header.volume_name, label, strlen(label));
	if (getrandom(header.uuid, sizeof(header.uuid), 0) != sizeof(header.uuid))
		err(1, "random bytes");
	header.uuid[6] = (header.uuid[6] & 0x0f) | 0x40;
	header.uuid[8] = (header.uuid[8] & 0x3f) | 0x80;
	memcpy(header.magic, SWAP_MAGIC, sizeof(header.magic));
	if (pwrite(fd, &header, sizeof(header), 0) != sizeof(header) || fsync(fd) < 0 || close(fd) < 0)
		err(1, "%s", path);
	printf("%s: swap area, %llu KiB\n", path, (pages - 1) * (PAGE / 1024));
	return 0;
usage:
	fprintf(stderr, "usage: mkswap [-L label] area\n");
	return 1;
}
