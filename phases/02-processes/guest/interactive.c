/*
 * Interactive tasks under load, in the guest's time (-icount): what is typed at a pseudo-terminal is answered soon
 * while busy loops fill the processor; sleepers of the normal class are on time; a real-time task that never sleeps
 * leaves the rest a share.
 *
 *	interactive KEYS	how many are typed
 */
#include "../../guest/testing.h"
#include "thread.h"

#include <abi/sched.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

#define MS 1000000LL
#define LOOPS 50

static pid_t loops[LOOPS];

static void load(int n)
{
	for (int i = 0; i < n; i++) {
		loops[i] = fork();
		if (loops[i] == 0)
			for (;;)
				;
	}
}

static void unload(int n)
{
	for (int i = 0; i < n; i++)
		kill(loops[i], SIGKILL);
	for (int i = 0; i < n; i++)
		waitpid(loops[i], NULL, 0);
}

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&t, &t))
		;
}

/* A program that answers each key, as an editor or a shell does. */
static pid_t answers(int master, const char *name)
{
	pid_t pid = fork();
	char c;

	if (pid)
		return pid;
	close(master);
	int slave = open(name, O_RDWR);
	struct termios raw;
	tcgetattr(slave, &raw);
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(slave, TCSANOW, &raw);
	write(slave, "!", 1);
	while (read(slave, &c, 1) == 1) {
		c ^= 32;
		write(slave, &c, 1);
	}
	_exit(0);
}

static void test_typing(int keys)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY), number, zero = 0, right = 0;
	long long worst = 0, sum = 0;
	char name[20] = "/dev/pts/", c;
	pid_t pid;

	ioctl(master, TIOCSPTLCK, &zero);
	ioctl(master, TIOCGPTN, &number);
	name[9] = (char)('0' + number);
	pid = answers(master, name);
	read(master, &c, 1);
	load(LOOPS);
	pause_ms(200);
	for (int i = 0; i < keys; i++) {
		long long start = now();
		char key = (char)('a' + i % 26);

		write(master, &key, 1);
		right += read(master, &c, 1) == 1 && c == (key ^ 32);
		long long took = now() - start;
		sum += took;
		worst = took > worst ? took : worst;
		pause_ms(30 + i * 7 % 50);
	}
	unload(LOOPS);
	IS(right, keys);
	OK(worst < 20 * MS, "%d keys beside %d busy loops: answered after %lld us at most, %lld on average", keys, LOOPS, worst / 1000,
	   sum / 1000 / keys);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(master);
}

/* Bar of the scheduler's own making: a task that mostly sleeps is on time without any privilege. */
static void test_sleeper(int count)
{
	long long worst = 0, late = 0;

	load(8);
	pause_ms(100);
	for (int i = 0; i < count; i++) {
		long long start = now();

		pause_ms(1);
		long long took = now() - start - MS;
		worst = took > worst ? took : worst;
		late += took > MS / 2;
	}
	unload(8);
	OK(late * 100 <= count, "of %d sleeps of 1 ms beside 8 busy loops %lld end half a millisecond late, the worst %lld us", count, late,
	   worst / 1000);
}

static void test_throttle(void)
{
	struct sched_param high = { 90 }, middle = { 50 };
	volatile unsigned *count = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t hog, fair;
	unsigned alone, beside;

	BAIL_UNLESS(sched_setscheduler(0, SCHED_FIFO, &high) == 0, "no real-time class");
	fair = fork();
	if (fair == 0) {
		struct sched_param none = { 0 };

		sched_setscheduler(0, SCHED_OTHER, &none);
		for (;;)
			count[0]++;
	}
	pause_ms(20);
	alone = count[0];
	pause_ms(500);
	alone = count[0] - alone;
	hog = fork();
	if (hog == 0) {
		sched_setscheduler(0, SCHED_FIFO, &middle);
		for (;;)
			;
	}
	pause_ms(20);
	beside = count[0];
	pause_ms(3000);
	beside = count[0] - beside;
	unsigned percent = alone ? (unsigned)(beside * 100ULL / (alone * 6ULL)) : 0;
	OK(percent >= 3 && percent <= 8, "a real-time task that never sleeps leaves the rest a twentieth: %u %%", percent);
	kill(hog, SIGKILL);
	kill(fair, SIGKILL);
	waitpid(hog, NULL, 0);
	waitpid(fair, NULL, 0);
}

int main(int argc, char **argv)
{
	int keys = argc > 1 ? atoi(argv[1]) : 20;

	TEST_PLAN(4);
	test_typing(keys);
	test_sleeper(keys * 10);
	test_throttle();
	return test_done();
}
