/* dmesg: the kernel's log. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/klog.h>
#include <abi/sysinfo.h>
#include <unistd.h>
#include "common/common.h"

int main(int argc, char **argv)
{
	int option, clear = 0, only_clear = 0, level = -1, raw = 0, size, length;
	char *log;

	while ((option = getopt(argc, argv, "Ccn:r")) != -1) {
		switch (option) {
		case 'C': only_clear = 1; break;
		case 'c': clear = 1; break;
		case 'n': level = atoi(optarg); break;
		case 'r': raw = 1; break;
		default:
			fprintf(stderr, "usage: dmesg [-Ccr] [-n level]\n");
			return 2;
		}
	}
	if (level >= 0) {
		if (klogctl(SYSLOG_ACTION_CONSOLE_LEVEL, NULL, level) < 0)
			err(1, "cannot set the console's level");
		return 0;
	}
	if (only_clear) {
		if (klogctl(SYSLOG_ACTION_CLEAR, NULL, 0) < 0)
			err(1, "cannot clear the log");
		return 0;
	}
	size = klogctl(SYSLOG_ACTION_SIZE_BUFFER, NULL, 0);
	if (size <= 0)
		size = 1 << 20;
	log = must(malloc((size_t)size));
	length = klogctl(clear ? SYSLOG_ACTION_READ_CLEAR : SYSLOG_ACTION_READ_ALL, log, size);
	if (length < 0)
		err(1, "cannot read the log");
	for (int i = 0, start = 1; i < length; i++) {
		/* Each line begins with its level: <6> */
		if (start && !raw && log[i] == '<') {
			int end = i + 1;

			while (end < length && log[end] >= '0' && log[end] <= '9')
				end++;
			if (end < length && log[end] == '>') {
				i = end;
				start = 0;
				continue;
			}
		}
		start = log[i] == '\n';
		putchar(log[i]);
	}
	return finish(0);
}
