/* syslog(): one datagram a message to /dev/log; without anybody there, to the console if that is wished. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#include "thread.h"

extern char *program_invocation_short_name;

static const char *log_name;
static int log_options, log_facility = LOG_USER, log_mask = 0xff, log_fd = -1;
static volatile int lock;

static void disconnect(void)
{
	if (log_fd >= 0)
		close(log_fd);
	log_fd = -1;
}

static void reach(void)
{
	static const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };

	if (log_fd >= 0)
		return;
	log_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (log_fd >= 0 && connect(log_fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		disconnect();
}

void openlog(const char *name, int options, int facility)
{
	__lock(&lock);
	log_name = name;
	log_options = options;
	if (facility && !(facility & ~LOG_FACMASK))
		log_facility = facility;
	if (options & LOG_NDELAY)
		reach();
	__unlock(&lock);
}

void closelog(void)
{
	__lock(&lock);
	disconnect();
	__unlock(&lock);
}

int setlogmask(int mask)
{
	int before;

	__lock(&lock);
	before = log_mask;
	if (mask)
		log_mask = mask;
	__unlock(&lock);
	return before;
}

/* The log's server may have been started anew since. */
static int send_message(const char *text, size_t length)
{
	reach();
	if (log_fd >= 0 && send(log_fd, text, length, MSG_NOSIGNAL) >= 0)
		return 0;
	disconnect();
	reach();
	return log_fd >= 0 && send(log_fd, text, length, MSG_NOSIGNAL) >= 0 ? 0 : -1;
}

static void write_to(int fd, const char *text, size_t length)
{
	char line[1200];
	size_t size = length < sizeof(line) - 1 ? length : sizeof(line) - 1;

	memcpy(line, text, size);
	if (!size || line[size - 1] != '\n')
		line[size++] = '\n';
	(void)!write(fd, line, size);		/* there is nobody to tell */
}

/* "<13>Nov 27 08:00:00 name[pid]: text", which may be cut. */
static void log_one(int priority, int error, const char *format, va_list arguments)
{
	char text[1024], stamp[32];
	time_t now = time(NULL);
	struct tm tm;
	int begin, named, total;

	if (!(priority & LOG_FACMASK))
		priority |= log_facility;
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", gmtime_r(&now, &tm));
	begin = snprintf(text, sizeof(text), "<%d>%s ", priority, stamp);
	named = snprintf(text + begin, sizeof(text) - (size_t)begin, log_options & LOG_PID ? "%.200s[%d]: " : "%.200s: ",
			 log_name ? log_name : program_invocation_short_name, getpid());
	errno = error;
	total = vsnprintf(text + begin + named, sizeof(text) - (size_t)(begin + named), format, arguments);
	if (total < 0)
		return;
	total += begin + named;
	if (total >= (int)sizeof(text))
		total = sizeof(text) - 1;
	if (log_options & LOG_PERROR)
		write_to(STDERR_FILENO, text + begin, (size_t)(total - begin));
	if (send_message(text, (size_t)total) < 0 && log_options & LOG_CONS) {
		int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);

		if (fd >= 0) {
			write_to(fd, text + begin, (size_t)(total - begin));
			close(fd);
		}
	}
}

void vsyslog(int priority, const char *format, va_list arguments)
{
	int error = errno;

	__lock(&lock);
	if (log_mask & LOG_MASK(LOG_PRI(priority)) && !(priority & ~(LOG_PRIMASK | LOG_FACMASK)))
		log_one(priority, error, format, arguments);
	__unlock(&lock);
	errno = error;
}

void syslog(int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsyslog(priority, format, arguments);
	va_end(arguments);
}
