/* Bytes in pairs, the host's number, urgent data, resource limits of old. */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <ulimit.h>
#include <unistd.h>

/* The kernel does not know it yet, and says so. */
#ifndef SIOCATMARK
#define SIOCATMARK 0x8905
#endif

void swab(const void *__restrict from, void *__restrict to, ssize_t length)
{
	const char *f = from;
	char *t = to;

	for (; length > 1; length -= 2, f += 2, t += 2) {
		char first = f[0];

		t[0] = f[1];
		t[1] = first;
	}
}

/* The first word of /etc/hostid, or a number made of the host's name. */
long gethostid(void)
{
	char name[65] = "";
	int32_t number;
	uint32_t hash = 0;
	FILE *file = fopen("/etc/hostid", "re");

	if (file) {
		size_t got = fread(&number, sizeof(number), 1, file);

		fclose(file);
		if (got == 1)
			return number;
	}
	if (gethostname(name, sizeof(name)) < 0)
		return 0;
	for (const char *p = name; *p; p++)
		hash = hash * 31 + (unsigned char)*p;
	return (int32_t)hash;
}

int sockatmark(int fd)
{
	int answer;

	return ioctl(fd, SIOCATMARK, &answer) < 0 ? -1 : answer;
}

/* Sizes of files in units of 512 bytes. */
long ulimit(int command, ...)
{
	struct rlimit limit;
	va_list arguments;
	long wanted;

	if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
		return -1;
	switch (command) {
	case UL_GETFSIZE:
		break;
	case UL_SETFSIZE:
		va_start(arguments, command);
		wanted = va_arg(arguments, long);
		va_end(arguments);
		limit.rlim_cur = limit.rlim_max = (rlim_t)wanted * 512;
		if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
			return -1;
		break;
	default:
		errno = EINVAL;
		return -1;
	}
	return limit.rlim_cur / 512 > __LONG_MAX__ ? __LONG_MAX__ : (long)(limit.rlim_cur / 512);
}

int getloadavg(double averages[], int count)
{
	double found[3];
	FILE *file = fopen("/proc/loadavg", "re");
	int got;

	if (!file)
		return -1;
	got = fscanf(file, "%lf %lf %lf", &found[0], &found[1], &found[2]);
	fclose(file);
	if (got < 1)
		return -1;
	if (count < got)
		got = count;
	for (int i = 0; i < got; i++)
		averages[i] = found[i];
	return got;
}
