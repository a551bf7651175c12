/* touch: sets times, and makes what does not exist. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* [[CC]YY]MMDDhhmm[.SS] */
static int parse_stamp(const char *text, struct timespec *when)
{
	size_t length = strcspn(text, ".");
	const char *formats[] = { "%m%d%H%M", "%y%m%d%H%M", "%Y%m%d%H%M" };
	time_t now = time(NULL);
	struct tm tm = *localtime(&now);
	char *end;

	if ((length != 8 && length != 10 && length != 12) || (text[length] && strlen(text) != length + 3))
		return -1;
	tm.tm_sec = text[length] ? atoi(text + length + 1) : 0;
	tm.tm_isdst = -1;
	end = strptime(text, formats[(length - 8) / 2], &tm);
	if (!end || end != text + length)
		return -1;
	*when = (struct timespec){ .tv_sec = mktime(&tm) };
	return 0;
}

static int parse_date(const char *text, struct timespec *when)
{
	static const char *const formats[] = {
		"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "@%s",
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct tm tm = { .tm_isdst = -1 };
		char *end = strptime(text, formats[i], &tm);

		if (!end || (*end && strcmp(end, "Z")))
			continue;
		*when = (struct timespec){ .tv_sec = *end ? timegm(&tm) : mktime(&tm) };
		return 0;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } };
	int option, access_only = 0, modify_only = 0, no_create = 0, no_follow = 0, result = 0;
	struct stat reference;

	while ((option = getopt(argc, argv, "acd:hmr:t:")) != -1) {
		switch (option) {
		case 'a': access_only = 1; break;
		case 'c': no_create = 1; break;
		case 'd':
		case 't':
			if ((option == 'd' ? parse_date(optarg, &times[0]) : parse_stamp(optarg, &times[0])) < 0)
				errx(1, "invalid date: %s", optarg);
			times[1] = times[0];
			break;
		case 'h': no_follow = AT_SYMLINK_NOFOLLOW; break;
		case 'm': modify_only = 1; break;
		case 'r':
			if (stat(optarg, &reference) < 0)
				err(1, "%s", optarg);
			times[0] = reference.st_atim;
			times[1] = reference.st_mtim;
			break;
		default: goto usage;
		}
	}
	if (optind == argc)
		goto usage;
	if (access_only && !modify_only)
		times[1].tv_nsec = UTIME_OMIT;
	if (modify_only && !access_only)
		times[0].tv_nsec = UTIME_OMIT;
	for (; optind < argc; optind++) {
		int fd;

		if (!utimensat(AT_FDCWD, argv[optind], times, no_follow))
			continue;
		if (errno == ENOENT && no_create)
			continue;
		if (errno == ENOENT && (fd = open(argv[optind], O_WRONLY | O_CREAT, 0666)) >= 0) {
			close(fd);
			if (!utimensat(AT_FDCWD, argv[optind], times, no_follow))
				continue;
		}
		warn("%s", argv[optind]);
		result = 1;
	}
	return result;

usage:
	fprintf(stderr, "usage: touch [-achm] [-r file | -t stamp | -d date] file...\n");
	return 2;
}
