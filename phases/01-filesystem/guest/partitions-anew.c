/*
 * A partition table is read anew again and again, while others look for its partitions, open them and list all.
 *
 *	partitions-anew DISK		of which the first megabytes are written over
 */
#include "fixture.h"

#include <sys/mount.h>
#include <signal.h>
#include <sys/ioctl.h>

#define SECTOR 512
#define PARTS 4
#define ROUNDS 200

static char first[32];

/* Another pause each time, so that all orders come about. */
static unsigned pause_us(void)
{
	static unsigned state = 1;

	state = state * 1103515245 + 12345;
	return (state >> 16 & 255) * 8;
}

/* The nth partition: 8 sectors, each beginning with its letter. */
static void write_table(int fd, int letter)
{
	unsigned char sector[SECTOR] = { 0 };

	for (unsigned i = 0; i < PARTS; i++) {
		unsigned char *entry = sector + 446 + 16 * i;
		unsigned start = 8 + 8 * i;

		entry[4] = 0x83;
		entry[8] = (unsigned char)start;
		entry[12] = 8;
	}
	sector[510] = 0x55;
	sector[511] = 0xaa;
	IS(pwrite(fd, sector, SECTOR, 0), SECTOR);
	memset(sector, letter, SECTOR);
	for (unsigned i = 0; i < PARTS; i++)
		IS(pwrite(fd, sector, SECTOR, (8 + 8 * i) * SECTOR), SECTOR);
	IS(fsync(fd), 0);
}

/* Opens and reads the first partition for ever: it is there or not, and never anything else. */
static int reader(void)
{
	char byte;

	for (;;) {
		int fd = open(first, O_RDONLY);

		if (fd < 0 ? errno != ENOENT && errno != ENXIO : read(fd, &byte, 1) != 1 || byte != 'p')
			return 1;
		if (fd >= 0)
			close(fd);
		usleep(pause_us());
	}
}

static int lister(void)
{
	static const char *const lists[] = { "/proc/partitions", "/proc/diskstats", "/proc/meminfo", "/proc/devices" };
	static char text[8192];

	for (unsigned i = 0;; i++) {
		int fd = open(lists[i % 4], O_RDONLY);

		if (fd < 0 || read(fd, text, sizeof(text)) < 40)
			return 1;
		close(fd);
	}
}

/* An open partition is refused, and asked for again. */
static void read_anew(int fd)
{
	int anew = 0, busy = 0, others = 0;

	while (anew < ROUNDS && busy < 100 * ROUNDS) {
		if (ioctl(fd, BLKRRPART) == 0)
			anew++;
		else if (errno == EBUSY)
			busy++;
		else
			others++;
		usleep(pause_us());
	}
	IS(anew, ROUNDS);
	IS(others, 0);
	printf("# read anew %d times, refused %d times\n", anew, busy);
}

static int listed(const char *name)
{
	char text[4096] = "", line[64];
	int fd = open("/proc/partitions", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	snprintf(line, sizeof(line), " %s\n", name);
	return n > 0 && strstr(text, line) != NULL;
}

int main(int argc, char **argv)
{
	const char *disk = argc > 1 ? argv[1] : "/dev/sdb";
	int fd = open(disk, O_RDWR), kept, status;
	pid_t children[4];

	BAIL_UNLESS(fd >= 0, "no disk %s", disk);
	snprintf(first, sizeof(first), "%s1", disk);
	write_table(fd, 'p');
	IS(ioctl(fd, BLKRRPART), 0);
	kept = open(first, O_RDONLY);
	OK(kept >= 0 && listed(first + 5), "the partition is there");
	ERRNO(ioctl(fd, BLKRRPART), EBUSY);
	close(kept);
	for (unsigned i = 0; i < 4; i++) {
		children[i] = fork();
		if (children[i] == 0)
			_exit(i < 2 ? reader() : lister());
	}
	read_anew(fd);
	for (unsigned i = 0; i < 4; i++) {
		kill(children[i], SIGKILL);
		OK(waitpid(children[i], &status, 0) == children[i] && WIFSIGNALED(status), "child %u saw nothing wrong", i);
	}
	while (ioctl(fd, BLKRRPART) != 0 && errno == EBUSY)
		;
	OK(listed(first + 5), "and is there in the end");
	return test_done();
}
