/*
 * corrupt-programs SEED COUNT: its own program file with bytes of its headers changed, and cut short, executed over and
 * over. Each is refused with an error number, or runs and ends or dies by itself; a run that goes on is killed. What
 * was mapped for them comes back.
 */
#include "../../guest/testing.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#define NAME "/tmp/corrupt-program"
#define LARGEST (1 << 20)
#define HEADERS 0x120		/* the file's header and its program headers */
#define PATIENCE 200		/* milliseconds */
#define REFUSED 100
#define SLACK (1u << 20)

static uint32_t state;
static uint8_t file[LARGEST];

static uint32_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static void corrupt(uint8_t *bytes, size_t *size)
{
	static const uint32_t edges[] = {0, 1, 0x34, 0xfff, 0x1000, 0x7fffffff, 0x80000000, 0xfffff000, 0xffffffff, 0x08048000, 0x7ffff000};

	for (unsigned n = 1 + draw() % 4; n > 0; n--) {
		size_t at = draw() % HEADERS;

		switch (draw() % 3) {
		case 0:
			bytes[at] = (uint8_t)draw();
			break;
		case 1:
			bytes[at] ^= (uint8_t)(1u << draw() % 8);
			break;
		default:
			at &= ~(size_t)3;
			memcpy(bytes + at, &edges[draw() % (sizeof(edges) / sizeof(edges[0]))], 4);
		}
	}
	if (draw() % 8 == 0)
		*size = draw() % *size;
}

static int write_program(const uint8_t *bytes, size_t size)
{
	int fd;

	unlink(NAME);
	fd = open(NAME, O_WRONLY | O_CREAT | O_TRUNC, 0700);
	if (fd < 0)
		return 0;
	int good = write(fd, bytes, size) == (ssize_t)size;
	close(fd);
	return good;
}

/* 0 for an outcome that must not be. */
static int run(int *refused)
{
	char *argv[] = {(char *)NAME, (char *)"child", NULL}, *env[] = {NULL};
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return 0;
	if (pid == 0) {
		const struct rlimit space = {64 << 20, 64 << 20};

		setrlimit(RLIMIT_AS, &space);
		execve(NAME, argv, env);
		_exit(errno > 0 && errno < 134 ? REFUSED : REFUSED + 1);
	}
	for (int waited = 0; waitpid(pid, &status, WNOHANG) == 0; waited += 2) {
		if (waited >= PATIENCE)
			kill(pid, SIGKILL);
		usleep(2000);
	}
	*refused += status == REFUSED << 8;
	return status != (REFUSED + 1) << 8;
}

static unsigned long long free_memory(void)
{
	struct sysinfo info;

	BAIL_UNLESS(sysinfo(&info) == 0, "no sysinfo");
	return (unsigned long long)info.freeram * info.mem_unit;
}

int main(int argc, char **argv)
{
	static uint8_t bytes[LARGEST];
	int count = argc > 2 ? atoi(argv[2]) : 100, fine = 0, refused = 0, fd = open("/proc/self/exe", O_RDONLY);
	unsigned long long before = 0;
	ssize_t whole;

	if (argc > 1 && strcmp(argv[1], "child") == 0)
		return 7;
	state = (argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1) * 2654435761u | 1;
	whole = read(fd, file, sizeof(file));
	TEST_PLAN(3);
	BAIL_UNLESS(whole > HEADERS, "cannot read the program");
	for (int i = 0; i < count; i++) {
		size_t size = (size_t)whole;

		memcpy(bytes, file, size);
		corrupt(bytes, &size);
		if (i == count / 10)
			before = free_memory();
		fine += write_program(bytes, size) && run(&refused);
	}
	IS(fine, count);
	unsigned long long after = free_memory();
	OK(after + SLACK >= before, "the memory is back");
	DIAG("%llu bytes free before, %llu after; %d of %d refused", before, after, refused, count);
	refused = 0;
	OK(write_program(file, (size_t)whole) && run(&refused) && refused == 0, "the whole program runs");
	unlink(NAME);
	return test_done();
}
