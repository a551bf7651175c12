/*
 * system.c - the machine as a whole: clock, random numbers, power.
 */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#define RND_ADD_ENTROPY		0x40085203u	/* Linux's RNDADDENTROPY: bits, bytes, then the bytes */
#define RND_RESEED		0x5207u		/* RNDRESEEDCRNG: what was added counts from now on */
#define INIT_PATIENCE_MS	10000

static struct {
	int asked;
	uint32_t how;
	uint64_t init_deadline;		/* 0: init has not been told yet */
} power;

uint64_t monotonic_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		die("no monotonic clock");
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t monotonic_ms(void)
{
	return monotonic_ns() / 1000000u;
}

int system_set_clock(uint64_t seconds, uint32_t nanoseconds)
{
	struct timespec now = {.tv_sec = (time_t)seconds, .tv_nsec = (long)nanoseconds};

	if ((uint64_t)now.tv_sec != seconds)
		return EOVERFLOW;
	return clock_settime(CLOCK_REALTIME, &now) < 0 ? errno : 0;
}

int system_reseed(const uint8_t *bytes, size_t length)
{
	struct {
		int bits, size;
		uint8_t bytes[TP_MAX_BODY];
	} pool;
	int error = 0;

	if (length > sizeof(pool.bytes))
		return EINVAL;
	int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno;
	pool.bits = (int)length * 8;
	pool.size = (int)length;
	memcpy(pool.bytes, bytes, length);
	if (ioctl(fd, RND_ADD_ENTROPY, &pool) < 0)
		error = errno;
	/* A kernel without it, or not seeded so far (ENODATA), uses what was added at once anyway. */
	else if (ioctl(fd, RND_RESEED, 0) < 0 && errno != ENOTTY && errno != EINVAL && errno != ENODATA)
		error = errno;
	(void)close(fd);	/* nothing was written */
	return error;
}

int system_power(uint32_t how)
{
	if (how > TP_POWER_HALT)
		return EINVAL;
	power.asked = 1;
	power.how = how;
	return 0;
}

int system_timeout(void)
{
	if (!power.asked)
		return -1;
	if (!power.init_deadline)
		return link_idle() ? 0 : 100;
	uint64_t now = monotonic_ms();
	return now >= power.init_deadline ? 0 : (int)(power.init_deadline - now);
}

void system_tick(void)
{
	static const int signals[] = {
		[TP_POWER_OFF] = SIGUSR2, [TP_POWER_RESET] = SIGTERM, [TP_POWER_HALT] = SIGUSR1,
	};
	static const int commands[] = {
		[TP_POWER_OFF] = RB_POWER_OFF, [TP_POWER_RESET] = RB_AUTOBOOT, [TP_POWER_HALT] = RB_HALT_SYSTEM,
	};

	if (!power.asked || (!power.init_deadline && !link_idle()))
		return;
	if (!power.init_deadline && getpid() != 1 && kill(1, signals[power.how]) == 0) {
		power.init_deadline = monotonic_ms() + INIT_PATIENCE_MS;
		return;
	}
	if (monotonic_ms() < power.init_deadline)
		return;
	sync();
	power.asked = 0;
	if (reboot(commands[power.how]) < 0)
		die("cannot reboot");
}
